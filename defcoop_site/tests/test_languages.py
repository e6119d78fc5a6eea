"""Each page in each language: one address for each, the same page behind it, and what is written marked as what it is."""

import re

from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import SimpleTestCase, TestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from defcoop_site.page_cache import PageCache
from publishing.languages import language_of

from .desk import make_editor
from .test_page_cache import Counting, ask, timeless


def alternates(html):
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html))


class LanguageOfAddressTests(SimpleTestCase):
    def test_only_a_whole_first_part_is_a_language(self):
        for path, expected in (
            ("/", "en-gb"),
            ("/fr/", "fr"),
            ("/fr", "fr"),
            ("/fr/articles/x/", "fr"),
            ("/french/", "en-gb"),
            ("/articles/fr/", "en-gb"),
            ("/en-gb/articles/", "en-gb"),
            ("/de/", "en-gb"),
            ("//fr/", "en-gb"),
        ):
            with self.subTest(path):
                self.assertEqual(language_of(path), expected)


class LanguageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        topic = make_topic("airlift")
        cls.land = publish_now(make_actor(title="Élysée land", slug="land", topics=[topic]))
        publish_now(make_article(title="Airlift", slug="airlift", introduction="[[Élysée land]]", topics=[topic]))
        publish_now(make_agreement(title="Pact", slug="pact", in_force="1949", parties=[{"actor": cls.land}]))

    def page(self, address, **headers):
        response = self.client.get(address, headers=headers)
        self.assertEqual(response.status_code, 200, address)
        return response.content.decode()

    def test_english_addresses_stand_as_they_are_and_french_ones_behind_their_code(self):
        for address, tag in (("/articles/airlift/", "en-gb"), ("/fr/articles/airlift/", "fr")):
            with self.subTest(address):
                html = self.page(address)

                self.assertIn(f'<html lang="{tag}">', html)
                self.assertEqual(
                    alternates(html),
                    {
                        "en": "http://testserver/articles/airlift/",
                        "x-default": "http://testserver/articles/airlift/",
                        "fr": "http://testserver/fr/articles/airlift/",
                    },
                )
                self.assertIn(f'<link rel="canonical" href="http://testserver{address}">', html)
        self.assertEqual(self.client.get("/en-gb/articles/airlift/").status_code, 404)
        self.assertRedirects(self.client.get("/fr"), "/fr/", 301)

    def test_links_of_a_page_lead_to_pages_of_its_language(self):
        leading = re.findall(r'<a [^>]*?href="(/[^"]*)"', self.page("/fr/articles/airlift/"))

        unprefixed = {address for address in leading if not address.startswith("/fr/")}
        self.assertEqual(unprefixed, {"/articles/airlift/", "/feed/", "/sitemap.xml"})
        self.assertIn("/fr/actors/land/", leading)

    def test_switch_leads_to_the_same_page_with_the_same_parameters(self):
        html = self.page("/agreements/?status=in-force&on=1990")

        self.assertIn(
            '<a href="/fr/agreements/?status=in-force&amp;on=1990" lang="fr" hreflang="fr">Français</a>', html
        )
        html = self.page("/fr/agreements/?status=in-force&on=1990")
        self.assertIn('<a href="/agreements/?status=in-force&amp;on=1990" lang="en" hreflang="en">English</a>', html)

    def test_neither_cookie_nor_browser_changes_the_language_of_an_address(self):
        plain = self.page("/articles/airlift/")

        self.client.cookies["django_language"] = "fr"
        response = self.client.get("/articles/airlift/", headers={"Accept-Language": "fr"})

        self.assertEqual(response.content.decode(), plain)
        self.assertNotIn("Accept-Language", response.headers.get("Vary", ""))
        self.assertNotIn("Set-Cookie", response.headers)

    def test_files_have_one_address(self):
        for address in ("/articles.csv", "/articles/airlift.json", "/feed/", "/sitemap.xml", "/topics/airlift/feed/"):
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 200)
                self.assertEqual(self.client.get(f"/fr{address}").status_code, 404)
        wanted = self.client.get("/fr/articles/airlift/", headers={"Accept": "application/json"})
        self.assertRedirects(wanted, "/articles/airlift.json", 303)

    def test_pages_that_are_missing_say_so_in_the_language_of_their_address(self):
        response = self.client.get("/fr/articles/nothing/")

        self.assertContains(response, '<html lang="fr">', status_code=404)

    def test_search_in_french_pages_finds_the_same_entries(self):
        found = re.findall(r'entry-line__title" href="(?:/fr)?(/[^"]+)"', self.page("/search/?q=elysee"))

        self.assertEqual(found, ["/actors/land/", "/articles/airlift/"])
        self.assertEqual(re.findall(r'entry-line__title" href="/fr(/[^"]+)"', self.page("/fr/search/?q=elysee")), found)

    def test_citation_names_the_one_permanent_address(self):
        self.assertIn("http://testserver/articles/airlift/v/1/", self.page("/fr/articles/airlift/v/1/cite/"))
        self.assertNotIn("http://testserver/fr/articles/airlift/v/1/.", self.page("/fr/articles/airlift/v/1/cite/"))

    def test_desk_speaks_the_language_of_the_browser_until_the_editor_chooses(self):
        self.client.force_login(make_editor(everything=True))

        self.assertIn('<html lang="fr"', self.page("/admin/", **{"Accept-Language": "fr-CA,fr;q=0.9"}))
        self.client.post("/admin/language/", {"language": "en-gb", "next": "/admin/"})

        self.assertIn('<html lang="en-gb"', self.page("/admin/", **{"Accept-Language": "fr-CA,fr;q=0.9"}))
        self.assertEqual(self.client.cookies["django_language"]["path"], "/admin/")


