"""The addresses of sign-in, below the desk's. Only these of allauth's: it would let everybody make an account by default."""

from importlib.util import find_spec

from allauth.account import views
from django.conf import settings
from django.http import Http404
from django.urls import include, path, re_path
from django.utils.translation import gettext as _

from .sign_in import SignIn
from .single_sign_on import LIBRARIES

urlpatterns = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("password_change/", views.password_change, name="account_change_password"),
    path("security/confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("security/sessions/", include("allauth.usersessions.urls")),
    path("security/", include("allauth.mfa.urls")),
]


def where_mail_is_set(view):
    """The view, and no such page where no mail goes out."""

    def answer(request, **captured):
        if not settings.MAIL_IS_SET:
            raise Http404(_("There is no page at this address."))
        return view(request, **captured)

    return answer


urlpatterns += [
    path("password-reset/", where_mail_is_set(views.password_reset), name="account_reset_password"),
    path("password-reset/sent/", where_mail_is_set(views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password-reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        where_mail_is_set(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password-reset/done/",
        where_mail_is_set(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
if all(map(find_spec, LIBRARIES)):
    from . import openid

    urlpatterns += [
        path("sso/login/", openid.start, name="sso_login"),
        path("sso/callback/", openid.finish, name="sso_callback"),
    ]
