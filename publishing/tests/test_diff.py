import random

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from actors.content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from actors.models import Agreement
from articles.content import ArticleContent, SectionContent
from articles.models import Article
from publishing.content import SourceContent
from publishing.diff import CHANGED, DELETED, INSERTED, KEPT, Gap, Piece, compare, diff_text, diff_words, moved_keys

from .properties import patient

# Few words and marks, so that texts have much in common and their changes are tangled.
WORDS = st.lists(st.sampled_from(["a", "b", "word", "Élan", ".", ", ", " ", "  ", "\n", "\n\n", "**", "é", "防衛"]))
TEXTS = st.one_of(WORDS.map("".join), st.text())


def texts_of(paragraphs):
    """(old text, new text) that the paragraphs of a difference stand for."""
    old = "\n\n".join(part.text(without=INSERTED) for part in paragraphs if part.standing != INSERTED)
    new = "\n\n".join(part.text(without=DELETED) for part in paragraphs if part.standing != DELETED)
    return old, new


def article(*sections, **fields):
    return ArticleContent(
        sections=[
            SectionContent(position=place * 10, **{"title": section["key"], **section})
            for place, section in enumerate(sections, 1)
        ],
        **fields,
    ).to_json()


def agreement(**fields):
    return AgreementContent(**fields).to_json()


class TextTests(SimpleTestCase):
    @patient()
    @given(TEXTS, TEXTS)
    def test_kept_and_inserted_words_are_the_new_text_kept_and_deleted_the_old(self, old, new):
        found = texts_of(diff_text(old, new))

        self.assertEqual(found, (old.replace("\r\n", "\n"), new.replace("\r\n", "\n")))

    @patient()
    @given(TEXTS)
    def test_text_does_not_differ_from_itself(self, text):
        self.assertEqual({part.standing for part in diff_text(text, text)} - {KEPT}, set())

    def test_words_are_marked_inside_a_paragraph(self):
        first, second, third = diff_text(
            "Same.\n\nThe treaty entered into force in May.\n\nSame again.",
            "Same.\n\nThe treaty entered into force in June.\n\nSame again.",
        )

        self.assertEqual((first.standing, second.standing, third.standing), (KEPT, CHANGED, KEPT))
        self.assertEqual(
            second.pieces,
            (
                Piece(KEPT, "The treaty entered into force in "),
                Piece(DELETED, "May"),
                Piece(INSERTED, "June"),
                Piece(KEPT, "."),
            ),
        )

    def test_neighbouring_changed_words_are_marked_in_one(self):
        pieces = diff_words("It lasted ten long years.", "It lasted two short months.")

        self.assertEqual([piece.text for piece in pieces], ["It lasted ", "ten long years", "two short months", "."])

    def test_changed_paragraph_is_found_behind_an_inserted_one(self):
        inserted, changed = diff_text(
            "Airlift moves troops by air.", "A quite new start.\n\nAirlift moves heavy troops by air."
        )

        self.assertEqual((inserted.standing, changed.standing), (INSERTED, CHANGED))
        self.assertIn(Piece(INSERTED, "heavy "), changed.pieces)

    def test_paragraph_with_nothing_in_common_is_replaced_as_a_whole(self):
        found = diff_text("One two three.", "Four, five and six")

        self.assertEqual([part.standing for part in found], [DELETED, INSERTED])

    def test_very_long_text_is_compared_by_paragraphs(self):
        old = "\n\n".join(f"Paragraph {number} " + "word " * 98 for number in range(201))
        new = old.replace("Paragraph 7 ", "Chapter 7 ")

        found = diff_text(old, new)

        self.assertEqual({part.standing for part in found}, {KEPT, DELETED, INSERTED})
        self.assertEqual(texts_of(found), (old, new))

    def test_many_replaced_paragraphs_are_compared_all_the_same(self):
        dice = random.Random(7)  # noqa: S311 - no secret
        old, new = (
            "\n\n".join(" ".join(dice.choices("abcdefgh", k=20)) for _paragraph in range(200)) for _side in "ab"
        )

        self.assertEqual(texts_of(diff_text(old, new)), (old, new))

    def test_paragraphs_without_changes_are_counted_not_shown(self):
        changes = (
            compare(article(introduction="A.\n\nB.\n\nC d e f."), article(introduction="A.\n\nB.\n\nC d e g."))
            .rows[0]
            .changes
        )

        gap, changed = changes[0].passages()
        self.assertEqual((gap, changed.standing), (Gap(2), CHANGED))


class MovedTests(SimpleTestCase):
    def test_fewest_keys_are_called_moved(self):
        for old, new, moved in (
            ("abc", "abc", ""),
            ("abcd", "dabc", "d"),
            ("abcd", "bcda", "a"),
            ("abc", "xacy", ""),
            ("", "ab", ""),
            ("ab", "", ""),
        ):
            with self.subTest(old=old, new=new):
                self.assertEqual(moved_keys(list(old), list(new)), set(moved))

    @patient()
    @given(st.permutations(range(8)), st.permutations(range(8)))
    def test_keys_that_did_not_move_stand_in_one_order(self, old, new):
        moved = moved_keys(old, new)

        self.assertEqual([key for key in old if key not in moved], [key for key in new if key not in moved])


