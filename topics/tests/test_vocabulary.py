from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase

from defcoop_site.factories import make_article, make_topic, publish_now
from topics.vocabulary import MAX_DEPTH, Topic, TopicAlias


class TopicNameTests(TestCase):
    def assert_refused(self, row, field):
        with self.assertRaises(ValidationError) as caught:
            row.full_clean(exclude=["slug"])
        self.assertIn(field, caught.exception.message_dict)

    def test_another_spelling_of_a_topic_is_refused_and_names_the_topic(self):
        make_topic("nato")
        for name in ("NATO", "NATO ", "Nató", " na\u00adto", "nato\u200f", "\u202enato", "ｎａｔｏ", "na\ue000to"):
            with self.subTest(name.encode("unicode_escape").decode()):
                self.assert_refused(Topic(name=name), "name")
                with self.assertRaises(IntegrityError), transaction.atomic():
                    make_topic(name, slug="other")

    def test_topic_may_be_saved_again_under_its_own_name(self):
        topic = make_topic("nato")
        topic.name = "NATO"

        topic.full_clean()
        topic.save()

        self.assertEqual(Topic.objects.get().name, "NATO")

    def test_name_without_letters_or_digits_is_refused(self):
        for name in ("", " ", "\t\n", "\u200b", "\u200f\u202e", "!!!", "🎖️", "—", "\x00", "\ue000"):
            with self.subTest(name.encode("unicode_escape").decode()):
                self.assert_refused(Topic(name=name), "name")

    def test_emoji_and_marks_beside_letters_are_allowed(self):
        topic = make_topic("air 🛩️ lift\u200f")

        self.assertEqual(topic.slug, "air-lift")

    def test_name_stands_on_one_line(self):
        for number, end in enumerate(("\n", "\r\n", "\x0b", "\x85", "\u2028", " \u2029 ")):
            with self.subTest(repr(end)):
                self.assertEqual(make_topic(f"air{end}drop {number}").name, f"air drop {number}")

    def test_name_that_gives_another_topics_address_is_refused_where_none_was_typed(self):
        make_topic("r&d")

        with self.assertRaises(ValidationError) as caught:
            Topic(name="rd").full_clean(exclude=["slug"])

        self.assertEqual(caught.exception.message_dict, {"name": ["This name gives the address of the topic “r&d”."]})

    def test_too_long_a_name_is_refused(self):
        self.assert_refused(Topic(name="x" * 10_000), "name")

    def test_name_that_grows_too_long_when_compared_is_refused(self):
        # One character that stands for eighteen: the compared form must still fit its column.
        self.assert_refused(Topic(name="a" + "\ufdfa" * 99), "name")

    def test_two_topics_never_share_an_address(self):
        make_topic("r&d")

        with self.assertRaises(IntegrityError), transaction.atomic():
            make_topic("rd")

    def test_heading_begins_with_a_capital_and_leaves_the_rest(self):
        self.assertEqual(make_topic("european Defence").heading, "European Defence")


class TopicAliasTests(TestCase):
    def assert_refused(self, row, exclude=()):
        with self.assertRaises(ValidationError) as caught:
            row.full_clean(exclude=exclude)
        self.assertIn("name", caught.exception.message_dict)

    def test_name_that_is_another_topics_alias_is_refused(self):
        TopicAlias.objects.create(topic=make_topic("strategic airlift"), name="air bridge")

        self.assert_refused(Topic(name="AIR  Bridge"), exclude=["slug"])

    def test_alias_that_is_a_topics_name_is_refused(self):
        topic = make_topic("strategic airlift")
        make_topic("exercises")

        for name in ("Exercises", "strategic airlift"):
            with self.subTest(name):
                self.assert_refused(TopicAlias(topic=topic, name=name))

    def test_alias_that_another_topic_has_is_refused(self):
        TopicAlias.objects.create(topic=make_topic(), name="air bridge")
        topic = make_topic()

        self.assert_refused(TopicAlias(topic=topic, name="Air Bridge "))
        with self.assertRaises(IntegrityError), transaction.atomic():
            TopicAlias.objects.create(topic=topic, name="AIR BRIDGE")

    def test_empty_alias_is_refused(self):
        topic = make_topic()
        for name in ("", "  ", "\u200b", "\u202e"):
            with self.subTest(repr(name)):
                self.assert_refused(TopicAlias(topic=topic, name=name))


class BroaderTopicTests(TestCase):
    def chain(self, length):
        topics = [make_topic()]
        for _ in range(length - 1):
            topics.append(make_topic(broader=topics[-1]))
        return topics

    def test_topic_is_never_broader_than_itself(self):
        for length in range(1, MAX_DEPTH + 1):
            with self.subTest(length):
                topics = self.chain(length)
                topics[0].broader = topics[-1]

                with self.assertRaises(ValidationError) as caught:
                    topics[0].full_clean()
                self.assertIn("broader", caught.exception.message_dict)

    def test_tree_is_at_most_four_levels_deep(self):
        topics = self.chain(MAX_DEPTH)

        topics[-1].full_clean()
        with self.assertRaises(ValidationError) as caught:
            Topic(name="fifth", slug="fifth", broader=topics[-1]).full_clean()

        self.assertIn("broader", caught.exception.message_dict)

    def test_branch_is_not_moved_where_its_narrowest_topic_would_be_too_deep(self):
        upper, lower = self.chain(3), self.chain(2)
        lower[0].broader = upper[-1]

        with self.assertRaises(ValidationError):
            lower[0].full_clean()

    def test_cycle_that_is_already_there_does_not_hold_up_the_check(self):
        topics = self.chain(3)
        Topic.objects.filter(pk=topics[0].pk).update(broader=topics[2])
        newcomer = Topic(name="newcomer", slug="newcomer", broader=Topic.objects.get(pk=topics[1].pk))

        with self.assertRaises(ValidationError):
            newcomer.full_clean()

    def test_topic_with_narrower_ones_or_live_entries_cannot_be_deleted(self):
        topics = self.chain(2)
        carried = make_topic()
        publish_now(make_article(topics=[carried]))

        for topic in (topics[0], carried):
            with self.subTest(topic.name), self.assertRaises(IntegrityError), transaction.atomic():
                topic.delete()
