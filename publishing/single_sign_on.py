"""Single sign-on by OpenID Connect: which account it signs in, and what it proves. It makes none. How it speaks to the provider: `openid`."""

import hashlib
from importlib.util import find_spec
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.checks import Error
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent, record, record_failed_sign_in

NEEDED = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
LIBRARIES = ("requests", "jwt")
# How a provider says that it asked for a second factor: RFC 8176 in `amr`; in `acr` the Identity Assurance profile, OpenID's phishing-resistant ones, PAPE.
MFA_AMR = {"mfa"}
MFA_ACR = {
    "https://refeds.org/profile/mfa",
    "phr",
    "phrh",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
}

NO_ACCOUNT = gettext_lazy(
    "No account of this desk goes with what the single sign-on says of you. Ask an administrator to write the e-mail address that you have there into your account."
)
UNVERIFIED = gettext_lazy("The single sign-on does not say that it verified your e-mail address. Ask those who run it.")
FAILED = gettext_lazy("The single sign-on did not work. Try again; if it fails again, sign in with your password.")
CANCELLED = gettext_lazy("The single sign-on was cancelled.")


def is_set():
    return all(getattr(settings, name) for name in NEEDED)


def issuer():
    return settings.OIDC_SERVER_URL.rstrip("/")


def _provider_id():
    """Another issuer has other people under the same numbers: an account that is tied to one is tied to no other."""
    return f"oidc-{hashlib.sha256(issuer().encode()).hexdigest()[:24]}"


def refuse(request, said):
    """Back to the sign-in, with a reason."""
    messages.error(request, said)
    return redirect("account_login")


def says_second_factor(claims):
    """Whether the provider asked for a second factor itself. claims: of the ID token, whose signature was checked."""
    ways, level = claims.get("amr", []), claims.get("acr", "")
    ways = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
    return bool(ways & MFA_AMR) or level in (MFA_ACR | set(settings.OIDC_MFA_ACR))


def links_of(user):
    """The person's ties to providers of single sign-on."""
    return SocialAccount.objects.filter(user=user)


def staff_at(email):
    """The people who may sign in and whose account has this address now, whatever addresses allauth remembers of them."""
    people = get_user_model().objects.filter(email__iexact=email, is_active=True, is_staff=True)
    # A database may count letters as equal that are not: ſ and s, or the dotless i.
    return [person for person in people if person.email.lower() == email.lower()]


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """One provider, named in the settings. Nobody gets an account by it."""

    def list_apps(self, request, provider=None, client_id=None):
        if not is_set():
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=_provider_id(),
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={"server_url": issuer(), "oauth_pkce_enabled": True},
            )
        ]

    def is_open_for_signup(self, request, sociallogin):
        return False

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        raise ImmediateHttpResponse(refuse(request, CANCELLED if error == "cancelled" else FAILED))

    def pre_social_login(self, request, sociallogin):
        """Find the account: by the tie to this very person at the provider, or else by a verified address that one account alone has."""
        if sociallogin.is_existing:
            if not (sociallogin.user.is_active and sociallogin.user.is_staff):
                self._refuse(request, sociallogin.user.get_username(), NO_ACCOUNT)
        else:
            self._tie(request, sociallogin)
        request.second_factor_elsewhere = says_second_factor(sociallogin.claims)

    def _tie(self, request, sociallogin):
        address = next(iter(sociallogin.email_addresses), None)
        if address is None or not address.verified:
            self._refuse(request, address.email if address else "", UNVERIFIED)
        people = staff_at(address.email)
        if len(people) != 1 or links_of(people[0]).filter(provider=sociallogin.account.provider).exists():
            self._refuse(request, address.email, NO_ACCOUNT)
        sociallogin.connect(request, people[0])
        record(AuditEvent.Action.SINGLE_SIGN_ON, people[0], became=address.email)

    @staticmethod
    def _refuse(request, name, said):
        record_failed_sign_in(_("%(name)s, by single sign-on") % {"name": name})
        raise ImmediateHttpResponse(refuse(request, said))


def check_settings(app_configs, **kwargs):
    """What is wrong with the settings of the single sign-on."""
    missing = [name for name in NEEDED if not getattr(settings, name)]
    if len(missing) == len(NEEDED):
        return []
    found = []
    if missing:
        found.append(
            Error(
                f"The single sign-on is set by half: {', '.join(missing)} is missing, so it is off.",
                hint="Set it, or take the other OIDC_ settings away.",
                id="publishing.E010",
            )
        )
    address = urlsplit(settings.OIDC_SERVER_URL)
    if address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1", None):
        found.append(
            Error(
                "OIDC_SERVER_URL is not an https address: whoever is between could sign in as anybody.",
                id="publishing.E011",
            )
        )
    if not all(find_spec(name) for name in LIBRARIES):
        found.append(
            Error(
                "The single sign-on needs libraries that are not installed.",
                hint="Install requirements/prod.txt, or the extra `sso`.",
                id="publishing.E012",
            )
        )
    return found
