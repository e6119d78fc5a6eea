"""The page cache: the same bytes as without it, seen anew after each publication, and never for what is not public."""

import gzip
import io
import json
import tempfile
import threading
import time
from datetime import timedelta
from unittest import mock

import brotli
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from defcoop_site import generations
from defcoop_site.api.limiting import LimitedApi
from defcoop_site.api.site import openapi
from defcoop_site.factories import make_agreement, make_article, publish_now
from defcoop_site.page_cache import PARAMETERS, PageCache
from publishing import lists
from publishing.public import Generation
from publishing.publication import publish
from publishing.snapshots import take_snapshot

PAGE = "/articles/page/"


class Counting:
    """An application before which the cache stands: how often it was asked, and the query it was asked with."""

    def __init__(self, application):
        self.application, self.asked = application, []

    def __call__(self, environ, start_response):
        self.asked.append(environ.get("QUERY_STRING", ""))
        return self.application(environ, start_response)


def ask(application, address, method="GET", **headers):
    """(status, {header: value}, body)"""
    path, _, query = address.partition("?")
    environ = RequestFactory().generic(method, path, QUERY_STRING=query, HTTP_HOST="testserver", **headers).environ
    environ["wsgi.input"] = io.BytesIO()
    answer = []
    parts = application(environ, lambda status, headers, exc_info=None: answer.extend((status, headers)))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return int(answer[0][:3]), {name.lower(): value for name, value in answer[1]}, body


def timeless(answer):
    """An answer of ask() without its Last-Modified, which no copy has in its first second."""
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name != "last-modified"}, body


def keep_pages_for_this_test(test):
    """An empty store of the kind that the run has: Redis, or a folder."""
    caches["default"].clear()
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    here = override_settings(PAGE_CACHE_FOLDER=folder.name)
    here.enable()
    test.addCleanup(here.disable)


def a_second_later(test):
    later = time_machine.travel(time.time() + 1)
    later.start()
    test.addCleanup(later.stop)


class CacheTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = publish_now(make_article(title="First words", slug="page"))

    def setUp(self):
        # A whole request would end by closing the test's own connection.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        keep_pages_for_this_test(self)
        self.inner = Counting(WSGIHandler())
        self.cached = PageCache(self.inner, 1)


