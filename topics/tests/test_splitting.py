"""Splitting topics, and undoing it, in the model."""

from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from articles.models import Article
from defcoop_site.factories import make_article, make_topic, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import PublicEntry, PublicVersion
from publishing.publication import unpublish
from publishing.snapshots import take_snapshot
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase, public_tables
from topics.merging import TopicDeedError, merge
from topics.models import TaggedEntry
from topics.public import PublicTagging
from topics.splitting import split, undo_split
from topics.vocabulary import Topic

from .libraries import ARTICLES, FewAreFrequent, library, names


def carried():
    """{entry: what its draft, its draft's snapshot and its live page carry, everywhere}."""
    pages = {
        entry.pk: (entry.page["topics"], [section["topics"] for section in entry.page["sections"]])
        for entry in PublicEntry.objects.all()
    }
    return {
        article.pk: (
            names(article),
            [names(section) for section in article.sections.all()],
            article.head.content["topics"],
            pages.get(article.pk),
        )
        for article in Article.objects.all()
    }


class SplitTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.bases, cls.ports = make_topic("bases"), make_topic("ports")
        cls.moving = publish_now(
            make_article(title="Moving", slug="moving", topics=[cls.bases], sections=[{"topics": [cls.bases]}])
        )
        cls.staying = publish_now(make_article(title="Staying", topics=[cls.bases]))
        cls.both = publish_now(make_article(title="Both", topics=[cls.bases, cls.ports]))

    def test_chosen_entries_carry_the_other_topic_and_the_rest_do_not(self):
        split(self.bases, self.ports, [self.moving.pk, self.both.pk])

        self.assertEqual(names(self.moving), ["ports"])
        self.assertEqual(names(self.moving.sections.get()), ["ports"])
        self.assertEqual(names(self.both), ["ports"])
        self.assertEqual(names(self.staying), ["bases"])
        self.assertEqual([row.entry_id for row in PublicTagging.objects.filter(topic=self.bases)], [self.staying.pk])

    def test_live_entry_gets_a_minor_version_and_no_unpublished_changes(self):
        split(self.bases, self.ports, [self.moving.pk])

        entry, version = (
            Entry.objects.get(pk=self.moving.pk),
            PublicVersion.objects.filter(entry_id=self.moving.pk).latest("number"),
        )
        self.assertEqual((version.number, version.is_minor, entry.has_unpublished_changes), (2, True, False))
        self.assertIn("bases", entry.head.summary)
        self.assertEqual(take_snapshot(Article.objects.get(pk=entry.pk)).pk, entry.head_id)

    def test_older_version_shows_the_topic_that_it_had(self):
        split(self.bases, self.ports, [self.moving.pk])

        self.assertContains(self.client.get("/articles/moving/v/1/"), 'href="/topics/bases/"')
        self.assertContains(self.client.get("/articles/moving/v/2/"), 'href="/topics/ports/"')

    def test_draft_stays_a_draft(self):
        Article.objects.filter(pk=self.moving.pk).update(introduction="Draft words.")
        take_snapshot(Article.objects.get(pk=self.moving.pk))

        split(self.bases, self.ports, [self.moving.pk])

        entry = Entry.objects.get(pk=self.moving.pk)
        self.assertTrue(entry.has_unpublished_changes)
        self.assertEqual(take_snapshot(Article.objects.get(pk=entry.pk)).pk, entry.head_id)
        page = PublicEntry.objects.get(pk=self.moving.pk).page
        self.assertEqual((page["introduction"], page["topics"]), ("", [str(self.ports.pk)]))

    def test_withdrawn_entry_is_not_brought_back(self):
        unpublish(self.moving, Entry.State.WITHDRAWN)

        split(self.bases, self.ports, [self.moving.pk])

        self.assertEqual(Entry.objects.get(pk=self.moving.pk).state, Entry.State.WITHDRAWN)
        self.assertEqual(names(self.moving), ["ports"])

    def test_new_topic_is_made_and_goes_with_the_undoing(self):
        before = carried()
        deed = split(self.bases, Topic(name="airfields"), [self.moving.pk])
        self.assertEqual(names(self.moving), ["airfields"])

        left = undo_split(deed)

        self.assertEqual((left, Topic.objects.filter(name="airfields").exists()), ([], False))
        self.assertEqual(carried(), before)

    def test_new_topic_that_is_in_use_meanwhile_stays_and_is_named(self):
        deed = split(self.bases, Topic(name="airfields"), [self.moving.pk])
        make_article(topics=[Topic.objects.get(name="airfields")])

        left = undo_split(deed)

        self.assertEqual(len(left), 1)
        self.assertIn("airfields", left[0])

    def test_name_that_another_topic_has_makes_no_new_one(self):
        with self.assertRaises(ValidationError):
            split(self.bases, Topic(name="PORTS"), [self.moving.pk])

    def test_entries_that_do_not_carry_the_topic_or_none_at_all_are_refused(self):
        stranger = make_article()
        for entries in ([], [stranger.pk]):
            with self.subTest(entries), self.assertRaises(TopicDeedError):
                split(self.bases, self.ports, entries)
        with self.assertRaises(TopicDeedError):
            split(self.bases, self.bases, [self.moving.pk])

    def test_undo_gives_back_what_was_carried_before(self):
        before, rows = carried(), sorted(TaggedEntry.objects.values_list("tag", "content_object"))
        deed = split(self.bases, self.ports, [self.moving.pk, self.both.pk])

        left = undo_split(deed)

        self.assertEqual((carried(), left), (before, []))
        self.assertEqual(sorted(TaggedEntry.objects.values_list("tag", "content_object")), rows)
        self.assertEqual(AuditEvent.objects.filter(action=AuditEvent.Action.UNDO_TOPICS).count(), 1)

    def test_entry_that_was_changed_since_is_left_alone_and_named(self):
        deed = split(self.bases, self.ports, [self.moving.pk, self.both.pk])
        self.both.topics.set([make_topic("cranes")])
        publish_now(self.both)

        left = undo_split(deed)

        self.assertEqual((names(self.moving), names(self.both)), (["bases"], ["cranes"]))
        self.assertEqual(len(left), 1)
        self.assertIn("Both", left[0])

    def test_split_whose_topic_was_merged_away_is_not_undone(self):
        deed = split(self.bases, self.ports, [self.moving.pk])
        merge(self.bases, self.ports)

        with self.assertRaises(TopicDeedError):
            undo_split(deed)

    def test_split_publishes_nothing_but_topics(self):
        before = public_tables()["PublicLink"]

        split(self.bases, self.ports, [self.moving.pk])

        self.assertEqual(public_tables()["PublicLink"], before)


class SplitPropertyTests(FewAreFrequent, PropertyTestCase):
    @patient(examples=15)
    @given(ARTICLES, st.sets(st.integers(0, 4)))
    def test_split_and_undo_give_every_entry_its_topics_back(self, entries, chosen):
        topics = library(entries)
        rows = list(Article.objects.order_by("slug"))
        carrying = [rows[number].pk for number in chosen if number < len(rows)]
        before = carried()
        try:
            deed = split(topics[0], topics[1], carrying)
        except TopicDeedError:
            self.assertEqual(carried(), before)
            return
        self.assertEqual(check_public(), [])

        left = undo_split(deed)

        self.assertEqual((carried(), left, check_public()), (before, [], []))
