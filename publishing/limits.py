"""How often one visitor may do a thing. Counts are kept in the cache of CACHE_URL, for no longer than they count; addresses are not kept at all.

A window of time begins at a full multiple of its length, so that all processes and machines agree on it without a word.
"""

import hmac
import ipaddress
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches


@dataclass(frozen=True)
class Taken:
    """What came of asking. limit, remaining: times; reset: whole seconds until the count begins anew."""

    allowed: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self):
        """What tells a client how it stands, by name, as in the drafts of the IETF before they were one field."""
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return headers if self.allowed else {**headers, "Retry-After": str(self.reset)}


@dataclass(frozen=True)
class Limit:
    """At most `count` times in `seconds` for each visitor. name: what is counted, one word of its own."""

    name: str
    count: int
    seconds: int

    def take(self, request):
        """Count this request. Returns Taken. Where the cache does not answer, everybody may: readers go on."""
        now = time.time()
        window = int(now // self.seconds)
        used = _count(f"limit:{self.name}:{_visitor(request, self.name, window)}", self.seconds)
        return Taken(
            allowed=used <= self.count,
            limit=self.count,
            remaining=max(0, self.count - used),
            reset=max(1, int((window + 1) * self.seconds - now)),
        )


def _count(key, seconds):
    try:
        cache = caches["default"]
        cache.add(key, 0, seconds)
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        return 1
    except Exception:  # whatever the client of the cache raises
        return 0


def _visitor(request, name, window):
    """A word for where a request comes from that nobody can turn back into an address, and another one in the next window."""
    words = f"{name}\n{window}\n{network(client_address(request))}"
    return hmac.new(settings.SECRET_KEY.encode(), words.encode(), "sha256").hexdigest()[:32]


def client_address(request):
    """The address that a request came from, as text: the proxy's word for it behind one (BEHIND_PROXY), as any other is the client's own."""
    if settings.BEHIND_PROXY:
        return request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")


def network(address):
    """Who counts as one visitor: an IPv4 address, or the 64 bits of an IPv6 address that a household gets. Anything else is itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
