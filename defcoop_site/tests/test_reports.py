"""Report an error: a reader's form without cookie or account, and what the desk makes of it."""

import re
from datetime import timedelta

import time_machine
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from publishing.audit import AuditEvent
from publishing.management.commands.run_due import do_due
from publishing.report_pages import LIMIT
from publishing.reports import LONGEST, Report, token_of

from .crawl import contents
from .desk import change_address, make_editor

WORDS = "Ruritania signed in 1951, not in 1949."
ADDRESS = "/articles/pact/report/"


class ReaderTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = publish_now(
            make_article(title="The pact", slug="pact", sections=[{"title": "Origins", "body": "In 1949."}])
        )

    def setUp(self):
        caches["default"].clear()

    def fields(self, address=ADDRESS, **changes):
        """What a browser would post from the form at an address."""
        token = re.search(r'name="token" value="([^"]+)"', self.client.get(address).text)[1]
        return {"token": token, "section": "", "words": WORDS, "email": "", "website": "", **changes}

    def post(self, fields, **headers):
        return self.client.post(ADDRESS, fields, headers=headers)

    def test_page_leads_to_the_form_and_the_report_names_version_and_section_that_the_reader_saw(self):
        page = self.client.get("/articles/pact/")
        self.assertContains(page, 'href="/articles/pact/report/?version=1" rel="nofollow">Report an error')
        fields = self.fields(f"{ADDRESS}?version=1&section=origins", section="origins", email="reader@example.org")
        self.article.sections.update(title="Beginnings")
        publish_now(self.article)

        response = self.post(fields)

        self.assertContains(response, "The editors have it")
        report = Report.objects.get()
        self.assertEqual((report.entry_id, report.version, report.state), (self.article.pk, 1, "new"))
        self.assertEqual((report.section, report.section_title), ("origins", "Origins"))
        self.assertEqual((report.words, report.email), (WORDS, "reader@example.org"))
        self.assertEqual(report.page_address, "/articles/pact/v/1/#origins")

    def test_form_offers_the_sections_of_each_kind_and_marks_the_one_asked_for(self):
        publish_now(make_actor(slug="land"))
        publish_now(make_agreement(slug="pact"))

        for address, section in (
            (ADDRESS, "origins"),
            ("/actors/land/report/", "party-to"),
            ("/agreements/pact/report/", "parties"),
            ("/agreements/pact/report/", "notes"),
        ):
            with self.subTest(address, section=section):
                response = self.client.get(f"{address}?section={section}")
                self.assertContains(response, f'<option value="{section}" selected>')

    def test_neither_form_nor_answer_sets_a_cookie(self):
        form = self.client.get(ADDRESS)
        answer = self.post(self.fields())

        self.assertEqual((form.cookies, answer.cookies), ({}, {}))

    def test_what_is_typed_stays_where_something_is_wrong(self):
        fields = self.fields()
        for wrong in (
            {"email": "no address"},
            {"section": "nowhere"},
            {"words": "x" * (LONGEST + 1)},
            {"words": f"{WORDS}\x00"},
        ):
            with self.subTest(wrong):
                typed = {**fields, "email": "reader@example.org", **wrong}
                response = self.post(typed)

                self.assertEqual(response.status_code, 422)
                self.assertIn("errorlist", response.text)
                self.assertEqual(response.context["form"]["words"].value(), typed["words"])
                self.assertEqual(response.context["form"]["email"].value(), typed["email"])
        self.assertEqual(self.post({**fields, "words": "  "}).status_code, 422)
        self.assertFalse(Report.objects.exists())

    def test_old_forged_and_foreign_forms_are_shown_again_with_what_was_typed(self):
        other = publish_now(make_article(slug="other"))
        today = timezone.localdate()
        for what, token, headers in (
            ("two days old", token_of(self.article.pk, 1, today - timedelta(days=2)), {}),
            ("of another page", token_of(other.pk, 1, today), {}),
            ("forged", f"{self.article.pk}/1/{today}:forged", {}),
            ("missing", "", {}),
            ("from another site", token_of(self.article.pk, 1, today), {"Origin": "https://elsewhere.example"}),
            ("from another site", token_of(self.article.pk, 1, today), {"Sec-Fetch-Site": "cross-site"}),
        ):
            with self.subTest(what):
                response = self.post({**self.fields(), "token": token}, **headers)

                self.assertContains(response, WORDS, status_code=403)
                self.assertFalse(Report.objects.exists())
        again = re.search(r'name="token" value="([^"]+)"', response.text)[1]
        self.assertEqual(self.post({**self.fields(), "token": again}, Origin="http://testserver").status_code, 200)

    def test_yesterdays_form_is_taken(self):
        token = token_of(self.article.pk, 1, timezone.localdate() - timedelta(days=1))

        self.assertEqual(self.post({**self.fields(), "token": token}).status_code, 200)

        self.assertEqual(Report.objects.count(), 1)

    def test_program_that_fills_in_every_field_is_thanked_and_not_heard(self):
        response = self.post(self.fields(website="https://example.org/"))

        self.assertContains(response, "The editors have it")
        self.assertFalse(Report.objects.exists())

    def test_sixth_report_in_an_hour_is_asked_to_wait_and_keeps_its_words(self):
        with time_machine.travel("2026-05-04 12:00:00+00:00", tick=False):
            for number in range(LIMIT.count):
                self.assertEqual(self.post(self.fields(words=f"{WORDS} {number}")).status_code, 200)

            response = self.post(self.fields())

        self.assertContains(response, WORDS, status_code=429)
        self.assertEqual(response["Retry-After"], "3600")
        self.assertEqual(Report.objects.count(), LIMIT.count)

    def test_same_words_sent_twice_are_one_report(self):
        for _ in range(2):
            self.post(self.fields())

        self.assertEqual(Report.objects.count(), 1)

    def test_form_follows_a_renamed_page_and_is_gone_with_one_that_is_gone(self):
        self.article.slug = "treaty"
        self.article.save()
        publish_now(self.article)

        self.assertRedirects(self.client.get(ADDRESS), "/articles/treaty/report/", status_code=301)
        self.assertEqual(self.client.get("/articles/nothing/report/").status_code, 404)
        self.assertEqual(self.client.get("/nothing/pact/report/").status_code, 404)

    def test_report_is_about_the_entry_that_has_the_address_now(self):
        self.article.slug = "treaty"
        self.article.save()
        publish_now(self.article)
        other = publish_now(make_article(title="Another pact", slug="another"))
        other.slug = "pact"
        other.save()
        publish_now(other)

        self.post(self.fields(f"{ADDRESS}?version=1"))

        report = Report.objects.get()
        self.assertEqual((report.entry_id, report.version), (other.pk, 2))

    def test_no_page_shows_a_report(self):
        before = contents(self.client)

        self.post(self.fields(words="zanzibar", email="zanzibar@example.org"))

        after = contents(self.client)
        self.assertEqual(before, after)
        self.assertIn(f"{ADDRESS}?version=1", after)


