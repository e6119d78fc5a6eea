"""Single sign-on, against a real OpenID Connect provider on this machine: whom it lets in, what it proves, and what it refuses."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.core import checks
from django.test import Client, SimpleTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from defcoop_site.doctor import examine
from publishing.single_sign_on import says_second_factor

from .desk import make_editor
from .openid_provider import CLIENT, SECRET, Provider
from .test_sign_in import DESK, SignInCase, code_now, give_app, is_in, sign_in


class SingleSignOnCase(SignInCase):
    """Given a provider at which Ada is known, and an account of hers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.stop)

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        get_user_model().objects.filter(pk=cls.publisher.pk).update(email="Ada@example.org")

    def setUp(self):
        super().setUp()
        self.provider.reset()
        self.enterContext(
            override_settings(
                OIDC_SERVER_URL=self.provider.address,
                OIDC_CLIENT_ID=CLIENT,
                OIDC_CLIENT_SECRET=SECRET,
                OIDC_NAME="House account",
                OIDC_MFA_ACR=[],
            )
        )

    def leave(self, client=None, **data):
        """Press the button. Returns the address at the provider to which one is led."""
        page = (client or self.client).post(reverse("sso_login"), data)
        self.assertEqual(page.status_code, 200)
        return unescape(re.search(r'content="0;url=([^"]+)"', page.content.decode())[1])

    def come_back(self, leaving, **changed):
        """The path of our address to which the provider sends a browser that came with this one."""
        back = urlsplit(requests.get(leaving, allow_redirects=False, timeout=5).headers["Location"])
        answer = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
        return f"{back.path}?{urlencode(answer)}"

    def sign_on(self, client=None, **data):
        client = client or self.client
        return client.get(self.come_back(self.leave(client, **data)), follow=True)

    def assertRefused(self, answer, words, client=None):
        self.assertContains(answer, words)
        self.assertFalse(is_in(client or self.client))


class GetInTests(SingleSignOnCase):
    def test_button_is_there_where_it_is_set_and_nowhere_else(self):
        self.assertContains(self.client.get(reverse("account_login")), "House account")
        with override_settings(OIDC_CLIENT_SECRET=""):
            self.assertNotContains(self.client.get(reverse("account_login")), "House account")
            self.assertEqual(self.client.post(reverse("sso_login")).status_code, 404)
            self.assertEqual(self.client.get(reverse("sso_callback"), {"code": "1", "state": "2"}).status_code, 404)

    def test_verified_address_signs_in_the_account_that_has_it_and_leads_on(self):
        answer = self.sign_on(next="/admin/articles/")

        self.assertEqual(answer.redirect_chain[0][0], "/admin/articles/")
        self.assertEqual(self.client.get(DESK).wsgi_request.user, self.publisher)
        self.assertEqual(
            self.logged("sign-in", "single-sign-on"),
            [
                ("single-sign-on", "publisher", "", "ada@example.org"),
                ("sign-in", "publisher", "", "single sign-on"),
            ],
        )

    def test_tie_holds_when_the_address_changes_there(self):
        self.sign_on()
        self.provider.claims["email"] = "ada.new@example.org"
        other = Client()

        self.sign_on(other)

        self.assertTrue(is_in(other))
        self.assertEqual(SocialAccount.objects.count(), 1)

    def test_nothing_is_kept_of_a_person_but_what_signs_them_in(self):
        self.provider.claims |= {"name": "Ada L.", "picture": "https://example.org/ada.png", "phone_number": "1"}

        self.sign_on()

        tie = SocialAccount.objects.get()
        self.assertEqual((tie.uid, tie.extra_data), ("ada-1", {}))

    def test_address_may_come_from_userinfo_of_the_same_person(self):
        del self.provider.claims["email"], self.provider.claims["email_verified"]
        self.provider.info = {"sub": "ada-1", "email": "ada@example.org", "email_verified": True}

        self.sign_on()

        self.assertTrue(is_in(self.client))

    def test_password_goes_on_working(self):
        self.sign_on()
        other = Client()

        sign_in(other, "publisher")

        self.assertTrue(is_in(other))

    def test_sessions_end_with_all_others(self):
        self.sign_on()
        other = Client()
        sign_in(other, "publisher")
        self.assertEqual(UserSession.objects.filter(user=self.publisher).count(), 2)

        other.post(reverse("usersessions_list"))

        self.assertFalse(is_in(self.client))
        self.assertTrue(is_in(other))

    def test_leads_nowhere_but_here(self):
        for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
            with self.subTest(elsewhere):
                answer = self.sign_on(Client(), next=elsewhere)

                self.assertEqual(answer.redirect_chain[0][0], DESK)

    def test_form_leads_to_our_own_page_as_the_content_policy_has_it(self):
        page = self.client.post(reverse("sso_login"))

        self.assertIn("form-action 'self'", page["Content-Security-Policy"])
        self.assertEqual(page.status_code, 200)
        self.assertIn("no-store", page["Cache-Control"])

    def test_request_asks_for_a_code_with_all_that_binds_it(self):
        asked = parse_qs(urlsplit(self.leave()).query)

        self.assertEqual(asked["response_type"], ["code"])
        self.assertEqual(asked["code_challenge_method"], ["S256"])
        self.assertEqual(asked["redirect_uri"], ["http://testserver/admin/sso/callback/"])
        self.assertEqual(set(asked["scope"][0].split()), {"openid", "profile", "email"})
        self.assertTrue(asked["nonce"][0] and asked["state"][0])

    def test_administrator_takes_the_tie_away_and_ends_the_sessions(self):
        self.sign_on()
        root = make_editor("root", everything=True)
        desk = Client()
        desk.force_login(root)

        desk.post("/admin/auth/user/", {"action": "take_single_sign_on_away", "_selected_action": [self.publisher.pk]})

        self.assertFalse(SocialAccount.objects.exists())
        self.assertFalse(is_in(self.client))
        self.assertIn(("single-sign-on", "root", "of publisher", ""), self.logged("single-sign-on"))


