"""Release sets: several snapshots go live together or not at all."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread
from unittest import skipUnless

from django.core.management import call_command
from django.db import connection
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from actors.models import Actor
from defcoop_site.factories import make_actor, make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.public import Generation, PublicEntry, PublicVersion
from publishing.publication import PublicationError, publish
from publishing.releases import (
    Release,
    ReleaseItem,
    ReleaseRefused,
    add_to_release,
    publish_due_releases,
    publish_release,
    schedule_release,
    unschedule_release,
)
from publishing.scheduling import FURTHEST, PublicationSchedule, schedule
from publishing.snapshots import take_snapshot

from .crawl import contents
from .desk import change_address, desk_address, make_editor

HOUR = timedelta(hours=1)
PUBLISHER = [
    "articles.view_article",
    "articles.change_article",
    "publishing.publish_entry",
]


def change(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)
    return take_snapshot(type(row).objects.get(pk=row.pk))


def live_titles():
    return set(PublicEntry.objects.values_list("title", flat=True))


def page_of(release):
    return f"/admin/publishing/release/{release.pk}/change/"


class ReleaseScenario(TestCase):
    """Given a release of a new article and of a change to a live actor."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.article = make_article(title="New article")
        cls.actor = publish_now(make_actor(title="Old actor"))
        cls.release = Release.objects.create(name="Summit")
        cls.first = add_to_release(cls.release, take_snapshot(cls.article))
        cls.second = add_to_release(cls.release, change(cls.actor, title="New actor"), "Renamed")

    def tearDown(self):
        self.assertEqual(check_public(), [])


class PublishReleaseTests(ReleaseScenario):
    def test_all_go_live_together_with_their_notes(self):
        publish_release(self.release, self.editor)

        self.assertEqual(live_titles(), {"New article", "New actor"})
        version = PublicVersion.objects.get(entry_id=self.actor.pk, number=2)
        self.assertEqual((version.note, version.published_by), ("Renamed", self.editor.pk))
        self.assertEqual(AuditEvent.objects.get(action="release").became, "Summit (2)")

    def test_one_refusal_refuses_all_and_is_named_with_its_reason(self):
        add_to_release(self.release, take_snapshot(make_article(title="Bare", summary="")))
        generation = Generation.objects.get().number

        with self.assertRaises(ReleaseRefused) as refused:
            publish_release(self.release, self.editor)

        self.assertEqual(refused.exception.reasons, [("Bare", "It needs a standfirst.")])
        self.assertEqual(live_titles(), {"Old actor"})
        self.assertEqual(Generation.objects.get().number, generation)
        self.assertFalse(AuditEvent.objects.filter(action="release").exists())
        self.release.refresh_from_db()
        self.assertTrue(self.release.is_open)

    def test_what_was_added_is_published_though_the_draft_moved_on(self):
        change(self.article, title="Later article")
        self.assertTrue(ReleaseItem.objects.get(pk=self.first.pk).is_outdated)

        publish_release(self.release)

        self.assertIn("New article", live_titles())

    def test_newer_snapshot_takes_the_place_of_the_older_one(self):
        add_to_release(self.release, change(self.article, title="Later article"))

        publish_release(self.release)

        self.assertEqual(live_titles(), {"Later article", "New actor"})

    def test_page_is_never_set_back_to_an_older_snapshot(self):
        publish(change(self.article, title="Later article"))

        with self.assertRaisesMessage(ReleaseRefused, "Readers see a newer snapshot already."):
            publish_release(self.release)

        self.assertEqual(live_titles(), {"Later article", "Old actor"})

    def test_entry_may_take_the_address_that_another_one_gives_up(self):
        old = publish_now(make_article(slug="alliances", title="Old text"))
        taker = make_article(slug="b", title="Taker")
        release = Release.objects.create(name="Move")
        for renamed, slug in ((old, "alliances-until-1990"), (taker, "alliances")):
            add_to_release(release, change(renamed, slug=slug), minor=True)

        publish_release(release)

        self.assertEqual(PublicEntry.objects.get(slug="alliances").title, "Taker")

    def test_empty_and_published_ones_are_refused(self):
        with self.assertRaisesMessage(ReleaseRefused, "is empty"):
            publish_release(Release.objects.create(name="Nothing"))
        publish_release(self.release)
        versions = PublicVersion.objects.count()

        for deed in (
            lambda: publish_release(self.release),
            lambda: add_to_release(self.release, self.first.snapshot),
            lambda: schedule_release(self.release, timezone.now() + HOUR),
        ):
            with self.assertRaisesMessage(ReleaseRefused, "published already"):
                deed()
        self.assertEqual(PublicVersion.objects.count(), versions)

    def test_schedule_of_the_same_snapshot_is_given_up(self):
        schedule(self.second.snapshot, timezone.now() + HOUR, note="Alone")

        publish_release(self.release)

        self.assertFalse(PublicationSchedule.objects.exists())


