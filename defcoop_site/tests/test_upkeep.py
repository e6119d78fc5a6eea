"""Owners, checks that readers see, and notes corrected later."""

from datetime import UTC, date, datetime, timedelta

import time_machine
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import Generation, PublicEntry, PublicVersion
from publishing.publication import PublicationError, correct_note, publish, rebuild_public, record_check, unpublish
from publishing.snapshots import take_snapshot
from publishing.trash import put_in_trash
from publishing.upkeep import Check, Upkeep, months_before, overdue

from .crawl import contents
from .desk import desk_address, make_editor

WRITER = ["articles.view_article", "articles.change_article"]


def change(article, **fields):
    Article.objects.filter(pk=article.pk).update(**fields)
    return take_snapshot(Article.objects.get(pk=article.pk))


class MonthsBeforeTests(SimpleTestCase):
    def test_day_stays_or_is_the_months_last(self):
        for day, months, before in (
            (date(2026, 5, 31), 3, date(2026, 2, 28)),
            (date(2024, 3, 31), 1, date(2024, 2, 29)),
            (date(2026, 1, 15), 1, date(2025, 12, 15)),
            (date(2026, 12, 1), 12, date(2025, 12, 1)),
            (date(2028, 2, 29), 60, date(2023, 2, 28)),
        ):
            with self.subTest(day=day, months=months):
                self.assertEqual(months_before(day, months), before)


class CheckTests(TestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)
        self.client.force_login(self.editor)
        self.article = publish_now(make_article(slug="a"))
        self.address = desk_address(self.article, "checked", self.article.pk)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def test_readers_see_the_day_and_nothing_else_of_the_page_changes(self):
        page = self.client.get("/articles/a/").content.decode()
        self.assertNotIn("last checked", page)
        versions = PublicVersion.objects.count()

        with time_machine.travel(datetime(2030, 5, 3, 12, tzinfo=UTC)):
            record_check(self.article, self.editor, timezone.localdate())

        self.assertContains(
            self.client.get("/articles/a/"), ', last checked <time datetime="2030-05-03">3 May 2030</time>.'
        )
        self.assertEqual(PublicVersion.objects.count(), versions)
        self.assertEqual(PublicEntry.objects.get().revised_at, PublicVersion.objects.get().published_at)

    def test_check_is_kept_with_person_day_and_version(self):
        generation = Generation.objects.get().number

        response = self.client.post(self.address, follow=True)
        again = self.client.post(self.address, follow=True)

        self.assertContains(response, "Checked today; readers see the day.")
        self.assertContains(again, "You have checked this today already.")
        check = Check.objects.get()
        self.assertEqual((check.by, check.on, check.version), (self.editor, timezone.localdate(), 1))
        self.assertEqual(Generation.objects.get().number, generation + 1)
        self.assertEqual(AuditEvent.objects.filter(action="check").count(), 1)

    def test_day_survives_publishing_rebuilding_and_an_older_check(self):
        record_check(self.article, self.editor, date(2026, 5, 3))
        record_check(self.article, self.editor, date(2026, 5, 1))

        publish(change(self.article, title="Changed"), note="Changed")
        self.assertEqual(PublicEntry.objects.get().checked_on, date(2026, 5, 3))
        rebuild_public()

        self.assertEqual(PublicEntry.objects.get().checked_on, date(2026, 5, 3))

    def test_preview_shows_the_day_as_the_page_does(self):
        record_check(self.article, self.editor, date(2026, 5, 3))

        preview = self.client.get(desk_address(self.article, "snapshot", self.article.pk, 1))

        self.assertContains(preview, "last checked")

    def test_check_public_notices_a_day_that_nobody_recorded(self):
        PublicEntry.objects.update(checked_on=date(2026, 1, 1))

        self.assertEqual(check_public(), ["article a: checked_on differs"])

        PublicEntry.objects.update(checked_on=None)

    def test_only_a_live_page_is_checked(self):
        for row in (make_article(), self.article):
            if row == self.article:
                unpublish(row, Entry.State.WITHDRAWN)
            with self.assertRaises(PublicationError):
                record_check(row, self.editor, date(2026, 5, 3))

        self.assertContains(self.client.post(self.address, follow=True), "The entry stands elsewhere by now")
        self.assertFalse(Check.objects.exists())

    def test_get_writes_nothing_and_checking_takes_the_right_to_publish(self):
        self.assertEqual(self.client.get(self.address).status_code, 405)
        self.client.force_login(make_editor("writer", rights=WRITER))

        answers = [method(self.address).status_code for method in (self.client.get, self.client.post)]

        self.assertEqual(answers, [403, 403])
        self.assertFalse(Check.objects.exists())