class RefusalTests(SingleSignOnCase):
    NO_ACCOUNT, UNVERIFIED, FAILED = "No account of this desk", "does not say that it verified", "did not work"

    def test_who_has_no_account_gets_none(self):
        self.provider.claims["email"] = "mallory@example.org"

        self.assertRefused(self.sign_on(), self.NO_ACCOUNT)

        self.assertEqual(get_user_model().objects.count(), 2)
        self.assertEqual(
            self.logged("sign-in-failed"), [("sign-in-failed", None, "", "mallory@example.org, by single sign-on")]
        )

    def test_address_that_is_not_verified_proves_nothing(self):
        for verified in (False, None, "false", "no"):
            with self.subTest(verified):
                self.provider.claims["email_verified"] = verified

                self.assertRefused(self.sign_on(), self.UNVERIFIED)

    def test_switched_off_and_foreign_accounts_get_the_answer_of_none(self):
        for change in ({"is_active": False}, {"is_active": True, "is_staff": False}):
            for tied in (False, True):
                with self.subTest(change, tied=tied):
                    get_user_model().objects.filter(pk=self.publisher.pk).update(is_active=True, is_staff=True)
                    SocialAccount.objects.all().delete()
                    if tied:
                        self.sign_on()
                        self.client = Client()
                    get_user_model().objects.filter(pk=self.publisher.pk).update(**change)

                    self.assertRefused(self.sign_on(), self.NO_ACCOUNT)

    def test_address_of_two_accounts_signs_in_neither(self):
        get_user_model().objects.filter(pk=self.editor.pk).update(email="ADA@example.org")

        self.assertRefused(self.sign_on(), self.NO_ACCOUNT)

    def test_another_person_who_gets_the_address_later_does_not_get_the_account(self):
        self.sign_on()
        self.provider.claims["sub"] = "another-2"
        other = Client()

        self.assertRefused(self.sign_on(other), self.NO_ACCOUNT, other)

    def test_same_number_at_another_provider_is_another_person(self):
        self.sign_on()
        elsewhere = Provider()
        self.addCleanup(elsewhere.stop)
        elsewhere.claims = {"sub": "ada-1", "email": "mallory@example.org", "email_verified": True}
        other = Client()

        with override_settings(OIDC_SERVER_URL=elsewhere.address):
            self.assertRefused(self.sign_on(other), self.NO_ACCOUNT, other)

    def test_token_that_is_wrong_in_one_thing_is_refused(self):
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        for what, wrong in {
            "issuer": {"claims": {"iss": "https://elsewhere.example"}},
            "audience": {"claims": {"aud": "another-client"}},
            "meant for another of several": {"claims": {"aud": [CLIENT, "other"], "azp": "other"}},
            "nonce": {"claims": {"nonce": "another"}},
            "no nonce": {"claims": {"nonce": None}},
            "expired": {"claims": {"exp": 1}},
            "for ever": {"claims": {"exp": None}},
            "not yet": {"claims": {"nbf": 99_999_999_999}},
            "nobody": {"claims": {"sub": None}},
            "key": {"signing_key": stranger},
            "unsigned": {"signing_key": None, "algorithm": "none"},
            "signed by the secret": {"signing_key": SECRET * 4, "algorithm": "HS256"},
        }.items():
            with self.subTest(what):
                self.provider.reset()
                self.provider.claims |= wrong.pop("claims", {})
                for name, value in wrong.items():
                    setattr(self.provider, name, value)

                self.assertRefused(self.sign_on(), self.FAILED)

    def test_provider_of_another_name_is_refused_before_anybody_is_led_there(self):
        self.provider.document = {"issuer": "https://elsewhere.example"}

        self.assertRefused(self.client.post(reverse("sso_login"), follow=True), self.FAILED)

    def test_answer_of_another_provider_is_refused(self):
        back = self.come_back(self.leave(), iss="https://elsewhere.example")

        self.assertRefused(self.client.get(back, follow=True), self.FAILED)

    def test_userinfo_of_another_person_is_refused(self):
        del self.provider.claims["email"]
        self.provider.info = {"sub": "bob-2", "email": "ada@example.org", "email_verified": True}

        self.assertRefused(self.sign_on(), self.FAILED)

    def test_state_that_is_wrong_missing_or_used_is_refused(self):
        back = self.come_back(self.leave())
        for wrong in (self.come_back(self.leave(), state="wrong"), back.partition("&state")[0]):
            self.assertRefused(self.client.get(wrong, follow=True), self.FAILED)
        self.client.get(back)
        self.assertTrue(is_in(self.client))
        self.client.post(reverse("account_logout"))

        self.assertRefused(self.client.get(back, follow=True), self.FAILED)

    def test_nobody_is_signed_in_as_somebody_else_by_a_link_to_the_last_step(self):
        mallory = Client()
        back = self.come_back(self.leave(mallory))

        self.assertRefused(self.client.get(back, follow=True), self.FAILED)

    def test_code_of_another_sign_in_is_refused(self):
        stolen = parse_qs(urlsplit(self.come_back(self.leave(Client()))).query)["code"][0]

        answer = self.client.get(self.come_back(self.leave(), code=stolen), follow=True)

        self.assertRefused(answer, self.FAILED)

    def test_start_is_taken_from_our_own_form_alone(self):
        strict = Client(enforce_csrf_checks=True)

        self.assertEqual(strict.post(reverse("sso_login")).status_code, 403)
        self.assertEqual(self.client.get(reverse("sso_login")).status_code, 405)

    def test_who_cancels_is_told_so(self):
        state = parse_qs(urlsplit(self.leave()).query)["state"][0]

        answer = self.client.get(reverse("sso_callback"), {"error": "access_denied", "state": state}, follow=True)

        self.assertRefused(answer, "cancelled")

    def test_provider_that_does_not_answer_breaks_nothing(self):
        for document in ({"token_endpoint": "http://127.0.0.1:9/"}, {"jwks_uri": "http://127.0.0.1:9/"}):
            self.provider.document = document
            self.assertRefused(self.sign_on(), self.FAILED)
        with override_settings(OIDC_SERVER_URL="http://127.0.0.1:9"):
            self.assertRefused(self.client.post(reverse("sso_login"), follow=True), self.FAILED)


