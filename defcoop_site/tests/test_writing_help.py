"""The help that the change form gives to whoever writes: toolbar, counts, findings, the preview beside it."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from actors.models import Agreement
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.models import Entry
from publishing.snapshots import take_snapshot

from .desk import add_row, change_address, desk_address, form_data, make_editor
from .test_desk import WRITES


class WritingHelpTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)

    def setUp(self):
        self.client.force_login(self.editor)

    def open(self, row):
        return self.client.get(change_address(row))

    def save(self, row, **changes):
        data = {**form_data(self.open(row)), **changes, "_continue": "1"}
        return self.client.post(change_address(row), data, follow=True)


class FormTests(WritingHelpTests):
    def test_markdown_fields_say_what_they_are_and_how_long_they_are(self):
        rows = [
            (make_article(introduction="One two.", sections=[{"body": "One two three."}]), 3),  # and the empty section
            (make_actor(body="One two."), 1),
            (make_agreement(body="One two."), 1),
        ]
        for row, fields in rows:
            with self.subTest(kind=row.KIND):
                response = self.open(row)

                self.assertContains(response, ' data-markdown=""', count=fields)
                self.assertContains(response, 'role="toolbar"', count=fields)
                self.assertContains(response, "Words: 2. Reading time: 1 min.")

    def test_length_of_the_whole_entry_is_told(self):
        article = make_article(introduction="word " * 200, sections=[{"body": "word " * 260}])
        take_snapshot(article)

        self.assertContains(self.open(article), "Words: 460. Reading time: 2 min.")

    def test_findings_lead_to_their_fields(self):
        article = make_article(introduction="[[Nowhere]]", sections=[{"body": "Fine."}, {"title": "Void", "body": ""}])
        take_snapshot(article)

        response = self.open(article)

        self.assertContains(response, '<a href="#id_introduction">Introduction</a>')
        self.assertContains(response, '<a href="#id_sections-1-body">Void, Text</a>: The section has no text.')
        self.assertContains(response, 'id="id_sections-1-body"')
        self.assertContains(response, "3 things are missing or weak")

    def test_findings_of_an_agreement_lead_to_its_parts(self):
        agreement = make_agreement(parties=[make_actor(), make_actor(title="Ruritania")])
        agreement.participations.filter(actor__title="Ruritania").update(in_force="1999", ended="1998")
        take_snapshot(agreement)

        self.assertContains(self.open(agreement), '<a href="#id_participations-1-ended">Ruritania, Ended</a>')

    def test_what_stops_publishing_says_so(self):
        article = make_article(summary="")
        take_snapshot(article)

        self.assertContains(self.open(article), "Stops publishing.")

    def test_findings_stand_open_until_readers_see_the_same(self):
        article = make_article()
        take_snapshot(article)
        before = self.open(article)
        publish_now(article)
        after = self.open(article)

        self.assertContains(before, "data-findings open>")
        self.assertContains(after, "data-findings>")

    def test_findings_are_those_of_the_last_save(self):
        article = make_article(summary="")
        first = self.save(article)
        second = self.save(article, summary="What it is.")

        self.assertContains(first, "It needs a standfirst.")
        self.assertNotContains(second, "It needs a standfirst.")

    def test_findings_cost_no_query(self):
        agreement = publish_now(make_agreement(parties=[make_actor()], topics=[make_topic()]))
        counts = []
        for body in ("", "[[Nowhere]] [@nobody] ![](x)"):
            self.save(agreement, body=body)
            with CaptureQueriesContext(connection) as queries:
                self.open(agreement)
            counts.append(len(queries))

        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 15)

    def test_form_to_add_has_the_help_too(self):
        response = self.client.get(desk_address(Article, "add"))

        self.assertContains(response, 'role="toolbar"', count=2)
        self.assertNotContains(response, "missing or weak")


class IncompleteDraftTests(WritingHelpTests):
    def add(self, model, **fields):
        data = {**form_data(self.client.get(desk_address(model, "add"))), **fields, "_continue": "1"}
        return self.client.post(desk_address(model, "add"), data, follow=True)

    def test_title_alone_is_enough_to_save_an_article(self):
        self.add(Article, title="Étude on airlift", slug="")

        self.assertEqual(Article.objects.get().slug, "etude-on-airlift")

    def test_entry_without_a_title_is_asked_for_one_and_keeps_what_was_typed(self):
        response = self.add(Article, title="", introduction="Much text.")

        self.assertContains(response, "Give it a title, if only a working one")
        self.assertEqual(form_data(response)["introduction"], "Much text.")
        self.assertFalse(Entry.objects.exists())

    def test_title_that_gives_no_address_asks_for_one(self):
        self.assertContains(self.add(Article, title="條約", slug=""), "Write an address")

    def test_address_made_from_the_title_may_be_taken(self):
        make_article(slug="airlift")

        self.assertContains(self.add(Article, title="Airlift", slug=""), "Another entry of this kind has this address")


class PreviewBesideTests(WritingHelpTests):
    def previews(self):
        article, agreement = make_article(), make_agreement(parties=[make_actor()])
        yield self.client.post(desk_address(article, "preview", article.pk), form_data(self.open(article)))
        faulty = {**form_data(self.open(agreement)), "signed": "yesterday"}
        yield self.client.post(desk_address(agreement, "preview", agreement.pk), faulty)
        yield self.client.post(
            desk_address(Agreement, "preview_new"), form_data(self.client.get(desk_address(Agreement, "add")))
        )

    def test_preview_may_stand_in_a_frame_of_ours_alone(self):
        for response in self.previews():
            with self.subTest(status=response.status_code):
                self.assertEqual(response.headers["X-Frame-Options"], "SAMEORIGIN")
                policy = response.headers["Content-Security-Policy"]
                self.assertIn("frame-ancestors 'self'", policy)
                self.assertIn("default-src 'none'", policy)
                self.assertNotIn("unsafe", policy)

    def test_no_other_page_may_stand_in_a_frame(self):
        article = publish_now(make_article())
        for address in (change_address(article), "/admin/", f"/articles/{article.slug}/", "/"):
            with self.subTest(address):
                headers = self.client.get(address).headers
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])

    def test_only_the_form_may_hold_a_frame(self):
        article = publish_now(make_article())

        self.assertIn("frame-src 'self'", self.open(article).headers["Content-Security-Policy"])
        for address in ("/admin/", f"/articles/{article.slug}/"):
            self.assertNotIn("frame-src", self.client.get(address).headers["Content-Security-Policy"])

    def test_previews_write_nothing(self):
        make_source("treaty")
        article = publish_now(make_article(topics=[make_topic()]))
        data = {**form_data(self.open(article)), "introduction": "[[New]] [@treaty]", "aliases": "Another"}
        add_row(data, "sections", title="New", level="1", body="Words.")

        with CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                response = self.client.post(desk_address(article, "preview", article.pk), data)

        self.assertContains(response, "Words.")
        self.assertEqual([query["sql"] for query in queries if query["sql"].startswith(WRITES)], [])
