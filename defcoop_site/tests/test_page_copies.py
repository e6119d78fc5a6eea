"""Where copies of pages are kept: bounded, the least used gone first, and one at a time to render."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.cache import caches
from django.test import SimpleTestCase

from defcoop_site.page_copies import SHARDS, Copy, Folder, Forgiving, Memory, Server

A, B, C = ("aa" + letter * 62 for letter in "123")  # in one shard
HOLD = """
import sys
from defcoop_site.page_copies import Folder
folder = Folder(sys.argv[1], 1_000_000)
print(folder.claim(sys.argv[2]), flush=True)
sys.stdin.read()
"""


def copy(size):
    return Copy([("Content-Type", "text/html")], b"x\n" * (size // 2), "br", '"x-br"', 1)


class MemoryTests(SimpleTestCase):
    def test_least_recently_asked_for_goes_first_and_the_bound_holds(self):
        memory = Memory(17_000)
        for name in "abc":
            memory.set(name, copy(2000))
        memory.get("a")

        memory.set("d", copy(3000))

        self.assertEqual(sorted(memory.copies), ["a", "c", "d"])
        self.assertLessEqual(memory.size, 17_000)
        self.assertEqual(memory.size, sum(copy.size for copy in memory.copies.values()))


class FolderTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "pages"
        self.folder = Folder(self.path, 5000 * SHARDS)

    def test_copy_comes_back_as_it_was(self):
        self.folder.set(A, copy(2000))

        self.assertEqual(Folder(self.path, 1).get(A), copy(2000))
        self.assertIsNone(self.folder.get(B))

    def test_least_recently_read_goes_first_and_the_bound_holds(self):
        for age, name in ((30, A), (20, B)):
            self.folder.set(name, copy(2000))
            os.utime(self.path / name[:2] / name[2:], (age, age))
        self.folder.get(A)

        self.folder.set(C, copy(2000))

        self.assertEqual([name for name in (A, B, C) if self.folder.get(name)], [A, C])
        self.assertLessEqual(sum(path.stat().st_size for path in (self.path / "aa").iterdir()), 5000)

    def test_page_larger_than_its_share_is_not_kept(self):
        self.folder.set(A, copy(6000))

        self.assertIsNone(self.folder.get(A))

    def test_file_that_a_power_failure_cut_short_is_no_copy(self):
        self.folder.set(A, copy(2000))
        for data in (b"", b"[]\n", copy(2000).packed()[:-1]):
            (self.path / A[:2] / A[2:]).write_bytes(data)

            self.assertIsNone(self.folder.get(A))

    def test_full_disk_leaves_no_half_file_behind(self):
        with mock.patch.object(Path, "replace", side_effect=OSError), self.assertRaises(OSError):
            self.folder.set(A, copy(2000))

        self.assertEqual(list((self.path / "aa").iterdir()), [])

    def test_last_generation_is_known_to_all(self):
        self.assertIsNone(self.folder.noted())

        self.folder.note((7, "2026-11-27"))

        self.assertEqual(Folder(self.path, 1).noted(), (7, "2026-11-27"))

    def test_turn_of_another_process_ends_with_its_release_or_its_death(self):
        self.assertTrue(self.folder.claim(B))
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.path, A],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.assertEqual(other.stdout.readline(), "True\n")
        self.assertFalse(self.folder.claim(A))

        other.kill()
        other.wait()

        self.assertTrue(self.folder.claim(A))
        for pipe in (other.stdin, other.stdout):
            pipe.close()


class ServerTests(SimpleTestCase):
    def setUp(self):
        caches["default"].clear()
        self.addCleanup(caches["default"].clear)
        self.server = Server("default")

    def test_copy_comes_back_as_it_was(self):
        self.server.set(A, copy(2000))

        self.assertEqual(self.server.get(A), copy(2000))
        self.assertIsNone(self.server.get(B))

    def test_last_generation_is_known_to_all(self):
        self.assertIsNone(self.server.noted())

        self.server.note((7, "2026-11-27"))

        self.assertEqual(Server("default").noted(), (7, "2026-11-27"))

    def test_one_at_a_time_has_the_turn(self):
        turn = self.server.claim(A)
        self.assertTrue(turn)
        self.assertFalse(self.server.claim(A))
        self.assertTrue(self.server.claim(B))

        self.server.release(A, turn)

        self.assertTrue(self.server.claim(A))

    def test_late_release_leaves_the_turn_of_whoever_came_next(self):
        late = self.server.claim(A)
        self.server.release(A, late)
        self.server.claim(A)

        self.server.release(A, late)

        self.assertFalse(self.server.claim(A))


class ForgivingTests(SimpleTestCase):
    def test_store_that_took_long_to_fail_is_left_alone_for_longer(self):
        store = mock.Mock()
        store.get.side_effect = [TimeoutError, "copy"]
        forgiving = Forgiving(store)
        with mock.patch("defcoop_site.page_copies.time.monotonic", side_effect=[10, 12, 20, 31, 33]):
            with self.assertLogs("defcoop_site.page_copies", "WARNING"):
                self.assertIsNone(forgiving.get(A))
            self.assertIsNone(forgiving.get(A))
            self.assertIs(forgiving.claim(A), True)
            self.assertEqual(forgiving.get(A), "copy")

    def test_failure_is_told_once_until_it_is_over(self):
        store = mock.Mock()
        store.get.side_effect = [OSError, OSError, "copy", OSError]
        forgiving = Forgiving(store)
        with (
            mock.patch("defcoop_site.page_copies.time.monotonic", side_effect=range(0, 1000, 100)),
            self.assertLogs("defcoop_site.page_copies", "WARNING") as said,
        ):
            mock.patch("defcoop_site.page_copies.REST", 0).start()
            self.addCleanup(mock.patch.stopall)
            for _ in range(4):
                forgiving.get(A)

        self.assertEqual(len(said.records), 2)