@override_settings(SECOND_FACTOR_DAYS=0)
class SecondFactorTests(SingleSignOnCase):
    def test_ours_is_asked_where_the_provider_asked_for_none(self):
        secret, _codes = give_app(self.publisher)

        answer = self.sign_on()

        self.assertEqual(answer.redirect_chain[-1][0], reverse("mfa_authenticate"))
        self.assertFalse(is_in(self.client))
        self.client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        self.assertTrue(is_in(self.client))

    def test_who_must_have_one_and_has_none_is_led_to_set_it_up(self):
        answer = self.sign_on()

        self.assertIn(reverse("mfa_index"), answer.redirect_chain[-1][0])
        self.assertFalse(is_in(self.client))

    def test_that_of_the_provider_counts(self):
        give_app(self.publisher)
        for claims in ({"amr": ["pwd", "mfa"]}, {"acr": "https://refeds.org/profile/mfa"}):
            with self.subTest(claims):
                self.provider.reset()
                self.provider.claims |= claims
                client = Client()

                self.sign_on(client)

                self.assertTrue(is_in(client))
        self.assertEqual(self.logged("sign-in")[-1][-1], "single sign-on, second factor of the single sign-on")

    def test_that_of_one_sign_in_does_not_serve_another(self):
        give_app(self.publisher)
        self.provider.claims["amr"] = ["mfa"]
        self.sign_on()
        self.client.post(reverse("account_logout"))

        sign_in(self.client, "publisher")

        self.assertFalse(is_in(self.client))

    def test_it_counts_for_somebody_who_was_signed_in_already_too(self):
        self.client.force_login(self.publisher)
        self.provider.claims["amr"] = ["mfa"]

        self.sign_on()

        self.assertTrue(is_in(self.client))
        self.assertTrue(Authenticator.objects.filter(user=self.publisher).count() == 0)


