"""Whatever a page shows as a list, table, map or chart can be taken away: exactly its rows, as CSV and as JSON."""

import csv
import io
import re
from html import unescape

from django.test import TestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.desk import write_aliases
from publishing.publication import unpublish

from .crawl import crawl

TAG = re.compile(r"<[^>]+>")
TABLE = re.compile(r'<table class="(records|counts)[^"]*">(.*?)</table>', re.DOTALL)
ROW = re.compile(r'<tr><th scope="row">(.*?)</th>', re.DOTALL)
ENTRY = re.compile(r'class="entry-line__title"[^>]*>(.*?)</a>', re.DOTALL)
TOPIC = re.compile(r'<a href="/topics/[^"+?]+/">([^<]+)</a> <span class="count">')
LETTER = re.compile(r"<li>(?!<a href=\"/(?!topics))(.*?(?:</a>|</span>))</li>", re.DOTALL)
TIE = re.compile(r'<article class="tie"><h3><a [^>]+>([^<]+)</a>')
ALTERNATE = re.compile(r'<link rel="alternate" type="(text/csv|application/json)" href="([^"]+)">')
SHOWS = re.compile(
    r'<table class="(?:records|counts)|<li class="entry-line|<ul class="member-list|<svg class="(?:map|curve|line|fan)'
)
# Pages that show what an entry's own files hold, or nothing about the subject: entries and their versions, the front page, the API's page.
OWN = re.compile(
    r"/(articles|actors|agreements)/[^/]+/(v/\d+/(cite/)?|history/\d+/|report/)?|/|/api/|/about/.*|/(agreements/compare|between)/"
)


def texts(found):
    return [" ".join(unescape(TAG.sub("", text)).split()) for text in found]


def in_table(kind):
    return lambda html: texts(row for name, body in TABLE.findall(html) if name == kind for row in ROW.findall(body))


def listed(pattern):
    return lambda html: texts(pattern.findall(html))


# {page: [(column of the file, what the page shows in it)]}, in the order in which the page offers its files.
PAGES = {
    "/articles/": [("title", listed(ENTRY))],
    "/actors/": [("title", in_table("records"))],
    "/actors/?on=1955": [("title", in_table("records"))],
    "/agreements/": [("title", in_table("records"))],
    "/agreements/?status=in-force&page=2": [("title", in_table("records"))],
    "/agreements/compare/?a=pact&a=old": [("agreement", in_table("records"))],
    "/agreements/exits/": [("who", in_table("records")), ("decade", in_table("counts"))],
    "/agreements/exits/?cause=withdrawal&on=1995": [("who", in_table("records")), ("decade", in_table("counts"))],
    "/map/": [("state", in_table("records"))],
    "/map/?kind=consultation&on=1995": [("state", in_table("records"))],
    "/agreements/pact/map/": [("party", in_table("records"))],
    "/agreements/pact/map/?on=1960": [("party", in_table("records"))],
    "/actors/union/map/": [("party", in_table("records"))],
    "/actors/france/map/": [("partner", in_table("records"))],
    "/timeline/": [("agreement", in_table("records")), ("year", in_table("counts"))],
    "/timeline/?type=peace&topic=airlift": [("agreement", in_table("records"))],
    "/agreements/pact/timeline/": [("party", in_table("records")), ("year", in_table("counts"))],
    "/actors/france/timeline/?on=1960": [("agreement", in_table("records")), ("year", in_table("counts"))],
    "/actors/union/timeline/": [("party", in_table("records")), ("year", in_table("counts"))],
    "/between/france/malta/": [("agreement", listed(TIE))],
    "/topics/": [("name", listed(TOPIC))],
    "/topics/?order=name": [("name", listed(LETTER))],
    "/topics/airlift/": [("title", listed(ENTRY))],
    "/topics/airlift+sealift/?kind=agreement": [("title", listed(ENTRY))],
    "/search/?q=pact&kind=agreement": [("title", listed(ENTRY))],
    "/names/shared/": [("title", listed(ENTRY))],
    "/articles/one/history/": [("version", in_table("records"))],
}


class DownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        airlift, sealift = make_topic("airlift"), make_topic("sealift")
        make_source("treaty")
        cls.france, cls.malta, other = (
            publish_now(make_actor(title=name, slug=name.lower(), iso3=code, topics=[airlift]))
            for name, code in (("France", "FRA"), ("Malta", "MLT"), ("Italy", "ITA"))
        )
        parties = [
            {"actor": cls.france, "in_force": "1950"},
            {"actor": cls.malta, "in_force": "1951-04", "ended": "1990", "ended_means": "withdrawal"},
            {"actor": other, "in_force": "unknown"},
        ]
        common = {"topics": [airlift, sealift], "parties": parties, "obligations": ["defence", "consultation"]}
        pact = publish_now(make_agreement(title="The Pact", slug="pact", in_force="1950", signed="1949", **common))
        publish_now(make_agreement(title="Old Pact", slug="old", in_force="1930", terminated="1940", **common))
        for number in range(31):
            bound = [{"actor": cls.france, "in_force": "1960"}, {"actor": cls.malta, "in_force": "1960"}]
            publish_now(make_agreement(title=f"Treaty {number:02}", in_force="1960", parties=bound))
        publish_now(make_actor(title="Union", slug="union", actor_kind="organisation", constituent_agreement=pact))
        article = publish_now(make_article(title="One", slug="one", topics=[airlift]))
        article.summary = "Told anew."
        article.save()
        publish_now(article, note="=Told anew")
        for number in range(2):
            shared = make_article(title=f"Same {number}")
            write_aliases(shared, ["Shared"])
            publish_now(shared)

    def test_rows_about_states_carry_both_codes(self):
        for address in ("/actors.json", "/agreements/pact.json", "/agreements/pact/map.json", "/map.json?on=1970"):
            table = self.client.get(address).json()
            rows = table.get("table", table)["rows"]
            codes = {(row["iso3"], row["cow"]) for row in rows if row["iso3"] in ("FRA", "MLT")}

            self.assertEqual(codes, {("FRA", "220"), ("MLT", "338")}, address)

    def files(self, address, **headers):
        """[(rows as JSON, rows as CSV)] of the files that a page names."""
        html = self.client.get(address).content.decode()
        links = [(kind, unescape(link)) for kind, link in ALTERNATE.findall(html)]
        tables = (
            [link for kind, link in links if kind == "text/csv"],
            [link for kind, link in links if kind != "text/csv"],
        )
        return html, [self.rows(*pair) for pair in zip(*tables, strict=True)]

    def rows(self, as_csv, as_json):
        data = self.client.get(as_json).json()
        text = self.client.get(as_csv).content.decode()
        lines = list(
            csv.reader(io.StringIO("".join(line for line in io.StringIO(text, newline="") if line[:2] != "# ")))
        )
        self.assertEqual(lines[0], data["columns"])
        unguarded = [
            [cell.removeprefix("'") if cell[:2] in ("'=", "'+", "'-", "'@") else cell for cell in row]
            for row in lines[1:]
        ]
        self.assertEqual(unguarded, [[str(value) for value in row.values()] for row in data["rows"]])
        for start in ("From: http://testserver/", "Licence: "):
            self.assertTrue(any(line.startswith(start) for line in data["readme"]), (as_json, start))
        return data["rows"]

    def test_files_hold_exactly_the_rows_that_the_page_shows(self):
        for address, expected in PAGES.items():
            with self.subTest(address):
                html, found = self.files(address)
                shown = [(column, of_page(html)) for column, of_page in expected]
                for (column, values), rows in zip(shown, found, strict=False):
                    held = [str(row[column]) for row in rows]
                    self.assert_same(values, list(dict.fromkeys(held)) if address.startswith("/between") else held)

    def assert_same(self, shown, held):
        self.assertEqual(len(shown), len(held), (shown, held))
        for text, value in zip(shown, held, strict=True):
            self.assertIn(value.lower(), text.lower())

    def test_accept_leads_to_the_file_with_the_same_filters(self):
        for address, accept, there in (
            ("/agreements/?status=in-force&page=2", "text/csv", "/agreements.csv?status=in-force&page=2"),
            ("/agreements/pact/map/?on=1960", "application/json", "/agreements/pact/map.json?on=1960"),
            ("/topics/airlift+sealift/", "text/csv", "/topics/airlift+sealift.csv?page=1"),
        ):
            response = self.client.get(address, headers={"Accept": accept})
            self.assertEqual((response.status_code, response.headers["Location"]), (303, there))
            self.assertIn("Accept", response.headers["Vary"])
        for accept in ("text/markdown", "text/html", "nonsense", "*/*", "text/csv;q=0.5, text/html"):
            self.assertEqual(self.client.get("/map/", headers={"Accept": accept}).status_code, 200)

    def test_files_of_an_entry_that_moved_move_along_and_those_of_one_that_is_gone_are_gone(self):
        self.malta.slug = "moved"
        self.malta.save()
        publish_now(self.malta)
        unpublish(self.france, "gone")

        for old, new in (
            ("/actors/malta/map.csv", "/actors/moved/map.csv"),
            ("/actors/malta/timeline.json?on=1960", "/actors/moved/timeline.json?on=1960"),
            ("/actors/malta/timeline/curve.json", "/actors/moved/timeline/curve.json"),
            ("/actors/malta/history.csv", "/actors/moved/history.csv"),
            ("/between/italy/malta.csv", "/between/italy/moved.csv"),
        ):
            self.assertRedirects(self.client.get(old), new, 301)
        for address in ("/actors/france/map.csv", "/between/france/malta.json", "/actors/france/history.csv"):
            self.assertEqual(self.client.get(address).status_code, 410)

    def test_files_of_a_day_know_nothing_later(self):
        for address in ("/agreements/pact/map.csv", "/agreements/pact/timeline.csv", "/between/france/malta.csv"):
            text = self.client.get(f"{address}?on=1980").content.decode()
            self.assertIn("Status as of 1980-12-31", text)
            self.assertNotIn("1990", text)
            self.assertEqual(self.client.get(f"{address}?on=never").status_code, 400)

    def test_every_page_that_shows_rows_names_its_files(self):
        for address, response in crawl(self.client).items():
            path = address.partition("?")[0]
            if response.headers.get("Content-Type", "").startswith("text/html") and not OWN.fullmatch(path):
                html = response.content.decode()
                if SHOWS.search(html):
                    with self.subTest(address):
                        self.assertTrue(ALTERNATE.search(html))
                        self.assertIn("These rows:", html)
