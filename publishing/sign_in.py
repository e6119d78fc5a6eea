"""Signing in to the desk, by django-allauth: no accounts but those that administrators made, a second factor, passkeys."""

import base64
import hashlib
from threading import Thread

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import second_factor, single_sign_on
from .audit import AuditEvent, record, record_failed_sign_in
from .buffer_pages import is_held
from .delays import Attempt, remember_browser
from .limits import client_address, network

TOO_SOON = gettext_lazy(
    "Too many failed attempts. Wait a little: seconds at first, up to a quarter of an hour. A passkey works at once."
)


def may_sign_in(user):
    return user.is_active and user.is_staff


def shown_elsewhere(request):
    """Whether this very request brings somebody whom the single sign-on asked for a second factor."""
    return getattr(request, "second_factor_elsewhere", False)


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made on the desk; nobody makes one here."""

    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": TOO_SOON}

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return network(client_address(request)).partition("/")[0] or "0.0.0.0"  # noqa: S104 - no address, not one to listen on

    def authenticate(self, request, **credentials):
        """The person whose name and password these are. The same answer, after the same work, for wrong, unknown and switched-off accounts."""
        name = credentials.get("username", "")
        attempt = Attempt(request, name)
        if not attempt.allowed:
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user is None:
            return None
        if not may_sign_in(user):
            record_failed_sign_in(name)
            return None
        attempt.succeeded()
        return user

    def pre_login(self, request, user, **kwargs):
        """Whatever the way in: a passkey or a single sign-on gives no rights either."""
        if not may_sign_in(user):
            clear_login(request)
            messages.error(request, self.error_messages["username_password_mismatch"])
            return redirect("account_login")
        if shown_elsewhere(request):
            record_authentication(request, user, method="mfa", type="sso-mfa")
        return None

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        remember_browser(response, user)
        return response

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        # That one is signed in, the desk shows.
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix, email, details):
        """In a thread: that an answer takes as long as a mail would say that there is an account."""
        message = self.render_mail(template_prefix, email, {"email": email, **details})
        Thread(target=message.send).start()


class SecretAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes encrypted, so that a copy of the database is not enough to sign in."""

    def is_mfa_enabled(self, user, types=None):
        """Not asked for again where the single sign-on asked for it."""
        return not shown_elsewhere(context.request) and super().is_mfa_enabled(user, types)

    def _cipher(self):
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = [hashlib.sha256(f"publishing.sign_in\n{key}".encode()).digest() for key in keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

    def encrypt(self, text):
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return self._cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()  # a key that is gone: no code is right; of "" everybody could compute them


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions):
        super().end_sessions(sessions)
        if sessions:
            record(AuditEvent.Action.SIGN_OUT, context.request.user, was=len(sessions))


class ForgottenPasswordForm(ResetPasswordForm):
    def clean_email(self):
        email = super().clean_email()
        self.users = single_sign_on.staff_at(email)
        return email


class CountedCode:
    """A form for a code, with the same delays as passwords; whoever gets here knows the password."""

    def clean_code(self):
        attempt = Attempt(context.request, f"second factor\n{self.user.get_username()}")
        if not attempt.allowed:
            raise ValidationError(TOO_SOON)
        code = super().clean_code()
        attempt.succeeded()
        return code


class CodeForm(CountedCode, AuthenticateForm):
    pass


class ConfirmingCodeForm(CountedCode, ReauthenticateForm):
    pass


class SignIn(LoginView):
    """The sign-in. Who is signed in, and is led here for want of a second factor, is led on to it."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if not may_sign_in(request.user):
                raise PermissionDenied(_("This account has no access to the desk."))
            if second_factor.is_missing(request):
                wanted = self.get_next_url() or settings.LOGIN_REDIRECT_URL
                return redirect(second_factor.address_to_show_it(request.user, wanted))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Log in"),
            carries_form=is_held(self.request, self.get_next_url() or ""),
            sso_name=settings.OIDC_NAME if single_sign_on.is_set() else "",
            reset_address=reverse("account_reset_password") if settings.MAIL_IS_SET else "",
            **kwargs,
        )
