"""Visits to addresses elsewhere: polite, bounded, and never into a private network.

Every host is looked up once per request, all that it resolves to is checked, and the connection goes to the address that was checked;
so neither a redirect nor a change of the name in between leads anywhere else. No proxy is used.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext as _

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 5
MOST_BYTES = 1024
REDIRECTS = {301, 302, 303, 307, 308}
# What says that nothing is there. Much else says only that a machine may not look: 401, 403, 429, 503.
GONE = {404, 410, 500, 502, 504, 520, 521, 522, 523, 525, 530}
KEPT = "/%:@!$&'()*+,;=~-._?"  # characters of an address that stay as they are
MOST_ADDRESSES = 3
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Outcome(Enum):
    GOOD = "good"
    FAILED = "failed"
    UNCLEAR = "unclear"  # it may be there, and a machine cannot tell


@dataclass(frozen=True)
class Visit:
    """What one visit found, with a few words about it."""

    outcome: Outcome
    finding: str


class RefusedError(Exception):
    """An address to which no visit is paid; the message says why."""


def is_public(text):
    """Whether an IP address belongs to the open internet: not private, loopback, link-local, multicast, reserved or a tunnel to such."""
    address = ipaddress.ip_address(text)
    if address.version == 6:
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            inner = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def host_of(url):
    """The host of an address; "" where it makes no sense."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def target_of(url):
    """(scheme, host, port, path) of an address that may be visited. Raises RefusedError."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:  # a UnicodeError is one
        raise RefusedError(_("not an address")) from None
    if parts.scheme not in PORTS or not host:
        raise RefusedError(_("not an http or https address"))
    if parts.username is not None or (port or PORTS[parts.scheme]) not in PORTS.values():
        raise RefusedError(_("an unusual port, or a name and password in the address"))
    asked = quote(parts.path or "/", safe=KEPT) + (f"?{quote(parts.query, safe=KEPT)}" if parts.query else "")
    return parts.scheme, host, port or PORTS[parts.scheme], asked


def look_up(host, port):
    """The IP addresses of a host, as text, the best first."""
    return list(dict.fromkeys(info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class _Pinned(http.client.HTTPConnection):
    """Connects to one of the IP addresses that were checked; the host's name is only said, never looked up again."""

    context = None

    def __init__(self, host, port, addresses, timeout):
        super().__init__(host, port, timeout=timeout)
        self.addresses = addresses

    def connect(self):
        *others, last = self.addresses
        for address in others:
            with suppress(OSError):
                self.sock = socket.create_connection((address, self.port), self.timeout)
                break
        else:
            self.sock = socket.create_connection((last, self.port), self.timeout)
        if self.context:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)


class _PinnedTLS(_Pinned):
    default_port = PORTS["https"]

    def __init__(self, *args):
        super().__init__(*args)
        self.context = ssl.create_default_context()


@contextmanager
def _at_most(seconds, connection):
    """Cuts a connection that takes longer in all: a server may send a byte at a time for ever."""

    def cut():
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


class Visitor:
    """Visits one address at a time, and no host more often than every `delay` seconds. timeout: for each wait; longest: for a request."""

    def __init__(self, user_agent, *, delay=2, timeout=10, longest=30, sleep=time.sleep, clock=time.monotonic):
        self.user_agent, self.delay, self.timeout, self.longest = user_agent, delay, timeout, longest
        self.sleep, self.clock = sleep, clock
        self.free_at = {}

    def wait_for(self, url):
        """Seconds until the address's host may be asked again."""
        return max(0, self.free_at.get(host_of(url), 0) - self.clock())

    def visit(self, url):
        """Visit an address; whatever it does, the answer is a Visit."""
        try:
            return self._follow(url)
        except RefusedError as error:
            return Visit(Outcome.UNCLEAR, str(error))
        except ssl.SSLCertVerificationError:
            return Visit(Outcome.UNCLEAR, _("its certificate is not trusted"))
        except socket.gaierror as error:
            # A resolver that does not answer says nothing about the address.
            outcome = Outcome.UNCLEAR if error.errno == socket.EAI_AGAIN else Outcome.FAILED
            return Visit(outcome, _("its host is not found"))
        except TimeoutError:
            return Visit(Outcome.FAILED, _("no answer in time"))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Visit(Outcome.FAILED, _("no answer: %(why)s") % {"why": type(error).__name__})

    def _follow(self, url):
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = self._answer(url)
            if status not in REDIRECTS or not location:
                return _judged(status)
            url = urljoin(url, location)
        return Visit(Outcome.FAILED, _("more than %(n)d redirects") % {"n": MOST_REDIRECTS})

    def _answer(self, url):
        """(status, Location or "") to HEAD or, as many servers know nothing but GET, to that."""
        with suppress(http.client.HTTPException, ConnectionError):
            status, location = self._ask("HEAD", url)
            if status < 400:
                return status, location
        return self._ask("GET", url)

    def _ask(self, method, url):
        """(status, Location or "") of one request."""
        scheme, host, port, path = target_of(url)
        pause = self.wait_for(url)
        if pause:
            self.sleep(pause)
        addresses = look_up(host, port)
        if not addresses or not all(is_public(address) for address in addresses):
            raise RefusedError(_("its host is in a private network"))
        connection = (_PinnedTLS if scheme == "https" else _Pinned)(
            host, port, addresses[:MOST_ADDRESSES], self.timeout
        )
        try:
            with _at_most(self.longest, connection):
                headers = {"User-Agent": self.user_agent, "Accept": "*/*", "Connection": "close"}
                connection.request(method, path, headers=headers)
                response = connection.getresponse()
                if method == "GET":
                    response.read(MOST_BYTES)
                return response.status, response.getheader("Location", "")
        finally:
            self.free_at[host_of(url)] = self.clock() + self.delay


def _judged(status):
    finding = _("answered %(status)d") % {"status": status}
    if 200 <= status < 300:
        return Visit(Outcome.GOOD, finding)
    return Visit(Outcome.FAILED if status in GONE else Outcome.UNCLEAR, finding)
