"""A replica that lags or stops, a primary that restarts, a Redis that goes away: readers go on, nothing wrong is kept, and all recovers by itself.

Played with servers of the test's own, so on PostgreSQL alone.
"""

from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

from django.db import connection
from django.test import TransactionTestCase

from articles.models import Article
from defcoop_site.factories import make_article, publish_now

from .servers import Postgres, Redis, Served, wait_until

PAGE = "/articles/straits/"
LIST = "/articles/?order=revised"
GENERATION = "SELECT number FROM publishing_generation"
# What the site last asked of a server on each of its connections, but for the generation itself.
RENDERED = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '' AND query LIKE '%publicentry%'"


@skipUnless(connection.vendor == "postgresql", "needs a PostgreSQL to copy")
class OutageTests(TransactionTestCase):
    """Given a primary, a streaming replica, a Redis for pages, and the site under gunicorn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.primary = Postgres(cls.addClassCleanup).make()
        with cls.primary.as_database():
            publish_now(make_article(title="Words 0", slug="straits"))
        cls.replica, cls.redis = cls.primary.replica(), Redis(cls.addClassCleanup)
        cls.site = Served(
            cls.addClassCleanup,
            DATABASE_URL=cls.primary.url,
            DATABASE_REPLICA_URLS=cls.replica.url,
            PAGE_CACHE_URL=cls.redis.url,
            CACHE_URL=cls.redis.url,
        ).wait()

    def _fixture_teardown(self):
        pass  # nothing was written to the run's own database

    def setUp(self):
        wait_until(self.has_caught_up, "the replica")

    def has_caught_up(self):
        return self.replica.execute(GENERATION) == self.primary.execute(GENERATION)

    def publish(self, title):
        with self.primary.as_database():
            Article.objects.update(title=title)
            publish_now(Article.objects.get())

    def read(self, address):
        """What several readers get at a time: [(status, text)]"""
        with ThreadPoolExecutor(6) as readers:
            answers = list(readers.map(self.site.get, [address] * 6))
        return [(status, text) for status, _headers, text in answers]

    def assert_all_read(self, words, *addresses):
        for address in addresses:
            for status, text in self.read(address):
                self.assertEqual((status, words in text), (200, True), f"{address}: {text[:500]}")

    def test_replica_renders_what_it_has_and_the_primary_what_it_lacks(self):
        self.publish("Words of both")
        wait_until(self.has_caught_up, "the replica")
        self.assert_all_read("Words of both", PAGE)
        self.assertGreater(self.replica.execute(RENDERED)[0], 0)
        self.replica.execute("SELECT pg_wal_replay_pause()")
        self.addCleanup(self.replica.execute, "SELECT pg_wal_replay_resume()")

        self.publish("Words of the primary")

        self.assert_all_read("Words of the primary", PAGE, LIST)
        self.assertFalse(self.has_caught_up())

    def test_readers_go_on_without_the_replica(self):
        self.replica.stop()
        self.addCleanup(self.replica.start)

        for number in range(2):
            self.publish(f"Words alone {number}")
            self.assert_all_read(f"Words alone {number}", PAGE, LIST)

    def test_without_the_primary_an_older_page_of_the_replica_is_better_than_none_and_is_not_kept(self):
        self.publish("Older words")
        wait_until(self.has_caught_up, "the replica")
        self.replica.execute("SELECT pg_wal_replay_pause()")
        self.publish("Newer words")
        self.assert_all_read("Newer words", PAGE)
        self.primary.stop()
        self.assert_all_read("Newer words", PAGE)
        self.assert_all_read("Older words", LIST)

        self.primary.start()
        self.replica.execute("SELECT pg_wal_replay_resume()")

        self.assert_all_read("Newer words", PAGE, LIST)

    def test_without_any_database_kept_pages_stay_and_others_say_when_to_ask_again(self):
        self.publish("Kept words")
        self.assert_all_read("Kept words", PAGE)
        self.primary.stop()
        self.replica.stop()
        self.assert_all_read("Kept words", PAGE)
        status, headers, _text = self.site.get(LIST)
        self.assertEqual((status, headers["Retry-After"]), (503, "60"))

        self.primary.start()
        self.replica.start()

        self.assert_all_read("Kept words", PAGE, LIST)
        self.publish("Words afterwards")
        self.assert_all_read("Words afterwards", PAGE, LIST)

    def test_readers_go_on_while_redis_goes_away_and_comes_back(self):
        self.publish("Words with it")
        with ThreadPoolExecutor(4) as readers:
            reading = [readers.submit(self.site.get, address) for address in (PAGE, LIST, "/", "/actors/") * 30]
            self.redis.kill()
            statuses = {future.result()[0] for future in reading}

        self.assertEqual(statuses, {200})
        self.publish("Words without it")
        self.assert_all_read("Words without it", PAGE, LIST)
        self.redis.start()
        self.publish("Words with it again")
        self.assert_all_read("Words with it again", PAGE, LIST)
