"""Nothing typed is lost: what is not saved is kept, offered again and carried through a sign-in; and it never saves itself."""

import json
from datetime import timedelta
from io import StringIO

import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Section
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from publishing.buffers import KEPT_FOR, FormBuffer
from publishing.models import Snapshot

from .desk import add_row, answers, change_address, desk_address, form_data, make_editor, typed_form
from .test_desk import WRITES, DeskTests

PASSWORD = "a long password 73"


class BufferCase(DeskTests):
    """Given a live article with two sections, and its form, opened by the editor."""

    def setUp(self):
        super().setUp()
        self.article = publish_now(
            make_article(title="Title", sections=[{"title": "One", "body": "a"}, {"title": "Two", "body": "b"}])
        )
        self.opened = self.client.get(change_address(self.article))

    def typed(self, opened=None, **changes):
        """The fields of an open form, with a new section, one deleted, and changes; and who opened it."""
        opened = opened or self.opened
        data = form_data(opened)
        data.update({"sections-0-DELETE": "on", **changes})
        add_row(data, "sections", title="New", level="1", body="Only in the form.", topics=self.topic.name)
        pairs = [
            [name, value]
            for name, values in data.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        return pairs, typed_form(opened)[1]

    def keep(self, pairs, opened_by, row=None, **more):
        address = desk_address(row, "keep", row.pk) if row else desk_address(Article, "keep_new")
        fields = {} if pairs is None else {"fields": json.dumps(pairs)}
        return self.client.post(address, {"base": "1", **opened_by, **fields, **more})

    def kept(self, **changes):
        """What the script reports of a changed form, kept."""
        pairs, opened_by = self.typed(**changes)
        self.assertTrue(self.keep(pairs, opened_by, self.article).json()["kept"])
        return dict(pairs), opened_by

    def sections(self):
        return list(Section.objects.filter(article=self.article).values_list("title", "body"))


class OfferTests(BufferCase):
    def test_what_was_typed_is_offered_with_what_differs(self):
        self.kept(title="Another title")

        form = self.client.get(change_address(self.article))
        page = self.client.get(desk_address(self.article, "typed", self.article.pk))

        self.assertContains(form, "You typed something here at")
        self.assertContains(form, desk_address(self.article, "typed", self.article.pk))
        self.assertContains(page, "Another title</ins>")
        self.assertContains(page, "Section: New")
        self.assertContains(page, "Section: One")

    def test_what_cannot_be_saved_yet_is_compared_field_by_field(self):
        self.kept(title="", change_summary="Not in the content")

        page = self.client.get(desk_address(self.article, "typed", self.article.pk))

        self.assertContains(page, "<h3>Title</h3>")
        self.assertContains(page, "Not in the content</ins>")
        self.assertContains(page, "Only in the form.</ins>")
        self.assertContains(page, "airlift</ins>")

    def test_taking_it_up_fills_the_form_and_saves_nothing(self):
        typed, opened_by = self.kept(title="Another title")
        before = self.sections()

        response = self.client.post(desk_address(self.article, "take_up", self.article.pk))
        unsaved = self.sections()
        filled = form_data(response)
        self.save(self.article, {**filled, "writing": response.context["buffer"]["writing"]})

        self.assertContains(response, "It is not saved yet.")
        self.assertNotContains(response, "Please correct")
        self.assertContains(response, f'<form action="{change_address(self.article)}"')
        self.assertEqual(
            {name: filled.get(name) for name in typed if name != "sections-2-topics"},
            {name: value for name, value in typed.items() if name != "sections-2-topics"},
        )
        self.assertEqual(before, unsaved)
        self.assertEqual(self.sections(), [("Two", "b"), ("New", "Only in the form.")])
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Another title")
        self.assertFalse(FormBuffer.objects.exclude(typed_at=None).exists())

    def test_taken_up_on_an_outdated_base_it_is_joined(self):
        self.kept()
        self.client.force_login(make_editor("other", everything=True))
        self.save(self.article, {**self.open_form(self.article), "sections-1-body": "theirs", "title": "Theirs"})
        self.client.force_login(self.editor)

        response = self.client.post(desk_address(self.article, "take_up", self.article.pk))
        joined = self.save(self.article, form_data(response))

        self.assertContains(response, "other saved this entry at")
        self.assertContains(joined, "Both changes are in it now")
        self.assertEqual(self.sections(), [("Two", "theirs"), ("New", "Only in the form.")])

    def test_form_of_a_new_entry_is_kept_and_goes_with_its_first_save(self):
        opened = self.client.get(desk_address(Article, "add"))
        pairs, opened_by = typed_form(opened)
        data = {**dict(pairs), "title": "Brand new", "slug": "brand-new"}
        add_row(data, "sections", title="First", level="1", body="Words.")
        self.keep(list(data.items()), opened_by)

        page = self.client.get(desk_address(Article, "typed_new"))
        taken = self.client.post(desk_address(Article, "take_up_new"))
        nothing_yet = Article.objects.filter(slug="brand-new").exists()
        filled = {**form_data(taken), "writing": taken.context["buffer"]["writing"]}
        self.client.post(desk_address(Article, "add"), {**filled, "_continue": "1"})

        self.assertContains(self.client.get(desk_address(Article, "add")), "data-buffer-offer hidden")
        self.assertContains(page, "Brand new</ins>")
        self.assertFalse(nothing_yet)
        self.assertEqual(Section.objects.get(article__slug="brand-new").body, "Words.")

    def test_discarded_it_does_not_come_back(self):
        _typed, opened_by = self.kept()

        response = self.client.post(desk_address(self.article, "discard", self.article.pk), follow=True)
        late = self.keep(self.typed()[0], opened_by, self.article).json()

        self.assertContains(response, "data-buffer-offer hidden")
        self.assertEqual((late["kept"], late["done"]), (False, True))

    def test_another_opening_of_the_form_does_not_overwrite_what_is_offered(self):
        self.kept(title="First words")
        again = self.client.get(change_address(self.article))

        answer = self.keep(*self.typed(again, title="Second words"), self.article).json()
        self.save(self.article, {**form_data(again), "title": "Saved", "writing": again.context["buffer"]["writing"]})

        self.assertFalse(answer["kept"])
        self.assertIn("kept in this browser only", answer["said"])
        self.assertIn(["title", "First words"], FormBuffer.objects.get().pairs())

    def test_change_that_was_undone_is_not_offered(self):
        _typed, opened_by = self.kept()

        self.keep(None, opened_by, self.article, undone="1")

        self.assertContains(self.client.get(change_address(self.article)), "data-buffer-offer hidden")

    def test_nobody_sees_what_another_typed(self):
        self.kept(title="Private words")
        self.client.force_login(make_editor("other", everything=True))

        pages = [change_address(self.article), desk_address(self.article, "typed", self.article.pk)]
        taken = self.client.post(desk_address(self.article, "take_up", self.article.pk), follow=True)

        for response in [*map(self.client.get, pages), taken]:
            self.assertNotContains(response, "Private words")

    def test_it_is_no_history(self):
        self.kept(title="Another title")

        self.assertEqual(Snapshot.objects.filter(entry=self.article.pk).count(), 1)
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Title")

    def test_after_thirty_days_it_is_dropped(self):
        self.kept()
        for later, rows in ((KEPT_FOR - timedelta(minutes=1), 1), (KEPT_FOR + timedelta(minutes=1), 0)):
            with time_machine.travel(timezone.now() + later, tick=False):
                call_command("run_due", stdout=StringIO())
            self.assertEqual(FormBuffer.objects.count(), rows)

    def test_looking_writes_nothing(self):
        self.kept()
        with CaptureQueriesContext(connection) as queries:
            self.client.get(change_address(self.article))
            self.client.get(desk_address(self.article, "typed", self.article.pk))

        self.assertEqual([query["sql"] for query in queries if query["sql"].startswith(WRITES)], [])

    def test_what_is_no_form_is_refused(self):
        _pairs, opened_by = self.typed()
        deep = "[" * 100_000
        for fields in ("", "{", deep, "[1]", '[["a"]]', '[["a", 1]]', '{"a": "b"}', '"' + "a" * 5_000_000 + '"'):
            with self.subTest(fields=fields[:10]):
                response = self.client.post(
                    desk_address(self.article, "keep", self.article.pk), {**opened_by, "fields": fields}
                )
                self.assertEqual(response.status_code, 400)
        odd = self.keep([["title", "\x00\ud800"], ["sections-TOTAL_FORMS", "many"]], opened_by, self.article)
        page = self.client.get(desk_address(self.article, "typed", self.article.pk))
        taken = self.client.post(desk_address(self.article, "take_up", self.article.pk))
        self.assertEqual((odd.status_code, page.status_code, taken.status_code), (200, 200, 200))


class PresenceTests(BufferCase):
    def setUp(self):
        super().setUp()
        self.ada = make_editor("ada", everything=True)
        self.ada.first_name, self.ada.last_name = "Ada", "Editor"
        self.ada.save()
        self.client.force_login(self.ada)
        self.adas = self.client.get(change_address(self.article))
        self.keep(None, typed_form(self.adas)[1], self.article)

    def as_editor(self):
        self.client.force_login(self.editor)
        return typed_form(self.opened)[1]

    def test_two_editors_see_each_other(self):
        opened_by = self.as_editor()
        with time_machine.travel(timezone.now() + timedelta(minutes=2, seconds=5), tick=False):
            shown = self.client.get(change_address(self.article))
            told = self.keep(None, opened_by, self.article).json()

        self.assertContains(shown, "Ada Editor has this open, last active 2\xa0minutes ago.")
        self.assertEqual(told["others"], ["Ada Editor has this open, last active 2\xa0minutes ago."])

    def test_who_left_or_fell_silent_is_not_shown(self):
        opened_by = self.as_editor()
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            silent = self.keep(None, opened_by, self.article).json()["others"]
        self.client.force_login(self.ada)
        self.keep(None, typed_form(self.adas)[1], self.article, left="1")

        left = self.keep(None, self.as_editor(), self.article).json()["others"]

        self.assertEqual((silent, left), ([], []))

    def test_save_by_somebody_else_is_told_at_once(self):
        self.save(self.article, {**form_data(self.adas), "title": "Adas"})

        told = self.keep(None, self.as_editor(), self.article).json()["saved"]

        self.assertIn("Ada Editor saved this entry at", told)

    def test_form_with_many_parties_opens_in_fifteen_queries(self):
        agreement = publish_now(make_agreement(parties=[make_actor() for _ in range(20)]))
        opened_by = typed_form(self.client.get(change_address(agreement)))[1]
        self.keep([["title", "Typed"]], opened_by, agreement)

        with CaptureQueriesContext(connection) as queries:
            self.client.get(change_address(agreement))

        self.assertLessEqual(len(queries), 15)


class SignInTests(BufferCase):
    """Given a form that is saved after its session ended."""

    def setUp(self):
        super().setUp()
        self.pairs, self.opened_by = self.typed(title="Another title")
        self.data = {**self.opened_by}
        for name, value in self.pairs:
            self.data.setdefault(name, []).append(value) if name in self.data else self.data.update({name: [value]})
        self.client.logout()

    def carried(self, response):
        return {name: response.context["carried"][name] for name in ("carried", "opened_by", "writing")}

    def save_signed_out(self, address, data):
        """What the browser shows in the end: the sign-in."""
        return self.client.post(address, data, follow=True)

    def sign_in(self, asked, username, password=PASSWORD):
        """Fill in the sign-in that was shown."""
        going_to = asked.context["redirect_field_value"]
        data = {"login": username, "password": password, "next": going_to}
        return self.client.post(reverse("account_login"), data, follow=True)

    def test_leads_to_the_sign_in_and_back_to_every_value(self):
        before = self.sections()

        asked = self.save_signed_out(change_address(self.article), {**self.data, "_continue": "1"})
        wrong = self.sign_in(asked, "editor", "wrong")
        back = self.sign_in(wrong, "editor")
        unsaved = self.sections()
        self.save(self.article, {**form_data(back), "writing": back.context["buffer"]["writing"]})

        self.assertContains(asked, "You are signed out. Nothing you typed is lost")
        self.assertContains(wrong, "username and/or password you specified are not correct")
        self.assertContains(back, "not saved yet: save it now")
        filled = form_data(back)
        for name, value in dict(self.pairs).items():
            self.assertIn(value, filled[name], name)
        self.assertEqual(before, unsaved)
        self.assertEqual(self.sections(), [("Two", "b"), ("New", "Only in the form.")])

    def test_new_entry_is_carried_too(self):
        self.client.force_login(self.editor)
        opened = self.client.get(desk_address(Article, "add"))
        pairs, opened_by = typed_form(opened)
        data = {**dict(pairs), **opened_by, "title": "Brand new", "slug": "brand-new"}
        add_row(data, "sections", title="First", level="1", body="Words.")
        self.client.logout()

        asked = self.save_signed_out(desk_address(Article, "add"), {**data, "_continue": "1"})
        back = self.sign_in(asked, "editor")

        self.assertEqual(form_data(back)["sections-0-body"], "Words.")
        self.assertFalse(Article.objects.filter(slug="brand-new").exists())

    def test_another_user_is_told_whose_form_it_is(self):
        make_editor("other", everything=True)
        asked = self.save_signed_out(change_address(self.article), self.data)

        told = self.sign_in(asked, "other")
        opened = self.client.post(told.context["carried"]["address"], {**self.carried(told), "_mine_now": "1"})

        self.assertContains(told, "editor opened and filled in this form. You are signed in as other.")
        self.assertNotIn("adminform", told.context)
        self.assertEqual(form_data(opened)["title"], "Another title")
        self.assertNotEqual(opened.context["buffer"]["writing"], self.opened_by["writing"])
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Title")

    def test_form_of_another_user_is_not_saved_under_this_ones_name(self):
        self.client.force_login(make_editor("other", everything=True))

        told = self.save(self.article, self.data)

        self.assertContains(told, "editor opened and filled in this form")
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Title")

    def test_user_without_the_right_gets_nothing(self):
        make_editor("reader", rights=["articles.view_article"])
        asked = self.save_signed_out(change_address(self.article), self.data)

        self.assertEqual(self.sign_in(asked, "reader").status_code, 403)

    def test_form_that_was_not_made_here_is_not_carried(self):
        for opened_by in ("", "1", "1:forged"):
            with self.subTest(opened_by=opened_by):
                response = self.client.post(change_address(self.article), {**self.data, "opened_by": opened_by})

                self.assertEqual(response.status_code, 302)

    def test_token_of_an_ended_sign_in_loses_nothing(self):
        strict = Client(enforce_csrf_checks=True)
        address = change_address(self.article)

        signed_out = strict.post(address, self.data, follow=True)
        strict.force_login(self.editor)
        signed_in = strict.post(address, self.data)
        from_elsewhere = strict.post(address, self.data, headers={"origin": "https://elsewhere.example"})

        self.assertContains(signed_out, "You are signed out. Nothing you typed is lost")
        self.assertContains(signed_in, "You signed in anew since this form was opened", status_code=403)
        self.assertIn("Another title", signed_in.context["carried"]["carried"])
        self.assertEqual(from_elsewhere.status_code, 403)
        self.assertNotContains(from_elsewhere, "Another title", status_code=403)
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Title")

    def test_damaged_carriage_is_refused(self):
        self.client.force_login(self.editor)
        for carried in ("", "{", "[1]"):
            with self.subTest(carried=carried):
                response = self.client.post(
                    desk_address(self.article, "resume", self.article.pk), {**self.opened_by, "carried": carried}
                )
                self.assertEqual(response.status_code, 400)

    def test_conflict_after_the_sign_in_is_asked_about(self):
        self.client.force_login(make_editor("other", everything=True))
        self.save(self.article, {**self.open_form(self.article), "title": "Theirs"})
        self.client.logout()

        back = self.sign_in(self.save_signed_out(change_address(self.article), self.data), "editor")
        asked = self.save(self.article, form_data(back))
        self.save(self.article, {**form_data(asked), **answers(asked, "mine")})

        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Another title")