class PageCacheTests(CacheTestCase):
    def test_second_reader_gets_the_same_bytes_with_one_query_and_no_rendering(self):
        first = ask(self.cached, PAGE)

        with self.assertNumQueries(0), mock.patch("defcoop_site.generations.ask", wraps=generations.ask) as asked:
            second = ask(self.cached, PAGE)

        self.assertEqual((first[0], len(self.inner.asked), asked.call_count), (200, 1, 1))
        self.assertEqual(timeless(first), timeless(second))
        self.assertEqual(first[2], ask(WSGIHandler(), PAGE)[2])
        self.assertEqual(first[1]["content-security-policy"], ask(WSGIHandler(), PAGE)[1]["content-security-policy"])

    def test_every_encoding_holds_the_same_page(self):
        plain = ask(self.cached, PAGE)[2]
        for accepted, encoding, read in (
            ("gzip, deflate, br", "br", brotli.decompress),
            ("gzip", "gzip", gzip.decompress),
            ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ):
            with self.subTest(accepted):
                status, headers, body = ask(self.cached, PAGE, HTTP_ACCEPT_ENCODING=accepted)

                self.assertEqual((status, headers["content-encoding"]), (200, encoding))
                self.assertEqual(read(body), plain)
                self.assertEqual(headers["content-length"], str(len(body)))
                self.assertIn("Accept-Encoding", headers["vary"])

    def test_publication_shows_with_the_next_request_and_a_draft_never(self):
        before = ask(self.cached, PAGE)[2]
        Article.objects.update(title="Other words")
        draft = take_snapshot(Article.objects.get())
        self.assertEqual(ask(self.cached, PAGE)[2], before)

        publish(draft, note="Words.")

        self.assertIn("Other words", ask(self.cached, PAGE)[2].decode())

    def test_client_that_has_the_page_is_told_so(self):
        ask(self.cached, PAGE)
        a_second_later(self)
        _status, headers, body = ask(self.cached, PAGE)

        for condition in (
            {"HTTP_IF_NONE_MATCH": headers["etag"]},
            {"HTTP_IF_NONE_MATCH": f'"x", W/{headers["etag"]}'},
            {"HTTP_IF_NONE_MATCH": "*"},
            {"HTTP_IF_MODIFIED_SINCE": headers["last-modified"]},
        ):
            with self.subTest(condition):
                status, answered, nothing = ask(self.cached, PAGE, **condition)
                self.assertEqual((status, nothing, answered["etag"]), (304, b"", headers["etag"]))
        for condition in (
            {"HTTP_IF_NONE_MATCH": '"x"', "HTTP_IF_MODIFIED_SINCE": headers["last-modified"]},
            {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 1970 00:00:00 GMT"},
            {"HTTP_IF_MODIFIED_SINCE": "nonsense"},
        ):
            with self.subTest(condition):
                self.assertEqual(ask(self.cached, PAGE, **condition)[::2], (200, body))
        self.assertEqual(len(self.inner.asked), 1)

    def test_nobody_can_ask_by_a_date_that_two_pages_may_share(self):
        moment = timezone.now().replace(hour=12, microsecond=200_000)
        with time_machine.travel(moment, tick=False) as clock:
            first = ask(self.cached, PAGE)
            Article.objects.update(title="Other words")
            publish(take_snapshot(Article.objects.get()), note="Words.")
            second = ask(self.cached, PAGE)
            clock.shift(1)
            third = ask(self.cached, PAGE)

        self.assertEqual(
            [("last-modified" in headers) for _, headers, _ in (first, second, third)], [False, False, True]
        )

    def test_304_has_the_headers_that_update_a_copy_and_no_others(self):
        _status, headers, _body = ask(self.cached, PAGE)

        status, answered, _nothing = ask(self.cached, PAGE, HTTP_IF_NONE_MATCH=headers["etag"])

        self.assertEqual(status, 304)
        self.assertEqual(answered, {name: headers[name] for name in ("cache-control", "etag", "vary")})

    def test_head_has_the_headers_of_get_and_no_body(self):
        _status, headers, _body = timeless(ask(self.cached, PAGE))

        self.assertEqual(timeless(ask(self.cached, PAGE, "HEAD")), (200, headers, b""))

    def test_unknown_parameters_reach_neither_the_page_nor_the_key(self):
        plain = timeless(ask(self.cached, "/articles/?order=revised"))
        others = [f"/articles/?utm_{number}=x&order=revised&%3Cb%3E=1" for number in range(5)]

        self.assertTrue(all(timeless(ask(self.cached, address)) == plain for address in others))
        self.assertEqual(self.inner.asked, ["order=revised"])

    def test_every_filter_of_a_public_list_is_a_known_parameter(self):
        def forms(form):
            return [form, *(below for child in form.__subclasses__() for below in forms(child))]

        ask(self.cached, "/agreements/")  # imports the views with their forms
        fields = {name for form in forms(lists.FilterForm) for name in form.base_fields}
        asked = [parameter for path in openapi()["paths"].values() for parameter in path["get"]["parameters"]]

        self.assertLessEqual(fields, PARAMETERS)
        self.assertLessEqual({each["name"] for each in asked if each["in"] == "query"}, PARAMETERS)

    def test_what_is_not_public_is_never_answered_from_a_copy(self):
        ask(self.cached, PAGE)
        for address, headers in (
            (PAGE, {"HTTP_COOKIE": "a=b; sessionid=x"}),
            (PAGE, {"HTTP_ACCEPT": "application/json"}),
            ("/admin/login/", {}),
            ("/healthz", {}),
            ("/readyz", {}),
            ("/share/nothing/", {}),
            ("/nothing/", {}),
            ("/articles/?" + "&".join(["page=1"] * 300), {}),
        ):
            with self.subTest(address=address, **headers):
                asked = len(self.inner.asked)
                for _ in range(2):
                    ask(self.cached, address, **headers)
                self.assertEqual(len(self.inner.asked), asked + 2)
        self.assertIn(ask(self.cached, PAGE, "POST")[0], (403, 405))

    def test_next_day_renders_anew_as_pages_speak_of_today(self):
        publish_now(make_agreement(slug="pact"))
        ask(self.cached, "/agreements/pact/")

        with time_machine.travel(timezone.now() + timedelta(days=1)):
            ask(self.cached, "/agreements/pact/")

        self.assertEqual(len(self.inner.asked), 2)

    def test_readers_keep_their_pages_while_the_database_is_away(self):
        page = timeless(ask(self.cached, PAGE))

        with mock.patch("defcoop_site.generations.ask", side_effect=OperationalError):
            self.assertEqual(timeless(ask(self.cached, PAGE)), page)
        self.assertEqual(len(self.inner.asked), 1)

    def test_process_that_starts_while_the_database_is_away_has_the_kept_pages_too(self):
        page = timeless(ask(self.cached, PAGE))

        with mock.patch("defcoop_site.generations.ask", side_effect=OperationalError):
            self.assertEqual(timeless(ask(PageCache(self.inner, 1), PAGE)), page)
        self.assertEqual(len(self.inner.asked), 1)

    def test_cdn_is_told_what_the_setting_says(self):
        _status, headers, _body = ask(self.cached, PAGE)
        self.assertEqual(headers["cache-control"], "public, max-age=0, must-revalidate")
        self.assertNotIn("surrogate-key", headers)

        with self.settings(PAGE_CDN_SECONDS=30):
            cached = PageCache(self.inner, 1)
            for address, section in ((PAGE, "articles"), (f"/fr{PAGE}", "articles"), ("/", "home"), ("/fr/", "home")):
                headers = ask(cached, address)[1]
                self.assertIn("s-maxage=30, stale-while-revalidate=30", headers["cache-control"])
                self.assertEqual(headers["surrogate-key"], f"pages {section}")
                self.assertEqual(headers["cache-tag"], f"pages,{section}")

    def test_reader_is_asked_for_no_session_and_no_account(self):
        with CaptureQueriesContext(connection) as captured:
            ask(self.cached, PAGE)
            ask(self.cached, PAGE, HTTP_COOKIE="sessionid=left-from-long-ago")

        self.assertFalse([query["sql"] for query in captured if "session" in query["sql"] or "auth_" in query["sql"]])

    def test_another_worker_finds_the_page_that_the_first_rendered(self):
        first = ask(self.cached, PAGE)

        second = ask(PageCache(self.inner, 1), PAGE)

        self.assertEqual((second, len(self.inner.asked)), (first, 1))

    def test_changed_setting_shows_after_the_restart(self):
        ask(self.cached, "/about/")

        with self.settings(CONTACT_EMAIL="desk@library.example"):
            self.assertIn("desk@library.example", ask(PageCache(self.inner, 1), "/about/")[2].decode())

    def test_before_the_first_publication_nothing_is_kept(self):
        Generation.objects.all().delete()
        for _ in range(2):
            ask(self.cached, PAGE)

        self.assertEqual(len(self.inner.asked), 2)

    def test_store_that_fails_is_no_reason_to_fail(self):
        nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
        for broken in (
            {"PAGE_CACHE_ALIAS": "pages", "CACHES": {**settings.CACHES, "pages": nowhere}},
            {"PAGE_CACHE_ALIAS": "", "PAGE_CACHE_FOLDER": __file__},
        ):
            with self.subTest(broken["PAGE_CACHE_ALIAS"]), self.settings(**broken):
                self.inner.asked.clear()
                cached = PageCache(self.inner, 1)

                with self.assertLogs("defcoop_site.page_copies", "WARNING") as said:
                    pages = [ask(cached, PAGE), ask(cached, PAGE)]
                    ask(cached, "/articles/")

                self.assertEqual(pages[0], pages[1])
                self.assertEqual(len(self.inner.asked), 2)
                self.assertEqual(len(said.records), 1)

    def test_page_that_may_not_be_kept_makes_nobody_wait_for_a_turn(self):
        ask(self.cached, "/nothing/")

        with mock.patch.object(self.cached.shared, "claim", side_effect=AssertionError):
            self.assertEqual(ask(self.cached, "/nothing/")[0], 404)

    def test_database_away_is_a_503_that_says_when_to_ask_again_and_is_not_kept(self):
        with mock.patch("publishing.views.render_entry", side_effect=OperationalError):
            status, headers, body = ask(self.cached, PAGE)

        self.assertEqual((status, headers["retry-after"]), (503, "60"))
        self.assertIn("try again", body.decode())
        self.assertEqual(ask(self.cached, PAGE)[0], 200)


class CachedApiTests(CacheTestCase):
    """The API behind the cache, and the count of requests before it."""

    ADDRESS = "/api/v1/articles?limit=10"

    def setUp(self):
        super().setUp()
        self.cached = LimitedApi(self.cached)

    def test_answers_are_kept_whatever_json_is_asked_for(self):
        first = ask(self.cached, self.ADDRESS, HTTP_ACCEPT="application/json")

        again = [ask(self.cached, self.ADDRESS, HTTP_ACCEPT=accept) for accept in ("*/*", "", "application/*;q=0.5")]

        self.assertEqual({answer[::2] for answer in again}, {first[::2]})
        self.assertEqual(len(self.inner.asked), 1)
        self.assertEqual(first[1]["access-control-allow-origin"], "*")
        known = ask(self.cached, self.ADDRESS, HTTP_IF_NONE_MATCH=first[1]["etag"])
        self.assertEqual((known[0], known[2]), (304, b""))

    def test_who_takes_no_json_is_not_answered_from_a_copy(self):
        ask(self.cached, self.ADDRESS)

        status, headers, _body = ask(self.cached, self.ADDRESS, HTTP_ACCEPT="text/html")

        self.assertEqual((status, headers["content-type"]), (406, "application/problem+json"))

    def test_errors_are_not_kept(self):
        for address in ("/api/v1/articles/nothing", "/api/v1/articles?limit=0"):
            for _ in range(2):
                self.assertIn(ask(self.cached, address)[0], (400, 404))

        self.assertEqual(len(self.inner.asked), 4)

    def test_every_answer_says_how_the_visitor_stands_also_one_from_a_copy(self):
        remaining = [ask(self.cached, self.ADDRESS)[1]["ratelimit-remaining"] for _ in range(3)]

        self.assertEqual(remaining, ["299", "298", "297"])
        other = ask(self.cached, self.ADDRESS, REMOTE_ADDR="192.0.2.7")[1]
        self.assertEqual((other["ratelimit-limit"], other["ratelimit-remaining"]), ("300", "299"))
        self.assertNotIn("ratelimit-limit", ask(self.cached, PAGE)[1])

    def test_who_asks_too_often_is_told_when_to_come_back_and_nothing_is_rendered(self):
        with self.settings(API_REQUESTS_PER_MINUTE=1):
            ask(self.cached, self.ADDRESS)

            status, headers, body = ask(self.cached, self.ADDRESS)

        data = json.loads(body)
        self.assertEqual((status, headers["content-type"]), (429, "application/problem+json"))
        self.assertEqual((data["status"], data["instance"]), (429, "/api/v1/articles"))
        self.assertEqual(headers["retry-after"], headers["ratelimit-reset"])
        self.assertEqual(headers["access-control-allow-origin"], "*")
        self.assertEqual(len(self.inner.asked), 1)
        self.assertEqual(ask(self.cached, PAGE)[0], 200)

    def test_nobody_is_counted_where_the_setting_says_so(self):
        with self.settings(API_REQUESTS_PER_MINUTE=0):
            self.assertNotIn("ratelimit-limit", ask(self.cached, self.ADDRESS)[1])


class StampedeTests(SimpleTestCase):
    def test_threads_that_ask_at_once_wait_for_one_rendering(self):
        def slow(environ, start_response):
            slow.times += 1
            time.sleep(0.2)
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"page"]

        slow.times, found = 0, []
        keep_pages_for_this_test(self)
        cached = PageCache(slow, 1)
        with mock.patch.object(generations.Current, "read", return_value=((1, ""), True)):
            threads = [threading.Thread(target=lambda: found.append(ask(cached, PAGE)[2])) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        self.assertEqual((found, slow.times, cached.rendering), ([b"page"] * 8, 1, {}))
