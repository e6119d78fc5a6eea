"""Topics on the desk: choosing them by name, completion, renaming, merging, splitting, tidying."""

from django.test import TestCase
from django.urls import reverse
from django.utils.html import strip_tags

from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from publishing.check import check_public
from publishing.public import Generation
from publishing.snapshots import take_snapshot
from topics import tidying
from topics.merging import merge
from topics.models import TopicDeed
from topics.panel import panel_of
from topics.vocabulary import Topic, TopicAlias, find

from .desk import add_row, change_address, desk_address, form_data, make_editor

HOSTILE = {
    "ten thousand characters": "x" * 10_000,
    "more": "y" * 10_001,
    "right-to-left marks and letters": "\u202e\u200fmystery",
    "emoji": "🎖️",
    "markup": "<script>alert(1)</script>",
    "NUL": "a\x00b",
    "many names": "\n".join(f"unknown {number}" for number in range(400)),
    "expanding": "\ufdfa" * 200,
    "a key": "5f0c6c0e-3f52-5b5e-9d7c-3c3a3f6f8f10",
    "dots": "...",
}
NOTHING = ["", " ", "\n\n", ",,,", "\u200f", " , \u202e ,"]


class TopicDeskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.nato = make_topic("North Atlantic Treaty Organization", broader=make_topic("alliances"))
        TopicAlias.objects.create(topic=cls.nato, name="NATO")
        cls.airlift, cls.sealift = make_topic("strategic airlift"), make_topic("strategic sealift")
        cls.article = publish_now(make_article(title="One", slug="one", topics=[cls.airlift], sections=[{}]))

    def setUp(self):
        self.client.force_login(self.editor)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def test_way_to_a_page_of_the_desk_names_each_step_once(self):
        for address in (
            desk_address(Topic, "changelist"),
            desk_address(Article, "changelist"),
            change_address(self.nato),
        ):
            with self.subTest(address):
                crumbs = (
                    self.client.get(address).content.decode().split('<div class="breadcrumbs">')[1].split("</div>")[0]
                )
                steps = [" ".join(strip_tags(step).split()) for step in crumbs.split("›")]
                self.assertEqual(steps[0], "Home")
                self.assertEqual(len(steps), len(set(steps)), steps)

    def save(self, **values):
        data = form_data(self.client.get(change_address(self.article)))
        return self.client.post(change_address(self.article), {**data, **values, "_continue": "1"}, follow=True)

    def chosen(self):
        return sorted(topic.name for topic in Article.objects.get(pk=self.article.pk).topics.all())


