import copy
import json

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from actors.content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from articles.content import ArticleContent, SectionContent
from articles.projecting import project_article
from publishing.content import DERIVED, SCHEMA, SourceContent, digest, merge

from .properties import patient

COMMON = {
    "title": "Élan & “quotes”",
    "slug": "elan",
    "language": "fr",
    "summary": "Two\nlines.",
    "aliases": ["A", "Б"],
    "featured": True,
    "topics": ["t1", "t2"],
    "pins": ["p1"],
    "exclusions": ["x1"],
    "sources": {
        "s": SourceContent(
            title="S", author="A", publisher="P", date="1949-04", url="https://s.example", archive_url="", kind="text"
        )
    },
    "links": {"NATO": "k1"},
    "labels": {"t1": "topic one"},
}


def article(**fields):
    return ArticleContent(**{**COMMON, **fields})


def section(key, position=0, **fields):
    return SectionContent(key=key, position=position, **{"title": f"Title {key}", "body": f"Body {key}", **fields})


class ProjectionTests(SimpleTestCase):
    def test_page_does_not_depend_on_the_order_in_which_a_database_gives_the_links_back(self):
        links = {
            "Ruritania": "11111111-1111-1111-1111-111111111111",
            "Freedonia": "22222222-2222-2222-2222-222222222222",
        }
        text = "[[Freedonia]] and [[Ruritania]]."
        one = ArticleContent(title="A", slug="a", introduction=text, links=links)
        other = ArticleContent(title="A", slug="a", introduction=text, links=dict(reversed(links.items())))

        key = "33333333-3333-3333-3333-333333333333"

        self.assertEqual(project_article(key, one).entry.page, project_article(key, other).entry.page)
        self.assertEqual(project_article(key, one).entry.page["mentions"], [links["Freedonia"], links["Ruritania"]])


class RoundTripTests(SimpleTestCase):
    def test_every_kind_comes_back_from_json_as_it_was(self):
        contents = [
            article(introduction="[[NATO]][@s]", sections=[section("a", 10, level=2, topics=["t1"]), section("b", 20)]),
            article(),
            ActorContent(
                **COMMON,
                actor_kind="state",
                founded="1949",
                predecessors=["k2", "k3"],
                part_of="k4",
                facts_source="s",
                body="[@s]",
            ),
            AgreementContent(
                **COMMON,
                agreement_type="alliance",
                in_force="1949-08-24",
                terminated="unknown",
                obligations=[ObligationContent(key="o", position=10, kind="defence", discretionary=True, source="s")],
                participations=[
                    ParticipationContent(
                        key="p", position=10, actor="k1", role="member", signed="1949", source="s", note="n"
                    )
                ],
            ),
            ArticleContent(),
            ActorContent(),
            AgreementContent(),
        ]
        for content in contents:
            with self.subTest(type(content).__name__):
                stored = json.loads(json.dumps(content.to_json()))

                self.assertEqual(type(content).from_json(stored), content)
                self.assertEqual(type(content).from_json(stored).to_json(), content.to_json())

    def test_field_that_an_older_snapshot_lacks_takes_its_default(self):
        self.assertEqual(ArticleContent.from_json({"title": "T"}), ArticleContent(title="T"))

    def test_schema_of_the_future_is_refused(self):
        with self.assertRaises(ValueError):
            ArticleContent.from_json({}, SCHEMA + 1)

    def test_source_keys_come_from_the_text_then_from_the_facts_once_each(self):
        content = AgreementContent(
            body="[@b] [@a]",
            text_source="t",
            facts_source="a",
            obligations=[ObligationContent(key="o", source="o")],
            participations=[ParticipationContent(key="p", source="t"), ParticipationContent(key="q", source="q")],
        )

        self.assertEqual(content.source_keys(), ["b", "a", "t", "o", "q"])