class DeskTests(TestCase):
    def setUp(self):
        self.article = publish_now(make_article(title="The pact"))
        self.report = Report.objects.create(
            entry_id=self.article.pk, version=1, words=WORDS, email="reader@example.org", section_title="Origins"
        )
        self.address = f"/admin/publishing/report/{self.report.pk}/change/"
        self.editor = make_editor(rights=["publishing.view_report", "publishing.change_report"])

    def decide(self, **fields):
        self.client.force_login(self.editor)
        data = {"state": "new", "assignee": "", "note": "", **fields}
        self.assertEqual(self.client.post(self.address, data).status_code, 302)
        self.report.refresh_from_db()

    def test_desk_lists_what_waits_and_the_form_of_the_entry_says_so(self):
        self.client.force_login(make_editor("chief", everything=True))

        front = self.client.get("/admin/")
        form = self.client.get(change_address(self.article))

        self.assertContains(front, "1 report by a reader waits")
        self.assertContains(form, "1 error reported by readers")
        for page in (front, form):
            link = re.search(r'href="(/admin/publishing/report/\?[^"]+)"', page.text)[1].replace("&amp;", "&")
            listed = self.client.get(link)
            self.assertContains(listed, WORDS)
            self.assertContains(listed, "The pact")
        self.decide(state="done")
        self.assertNotContains(self.client.get(link), WORDS)
        self.assertContains(self.client.get("/admin/"), "No report by a reader waits.")

    def test_report_shows_what_the_reader_saw_and_said(self):
        self.client.force_login(self.editor)

        response = self.client.get(self.address)

        for words in (
            WORDS,
            "reader@example.org",
            "Origins",
            f'href="{self.article.live_address}v/1/"',
            change_address(self.article),
        ):
            self.assertContains(response, words)

    def test_closing_forgets_the_readers_address_and_is_logged_without_the_words(self):
        self.decide(state="accepted", note="Asked the archive.", assignee=str(self.editor.pk))
        self.assertEqual((self.report.email, self.report.closed_at), ("reader@example.org", None))
        self.assertEqual((self.report.assignee, self.report.note), (self.editor, "Asked the archive."))

        self.decide(state="done")

        self.assertEqual(self.report.email, "")
        self.assertIsNotNone(self.report.closed_at)
        logged = AuditEvent.objects.filter(action="report").order_by("pk")
        self.assertEqual(
            list(logged.values_list("who", "entry", "was", "became")),
            [
                (self.editor.pk, self.article.pk, "new", "accepted"),
                (self.editor.pk, self.article.pk, "accepted", "done"),
            ],
        )

    def test_database_keeps_no_address_with_a_closed_report(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=self.report.pk).update(state="done", closed_at=timezone.now())

    def test_closed_reports_are_deleted_after_ninety_days_and_open_ones_never(self):
        waiting = Report.objects.create(entry_id=self.article.pk, version=1, words="Something else.")
        self.decide(state="rejected")
        closed = self.report.closed_at

        do_due(closed + timedelta(days=90) - timedelta(seconds=1))
        self.assertEqual(Report.objects.count(), 2)
        do_due(closed + timedelta(days=90))

        self.assertEqual(list(Report.objects.all()), [waiting])

    def test_only_who_has_the_right_sees_or_decides(self):
        addresses = [self.address, "/admin/publishing/report/"]
        self.client.force_login(make_editor("stranger", rights=["articles.view_article", "articles.change_article"]))
        for address in addresses:
            self.assertEqual(self.client.get(address).status_code, 403)
            self.assertEqual(self.client.post(address, {"state": "done"}).status_code, 403)
        for page in ("/admin/", change_address(self.article)):
            self.assertNotContains(self.client.get(page), "report")
        self.client.force_login(make_editor("looker", rights=["publishing.view_report"]))

        self.assertEqual(self.client.get(self.address).status_code, 200)
        self.assertEqual(self.client.post(self.address, {"state": "done"}).status_code, 403)

    def test_nobody_adds_or_deletes_one_by_hand(self):
        self.client.force_login(make_editor("chief", everything=True))

        self.assertEqual(self.client.get("/admin/publishing/report/add/").status_code, 403)
        self.assertEqual(self.client.post(self.address.replace("change", "delete"), {"post": "yes"}).status_code, 403)
