"""Single sign-on's talk with the provider: OpenID Connect's code flow by django-allauth, with what it leaves out.

That is: the nonce, the signature of each ID token (allauth takes one that it fetched itself without), the issuer's own name in its document (RFC 8414)
and in its answer (RFC 9207), and the person of `userinfo` being the token's. Needs the extra `sso`.
"""

import hashlib

import jwt
import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from .single_sign_on import FAILED, SingleSignOnAdapter, is_set, issuer, refuse

SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
# What a provider that answers nonsense may raise on the way, beside what allauth expects.
NONSENSE = (requests.RequestException, OAuth2Error, jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError)


def nonce_of(state):
    """The nonce that goes with a state, which the session holds and the browser brings back."""
    return hashlib.sha256(f"nonce\n{state}".encode()).hexdigest()


class Client(OAuth2Client):
    def get_redirect_url(self, authorization_url, scope, extra_params):
        return super().get_redirect_url(authorization_url, scope, {**extra_params, "nonce": nonce_of(self.state)})


class Adapter(OpenIDConnectOAuth2Adapter):
    client_class = Client

    @property
    def openid_config(self):
        found = super().openid_config
        if found["issuer"].rstrip("/") != issuer():
            raise OAuth2Error("the provider has another name than OIDC_SERVER_URL")
        return found

    def get_callback_url(self, request, app):
        return build_absolute_uri(request, reverse("sso_callback"))

    def complete_login(self, request, app, token, **kwargs):
        claims = self._claims(app, kwargs["response"]["id_token"])
        if claims.get("nonce") != nonce_of(request.GET["state"]):
            raise OAuth2Error("the ID token is for another sign-in")
        if "email" not in claims:
            claims |= self._address(token, claims["sub"])
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims = claims
        return login

    def _claims(self, app, id_token):
        """What an ID token says, once its signature, issuer, audience and time are found right."""
        if jwt.get_unverified_header(id_token).get("alg") not in SIGNATURES:
            raise OAuth2Error("the ID token is not signed by a key pair")
        self.did_fetch_access_token = False  # else allauth does not look at the signature
        claims = self._decode_id_token(app, id_token)
        if claims.get("azp", app.client_id) != app.client_id or "exp" not in claims:
            raise OAuth2Error("the ID token is for somebody else, or for ever")
        return claims

    def _address(self, token, subject):
        told = self._fetch_user_info(token.token)
        if told["sub"] != subject:
            raise OAuth2Error("userinfo is about another person")
        return {name: told[name] for name in ("email", "email_verified") if name in told}


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Adapter

    def extract_extra_data(self, data):
        return {}  # of a person there is kept what signs them in, and nothing else


registry.register(Provider)


def fault_of_provider():
    """Why the provider cannot be asked now, in a sentence; "" where it can."""
    adapter = SingleSignOnAdapter()
    try:
        with adapter.get_requests_session() as session:
            answer = session.get(f"{issuer()}/.well-known/openid-configuration")
            answer.raise_for_status()
            name = answer.json()["issuer"]
    except NONSENSE as error:
        return _("%(address)s does not answer as it should (%(error)s).") % {"address": issuer(), "error": error}
    if name.rstrip("/") != issuer():
        said = _("%(address)s calls itself %(name)s. Write that name in OIDC_SERVER_URL.")
        return said % {"address": issuer(), "name": name}
    return ""


def _provider(request):
    if not is_set():
        raise Http404(_("There is no page at this address."))
    return SingleSignOnAdapter(request).get_provider(request, "openid_connect")


@never_cache
@require_POST
def start(request):
    """Lead the browser to the provider, by a page of our own: the content policy lets no form lead to another site, by a redirect neither."""
    provider, wanted = _provider(request), request.POST.get("next", "")
    if not get_account_adapter(request).is_safe_url(wanted):
        wanted = ""
    try:
        answer = provider.redirect(request, AuthProcess.LOGIN, next_url=wanted)
    except NONSENSE:
        return refuse(request, FAILED)
    return render(request, "account/sso_leaving.html", {"address": answer.url, "name": settings.OIDC_NAME})


@never_cache
@require_GET
def finish(request):
    """The provider's answer, brought back by the browser that was sent there and by no other: its session holds the state."""
    provider = _provider(request)
    if request.GET.get("iss", issuer()).rstrip("/") != issuer():
        return refuse(request, FAILED)
    try:
        return OAuth2CallbackView.adapter_view(Adapter(request, provider.app.provider_id))(request)
    except NONSENSE:
        return refuse(request, FAILED)
