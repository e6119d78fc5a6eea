"""Signing in: who gets in, with what, how often anybody may try, and what is written down of it."""

import re
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client, RequestFactory, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from publishing import second_factor
from publishing.audit import AuditEvent
from publishing.delays import ACCOUNT, PAIR, VISITOR, Attempt, SignInDelay
from publishing.second_factor import SecondFactorAsked

from .desk import make_editor

PASSWORD = "a long password 73"
DESK = "/admin/"
FIRST = datetime(2026, 5, 1, 12, tzinfo=UTC)


def sign_in(client, name="editor", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": name, "password": password, **more})


def code_now(secret, steps=0):
    return f"{hotp_value(secret, int(time.time()) // 30 + steps):06d}"


def give_app(user):
    """An authenticator app with recovery codes. Returns its secret and the codes."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret, RecoveryCodes.activate(user).generate_codes()


def is_in(client):
    return client.get(DESK).status_code == 200


class SignInCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.publisher = make_editor("publisher", rights=["publishing.publish_entry"])
        cls.editor = make_editor("editor", rights=["articles.view_article"])

    def setUp(self):
        cache.clear()

    def logged(self, *actions):
        events = AuditEvent.objects.filter(action__in=actions).order_by("pk")
        return list(events.values_list("action", "who__username", "was", "became"))


class PasswordTests(SignInCase):
    def test_right_password_leads_to_where_one_was_going(self):
        asked = self.client.get("/admin/articles/article/")

        answer = self.client.post(
            reverse("account_login"), {"login": "editor", "password": PASSWORD, "next": "/admin/articles/article/"}
        )

        self.assertRedirects(asked, "/admin/login/?next=/admin/articles/article/", fetch_redirect_response=False)
        self.assertRedirects(answer, "/admin/articles/article/")
        self.assertEqual(self.logged("sign-in"), [("sign-in", "editor", "", "password")])

    def test_wrong_unknown_switched_off_and_foreign_accounts_get_one_answer_after_one_hashing(self):
        make_editor("gone")
        get_user_model().objects.filter(username="gone").update(is_active=False)
        get_user_model().objects.create_user("no-staff", password=PASSWORD)
        answers, hashed = set(), []

        for name, password in (("editor", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("no-staff", PASSWORD)):
            with self.subTest(name), CountedHashing() as counted:
                html = sign_in(Client(), name, password).content.decode()
            answers.add(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", html).replace(f'value="{name}"', ""))
            hashed.append(counted.times)

        self.assertEqual(len(answers), 1)
        self.assertIn("are not correct", answers.pop())
        self.assertEqual(hashed, [1, 1, 1, 1])
        names = [became for *_rest, became in self.logged("sign-in-failed")]
        self.assertEqual(names, ["editor", "nobody", "gone", "no-staff"])

    def test_nobody_makes_an_account(self):
        for address in ("/admin/signup/", "/accounts/signup/", "/admin/security/webauthn/signup/", "/admin/email/"):
            self.assertNotEqual(self.client.get(address).status_code, 200, address)
            self.assertNotEqual(self.client.post(address, {"username": "x"}).status_code, 200, address)
        self.assertEqual(get_user_model().objects.count(), 2)

    def test_account_that_lost_its_place_is_told_so_and_not_sent_in_circles(self):
        self.client.force_login(self.editor)
        get_user_model().objects.filter(pk=self.editor.pk).update(is_staff=False)

        self.assertEqual(self.client.get(DESK, follow=True).status_code, 403)

    def test_sign_in_leads_nowhere_but_here(self):
        for elsewhere in (
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "javascript:alert(1)",
            "/\\elsewhere.example",
        ):
            with self.subTest(elsewhere):
                self.assertRedirects(sign_in(Client(), next=elsewhere), DESK)

    def test_poor_passwords_are_refused(self):
        self.client.force_login(self.editor)
        for poor in ("1q2w3e4r5t6y", "short7", "123456789012"):
            with self.subTest(poor):
                answer = self.client.post(
                    reverse("account_change_password"),
                    {"oldpassword": PASSWORD, "password1": poor, "password2": poor},
                )
                self.assertEqual(answer.status_code, 200)
        self.assertTrue(get_user_model().objects.get(pk=self.editor.pk).check_password(PASSWORD))


class CountedHashing:
    """How often a password was hashed."""

    def __enter__(self):
        from django.contrib.auth.hashers import get_hasher

        self.times, self.hasher = 0, type(get_hasher())
        self.encode = self.hasher.encode

        def counted(hasher, *arguments, **options):
            self.times += 1
            return self.encode(hasher, *arguments, **options)

        self.hasher.encode = counted
        return self

    def __exit__(self, *_error):
        self.hasher.encode = self.encode


class DelayTests(SignInCase):
    def guess(self, times, name="editor", address="198.51.100.1", client=None):
        """Fail so often. Returns whether the last attempt was read at all."""
        request = RequestFactory(REMOTE_ADDR=address).post("/")
        request.COOKIES = {key: morsel.value for key, morsel in client.cookies.items()} if client else {}
        return [Attempt(request, name).allowed for _ in range(times)][-1]

    def known_browser(self):
        """A browser in which the editor signed in and out."""
        client = Client(REMOTE_ADDR="203.0.113.7")
        sign_in(client)
        client.post(reverse("account_logout"))
        return client

    def test_each_further_failure_doubles_the_wait_up_to_a_bound(self):
        waits = [PAIR.wait(failures).total_seconds() for failures in (1, 10, 11, 12, 15, 19, 20, 1000)]

        self.assertEqual(waits, [0, 0, 2, 4, 32, 512, 900, 900])
        self.assertEqual(ACCOUNT.wait(10_000).total_seconds(), 60)

    def test_guesser_waits_and_a_right_password_does_not_help_before(self):
        client = Client(REMOTE_ADDR="198.51.100.1")
        with time_machine.travel(FIRST, tick=False) as moment:
            self.guess(PAIR.free)
            wrong = sign_in(client, password="wrong")
            hurried = sign_in(client)
            moment.shift(3)
            patient = sign_in(client)

        self.assertContains(wrong, "are not correct")
        self.assertContains(hurried, "Too many failed attempts")
        self.assertEqual(patient.url, DESK)
        self.assertEqual(len(self.logged("sign-in-failed")), 1)  # what was not read is not logged

    def test_unknown_accounts_wait_like_known_ones(self):
        for name, address in (("editor", "198.51.100.1"), ("nobody", "198.51.100.2")):
            self.guess(PAIR.free + 1, name, address)

            self.assertContains(sign_in(Client(REMOTE_ADDR=address), name), "Too many failed attempts")

    def test_editor_gets_in_from_elsewhere_while_a_stranger_guesses(self):
        self.guess(PAIR.free + 5)

        self.assertEqual(sign_in(Client(REMOTE_ADDR="203.0.113.7")).url, DESK)

    def test_editor_gets_in_by_a_known_browser_whoever_guesses_from_wherever(self):
        known = self.known_browser()
        for number in range(ACCOUNT.free + 5):
            self.guess(1, address=f"198.51.100.{number}")
        self.guess(VISITOR.free + 1, name="others", address="203.0.113.7")

        self.assertContains(sign_in(Client(REMOTE_ADDR="192.0.2.1")), "Too many failed attempts")
        self.assertEqual(sign_in(known).url, DESK)

    def test_account_under_attack_from_everywhere_opens_again_within_a_minute(self):
        with time_machine.travel(FIRST, tick=False) as moment:
            for number in range(ACCOUNT.free + 20):
                self.guess(1, address=f"198.51.100.{number}")
                moment.shift(61)
            self.guess(1, address="192.0.2.200")
            closed = self.guess(1, address="192.0.2.201")
            moment.shift(61)
            answer = sign_in(Client(REMOTE_ADDR="192.0.2.1"))

        self.assertFalse(closed)
        self.assertEqual(answer.url, DESK)

    def test_cookie_of_a_known_browser_is_for_its_own_account_and_has_a_count_too(self):
        known = self.known_browser()
        self.guess(PAIR.free + 1, client=known, address="203.0.113.7")
        self.guess(PAIR.free + 1, name="publisher", client=known, address="203.0.113.8")

        self.assertContains(sign_in(known), "Too many failed attempts")
        self.assertFalse(self.guess(1, "publisher", client=known, address="203.0.113.8"))

    def test_failures_count_at_once_however_many_arrive_together(self):
        attempts = [self.guess(1) for _ in range(PAIR.free + 3)]

        self.assertEqual(attempts.count(True), PAIR.free + 1)

    def test_forged_cookie_is_worth_nothing(self):
        forged = Client(REMOTE_ADDR="198.51.100.1")
        forged.cookies["known"] = '["editor", "abc"]:1tZxyz:forged'
        self.guess(PAIR.free + 1)

        self.assertContains(sign_in(forged), "Too many failed attempts")

    def test_neither_names_nor_addresses_are_kept_and_all_goes_after_a_day(self):
        from publishing import delays

        self.guess(2)
        kept = " ".join(SignInDelay.objects.values_list("key", flat=True))

        self.assertNotIn("editor", kept)
        self.assertNotIn("198.51", kept)
        delays.drop_expired(timezone.now() + timedelta(days=1, minutes=1))
        self.assertEqual(SignInDelay.objects.count(), 0)


class SecondFactorTests(SignInCase):
    def setUp(self):
        super().setUp()
        self.secret, self.codes = give_app(self.publisher)

    def authenticate(self, code):
        return self.client.post(reverse("mfa_authenticate"), {"code": code})

    def test_password_alone_does_not_open_the_desk(self):
        answer = sign_in(self.client, "publisher")

        self.assertRedirects(answer, "/admin/security/authenticate/")
        self.assertFalse(is_in(self.client))
        self.assertEqual(self.logged("sign-in"), [])

    def test_code_opens_it_once(self):
        code = code_now(self.secret)
        sign_in(self.client, "publisher")
        self.assertRedirects(self.authenticate(code), DESK)
        again = Client()
        sign_in(again, "publisher")

        refused = again.post(reverse("mfa_authenticate"), {"code": code})

        self.assertTrue(is_in(self.client))
        self.assertContains(refused, "Incorrect code")
        self.assertFalse(is_in(again))
        self.assertEqual(self.logged("sign-in"), [("sign-in", "publisher", "", "password, authenticator app")])
        self.assertEqual(
            self.logged("second-factor-failed"), [("second-factor-failed", "publisher", "", "authenticator app")]
        )

    def test_recovery_code_opens_it_once(self):
        for expected in (True, False):
            client = Client()
            sign_in(client, "publisher")
            client.post(reverse("mfa_authenticate"), {"code": self.codes[0]})

            self.assertEqual(is_in(client), expected)

    def test_guessing_codes_makes_wait(self):
        sign_in(self.client, "publisher")

        answers = [self.authenticate("000000").content.decode() for _ in range(15)]

        self.assertIn("Incorrect code", answers[0])
        self.assertIn("Too many failed attempts", answers[-1])

    def test_secrets_are_not_readable_in_the_database(self):
        stored = " ".join(str(data) for data in Authenticator.objects.values_list("data", flat=True))

        self.assertNotIn(self.secret, stored)
        self.assertIn("gAAAA", stored)  # how Fernet's tokens begin

    def test_secret_whose_key_is_gone_opens_to_no_code_not_even_to_one_of_an_empty_secret(self):
        sign_in(self.client, "publisher")
        with override_settings(SECRET_KEY="another key, and the old one is forgotten"):
            sign_in(self.client, "publisher")
            self.authenticate(code_now(""))
            self.assertFalse(is_in(self.client))
            codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
            with patch("allauth.mfa.recovery_codes.internal.auth.decrypt", return_value=""):
                of_an_empty_seed = codes.generate_codes()
            self.assertFalse(codes.validate_code(of_an_empty_seed[0]))

    def test_secret_of_a_key_that_was_replaced_goes_on_working(self):
        with override_settings(SECRET_KEY="another key", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            sign_in(self.client, "publisher")

            self.authenticate(code_now(self.secret))

            self.assertTrue(is_in(self.client))

    def test_session_without_it_is_led_to_it_and_keeps_what_was_typed_for(self):
        self.client.force_login(self.publisher)  # a session that knows the password alone, however it came about

        led = self.client.get("/admin/articles/article/", follow=True)
        confirmed = self.client.post(
            reverse("mfa_reauthenticate"), {"code": code_now(self.secret), "next": "/admin/articles/article/"}
        )

        self.assertEqual(led.request["PATH_INFO"], "/admin/security/reauthenticate/")
        self.assertEqual(confirmed.url, "/admin/articles/article/")
        self.assertTrue(is_in(self.client))

    def test_administrator_takes_a_lost_one_away(self):
        sign_in(self.client, "publisher")
        self.authenticate(self.codes[1])
        administrator = Client()
        administrator.force_login(make_editor("administrator", everything=True))

        administrator.post(
            "/admin/auth/user/", {"action": "take_second_factor_away", "_selected_action": [self.publisher.pk]}
        )

        self.assertFalse(is_in(self.client))
        self.assertRedirects(sign_in(Client(), "publisher"), DESK)
        self.assertIn(("second-factor", "administrator", "of publisher: all", ""), self.logged("second-factor"))


@override_settings(SECOND_FACTOR_DAYS=14)
class SetUpTests(SignInCase):
    def confirm(self):
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def test_publisher_sets_an_app_up_and_gets_recovery_codes(self):
        sign_in(self.client, "publisher")
        self.confirm()
        page = self.client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret

        with self.captureOnCommitCallbacks(execute=True):
            done = self.client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}, follow=True)

        self.assertContains(page, 'src="data:image/svg+xml;base64,')
        self.assertEqual(len(done.context["unused_codes"]), 10)
        self.assertTrue(is_in(self.client))
        self.assertTrue(second_factor.has_one(self.publisher))
        added = {(who, became) for _action, who, _was, became in self.logged("second-factor")}
        self.assertEqual(added, {("publisher", "authenticator app"), ("publisher", "recovery code")})

    def test_nothing_is_set_up_before_the_password_is_given_again(self):
        self.client.force_login(self.publisher)

        for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
            self.assertRedirects(
                self.client.get(reverse(name)), f"{reverse('account_reauthenticate')}?next={reverse(name)}"
            )

    def test_grace_runs_out_for_those_who_publish_and_for_nobody_else(self):
        # Days after the first sign-in, and what the publisher is told there.
        for days, told in ((0, "you have 14 days"), (13.5, "you have 1 day"), (14, None)):
            for name in ("publisher", "editor"):
                with self.subTest(name, days=days), time_machine.travel(FIRST + timedelta(days=days), tick=False):
                    client = Client()
                    sign_in(client, name)
                    page = client.get(DESK, follow=True)
                if name == "editor":
                    self.assertEqual(page.request["PATH_INFO"], DESK)
                    self.assertNotContains(page, "second factor")
                elif told:
                    self.assertContains(page, told)
                else:
                    self.assertEqual(page.request["PATH_INFO"], "/admin/security/")
        self.assertEqual(SecondFactorAsked.objects.get().user, self.publisher)

    def test_session_that_goes_on_beyond_the_grace_is_stopped_too(self):
        with time_machine.travel(FIRST, tick=False) as moment:
            sign_in(self.client, "publisher")
            moment.shift(timedelta(days=13))
            before = is_in(self.client)
            sign_in_again = self.client.get(DESK).status_code
            moment.shift(timedelta(days=1, seconds=-1))
            last = is_in(self.client)
            moment.shift(2)
            after = is_in(self.client)

        self.assertEqual((before, sign_in_again, last, after), (True, 200, True, False))


class SessionTests(SignInCase):
    def test_one_ends_all_others(self):
        here, there = Client(HTTP_USER_AGENT="Here/1"), Client(HTTP_USER_AGENT="There/2")
        sign_in(here)
        sign_in(there)

        listed = here.get(reverse("usersessions_list"))
        here.post(reverse("usersessions_list"))

        self.assertContains(listed, "There/2")
        self.assertTrue(is_in(here))
        self.assertFalse(is_in(there))
        self.assertEqual(self.logged("sign-out-elsewhere"), [("sign-out-elsewhere", "editor", "1", "")])
        self.assertEqual(UserSession.objects.count(), 1)

    def test_another_password_ends_all_other_sessions(self):
        here, there = Client(), Client()
        sign_in(here)
        sign_in(there)

        new = "quite another phrase"
        here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

        self.assertTrue(is_in(here))
        self.assertFalse(is_in(there))
        self.assertEqual(self.logged("password"), [("password", "editor", "", "")])

    def test_signing_out_takes_a_post(self):
        sign_in(self.client)

        self.client.get(reverse("account_logout"))
        self.assertTrue(is_in(self.client))
        self.client.post(reverse("account_logout"))
        self.assertFalse(is_in(self.client))
