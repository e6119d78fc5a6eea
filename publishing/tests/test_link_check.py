"""Sources whose addresses no longer answer: when they count as dead, what readers then get, what the desk shows."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from unittest import mock

import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from defcoop_site.factories import make_article, make_source, publish_now
from defcoop_site.tests.desk import desk_address, form_data, make_editor
from publishing.check import check_public
from publishing.health import AddressHealth
from publishing.link_check import check_links
from publishing.management.commands.check_links import user_agent
from publishing.models import Source
from publishing.public import Generation, PublicEntry
from publishing.visiting import Outcome, Visit

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD, FAILED, UNCLEAR = Outcome.GOOD, Outcome.FAILED, Outcome.UNCLEAR


class PlayedVisitor:
    """Answers as told: {address: Outcome}, others GOOD. Remembers whom it visited."""

    def __init__(self, outcomes=(), busy=()):
        self.outcomes, self.busy, self.visited = dict(outcomes), busy, []

    def wait_for(self, url):
        return 5 if url in self.busy else 0

    def visit(self, url):
        self.visited.append(url)
        outcome = self.outcomes.get(url, GOOD)
        return Visit(outcome, f"found {outcome.value}")


class CheckTestCase(TestCase):
    def setUp(self):
        clock = time_machine.travel(FIRST_DAY, tick=False)
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    def run_on(self, day, outcomes=(), limit=100, **options):
        """Check all on the n-th day; returns the report, and keeps the visitor."""
        self.clock.move_to(FIRST_DAY + timedelta(days=day))
        self.visitor = PlayedVisitor(outcomes, **options)
        return check_links(self.visitor, limit=limit, seconds=60)

    def kill(self, url):
        for day in range(3):
            self.run_on(day, {url: FAILED})


class DeathTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.url = make_source("gazette").url
        make_source("other")

    def health(self):
        return AddressHealth.objects.get(url=self.url)

    def test_address_is_dead_after_failures_on_three_days(self):
        standings = []
        for day in range(3):
            report = self.run_on(day, {self.url: FAILED})
            standings.append((self.health().is_dead, report.died))

        self.assertEqual(standings, [(False, []), (False, []), (True, [self.url])])
        self.assertEqual(self.run_on(3, {self.url: FAILED}).died, [])

    def test_failures_of_one_day_count_once(self):
        for hour in range(4):
            AddressHealth.objects.update(checked_at=None)
            self.run_on(hour / 24, {self.url: FAILED})

        self.assertEqual(self.health().failed_days, 1)

    def test_answer_in_between_starts_the_count_anew_and_keeps_its_day(self):
        for day, outcome in enumerate((FAILED, FAILED, GOOD, FAILED, FAILED)):
            self.run_on(day, {self.url: outcome})

        self.assertFalse(self.health().is_dead)
        self.assertEqual(self.health().last_good_on, FIRST_DAY.date() + timedelta(days=2))

    def test_unclear_answer_changes_neither_way(self):
        for day, outcome in enumerate((FAILED, FAILED, UNCLEAR)):
            self.run_on(day, {self.url: outcome})
        self.assertFalse(self.health().is_dead)

        self.run_on(3, {self.url: FAILED})
        self.assertTrue(self.health().is_dead)

        self.run_on(4, {self.url: UNCLEAR})
        self.assertTrue(self.health().is_dead)

    def test_dead_address_that_answers_is_alive_again(self):
        self.kill(self.url)

        report = self.run_on(3)

        self.assertEqual((report.revived, self.health().is_dead), ([self.url], False))

    def test_caches_are_told_when_readers_see_another_thing_and_only_then(self):
        numbers = []
        for day, outcome in enumerate((FAILED, FAILED, FAILED, FAILED, GOOD, GOOD)):
            self.run_on(day, {self.url: outcome})
            numbers.append(sum(Generation.objects.values_list("number", flat=True)))

        self.assertEqual(numbers, [0, 0, 1, 1, 2, 2])


class OrderTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.urls = [make_source(f"s{number}", url=f"https://h{number}.example/").url for number in range(5)]
        make_source("none", url="")
        make_source("twin", url=self.urls[0])

    def test_each_address_is_visited_once_a_day_the_one_visited_longest_ago_first(self):
        self.run_on(0, limit=2)
        self.assertEqual(self.visitor.visited, self.urls[:2])

        report = self.run_on(0.1, limit=2)
        self.assertEqual((self.visitor.visited, report.left), (self.urls[2:4], 1))

        self.run_on(1)
        self.assertEqual(self.visitor.visited, [self.urls[4], *self.urls[:4]])
        self.run_on(1.1)
        self.assertEqual(self.visitor.visited, [])

    def test_host_that_must_rest_does_not_hold_up_others(self):
        self.run_on(0, busy=self.urls[:2])

        self.assertEqual(self.visitor.visited, [*self.urls[2:], *self.urls[:2]])

    def test_no_visit_begins_when_the_time_is_over(self):
        minutes = iter(range(100))
        visitor = PlayedVisitor()

        report = check_links(visitor, limit=100, seconds=3, clock=lambda: next(minutes))

        self.assertEqual((len(visitor.visited), report.left), (2, 3))

    def test_machine_that_is_cut_off_kills_no_source(self):
        report = self.run_on(0, dict.fromkeys(self.urls, FAILED))

        self.assertTrue(report.cut_off)
        self.assertEqual((report.left, AddressHealth.objects.count()), (5, 0))

    def test_failures_before_the_first_answer_are_kept_all_the_same(self):
        self.run_on(0, dict.fromkeys(self.urls[:4], FAILED))

        self.assertEqual(AddressHealth.objects.filter(failed_days=1).count(), 4)

    def test_few_sources_that_all_fail_are_believed(self):
        Source.objects.exclude(url__in=self.urls[:2]).delete()

        self.run_on(0, dict.fromkeys(self.urls[:2], FAILED))

        self.assertEqual(AddressHealth.objects.filter(failed_days=1).count(), 2)


class ReaderTests(CheckTestCase):
    """Given a live article that cites two sources, one with an archived copy."""

    def setUp(self):
        super().setUp()
        self.source = make_source("gazette", archive_url="https://archive.example/gazette")
        self.other = make_source("other")
        publish_now(make_article(slug="seas", introduction="So [@gazette] and so [@other]."))
        self.stored = PublicEntry.objects.values_list("page", flat=True).get()

    def tearDown(self):
        self.assertEqual(check_public(), [])
        self.assertEqual(PublicEntry.objects.values_list("page", flat=True).get(), self.stored)

    def assert_addresses(self, there, not_there):
        for address in ("/articles/seas/", "/articles/seas/v/1/"):
            html = self.client.get(address).content.decode()
            for url in there:
                self.assertIn(f'href="{url}"', html)
            for url in not_there:
                self.assertNotIn(url, html)

    def test_archived_copy_takes_the_place_of_a_dead_address(self):
        self.assert_addresses([self.source.url, self.source.archive_url, self.other.url], [])

        self.kill(self.source.url)

        self.assert_addresses([self.source.archive_url, self.other.url], [self.source.url])
        self.assertContains(self.client.get("/articles/seas/"), "no longer answers", count=1)

        self.run_on(3)
        self.assert_addresses([self.source.url, self.source.archive_url, self.other.url], [])

    def test_dead_address_without_a_copy_is_no_link(self):
        self.kill(self.other.url)

        self.assert_addresses([self.source.url], [self.other.url])
        self.assertContains(self.client.get("/articles/seas/"), "The address where it stood no longer answers.")

    def test_copy_that_an_editor_adds_later_serves_at_once(self):
        self.kill(self.other.url)
        self.client.force_login(make_editor(everything=True))
        before = Generation.objects.get().number
        address = desk_address(self.other, "change", self.other.pk)
        data = form_data(self.client.get(address))

        self.client.post(address, {**data, "archive_url": "https://archive.example/other"})

        self.assert_addresses(["https://archive.example/other"], [self.other.url])
        self.assertEqual(Generation.objects.get().number, before + 1)
        self.client.post(address, {**data, "archive_url": "https://archive.example/other"})
        self.assertEqual(Generation.objects.get().number, before + 1)


class DeskTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.dead, self.failing, self.well = (make_source(key) for key in ("dead", "failing", "well"))
        for day in range(3):
            failing = {self.dead.url: FAILED}
            if day == 2:
                failing[self.failing.url] = FAILED
            self.run_on(day, failing)
        self.new = make_source("new")
        self.client.force_login(make_editor(everything=True))
        self.list = reverse("admin:publishing_source_changelist")

    def test_sources_are_listed_by_the_standing_of_their_address(self):
        expected = {
            "dead": ["dead"],
            "failing": ["failing"],
            "not-visited": ["new"],
            "": ["dead", "failing", "new", "well"],
        }
        for standing, keys in expected.items():
            response = self.client.get(self.list, {"address": standing} if standing else {})
            self.assertEqual([source.key for source in response.context["cl"].result_list], keys)

        self.assertContains(response, "dead (found failed on 3 March 2026; last good: never)")
        self.assertContains(response, "failing (found failed on 3 March 2026)")
        self.assertContains(response, "found good on 3 March 2026")

    def test_list_takes_as_many_queries_however_many_sources_there_are(self):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                self.client.get(self.list)
            return len(queries)

        few = cost()
        for _n in range(20):
            make_source()

        self.assertEqual(cost(), few)

    def test_front_page_counts_the_dead_for_those_who_may_see_sources(self):
        response = self.client.get(reverse("admin:index"))
        self.assertContains(response, "1 source no longer answers at its address")
        self.assertContains(response, f"{self.list}?address=dead")

        self.client.force_login(make_editor("writer", rights=["articles.view_article"]))
        self.assertNotContains(self.client.get(reverse("admin:index")), "no longer answers")


class CommandTests(CheckTestCase):
    def run_command(self, outcomes=(), **options):
        told = StringIO()
        with mock.patch(
            "publishing.management.commands.check_links.Visitor", lambda *_args, **_options: PlayedVisitor(outcomes)
        ):
            try:
                call_command("check_links", stdout=told, **options)
            except SystemExit as error:
                return told.getvalue(), error.code
        return told.getvalue(), 0

    def test_summary_and_exit_code(self):
        url = make_source("gazette").url
        make_source("other")
        for day in range(2):
            self.clock.move_to(FIRST_DAY + timedelta(days=day))
            told, code = self.run_command({url: FAILED})
            self.assertEqual((told, code), ("2 visited: 1 good, 1 failed, 0 unclear. 0 left for another run.\n", 0))

        self.clock.move_to(FIRST_DAY + timedelta(days=2))
        told, code = self.run_command({url: FAILED})
        self.assertIn(f"Dead: {url}\n", told)
        self.assertEqual(code, 3)

        self.clock.move_to(FIRST_DAY + timedelta(days=3))
        told, code = self.run_command()
        self.assertIn(f"Answers again: {url}\n", told)
        self.assertEqual(code, 0)

    def test_machine_that_is_cut_off_is_told_so(self):
        urls = [make_source(url=f"https://h{number}.example/").url for number in range(3)]

        with self.assertRaisesMessage(CommandError, "Is this machine online?"):
            self.run_command(dict.fromkeys(urls, FAILED))

    def test_options_without_sense_are_refused(self):
        for options in ({"limit": 0}, {"max_minutes": 0}, {"max_minutes": float("nan")}, {"delay": -1}, {"delay": 1e9}):
            with self.assertRaises(CommandError, msg=options):
                self.run_command(**options)

    def test_visitor_says_whose_it_is(self):
        with override_settings(CONTACT_EMAIL="desk@example.org"):
            self.assertEqual(user_agent(), "Defence-cooperation-link-check/1.0 (desk@example.org)")
        with override_settings(CONTACT_EMAIL=""):
            self.assertEqual(user_agent(), "Defence-cooperation-link-check/1.0")

    def test_pages_visit_nobody(self):
        make_source("gazette")
        publish_now(make_article(slug="seas", introduction="So [@gazette]."))
        self.client.force_login(make_editor(everything=True))

        with mock.patch("socket.create_connection", side_effect=AssertionError):
            for address in ("/articles/seas/", reverse("admin:publishing_source_changelist"), reverse("admin:index")):
                self.assertEqual(self.client.get(address).status_code, 200)
