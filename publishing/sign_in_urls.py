"""The addresses of sign-in, below the desk's. Only these of allauth's: it would let everybody make an account by default."""

from allauth.account import views
from django.conf import settings
from django.urls import include, path, re_path

from .sign_in import SignIn

urlpatterns = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("password_change/", views.password_change, name="account_change_password"),
    path("security/confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("security/sessions/", include("allauth.usersessions.urls")),
    path("security/", include("allauth.mfa.urls")),
]
if settings.MAIL_IS_SET:
    urlpatterns += [
        path("password-reset/", views.password_reset, name="account_reset_password"),
        path("password-reset/sent/", views.password_reset_done, name="account_reset_password_done"),
        re_path(
            r"^password-reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            views.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path("password-reset/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    ]