class ScheduleReleaseTests(ReleaseScenario):
    def setUp(self):
        self.due = timezone.now() + HOUR

    def test_it_goes_live_when_its_moment_has_come_and_once(self):
        schedule_release(self.release, self.due, self.editor)
        self.assertEqual(live_titles(), {"Old actor"})

        early = publish_due_releases(self.due - timedelta(microseconds=1))
        first, second = publish_due_releases(self.due), publish_due_releases(self.due)

        self.assertEqual((early, first, second), ({}, {"published": 2}, {}))
        self.assertEqual(live_titles(), {"New article", "New actor"})
        self.assertEqual(PublicVersion.objects.latest("pk").published_by, self.editor.pk)

    def test_impossible_times_and_what_could_not_be_published_are_refused_at_once(self):
        for moment, words in ((timezone.now(), "This time is past."), (timezone.now() + FURTHEST + HOUR, "ten years")):
            with self.assertRaisesMessage(PublicationError, words):
                schedule_release(self.release, moment)
        add_to_release(self.release, self.second.snapshot, note="")

        with self.assertRaisesMessage(ReleaseRefused, "New actor: Say in a public note what changed"):
            schedule_release(self.release, self.due)

        self.assertEqual(live_titles(), {"Old actor"})
        self.release.refresh_from_db()
        self.assertIsNone(self.release.due_at)

    def test_refusal_at_its_time_is_kept_with_the_reason_and_not_tried_again(self):
        schedule_release(self.release, self.due)
        add_to_release(self.release, change(self.article, summary=""))

        first, second = publish_due_releases(self.due), publish_due_releases(self.due)

        self.assertEqual((first, second), ({"refused": 1}, {}))
        self.release.refresh_from_db()
        self.assertEqual(self.release.failed, "New article: It needs a standfirst.")
        self.assertNotIn("New actor", live_titles())

    def test_time_that_was_given_up_publishes_nothing(self):
        schedule_release(self.release, self.due)

        self.assertTrue(unschedule_release(self.release))

        self.assertEqual(publish_due_releases(self.due), {})

    def test_command_publishes_releases_too(self):
        schedule_release(self.release, self.due)
        Release.objects.update(due_at=timezone.now())
        said = StringIO()

        call_command("run_due", stdout=said)

        self.assertEqual(said.getvalue(), "2 published.\n")


class ConcurrentReleaseTests(TransactionTestCase):
    """Several machines may run the command in the same minute."""

    @skipUnless(connection.vendor == "postgresql", "needs row locks")
    def test_two_runs_at_once_publish_each_release_once(self):
        due = timezone.now() + HOUR
        shared = make_article()
        for name in "abc":
            release = Release.objects.create(name=name)
            for row in (make_article(), make_actor(), shared):
                add_to_release(release, take_snapshot(row))
            schedule_release(release, due)
        total, together = Counter(), Barrier(2)

        def run():
            together.wait()
            try:
                total.update(publish_due_releases(due))
            finally:
                connection.close()

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual((total["published"], total["refused"], total["broken"]), (9, 0, 0))
        self.assertEqual(PublicVersion.objects.count(), 7)
        self.assertFalse(Release.objects.open().exists())
        self.assertEqual(check_public(), [])


