"""The API: what it answers, and how it says what it does not answer."""

import io
import re
from unittest import mock
from urllib.parse import urlsplit

from django.test import SimpleTestCase, TestCase
from django.utils.html import escape
from pydantic import ValidationError

from defcoop_site.api import schemas
from defcoop_site.api.site import openapi
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.publication import unpublish

ROOT = "/api/v1/"
EXAMPLE = re.compile(r"https?://testserver(/api/v1/[^\s'\"<]*)")
CODE = re.compile(r'<pre class="citation"><code>(import.*?)</code></pre>', re.DOTALL)


class ApiTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.airlift, cls.sealift = make_topic("airlift"), make_topic("sealift")
        make_source("treaty")
        cls.state = publish_now(make_actor(title="Ruritania", slug="ruritania", iso3="FRA", topics=[cls.airlift]))
        cls.other = publish_now(make_actor(title="Borduria", slug="borduria"))
        hidden = make_actor(title="Unpublished state")
        parties = [
            {"actor": cls.state, "in_force": "1949"},
            {"actor": cls.other, "in_force": "1949-08", "ended": "1990-03-31", "ended_means": "withdrawal"},
            {"actor": hidden, "in_force": "unknown", "role": "observer"},
        ]
        cls.pact = publish_now(
            make_agreement(
                title="The Pact",
                slug="pact",
                signed="1949",
                in_force="1949",
                topics=[cls.airlift],
                parties=parties,
                obligations=["defence"],
                statements=[
                    {"actor": cls.state},
                    {
                        "actor": cls.other,
                        "kind": "objection",
                        "objects_to": cls.state,
                        "made": "1950",
                        "withdrawn": "1960",
                    },
                    {"actor": hidden, "kind": "declaration", "made": "1951"},
                ],
            )
        )
        cls.article = publish_now(make_article(title="On airlift", slug="one", topics=[cls.airlift]))

    def get(self, address, status=200, **headers):
        response = self.client.get(ROOT + address, headers=headers)
        self.assertEqual(response.status_code, status, response.content[:300])
        return response

    def results(self, address):
        return self.get(address).json()["results"]