class PickerTests(TopicDeskTests):
    def test_topics_are_chosen_by_name_or_alias_on_lines_or_with_commas(self):
        for text in (
            "nato, strategic airlift",
            "Nató\r\nSTRATEGIC  AIRLIFT\r\n",
            "strategic airlift,\nNorth Atlantic Treaty Organization, NATO",
        ):
            with self.subTest(text):
                self.article.topics.clear()
                self.save(topics=text)

                self.assertEqual(self.chosen(), ["North Atlantic Treaty Organization", "strategic airlift"])

    def test_name_with_a_comma_is_found_on_a_line_of_its_own(self):
        make_topic("arms control, naval")

        self.save(topics="arms control, naval\nnato")

        self.assertIn("arms control, naval", self.chosen())

    def test_unknown_name_is_refused_with_the_three_nearest_and_the_text_stays(self):
        response = self.save(topics="NATO\nstrategc airlift")

        self.assertContains(
            response, "There is no topic “strategc airlift”. Nearest: strategic airlift, strategic sealift, "
        )
        form = response.context["adminform"].form
        self.assertEqual(form["topics"].value(), "NATO\nstrategc airlift")
        self.assertEqual(self.chosen(), ["strategic airlift"])
        self.assertFalse(Topic.objects.filter(name__startswith="strategc").exists())

    def test_hostile_names_are_refused_in_words(self):
        for kind, text in HOSTILE.items():
            with self.subTest(kind):
                response = self.save(topics=text)

                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.context["adminform"].form.errors["topics"])
                self.assertNotContains(response, "<script>alert(1)")
                self.assertLess(len(str(response.context["adminform"].form.errors["topics"])), 2000)
        self.assertEqual(self.chosen(), ["strategic airlift"])

    def test_nothing_but_marks_and_spaces_chooses_nothing(self):
        for text in NOTHING:
            with self.subTest(repr(text)):
                self.save(topics=text)

                self.assertEqual(self.chosen(), [])

    def test_section_keeps_and_changes_its_topics(self):
        section = self.article.sections.get()
        for text, expected in (("nato", [self.nato]), ("nato, strategic airlift", [self.nato, self.airlift]), ("", [])):
            with self.subTest(text):
                self.save(**{"sections-0-topics": text})

                self.assertCountEqual(section.topics.all(), expected)
                self.save(summary=f"Another {text}.")
                self.assertCountEqual(section.topics.all(), expected)

    def test_new_section_takes_topics(self):
        data = form_data(self.client.get(change_address(self.article)))
        add_row(data, "sections", title="New", level="1", body="", topics="nato")

        self.client.post(change_address(self.article), {**data, "_continue": "1"})

        self.assertEqual(list(self.article.sections.get(title="New").topics.all()), [self.nato])

    def test_saving_what_the_form_shows_changes_nothing(self):
        head = self.article.head_id

        self.save()

        self.assertEqual(Article.objects.get(pk=self.article.pk).head_id, head)

    def test_topic_that_was_merged_or_renamed_while_the_form_was_open_is_understood(self):
        data = form_data(self.client.get(change_address(self.article)))
        merge(self.airlift, self.sealift)

        self.client.post(change_address(self.article), {**data, "summary": "New words.", "_continue": "1"})

        self.assertEqual(self.chosen(), ["strategic sealift"])

    def test_form_opens_in_as_many_queries_with_twenty_sections_as_with_two(self):
        self.client.get(change_address(self.article))  # what Django keeps for later is kept now
        for count in (2, 20):
            article = make_article(topics=[self.nato], sections=[{"topics": [self.nato, self.airlift]}] * count)
            # session, user, article, its topics, aliases, sections, their taggings, their topics, see-also rows, reports, schedule
            with self.subTest(count), self.assertNumQueries(11):
                self.client.get(change_address(article))


class CompletionTests(TopicDeskTests):
    def offered(self, text):
        return self.client.get(reverse("admin:topics_topic_complete"), {"q": text}).json()["topics"]

    def test_completion_names_alias_uses_and_broader_topic(self):
        make_agreement(topics=[self.nato])

        self.assertEqual(
            self.offered("nat"),
            [
                {
                    "name": "North Atlantic Treaty Organization",
                    "label": "NATO → North Atlantic Treaty Organization",
                    "detail": "1 entry, below alliances",
                }
            ],
        )

    def test_names_that_begin_so_come_first(self):
        make_topic("non-strategic weapons")

        self.assertEqual(
            [topic["name"] for topic in self.offered("Strategic")],
            ["strategic airlift", "strategic sealift", "non-strategic weapons"],
        )

    def test_topic_is_offered_once_however_many_aliases_fit(self):
        for number in range(30):
            TopicAlias.objects.create(topic=self.nato, name=f"NATO {number}")

        self.assertEqual(len(self.offered("nato")), 1)

    def test_one_completion_takes_three_queries_with_session_and_user(self):
        for number in range(30):
            make_topic(f"strategic {number}", broader=self.nato)

        with self.assertNumQueries(3):
            self.offered("strategic")

    def test_hostile_text_finds_nothing(self):
        for kind, text in {**HOSTILE, **dict(enumerate(NOTHING)), "wildcards": "%_"}.items():
            if "\x00" not in text:
                with self.subTest(kind):
                    self.assertEqual(self.offered(text), [])

    def test_completion_is_for_those_who_see_topics(self):
        self.client.force_login(make_editor("stranger"))

        for method in (self.client.get, self.client.post):
            self.assertEqual(method(reverse("admin:topics_topic_complete"), {"q": "nat"}).status_code, 403)


