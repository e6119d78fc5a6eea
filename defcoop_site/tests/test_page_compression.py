"""A page that is asked for again is compressed as well as can be, once for all processes and for as long as it stays as it is."""

from unittest import mock

import brotli
from django.test import override_settings

from articles.models import Article
from defcoop_site import page_compression
from defcoop_site.factories import make_article, publish_now
from defcoop_site.page_cache import PageCache
from publishing.publication import publish
from publishing.snapshots import take_snapshot

from .test_page_cache import PAGE, CacheTestCase, ask, timeless

BR = {"HTTP_ACCEPT_ENCODING": "br"}
WORDS = "\n\n".join(
    f"Paragraph {number} of the {number * 7} that were promised in {1900 + number}." for number in range(99)
)


def asked(cached, times, address=PAGE):
    """The last of so many answers, each after the work that the one before left behind."""
    for _ in range(times):
        answer = timeless(ask(cached, address, **BR))
        if thread := cached.compression.thread:
            thread.join()
    return answer


class CompressionTests(CacheTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = publish_now(make_article(title="First words", slug="page", introduction=WORDS))

    def setUp(self):
        super().setUp()
        work = mock.patch("defcoop_site.page_compression.brotli.compress", wraps=brotli.compress)
        self.compress = work.start()
        self.addCleanup(work.stop)

    def levels(self):
        return [call.kwargs["quality"] for call in self.compress.call_args_list]

    def test_third_reader_gets_the_same_page_in_fewer_bytes_under_another_tag(self):
        first = asked(self.cached, 1)
        self.assertEqual(self.levels(), [page_compression.QUICK])

        second = asked(self.cached, 1)
        third = asked(self.cached, 1)

        self.assertEqual(first, second)
        self.assertEqual(brotli.decompress(third[2]), brotli.decompress(first[2]))
        self.assertLess(len(third[2]), len(first[2]))
        self.assertEqual(third[1]["content-length"], str(len(third[2])))
        self.assertNotEqual(third[1]["etag"], first[1]["etag"])
        self.assertEqual(self.levels(), [page_compression.QUICK, page_compression.BEST])

    def test_page_that_a_publication_leaves_as_it_was_keeps_its_bytes(self):
        before = asked(self.cached, 3)
        self.compress.reset_mock()

        publish_now(make_article(title="Something else"))
        after = asked(self.cached, 3)

        self.assertEqual((after[1]["etag"], after[2]), (before[1]["etag"], before[2]))
        self.assertEqual((len(self.inner.asked), self.levels()), (2, []))

    def test_page_that_changed_is_compressed_anew(self):
        before = asked(self.cached, 3)
        Article.objects.filter(slug="page").update(title="Other words")

        publish(take_snapshot(Article.objects.get(slug="page")), note="Words.")
        after = asked(self.cached, 3)

        self.assertIn(b"Other words", brotli.decompress(after[2]))
        self.assertNotEqual(after[1]["etag"], before[1]["etag"])
        self.assertEqual(self.levels(), [page_compression.QUICK, page_compression.BEST] * 2)

    def test_other_processes_take_what_one_has_made(self):
        at_work = PageCache(self.inner, 1)
        asked(at_work, 1)  # has the quick copy in its own memory
        best = asked(self.cached, 3)

        self.assertEqual(asked(at_work, 2)[2], best[2])
        self.assertEqual(asked(PageCache(self.inner, 1), 1), best)
        self.assertEqual((len(self.inner.asked), self.levels()), (1, [page_compression.QUICK, page_compression.BEST]))

    def test_while_another_process_has_the_turn_nothing_is_compressed(self):
        first = asked(self.cached, 1)
        with mock.patch.object(self.cached.shared, "claim", return_value=False):
            self.assertEqual(asked(self.cached, 3), first)

        self.assertLess(len(asked(self.cached, 2)[2]), len(first[2]))

    def test_no_more_pages_wait_than_there_is_room_for(self):
        with mock.patch.object(page_compression, "MOST_WAITING", 0):
            first = asked(self.cached, 3)

        self.assertEqual(self.levels(), [page_compression.QUICK])
        self.assertLess(len(asked(self.cached, 2)[2]), len(first[2]))

    def test_very_long_page_and_one_that_no_process_shares_stay_as_they_are(self):
        with mock.patch.object(page_compression, "LARGEST", 100):
            asked(self.cached, 3)
        with override_settings(PAGE_CACHE_FOLDER="", PAGE_CACHE_ALIAS=""):
            asked(PageCache(self.inner, 1), 3)

        self.assertEqual(self.levels(), [page_compression.QUICK] * 2)
