"""The page cache: a public page that was rendered once is answered from a compressed copy, before Django's own work (DESIGN section 7).

A copy is known by the release, the publication generation, the day, the address and the encoding. Each publication raises the generation in its own
transaction, so every reader sees it with the next request, whichever process or machine answers; nothing else has to be dropped.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import brotli
from django.conf import settings
from django.core.cache import caches
from django.db import Error, connection
from django.utils import timezone
from django.utils.http import http_date

from publishing.negotiation import wanted_form
from publishing.public import Generation

# The parameters that public pages read. Others reach neither the key nor the page, so that nobody fills the cache with copies of one page.
PARAMETERS = frozenset(
    [
        "a",
        "act",
        "b",
        "cause",
        "decade",
        "from",
        "kind",
        "narrower",
        "of",
        "on",
        "order",
        "page",
        "part",
        "p",
        "period",
        "q",
        "region",
        "scope",
        "section",
        "status",
        "to",
        "topic",
        "type",
        "version",
        "view",
        "year",
    ]
)
PRIVATE = ("/admin/", "/share/", "/media/", "/healthz", "/readyz", settings.STATIC_URL)
KEPT_TYPES = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
LARGEST = 4 * 1024 * 1024  # bytes of one page, uncompressed; more is rendered anew each time
LONGEST_ADDRESS = 2000
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Copy:
    """A rendered page. headers: [(name, value)] without those that are made anew; body: compressed as `encoding` says ("" for not at all)."""

    headers: list
    body: bytes
    encoding: str
    etag: str
    modified: int  # seconds since 1970

    @property
    def size(self):
        return len(self.body) + 1000  # with its headers and its place in the store


class Memory:
    """The copies of one process, at most so many bytes; those asked for least recently go first."""

    def __init__(self, most):
        self.most, self.size, self.copies, self.lock = most, 0, OrderedDict(), threading.Lock()

    def get(self, key):
        with self.lock:
            if key in self.copies:
                self.copies.move_to_end(key)
            return self.copies.get(key)

    def set(self, key, copy):
        with self.lock:
            before = self.copies.pop(key, None)
            self.size += copy.size - (before.size if before else 0)
            self.copies[key] = copy
            while self.size > self.most:
                _key, old = self.copies.popitem(last=False)
                self.size -= old.size


class Shared:
    """The copies of all processes and machines, in the cache of CACHE_URL. Without it, those of this process."""

    def __init__(self, memory):
        self.memory = memory

    def get(self, key):
        try:
            return caches["default"].get(key)
        except Exception:  # whatever the server's client raises, readers go on
            return self.memory.get(key)

    def set(self, key, copy):
        try:
            caches["default"].set(key, copy, DAY)
        except Exception:
            self.memory.set(key, copy)


@cache
def release():
    """A word that changes with the code and the templates, so that no copy outlives them."""
    total = hashlib.sha256()
    rooms = ("publishing", "topics", "actors", "articles", "defcoop_site", "templates", "static")
    for path in sorted(path for room in rooms for path in Path(settings.BASE_DIR / room).rglob("*") if path.is_file()):
        if path.suffix in (".py", ".html", ".css", ".js", ".mo"):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _encoding(accepted):
    """The best encoding that a client takes: "br", "gzip" or ""."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


def _compressed(body, encoding):
    if encoding == "br":
        return brotli.compress(body, quality=5)
    return gzip.compress(body, 6, mtime=0) if encoding == "gzip" else body


def known_query(query):
    """A query string of the known parameters alone, in order of their names."""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    return urlencode(sorted((pair for pair in pairs if pair[0] in PARAMETERS), key=lambda pair: pair[0]))


