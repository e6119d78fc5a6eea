"""What a topic's page gathers from its narrower topics, and what its figures say: against brute force."""

from itertools import combinations
from xml.etree import ElementTree

from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from defcoop_site.factories import make_actor, make_article, make_topic, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.properties import patient
from topics.listing import Listing, with_entries
from topics.lists import vocabulary
from topics.public import TopicTally
from topics.vocabulary import ABOVE, Topic, TopicAlias


class NarrowerTopicTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.transport = make_topic("transport", description="Moving things.")
        cls.airlift = make_topic("airlift", broader=cls.transport)
        cls.night = make_topic("night airlift", broader=cls.airlift)
        cls.bases = make_topic("bases")
        TopicAlias.objects.create(topic=cls.airlift, name="Air bridge")
        publish_now(make_article(title="Broad", topics=[cls.transport]))
        publish_now(make_article(title="Deep", topics=[cls.night, cls.bases]))
        publish_now(make_actor(title="Twice", topics=[cls.airlift, cls.night]))

    def titles(self, address):
        return [entry.title for entry, _topics in self.client.get(address).context["rows"]]

    def test_page_includes_what_narrower_topics_carry_each_once(self):
        self.assertEqual(self.titles("/topics/transport/"), ["Twice", "Broad", "Deep"])
        self.assertEqual(self.titles("/topics/airlift/"), ["Twice", "Deep"])

    def test_narrower_topics_can_be_left_out(self):
        self.assertEqual(self.titles("/topics/transport/?narrower=no"), ["Broad"])
        self.assertContains(self.client.get("/topics/transport/?narrower=no"), "narrower topics left out")
        self.assertEqual(self.titles("/topics/transport/?narrower=nonsense"), ["Twice", "Broad", "Deep"])

    def test_several_topics_each_include_their_narrower_ones(self):
        self.assertEqual(self.titles("/topics/bases+transport/"), ["Deep"])
        self.assertEqual(self.titles("/topics/bases+transport/?narrower=no"), [])

    def test_page_counts_entries_by_kind(self):
        response = self.client.get("/topics/transport/?kind=actor")

        self.assertEqual(response.context["counts"], {"actor": 1, "article": 2})
        self.assertContains(response, "1 entry")

    def test_page_names_broader_narrower_and_often_together_topics(self):
        context = self.client.get("/topics/airlift/").context["around"]

        self.assertEqual([(topic.name, topic.entries) for topic in context.narrower], [("night airlift", 2)])
        self.assertEqual([(topic.name, topic.entries) for topic in context.often_together], [("bases", 1)])
        self.assertContains(self.client.get("/topics/night-airlift/"), '<a href="/topics/transport/">Transport</a>')

    def test_entries_are_ordered_by_revision_within_their_kind(self):
        self.assertEqual(self.titles("/topics/transport/?order=revised"), ["Twice", "Deep", "Broad"])

    def test_feed_follows_a_topic_and_its_narrower_ones(self):
        response = self.client.get("/topics/transport/feed/")

        self.assertEqual(response.headers["Content-Type"], "application/atom+xml; charset=utf-8")
        titles = ElementTree.fromstring(response.content).iter("{http://www.w3.org/2005/Atom}title")  # noqa: S314 - our own
        self.assertEqual([title.text for title in titles][1:], ["Twice", "Deep", "Broad"])

    def test_feed_has_one_address_too(self):
        for written in ("air-bridge", "AIRLIFT", "airlift+"):
            with self.subTest(written):
                self.assertRedirects(
                    self.client.get(f"/topics/{written}/feed/"), "/topics/airlift/feed/", status_code=301
                )
        for written in ("nowhere", "airlift+bases", "+"):
            with self.subTest(written):
                self.assertEqual(self.client.get(f"/topics/{written}/feed/").status_code, 404)

    def test_search_engines_are_kept_from_the_endless(self):
        cases = {
            "/topics/airlift/": "",
            "/topics/airlift+bases/": "",
            "/topics/airlift+bases+transport/": "noindex, nofollow",
            "/topics/airlift/?kind=actor": "noindex",
            "/topics/airlift+bases/?order=revised": "noindex, nofollow",
        }
        for address, expected in cases.items():
            with self.subTest(address):
                html = self.client.get(address).content.decode()

                self.assertEqual('name="robots"' in html, bool(expected))
                self.assertIn(f'<meta name="robots" content="{expected}">' if expected else "<html", html)
                self.assertIn(f'rel="canonical" href="http://testserver{address.partition("?")[0]}"', html)

    def test_topic_without_live_entries_is_not_indexed_and_says_so(self):
        make_topic("drafted only")

        response = self.client.get("/topics/drafted-only/")

        self.assertContains(response, "No live entry carries this.")
        self.assertContains(response, 'content="noindex"')

    def test_sixth_topic_is_not_offered(self):
        topics = [make_topic(f"many {number}") for number in range(6)]
        publish_now(make_article(topics=topics))

        response = self.client.get(f"/topics/{'+'.join(topic.slug for topic in topics[:5])}/")

        self.assertEqual(response.status_code, 200)
        self.assertNotContains(response, "Narrow by")

    def test_index_from_a_to_z_names_aliases_and_leaves_out_what_leads_nowhere(self):
        make_topic("drafted only")

        response = self.client.get("/topics/?order=name")

        self.assertEqual([letter for letter, _lines in response.context["letters"]], ["A", "B", "N", "T"])
        self.assertContains(response, 'Air bridge: see <a href="/topics/airlift/">Airlift</a>')
        self.assertNotContains(response, "Drafted only")

    def test_topic_is_found_by_its_alias(self):
        response = self.client.get("/topics/?q=AIR%20brídge")

        self.assertContains(response, 'href="/topics/airlift/"')
        self.assertNotContains(response, 'href="/topics/bases/"')
        self.assertContains(self.client.get("/topics/?q=nowhere"), "No topic has this name.")


