"""What machines read: feeds, sitemaps, pictures and data about pages, security.txt and robots.txt."""

import io
import re
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from xml.etree import ElementTree

import time_machine
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone, translation
from PIL import Image

from defcoop_site.exports.making import make_export
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from defcoop_site.sitemaps import EntrySitemap
from publishing.cards import HEIGHT, MARGIN, WIDTH, card
from publishing.publication import unpublish

from .for_machines import ATOM, atom_faults, is_address, json_ld_faults, json_ld_of, open_graph

PLACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FEEDS = [
    "/feed/",
    "/articles/feed/",
    "/actors/feed/",
    "/agreements/feed/",
    "/topics/airlift/feed/",
    "/actors/ruritania/feed/",
]


class LibraryTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.topic = make_topic("airlift", description="Flying <things> & people.")
        make_source("treaty", title="The text", date="1949-04", publisher="Depositary")
        make_source("unknown", title="Undated", date="unknown")
        cls.state = publish_now(
            make_actor(
                title="Ruritania", slug="ruritania", wikidata="Q42", summary="A < B & C.", topics=[cls.topic],
                body="See [@treaty, p. 1], [@treaty, p. 2] and [@unknown].",
            )
        )  # fmt: skip
        cls.pact = publish_now(make_agreement(title="The Pact", slug="pact", signed="1949-04-04", parties=[cls.state]))
        publish_now(make_actor(title="Elsewhere", slug="elsewhere"))
        publish_now(make_agreement(title="Other pact", slug="other", signed="unknown"))
        cls.article = publish_now(
            make_article(title="An “article”", slug="one", introduction="On [[Ruritania]].", topics=[cls.topic])
        )


class CanonicalAddressTests(LibraryTestCase):
    # What a reader's address may say, and the one address of what it shows: known filters alone, in the form's order, the day and the page last.
    CASES = {
        "/articles/?utm_source=x&order=revised&topic=airlift": "/articles/?topic=airlift&order=revised",
        "/articles/?topic=nothing&order=sideways&page=1": "/articles/",
        "/articles/?page=2": "/articles/?page=2",
        "/articles/?page=99": "/articles/?page=2",
        "/articles/?topic=": "/articles/",
        "/articles/?page=x&page=y": "/articles/",
        "/actors/?topic=airlift&x=1&kind=state": "/actors/?kind=state&topic=airlift",
        "/actors/?on=1990-10&region=europe&kind=rock": "/actors/?region=europe&on=1990-10",
        "/actors/?on=tomorrow": "/actors/",
        "/agreements/?party=Ruritania&decade=1940": "/agreements/?decade=1940&party=ruritania",
        "/agreements/?party=RURITANIA&on=1990": "/agreements/?party=ruritania&on=1990",
        "/agreements/?party=nobody&status=in-force&type=": "/agreements/?status=in-force",
        "/agreements/exits/?decade=1990&cause=x&act=left": "/agreements/exits/?act=left&decade=1990",
        "/topics/?order=name&fbclid=1": "/topics/?order=name",
        "/topics/?order=name&q=air": "/topics/?q=air&order=name",
        "/topics/airlift/?kind=actor&utm_source=x": "/topics/airlift/",
        "/map/?utm_source=x": "/map/",
        "/timeline/?topic=airlift&x=1": "/timeline/?topic=airlift",
        "/search/?topic=airlift&kind=actor&q=+rock+": "/search/?q=rock&kind=actor&topic=airlift",
        "/between/elsewhere/ruritania/?x=1": "/between/elsewhere/ruritania/",
        "/articles/one/?x=1": "/articles/one/",
        "/fr/articles/?x=1&order=revised": "/fr/articles/?order=revised",
    }

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        for number in range(30):
            publish_now(make_article(title=f"Paged {number:02}", slug=f"paged-{number}"))

    def test_lists_name_the_one_address_of_what_they_show(self):
        for address, canonical in self.CASES.items():
            with self.subTest(address):
                page = self.client.get(address).text
                expected = f'<link rel="canonical" href="http://testserver{escape(canonical)}">'
                self.assertEqual(re.findall('<link rel="canonical"[^>]*>', page), [expected])

    def test_canonical_address_shows_the_same_and_names_itself(self):
        for address, canonical in self.CASES.items():
            with self.subTest(address):
                there = self.client.get(canonical)
                self.assertEqual(there.status_code, 200)
                self.assertContains(there, f'<link rel="canonical" href="http://testserver{escape(canonical)}">')