class RenameTests(TopicDeskTests):
    def rename(self, topic, **values):
        data = form_data(self.client.get(change_address(topic)))
        return self.client.post(change_address(topic), {**data, **values}, follow=True)

    def test_old_name_stays_as_an_alias(self):
        generation = Generation.objects.get().number

        self.rename(self.airlift, name="airlift by day")

        self.assertEqual(find(["Strategic airlift"])["strategic airlift"].name, "airlift by day")
        self.assertGreater(Generation.objects.get().number, generation)

    def test_other_spelling_of_the_name_makes_no_alias(self):
        self.rename(self.airlift, name="Strategic Airlift")

        self.assertFalse(self.airlift.aliases.exists())

    def test_alias_can_become_the_name(self):
        self.rename(self.nato, name="NATO")

        self.assertEqual([alias.name for alias in self.nato.aliases.all()], ["North Atlantic Treaty Organization"])

    def test_hostile_names_are_refused_in_words(self):
        for name in ("", "  ", "\u200f\u202e", "🎖️", "x" * 10_000, "strategic SEALIFT", "nato", "\ufdfa" * 99):
            with self.subTest(name[:20]):
                response = self.rename(self.airlift, name=name)

                self.assertTrue(response.context["adminform"].form.errors)
        self.assertEqual(Topic.objects.get(pk=self.airlift.pk).name, "strategic airlift")

    def test_address_that_another_topic_has_is_refused_in_words(self):
        data = form_data(self.client.get(desk_address(Topic, "add")))
        for values in (
            {"name": "r&d nato", "slug": self.nato.slug},
            {"name": "strategic-airlift!", "slug": self.airlift.slug},
        ):
            with self.subTest(values["name"]):
                response = self.client.post(desk_address(Topic, "add"), {**data, **values})

                self.assertIn("slug", response.context["adminform"].form.errors)

    def test_alias_that_stands_twice_in_the_form_is_refused_in_words(self):
        aliases = {"aliases-TOTAL_FORMS": "2", "aliases-0-name": "Lift", "aliases-1-name": "líft "}

        response = self.rename(self.airlift, **aliases)

        self.assertContains(response, "This alias stands twice.")
        self.assertFalse(self.airlift.aliases.exists())

    def test_alias_takes_the_place_of_one_that_is_deleted_in_the_same_form(self):
        kept = self.nato.aliases.get()

        self.rename(
            self.nato,
            **{"aliases-0-DELETE": "on", "aliases-TOTAL_FORMS": "2", "aliases-1-name": "Alliance", "aliases-1-id": ""},
        )

        self.assertEqual([alias.name for alias in self.nato.aliases.exclude(pk=kept.pk)], ["Alliance"])

    def test_entry_can_be_saved_though_its_topics_name_was_pasted_with_a_line_break(self):
        self.rename(self.airlift, name="airlift\u2028by day")

        self.save(summary="Another summary.")

        self.assertEqual(self.chosen(), ["airlift by day"])
        self.assertEqual(Article.objects.get(pk=self.article.pk).summary, "Another summary.")


