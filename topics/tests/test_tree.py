"""What topics gather follows the tree: when a topic moves, and when topics are merged and unmerged above others."""

from io import StringIO

from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from defcoop_site.factories import make_article, make_topic, publish_now
from defcoop_site.tests.desk import desk_address, form_data, make_editor
from publishing.check import check_public
from publishing.public import Generation
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase, public_tables
from topics.listing import with_entries
from topics.merging import merge, undo_merge
from topics.models import TopicDeed
from topics.public import TopicPair
from topics.vocabulary import Topic, lines_above

from .libraries import FewAreFrequent


class MovingTests(FewAreFrequent, ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.transport, cls.bases = make_topic("transport"), make_topic("bases")
        cls.lift = make_topic("lift", broader=cls.transport)
        cls.airlift = make_topic("airlift", broader=cls.lift)
        for topics in ([cls.airlift], [cls.airlift, cls.transport], [cls.lift, cls.bases], [cls.bases], []):
            publish_now(make_article(topics=topics))

    def counts(self):
        return {topic.name: topic.entries for topic in with_entries(Topic.objects.all())}

    def move(self, topic, broader):
        self.client.force_login(self.editor)
        data = form_data(self.client.get(desk_address(topic, "change", topic.pk)))
        return self.client.post(
            desk_address(topic, "change", topic.pk), {**data, "broader": str(broader.pk) if broader else ""}
        )

    def test_topic_moved_on_the_desk_takes_all_below_it_along_at_once(self):
        before, generation = self.counts(), Generation.objects.get().number

        self.move(self.lift, self.bases)

        self.assertEqual(before, {"transport": 3, "bases": 2, "lift": 3, "airlift": 2})
        self.assertEqual(self.counts(), {"transport": 1, "bases": 4, "lift": 3, "airlift": 2})
        self.assertEqual(TopicPair.objects.get(topic=self.airlift, other=self.bases).entries, 2)
        self.assertEqual(check_public(), [])
        self.assertGreater(Generation.objects.get().number, generation)

    def test_moved_to_the_top_and_back_everything_is_as_it_was(self):
        before = public_tables()

        self.move(self.lift, None)
        alone = self.counts()
        self.move(self.lift, self.transport)

        self.assertEqual(alone, {"transport": 1, "bases": 2, "lift": 3, "airlift": 2})
        self.assertEqual(
            {name: rows for name, rows in public_tables().items() if name != "Generation"},
            {name: rows for name, rows in before.items() if name != "Generation"},
        )

    def test_topic_moved_behind_the_back_of_the_public_rows_is_named(self):
        Topic.objects.filter(pk=self.lift.pk).update(broader=None)

        self.assertNotEqual(check_public(), [])
        Topic.objects.filter(pk=self.lift.pk).update(broader=self.transport)

    def test_merged_above_others_what_is_below_follows_and_comes_back(self):
        before = self.counts()

        deed = merge(self.lift, self.bases)
        merged = self.counts()
        undo_merge(TopicDeed.objects.get(pk=deed.pk))

        self.assertEqual(merged, {"transport": 1, "bases": 4, "airlift": 2})
        self.assertEqual(self.counts(), before)
        self.assertEqual(check_public(), [])


class MoveCommandTests(ScenarioTestCase):
    def test_topic_is_moved_by_name_and_to_the_top_and_wrong_places_are_refused(self):
        lift = make_topic("lift")
        airlift = make_topic("airlift", broader=lift)
        bases = make_topic("bases")
        publish_now(make_article(topics=[airlift]))
        for wrong in (("nowhere", "lift"), ("lift", "nowhere"), ("lift", "airlift"), ("lift", "Lift")):
            with self.subTest(wrong), self.assertRaises(CommandError):
                call_command("move_topic", *wrong)

        call_command("move_topic", "Airlift", "bases", stdout=StringIO())
        self.assertEqual(Topic.objects.get(pk=airlift.pk).broader, bases)
        self.assertEqual(check_public(), [])

        call_command("move_topic", "airlift", stdout=StringIO())
        self.assertIsNone(Topic.objects.get(pk=airlift.pk).broader)


class MergeInTreePropertyTests(FewAreFrequent, PropertyTestCase):
    """Random trees and libraries: after every merge and its undoing, all public rows are what the live snapshots give."""

    @patient(examples=12)
    @given(
        st.lists(st.integers(-1, 2), min_size=5, max_size=5),
        st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=1, max_size=5),
        st.permutations(range(5)),
    )
    def test_public_rows_are_right_after_merging_and_undoing(self, parents, entries, order):
        topics = []
        for parent in parents:
            topics.append(make_topic(broader=topics[parent] if 0 <= parent < len(topics) else None))
        for numbers in entries:
            publish_now(make_article(topics=[topics[number] for number in numbers]))
        before = {name: rows for name, rows in public_tables().items() if name != "Generation"}
        source, target = Topic.objects.get(pk=topics[order[0]].pk), Topic.objects.get(pk=topics[order[1]].pk)
        if str(source.pk) in lines_above([target.pk])[str(target.pk)]:
            source, target = target, source

        deed = merge(source, target)
        merged = check_public()
        undo_merge(deed)

        self.assertEqual((merged, check_public()), ([], []))
        after = {name: rows for name, rows in public_tables().items() if name != "Generation"}
        self.assertEqual(after, before)
