"""Who must sign in with a second factor, from when on, and whether a session did."""

import math
import time
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

UNTIL = "second_factor_until"  # in the session: until when it may do without, in seconds since 1970
RIGHTS = ("publishing.publish_entry", "auth.change_user")


class SecondFactorAsked(models.Model):
    """When somebody who has to have a second factor was first asked for one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.user}, {self.asked_at:%Y-%m-%d}"


def must_have(user):
    """Whether somebody can do what readers see, or give rights: publishers and administrators, whatever their groups are called."""
    return any(user.has_perm(right) for right in RIGHTS)


def was_used_by(request, user):
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def was_used(request):
    """Whether this very session began, or was confirmed, with a second factor. That somebody owns one proves nothing."""
    return was_used_by(request, request.user)


def has_one(user):
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def is_missing(request):
    """Whether the session may not use the desk before it shows a second factor."""
    if was_used(request) or not must_have(request.user):
        return False
    until = request.session.get(UNTIL)
    return until is not None and time.time() >= until


def days_left(request):
    """Days until the session needs a second factor, those begun included; None where it does not, or has shown one."""
    until = request.session.get(UNTIL)
    if until is None or was_used(request) or not must_have(request.user):
        return None
    return max(0, math.ceil((until - time.time()) / 86_400))


def address_to_show_it(user, next_address):
    """Where somebody proves or gets a second factor, and goes on from there."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        name = "mfa_reauthenticate"
    elif Authenticator.Type.WEBAUTHN in kinds:
        name = "mfa_reauthenticate_webauthn"
    else:
        name = "mfa_index"
    return f"{reverse(name)}?{urlencode({'next': next_address})}"


def _note_until(sender, request, user, **_kwargs):
    """The grace runs from the first sign-in for which a second factor would have been needed."""
    if was_used_by(request, user) or not must_have(user):
        return
    asked, _created = SecondFactorAsked.objects.get_or_create(user=user)
    until = timezone.now() if has_one(user) else asked.asked_at + timedelta(days=settings.SECOND_FACTOR_DAYS)
    request.session[UNTIL] = until.timestamp()


def _count_as_used(sender, request, user, authenticator, **_kwargs):
    """Setting one up proves it as well as using it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)


def connect():
    """Called once, when the app starts."""
    user_logged_in.connect(_note_until, dispatch_uid="second-factor-until")
    authenticator_added.connect(_count_as_used, dispatch_uid="second-factor-added")
