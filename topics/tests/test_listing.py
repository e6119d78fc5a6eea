import random
from itertools import combinations
from unittest import mock, skipUnless

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from defcoop_site.factories import make_actor, make_article, make_topic, publish_now
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.publication import rebuild_public, unpublish
from publishing.tests.scenario import ScenarioTestCase
from topics import frequent
from topics.listing import Listing, with_entries
from topics.public import FrequentPair, PublicCombination, TopicPair, TopicTally
from topics.vocabulary import Topic

from .libraries import FewAreFrequent


class ListingTests(ScenarioTestCase):
    """Each answer is compared with a plain look at every entry."""

    @classmethod
    def setUpTestData(cls):
        chance = random.Random(4)  # noqa: S311 - a repeatable test
        topics = [make_topic(f"topic {letter}") for letter in "abcd"]
        cls.topics = [topic.pk for topic in topics]
        cls.entries = []
        # Some carry more topics than See also compares.
        many = [make_topic() for _ in range(12)]
        for number in range(24):
            make = chance.choice([make_article, make_actor])
            carried = chance.sample(topics, chance.choice([0, 1, 2, 3, 4])) + many * (number % 6 == 5)
            entry = publish_now(make(title=f"Title {chance.randint(1, 9)}", topics=carried))
            if number % 8 == 7:
                unpublish(Entry.objects.get(pk=entry.pk), Entry.State.WITHDRAWN)
            else:
                cls.entries.append((entry, {topic.pk for topic in carried}))
        make_article(topics=topics)

    def every_choice(self):
        """(Listing, the topics' keys, the entries that it should find) for every choice of one to four topics."""
        topics = list(with_entries(Topic.objects.filter(pk__in=self.topics)))
        for size in (1, 2, 3, 4):
            for chosen in combinations(topics, size):
                keys = {topic.pk for topic in chosen}
                yield Listing(chosen), keys, [entry for entry, carried in self.entries if keys <= carried]

    def test_pages_hold_every_entry_that_carries_all_topics_once_in_order(self):
        for listing, keys, wanted in self.every_choice():
            with self.subTest(keys):
                pages = listing.page(1, 3).paginator.num_pages
                found = [entry.pk for number in range(1, pages + 1) for entry in listing.page(number, 3)]

                ordered = PublicEntry.objects.filter(pk__in=[entry.pk for entry in wanted])
                self.assertEqual(found, list(ordered.order_by("kind", "sort_key", "pk").values_list("pk", flat=True)))

    def test_pages_by_revision_hold_every_entry_once_in_order(self):
        for listing, keys, wanted in self.every_choice():
            with self.subTest(keys):
                pages = listing.page(1, 3, latest=True).paginator.num_pages
                found = [entry.pk for number in range(1, pages + 1) for entry in listing.page(number, 3, latest=True)]

                ordered = PublicEntry.objects.filter(pk__in=[entry.pk for entry in wanted])
                ordered = ordered.order_by("kind", "-revised_at", "sort_key", "pk")
                self.assertEqual(found, list(ordered.values_list("pk", flat=True)))

    def test_entries_of_one_kind_can_be_had_alone(self):
        for listing, keys, wanted in self.every_choice():
            with self.subTest(keys):
                found = {entry.pk for entry in listing.page(1, 30, kind="actor")}

                self.assertEqual(found, {entry.pk for entry in wanted if entry.kind == "actor"})

    def test_counts_are_by_kind_and_leave_out_what_is_not_there(self):
        for listing, keys, wanted in self.every_choice():
            with self.subTest(keys):
                kinds = [entry.kind for entry in wanted]

                self.assertEqual(listing.counts, {kind: kinds.count(kind) for kind in set(kinds)})

    def test_topics_together_have_the_count_that_choosing_them_too_would_show(self):
        for listing, keys, wanted in self.every_choice():
            with self.subTest(keys):
                carried = [dict(self.entries)[entry] for entry in wanted]

                around = listing.around(100)

                found = {topic.pk: topic.entries for topic in (*around.narrower, *around.often_together)}
                others = set().union(*carried) - keys
                self.assertEqual(found, {key: sum(key in topics for topics in carried) for key in others})

    def test_page_past_the_end_is_the_last_and_an_empty_choice_has_one_empty_page(self):
        [empty] = with_entries(Topic.objects.filter(pk=make_topic().pk))
        [first, *_rest] = self.every_choice()

        self.assertEqual(first[0].page(99, 3).number, first[0].page(1, 3).paginator.num_pages)
        self.assertEqual(list(Listing([empty]).page(1, 3)), [])

    def test_queries_are_as_many_for_one_topic_as_for_four(self):
        for listing, keys, _wanted in self.every_choice():
            with self.subTest(keys), CaptureQueriesContext(connection) as asked:
                list(listing.page(2, 3))
                found = listing.around(5)

                # counts, page, narrower topics, topics together where there are any
                self.assertEqual(len(asked), 4 if len(keys) == 1 or found.often_together else 3)