class DigestTests(SimpleTestCase):
    def test_labels_are_no_content(self):
        self.assertEqual(
            digest(article().to_json()), digest(article(labels={"t1": "renamed", "t9": "other"}).to_json())
        )

    def test_order_of_keys_does_not_matter(self):
        data = article().to_json()

        self.assertEqual(digest(data), digest(dict(reversed(data.items()))))

    def test_every_field_but_labels_counts(self):
        for name, value in {
            "title": "x",
            "summary": "x",
            "topics": [],
            "pins": [],
            "links": {},
            "sources": {},
            "aliases": ["Б", "A"],
            "featured": False,
        }.items():
            with self.subTest(name):
                self.assertNotEqual(digest(article().to_json()), digest(article(**{name: value}).to_json()))


class MergeTests(SimpleTestCase):
    def merged(self, base, theirs, mine):
        before = copy.deepcopy((base, theirs, mine))

        result, conflicts = merge(base.to_json(), theirs.to_json(), mine.to_json())

        self.assertEqual((base, theirs, mine), before)
        return ArticleContent.from_json(result), conflicts

    def test_changes_of_different_fields_are_both_kept(self):
        content, conflicts = self.merged(article(), article(title="Theirs"), article(summary="Mine"))

        self.assertEqual((content.title, content.summary, conflicts), ("Theirs", "Mine", []))

    def test_changes_of_different_sections_are_both_kept(self):
        base = article(sections=[section("a", 1), section("b", 2)])
        theirs = article(sections=[section("a", 1, body="theirs"), section("b", 2)])
        mine = article(sections=[section("a", 1), section("b", 2, body="mine")])

        content, conflicts = self.merged(base, theirs, mine)

        self.assertEqual([part.body for part in content.sections], ["theirs", "mine"])
        self.assertEqual(conflicts, [])

    def test_changes_of_different_fields_of_one_section_are_both_kept(self):
        content, conflicts = self.merged(
            article(sections=[section("a")]),
            article(sections=[section("a", title="theirs")]),
            article(sections=[section("a", body="mine")]),
        )

        self.assertEqual((content.sections[0].title, content.sections[0].body, conflicts), ("theirs", "mine", []))

    def test_same_field_changed_differently_is_a_conflict_and_holds_mine(self):
        content, conflicts = self.merged(article(), article(title="Theirs"), article(title="Mine"))

        self.assertEqual((content.title, conflicts), ("Mine", [("title",)]))

    def test_same_field_of_a_section_changed_differently_is_a_conflict(self):
        content, conflicts = self.merged(
            article(sections=[section("a")]),
            article(sections=[section("a", body="theirs")]),
            article(sections=[section("a", body="mine")]),
        )

        self.assertEqual((content.sections[0].body, conflicts), ("mine", [("sections", "a", "body")]))

    def test_same_change_on_both_sides_is_no_conflict(self):
        content, conflicts = self.merged(article(), article(title="New"), article(title="New"))

        self.assertEqual((content.title, conflicts), ("New", []))

    def test_section_removed_on_one_side_and_left_alone_on_the_other_stays_removed(self):
        base = article(sections=[section("a", 1), section("b", 2)])
        less = article(sections=[section("a", 1)])
        for name, theirs, mine in (("theirs", less, base), ("mine", base, less)):
            with self.subTest(name):
                content, conflicts = self.merged(base, theirs, mine)

                self.assertEqual([part.key for part in content.sections], ["a"])
                self.assertEqual(conflicts, [])

    def test_last_section_removed_on_one_side_stays_removed(self):
        base, empty = article(sections=[section("a")]), article(sections=[])
        for name, theirs, mine in (("theirs", empty, base), ("mine", base, empty), ("both", empty, empty)):
            with self.subTest(name):
                content, conflicts = self.merged(base, theirs, mine)

                self.assertEqual((content.sections, conflicts), ([], []))

    def test_section_removed_there_and_changed_here_is_a_conflict_and_stays_whole(self):
        for rest in ([], [section("b", 2)]):
            with self.subTest(len(rest)):
                base = article(sections=[section("a", 1), *rest])

                content, conflicts = self.merged(
                    base, article(sections=rest), article(sections=[section("a", 1, body="mine"), *rest])
                )

                self.assertEqual(content.sections[0], section("a", 1, body="mine"))
                self.assertEqual(conflicts, [("sections", "a", "body")])

    def test_section_changed_there_and_removed_here_is_a_conflict_and_stays_removed(self):
        content, conflicts = self.merged(
            article(sections=[section("a")]), article(sections=[section("a", body="theirs")]), article(sections=[])
        )

        self.assertEqual((content.sections, conflicts), ([], [("sections", "a", "body")]))

    def test_sections_added_on_both_sides_are_both_kept(self):
        for base in (article(sections=[]), article(sections=[section("z", 9)])):
            with self.subTest(len(base.sections)):
                theirs = article(sections=[section("a", 1), *base.sections])
                mine = article(sections=[section("b", 2), *base.sections])

                content, conflicts = self.merged(base, theirs, mine)

                self.assertEqual(
                    [part.key for part in content.sections], ["a", "b", *(part.key for part in base.sections)]
                )
                self.assertEqual(conflicts, [])

    def test_reordering_on_one_side_and_a_change_of_text_on_the_other_are_both_kept(self):
        base = article(sections=[section("a", 1), section("b", 2)])
        theirs = article(sections=[section("b", 1), section("a", 2)])
        mine = article(sections=[section("a", 1, body="mine"), section("b", 2)])

        content, conflicts = self.merged(base, theirs, mine)

        self.assertEqual([(part.key, part.body) for part in content.sections], [("b", "Body b"), ("a", "mine")])
        self.assertEqual(conflicts, [])

    def test_different_orders_are_a_conflict_and_hold_mine(self):
        base = article(sections=[section("a", 1), section("b", 2), section("c", 3)])
        theirs = article(sections=[section("b", 1), section("a", 2), section("c", 3)])
        mine = article(sections=[section("c", 1), section("a", 3), section("b", 4)])

        content, conflicts = self.merged(base, theirs, mine)

        self.assertEqual([part.key for part in content.sections], ["c", "a", "b"])
        self.assertIn(("sections", "a", "position"), conflicts)