class DeedPageTests(TopicDeskTests):
    def merge_address(self):
        return reverse("admin:topics_topic_merge", args=[self.airlift.pk])

    def test_merge_and_undo_by_the_forms(self):
        self.assertContains(self.client.get(self.merge_address()), "1 entry carries it.")
        merged = self.client.post(self.merge_address(), {"into": "Strategic Sealift"}, follow=True)
        self.assertContains(merged, "is merged into")
        self.assertContains(merged, "One")
        self.assertEqual(self.chosen(), ["strategic sealift"])

        undone = self.client.post(
            reverse("admin:topics_topicdeed_undo", args=[TopicDeed.objects.get().pk]), follow=True
        )

        self.assertContains(undone, "Undone")
        self.assertEqual(self.chosen(), ["strategic airlift"])
        again = self.client.post(reverse("admin:topics_topicdeed_undo", args=[TopicDeed.objects.get().pk]), follow=True)
        self.assertContains(again, "has been undone already")

    def test_merge_into_nothing_known_or_itself_is_refused_in_words(self):
        for name in ("", "nowhere", "strategic airlift", "nato, strategic sealift", *HOSTILE.values()):
            with self.subTest(name[:20]):
                response = self.client.post(self.merge_address(), {"into": name})

                self.assertTrue(response.context["form"].errors["into"])
        self.assertFalse(TopicDeed.objects.exists())

    def test_split_into_a_new_topic_needs_a_word_that_it_is_new(self):
        address = reverse("admin:topics_topic_split", args=[self.airlift.pk])
        values = {"entries": [str(self.article.pk)], "into": "tactical airlift"}
        self.assertContains(self.client.get(address), "One")
        self.assertIn("into", self.client.post(address, values).context["form"].errors)

        self.client.post(address, {**values, "is_new": "on"})

        self.assertEqual(self.chosen(), ["tactical airlift"])

    def test_split_refuses_wrong_choices_in_words(self):
        address = reverse("admin:topics_topic_split", args=[self.airlift.pk])
        cases = [
            ({"into": "nato"}, "entries"),
            ({"entries": ["nonsense"], "into": "nato"}, "entries"),
            ({"entries": [str(self.article.pk)], "into": "strategic airlift"}, "into"),
            *(
                ({"entries": [str(self.article.pk)], "into": text, "is_new": "on"}, "into")
                for text in ("🎖️", " ", "x" * 10_000, "strategic-sealift!")
            ),
        ]
        for values, field in cases:
            with self.subTest(field):
                self.assertIn(field, self.client.post(address, values).context["form"].errors)

    def test_our_addresses_are_closed_to_those_without_the_right(self):
        deed = merge(self.airlift, self.sealift)
        addresses = [
            reverse("admin:topics_topic_merge", args=[self.nato.pk]),
            reverse("admin:topics_topic_split", args=[self.nato.pk]),
            reverse("admin:topics_topicdeed_undo", args=[deed.pk]),
        ]
        self.client.force_login(make_editor("vocabulary", rights=["topics.view_topic", "topics.change_topic"]))
        for address in addresses:
            for method in (self.client.get, self.client.post):
                with self.subTest(address):
                    self.assertEqual(method(address).status_code, 403)
        self.client.force_login(make_editor("stranger"))
        for name in ("tidy", "loose"):
            for method in (self.client.get, self.client.post):
                with self.subTest(name):
                    self.assertEqual(method(reverse(f"admin:topics_topic_{name}")).status_code, 403)

    def test_topic_add_form_refuses_those_without_the_right_to_create_topics(self):
        address = reverse("admin:topics_topic_add")
        filled = {**form_data(self.client.get(address)), "name": "brand new", "slug": "brand-new"}
        rights = [f"topics.{word}_topic" for word in ("view", "change", "delete", "merge")]
        self.client.force_login(make_editor("vocabulary", rights=rights))

        for answer in (self.client.get(address), self.client.post(address, filled)):
            self.assertEqual(answer.status_code, 403)
        self.assertFalse(find(["brand new"]))
        self.client.force_login(make_editor("creator", rights=[*rights, "topics.add_topic"]))
        self.assertRedirects(self.client.post(address, filled), reverse("admin:topics_topic_changelist"))
        self.assertTrue(find(["brand new"]))

    def test_what_does_not_exist_is_not_found(self):
        for address in (
            reverse("admin:topics_topic_merge", args=["nonsense"]),
            reverse("admin:topics_topic_split", args=["5f0c6c0e-3f52-5b5e-9d7c-3c3a3f6f8f10"]),
            reverse("admin:topics_topicdeed_undo", args=[77]),
        ):
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 404)