class AnswerTests(ApiTestCase):
    def test_answers_have_exactly_the_documented_members(self):
        for address, shape in (
            ("articles", schemas.ArticlePage),
            ("actors", schemas.ActorPage),
            ("agreements", schemas.AgreementPage),
            ("agreements/pact", schemas.Document),
            ("actors/ruritania?on=1950", schemas.Document),
            ("articles/one/versions/1", schemas.Document),
            ("articles/one/versions", schemas.VersionPage),
            ("topics", schemas.TopicPage),
            ("topics/airlift", schemas.TopicDocument),
            ("participations", schemas.ParticipationPage),
            ("statements", schemas.StatementPage),
            ("between/ruritania/borduria", schemas.Between),
            ("search?q=pact", schemas.FoundPage),
            ("search?q=pcat", schemas.FoundPage),
        ):
            with self.subTest(address):
                data = self.get(address).json()
                try:
                    shape.model_validate(data)
                except ValidationError as error:
                    self.fail(error)

    def test_one_entry_is_the_json_form_of_its_page(self):
        self.assertEqual(self.get("agreements/pact").json(), self.client.get("/agreements/pact.json").json())
        self.assertEqual(self.get("articles/one/versions/1").json(), self.client.get("/articles/one/v/1.json").json())

    def test_dates_stay_as_precise_as_their_source(self):
        rows = {row["name"]: row for row in self.results("participations?agreement=pact")}

        self.assertEqual(rows["Ruritania"]["in_force"], "1949")
        self.assertEqual(rows["Borduria"]["in_force"], "1949-08")
        self.assertEqual(rows["Unpublished state"]["in_force"], "unknown")
        self.assertEqual(rows["Unpublished state"]["actor"], {"title": "Unpublished state"})
        self.assertEqual(rows["Ruritania"]["ended"], "")

    def test_what_came_later_is_not_known_on_a_day(self):
        then = {row["name"]: row for row in self.results("participations?agreement=pact&on=1989")}
        now = {row["name"]: row for row in self.results("participations?agreement=pact")}

        self.assertEqual([then["Borduria"][name] for name in ("status", "ended", "ended_means")], ["in-force", "", ""])
        self.assertEqual([now["Borduria"][name] for name in ("status", "ended")], ["ended", "1990-03-31"])
        self.assertEqual(self.results("participations?on=1900"), [])
        self.assertEqual(self.get("agreements?on=1989").json()["on"], "1989-12-31")
        self.assertEqual([row["parties"] for row in self.results("agreements?on=1989")], [2])

    def test_filters_narrow_lists(self):
        for address, titles in (
            ("articles?topic=airlift", ["On airlift"]),
            ("articles?topic=sealift", []),
            ("actors", ["Borduria", "Ruritania"]),
            ("actors?topic=airlift", ["Ruritania"]),
            ("actors?kind=contractor", []),
            ("agreements?status=in-force&type=alliance&decade=1940&scope=regional", ["The Pact"]),
            ("agreements?status=not-in-force", []),
            ("agreements?party=ruritania", ["The Pact"]),
            ("agreements?party=borduria&on=1948", []),
            ("agreements?decade=1950", []),
        ):
            with self.subTest(address):
                self.assertEqual([row["title"] for row in self.results(address)], titles)
        for address, names in (
            ("actor=ruritania", {"Ruritania"}),
            ("agreement=pact&role=observer", {"Unpublished state"}),
            ("agreement=pact&status=ended", {"Borduria"}),
            ("agreement=pact&status=unknown", {"Unpublished state"}),
            ("agreement=pact&status=in-force&on=1989", {"Ruritania", "Borduria"}),
        ):
            with self.subTest(address):
                self.assertEqual({row["name"] for row in self.results(f"participations?{address}")}, names)

    def test_fields_give_those_that_are_asked_for(self):
        self.assertEqual(self.results("actors?fields=title,iso3")[1], {"title": "Ruritania", "iso3": "FRA"})
        self.assertEqual(self.get("agreements/pact?fields=title,version").json(), {"title": "The Pact", "version": 1})
        self.assertEqual(self.get("topics/airlift?fields=kinds").json()["kinds"]["article"], 1)

    def test_between_tells_who_is_bound_to_defend_whom(self):
        then = self.get("between/ruritania/borduria?on=1989").json()
        now = self.get("between/borduria/ruritania").json()

        self.assertEqual((then["first_defends"], then["second_defends"]), (True, True))
        self.assertEqual(
            [(tie["agreement"]["title"], tie["standing"]) for tie in then["ties"]], [("The Pact", "bound")]
        )
        self.assertEqual((now["first_defends"], now["ties"][0]["standing"]), (False, "former"))
        self.assertEqual(now["first"]["title"], "Borduria")
        self.get("between/borduria/borduria", 404)

    def test_search_finds_as_its_page_does(self):
        found = self.get("search?q=airlift").json()

        self.assertEqual((found["total"], found["results"][0]["title"]), (1, "On airlift"))
        self.assertEqual(found["counts"]["kind"], [{"value": "article", "label": "articles", "entries": 1}])
        self.assertEqual(self.get("search?q=rurtania").json()["suggestion"], "ruritania")
        for narrowed in ("topic=airlift", "actor=ruritania", "period=1940"):
            page = self.client.get(f"/search/?q=pact&{narrowed}").context["found"]
            self.assertEqual(self.get(f"search?q=pact&{narrowed}").json()["total"], len(page.keys), narrowed)
        self.assertIn("no letter", self.get("search?q=%3F!").json()["hint"])

    def test_topics_know_what_stands_around_them(self):
        narrow = make_topic("strategic airlift", broader=self.airlift)
        publish_now(make_article(topics=[narrow]))
        self.airlift.aliases.create(name="air transport")

        topic = self.get("topics/airlift").json()

        self.assertEqual((topic["aliases"], topic["kinds"]["article"]), (["air transport"], 2))
        self.assertEqual([each["slug"] for each in topic["narrower"]], ["strategic-airlift"])
        self.assertEqual(self.get("topics/strategic-airlift").json()["broader"]["slug"], "airlift")
        self.assertRedirects(
            self.get("topics/air-transport", 301),
            f"http://testserver{ROOT}topics/airlift",
            301,
            fetch_redirect_response=False,
        )
        self.get("topics/sealift", 404)  # no live entry carries it