class ClaimTests(SimpleTestCase):
    def test_which_claims_say_that_a_second_factor_was_asked_for(self):
        with override_settings(OIDC_MFA_ACR=["house-2"]):
            for claims, says in (
                ({}, False),
                ({"amr": ["pwd"]}, False),
                ({"amr": ["otp"]}, False),
                ({"amr": ["pwd", "mfa"]}, True),
                ({"amr": "mfa"}, False),
                ({"amr": [["mfa"], 1]}, False),
                ({"acr": "0"}, False),
                ({"acr": "phr"}, True),
                ({"acr": "house-2"}, True),
            ):
                with self.subTest(claims):
                    self.assertEqual(says_second_factor(claims), says)


class SettingTests(SingleSignOnCase):
    def wrong(self, **settings):
        with override_settings(**settings):
            return {message.id for message in checks.run_checks() if "E01" in message.id}

    def test_what_is_set_by_half_or_unsafe_is_named(self):
        self.assertEqual(self.wrong(), set())
        self.assertEqual(self.wrong(OIDC_CLIENT_SECRET=""), {"publishing.E010"})
        self.assertEqual(self.wrong(OIDC_SERVER_URL="http://login.example.org"), {"publishing.E011"})
        self.assertEqual(self.wrong(OIDC_SERVER_URL="", OIDC_CLIENT_ID="", OIDC_CLIENT_SECRET=""), set())

    def test_doctor_asks_the_provider(self):
        def advice():
            return [finding.advice for finding in examine(timezone.now()) if finding.name == "single sign-on"]

        self.assertEqual(advice(), [""])
        self.provider.document = {"issuer": "https://elsewhere.example"}
        self.assertIn("calls itself https://elsewhere.example", advice()[0])
        with override_settings(OIDC_SERVER_URL="http://127.0.0.1:9"):
            self.assertIn("does not answer", advice()[0])
        with override_settings(OIDC_CLIENT_ID=""):
            self.assertEqual(advice(), [])