class ReleaseDeskTests(ReleaseScenario):
    def setUp(self):
        self.client.force_login(self.editor)

    def data(self, **more):
        """What the release's page would post, unchanged."""
        formset = self.client.get(page_of(self.release)).context["formset"]
        data = {}
        for form in (formset.management_form, *formset.forms):
            for field in form:
                value = field.value()
                if value not in (None, False):
                    data[field.html_name] = "on" if value is True else str(value)
        return {**data, **more}

    def test_draft_is_added_from_its_own_page_to_a_new_release(self):
        article = make_article(title="Third")
        snapshot = take_snapshot(article)
        address = desk_address(article, "release", article.pk)
        self.assertIn(address, self.client.get(change_address(article)).content.decode())

        unnamed = self.client.post(address, {"head": snapshot.number})
        outdated = self.client.post(address, {"head": snapshot.number + 1, "name": "Autumn"})
        response = self.client.post(address, {"head": snapshot.number, "name": "Autumn"}, follow=True)

        self.assertContains(unnamed, "Choose a release, or name a new one.")
        self.assertContains(outdated, "The draft was saved meanwhile.")
        self.assertContains(response, "is in the release “Autumn”")
        self.assertEqual(ReleaseItem.objects.get(release__name="Autumn").snapshot, snapshot)

    def test_page_shows_what_is_in_it_with_previews_and_changes(self):
        change(self.article, title="Later article")

        page = self.client.get(page_of(self.release))

        self.assertContains(page, desk_address(self.article, "snapshot", self.article.pk, 1))
        self.assertContains(page, desk_address(self.actor, "diff", self.actor.pk, 1, 2))
        self.assertContains(page, "The draft moved on: it is at snapshot 2.")

    def test_buttons_take_the_newer_one_and_take_out(self):
        newer = change(self.article, title="Later article")

        self.client.post(page_of(self.release), self.data(_newer=self.first.pk))
        self.client.post(page_of(self.release), self.data(_remove=self.second.pk))

        self.assertEqual([item.snapshot for item in self.release.items.all()], [newer])
        self.assertEqual(self.client.post(page_of(self.release), self.data(_remove="nonsense")).status_code, 404)

    def test_published_from_its_page_with_a_note_typed_there(self):
        data = self.data(_publish="1")
        data["items-1-note"] = "A better note"

        response = self.client.post(page_of(self.release), data, follow=True)

        self.assertContains(response, "Published together: 2.")
        self.assertEqual(PublicVersion.objects.get(entry_id=self.actor.pk, number=2).note, "A better note")
        self.assertNotContains(response, "Publish all now")
        self.assertContains(response, "A better note")

    def test_refusal_is_named_on_its_page_and_keeps_the_notes(self):
        data = self.data(_publish="1")
        data["items-1-note"] = ""
        data["items-0-note"] = "For the first"

        response = self.client.post(page_of(self.release), data)

        self.assertContains(response, "New actor: Say in a public note what changed")
        self.assertContains(response, "For the first")
        self.assertEqual(live_titles(), {"Old actor"})

    @override_settings(TIME_ZONE="Europe/Paris")
    def test_time_is_the_sites_and_is_shown_in_utc_too(self):
        year = timezone.now().year + 1

        response = self.client.post(
            page_of(self.release), self.data(_schedule="1", due_at=f"{year}-07-01T08:30"), follow=True
        )
        page = self.client.get("/admin/publishing/release/")

        for shown in (response, page):
            self.assertContains(shown, f"1 July {year}, 08:30 CEST (1 July {year}, 06:30 UTC)")
        self.assertContains(
            self.client.post(page_of(self.release), self.data(_unschedule="1"), follow=True), "given up"
        )

    def test_past_time_is_refused_and_stays_in_the_field(self):
        response = self.client.post(page_of(self.release), self.data(_schedule="1", due_at="2001-01-01T08:30"))

        self.assertContains(response, "This time is past.")
        self.assertContains(response, 'value="2001-01-01T08:30"')

    def test_nothing_of_it_shows_before_its_moment(self):
        self.client.logout()
        before = contents(self.client)
        self.client.force_login(self.editor)

        tomorrow = f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
        self.client.post(page_of(self.release), self.data(_schedule="1", due_at=tomorrow))

        self.assertIsNotNone(Release.objects.get().due_at)
        self.client.logout()
        self.assertEqual(before, contents(self.client))

    def test_open_release_can_be_deleted_and_a_published_one_stays(self):
        delete = f"/admin/publishing/release/{self.release.pk}/delete/"
        other = Release.objects.create(name="Other")

        self.client.post(f"/admin/publishing/release/{other.pk}/delete/", {"post": "yes"})
        publish_release(self.release)

        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        self.assertEqual(list(Release.objects.all()), [self.release])

    def test_all_of_it_takes_the_right_to_publish(self):
        own = desk_address(self.article, "release", self.article.pk)
        pages = ["/admin/publishing/release/", "/admin/publishing/release/add/", page_of(self.release), own]
        self.client.force_login(make_editor("writer", rights=PUBLISHER[:2]))

        for address in pages:
            for method in (self.client.get, self.client.post):
                with self.subTest(address=address, method=method.__name__):
                    self.assertEqual(method(address, {"_publish": "1"}).status_code, 403)
        self.assertEqual(live_titles(), {"Old actor"})

    def test_who_may_not_change_an_entry_cannot_publish_it_in_a_release(self):
        data = self.data(_publish="1")
        self.client.force_login(make_editor("publisher", rights=PUBLISHER))

        page = self.client.get(page_of(self.release))
        response = self.client.post(page_of(self.release), data)

        self.assertNotContains(page, desk_address(self.actor, "snapshot", self.actor.pk, 2))
        self.assertEqual(response.status_code, 403)
        self.assertEqual(Actor.objects.get().title, "New actor")
        self.assertEqual(live_titles(), {"Old actor"})

    def test_page_takes_a_fixed_number_of_queries(self):
        def queries():
            with self.assertNumQueries(5):  # session, user, release, items, versions
                self.client.get(page_of(self.release))

        queries()
        for _number in range(5):
            add_to_release(self.release, take_snapshot(make_article()))
        queries()
