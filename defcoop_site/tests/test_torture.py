"""`make torture` in short: the server is killed while editors save, and many editors work at once."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.test import TransactionTestCase

from torture import crowd, kills
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
        figures = kills.play(self.server(workers=1), kills=3)

        print(f"\n{connection.vendor}: {figures}")
        self.assertEqual(figures.faults, [])
        self.assertEqual(figures.kills, 3)
        self.assertGreaterEqual(figures.saved, 3 * kills.BETWEEN)

    def test_twenty_editors_at_once_lose_nothing_of_each_other(self):
        figures = crowd.play(self.server(workers=2), number=20, rounds=1)

        print(f"\n{connection.vendor}: {figures}")
        self.assertEqual(figures.faults, [])
        self.assertGreater(figures.done["saves"], 10)
