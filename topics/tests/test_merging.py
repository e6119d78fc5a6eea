"""Merging topics, and undoing it, in the model: drafts, live pages, snapshots."""

from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from articles.models import Article
from defcoop_site.factories import make_actor, make_article, make_topic, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import Generation, PublicEntry, PublicVersion
from publishing.publication import rebuild_public, unpublish
from publishing.snapshots import restore, take_snapshot
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase, public_tables
from topics.merging import TopicDeedError, merge, undo_merge
from topics.models import TopicDeed
from topics.public import PublicTagging
from topics.vocabulary import Topic, TopicAlias, find

from .libraries import ARTICLES, FewAreFrequent, everything, library, names


class MergeTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.nato, cls.alliance, cls.other = make_topic("NATO"), make_topic("Atlantic alliance"), make_topic("other")
        TopicAlias.objects.create(topic=cls.nato, name="OTAN")
        cls.below = make_topic("below", broader=cls.nato)
        cls.one = publish_now(make_article(title="One", slug="one", topics=[cls.nato]))
        cls.both = publish_now(make_actor(title="Both", slug="both", topics=[cls.nato, cls.alliance]))
        cls.draft = make_article(title="Draft", topics=[cls.nato])
        take_snapshot(cls.draft)
        cls.parted = publish_now(make_article(title="Parted", slug="parted", sections=[{"topics": [cls.nato]}]))

    def test_merged_topics_entries_carry_the_other_one(self):
        merge(self.nato, self.alliance)

        for row in (self.one, self.both, self.draft):
            self.assertEqual(names(row), ["Atlantic alliance"])
        self.assertEqual(names(self.parted.sections.get()), ["Atlantic alliance"])
        self.assertEqual(PublicTagging.objects.filter(topic=self.alliance).count(), 2)
        self.assertEqual(PublicEntry.objects.get(pk=self.both.pk).topic_count, 1)
        self.assertEqual(
            PublicEntry.objects.get(pk=self.parted.pk).page["sections"][0]["topics"], [str(self.alliance.pk)]
        )
        self.assertFalse(Topic.objects.filter(name="NATO").exists())

    def test_every_name_of_the_merged_topic_means_the_other_one(self):
        merge(self.nato, self.alliance)

        self.assertEqual(set(find(["nato", " Nató ", "OTAN"]).values()), {self.alliance})
        for address in ("nato", "otan"):
            self.assertRedirects(self.client.get(f"/topics/{address}/"), "/topics/atlantic-alliance/", status_code=301)
        self.assertEqual(Topic.objects.get(pk=self.below.pk).broader, self.alliance)

    def test_address_that_differs_from_the_name_leads_on_too(self):
        odd = make_topic("odd name", slug="quite-another")

        merge(odd, self.alliance)

        self.assertRedirects(self.client.get("/topics/quite-another/"), "/topics/atlantic-alliance/", status_code=301)

    def test_browsers_do_not_keep_the_redirect_as_the_merge_may_be_undone(self):
        merge(self.nato, self.alliance)

        self.assertEqual(self.client.get("/topics/nato/").headers["Cache-Control"], "no-cache")

    def test_merge_is_no_change_of_an_entry(self):
        before = {row.pk: row.head_id for row in Entry.objects.all()}

        merge(self.nato, self.alliance)
        for row in (self.one, self.both, self.draft, self.parted):
            take_snapshot(type(row).objects.get(pk=row.pk))

        self.assertEqual({row.pk: row.head_id for row in Entry.objects.all()}, before)
        self.assertFalse(Entry.objects.get(pk=self.one.pk).has_unpublished_changes)

    def test_older_snapshot_is_restored_with_the_other_topic(self):
        first = self.one.head
        self.one.topics.set([self.other])
        take_snapshot(self.one)
        merge(self.nato, self.alliance)

        _restored, losses = restore(Article.objects.get(pk=self.one.pk), first)

        self.assertEqual((names(self.one), losses), (["Atlantic alliance"], []))

    def test_older_version_shows_the_other_topic(self):
        merge(self.nato, self.alliance)

        self.assertContains(self.client.get("/articles/one/v/1/"), 'href="/topics/atlantic-alliance/"')

    def test_rebuilding_after_a_merge_changes_nothing(self):
        merge(self.nato, self.alliance)
        before = public_tables()

        rebuild_public()

        self.assertEqual(public_tables(), before)

    def test_withdrawn_page_follows_the_merge(self):
        unpublish(self.one, Entry.State.WITHDRAWN)

        merge(self.nato, self.alliance)

        self.assertContains(self.client.get("/articles/one/"), "Atlantic alliance")

    def test_merge_is_logged_and_tells_the_caches(self):
        generation = Generation.objects.get().number

        deed = merge(self.nato, self.alliance)

        event = AuditEvent.objects.get(action=AuditEvent.Action.MERGE_TOPICS)
        self.assertEqual((event.was, event.became), ("NATO", "Atlantic alliance"))
        self.assertGreater(Generation.objects.get().number, generation)
        self.assertEqual({row["title"] for row in deed.record["rows"]}, {"One", "Both", "Draft", "Parted"})
        self.assertEqual([row["title"] for row in deed.record["rows"] if row["joined"]], ["Both"])

    def test_topic_is_not_merged_into_itself_or_what_stands_below_it(self):
        for target in (self.nato, self.below):
            with self.subTest(target.name), self.assertRaises(TopicDeedError):
                merge(self.nato, target)

    def test_tree_grows_no_deeper_than_allowed_by_a_merge(self):
        deep = make_topic(broader=make_topic(broader=make_topic(broader=make_topic())))

        with self.assertRaises(TopicDeedError):
            merge(self.nato, deep)

    def test_refused_merge_changes_nothing(self):
        before = everything()

        with self.assertRaises(TopicDeedError):
            merge(self.nato, self.below)

        self.assertEqual(everything(), before)

    def test_new_topic_cannot_take_a_merged_topics_name_or_address(self):
        merge(self.nato, self.alliance)

        for wrong in (Topic(name="Nato"), Topic(name="something", slug="nato")):
            with self.subTest(wrong.name), self.assertRaisesMessage(Exception, "Atlantic alliance"):
                wrong.full_clean(exclude=[] if wrong.slug else ["slug"])