class PageCache:
    """A WSGI application before another one."""

    def __init__(self, application, megabytes):
        memory = Memory(megabytes * 1024 * 1024)
        is_shared = "redis" in settings.CACHES["default"]["BACKEND"].lower()
        self.application, self.store = application, Shared(memory) if is_shared else memory
        self.rendering, self.lock = {}, threading.Lock()
        self.generation = None  # the last that was read, for while the database is away

    def __call__(self, environ, start_response):
        if not self.is_public(environ):
            return self.application(environ, start_response)
        try:
            environ["QUERY_STRING"] = known_query(environ.get("QUERY_STRING", ""))
        except ValueError:  # more parameters than any page has: Django says so
            return self.application(environ, start_response)
        key = self.key(environ)
        copy = self.store.get(key)
        if copy is None:
            copy, ready = self.rendered_once(environ, key)
            if copy is None:
                return ready(start_response)
        return _answer(copy, environ, start_response)

    @staticmethod
    def is_public(environ):
        """Whether a copy may answer: a page for readers, asked for by nobody who is signed in."""
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ["PATH_INFO"].startswith(PRIVATE)
            and len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) < LONGEST_ADDRESS
            and f"{settings.SESSION_COOKIE_NAME}=" not in environ.get("HTTP_COOKIE", "")
            and not wanted_form(environ.get("HTTP_ACCEPT", ""))
        )

    def key(self, environ):
        try:
            if not connection.in_atomic_block:  # as ever but in a test
                connection.close_if_unusable_or_obsolete()
            # With its moment: a database that was brought back from a backup counts the same numbers again.
            self.generation = Generation.objects.values_list("number", "changed_at").filter(pk=1).first()
        except Error:
            pass  # readers go on with what the last known generation has
        parts = (
            release(),
            self.generation,
            timezone.localdate(),
            environ["wsgi.url_scheme"],
            environ.get("HTTP_X_FORWARDED_PROTO", ""),
            environ.get("HTTP_HOST", ""),
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        return "page:" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()

    def rendered_once(self, environ, key):
        """(copy, None), or (None, what answers) for a page that is not kept. Threads that ask for one page at a time wait for one rendering."""
        with self.lock:
            busy, users = self.rendering.get(key, (threading.Lock(), 0))
            self.rendering[key] = busy, users + 1
        try:
            with busy:
                copy = self.store.get(key)
                return (copy, None) if copy else self.rendered(environ, key)
        finally:
            with self.lock:
                busy, users = self.rendering[key]
                if users == 1:
                    del self.rendering[key]
                else:
                    self.rendering[key] = busy, users - 1

    def rendered(self, environ, key):
        status, headers, body = _run(self.application, environ)
        if not _may_be_kept(status, headers, body):
            return None, lambda start_response: _replay(status, headers, body, environ, start_response)
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        digest = hashlib.sha256(body).hexdigest()[:24]
        copy = Copy(
            headers=[(name, value) for name, value in headers if name.lower() not in MADE_ANEW],
            body=_compressed(body, encoding),
            encoding=encoding,
            etag=f'"{digest}{"-" + encoding if encoding else ""}"',
            modified=int(timezone.now().timestamp()),
        )
        self.store.set(key, copy)
        return copy, None


MADE_ANEW = ("content-length", "content-encoding", "etag", "last-modified", "cache-control", "vary")


def _run(application, environ):
    """(status, headers, body) of an application's whole answer to a GET without conditions."""
    asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
    asked["REQUEST_METHOD"] = "GET"
    answer = []
    parts = application(asked, lambda status, headers, exc_info=None: answer.extend((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return answer[0], answer[1], body


CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE", "HTTP_ACCEPT_ENCODING")


def _may_be_kept(status, headers, body):
    named = {name.lower(): value.lower() for name, value in headers}
    private = any(word in named.get("cache-control", "") for word in ("no-store", "private", "no-cache"))
    varies = {word.strip() for word in named.get("vary", "").split(",")} - {"", "accept-encoding", "accept"}
    return (
        status.startswith("200")
        and len(body) <= LARGEST
        and not private
        and not varies
        and "set-cookie" not in named
        and named.get("content-type", "").startswith(KEPT_TYPES)
    )


def _replay(status, headers, body, environ, start_response):
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _is_known(copy, environ):
    """Whether the client has this copy already (RFC 9110, 13.1.2 and 13.1.3)."""
    tags = environ.get("HTTP_IF_NONE_MATCH", "")
    if tags:
        return tags.strip() == "*" or copy.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
        return copy.modified <= since.timestamp()
    except (TypeError, ValueError, OverflowError):
        return False


def cache_control():
    """Browsers ask each time, and get 304; a CDN may be told to answer for some seconds by itself (PAGE_CDN_SECONDS)."""
    seconds = settings.PAGE_CDN_SECONDS
    return "public, max-age=0, must-revalidate" + (
        f", s-maxage={seconds}, stale-while-revalidate={seconds}" if seconds else ""
    )


def _answer(copy, environ, start_response):
    headers = [
        *copy.headers,
        ("Cache-Control", cache_control()),
        ("ETag", copy.etag),
        ("Last-Modified", http_date(copy.modified)),
        ("Vary", "Accept, Accept-Encoding"),
    ]
    if _is_known(copy, environ):
        start_response("304 Not Modified", [(name, value) for name, value in headers if name != "Content-Type"])
        return []
    if copy.encoding:
        headers.append(("Content-Encoding", copy.encoding))
    headers.append(("Content-Length", str(len(copy.body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [copy.body]
