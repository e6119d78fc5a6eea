import re
from urllib.parse import quote

from django.test import TestCase
from django.urls import URLPattern, URLResolver, get_resolver

from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from defcoop_site.page_cache import PARAMETERS
from publishing.desk import write_aliases

ADDRESSES = [
    "/", "/articles/", "/articles/page/", "/articles/page/v/1/", "/actors/", "/actors/page/", "/actors/page/v/1/", "/agreements/", "/agreements/page/",
    "/agreements/page/v/1/", "/topics/", "/topics/page/", "/topics/other+page/", "/topics/page/feed/", "/search/", "/search/names/", "/opensearch.xml", "/about/", "/about/editorial-policy/", "/about/terms/", "/data/", "/about/accessibility/",
    "/feed/", "/articles/feed/", "/actors/feed/", "/agreements/feed/", "/actors/page/feed/", "/sitemap.xml", "/sitemap-entries.xml", "/card.png",
    "/topics/page/card.png", "/articles/page/card.png", "/robots.txt", "/healthz", "/readyz", "/agreements/compare/", "/agreements/exits/", "/between/", "/between/names/",
    "/between/other/page/", "/map/", "/actors/page/map/", "/agreements/page/map/", "/timeline/", "/actors/page/timeline/", "/agreements/page/timeline/",
    "/names/shared/", "/api/", "/api/v1/", "/api/v1/openapi.json", "/api/v1/articles", "/api/v1/actors", "/api/v1/agreements", "/api/v1/articles/page",
    "/api/v1/agreements/page/versions", "/api/v1/actors/page/versions/1", "/api/v1/topics", "/api/v1/topics/page", "/api/v1/participations", "/api/v1/statements",
    "/api/v1/between/other/page", "/api/v1/search?q=page",
    *(f"/{section}.{form}" for section in ("articles", "actors", "agreements", "map", "timeline", "topics", "search") for form in ("csv", "json")),
    *(f"/{section}/page/{figure}.json" for section in ("actors", "agreements") for figure in ("map", "timeline", "timeline/curve", "history")),
    "/agreements/compare.csv", "/agreements/exits.csv", "/agreements/exits/causes.csv", "/between/other/page.csv", "/timeline/curve.csv",
    "/topics/other+page.json", "/names/shared.json",
    *(f"/{section}/page{place}.{form}" for section in ("articles", "actors", "agreements") for place in ("", "/v/1")
      for form in ("json", "md", "csv", "bib", "ris", "csl.json")),
    *(f"/{section}/page/{place}/" for section in ("articles", "actors", "agreements") for place in ("v/1/cite", "history", "history/2", "report")),
]  # fmt: skip
# Those that take a form without an account, which is asked for more than it has.
POSTED = [address for address in ADDRESSES if address.endswith("/report/")]
# Those that answer only to whoever knows what nobody can guess.
FILE = f"media/{'0' * 64}-400.webp"
GUESSED = ["/share/nothing/", f"/{FILE}", f"/share/nothing/{FILE}"]
# Those that answer once an export was made, or a contact is set: test_exports.py and test_for_machines.py ask them too.
GUESSED += [
    "/.well-known/security.txt",
    "/data/2026-01-01-1/",
    "/data/2026-01-01-1/README.md",
    "/data/latest/",
    "/data/latest/README.md",
]
# Every parameter is asked of every address, all at once. Of these it is asked alone, too, as one that is refused hides the others.
READING = {
    "/articles/": "order page topic",
    "/actors/": "kind on page region topic",
    "/agreements/": "activity confidence decade force obligation on page party role scope status topic type",
    "/topics/": "order page q",
    "/topics/page/": "kind narrower order page",
    "/search/": "actor kind page period q topic",
    "/search/names/": "q",
    "/sitemap-entries.xml": "p",
    "/agreements/compare/": "a kind on page",
    "/agreements/exits/": "act cause decade on page",
    "/between/": "a b on",
    "/between/names/": "q",
    "/actors/page/map/": "on page part",
    "/map/": "kind of on page part",
    "/timeline/": "of on page topic type",
    "/agreements.csv": "party role scope type",
    "/actors.json": "kind on page region",
    "/timeline.csv": "of on type",
    "/topics/page.json": "kind narrower order",
    "/search.csv": "actor period q topic",
    "/articles/page/report/": "section version",
    "/api/v1/agreements": "cursor decade fields limit on party scope status topic type",
    "/api/v1/participations": "actor agreement cursor fields limit on role status",
    "/api/v1/statements": "actor agreement cursor fields kind limit on",
    "/api/v1/search": "actor cursor kind limit period q topic",
    "/api/v1/agreements/page": "fields on",
}
GARBAGE = {
    "NUL": "%00",
    "NUL inside": "a%00b",
    "minus one": "-1",
    "zero": "0",
    "huge": "9e99",
    "huge digits": "9" * 30,
    "more digits than Python reads": "9" * 5000,
    "ten thousand characters": "x" * 10_000,
    "invalid UTF-8": "%ff",
    "cut UTF-8": "%e2%82",
    "lone surrogate": "%ed%a0%80",
    "array": "1&{name}=2&{name}[]=3&{name}[0]=4",
    "unicode digits": quote("٣٤"),
    "superscript digit": quote("²"),
    "quotes": quote("'\"`;--"),
    "operators of search": quote('NEAR(a b) -c "d* e:f | g & !h <-> (i {j} : k ^l OR NOT AND'),
    "wildcards": quote("%_\\%"),
    "markup": quote("<script>alert(1)</script>"),
    "template": quote("{{ 7|add:7 }}{% now %}%(x)s{0}"),
    "expanding": quote("\ufdfa" * 200),
    "marks": quote("\u202e\u200b\u0301"),
    "many words": quote(" ".join(f"w{number}" for number in range(500))),
    "empty": "",
    "none": "None",
    "new lines": "%0d%0aSet-Cookie:%20x=1",
    "broken escape": "%zz%",
}


class BadInputTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        topics = [make_topic("page"), make_topic("other")]
        actor = publish_now(make_actor(slug="page", topics=topics))
        publish_now(make_actor(slug="other"))
        agreement = publish_now(make_agreement(slug="page", topics=topics, parties=[actor]))
        article = publish_now(make_article(slug="page", topics=topics))
        for row in (article, actor, agreement):
            row.summary = "Said otherwise."
            row.save()
            publish_now(row)
        for number in range(2):
            article = make_article(title=f"Same {number}")
            write_aliases(article, ["Shared"])
            publish_now(article)

    def setUp(self):
        self.client.raise_request_exception = False

    def status(self, address):
        path, _, query = address.partition("?")
        return self.client.generic("GET", path, QUERY_STRING=query).status_code

    def test_list_of_addresses_is_complete(self):
        def routes(patterns, before=""):
            for pattern in patterns:
                route = before + str(pattern.pattern)
                if route.startswith("admin"):
                    continue
                if isinstance(pattern, URLResolver):
                    yield from routes(pattern.url_patterns, route)
                elif isinstance(pattern, URLPattern):
                    yield route

        for route in routes(get_resolver().url_patterns):
            with self.subTest(route):
                expression = route.removeprefix("^").removesuffix("$")
                if expression == route:  # of a path(), not of a re_path()
                    expression = re.sub(r"<[^>]+>", "[^/]+", re.escape(route).replace(r"\<", "<").replace(r"\>", ">"))
                known = [address.partition("?")[0] for address in ADDRESSES + GUESSED]
                self.assertTrue(any(re.fullmatch("/" + expression, address) for address in known))

    def test_every_address_answers(self):
        for address in ADDRESSES:
            with self.subTest(address):
                self.assertEqual(self.status(address), 200)

    def test_what_is_guessed_is_not_found_whatever_the_method(self):
        for address in GUESSED:
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "BREW"):
                with self.subTest(f"{method} {address}"):
                    self.assertIn(self.client.generic(method, address).status_code, (404, 405))

    def test_garbage_in_any_parameter_is_never_a_server_error(self):
        for number, address in enumerate(ADDRESSES):
            # Where nothing is known to be read, neighbours share the garbage: a third each.
            kinds = list(GARBAGE)[number % 3 :: 3] if address not in READING else GARBAGE
            for kind in kinds:
                garbage = GARBAGE[kind]
                queries = {name: f"{name}={garbage.replace('{name}', name)}" for name in sorted(PARAMETERS)}
                alone = [queries[name] for name in READING.get(address, "").split()]
                for query in ["&".join(queries.values()), *alone]:
                    status = self.status(f"{address}?{query}")
                    if status not in (200, 400, 404):
                        with self.subTest(f"{address} {query[:12]}: {kind}"):
                            self.fail(f"answers {status}")

    def test_garbage_as_the_name_of_a_parameter_is_never_a_server_error(self):
        for address in READING:
            for kind, garbage in GARBAGE.items():
                with self.subTest(f"{address} {kind}"):
                    self.assertIn(self.status(f"{address}?{garbage}=1&&=&;"), (200, 400, 404))

    def test_garbage_in_a_path_is_never_a_server_error(self):
        for pattern in (
            "/{}/",
            "/articles/{}/",
            "/articles/page/v/{}/",
            "/actors/{}/",
            "/actors/{}/map/",
            "/agreements/{}/timeline/",
            "/agreements/{}/",
            "/agreements/page/v/{}/",
            "/between/{}/page/",
            "/between/page/{}/",
            "/topics/{}/",
            "/topics/page+{}/",
            "/topics/{}",
            "/topics/{}/feed/",
            "/actors/{}/feed/",
            "/sitemap-{}.xml",
            "/topics/{}/card.png",
            "/articles/{}/card.png",
            "/names/{}/",
            "/names/{}.csv",
            "/topics/{}.json",
            "/between/page/{}.csv",
            "/actors/page/map.{}",
            "/articles/{}.json",
            "/articles/page.{}",
            "/{}/page.csv",
            "/agreements/page/v/{}.bib",
            "/articles/page/v/{}/cite/",
            "/{}/page/history/",
            "/actors/page/history/{}/",
            "/{}/page/report/",
            "/data/{}/",
            "/data/2026-01-01-1/{}",
            "/agreements/{}/report/",
            "/share/{}/",
            "/api/{}",
            "/api/v1/{}",
            "/api/v1/{}/page",
            "/api/v1/articles/{}",
            "/api/v1/articles/page/versions/{}",
            "/api/v1/topics/{}",
            "/api/v1/between/page/{}",
        ):
            for kind, garbage in GARBAGE.items():
                if "&" not in garbage and garbage:
                    with self.subTest(f"{pattern} {kind}"):
                        self.assertIn(self.client.get(pattern.format(garbage)).status_code, (301, 400, 404))

    def test_nul_and_broken_bytes_are_refused_with_400(self):
        for address in (
            "/search/?q=%00",
            "/search/names/?q=%00",
            "/search/?q=%ff",
            "/search/?%00=1",
            "/articles/?page=%00",
        ):
            with self.subTest(address):
                self.assertEqual(self.status(address), 400)

    def test_garbage_is_never_echoed_as_markup(self):
        for address in (
            "/search/",
            "/articles/",
            "/actors/",
            "/agreements/",
            "/topics/page/",
            "/between/",
            "/agreements/compare/",
        ):
            for name in sorted(PARAMETERS):
                with self.subTest(f"{address} {name}"):
                    response = self.client.get(address, {name: '"><script>alert(1)</script>'})
                    self.assertNotIn("<script>alert(1)", response.content.decode())

    def test_odd_methods_are_refused(self):
        for address in ADDRESSES:
            for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "OPTIONS", "BREW"):
                # Browsers ask the API by OPTIONS whether a script of another site may go on.
                status = 204 if method == "OPTIONS" and address.startswith("/api/") else 405
                if method != "POST" or address not in POSTED:
                    with self.subTest(f"{method} {address}"):
                        self.assertEqual(self.client.generic(method, address).status_code, status)

    def test_garbage_in_a_form_is_never_a_server_error(self):
        for address in POSTED:
            for name in ("token", "section", "words", "email", "website"):
                for kind, garbage in GARBAGE.items():
                    body = f"{name}={garbage.replace('{name}', name)}"
                    response = self.client.post(address, body, content_type="application/x-www-form-urlencoded")
                    if response.status_code not in (400, 422):
                        with self.subTest(f"{address} {name}: {kind}"):
                            self.assertEqual((name, response.status_code), ("words", 403))

    def test_head_answers_like_get_without_a_body(self):
        for address in ADDRESSES:
            with self.subTest(address):
                response = self.client.head(address)

                self.assertEqual((response.status_code, response.content), (200, b""))