@skipUnless(connection.vendor == "sqlite", "only SQLite has such tables")
class StorageTests(TestCase):
    def test_topic_lists_still_stand_in_the_order_of_their_keys(self):
        # Django makes a table anew on SQLite when a column is altered, and then in its own way.
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'topics_publictopiclist'")
            [made_by] = cursor.fetchone()

        self.assertTrue(made_by.endswith("WITHOUT ROWID"), made_by)


class FrequentPairTests(FewAreFrequent, ListingTests):
    """The same answers where what two topics share is kept and not counted."""

    FEW = 6

    def test_pairs_are_kept_that_are_frequent_and_no_others(self):
        pairs = combinations(sorted(self.topics), 2)
        common = {pair: sum(carried.issuperset(pair) for _entry, carried in self.entries) for pair in pairs}

        kept = {pair for pair in frequent.kept() if set(pair) <= set(self.topics)}

        self.assertEqual(kept, {pair for pair, entries in common.items() if entries >= frequent.FREQUENT})
        self.assertTrue(kept)
        self.assertLess(len(kept), len(common))

    def test_kept_pair_is_read_without_looking_at_its_entries(self):
        pair = list(with_entries(Topic.objects.filter(pk__in=min(frequent.kept()))))

        with mock.patch("topics.frequent.count_marks") as counting:
            found = Listing(pair).counts

        self.assertTrue(found)
        counting.assert_not_called()


class TallyTests(FewAreFrequent, ScenarioTestCase):
    def tallies(self):
        return {(row.topic_id, row.kind): row.entries for row in TopicTally.objects.filter(narrower=False)}

    def test_counts_follow_publishing_republishing_and_withdrawing(self):
        one, two = make_topic(), make_topic()
        publish_now(make_actor(topics=[one]))
        article = publish_now(make_article(topics=[one, two]))
        before = self.tallies()

        article.topics.set([two])
        article = publish_now(article)
        changed = self.tallies()
        unpublish(Entry.objects.get(pk=article.pk), Entry.State.WITHDRAWN)

        self.assertEqual(
            before,
            {
                (None, "actor"): 1,
                (None, "article"): 1,
                (one.pk, "actor"): 1,
                (one.pk, "article"): 1,
                (two.pk, "article"): 1,
            },
        )
        self.assertEqual(
            changed, {(None, "actor"): 1, (None, "article"): 1, (one.pk, "actor"): 1, (two.pk, "article"): 1}
        )
        self.assertEqual(self.tallies(), {(None, "actor"): 1, (one.pk, "actor"): 1})

    def test_wrong_count_or_combination_is_named_and_mended(self):
        topics = [make_topic() for _ in range(3)]
        publish_now(make_article(topics=topics))
        entry = publish_now(make_article(topics=topics))
        wrongs = {
            "count of a topic": lambda: TopicTally.objects.filter(topic=topics[0]).update(entries=7),
            "count of the library": lambda: TopicTally.objects.filter(topic=None).delete(),
            "count of a pair": lambda: TopicPair.objects.filter(topic=topics[0]).update(entries=1),
            "count of nothing": lambda: TopicTally.objects.create(
                topic=make_topic(), kind="actor", narrower=True, entries=1
            ),
            "what a pair carries": lambda: FrequentPair.objects.filter(topic=min(topic.pk for topic in topics)).update(
                counts={}
            ),
            "frequent pair": lambda: FrequentPair.objects.all().delete(),
            "combination": lambda: PublicCombination.objects.filter(entry=entry.pk).delete(),
        }
        for name, spoil in wrongs.items():
            with self.subTest(name):
                spoil()

                self.assertNotEqual(check_public(), [])
                rebuild_public()
                self.assertEqual(check_public(), [])

    def test_entry_with_very_many_topics_is_counted(self):
        publish_now(make_article(topics=[make_topic() for _ in range(30)]))

        self.assertEqual(sum(self.tallies().values()), 31)
