from collections import Counter
from io import StringIO
from unittest.mock import patch

from django.core.management import CommandError, call_command
from django.test import TestCase
from django.urls import reverse

from actors.models import Actor, Agreement
from articles.models import Article
from defcoop_site import library
from defcoop_site.factories import make_article
from defcoop_site.library import Library
from publishing.check import check_public
from publishing.content import digest
from publishing.models import Entry
from publishing.public import PublicEntry, PublicVersion
from publishing.publication import rebuild_public
from publishing.snapshots import take_snapshot
from publishing.tests.scenario import public_tables
from topics.vocabulary import Topic, lines_above


def generate(**options):
    out = StringIO()
    call_command("generate", stdout=out, **options)
    return out.getvalue()


class GeneratedLibraryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = generate(entries=60)

    def test_every_entry_is_live_and_the_public_rows_are_what_the_snapshots_give(self):
        self.assertEqual(PublicEntry.objects.live().count(), 60)
        self.assertEqual(check_public(), [])
        self.assertIn("60 of 60 entries", self.said)

    def test_some_entries_have_earlier_versions_that_can_be_read(self):
        version = PublicVersion.objects.filter(number=2).first()

        for number in (1, 2):
            address = reverse(f"{version.kind}_version", args=[version.slug, number])
            self.assertEqual(self.client.get(address).status_code, 200)

    def test_topics_stand_in_a_tree_of_at_most_four_levels(self):
        depths = Counter(len(line) for line in lines_above(Topic.objects.values_list("pk", flat=True)).values())

        self.assertEqual(set(depths), {0, 1, 2, 3})

    def test_rebuilding_changes_nothing(self):
        before = public_tables()

        rebuild_public()

        self.assertEqual(public_tables(), before)

    def test_working_rows_are_what_the_snapshots_say(self):
        for model in (Actor, Agreement, Article):
            for row in model.objects.all():
                with self.subTest(row.title):
                    self.assertEqual(take_snapshot(row).pk, row.live_id)

    def test_every_kind_can_be_read(self):
        for number in (0, 20, 59):
            address = PublicEntry.objects.get(pk=Library(60).key(number)).get_absolute_url()
            self.assertEqual(self.client.get(address).status_code, 200)


class ManyProcessesTests(TestCase):
    def test_what_several_processes_prepared_is_written_in_order_and_whole(self):
        with patch.object(library, "BATCH", 20):
            library.generate(60, workers=2)

        expected = [digest(Library(60).content(number).to_json()) for number in range(60)]
        live = Entry.objects.order_by("live__pk").values_list("live__digest", flat=True)
        self.assertEqual(list(live), expected)
        self.assertEqual(check_public(), [])


class GenerateCommandTests(TestCase):
    def test_the_same_number_gives_the_same_library(self):
        one, two = Library(300), Library(300)

        for number in (0, 59, 60, 179, 180, 299):
            self.assertEqual(one.content(number).to_json(), two.content(number).to_json())

    def test_another_seed_gives_another_library(self):
        one, two = Library(300), Library(300, seed=1)

        self.assertNotEqual(one.content(5).to_json(), two.content(5).to_json())

    def test_database_with_entries_is_refused_unless_told(self):
        make_article()

        with self.assertRaisesMessage(CommandError, "This database holds entries."):
            generate(entries=5)
        generate(entries=5, into_existing=True)

        self.assertEqual(Entry.objects.count(), 6)
        with self.assertRaisesMessage(CommandError, "in the way"):
            generate(entries=5, into_existing=True)

    def test_number_that_makes_no_sense_is_refused(self):
        for number in (0, -1, 1_000_001):
            with self.subTest(number), self.assertRaisesMessage(CommandError, "from 1 to 1,000,000"):
                generate(entries=number)
