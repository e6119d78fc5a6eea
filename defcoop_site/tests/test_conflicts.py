"""Two editors change the same field: each is asked about that, and nothing that either typed is lost."""

from actors.models import Participation
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now

from .desk import answers, form_data, make_editor
from .test_desk import DeskTests


class ConflictCase(DeskTests):
    """Given an article with two sections, opened by the editor before somebody else saves it."""

    def setUp(self):
        super().setUp()
        self.other = make_editor("other", everything=True)
        self.row = self.make_row()
        self.outdated = self.open_form(self.row)

    def make_row(self):
        return publish_now(
            make_article(title="Title", sections=[{"title": "One", "body": "a"}, {"title": "Two", "body": "b"}])
        )

    def somebody_else_saves(self, **changes):
        self.client.force_login(self.other)
        response = self.save(self.row, {**self.open_form(self.row), **changes})
        self.assertContains(response, "was changed successfully")
        self.client.force_login(self.editor)

    def asked(self, response):
        """The labels of what is asked."""
        self.assertEqual(response.status_code, 200)
        return [question.label for question in (response.context["questions"] or {"asked": []})["asked"]]

    def sections(self):
        return list(self.row.sections.values_list("title", "body"))


class ChoiceTests(ConflictCase):
    def test_three_sides_are_shown_with_their_words_marked(self):
        self.somebody_else_saves(**{"sections-0-body": "a and theirs"})

        response = self.save(self.row, {**self.outdated, "sections-0-body": "a and mine"})

        self.assertEqual(self.asked(response), ["Section: One: Text"])
        self.assertContains(response, '<ins><span class="visually-hidden" lang="en-gb">added: </span> and theirs</ins>')
        self.assertContains(response, '<ins><span class="visually-hidden" lang="en-gb">added: </span> and mine</ins>')
        self.assertContains(response, 'href="#id_sections-0-body"')
        self.assertContains(response, "other changed the same at")

    def test_mine_theirs_and_a_text_by_hand_finish_in_one_save(self):
        for answer, typed, expected in (
            ("mine", "mine", "mine"),
            ("theirs", "mine", "theirs"),
            ("mine", "both", "both"),
        ):
            with self.subTest(answer=answer, typed=typed):
                self.outdated = self.open_form(self.row)
                self.somebody_else_saves(
                    title=f"Title {typed}", **{"sections-0-body": "theirs", "summary": answer + typed}
                )
                asked = self.save(self.row, {**self.outdated, "sections-0-body": "mine"})
                data = {**form_data(asked), **answers(asked, answer), "sections-0-body": typed}

                response = self.save(self.row, data)

                self.assertContains(response, "Both changes are in it now")
                self.assertEqual(self.sections()[0], ("One", expected))
                self.assertEqual(Article.objects.get(pk=self.row.pk).title, f"Title {typed}")
                self.save(self.row, {**self.open_form(self.row), "sections-0-body": "a"})

    def test_save_without_a_choice_asks_again(self):
        self.somebody_else_saves(title="Theirs")
        asked = self.save(self.row, {**self.outdated, "title": "Mine"})

        again = self.save(self.row, form_data(asked))

        self.assertEqual(self.asked(again), ["Article: Title"])
        self.assertEqual(form_data(again)["title"], "Mine")
        self.assertEqual(Article.objects.get(pk=self.row.pk).title, "Theirs")

    def test_newer_save_is_asked_about_alone(self):
        self.somebody_else_saves(title="Theirs", **{"sections-0-body": "theirs"})
        asked = self.save(self.row, {**self.outdated, "title": "Mine", "sections-0-body": "mine"})
        chosen = {**form_data(asked), **answers(asked, "mine")}
        self.somebody_else_saves(title="Newer")

        again = self.save(self.row, chosen)
        settled = dict(again.context["questions"]["settled"])
        self.save(self.row, {**form_data(again), **settled, **answers(again, "theirs")})

        self.assertEqual(self.asked(again), ["Article: Title"])
        self.assertEqual(Article.objects.get(pk=self.row.pk).title, "Newer")
        self.assertEqual(self.sections()[0], ("One", "mine"))

    def test_newer_save_of_another_field_is_joined_without_a_question(self):
        self.somebody_else_saves(title="Theirs")
        asked = self.save(self.row, {**self.outdated, "title": "Mine"})
        chosen = {**form_data(asked), **answers(asked, "mine")}
        self.somebody_else_saves(summary="Newer")

        self.save(self.row, chosen)

        article = Article.objects.get(pk=self.row.pk)
        self.assertEqual((article.title, article.summary), ("Mine", "Newer"))

    def test_aliases_and_topics_are_chosen_for(self):
        sea = make_topic("sea lift")
        self.somebody_else_saves(aliases="Theirs", topics=sea.name)

        asked = self.save(self.row, {**self.outdated, "aliases": "Mine", "topics": self.topic.name})
        self.save(self.row, {**form_data(asked), **answers(asked, "theirs")})

        self.assertEqual(self.asked(asked), ["Article: Aliases", "Article: Topics"])
        self.assertEqual(list(self.row.aliases.values_list("name", flat=True)), ["Theirs"])
        self.assertEqual(list(self.row.topics.all()), [sea])