class FeedTests(LibraryTestCase):
    def titles(self, address):
        feed = ElementTree.fromstring(self.client.get(address).content)  # noqa: S314 - our own
        return {entry.findtext(ATOM + "title") for entry in feed.findall(ATOM + "entry")}

    def test_every_feed_is_valid_atom(self):
        for address in FEEDS:
            with self.subTest(address):
                response = self.client.get(address)

                self.assertEqual(atom_faults(response.content), [])
                self.assertTrue(response.headers["Content-Type"].startswith("application/atom+xml"))
                self.assertIn(f'href="http://testserver{address}" rel="self"', response.text)

    def test_checker_names_what_is_wrong(self):
        good = self.client.get("/feed/").text
        for wrong, words in (
            (re.sub(r"<author>.*?</author>", "", good), "no author"),
            (re.sub(r"<id>urn.*?</id>", "", good, count=1), "0 id"),
            (re.sub(r"<updated>.*?</updated>", "<updated>4 May 2026</updated>", good), "RFC 3339"),
            (re.sub(r"<id>urn[^<]*</id>", "<id>one</id>", good), "no absolute address"),
        ):
            with self.subTest(words):
                self.assertTrue(any(words in fault for fault in atom_faults(wrong.encode())))

    def test_each_feed_has_what_belongs_to_it(self):
        everything = {"Ruritania", "The Pact", "Elsewhere", "Other pact", "An “article”"}
        self.assertEqual(self.titles("/feed/"), everything)
        self.assertEqual(self.titles("/articles/feed/"), {"An “article”"})
        self.assertEqual(self.titles("/actors/feed/"), {"Ruritania", "Elsewhere"})
        self.assertEqual(self.titles("/agreements/feed/"), {"The Pact", "Other pact"})
        self.assertEqual(self.titles("/topics/airlift/feed/"), {"Ruritania", "An “article”"})
        self.assertEqual(self.titles("/actors/ruritania/feed/"), {"Ruritania", "The Pact", "An “article”"})

    def test_feed_without_entries_is_valid_and_stays_as_it_is(self):
        unpublish(self.article, "gone")

        first, second = (self.client.get("/articles/feed/").content for _ in range(2))

        self.assertEqual(atom_faults(first), [])
        self.assertEqual(first, second)

    def test_standfirst_is_plain_text(self):
        self.assertContains(self.client.get("/actors/feed/"), "<summary>A &lt; B &amp; C.</summary>")

    def test_ids_outlive_a_new_address_and_a_minor_change_moves_nothing(self):
        before = self.client.get("/actors/feed/").text
        self.state.slug = "kingdom"
        self.state.save()
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            publish_now(self.state, minor=True)

        after = self.client.get("/actors/feed/").text

        for pattern in (r"<id>(urn:[^<]*)</id>", r"<updated>([^<]*)</updated>"):
            self.assertEqual(re.findall(pattern, before), re.findall(pattern, after))
        self.assertIn("/actors/kingdom/", after)
        self.assertRedirects(self.client.get("/actors/ruritania/feed/"), "/actors/kingdom/feed/", status_code=301)

    def test_feed_of_an_actor_that_is_gone_is_gone_and_of_none_is_not_found(self):
        lonely = publish_now(make_actor(slug="lonely"))
        unpublish(lonely, "gone")

        self.assertEqual(self.client.get("/actors/lonely/feed/").status_code, 410)
        self.assertEqual(self.client.get("/actors/nobody/feed/").status_code, 404)

    def test_no_entry_takes_the_address_of_a_feed_or_of_another_page_of_the_site(self):
        for row in (
            make_article(slug="feed"),
            make_actor(slug="feed"),
            make_agreement(slug="feed"),
            make_agreement(slug="compare"),
        ):
            for language in ("en-gb", "fr"):
                with self.subTest(f"{row.KIND} {row.slug}"), translation.override(language):
                    with self.assertRaises(ValidationError) as refused:
                        row.clean()
                    self.assertIn("slug", refused.exception.message_dict)
        make_article(slug="compare").clean()

    def test_pages_name_their_feeds(self):
        for page, feed in (
            ("/articles/", "/articles/feed/"),
            ("/actors/", "/actors/feed/"),
            ("/agreements/", "/agreements/feed/"),
            ("/actors/ruritania/", "/actors/ruritania/feed/"),
        ):
            with self.subTest(page):
                found = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', self.client.get(page).text)  # fmt: skip
                self.assertIn(feed, found)


