"""How long whoever guesses passwords has to wait, and how the person whose account it is gets in meanwhile.

Failures are counted three times: for a visitor, for a visitor at one account, and for an account. Each failure beyond the free ones doubles the wait, up to
a bound; an attempt that comes too early is refused unread and counts for nothing. A browser in which somebody has signed in fully before is known: it carries
a signed cookie, has a count of its own for that account, and no stranger's failures keep it out. decisions/0026-delays-not-locks.md.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.utils import timezone

from .limits import client_address, network

FORGOTTEN_AFTER = timedelta(days=1)
COOKIE = "known"
COOKIE_AGE = timedelta(days=365)
COOKIE_PATH = "/admin/"
_SALT = "publishing.delays.known"


@dataclass(frozen=True)
class Count:
    """What is counted: `free` failures cost nothing, then the wait doubles from 2 seconds up to `longest` seconds."""

    name: str
    free: int
    longest: int

    def wait(self, failures):
        """How long the next attempt has to wait after so many failures."""
        beyond = failures - self.free
        return timedelta(seconds=min(self.longest, 2 ** min(beyond, 20)) if beyond > 0 else 0)


BROWSER = Count("browser", free=10, longest=15 * 60)
PAIR = Count("pair", free=10, longest=15 * 60)
VISITOR = Count("visitor", free=30, longest=15 * 60)
# Short, as a stranger can fill it for somebody else: guessing from everywhere at once comes to 1440 attempts a day at most.
ACCOUNT = Count("account", free=30, longest=60)


class SignInDelay(models.Model):
    """Failures of one count. `key` is a keyed digest: neither names nor addresses can be read from it."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()
    until = models.DateTimeField()  # no attempt is read before

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.failures} failures"


class Attempt:
    """One attempt to prove who one is. It counts as failed from the start, so that many at once are counted too."""

    def __init__(self, request, account):
        """account: what is guessed at: a user name as typed, or a second factor."""
        account = account.casefold()
        visitor = network(client_address(request))
        known = known_browser(request, account)
        if known:
            self._counts = {_key(BROWSER, known, account): BROWSER}
        else:
            self._counts = {
                _key(PAIR, visitor, account): PAIR,
                _key(VISITOR, visitor): VISITOR,
                _key(ACCOUNT, account): ACCOUNT,
            }
        self.allowed = self._take(timezone.now())

    def _take(self, now):
        rows = SignInDelay.objects.filter(key__in=self._counts)
        if rows.filter(until__gt=now).exists():
            return False
        blank = [SignInDelay(key=key, failed_at=now, until=now) for key in self._counts]
        SignInDelay.objects.bulk_create(blank, ignore_conflicts=True)
        with transaction.atomic():
            locked = list(rows.select_for_update().order_by("key"))
            if any(row.until > now for row in locked):  # somebody was faster
                return False
            for row in locked:
                row.failures = 1 if row.failed_at < now - FORGOTTEN_AFTER else row.failures + 1
                row.failed_at, row.until = now, now + self._counts[row.key].wait(row.failures)
                row.save()
        return True

    def succeeded(self):
        """Take the failure back. The visitor's earlier ones stay: who has an account of their own must not guess at others for free."""
        spent = [key for key, count in self._counts.items() if count is VISITOR]
        SignInDelay.objects.filter(key__in=self._counts).exclude(key__in=spent).delete()
        SignInDelay.objects.filter(key__in=spent).update(failures=models.F("failures") - 1, until=timezone.now())


def _key(count, *words):
    text = "\n".join([count.name, *words])
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), "sha256").hexdigest()


def drop_expired(now):
    """Forget failures of long ago."""
    SignInDelay.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()


# --- Known browsers ----------------------------------------------------------------------------------------------------------


def known_browser(request, account):
    """The word of a browser in which this account signed in before; "" for any other."""
    try:
        name, word = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return word if name == account.rpartition("\n")[2] else ""


def remember_browser(response, user):
    """Have the browser known from now on."""
    name = user.get_username().casefold()
    response.set_cookie(
        COOKIE,
        signing.dumps([name, secrets.token_urlsafe(12)], salt=_SALT),
        max_age=COOKIE_AGE,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
