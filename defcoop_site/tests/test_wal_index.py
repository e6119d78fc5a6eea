import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from unittest import mock, skipUnless

from django.db import connection
from django.test import SimpleTestCase, TransactionTestCase

from defcoop_site import generations
from defcoop_site.wal_index import WalIndex
from publishing.public import Generation

WRITE = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE t SET n = n + 1'); c.commit(); c.close()"
)


class WalIndexTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "site.sqlite3"
        with closing(self.connect()) as first:
            first.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);")
        self.index = WalIndex(self.path)

    def connect(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def open(self):
        found = self.connect()
        self.addCleanup(found.close)
        found.execute("SELECT n FROM t").fetchall()
        return found

    def test_nothing_is_known_of_a_database_that_is_not_open(self):
        self.assertIsNone(self.index.header())
        self.assertIsNone(WalIndex(self.path.with_name("nothing.sqlite3")).header())

    def test_header_stays_while_others_read_and_changes_with_each_commit(self):
        mine = self.open()
        seen = [self.index.header()]
        self.open()
        self.assertEqual(self.index.header(), seen[0])
        for _ in range(3):
            mine.execute("UPDATE t SET n = n + 1")
            seen.append(self.index.header())
        subprocess.run([sys.executable, "-c", WRITE, str(self.path)], check=True)
        seen.append(self.index.header())

        self.assertEqual(len(set(seen)), 5)

    def test_what_is_not_committed_changes_nothing(self):
        mine = self.open()
        seen = self.index.header()
        mine.execute("BEGIN IMMEDIATE")
        mine.execute("UPDATE t SET n = 7")
        self.assertEqual(self.index.header(), seen)

        mine.execute("ROLLBACK")

        self.assertEqual(self.index.header(), seen)

    def test_header_changes_when_the_log_begins_anew(self):
        mine = self.open()
        mine.execute("UPDATE t SET n = 2")
        for mode in ("PASSIVE", "RESTART", "TRUNCATE"):
            mine.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
            before = self.index.header()
            mine.execute("UPDATE t SET n = n + 1")
            self.assertNotEqual(self.index.header(), before)

    def test_index_that_was_made_anew_is_never_taken_for_the_one_before(self):
        mine = self.connect()
        mine.execute("SELECT n FROM t").fetchall()
        seen = self.index.header()
        mine.close()  # the last one: the file is deleted
        self.assertIsNone(self.index.header())
        subprocess.run([sys.executable, "-c", WRITE, str(self.path)], check=True)
        self.assertIsNone(self.index.header())

        self.open()

        self.assertIsNotNone(self.index.header())
        self.assertNotEqual(self.index.header(), seen)

    def test_locks_of_sqlite_hold_although_the_file_is_read_beside_it(self):
        """Closing a file would end the locks on it in this process: another one would then take the database for unused, and delete its log."""
        mine = self.open()
        mine.execute("UPDATE t SET n = 5")
        for _ in range(3):
            self.index = WalIndex(self.path)
            self.index.header()

        subprocess.run([sys.executable, "-c", WRITE, str(self.path)], check=True)

        self.assertTrue(Path(f"{self.path}-wal").exists())
        self.assertEqual(mine.execute("SELECT n FROM t").fetchone(), (6,))


@skipUnless(connection.vendor == "sqlite", "only SQLite has such a log")
class CurrentTests(TransactionTestCase):
    def setUp(self):
        Generation.objects.update_or_create(pk=1, defaults={"number": 3})
        self.current = generations.Current()

    def elsewhere(self):
        other = sqlite3.connect(connection.settings_dict["NAME"])
        with closing(other):
            other.execute(f"UPDATE {Generation._meta.db_table} SET number = number + 1")  # noqa: S608 - no value in it
            other.commit()

    def test_database_is_asked_once_and_again_after_each_commit_of_whomever(self):
        with mock.patch("defcoop_site.generations.ask", side_effect=generations.ask) as asked:
            found = [self.current.read()[0][0] for _ in range(5)]
            self.assertEqual((found, asked.call_count), ([3] * 5, 1))

            self.elsewhere()

            self.assertEqual([self.current.read()[0][0] for _ in range(5)], [4] * 5)
            Generation.objects.update(number=9)
            self.assertEqual([self.current.read()[0][0] for _ in range(5)], [9] * 5)
            self.assertEqual(asked.call_count, 3)