class SitemapTests(LibraryTestCase):
    def places(self, address, name="url"):
        found = ElementTree.fromstring(self.client.get(address).content)  # noqa: S314 - our own
        return {
            item.findtext(PLACE + "loc").removeprefix("http://testserver"): item.findtext(PLACE + "lastmod")
            for item in found.findall(PLACE + name)
        }

    def test_index_leads_to_every_page_with_the_day_of_its_last_change(self):
        index = self.places("/sitemap.xml", "sitemap")

        self.assertEqual(set(index), {"/sitemap-entries.xml", "/sitemap-topics.xml", "/sitemap-pages.xml"})
        today = timezone.now().date().isoformat()
        self.assertEqual(index["/sitemap-entries.xml"][:10], today)
        entries = self.places("/sitemap-entries.xml")
        self.assertEqual(set(entries), {"/actors/ruritania/", "/actors/elsewhere/", "/agreements/pact/", "/agreements/other/", "/articles/one/"})  # fmt: skip
        self.assertEqual(set(entries.values()), {today})
        self.assertEqual(set(self.places("/sitemap-topics.xml")), {"/topics/airlift/"})
        for address in self.places("/sitemap-pages.xml"):
            self.assertEqual(self.client.get(address).status_code, 200, address)

    def test_full_file_is_followed_by_another_and_each_takes_two_queries(self):
        self.assertEqual(EntrySitemap.limit, 50_000)
        with mock.patch.object(EntrySitemap, "limit", 2):
            index = self.places("/sitemap.xml", "sitemap")
            pages = [f"/sitemap-entries.xml{query}" for query in ("", "?p=2", "?p=3")]
            self.assertLessEqual(set(pages), set(index))
            found = []
            for page in pages:
                with self.assertNumQueries(2):
                    found.append(set(self.places(page)))

            self.assertEqual([len(part) for part in found], [2, 2, 1])
            self.assertEqual(len(set().union(*found)), 5)
            for page in ("/sitemap-entries.xml?p=4", "/sitemap-nothing.xml", "/sitemap-entries.xml?p=x"):
                self.assertEqual(self.client.get(page).status_code, 404, page)


class JsonLdTests(LibraryTestCase):
    PAGES = (
        "/",
        "/articles/one/",
        "/actors/ruritania/",
        "/actors/elsewhere/",
        "/agreements/pact/",
        "/agreements/other/",
    )

    def of(self, address):
        [data] = json_ld_of(self.client.get(address).text)
        return data

    def test_all_of_it_is_valid(self):
        with override_settings(CONTENT_LICENCE="https://creativecommons.org/licenses/by/4.0/"):
            for address in (*self.PAGES, "/articles/one/v/1/"):
                with self.subTest(address):
                    self.assertEqual(json_ld_faults(self.of(address)), [])

    def test_checker_names_what_is_wrong(self):
        good = self.of("/articles/one/")
        for change in (
            {"@type": "Poem"},
            {"datePublished": "unknown"},
            {"datePublished": "1949-13"},
            {"url": "/articles/one/"},
            {"colour": "red"},
            {"isPartOf": {"@type": "WebSite"}},
            {"citation": []},
        ):
            with self.subTest(change):
                self.assertNotEqual(json_ld_faults({**good, **change}), [])
        self.assertNotEqual(json_ld_faults({key: value for key, value in good.items() if key != "headline"}), [])

    def test_entry_says_what_it_is_about_part_of_and_made_from(self):
        data = self.of("/actors/ruritania/")

        self.assertEqual(data["about"], {"@type": "Country", "name": "Ruritania", "sameAs": "https://www.wikidata.org/entity/Q42"})  # fmt: skip
        self.assertEqual(data["isPartOf"]["url"], "http://testserver/")
        self.assertEqual(
            data["citation"],
            [
                {"@id": "https://example.org/treaty"},
                {"@id": "https://example.org/unknown"},
            ],
        )
        self.assertEqual(self.of("/agreements/pact/")["about"]["legislationDate"], "1949-04-04")
        self.assertNotIn("legislationDate", self.of("/agreements/other/")["about"])

    def test_data_page_says_where_the_files_are(self):
        with TemporaryDirectory() as folder, override_settings(EXPORT_ROOT=Path(folder)):
            name = make_export(Path(folder)).name
            data = self.of("/data/")

        self.assertEqual(json_ld_faults(data), [])
        addresses = {file["contentUrl"] for file in data["distribution"]}
        self.assertIn(f"http://testserver/data/{name}/csv/entries.csv", addresses)

    def test_front_page_says_how_the_site_is_searched(self):
        template = self.of("/")["potentialAction"]["target"]["urlTemplate"]

        self.assertEqual(template, "http://testserver/search/?q={words}")