class UndoTests(ScenarioTestCase):
    setUpTestData = MergeTests.__dict__["setUpTestData"]

    def test_undo_restores_both_exactly(self):
        before = everything()

        left = undo_merge(merge(self.nato, self.alliance))

        self.assertEqual(everything(), before)
        self.assertEqual(left, [])

    def test_undo_in_two_steps_brings_back_a_topic_that_was_merged_twice(self):
        before = everything()
        first = merge(self.nato, self.alliance)
        middle = everything()
        second = merge(self.alliance, self.other)
        self.assertEqual(find(["nato"])["nato"], self.other)
        self.assertEqual(check_public(), [])
        with self.assertRaisesMessage(TopicDeedError, "Undo that first"):
            undo_merge(first)

        undo_merge(second)
        self.assertEqual(everything(), middle)
        undo_merge(first)

        self.assertEqual(everything(), before)

    def test_undo_happens_once(self):
        deed = merge(self.nato, self.alliance)
        undo_merge(deed)

        with self.assertRaisesMessage(TopicDeedError, "already"):
            undo_merge(deed)

    def test_entry_whose_topics_were_changed_since_is_left_alone_and_named(self):
        deed = merge(self.nato, self.alliance)
        row = Article.objects.get(pk=self.one.pk)
        row.topics.set([self.other])
        publish_now(row)

        left = undo_merge(deed)

        self.assertEqual(names(self.one), ["other"])
        self.assertEqual(names(self.draft), ["NATO"])
        self.assertEqual(len(left), 1)
        self.assertIn("One", left[0])

    def test_entry_that_was_published_since_gets_its_topic_back_by_a_minor_version(self):
        deed = merge(self.nato, self.alliance)
        row = Article.objects.get(pk=self.one.pk)
        row.introduction = "New words."
        row.save()
        publish_now(row)

        left = undo_merge(deed)

        entry = Entry.objects.get(pk=self.one.pk)
        self.assertEqual((left, names(self.one)), ([], ["NATO"]))
        self.assertFalse(entry.has_unpublished_changes)
        self.assertEqual(take_snapshot(Article.objects.get(pk=row.pk)).pk, entry.head_id)
        self.assertEqual(PublicTagging.objects.get(entry=row.pk).topic.name, "NATO")
        self.assertIn("New words.", PublicEntry.objects.get(pk=row.pk).page["introduction"])
        self.assertTrue(PublicVersion.objects.filter(entry_id=row.pk).latest("number").is_minor)

    def test_draft_that_was_saved_since_keeps_its_words_from_readers(self):
        deed = merge(self.nato, self.alliance)
        row = Article.objects.get(pk=self.one.pk)
        row.introduction = "Draft words."
        row.save()
        take_snapshot(row)

        undo_merge(deed)

        entry = Entry.objects.get(pk=self.one.pk)
        self.assertTrue(entry.has_unpublished_changes)
        self.assertEqual(take_snapshot(Article.objects.get(pk=row.pk)).pk, entry.head_id)
        self.assertNotIn("Draft words.", PublicEntry.objects.get(pk=row.pk).page["introduction"])
        self.assertEqual(PublicTagging.objects.get(entry=row.pk).topic.name, "NATO")

    def test_undo_is_refused_where_the_name_was_given_away(self):
        deed = merge(self.nato, self.alliance)
        self.alliance.aliases.filter(name="NATO").delete()
        make_topic("nato", slug="nato-again")

        with self.assertRaisesMessage(TopicDeedError, "belongs to the topic"):
            undo_merge(deed)

    def test_narrower_topic_that_was_moved_since_stays(self):
        deed = merge(self.nato, self.alliance)
        Topic.objects.filter(pk=self.below.pk).update(broader=self.other)

        left = undo_merge(deed)

        self.assertEqual(Topic.objects.get(pk=self.below.pk).broader, self.other)
        self.assertIn("below", left[0])

    def test_broader_topic_that_stands_too_deep_by_now_is_named(self):
        top = make_topic("top")
        Topic.objects.filter(pk=self.nato.pk).update(broader=top)
        deed = merge(Topic.objects.get(pk=self.nato.pk), self.alliance)
        Topic.objects.filter(pk=top.pk).update(
            broader=make_topic("third", broader=make_topic("second", broader=make_topic("first")))
        )

        left = undo_merge(deed)

        self.assertIn("too deep", left[0])
        self.assertIsNone(Topic.objects.get(name="NATO").broader)

    def test_broader_topic_that_is_gone_is_named(self):
        top = make_topic("top")
        Topic.objects.filter(pk=self.nato.pk).update(broader=top)
        deed = merge(Topic.objects.get(pk=self.nato.pk), self.alliance)
        top.delete()

        left = undo_merge(deed)

        self.assertEqual(len(left), 1)
        self.assertIsNone(Topic.objects.get(name="NATO").broader)