class UpkeepPageTests(TestCase):
    def setUp(self):
        self.article = publish_now(make_article())
        self.writer = make_editor("writer", rights=WRITER)
        self.client.force_login(self.writer)
        self.address = desk_address(self.article, "upkeep", self.article.pk)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def test_owner_and_interval_are_kept_without_a_snapshot_or_a_change_for_readers(self):
        before = contents(self.client)

        self.client.post(self.address, {"owner": str(self.writer.pk), "interval": "6"})

        upkeep = Upkeep.objects.get(entry=self.article.pk)
        self.assertEqual((upkeep.owner, upkeep.interval), (self.writer, 6))
        self.assertEqual(self.article.snapshots.count(), 1)
        self.assertEqual(before, contents(self.client))

    def test_both_can_be_emptied_again(self):
        Upkeep.objects.create(entry_id=self.article.pk, owner=self.writer, interval=6)

        self.client.post(self.address, {"owner": "", "interval": ""})

        upkeep = Upkeep.objects.get()
        self.assertEqual((upkeep.owner, upkeep.interval), (None, None))

    def test_bad_input_is_refused(self):
        for data in ({"owner": "99999"}, {"interval": "7"}, {"interval": "x"}, {"owner": "x"}):
            with self.subTest(data=data):
                self.assertContains(self.client.post(self.address, data), "errorlist")
                self.assertFalse(Upkeep.objects.exists())

    def test_button_for_checking_stands_only_where_it_may_be_used(self):
        words = "Checked, nothing to change"
        self.assertNotContains(self.client.get(self.address), words)

        self.client.force_login(make_editor("publisher", rights=[*WRITER, "publishing.publish_entry"]))

        self.assertContains(self.client.get(self.address), words)

    def test_it_takes_the_right_to_change_the_entry(self):
        self.client.force_login(make_editor("reader", rights=["articles.view_article", "publishing.publish_entry"]))

        answers = [method(self.address).status_code for method in (self.client.get, self.client.post)]

        self.assertEqual(answers, [403, 403])


class OverdueTests(TestCase):
    TODAY = date(2030, 7, 1)

    def setUp(self):
        self.owner = make_editor("owner")

    def owned(self, published, checked=None, interval=6, **fields):
        with time_machine.travel(datetime.combine(published, datetime.min.time(), UTC)):
            article = publish_now(make_article(**fields))
        Upkeep.objects.create(entry_id=article.pk, owner=self.owner, interval=interval)
        if checked:
            record_check(article, self.owner, checked)
        return article

    def test_what_nobody_published_or_checked_within_its_interval_is_overdue(self):
        long_ago = date(2029, 1, 1)
        for published, checked, interval, late in (
            (date(2030, 1, 1), None, 6, False),
            (date(2029, 12, 31), None, 6, True),
            (date(2029, 12, 31), None, 12, False),
            (date(2029, 12, 31), None, None, False),
            (long_ago, date(2030, 1, 1), 6, False),
            (long_ago, date(2029, 12, 31), 6, True),
            (long_ago, date(2030, 6, 1), 1, False),
            (long_ago, date(2030, 5, 31), 1, True),
        ):
            with self.subTest(published=published, checked=checked, interval=interval):
                article = self.owned(published, checked, interval)

                with self.assertNumQueries(1):
                    found = list(overdue(self.owner, self.TODAY))

                self.assertEqual(article.pk in [entry.pk for entry in found], late)
                Upkeep.objects.all().delete()

    def test_only_ones_own_live_entries_count(self):
        long_ago = date(2029, 1, 1)
        mine = self.owned(long_ago)
        withdrawn, trashed, other = self.owned(long_ago), self.owned(long_ago), self.owned(long_ago)
        unpublish(withdrawn, Entry.State.WITHDRAWN)
        unpublish(trashed, Entry.State.GONE)
        put_in_trash(trashed)
        Upkeep.objects.filter(entry=other.pk).update(owner=make_editor("other"))

        self.assertEqual([entry.pk for entry in overdue(self.owner, self.TODAY)], [mine.pk])


