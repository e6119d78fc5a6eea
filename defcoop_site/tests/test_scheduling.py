"""Publish at: a snapshot goes live at its moment, once, and nothing of it shows before."""

import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Thread
from unittest import skipUnless
from unittest.mock import patch

import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.management.commands import run_due
from publishing.models import Entry
from publishing.public import Generation, PublicEntry, PublicVersion
from publishing.publication import PublicationError, publish, unpublish
from publishing.scheduling import FURTHEST, PublicationSchedule, cancel, publish_due, schedule
from publishing.snapshots import take_snapshot

from .crawl import contents
from .desk import change_address, desk_address, form_data, make_editor

HOUR = timedelta(hours=1)
SECRET = "zanzibar"


def change(article, **fields):
    """Save a change to a working article. Returns the new snapshot."""
    Article.objects.filter(pk=article.pk).update(**fields)
    return take_snapshot(Article.objects.get(pk=article.pk))


def title_of_page(row):
    return PublicEntry.objects.values_list("title", flat=True).filter(pk=row.pk).first()


class PublishDueTests(TestCase):
    """Given a live article and a change to it that waits for its moment."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.article = publish_now(make_article(title="Old"))
        cls.changed = change(cls.article, title="New")
        cls.due = timezone.now() + HOUR

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def schedule(self, snapshot=None, due_at=None, note="Renamed", **options):
        return schedule(snapshot or self.changed, due_at or self.due, self.editor, note, **options)

    def test_snapshot_goes_live_when_its_moment_has_come(self):
        for moment, shown in (
            (self.due - timedelta(microseconds=1), "Old"),
            (self.due, "New"),
            (self.due + HOUR, "New"),
        ):
            with self.subTest(moment=moment), transaction.atomic():
                self.schedule()

                publish_due(moment)

                self.assertEqual(title_of_page(self.article), shown)
                transaction.set_rollback(True)

    def test_published_version_bears_the_note_and_who_scheduled_it(self):
        self.schedule()

        publish_due(self.due)

        version = PublicVersion.objects.latest("number")
        self.assertEqual((version.note, version.is_minor, version.published_by), ("Renamed", False, self.editor.pk))
        self.assertEqual(AuditEvent.objects.latest("pk").who, self.editor)

    def test_minor_change_stays_minor(self):
        self.schedule(note="", minor=True)

        publish_due(self.due)

        self.assertTrue(PublicVersion.objects.latest("number").is_minor)

    def test_second_run_finds_nothing(self):
        self.schedule()

        first, second = publish_due(self.due), publish_due(self.due)

        self.assertEqual((first, second), ({"published": 1}, {}))
        self.assertEqual(PublicVersion.objects.filter(entry_id=self.article.pk).count(), 2)
        self.assertFalse(PublicationSchedule.objects.exists())

    def test_later_saves_stay_drafts(self):
        self.schedule()
        latest = change(self.article, title="Newest")

        publish_due(self.due)

        self.assertEqual(title_of_page(self.article), "New")
        self.assertEqual(Entry.objects.get(pk=self.article.pk).head, latest)

    def test_new_choice_replaces_the_one_before(self):
        self.schedule()
        self.schedule(due_at=self.due + HOUR)

        publish_due(self.due)
        shown_before = title_of_page(self.article)
        publish_due(self.due + HOUR)

        self.assertEqual((shown_before, title_of_page(self.article)), ("Old", "New"))

    def test_cancelled_schedule_publishes_nothing(self):
        self.schedule()

        cancelled, again = cancel(self.article), cancel(self.article)
        publish_due(self.due)

        self.assertEqual((cancelled, again), (True, False))
        self.assertEqual(title_of_page(self.article), "Old")

    def test_what_was_published_meanwhile_is_not_published_again(self):
        newer = change(self.article, title="Newest")
        for published in (self.changed, newer):
            with self.subTest(published=published), transaction.atomic():
                self.schedule()
                publish(published, note="By hand")
                before = Generation.objects.get().number

                outcomes = publish_due(self.due)

                self.assertEqual(outcomes, {"passed": 1})
                self.assertEqual(Generation.objects.get().number, before)
                self.assertEqual(title_of_page(self.article), published.content["title"])
                self.assertFalse(PublicationSchedule.objects.exists())
                transaction.set_rollback(True)

    def test_withdrawn_page_can_be_scheduled_to_come_back(self):
        publish(self.changed, note="By hand")
        unpublish(self.article, Entry.State.WITHDRAWN)
        self.schedule(note="")

        publish_due(self.due)

        self.assertFalse(PublicEntry.objects.get(pk=self.article.pk).withdrawn)

    def test_impossible_choices_are_refused_and_say_what_to_do(self):
        now = timezone.now()
        live = self.article.live
        for options, words in (
            ({"due_at": now - timedelta(seconds=1)}, "Choose a later one"),
            ({"due_at": now}, "Choose a later one"),
            ({"due_at": now + FURTHEST + HOUR}, "Check the year"),
            ({"snapshot": live}, "Save a change first"),
            ({"note": " "}, "public note"),
        ):
            with self.subTest(words=words), self.assertRaisesMessage(PublicationError, words):
                self.schedule(**options)
        self.assertFalse(PublicationSchedule.objects.exists())

    def test_refused_publication_is_kept_with_its_reason_and_holds_up_no_other(self):
        publish_now(make_article(title="First comer", slug="wanted"))
        refused = make_article(title="Latecomer", slug="taken-later")
        # The address was free on the desk when this was saved, and no constraint of the desk covers the live pages.
        Article.objects.filter(slug="wanted").update(slug="moved")
        Article.objects.filter(pk=refused.pk).update(slug="wanted")
        self.schedule(take_snapshot(Article.objects.get(pk=refused.pk)), self.due - HOUR / 2)
        self.schedule()

        outcomes, again = publish_due(self.due), publish_due(self.due)

        kept = PublicationSchedule.objects.get()
        self.assertEqual((outcomes, again), ({"refused": 1, "published": 1}, {}))
        self.assertEqual(kept.entry_id, refused.pk)
        self.assertIn("First comer", kept.failed)
        self.assertIsNone(title_of_page(refused))
        self.assertEqual(title_of_page(self.article), "New")

    def test_error_is_logged_holds_up_no_other_and_is_tried_again(self):
        other = make_article(title="Other")
        self.schedule(take_snapshot(other), self.due - HOUR / 2)
        self.schedule()

        with (
            patch("publishing.scheduling.publish", side_effect=[RuntimeError("broken"), None]),
            self.assertLogs("publishing.scheduling", "ERROR") as log,
        ):
            outcomes = publish_due(self.due)
        publish_due(self.due)

        self.assertEqual(outcomes, {"broken": 1, "published": 1})
        self.assertIn("broken", log.output[0])
        self.assertEqual(title_of_page(other), "Other")


class ConcurrentRunTests(TransactionTestCase):
    """Several machines may run the command in the same minute."""

    def setUp(self):
        publish_now(make_article())
        self.due = timezone.now() + HOUR
        self.waiting = [schedule(take_snapshot(make_article()), self.due) for _ in range(6)]

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def in_thread(self, work):
        def run():
            try:
                work()
            finally:
                connection.close()

        thread = Thread(target=run)
        thread.start()
        return thread

    def test_two_runs_at_once_publish_each_once(self):
        before = Generation.objects.get().number
        total, together = Counter(), Barrier(2)

        def run():
            together.wait()
            total.update(publish_due(self.due))

        threads = [self.in_thread(run) for _ in range(2)]
        for thread in threads:
            thread.join()

        self.assertEqual((total["published"], total["refused"], total["broken"]), (6, 0, 0))
        self.assertEqual(PublicVersion.objects.count(), 7)
        self.assertEqual(Generation.objects.get().number, before + 6)
        self.assertFalse(PublicationSchedule.objects.exists())

    # SQLite has no row locks: there a run holds the whole database, so that two never meet.
    @skipUnless(connection.vendor == "postgresql", "needs row locks")
    def test_entry_that_somebody_is_saving_is_left_to_the_next_run(self):
        outcomes = []

        with transaction.atomic():
            Entry.objects.select_for_update().get(pk=self.waiting[0].entry_id)
            self.in_thread(lambda: outcomes.append(publish_due(self.due))).join()
        outcomes.append(publish_due(self.due))

        self.assertEqual(outcomes, [{"published": 5, "passed": 1}, {"published": 1}])


class CommandTests(TestCase):
    def run_due(self, **options):
        said = StringIO()
        call_command("run_due", stdout=said, **options)
        return said.getvalue()

    def test_publishes_what_is_due_and_says_how_many(self):
        article = make_article(title="Due")
        schedule(take_snapshot(article), timezone.now() + HOUR)

        before = self.run_due()
        with time_machine.travel(timezone.now() + 2 * HOUR):
            after = self.run_due()

        self.assertEqual((before, after), ("0 published.\n", "1 published.\n"))
        self.assertEqual(title_of_page(article), "Due")
        self.assertEqual(check_public(), [])

    def test_names_what_was_refused(self):
        schedule(take_snapshot(make_article(summary="")), timezone.now() + HOUR)

        with time_machine.travel(timezone.now() + 2 * HOUR):
            said = self.run_due()

        self.assertEqual(said, "0 published, 1 refused.\n")

    def test_loop_ends_with_the_signal_after_the_turn_that_it_fell_into(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                turns, before = [], signal.getsignal(number)

                def turn(now, turns=turns, number=number):
                    turns.append(now)
                    if len(turns) == 3:
                        os.kill(os.getpid(), number)
                    return Counter(published=1)

                with (
                    patch.object(run_due, "publish_due", turn),
                    patch.object(run_due, "close_old_connections"),  # it would close the test's own
                    patch("time.sleep"),
                    patch("time.monotonic", side_effect=range(0, 1000, 100)),
                ):
                    said = self.run_due(loop=60)

                self.assertEqual(said, "1 published.\n" * 3)
                self.assertEqual(signal.getsignal(number), before)

    def test_loop_without_an_interval_is_refused(self):
        with self.assertRaisesMessage(CommandError, "1 or more"):
            self.run_due(loop=0)


class ScheduleViewTests(TestCase):
    """Given an editor with every right and a live article with a draft change."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.article = publish_now(make_article(title="Old"))
        cls.changed = change(cls.article, title=SECRET)
        cls.address = desk_address(cls.article, "schedule", cls.article.pk)

    def setUp(self):
        self.client.force_login(self.editor)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def post(self, due_at="2199-01-01T00:00", **data):
        data = {"head": self.changed.number, "public_note": "Renamed", "due_at": due_at, **data}
        return self.client.post(self.address, data, follow=True)

    def tomorrow(self):
        return timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    def test_draft_is_scheduled_and_the_form_says_so(self):
        response = self.post(self.tomorrow())

        waiting = PublicationSchedule.objects.get()
        self.assertEqual((waiting.snapshot, waiting.scheduled_by), (self.changed, self.editor))
        self.assertContains(response, f"Snapshot 2 to be published on {waiting.due_in_words}.", count=2)
        self.assertContains(self.client.get(self.address), 'value="Renamed"')

    def test_time_is_the_sites_and_is_shown_in_utc_too(self):
        for zone, typed, moment, words in (
            ("UTC", "2030-01-15T09:30", (2030, 1, 15, 9, 30), "15 January 2030, 09:30 UTC."),
            (
                "Europe/Paris",
                "2030-01-01T00:30",
                (2029, 12, 31, 23, 30),
                "1 January 2030, 00:30 CET (31 December 2029, 23:30 UTC).",
            ),
            (
                "Europe/Paris",
                "2030-07-01T09:30",
                (2030, 7, 1, 7, 30),
                "1 July 2030, 09:30 CEST (1 July 2030, 07:30 UTC).",
            ),
        ):
            with (
                self.subTest(zone=zone, typed=typed),
                override_settings(TIME_ZONE=zone),
                time_machine.travel(datetime(2029, 6, 1, tzinfo=UTC)),
            ):
                self.client.force_login(self.editor)

                response = self.post(typed)
                form = self.client.get(self.address)

                self.assertEqual(PublicationSchedule.objects.get().due_at, datetime(*moment, tzinfo=UTC))
                self.assertContains(response, f"to be published on {words}")
                self.assertContains(form, f"time zone, {zone}. There it is now 1 June 2029, 0")
                self.assertContains(form, f'value="{typed}"')

    def test_what_cannot_be_is_refused_and_keeps_what_was_typed(self):
        for data, words in (
            ({"due_at": "2001-01-01T09:00"}, "This time is past."),
            ({"due_at": "9999-12-31T23:59"}, "Check the year."),
            ({"due_at": "0001-01-01T00:00"}, "This time is past."),
            ({"due_at": "tomorrow"}, "Enter a valid date/time."),
            ({"due_at": self.tomorrow(), "public_note": ""}, "Say in a public note"),
            ({"due_at": self.tomorrow(), "head": self.changed.number - 1}, "The draft was saved meanwhile."),
            ({"due_at": self.tomorrow(), "head": ""}, "The draft was saved meanwhile."),
        ):
            with self.subTest(words=words):
                response = self.post(**data)

                self.assertContains(response, words)
                self.assertContains(response, f'value="{data["due_at"]}"')
                self.assertFalse(PublicationSchedule.objects.exists())

    @override_settings(TIME_ZONE="Europe/Paris")
    def test_hour_that_the_clocks_skip_is_refused(self):
        with time_machine.travel(datetime(2029, 6, 1, tzinfo=UTC)):
            self.client.force_login(self.editor)

            response = self.post("2030-03-31T02:30")

        self.assertContains(response, "couldn’t be interpreted in time zone Europe/Paris")

    def test_entry_that_was_never_saved_on_the_desk_is_refused(self):
        unsaved = make_article()

        response = self.client.post(
            desk_address(unsaved, "schedule", unsaved.pk), {"due_at": self.tomorrow(), "head": ""}
        )

        self.assertContains(response, "Save the draft first.")

    def test_second_button_cancels(self):
        self.post(self.tomorrow())
        self.assertContains(self.client.get(self.address), 'name="_cancel"')

        response = self.client.post(self.address, {"_cancel": "1"}, follow=True)

        self.assertFalse(PublicationSchedule.objects.exists())
        self.assertContains(response, "The schedule is cancelled.")
        self.assertNotContains(response, "to be published on")
        self.assertNotContains(self.client.get(self.address), 'name="_cancel"')

    def test_cancelling_too_late_says_so(self):
        response = self.client.post(self.address, {"_cancel": "1"}, follow=True)

        self.assertContains(response, "Nothing was waiting any more")

    def test_refusal_is_named_on_the_desk(self):
        self.post(self.tomorrow())
        PublicationSchedule.objects.update(failed="The live page “Other” has this address.")

        for address in (change_address(self.article), self.address):
            self.assertContains(self.client.get(address), "was not published: The live page “Other” has this address.")

    def test_publishing_by_hand_gives_up_the_schedule(self):
        self.post(self.tomorrow())
        data = form_data(self.client.get(change_address(self.article)))

        self.client.post(change_address(self.article), {**data, "public_note": "By hand", "_publish": "1"})

        self.assertEqual(title_of_page(self.article), SECRET)
        self.assertFalse(PublicationSchedule.objects.exists())

    def test_saving_a_draft_keeps_the_schedule(self):
        self.post(self.tomorrow())
        data = form_data(self.client.get(change_address(self.article)))

        self.client.post(change_address(self.article), {**data, "title": "Later", "_continue": "1"})

        self.assertEqual(PublicationSchedule.objects.get().snapshot, self.changed)
        self.assertEqual(Entry.objects.get(pk=self.article.pk).head.number, 3)

    def test_unpublishing_gives_up_the_schedule(self):
        self.post(self.tomorrow())

        self.client.post(desk_address(self.article, "unpublish", self.article.pk), {"outcome": "gone"})

        self.assertFalse(PublicationSchedule.objects.exists())

    def test_nothing_of_it_shows_before_its_moment(self):
        self.client.logout()
        before = contents(self.client)
        self.client.force_login(self.editor)

        self.post(self.tomorrow())
        publish_due(timezone.now())

        self.assertTrue(PublicationSchedule.objects.exists())
        self.client.logout()
        after = contents(self.client)
        self.assertEqual(before, after)
        self.assertNotIn(SECRET.encode(), b"".join(after.values()))


class ScheduleRightsTests(TestCase):
    def test_change_right_and_publish_right_are_both_needed(self):
        article = publish_now(make_article())
        address = desk_address(article, "schedule", article.pk)
        for name, rights in (
            ("nothing", []),
            ("view", ["articles.view_article", "publishing.publish_entry"]),
            ("change", ["articles.view_article", "articles.change_article"]),
        ):
            self.client.force_login(make_editor(name, rights=rights))
            for method in (self.client.get, self.client.post):
                with self.subTest(rights=rights, method=method.__name__):
                    self.assertEqual(method(address).status_code, 403)

    def test_link_stands_only_where_it_leads_somewhere(self):
        article = publish_now(make_article())
        address = desk_address(article, "schedule", article.pk)
        rights = ["articles.view_article", "articles.change_article"]
        for name, more, shown in (("writer", [], False), ("publisher", ["publishing.publish_entry"], True)):
            with self.subTest(name=name):
                self.client.force_login(make_editor(name, rights=[*rights, *more]))

                page = self.client.get(change_address(article)).content.decode()

                self.assertEqual(address in page, shown)
                self.assertEqual(self.client.get(address).status_code, 200 if shown else 403)
