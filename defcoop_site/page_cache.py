"""The page cache: a public page that was rendered once is answered from a compressed copy, before Django's own work (DESIGN section 7).

A copy is known by the release, the publication generation, the day, the address and the encoding. Each publication raises the generation in its own
transaction, so every reader sees it with the next request, whichever process or machine answers; nothing else has to be dropped.
"""

import hashlib
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.http import http_date

from publishing.languages import language_of
from publishing.negotiation import accepts, wanted_form

from .generations import NONE_YET, Current
from .page_compression import Compression
from .page_copies import LONGEST_TURN, Copy, Folder, Forgiving, Memory, Server
from .replicas import Replicas, reading_from

# The parameters that public pages read. Others reach neither the key nor the page, so that nobody fills the cache with copies of one page.
PARAMETERS = frozenset(
    [
        "a",
        "act",
        "activity",
        "actor",
        "agreement",
        "b",
        "cause",
        "confidence",
        "cursor",
        "decade",
        "fields",
        "force",
        "from",
        "kind",
        "limit",
        "narrower",
        "obligation",
        "of",
        "on",
        "order",
        "p",
        "page",
        "part",
        "party",
        "period",
        "q",
        "region",
        "role",
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
PRIVATE = ("/admin/", "/data/", "/share/", "/media/", "/healthz", "/readyz", settings.STATIC_URL)
KEPT_TYPES = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml", "image/png")
LARGEST = 4 * 1024 * 1024  # bytes of one page, uncompressed; more is rendered anew each time
LONGEST_ADDRESS = 2000
PAUSE = 0.02  # seconds between two looks for a page that another process renders
# What is not in the code and shows on pages or in their headers.
SHOWN_SETTINGS = (
    "CONTACT_EMAIL",
    "CONTENT_LICENCE",
    "CONTENT_SECURITY_POLICY",
    "LANGUAGES",
    "PERMISSIONS_POLICY",
    "SECURE_HSTS_SECONDS",
    "SEE_ALSO_AT_END",
    "SEE_ALSO_INLINE",
    "SEE_ALSO_LINK_BONUS",
    "TIME_ZONE",
)
RENDERED_EACH_TIME = Copy(
    [], b"", "", "", 0
)  # stands in the memory for a page that may not be kept, so that nobody waits for a turn


@cache
def release():
    """A word that changes with the code and the templates, so that no copy outlives them."""
    total = hashlib.sha256()
    rooms = ("publishing", "topics", "actors", "articles", "defcoop_site", "templates", "static")
    for path in sorted(path for room in rooms for path in Path(settings.BASE_DIR / room).rglob("*") if path.is_file()):
        if path.suffix in (".py", ".html", ".css", ".js", ".mo"):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


date_of = lru_cache(5000)(http_date)


@lru_cache(500)
def _is_usual_form(is_api, accept):
    """Whether such an Accept header is answered as everybody is: by a page with its page, by the API with JSON."""
    return accepts(accept, "application/json") if is_api else not wanted_form(accept)


@lru_cache(500)
def _encoding(accepted):
    """The best encoding that a client takes: "br", "gzip" or ""."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


def known_query(query):
    """A query string of the known parameters alone, in order of their names."""
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    return urlencode(sorted((pair for pair in pairs if pair[0] in PARAMETERS), key=lambda pair: pair[0]))


def shown_settings():
    """A word that changes with the settings that readers see."""
    values = [(name, getattr(settings, name, None)) for name in SHOWN_SETTINGS]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


class Day:
    """Which day it is in the site's time zone: as `timezone.localdate()`, worked out once a day."""

    def __init__(self):
        self.first = self.end = 0  # seconds since 1970

    def __call__(self):
        if not self.first <= time.time() < self.end:
            today = timezone.localdate()
            midnights = [datetime(day.year, day.month, day.day) for day in (today, today + timedelta(days=1))]  # noqa: DTZ001
            self.first, self.end = (timezone.make_aware(midnight).timestamp() for midnight in midnights)
            self.today = str(today)
        return self.today


def shared_store():
    """Where all processes keep their copies, None where each has only its own."""
    if settings.PAGE_CACHE_ALIAS:
        return Forgiving(Server(settings.PAGE_CACHE_ALIAS))
    if settings.PAGE_CACHE_FOLDER and settings.PAGE_CACHE_FOLDER_MB:
        return Forgiving(Folder(settings.PAGE_CACHE_FOLDER, settings.PAGE_CACHE_FOLDER_MB * 1024 * 1024))
    return None


class PageCache:
    """A WSGI application before another one."""

    def __init__(self, application, megabytes):
        self.application, self.memory, self.shared = application, Memory(megabytes * 1024 * 1024), shared_store()
        self.compression = Compression(self.memory, self.shared)
        self.generation, self.day = Current(self.shared), Day()
        self.replicas = Replicas([alias for alias in settings.DATABASES if alias != "default"])
        self.cookie = f"{settings.SESSION_COOKIE_NAME}="
        self.seconds, self.shown = settings.PAGE_CDN_SECONDS, shown_settings()
        self.control = ("Cache-Control", cache_control(self.seconds))
        self.rendering, self.lock = {}, threading.Lock()

    def __call__(self, environ, start_response):
        if not self.is_public(environ):
            return self.application(environ, start_response)
        try:
            environ["QUERY_STRING"] = known_query(environ.get("QUERY_STRING", ""))
        except ValueError:  # more parameters than any page has: Django says so
            return self.application(environ, start_response)
        generation, primary_answers = self.generation.read()
        if generation == NONE_YET:  # nothing was ever published, and nothing says when that changes
            return self.application(environ, start_response)
        page = self.page(environ)
        key = (generation, *page)
        copy = self.memory.get(key)
        if copy is None:
            copy, ready = self.found_or_rendered(environ, page, generation, primary_answers)
            if copy is None:
                return ready(start_response)
        elif copy is RENDERED_EACH_TIME:
            with reading_from(self.replicas.choose(generation, primary_answers)[0]):
                return self.application(environ, start_response)
        elif copy.is_quick:
            self.compression.improve(key, self.name(key), copy)
        return self.answer(copy, environ, start_response)

    def is_public(self, environ):
        """Whether a copy may answer: a page for readers, asked for by nobody who is signed in."""
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ["PATH_INFO"].startswith(PRIVATE)
            and len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) < LONGEST_ADDRESS
            and self.cookie not in environ.get("HTTP_COOKIE", "")
            and _is_usual_form(environ["PATH_INFO"].startswith("/api/v1/"), environ.get("HTTP_ACCEPT", ""))
        )

    def page(self, environ):
        """What tells one page's copies from another's, beside the generation."""
        return (
            self.day(),
            environ["wsgi.url_scheme"],
            environ.get("HTTP_X_FORWARDED_PROTO", ""),
            environ.get("HTTP_HOST", ""),
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )

    def found_or_rendered(self, environ, page, generation, primary_answers):
        """(copy, None), or (None, what answers) for a page that is not kept."""
        database, generation = self.replicas.choose(generation, primary_answers)
        key = (generation, *page)
        with self.turn_of_thread(key):
            copy = self.memory.get(key)
            if copy is None:
                with reading_from(database):
                    return self.shared_or_rendered(environ, key, database)
        if copy is RENDERED_EACH_TIME:
            return None, lambda start_response: self.application(environ, start_response)
        return copy, None

    @contextmanager
    def turn_of_thread(self, key):
        """Threads that ask for one page at a time wait for one rendering, but not for ever."""
        with self.lock:
            busy, users = self.rendering.get(key, (threading.Lock(), 0))
            self.rendering[key] = busy, users + 1
        is_mine = busy.acquire(timeout=LONGEST_TURN)
        try:
            yield
        finally:
            if is_mine:
                busy.release()
            with self.lock:
                busy, users = self.rendering[key]
                if users == 1:
                    del self.rendering[key]
                else:
                    self.rendering[key] = busy, users - 1

    def shared_or_rendered(self, environ, key, database):
        """As found_or_rendered: processes and machines that ask for one page at a time wait for one rendering too."""
        if self.shared is None:
            return self.rendered(environ, key, None, database)
        name = self.name(key)
        until = time.monotonic() + LONGEST_TURN
        turn = None
        while not turn and time.monotonic() < until:
            copy = self.shared.get(name)
            if copy:
                self.memory.set(key, copy)
                return copy, None
            turn = self.shared.claim(name)
            if not turn:
                time.sleep(PAUSE)
        try:
            copy = self.shared.get(name)  # another may have finished between the look and the claim
            if copy:
                self.memory.set(key, copy)
                return copy, None
            return self.rendered(environ, key, name, database)
        finally:
            if turn:
                self.shared.release(name, turn)

    def name(self, key):
        """Under which the shared store keeps a page."""
        return hashlib.sha256("\n".join(map(str, (release(), self.shown, *key))).encode()).hexdigest()

    def rendered(self, environ, key, name, database):
        status, headers, body = _run(self.application, environ)
        if status.startswith("5") and database != "default":
            self.replicas.rest(database)
            with reading_from("default"):
                status, headers, body = _run(self.application, environ)
        if not _may_be_kept(status, headers, body):
            if not status.startswith("5"):
                self.memory.set(key, RENDERED_EACH_TIME)
            return None, lambda start_response: _replay(status, headers, body, environ, start_response)
        copy = self.compression.copy(headers, body, _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        self.memory.set(key, copy)
        if self.shared:
            self.shared.set(name, copy)
        return copy, None

    def answer(self, copy, environ, start_response):
        validators = [self.control, ("ETag", copy.etag), ("Vary", "Accept, Accept-Encoding")]
        # Within the second of its making, another page may get the same date: nobody is given it to ask by (RFC 9110, 8.8.2.2).
        if time.time() >= copy.modified + 1:
            validators.append(("Last-Modified", date_of(copy.modified)))
        if _is_known(copy, environ):
            start_response("304 Not Modified", validators)
            return []
        if self.seconds:
            validators += surrogate_keys(environ["PATH_INFO"])
        start_response("200 OK", copy.headers + validators)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [copy.body]


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


def cache_control(seconds):
    """Browsers ask each time, and get 304; a CDN may be told to answer for some seconds by itself (PAGE_CDN_SECONDS)."""
    return "public, max-age=0, must-revalidate" + (
        f", s-maxage={seconds}, stale-while-revalidate={seconds}" if seconds else ""
    )


def surrogate_keys(path):
    """The names by which a CDN is told to forget pages: `pages` is every page, and the second the pages of a section."""
    parts = path.split("/")[1 if language_of(path) == settings.LANGUAGE_CODE else 2 :]
    section = (parts and parts[0]) or "home"
    return [("Surrogate-Key", f"pages {section}"), ("Cache-Tag", f"pages,{section}")]
