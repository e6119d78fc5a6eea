"""Signing in in a real browser: with an app, a recovery code and a passkey, under the strict policy."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from .desk import make_editor
from .test_browser import violations
from .test_sign_in import PASSWORD, code_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, transactional_db, page, settings):
    settings.SECOND_FACTOR_DAYS = 14
    cache.clear()
    make_editor("ada", everything=True)
    page.set_default_timeout(8_000)
    page.refused = []
    page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.refused.append(str(error)))
    # Passkeys need a name; the live server's address may be a number.
    yield re.sub(r"//[^:/]+", "//localhost", live_server.url)
    assert page.refused == []


def log_in(page, desk):
    page.goto(f"{desk}/admin/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(page):
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Username").wait_for()


def confirm(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def test_app_and_recovery_code(desk, page):
    log_in(page, desk)
    page.get_by_text("you have 14 days to set one up").wait_for()
    page.get_by_role("link", name="Set it up").click()
    assert violations(page) == []
    page.get_by_role("link", name="Activate").click()
    confirm(page)
    assert violations(page) == []
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Activate").click()
    codes = page.get_by_label("Unused codes").input_value().split()
    assert violations(page) == []
    page.goto(f"{desk}/admin/")
    assert page.get_by_text("second factor").count() == 0

    log_out(page)
    log_in(page, desk)
    assert violations(page) == []
    page.get_by_label("Code").fill(code_now(secret, steps=1))
    page.get_by_role("button", name="Sign In").click()
    page.wait_for_url(f"{desk}/admin/")

    log_out(page)
    log_in(page, desk)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign In").click()
    page.wait_for_url(f"{desk}/admin/")
    page.goto(f"{desk}/admin/security/sessions/")
    assert violations(page) == []


def test_passkey_as_second_factor_and_alone(desk, page):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, desk)
    page.goto(f"{desk}/admin/security/webauthn/add/")
    confirm(page)
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.get_by_label("Unused codes").wait_for()
    page.goto(f"{desk}/admin/security/webauthn/")
    assert violations(page) == []

    page.goto(f"{desk}/admin/")
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{desk}/admin/")

    log_out(page)
    log_in(page, desk)
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{desk}/admin/")
    assert get_user_model().objects.get().authenticator_set.count() == 2