class PartTests(SimpleTestCase):
    def rows(self, old, new, model=Article):
        return compare(old, new, model).rows

    def test_moved_section_is_told_apart_from_a_changed_one(self):
        one, two, three = {"key": "One"}, {"key": "Two", "body": "Old words stay."}, {"key": "Three"}

        changed, moved = self.rows(article(one, two, three), article({**two, "body": "New words stay."}, three, one))

        self.assertEqual((changed.heading, changed.standing, changed.moved), ("Section: Two", CHANGED, False))
        self.assertEqual((moved.heading, moved.standing, moved.after), ("Section: One", KEPT, "Three"))
        self.assertEqual(moved.changes, [])

    def test_section_can_be_moved_and_changed(self):
        one, two, three = {"key": "One"}, {"key": "Two"}, {"key": "Three"}

        (row,) = self.rows(article(one, two, three), article({**three, "title": "3"}, one, two))

        self.assertEqual((row.standing, row.after), (CHANGED, ""))
        self.assertEqual([change.label for change in row.changes], ["Heading"])

    def test_added_section_moves_no_other(self):
        one, two = {"key": "One"}, {"key": "Two"}

        (row,) = self.rows(article(one), article(two, one))

        self.assertEqual((row.heading, row.standing, row.moved), ("Section: Two", INSERTED, False))

    def test_removed_section_shows_what_it_held(self):
        (row,) = self.rows(article({"key": "One", "body": "Gone words."}), article())

        self.assertEqual((row.heading, row.standing), ("Section: One", DELETED))
        text = next(change for change in row.changes if change.form == "text")
        self.assertEqual([part.standing for part in text.paragraphs], [DELETED])

    def test_dates_of_a_participation_are_in_words(self):
        part = {"key": "p", "position": 10, "actor": "k1", "role": "member"}
        labels = {"k1": "France"}

        (row,) = self.rows(
            agreement(participations=[ParticipationContent(**part, signed="1949")], labels=labels),
            agreement(
                participations=[ParticipationContent(**part, signed="1949-04-04", ended="unknown")], labels=labels
            ),
            Agreement,
        )

        self.assertEqual(row.heading, "Participation: France")
        self.assertEqual(
            [(change.label, change.old, change.new) for change in row.changes],
            [("Signed", "1949", "4 April 1949"), ("Ended", "", "unknown")],
        )

    def test_obligation_is_called_by_its_kind_and_article(self):
        (row,) = self.rows(
            agreement(obligations=[]),
            agreement(obligations=[ObligationContent(key="o", kind="assistance", article="5", discretionary=True)]),
        )

        self.assertEqual(row.heading, "Obligations: assistance, 5")

    def test_order_numbers_alone_are_no_difference(self):
        old, new = article({"key": "One"}), article({"key": "One"})
        new["sections"][0]["position"] = 30

        found = compare(old, new, Article)

        self.assertFalse(found)
        self.assertTrue(found.only_unseen)


class FieldTests(SimpleTestCase):
    def changes(self, old, new, model=None):
        (row,) = compare(old, new, model).rows
        return row.changes

    def test_equal_contents_do_not_differ(self):
        content = article({"key": "One"}, title="T", topics=["t1"], labels={"t1": "airlift"})

        found = compare(content, {**content, "labels": {"t1": "renamed"}}, Article)

        self.assertFalse(found)
        self.assertFalse(found.only_unseen)

    def test_topics_are_shown_by_name_and_unknown_ones_by_key(self):
        (change,) = self.changes(
            article(topics=["t1", "t2", "t3"], labels={"t1": "airlift", "t2": "sea lift"}),
            article(topics=["t2", "t4"], labels={"t2": "sea lift", "t4": "basing"}),
        )

        self.assertEqual((change.label, change.added, change.removed), ("Topics", ["basing"], ["airlift", "t3"]))

    def test_order_of_pins_is_a_change(self):
        (change,) = self.changes(article(pins=["a", "b"]), article(pins=["b", "a"]))

        self.assertEqual((change.added, change.removed, change.reordered), ([], [], True))

    def test_choices_references_and_truths_are_in_words(self):
        labels = {"k1": "First treaty"}

        changes = self.changes(
            agreement(agreement_type="alliance", featured=False),
            agreement(agreement_type="protocol", featured=True, amends="k1", labels=labels),
            Agreement,
        )

        self.assertEqual(
            {change.label: (change.old, change.new) for change in changes},
            {
                "Featured": ("no", "yes"),
                "Type": ("alliance", "protocol or amendment"),
                "Amends": ("", "First treaty"),
            },
        )

    def test_two_entries_of_one_name_are_told_apart(self):
        old = ActorContent(part_of="k1", labels={"k1": "Command"}).to_json()
        new = ActorContent(part_of="k2", labels={"k2": "Command"}).to_json()

        (change,) = self.changes(old, new)

        self.assertEqual((change.old, change.new), ("k1", "k2"))

    def test_date_that_is_no_date_is_shown_as_it_is(self):
        (change,) = self.changes(agreement(signed="1949"), agreement(signed="1949-02-30"), Agreement)

        self.assertEqual((change.old, change.new), ("1949", "1949-02-30"))

    def test_line_ends_of_browsers_are_no_difference(self):
        found = compare(article(introduction="A\n\nB"), article(introduction="A\r\n\r\nB"))

        self.assertFalse(found)
        self.assertTrue(found.only_unseen)

    def test_sources_newly_and_no_longer_cited_are_listed_by_title(self):
        old = article(sources={"a": SourceContent(title="Treaty A"), "b": SourceContent(title="B")})
        new = article(sources={"b": SourceContent(title="B, renamed"), "c": SourceContent(title="Treaty C")})

        found = compare(old, new)

        self.assertEqual((found.uncited, found.cited, found.rows), (["Treaty A (a)"], ["Treaty C (c)"], []))