class PictureTests(LibraryTestCase):
    def test_every_page_has_a_picture_at_an_absolute_address_that_answers(self):
        for address, picture in (
            ("/", "/card.png"),
            ("/articles/", "/card.png"),
            ("/map/", "/card.png"),
            ("/topics/airlift/", "/topics/airlift/card.png"),
            ("/articles/one/", "/articles/one/card.png"),
            ("/articles/one/v/1/", "/articles/one/card.png"),
            ("/actors/ruritania/", "/actors/ruritania/card.png"),
            ("/agreements/pact/", "/agreements/pact/card.png"),
        ):
            with self.subTest(address):
                found = open_graph(self.client.get(address).text)
                self.assertEqual(found["og:image"], f"http://testserver{picture}")
                response = self.client.get(picture)
                self.assertEqual(response.headers["Content-Type"], "image/png")
                with Image.open(io.BytesIO(response.content)) as image:
                    self.assertEqual((image.format, image.size), ("PNG", (WIDTH, HEIGHT)))

    def test_entry_has_all_that_a_card_elsewhere_shows(self):
        page = self.client.get("/actors/ruritania/").text
        found = open_graph(page)

        self.assertEqual((found["og:title"], found["og:type"]), ("Ruritania", "article"))
        self.assertEqual(found["og:description"], "A &lt; B &amp; C.")
        self.assertTrue(is_address(found["og:url"]))
        self.assertIn(f'<link rel="canonical" href="{found["og:url"]}">', page)
        self.assertIn('<meta name="description" content="A &lt; B &amp; C.">', page)

    def test_picture_is_asked_for_once(self):
        first = self.client.get("/articles/one/card.png")

        again = self.client.get("/articles/one/card.png", headers={"If-None-Match": first.headers["ETag"]})

        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertIn("max-age", first.headers["Cache-Control"])

    def test_picture_follows_a_new_address_and_title_and_is_gone_with_its_page(self):
        before = self.client.get("/articles/one/card.png").content
        self.article.title = "Another title"
        self.article.save()
        self.assertEqual(self.client.get("/articles/one/card.png").content, before)
        self.article.slug = "two"
        self.article.save()
        publish_now(self.article)

        self.assertRedirects(self.client.get("/articles/one/card.png"), "/articles/two/card.png", status_code=301)
        self.assertNotEqual(self.client.get("/articles/two/card.png").content, before)
        unpublish(self.article, "gone")
        self.assertEqual(self.client.get("/articles/two/card.png").status_code, 410)
        for address in ("/articles/nothing/card.png", "/nothing/one/card.png", "/topics/nothing/card.png"):
            self.assertEqual(self.client.get(address).status_code, 404)


class CardTests(SimpleTestCase):
    def drawn(self, title):
        with Image.open(io.BytesIO(card(title, "Agreement"))) as image:
            return image.convert("RGB")

    def test_no_title_runs_over_the_edge(self):
        paper = self.drawn("A").getpixel((2, HEIGHT - 2))
        for title in ("A", "x" * 200, "W" * 200, "word " * 40, "Ünïcödé Łódź Đakovica " * 9, "漢字" * 50, "–" * 200):
            with self.subTest(title[:10]):
                image = self.drawn(title)
                edge = image.crop((WIDTH - MARGIN + 30, 20, WIDTH, HEIGHT))
                self.assertEqual(edge.getcolors(), [(edge.width * edge.height, paper)])

    def test_letters_with_accents_are_drawn_each_as_itself(self):
        drawn = {card(letter, "Actor") for letter in "eéèêëęėě"}

        self.assertEqual(len(drawn), 8)

    def test_same_words_give_the_same_picture_and_a_light_one(self):
        first = card("North Atlantic Treaty", "Agreement")
        card.cache_clear()

        self.assertEqual(card("North Atlantic Treaty", "Agreement"), first)
        self.assertLess(len(card("Ünïcödé Łódź Đakovica " * 9, "Agreement")), 40_000)


class TextFileTests(TestCase):
    @override_settings(SECURITY_CONTACT="", CONTACT_EMAIL="")
    def test_without_a_contact_there_is_no_security_txt(self):
        self.assertEqual(self.client.get("/.well-known/security.txt").status_code, 404)

    def test_security_txt_has_a_contact_and_expires_within_a_year(self):
        for contact, email, expected in (
            ("security@example.org", "desk@example.org", "mailto:security@example.org"),
            ("https://example.org/security", "", "https://example.org/security"),
            ("", "desk@example.org", "mailto:desk@example.org"),
        ):
            with self.subTest(contact), override_settings(SECURITY_CONTACT=contact, CONTACT_EMAIL=email):
                response = self.client.get("/.well-known/security.txt")

                self.assertEqual(response.headers["Content-Type"], "text/plain; charset=utf-8")
                fields = dict(line.split(": ", 1) for line in response.text.splitlines())
                self.assertEqual(fields["Contact"], expected)
                self.assertEqual(fields["Canonical"], "http://testserver/.well-known/security.txt")
                left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
                self.assertTrue(timedelta(days=30) < left < timedelta(days=365))

    def test_robots_are_told_where_the_sitemap_is_and_where_nothing_is_for_them(self):
        text = self.client.get("/robots.txt").text

        self.assertIn("Sitemap: http://testserver/sitemap.xml", text)
        self.assertIn("Disallow: /admin/", text)
