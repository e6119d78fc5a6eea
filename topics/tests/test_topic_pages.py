from django.test import TestCase

from defcoop_site.factories import make_actor, make_article, make_topic, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.scenario import ScenarioTestCase
from topics.vocabulary import TopicAlias


class TopicDetailTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.airlift, cls.bases, cls.crises = (make_topic(name) for name in ("airlift", "bases", "crises"))
        TopicAlias.objects.create(topic=cls.airlift, name="Air-bridge")
        publish_now(make_article(title="Both", slug="both", topics=[cls.airlift, cls.bases]))
        publish_now(make_actor(title="One", slug="one", topics=[cls.airlift]))
        make_article(title="Draft", slug="draft", topics=[cls.airlift])

    def titles(self, address):
        return [entry.title for entry, _topics in self.client.get(address).context["rows"]]

    def test_topic_shows_the_live_entries_that_carry_it(self):
        self.assertEqual(self.titles("/topics/airlift/"), ["One", "Both"])
        self.assertContains(self.client.get("/topics/airlift/"), "2 entries")

    def test_several_topics_show_what_carries_all_of_them(self):
        self.assertEqual(self.titles("/topics/airlift+bases/"), ["Both"])
        self.assertEqual(self.titles("/topics/airlift+crises/"), [])

    def test_entries_can_be_narrowed_by_kind(self):
        self.assertEqual(self.titles("/topics/airlift/?kind=actor"), ["One"])
        self.assertEqual(self.titles("/topics/airlift/?kind=nonsense"), ["One", "Both"])

    def test_every_way_to_write_an_address_leads_to_the_one(self):
        cases = {
            "airlift+airlift+": "airlift",
            "+airlift": "airlift",
            "bases+airlift": "airlift+bases",
            "bases+airlift+bases": "airlift+bases",
            "airlift++bases": "airlift+bases",
            "air-bridge": "airlift",
            "air-bridge+bases": "airlift+bases",
            "air-bridge+airlift": "airlift",
        }
        for written, canonical in cases.items():
            with self.subTest(written):
                self.assertRedirects(self.client.get(f"/topics/{written}/"), f"/topics/{canonical}/", status_code=301)

    def test_alias_is_found_under_the_address_that_its_name_gives(self):
        for name, written in {
            "air bridge": "air-bridge",
            "North-South air bridge": "north-south-air-bridge",
            "A.L.A.": "ala",
            "Lift (strategic)": "lift-strategic",
            "Pont aérien": "pont-aerien",
        }.items():
            TopicAlias.objects.create(topic=self.airlift, name=name)
            with self.subTest(name):
                self.assertRedirects(self.client.get(f"/topics/{written}/"), "/topics/airlift/", status_code=301)

    def test_name_as_a_reader_types_it_leads_to_its_topic(self):
        TopicAlias.objects.create(topic=self.airlift, name="Pont aérien")
        for written in (
            "AIRLIFT",
            "Aírlift",
            "Pont aérien",
            "pont AÉRIEN",
            "ａｉｒｌｉｆｔ",
            "airlift\u202e",
            " airlift ",
        ):
            with self.subTest(written):
                self.assertRedirects(self.client.get(f"/topics/{written}/"), "/topics/airlift/", status_code=301)

    def test_two_spellings_of_an_alias_lead_to_its_topic(self):
        self.assertRedirects(self.client.get("/topics/AIR-BRIDGE+air-bridge/"), "/topics/airlift/", status_code=301)

    def test_redirect_keeps_the_chosen_kind(self):
        self.assertRedirects(
            self.client.get("/topics/bases+airlift/?kind=actor"), "/topics/airlift+bases/?kind=actor", status_code=301
        )

    def test_unknown_topic_is_not_found(self):
        for written in (
            "nowhere",
            "airlift+nowhere",
            "+",
            "++",
            "airlift%00",
            "%F0%9F%8E%96",
            "%20",
            "airlift+%E2%80%8F",
        ):
            with self.subTest(written):
                self.assertIn(self.client.get(f"/topics/{written}/").status_code, (400, 404))

    def test_more_than_five_topics_are_not_found(self):
        fifty = "+".join(make_topic().slug for _ in range(50))

        with self.assertNumQueries(0):
            response = self.client.get(f"/topics/{fifty}/")

        self.assertEqual(response.status_code, 404)

    def test_five_topics_are_answered_and_six_are_not(self):
        slugs = sorted(make_topic().slug for _ in range(6))

        self.assertEqual(self.client.get(f"/topics/{'+'.join(slugs[:5])}/").status_code, 200)
        self.assertEqual(self.client.get(f"/topics/{'+'.join(slugs)}/").status_code, 404)

    def test_topics_that_go_together_are_offered_with_their_counts(self):
        response = self.client.get("/topics/airlift/")

        self.assertEqual(
            [(topic.name, topic.entries) for topic in response.context["around"].often_together], [("bases", 1)]
        )
        self.assertContains(response, 'href="/topics/airlift+bases/"')

    def test_withdrawn_entry_counts_nowhere(self):
        unpublish(Entry.objects.get(slug="both"), Entry.State.WITHDRAWN)

        response = self.client.get("/topics/airlift/")

        self.assertEqual([entry.title for entry, _topics in response.context["rows"]], ["One"])
        self.assertEqual(response.context["around"].often_together, [])


class TopicListTests(TestCase):
    def counts(self):
        found, stack = {}, list(self.client.get("/topics/").context["tree"])
        while stack:
            topic, below = stack.pop()
            found[topic.name] = topic.entries
            stack += below
        return found

    def test_counts_are_the_live_entries_and_topics_without_any_are_left_out(self):
        upper = make_topic("transport")
        airlift, empty = make_topic("airlift", broader=upper), make_topic("empty")
        make_topic("drafted only")
        publish_now(make_article(topics=[airlift]))
        publish_now(make_actor(topics=[airlift]))
        unpublish(publish_now(make_article(topics=[airlift, empty])), Entry.State.WITHDRAWN)
        make_article(topics=[airlift])

        self.assertEqual(self.counts(), {"transport": 2, "airlift": 2})

    def test_every_count_equals_what_the_topics_page_shows(self):
        topics = [make_topic() for _ in range(4)]
        for number in range(6):
            publish_now(make_article(topics=topics[: number % 4 + 1]))

        for topic in topics:
            with self.subTest(topic.name):
                self.assertEqual(
                    self.counts()[topic.name], self.client.get(topic.get_absolute_url()).context["page"].paginator.count
                )

    def test_filter_of_a_list_offers_only_topics_with_live_entries(self):
        live, drafted = make_topic("live topic"), make_topic("drafted topic")
        publish_now(make_article(topics=[live]))
        make_article(topics=[drafted])

        response = self.client.get("/articles/")

        self.assertContains(response, "Live topic")
        self.assertNotContains(response, "Drafted topic")

    def test_empty_list_says_so(self):
        self.assertContains(self.client.get("/topics/"), "No topics yet")