class OrderTests(TestCase):
    def test_lists_by_name_follow_accents_in_every_language(self):
        names = ["Zeta", "Élysée", "Türkiye", "Tunis", "eden", "Åland", "F35", "F-36", "F 37"]
        actors = [publish_now(make_actor(title=name)) for name in names]
        publish_now(make_agreement(slug="pact", in_force="1949", parties=actors))

        for address in ("/actors/", "/fr/actors/", "/agreements/pact/", "/fr/agreements/pact/"):
            with self.subTest(address):
                rows = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', self.client.get(address).content.decode())
                self.assertEqual(rows, ["Åland", "eden", "Élysée", "F 37", "F-36", "F35", "Tunis", "Türkiye", "Zeta"])


class CachedLanguageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        publish_now(make_article(title="Airlift", slug="airlift"))

    def setUp(self):
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        caches["default"].clear()
        self.inner = Counting(WSGIHandler())
        self.cached = PageCache(self.inner, 1)

    def test_each_language_has_its_own_copy_and_one_copy_serves_every_browser(self):
        english, french = "/articles/airlift/", "/fr/articles/airlift/"
        first = {address: timeless(ask(self.cached, address)) for address in (english, french)}

        again = {
            address: timeless(ask(self.cached, address, HTTP_ACCEPT_LANGUAGE="de", HTTP_COOKIE="django_language=fr"))
            for address in (french, english)
        }

        self.assertEqual(first, again)
        self.assertEqual(len(self.inner.asked), 2)
        self.assertIn(b'<html lang="fr">', first[french][2])
        self.assertIn(b'<html lang="en-gb">', first[english][2])

    def test_what_is_private_is_no_page_behind_a_language_code(self):
        for address in ("/fr/admin/", "/fr/share/x/", "/fr/media/x", "/fr/healthz"):
            with self.subTest(address):
                for _ in range(2):
                    self.assertEqual(ask(self.cached, address)[0], 404)
        self.assertEqual(len(self.inner.asked), 8)
