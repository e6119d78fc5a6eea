"""The page cache: the same bytes as without it, seen anew after each publication, and never for what is not public."""

import gzip
import io
import threading
import time
from datetime import timedelta
from unittest import mock

import brotli
import time_machine
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from django.test import RequestFactory, SimpleTestCase, TestCase
from django.utils import timezone

from articles.models import Article
from defcoop_site.factories import make_agreement, make_article, publish_now
from defcoop_site.page_cache import PARAMETERS, Copy, Memory, PageCache
from publishing import lists
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


class PageCacheTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = publish_now(make_article(title="First words", slug="page"))

    def setUp(self):
        # A whole request would end by closing the test's own connection.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        caches["default"].clear()
        self.inner = Counting(WSGIHandler())
        self.cached = PageCache(self.inner, 1)

    def test_second_reader_gets_the_same_bytes_with_one_query_and_no_rendering(self):
        first = ask(self.cached, PAGE)

        with self.assertNumQueries(1):
            second = ask(self.cached, PAGE)

        self.assertEqual((first[0], len(self.inner.asked)), (200, 1))
        self.assertEqual(first, second)
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

    def test_head_has_the_headers_of_get_and_no_body(self):
        _status, headers, _body = ask(self.cached, PAGE)

        self.assertEqual(ask(self.cached, PAGE, "HEAD"), (200, headers, b""))

    def test_unknown_parameters_reach_neither_the_page_nor_the_key(self):
        plain = ask(self.cached, "/articles/?order=revised")
        others = [f"/articles/?utm_{number}=x&order=revised&%3Cb%3E=1" for number in range(5)]

        self.assertTrue(all(ask(self.cached, address) == plain for address in others))
        self.assertEqual(self.inner.asked, ["order=revised"])

    def test_every_filter_of_a_public_list_is_a_known_parameter(self):
        def forms(form):
            return [form, *(below for child in form.__subclasses__() for below in forms(child))]

        ask(self.cached, "/agreements/")  # imports the views with their forms
        fields = {name for form in forms(lists.FilterForm) for name in form.base_fields}

        self.assertLessEqual(fields, PARAMETERS)

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
        page = ask(self.cached, PAGE)

        with mock.patch("defcoop_site.page_cache.Generation.objects.values_list", side_effect=OperationalError):
            self.assertEqual(ask(self.cached, PAGE), page)
        self.assertEqual(len(self.inner.asked), 1)

    def test_cdn_is_told_what_the_setting_says(self):
        self.assertEqual(ask(self.cached, PAGE)[1]["cache-control"], "public, max-age=0, must-revalidate")
        with self.settings(PAGE_CDN_SECONDS=30):
            self.assertIn("s-maxage=30, stale-while-revalidate=30", ask(self.cached, PAGE)[1]["cache-control"])

    def test_store_that_fails_is_no_reason_to_fail(self):
        with self.settings(
            CACHES={
                "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
            }
        ):
            cached = PageCache(self.inner, 1)
            pages = [ask(cached, PAGE) for _ in range(2)]

        self.assertEqual(pages[0], pages[1])
        self.assertEqual(len(self.inner.asked), 1)


class StampedeTests(TestCase):
    def test_threads_that_ask_at_once_wait_for_one_rendering(self):
        def slow(environ, start_response):
            slow.times += 1
            time.sleep(0.2)
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"page"]

        slow.times, found = 0, []
        cached = PageCache(slow, 1)
        with mock.patch.object(PageCache, "key", return_value="same"):
            threads = [threading.Thread(target=lambda: found.append(ask(cached, PAGE)[2])) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        self.assertEqual((found, slow.times, cached.rendering), ([b"page"] * 8, 1, {}))


class MemoryTests(SimpleTestCase):
    def test_least_recently_asked_for_goes_first_and_the_bound_holds(self):
        memory = Memory(10_000)
        for name in "abc":
            memory.set(name, Copy([], b"x" * 2000, "", '"x"', 0))
        memory.get("a")

        memory.set("d", Copy([], b"x" * 3000, "", '"x"', 0))

        self.assertEqual(sorted(memory.copies), ["a", "c", "d"])
        self.assertLessEqual(memory.size, 10_000)
        self.assertEqual(memory.size, sum(copy.size for copy in memory.copies.values()))
