"""A forgotten password: the mail, its link, the new password, and what of the old one is over."""

import re
import threading
from datetime import timedelta

import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from .test_sign_in import PASSWORD, SignInCase, give_app, is_in, sign_in

NEW = "quite another password 91"


@override_settings(MAIL_IS_SET=True, SECOND_FACTOR_DAYS=14)
class PasswordResetTests(SignInCase):
    """Given an editor with an address."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.address = "editor@example.org"
        get_user_model().objects.filter(pk=cls.editor.pk).update(email=cls.address)

    def ask(self, address, client=None):
        """Ask for a mail. Returns the answer, once what was to be sent is sent."""
        before = set(threading.enumerate())
        answer = (client or Client()).post(reverse("account_reset_password"), {"email": address}, follow=True)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
        return answer

    def link(self):
        """The path that the last mail leads to."""
        return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]

    def follow(self, link, client=None):
        """(The page behind a link, its address)."""
        page = (client or self.client).get(link, follow=True)
        return page, page.redirect_chain[-1][0] if page.redirect_chain else link

    def choose(self, link, password=NEW, client=None):
        client = client or self.client
        _page, address = self.follow(link, client)
        return client.post(address, {"password1": password, "password2": password}, follow=True)

    def test_sign_in_leads_to_it_where_mail_is_set_and_nowhere_else(self):
        self.assertContains(self.client.get(reverse("account_login")), reverse("account_reset_password"))
        with override_settings(MAIL_IS_SET=False):
            self.assertNotContains(self.client.get(reverse("account_login")), reverse("account_reset_password"))
            for address in (reverse("account_reset_password"), "/admin/password-reset/key/1-abc/"):
                self.assertEqual(self.client.get(address).status_code, 404)

    def test_mail_leads_to_a_new_password_that_signs_in(self):
        self.ask("Editor@Example.org")

        self.choose(self.link())

        self.assertEqual([message.to for message in mail.outbox], [[self.address]])
        self.assertFalse(is_in(self.client), "choosing one signs nobody in")
        sign_in(self.client, password=PASSWORD)
        self.assertFalse(is_in(self.client))
        sign_in(self.client, password=NEW)
        self.assertTrue(is_in(self.client))
        self.assertEqual(self.logged("password"), [("password", "editor", "", "")])

    def test_key_is_not_in_the_address_of_the_form(self):
        self.ask(self.address)

        _page, address = self.follow(self.link())

        self.assertNotIn(self.link().rsplit("-", 1)[1].strip("/"), address)

    def test_link_works_once(self):
        self.ask(self.address)
        link = self.link()
        self.choose(link)

        answer = self.choose(link, "yet another password 12", Client())

        self.assertNotContains(answer, 'type="password"')
        self.assertTrue(get_user_model().objects.get(pk=self.editor.pk).check_password(NEW))

    def test_link_ends_with_its_days_and_with_any_other_change_of_the_password(self):
        self.ask(self.address)
        late = self.link()
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=False):
            self.choose(late)
        self.editor.refresh_from_db()
        self.assertTrue(self.editor.check_password(PASSWORD))

        self.editor.set_password("changed meanwhile 55")
        self.editor.save()
        self.choose(late)

        self.editor.refresh_from_db()
        self.assertTrue(self.editor.check_password("changed meanwhile 55"))

    def test_all_sessions_end(self):
        sign_in(self.client)
        self.assertTrue(is_in(self.client))
        self.ask(self.address)

        self.choose(self.link(), client=Client())

        self.assertFalse(is_in(self.client))

    def test_poor_password_is_refused(self):
        self.ask(self.address)

        answer = self.choose(self.link(), "password1234")

        self.assertContains(answer, "errorlist")
        self.editor.refresh_from_db()
        self.assertTrue(self.editor.check_password(PASSWORD))

    def test_second_factor_is_asked_for_as_before(self):
        give_app(self.editor)
        self.ask(self.address)
        self.choose(self.link())

        answer = sign_in(self.client, password=NEW)

        self.assertRedirects(answer, reverse("mfa_authenticate"), fetch_redirect_response=False)

    def test_unknown_switched_off_and_foreign_accounts_get_the_same_answer_and_no_mail(self):
        people = get_user_model().objects
        people.create_user("gone", "gone@example.org", PASSWORD, is_staff=True, is_active=False)
        people.create_user("foreign", "foreign@example.org", PASSWORD)
        answers = set()

        for address in (self.address, "nobody@example.org", "gone@example.org", "foreign@example.org"):
            html = self.ask(address).content.decode().replace(address, "")
            answers.add(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", html))

        self.assertEqual(len(answers), 1)
        self.assertEqual([message.to for message in mail.outbox], [[self.address]])

    def test_address_that_an_administrator_replaced_gets_no_mail_and_its_link_is_over(self):
        self.ask(self.address)
        old = self.link()
        get_user_model().objects.filter(pk=self.editor.pk).update(email="new@example.org")

        self.ask(self.address)
        self.choose(old)

        self.assertEqual(len(mail.outbox), 1)
        self.editor.refresh_from_db()
        self.assertTrue(self.editor.check_password(PASSWORD))
        self.ask("new@example.org")
        self.assertEqual(mail.outbox[-1].to, ["new@example.org"])

    def test_link_is_made_for_the_host_that_the_site_answers_for(self):
        answer = self.client.post(
            reverse("account_reset_password"), {"email": self.address}, headers={"host": "elsewhere.example"}
        )

        self.assertEqual(answer.status_code, 400)
        self.assertEqual(mail.outbox, [])

    def test_mails_to_one_address_have_a_limit(self):
        for _time in range(8):
            self.ask(self.address)

        self.assertLess(len(mail.outbox), 8)