words = st.sampled_from(["", "one", "two", "three"])
keys = st.lists(st.sampled_from("abcd"), unique=True)


@st.composite
def articles(draw):
    parts = [
        section(
            key,
            draw(st.integers(0, 3)),
            title=draw(words),
            body=draw(words),
            level=draw(st.integers(1, 2)),
            topics=draw(st.lists(words, max_size=2)),
        )
        for key in draw(keys)
    ]
    ordered = sorted(parts, key=lambda part: (part.position, part.key))
    return ArticleContent(
        title=draw(words), summary=draw(words), introduction=draw(words), featured=draw(st.booleans()), aliases=draw(st.lists(words, max_size=2)),
        topics=draw(keys), links=dict.fromkeys(draw(keys), "k"), sections=ordered,
    ).to_json()  # fmt: skip


def without_derived(data):
    return {name: value for name, value in data.items() if name not in DERIVED}


class MergePropertyTests(SimpleTestCase):
    @patient()
    @given(articles(), articles())
    def test_one_side_alone_changes_what_the_merge_gives(self, base, changed):
        for name, theirs, mine in (("mine", base, changed), ("theirs", changed, base), ("both", changed, changed)):
            result, conflicts = merge(base, theirs, mine)

            self.assertEqual(without_derived(result), without_derived(changed), name)
            self.assertEqual(conflicts, [], name)

    @patient()
    @given(articles(), articles(), articles())
    def test_merge_is_whole_and_its_conflicts_do_not_depend_on_the_side(self, base, theirs, mine):
        result, conflicts = merge(base, theirs, mine)
        _other, mirrored = merge(base, mine, theirs)

        self.assertEqual(ArticleContent.from_json(result).to_json(), result)
        self.assertEqual(set(conflicts), set(mirrored))
        part_keys = [part["key"] for part in result["sections"]]
        self.assertEqual(len(part_keys), len(set(part_keys)))
