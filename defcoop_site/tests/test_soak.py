"""Readers and a publication each second, for some seconds: no error, no stale page. `make soak` does it for ten minutes."""

import tempfile
from unittest import mock

from django.core.cache import caches
from django.test import SimpleTestCase, TransactionTestCase

from benchmarks.servers import serving
from benchmarks.soak import GROWTH, MEGABYTES, Soak, mixed, publisher, title
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from torture.server import SETTINGS

from .servers import cache_url, database_url

SECONDS = 5


class SoakTests(TransactionTestCase):
    def test_readers_see_each_publication_at_once_and_no_error(self):
        publish_now(make_article(title=title(0), slug="main"))
        publish_now(make_agreement(parties=[publish_now(make_actor())]))
        caches["default"].clear()
        article, publish = publisher()
        with tempfile.TemporaryDirectory() as folder:
            variables = {
                **SETTINGS,
                "DATABASE_URL": database_url(),
                "CACHE_URL": cache_url(),
                "PAGE_CACHE_MB": str(MEGABYTES),
                "PAGE_CACHE_FOLDER": folder,
                "LOG_LEVEL": "CRITICAL",
            }
            with serving("defcoop_site.wsgi", variables, "/") as server:
                # The workers still load what they need: their memory says nothing yet.
                soak = Soak(server, publish, mixed(article), growth=500)
                soak.run(SECONDS)

        self.assertEqual(soak.faults, [])
        self.assertGreater(soak.published, 0)
        self.assertGreater(soak.asked, 0)


class Answering:
    """A server that answers all with one page."""

    def __init__(self, status, text, grows=0):
        self.status, self.text, self.grows, self.size = status, text, grows, 100

    def get(self, path, **headers):
        return self.status, [("ETag", '"x"')], self.text.encode()

    def megabytes(self):
        self.size += self.grows
        return self.size


class FaultTests(SimpleTestCase):
    def faults(self, server):
        soak = Soak(server, mock.Mock(), ["/"], published=5)
        soak.run(0.2)
        return soak.faults

    def test_page_without_a_fault_is_none(self):
        self.assertEqual(self.faults(Answering(200, title(10**6))), [])

    def test_error_stale_page_and_leak_are_found(self):
        self.assertIn("answered with 500", self.faults(Answering(500, ""))[0])
        self.assertIn("shows publication 4", self.faults(Answering(200, f"{title(10**6)} {title(4)}"))[0])
        self.assertIn("grew from", self.faults(Answering(200, "", grows=GROWTH + 1))[0])