class CorrectNoteTests(TestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)
        self.client.force_login(self.editor)
        self.article = publish_now(make_article())
        self.version = publish(change(self.article, title="Second"), note="A tpyo")
        self.address = desk_address(self.article, "note", self.article.pk, 2)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def test_note_changes_and_nothing_else_of_the_version(self):
        before = PublicVersion.objects.filter(pk=self.version.pk).values("content", "published_at", "is_minor").get()
        generation, revised = Generation.objects.get().number, PublicEntry.objects.get().revised_at

        self.client.post(self.address, {"note": " A\r\ntypo "})

        version = PublicVersion.objects.filter(pk=self.version.pk)
        self.assertEqual(version.get().note, "A typo")
        self.assertEqual(version.values("content", "published_at", "is_minor").get(), before)
        self.assertEqual(Generation.objects.get().number, generation + 1)
        self.assertEqual(PublicEntry.objects.get().revised_at, revised)

    def test_audit_log_says_what_it_was_and_became_in_full(self):
        long = "x" * 300
        correct_note(self.version, long, self.editor)
        correct_note(self.version, "Short", self.editor)

        event = AuditEvent.objects.filter(action="note").first()

        self.assertEqual((event.who, event.was, event.became), (self.editor, long, "v2: Short"))
        self.assertEqual(event.entry_id, self.article.pk)

    def test_same_note_is_no_correction(self):
        generation = Generation.objects.get().number

        self.assertContains(self.client.post(self.address, {"note": "A tpyo"}, follow=True), "was this already")

        self.assertEqual(Generation.objects.get().number, generation)
        self.assertFalse(AuditEvent.objects.filter(action="note").exists())

    def test_version_that_needs_a_note_keeps_one(self):
        refused = self.client.post(self.address, {"note": " "})
        first = desk_address(self.article, "note", self.article.pk, 1)
        self.client.post(first, {"note": ""})

        self.assertContains(refused, "it needs a note that says what changed")
        self.assertEqual(list(PublicVersion.objects.order_by("number").values_list("note", flat=True)), ["", "A tpyo"])

    def test_unknown_version_is_not_found_and_too_long_a_note_is_refused(self):
        unknown = desk_address(self.article, "note", self.article.pk, 9)

        self.assertEqual(self.client.get(unknown).status_code, 404)
        self.assertContains(self.client.post(self.address, {"note": "x" * 301}), "at most 300 characters")

    def test_history_leads_there_for_who_may(self):
        history = desk_address(self.article, "history", self.article.pk)
        self.assertContains(self.client.get(history), self.address)
        self.client.force_login(make_editor("writer", rights=WRITER))

        self.assertNotContains(self.client.get(history), self.address)
        for method in (self.client.get, self.client.post):
            self.assertEqual(method(self.address, {"note": "Mine"}).status_code, 403)
        self.assertFalse(PublicVersion.objects.filter(note="Mine").exists())


class AgeTests(TestCase):
    def test_future_check_is_not_made_by_the_desk(self):
        article = publish_now(make_article())
        self.client.force_login(make_editor(everything=True))

        self.client.post(desk_address(article, "checked", article.pk), {"on": f"{timezone.localdate() + timedelta(9)}"})

        self.assertEqual(Check.objects.get().on, timezone.localdate())
