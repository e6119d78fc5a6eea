"""`make torture` in short: the server is killed while editors save, and many editors work at once."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from django.db import connection
from django.test import TestCase, TransactionTestCase

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from torture import checks, crowd, kills
from torture.server import Server, address_of


class TortureTests(TransactionTestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "log"

    def server(self, workers):
        server = Server(address_of(connection), self.log, workers)
        self.addCleanup(server.stop)
        return server

    def test_nothing_that_was_answered_is_lost_when_the_server_is_killed(self):
        figures = kills.play(self.server(workers=1), kills=2)

        print(f"\n{connection.vendor}: {figures}")
        self.assertEqual(figures.faults, [])
        self.assertEqual(figures.kills, 2)
        self.assertGreaterEqual(figures.saved, 2 * kills.BETWEEN)

    def test_twenty_editors_at_once_lose_nothing_of_each_other(self):
        figures = crowd.play(self.server(workers=2), number=20, rounds=1)

        print(f"\n{connection.vendor}: {figures}")
        self.assertEqual(figures.faults, [])
        self.assertGreater(figures.done["saves"], 10)


class CheckTests(TestCase):
    """Given a live article, whether what the torture looks for would be found."""

    def setUp(self):
        self.article = publish_now(make_article(introduction="kept", sections=[{"title": "One", "body": "mine"}]))

    def test_word_that_was_answered_and_is_not_there_is_a_loss(self):
        found = checks.losses({self.article.pk: (["kept", "lost"], ["kept", "never shown"])})

        self.assertEqual(
            list(found), ["lost was saved and is in no snapshot", "never shown was published and is in no version"]
        )

    def test_row_that_its_snapshot_does_not_know_is_half_saved(self):
        self.assertEqual(list(checks.halves()), [])

        Article.objects.update(introduction="of a save that was cut short")

        self.assertEqual(len(list(checks.halves())), 1)

    def test_word_that_another_editor_overwrote_is_found(self):
        key = self.article.pk
        last = {(key, "introduction"): "kept", (key, "sections-0-body"): "yours"}
        editor = SimpleNamespace(number=0, last=last, gathered={key: ["kept", "gone"]})

        self.assertEqual(
            list(crowd._lost([editor])),
            ["yours was saved last and sections-0-body says 'mine'", "gone was overwritten"],
        )