class TidyingTests(TopicDeskTests):
    def test_unused_topics_are_listed(self):
        self.assertEqual([topic.name for topic in tidying.unused()], [self.nato.name, "strategic sealift"])
        self.assertContains(self.client.get(reverse("admin:topics_topic_tidy")), "strategic sealift")

    def test_topics_on_more_than_a_third_of_the_entries_are_too_broad(self):
        for number in range(4):
            publish_now(make_article(topics=[self.sealift] if number < 2 else []))

        self.assertEqual([topic.name for topic in tidying.over_broad()], ["strategic sealift"])

    def test_names_that_differ_by_a_plural_or_a_slip_are_alike(self):
        for one, other in [
            ("naval base", "naval bases"),
            ("military ally", "military allies"),
            ("deterrence", "deterence"),
            ("air-policing", "air policing"),
            ("peacekeeping", "peacekeepign"),
        ]:
            with self.subTest(one):
                first, second = Topic(name=one), Topic(name=other)
                pairs = tidying.alike([(one, first), (other, second)])

                self.assertEqual([(row[0], row[1]) for row in pairs], [(first, second)])

    def test_names_that_mean_different_things_are_not_alike(self):
        for one, other in [
            ("bases", "gases"),
            ("nato", "naval"),
            ("air", "sea"),
            ("arms control", "alarm control now"),
        ]:
            with self.subTest(one):
                self.assertEqual(tidying.alike([(one, Topic(name=one)), (other, Topic(name=other))]), [])

    def test_alike_names_are_found_as_by_comparing_each_with_each(self):
        names = [
            "coast guard",
            "coastguard",
            "coast guards",
            "ghost card",
            "defence",
            "defense",
            "defences",
            "offence",
            "fence",
        ]
        topics = [(name, Topic(name=name)) for name in names]
        expected = set()
        for place, (one, _topic) in enumerate(topics):
            for other, _another in topics[place + 1 :]:
                a, b = tidying.singular(one), tidying.singular(other)
                most = min(tidying.slips_allowed(a), tidying.slips_allowed(b))
                if tidying.distance(a, b, 99) <= most:
                    expected.add(frozenset((one, other)))

        found = {frozenset((row[2], row[3])) for row in tidying.alike(topics)}

        self.assertEqual(found, expected)
        self.assertIn(frozenset(("defence", "defense")), found)

    def test_loose_ends_are_listed_with_their_forms(self):
        bare = make_article(title="Bare draft")
        publish_now(make_article(title="Named", introduction="[[One]]", topics=[self.nato]))

        response = self.client.get(reverse("admin:topics_topic_loose"))

        self.assertEqual(list(response.context["without_topics"]), [bare.entry_ptr])
        self.assertEqual([entry.title for entry in response.context["unlinked"]], ["Named"])
        self.assertContains(response, change_address(bare))

    def test_agreement_to_which_its_parties_pages_lead_is_no_loose_end(self):
        publish_now(make_agreement(title="Pact", parties=[publish_now(make_actor())]))
        publish_now(make_agreement(title="Pact without a party"))

        unlinked = [entry.title for entry in tidying.unlinked(make_editor("anybody"))]

        self.assertNotIn("Pact", unlinked)
        self.assertIn("Pact without a party", unlinked)


class PanelTests(TopicDeskTests):
    def panel(self, row):
        address = reverse("admin:topics_topic_see_also", args=[row.pk])
        self.assertContains(self.client.get(change_address(row)), f'data-see-also-panel="{address}"')
        return self.client.get(address).content.decode().partition("data-see-also-offers")[2]

    def test_panel_shows_what_see_also_will_offer_and_why(self):
        draft = make_article(
            title="Draft", topics=[self.airlift, self.nato], sections=[{"title": "Part", "topics": [self.sealift]}]
        )
        publish_now(make_article(title="Ships", topics=[self.sealift]))
        take_snapshot(draft)

        panel = self.panel(draft)

        self.assertIn(">One</a>", panel)
        self.assertIn("both about strategic airlift", panel)
        self.assertIn("In “Part”", panel)
        self.assertIn(">Ships</a>", panel)
        self.assertIn("No live page links to this entry.", panel)

    def test_panel_offers_what_the_page_then_shows(self):
        for number in range(8):
            publish_now(
                make_article(title=f"Other {number}", topics=[self.airlift, *([self.nato] if number % 2 else [])])
            )
        draft = make_article(title="Draft", slug="draft", topics=[self.airlift, self.nato])
        take_snapshot(draft)

        offered = [suggestion.entry.title for suggestion in panel_of(Article.objects.get(pk=draft.pk)).at_end]

        publish_now(draft)
        page = self.client.get("/articles/draft/")
        self.assertEqual([suggestion.entry.title for suggestion in page.context["around"].see_also], offered)
        self.assertLess(set(offered[:2]), {"Other 1", "Other 3", "Other 5", "Other 7"})

    def test_entry_without_topics_is_told_so(self):
        bare = make_agreement(title="Bare")
        take_snapshot(bare)

        self.assertIn("This entry has no topics", self.panel(bare))

    def test_panel_takes_a_fixed_number_of_queries(self):
        article = Article.objects.get(pk=self.article.pk)
        for count in (1, 20):
            for _number in range(count):
                publish_now(make_article(topics=[self.airlift], introduction="[[One]]"))
            # snapshot, topics merged since, topics above, links here, topics, candidates, targets
            with self.subTest(count), self.assertNumQueries(7):
                panel_of(article)
            article = Article.objects.get(pk=self.article.pk)