class RemovedPartTests(ConflictCase):
    def test_section_removed_there_and_left_alone_here_stays_removed(self):
        self.somebody_else_saves(**{"sections-0-DELETE": "on"})

        response = self.save(self.row, {**self.outdated, "sections-1-body": "mine"})

        self.assertContains(response, "Both changes are in it now")
        self.assertEqual(self.sections(), [("Two", "mine")])

    def test_section_removed_there_and_changed_here_asks_and_loses_nothing(self):
        for answer, expected in (("mine", [("One", "mine"), ("Two", "b")]), ("theirs", [("Two", "b")])):
            with self.subTest(answer=answer):
                self.row = self.make_row()
                self.outdated = self.open_form(self.row)
                self.somebody_else_saves(**{"sections-0-DELETE": "on"})

                asked = self.save(self.row, {**self.outdated, "sections-0-body": "mine"})
                shown = form_data(asked)
                self.save(self.row, {**shown, **answers(asked, answer)})

                self.assertEqual(self.asked(asked), ["Section: One"])
                self.assertContains(asked, "\nmine</textarea>")
                self.assertContains(asked, "\nb</textarea>")
                self.assertContains(asked, "removed meanwhile")
                self.assertEqual(self.sections(), expected)

    def test_section_changed_there_and_removed_here_asks(self):
        self.somebody_else_saves(**{"sections-0-body": "theirs"})

        asked = self.save(self.row, {**self.outdated, "sections-0-DELETE": "on"})
        kept = self.sections()
        self.save(self.row, {**form_data(asked), **answers(asked, "theirs")})

        self.assertEqual(self.asked(asked), ["Section: One"])
        self.assertEqual(kept, self.sections())
        self.assertEqual(kept, [("One", "theirs"), ("Two", "b")])


class ParticipationConflictTests(ConflictCase):
    def make_row(self):
        make_source("treaty")
        return publish_now(make_agreement(title="Pact", parties=[make_actor(title="Ruritania"), make_actor()]))

    def test_dates_of_one_party_are_chosen_for(self):
        self.somebody_else_saves(**{"participations-0-signed": "1950", "participations-1-signed": "1960"})

        asked = self.save(self.row, {**self.outdated, "participations-0-signed": "1949-04"})
        self.save(self.row, {**form_data(asked), **answers(asked, "theirs")})

        self.assertEqual(self.asked(asked), ["Participation: Ruritania: Signed"])
        self.assertContains(asked, "April 1949")
        signed = list(Participation.objects.filter(agreement=self.row).values_list("signed", flat=True))
        self.assertEqual(signed, ["1950", "1960"])

    def test_key_of_another_entrys_part_is_no_way_into_it(self):
        other = publish_now(make_agreement(parties=[make_actor()]))
        foreign = other.participations.get()
        self.somebody_else_saves(title="Theirs")

        self.save(
            self.row, {**self.outdated, "participations-0-id": str(foreign.pk), "participations-0-signed": "1901"}
        )

        foreign.refresh_from_db()
        self.assertEqual((foreign.agreement_id, foreign.signed == "1901"), (other.pk, False))
