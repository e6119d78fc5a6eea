"""How long a text is, and what completion offers."""

from django.test import SimpleTestCase, TestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, make_source
from defcoop_site.tests.desk import make_editor
from publishing.completion import MOST, entry_offers, source_offers
from publishing.desk import resolve_names, write_aliases
from publishing.text import linked_names
from publishing.writing import count_words, length_in_words

WORDS = {
    "": 0,
    "One two three.": 3,
    "state-of-the-art isn't two": 3,
    "In 1949, 12.5 tonnes": 4,
    "**Bold** and *italic*": 3,
    "[[North Atlantic Treaty]]": 3,
    "[[North Atlantic Treaty|the treaty]]": 2,
    "Said [@treaty, art. 5].": 1,
    "[words](https://example.org/a/b)": 1,
    "Before\n\n[see also]\n\nAfter": 2,
    "| a | b |\n| --- | --- |\n| c | d |": 4,
    "Écrit à Genève": 3,
}


class LengthTests(SimpleTestCase):
    def test_words_that_readers_see_are_counted(self):
        for text, words in WORDS.items():
            with self.subTest(text):
                self.assertEqual(count_words(text), words)

    def test_reading_takes_a_minute_at_least(self):
        self.assertIn("1 min", length_in_words(0))
        self.assertIn("Words: 1150. Reading time: 5 min.", length_in_words(1150))


def insertions(typed):
    return [offer["insert"] for offer in entry_offers(typed, None)]


class EntryOfferTests(TestCase):
    def meant(self, link):
        """The keys that an offered link leads to."""
        return list(resolve_names(linked_names(link)).values())

    def test_title_alias_and_accents_are_found(self):
        actor = make_actor(title="Türkiye")
        write_aliases(actor, ["Turkey"])

        self.assertEqual(insertions("turk"), ["[[Türkiye]]"])
        self.assertEqual(insertions("TURKE"), ["[[Turkey]]"])

    def test_the_very_name_comes_first_then_what_begins_with_it(self):
        for title in ("Treaty of Pacts", "A pact", "Pact on pacts", "Pact"):
            make_agreement(title=title)

        self.assertEqual(insertions("pact"), ["[[Pact]]", "[[Pact on pacts]]", "[[A pact]]", "[[Treaty of Pacts]]"])

    def test_title_of_two_entries_is_offered_in_a_form_that_means_one(self):
        actor, agreement = make_actor(title="Benelux"), make_agreement(title="Benelux")
        write_aliases(actor, ["Benelux union"])
        write_aliases(agreement, ["Benelux agreement"])

        links = insertions("benelux")

        self.assertEqual(sorted(links), ["[[Benelux agreement|Benelux]]", "[[Benelux union|Benelux]]"])
        self.assertEqual({key for link in links for key in self.meant(link)}, {str(actor.pk), str(agreement.pk)})

    def test_alias_of_two_entries_is_offered_with_the_title_that_means_one(self):
        for title in ("First pact", "Second pact"):
            write_aliases(make_agreement(title=title), ["The Accord"])

        links = insertions("accord")

        self.assertEqual(sorted(links), ["[[First pact|The Accord]]", "[[Second pact|The Accord]]"])
        self.assertEqual([len(self.meant(link)) for link in links], [1, 1])

    def test_alias_that_is_another_entry_s_title_does_not_lead_there(self):
        actor = make_actor(title="Republic")
        write_aliases(actor, ["Congo"])
        make_actor(title="Congo")

        by_insertion = {offer["insert"]: offer for offer in entry_offers("congo", None)}

        self.assertEqual(set(by_insertion), {"[[Congo]]", "[[Republic|Congo]]"})

    def test_name_that_no_form_can_tell_apart_says_so(self):
        make_actor(title="Benelux")
        make_agreement(title="Benelux")

        self.assertIn("shares its name", entry_offers("benelux", None)[0]["detail"])

    def test_draft_is_offered_and_named_as_one(self):
        make_article(title="Unseen")

        self.assertEqual(entry_offers("unseen", None)[0]["detail"], "article, draft")

    def test_signs_of_a_pattern_are_letters_like_others(self):
        make_article(title="100% ready_made")

        self.assertEqual(insertions("0% r"), ["[[100% ready_made]]"])
        self.assertEqual(insertions("%m"), [])


class SourceOfferTests(TestCase):
    def test_key_comes_before_title(self):
        make_source("b-text", title="Alpha treaty")
        make_source("alpha-text", title="Some text")
        make_source("c-text", title="The alpha text")

        self.assertEqual(
            [offer["insert"] for offer in source_offers("alpha", None)], ["[@alpha-text]", "[@b-text]", "[@c-text]"]
        )


class CompletionAddressTests(TestCase):
    address = "/admin/publishing/entry/complete/"

    def ask(self, **query):
        return self.client.get(self.address, query)

    def test_answer_takes_three_queries_and_is_bounded(self):
        for number in range(MOST + 5):
            make_source(f"treaty-{number}")
            write_aliases(make_agreement(title=f"Treaty {number}"), [f"Pact {number}"])
        self.client.force_login(make_editor(everything=True))

        for of in ("entry", "source"):
            with self.subTest(of), self.assertNumQueries(3):  # session, user, rows
                self.assertEqual(len(self.ask(of=of, q="treaty").json()["results"]), MOST)

    def test_nothing_typed_finds_nothing(self):
        make_article()
        self.client.force_login(make_editor(everything=True))

        for typed in ("", " ", "\u200b"):
            self.assertEqual(self.ask(of="entry", q=typed).json()["results"], [])

    def test_staff_without_rights_is_refused(self):
        self.client.force_login(make_editor())

        for method in (self.client.get, self.client.post):
            self.assertEqual(method(self.address).status_code, 403)

    def test_whoever_may_see_entries_of_some_kind_is_answered(self):
        make_article(title="Findable")
        self.client.force_login(make_editor(rights=["articles.view_article"]))

        self.assertContains(self.ask(of="entry", q="findable"), "[[Findable]]")

    def test_strangers_are_sent_to_the_sign_in(self):
        self.assertEqual(self.ask(of="entry", q="a").status_code, 302)

    def test_bad_questions_get_a_clear_answer(self):
        self.client.force_login(make_editor(everything=True))

        self.assertContains(self.ask(q="a"), "whether an entry or a source", status_code=400)
        self.assertEqual(self.client.post(self.address).status_code, 405)
        self.assertEqual(self.ask(of="entry", q="x" * 5000).status_code, 200)