class PagingTests(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        for title in ("Same", "Same", "Same", "Älpha", "omega"):
            publish_now(make_article(title=title, topics=[cls.airlift]))

    def walk(self, address):
        found, pages = [], 0
        while address:
            response = self.client.get(address)
            data = response.json()
            found += data["results"]
            pages += 1
            self.assertEqual(response.headers.get("Link"), f'<{data["next"]}>; rel="next"' if data["next"] else None)
            address = data["next"]
        return found, pages

    def test_pages_together_hold_every_row_once(self):
        for name, size in (("articles", 2), ("actors", 1), ("topics", 1), ("participations", 1), ("search", 2)):
            query = "q=airlift&" if name == "search" else ""
            with self.subTest(name):
                whole = self.results(f"{name}?{query}limit=100")
                walked, pages = self.walk(f"{ROOT}{name}?{query}limit={size}")

                self.assertEqual(walked, whole)
                self.assertEqual(pages, -(-len(whole) // size) or 1)

    def test_next_keeps_the_filters(self):
        walked, _pages = self.walk(f"{ROOT}articles?topic=airlift&limit=1&fields=title")

        self.assertEqual({row["title"] for row in walked}, {"Same", "Älpha", "omega", "On airlift"})

    def test_versions_come_newest_first(self):
        for number in range(2, 5):
            self.article.summary = f"Told for the time {number}."
            self.article.save()
            publish_now(self.article)

        walked, pages = self.walk(f"{ROOT}articles/one/versions?limit=2")

        self.assertEqual(([row["version"] for row in walked], pages), ([4, 3, 2, 1], 2))

    def test_row_published_behind_a_cursor_is_met_and_none_twice(self):
        first = self.get("articles?limit=2").json()
        publish_now(make_article(title="Aaa"))
        publish_now(make_article(title="Zzz"))

        rest, _pages = self.walk(first["next"])

        titles = [row["title"] for row in rest]
        self.assertIn("Zzz", titles)
        self.assertNotIn("Aaa", titles)
        self.assertFalse({row["id"] for row in rest} & {row["id"] for row in first["results"]})

    def test_cursor_that_this_list_did_not_give_is_refused(self):
        cursor = self.get("actors?limit=1").json()["next"].partition("cursor=")[2]

        for given in (cursor, cursor[:-1], "x", "W10=", "%F0%9F%92%A5", "a" * 5000, '["articles"]'):
            with self.subTest(given[:20]):
                self.assertEqual(self.get(f"articles?cursor={given}", 400).json()["errors"][0]["parameter"], "cursor")


class ErrorTests(ApiTestCase):
    def assert_problem(self, response, status):
        self.assertEqual(response.status_code, status)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        data = response.json()
        schemas.ProblemDetails.model_validate(data)
        self.assertEqual(data["status"], status)
        self.assertTrue(data["detail"])
        return data

    def test_every_error_is_problem_details(self):
        for address, status in (
            ("/api/nothing", 404),
            ("/api/v1/nothing", 404),
            ("/api/v1/articles/", 404),
            ("/api/v1/articles/nothing", 404),
            ("/api/v1/nothing/one", 404),
            ("/api/v1/articles/one/versions/2", 404),
            ("/api/v1/articles/one/versions/0", 404),
            ("/api/v1/articles/one/versions/99999999999999999999", 404),
            ("/api/v1/articles/one/versions/x", 404),
            ("/api/v1/topics/nothing", 404),
            ("/api/v1/between/ruritania/nothing", 404),
            ("/api/v1/articles?topic=nothing", 404),
            ("/api/v1/participations?actor=nothing", 404),
            ("/api/v1/participations?actor=pact", 404),
            ("/api/v1/search", 400),
            ("/api/v1/search?q=%00", 400),
            ("/api/v1/search?q=" + "x" * 10_000, 400),
            ("/api/v1/articles?" + "&".join(["a=1"] * 25_000), 400),
        ):
            with self.subTest(address[:60]):
                self.assert_problem(self.client.get(address), status)

    def test_parameters_that_make_no_sense_are_named_with_the_reason(self):
        for query, reason in (
            ("limit=0", "greater than"),
            ("limit=101", "less than"),
            ("limit=x", "integer"),
            ("fields=title,password", "“password”"),
            ("fields=", "no field"),
            ("status=dead", "in-force"),
            ("decade=1945", "pattern"),
            ("on=1990-13", "no such date"),
            ("on=2999", "future"),
            ("on=unknown", "no day"),
            ("on=", "Name a day"),
            ("topic=%2e%2e/", "address"),
        ):
            with self.subTest(query):
                data = self.assert_problem(self.client.get(f"{ROOT}agreements?{query}"), 400)
                (error,) = data["errors"]
                self.assertEqual(error["parameter"], query.partition("=")[0])
                self.assertIn(reason, error["detail"])

    def test_other_methods_are_refused_with_those_that_are_not(self):
        for address in ("/api/", "/api/v1/articles", "/api/v1/openapi.json"):
            for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
                response = self.client.generic(method, address)
                self.assert_problem(response, 405)
                self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")

    def test_who_takes_no_json_is_told_so_and_nonsense_is_no_wish(self):
        for accept, status in (
            ("text/html", 406),
            ("application/json;q=0", 406),
            ("application/*", 200),
            ("*/*", 200),
            ("text/html, */*;q=0.1", 200),
            ("nonsense", 200),
            ("", 200),
            ("x" * 5000, 200),
        ):
            with self.subTest(accept[:20]):
                self.assertEqual(self.client.get(f"{ROOT}articles", headers={"Accept": accept}).status_code, status)

    def test_server_error_tells_nothing_of_the_inside(self):
        self.client.raise_request_exception = False

        with mock.patch("defcoop_site.api.entries.with_topics", side_effect=RuntimeError("secret of the inside")):
            response = self.client.get(f"{ROOT}articles")

        self.assert_problem(response, 500)
        self.assertNotContains(response, "secret", status_code=500)

    def test_renamed_entry_redirects_in_every_answer_about_it(self):
        self.state.slug = "new-land"
        self.state.save()
        publish_now(self.state)

        for old, new in (
            ("actors/ruritania", "actors/new-land"),
            ("actors/ruritania/versions", "actors/new-land/versions"),
            ("between/ruritania/borduria", "between/new-land/borduria"),
        ):
            self.assertEqual(self.get(old, 301).headers["Location"], f"http://testserver{ROOT}{new}")
        self.assertEqual(len(self.results("participations?actor=ruritania")), 1)
        self.assertEqual(self.get("actors/ruritania/versions/1").json()["title"], "Ruritania")

    def test_entry_that_is_gone_is_gone(self):
        unpublish(self.article, "gone")

        for address in ("articles/one", "articles/one/versions", "articles/one/versions/1"):
            self.assert_problem(self.client.get(ROOT + address), 410)
        self.assertEqual(self.results("articles"), [])

    def test_withdrawn_entry_says_so_and_is_in_no_list(self):
        unpublish(self.article, "withdrawn")

        self.assertTrue(self.get("articles/one").json()["withdrawn"])
        self.assertEqual(self.results("articles"), [])


class HeaderTests(ApiTestCase):
    def test_client_that_has_the_answer_is_told_so(self):
        response = self.get("articles")

        again = self.get("articles", 304, **{"If-None-Match": response.headers["ETag"]})

        self.assertEqual(again.content, b"")
        self.get("articles", 200, **{"If-None-Match": '"other"'})

    def test_head_has_the_headers_of_get_and_no_body(self):
        response, head = self.get("articles"), self.client.head(f"{ROOT}articles")

        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(head.headers["ETag"], response.headers["ETag"])
        self.assertEqual(head.headers["Content-Length"], str(len(response.content)))

    def test_scripts_of_other_sites_may_ask_and_read(self):
        preflight = self.client.options(f"{ROOT}articles", headers={"Origin": "https://example.org"})

        self.assertEqual((preflight.status_code, preflight.content), (204, b""))
        self.assertEqual(preflight.headers["Access-Control-Allow-Methods"], "GET, HEAD, OPTIONS")
        self.assertIn("If-None-Match", preflight.headers["Access-Control-Allow-Headers"])
        for response in (
            preflight,
            self.get("articles"),
            self.client.get("/api/"),
            self.client.get(f"{ROOT}openapi.json"),
        ):
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
            self.assertFalse(response.cookies)


class DocumentationTests(ApiTestCase):
    def test_every_example_of_the_page_answers(self):
        html = self.client.get("/api/").content.decode()

        addresses = set(EXAMPLE.findall(html.replace("&amp;", "&")))

        self.assertGreaterEqual(len(addresses), 9)
        for address in addresses:
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 200)
        for path in openapi()["paths"]:
            self.assertIn(escape(path), html)

    def test_program_on_the_page_runs(self):
        (program,) = CODE.findall(self.client.get("/api/").content.decode())

        def urlopen(address):
            parts = urlsplit(address)
            return io.BytesIO(self.client.get(f"{parts.path}?{parts.query}").content)

        with mock.patch("urllib.request.urlopen", urlopen), mock.patch("builtins.print") as printed:
            exec(program.replace("&amp;", "&").replace("&quot;", '"'))  # noqa: S102 - it is our own page

        printed.assert_called_once_with(2)

    def test_page_without_any_entry_has_fewer_examples(self):
        unpublish(self.pact, "gone")

        self.assertNotContains(self.client.get("/api/"), "between/ruritania")


class OpenApiTests(SimpleTestCase):
    def test_every_operation_and_parameter_is_described(self):
        document = openapi()

        self.assertEqual(document["openapi"], "3.1.0")
        names = [operation["get"]["operationId"] for operation in document["paths"].values()]
        self.assertEqual(len(names), len(set(names)))
        for path, operation in document["paths"].items():
            for parameter in operation["get"]["parameters"]:
                with self.subTest(f"{path} {parameter['name']}"):
                    self.assertTrue(parameter.get("description"))
