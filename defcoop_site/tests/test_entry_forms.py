import csv
import io
import json
import re
from html import unescape

import bibtexparser
import rispy
from django.test import TestCase, override_settings
from django.utils.html import escape

from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.negotiation import FORMS
from publishing.publication import unpublish
from publishing.tests.parsers import read_bibtex, read_ris, tex_to_text

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


class EntryFormTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.topic = make_topic("airlift")
        make_source("treaty")
        cls.state = publish_now(make_actor(title="Ruritania", slug="ruritania", wikidata="Q42"))
        hidden = make_actor(title="Unpublished state")
        parties = [
            {"actor": cls.state, "in_force": "1949", "signed": "unknown", "note": "=1+1"},
            {"actor": hidden, "in_force": "1955-05", "ended": "1990"},
        ]
        cls.pact = publish_now(
            make_agreement(title="The Pact & <Co>", slug="pact", signed="1949", topics=[cls.topic], parties=parties)
        )
        section = {"title": "Part", "body": "On [[Ruritania|that land]] and [@treaty, art. 5].\n\n[see also]"}
        cls.article = make_article(title="50% of {it}", slug="one", topics=[cls.topic], sections=[section])
        publish_now(cls.article)

    def get(self, address, **headers):
        return self.client.get(address, headers=headers)

    def test_json_names_entries_topics_and_sources_and_keeps_dates_as_they_are(self):
        data = self.get("/agreements/pact.json").json()

        self.assertEqual((data["title"], data["kind"], data["version"]), ("The Pact & <Co>", "agreement", 1))
        self.assertEqual(data["content"]["signed"], "1949")
        first, second = data["content"]["participations"]
        self.assertEqual(first["actor"]["url"], "http://testserver/actors/ruritania/")
        self.assertEqual(second["actor"], {"title": "Unpublished state"})
        self.assertEqual((first["signed"], second["in_force"]), ("unknown", "1955-05"))
        self.assertEqual([topic["name"] for topic in data["topics"]], ["airlift"])
        self.assertIn("treaty", data["sources"])

    def test_json_holds_nothing_that_only_editors_see(self):
        text = self.get("/articles/one.json").content.decode()

        for name in ("pins", "exclusions", "featured", "published_by"):
            self.assertNotIn(f'"{name}"', text)

    def test_csv_holds_the_rows_of_the_page_and_no_formula(self):
        response = self.get("/agreements/pact.csv")

        lines = [row for row in csv.reader(io.StringIO(response.content.decode())) if not row[0].startswith("# ")]
        records = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
        self.assertEqual([row["party"] for row in records], ["Ruritania", "Unpublished state"])
        self.assertEqual([row["in_force"] for row in records], ["1949", "1955-05"])
        self.assertEqual(records[0]["note"], "'=1+1")
        self.assertEqual([row["status"] for row in records], ["in-force", "ended"])
        self.assertEqual({row["source_title"] for row in records}, {"Title of treaty"})

    def test_csv_of_a_day_knows_nothing_later(self):
        text = self.get("/agreements/pact.csv?on=1950").content.decode()

        self.assertIn("Status as of 1950-12-31", text)
        self.assertNotIn("1955", text)
        self.assertEqual(self.get("/agreements/pact.csv?on=never").status_code, 400)

    @override_settings(CONTENT_LICENCE="CC BY 4.0")
    def test_files_name_licence_address_and_date(self):
        text = self.get("/agreements/pact.csv").content.decode()

        self.assertIn("# Licence: CC BY 4.0", text)
        self.assertIn("http://testserver/agreements/pact/v/1/", text)
        self.assertEqual(self.get("/agreements/pact.json").json()["licence"], "CC BY 4.0")

    def test_markdown_has_its_links_notes_and_no_mark_of_ours(self):
        text = self.get("/articles/one.md").content.decode()

        self.assertIn("[that land](http://testserver/actors/ruritania/)", text)
        self.assertIn("[^1].", text)
        self.assertIn("[^1]: *Title of treaty*, art. 5. https://example.org/treaty", text)
        self.assertNotRegex(text, r"\[\[|\[@|see also\]")

    def test_citation_copied_from_the_page_is_read_by_both_parsers(self):
        html = self.get("/articles/one/v/1/cite/").content.decode()
        bibtex, ris = re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.DOTALL)

        _form, key, fields = read_bibtex(bibtex)
        record = read_ris(ris.replace("\n", "\r\n"))

        self.assertEqual(tex_to_text(fields["title"][1:-1]), "50% of {it}")
        self.assertEqual((key, fields["url"]), ("article-one-v1", "http://testserver/articles/one/v/1/"))
        self.assertEqual((record["TI"], record["UR"]), ("50% of {it}", fields["url"]))

    def test_citation_copied_from_the_page_imports_into_other_programs(self):
        html = self.get("/articles/one/v/1/cite/").content.decode()
        bibtex, ris = (unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.DOTALL))

        (entry,) = bibtexparser.parse_string(bibtex).entries
        (record,) = rispy.loads(ris)

        self.assertEqual((entry.key, record["id"]), ("article-one-v1", "article-one-v1"))
        self.assertEqual(
            (record["title"], tex_to_text(entry["title"].removeprefix("{").removesuffix("}"))),
            ("50% of {it}", "50% of {it}"),
        )
        self.assertEqual([entry["url"]], ["http://testserver/articles/one/v/1/"])
        self.assertEqual(record["urls"], [entry["url"]])

    def test_older_version_says_what_it_is_and_is_cited_as_itself(self):
        self.article.summary = "Told otherwise."
        self.article.save()
        publish_now(self.article)

        old = self.get("/articles/one/v/1/")

        self.assertContains(old, "/articles/one/v/1/cite/")
        self.assertContains(old, 'class="banner')
        self.assertContains(self.get("/articles/one/v/1/cite/"), "Version 1")
        self.assertNotContains(self.get("/articles/one/"), 'class="banner')

    def test_files_of_citations_say_the_same_as_the_page(self):
        self.assertEqual(read_bibtex(self.get("/articles/one.bib").content.decode())[1], "article-one-v1")
        self.assertEqual(read_ris(self.get("/articles/one/v/1.ris").content.decode())["ET"], "Version 1")
        (item,) = self.get("/articles/one.csl.json").json()
        self.assertEqual((item["title"], item["version"]), ("50% of {it}", "1"))

    def test_page_names_its_other_forms_and_each_answers_with_its_media_type(self):
        html = self.get("/agreements/pact/").content.decode()
        links = dict(re.findall(r'<link rel="alternate" type="([^"]+)" href="(/agreements/[^"]+)">', html))

        self.assertEqual(set(links), set(FORMS.values()))
        for media_type, address in links.items():
            response = self.get(address)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"].split(";")[0], media_type)
            self.assertFalse(response.cookies)

    def test_accept_leads_to_a_form_and_a_browser_gets_the_page(self):
        for accept, status in ((BROWSER, 200), ("", 200), ("nonsense", 200), ("text/csv", 303)):
            response = self.get("/agreements/pact/?on=1950", accept=accept)

            self.assertEqual(response.status_code, status, accept)
            self.assertIn("Accept", response.headers["Vary"])
        self.assertEqual(response.headers["Location"], "/agreements/pact.csv?on=1950")

    def test_former_address_leads_to_the_same_form(self):
        self.article.slug = "two"
        self.article.save()
        publish_now(self.article)

        for address, there in (
            ("/articles/one.bib", "/articles/two.bib"),
            ("/articles/one/history/", "/articles/two/history/"),
            ("/articles/one/history/2/", "/articles/two/history/2/"),
        ):
            self.assertRedirects(self.get(address), there, 301)
        self.assertEqual(self.get("/articles/one/v/1.bib").status_code, 200)

    def test_entry_that_is_gone_is_gone_in_every_form(self):
        unpublish(self.article, "gone")

        for address in (
            "/articles/one.json",
            "/articles/one/history/",
            "/articles/one/v/1.md",
            "/articles/one/v/1/cite/",
        ):
            self.assertEqual(self.get(address).status_code, 410, address)

    def test_json_ld_is_json_and_cannot_end_its_element(self):
        data = json.loads(LD.search(self.get("/agreements/pact/").content.decode())[1])

        self.assertEqual((data["headline"], data["@type"]), ("The Pact & <Co>", "Article"))
        self.assertEqual(data["about"]["@type"], "Legislation")
        self.assertEqual(data["about"]["legislationDate"], "1949")
        self.assertNotIn("<", LD.search(self.get("/agreements/pact/").content.decode())[1])
        about = json.loads(LD.search(self.get("/actors/ruritania/").content.decode())[1])["about"]
        self.assertEqual(about["sameAs"], "https://www.wikidata.org/entity/Q42")

    def test_history_lists_notes_and_leads_to_what_changed(self):
        self.article.summary = "It is now told otherwise."
        self.article.save()
        publish_now(self.article, note="Told anew")
        self.article.summary = "It is now told otherwise, without slip."
        self.article.save()
        publish_now(self.article, note="", minor=True)

        history = self.get("/articles/one/history/")
        changes = self.get("/articles/one/history/2/")

        self.assertContains(history, "Told anew")
        self.assertContains(history, "Minor.")
        self.assertContains(history, "/articles/one/v/1/")
        self.assertContains(changes, "<ins>")
        self.assertContains(changes, "told otherwise.")
        for number in (1, 4):
            self.assertEqual(self.get(f"/articles/one/history/{number}/").status_code, 404)

    def test_list_as_csv_holds_exactly_the_rows_of_the_page(self):
        for number in range(31):
            publish_now(make_agreement(title=f"Treaty {number:02}", signed="1960", topics=[self.topic]))

        for query in ("", "page=2", "on=1955", "status=unknown", "topic=airlift&page=2"):
            html = self.get(f"/agreements/?{query}").content.decode()
            titles = re.findall(r'<a href="/agreements/[^"]+">([^<]+)</a> <span class="records__summary"', html)
            records = self.get(f"/agreements.json?{query}").json()["rows"]
            text = self.get(f"/agreements.csv?{query}").content.decode()
            rows = [row for row in csv.reader(io.StringIO(text)) if not row[0].startswith("# ")]

            self.assertEqual([escape(record["title"]) for record in records], titles, query)
            self.assertEqual([row[0] for row in rows[1:]], [record["title"] for record in records])
            self.assertTrue(all(record["dated"] in ("1949", "1960") for record in records))

    def test_lists_of_articles_and_actors_are_files_too(self):
        self.assertEqual(self.get("/articles.json").json()["rows"][0]["topics"], "airlift")
        self.assertEqual(self.get("/actors.json?kind=state").json()["rows"][0]["title"], "Ruritania")
        self.assertEqual(self.get("/actors.csv?on=never").status_code, 400)