class MergePropertyTests(FewAreFrequent, PropertyTestCase):
    """Over random small libraries."""

    @patient(examples=15)
    @given(ARTICLES, st.permutations(range(4)), st.data())
    def test_merges_undone_in_reverse_restore_everything(self, entries, order, data):
        topics = library(entries)
        chain = order[: data.draw(st.integers(2, 4))]
        states, deeds = [], []
        for source, target in zip(chain, chain[1:], strict=False):
            states.append(everything())
            deeds.append(merge(Topic.objects.get(pk=topics[source].pk), Topic.objects.get(pk=topics[target].pk)))
            self.assertEqual(check_public(), [])

        while deeds:
            self.assertEqual(undo_merge(deeds.pop()), [])

            self.assertEqual(check_public(), [])
            self.assertEqual(everything(), states.pop())

    @patient(examples=15)
    @given(ARTICLES)
    def test_merge_makes_the_pages_that_the_other_topic_would_have_made(self, entries):
        topics = library(entries)
        expected = {
            key: sorted({str(topics[1].pk) if topic == str(topics[0].pk) else topic for topic in page["topics"]})
            for key, page in PublicEntry.objects.values_list("pk", "page")
        }

        merge(topics[0], topics[1])

        self.assertEqual({key: page["topics"] for key, page in PublicEntry.objects.values_list("pk", "page")}, expected)
        for article in Article.objects.all():
            self.assertEqual(take_snapshot(article).pk, article.head_id)


class MergeCommandTests(TestCase):
    def test_topics_are_merged_by_name_and_wrong_names_refused(self):
        nato, alliance = make_topic("NATO"), make_topic("Atlantic alliance")
        make_article(topics=[nato])
        for wrong in (("nowhere", "nato"), ("nato", "nowhere"), ("nato", "NATO")):
            with self.subTest(wrong), self.assertRaises(CommandError):
                call_command("merge_topics", *wrong)

        call_command("merge_topics", "nato", "atlantic alliance", stdout=StringIO())

        self.assertEqual(find(["NATO"])["nato"], alliance)


class DeedTests(TestCase):
    def test_deed_reads_as_what_became_what(self):
        self.assertEqual(str(TopicDeed(source_name="a", target_name="b")), "a → b")