class CountPropertyTests(PropertyTestCase):
    """Random trees and libraries: every figure equals counting entry by entry."""

    libraries = st.tuples(
        st.lists(st.integers(-1, 6), min_size=4, max_size=7),
        st.lists(st.tuples(st.sets(st.integers(0, 6), max_size=3), st.booleans()), min_size=1, max_size=6),
    )

    @staticmethod
    def library(parents, entries):
        topics = []
        for parent in parents:
            # An earlier topic or none, and never too deep.
            above = topics[parent] if 0 <= parent < min(len(topics), 2) else None
            topics.append(make_topic(broader=above))
        carried = {}
        for numbers, withdrawn in entries:
            own = [topics[number] for number in numbers if number < len(topics)]
            row = publish_now(make_article(topics=own))
            if withdrawn:
                unpublish(row, Entry.State.WITHDRAWN)
            else:
                carried[row.pk] = {topic.pk for topic in own}
        return topics, carried

    @staticmethod
    def with_broader(keys):
        chain = {topic.pk: topic.broader_id for topic in Topic.objects.all()}
        found = set(keys)
        for key in keys:
            while key := chain[key]:
                found.add(key)
        return found

    @patient(examples=15)
    @given(libraries)
    def test_figures_are_those_of_counting_entry_by_entry(self, drawn):
        topics, carried = self.library(*drawn)
        whole = {key: self.with_broader(keys) for key, keys in carried.items()}
        expected = {topic.pk: sum(topic.pk in keys for keys in whole.values()) for topic in topics}

        self.assertEqual({topic.pk: topic.entries for topic in vocabulary()}, {k: n for k, n in expected.items() if n})
        alone = {topic.pk: sum(topic.pk in keys for keys in carried.values()) for topic in topics}
        kept = TopicTally.objects.filter(narrower=False, topic__isnull=False).values_list("topic", "entries")
        self.assertEqual(dict(kept), {k: n for k, n in alone.items() if n})
        for topic in self.chosen(topics):
            self.assertEqual(Listing([topic]).entries().count(), expected[topic.pk])
            self.assertEqual(Listing([topic], narrower=False).entries().count(), alone[topic.pk])

    @patient(examples=15)
    @given(libraries, st.booleans())
    def test_figure_beside_a_topic_to_narrow_by_is_what_its_page_shows(self, drawn, narrower):
        topics, _carried = self.library(*drawn)
        for size in (1, 2):
            for chosen in combinations(self.chosen(topics), size):
                found = Listing(chosen, narrower).around(100)

                for topic in [*found.narrower, *found.often_together]:
                    together = self.chosen([*chosen, topic])
                    self.assertEqual(topic.entries, sum(Listing(together, narrower).counts.values()))

    @staticmethod
    def chosen(topics):
        keys = [topic.pk for topic in topics]
        return list(with_entries(Topic.objects.filter(pk__in=keys).select_related(ABOVE)))
