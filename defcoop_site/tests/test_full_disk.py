"""A disk that is really full: the site on a small file system of its own, saved to, published, copied and exported while nothing fits any more."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.db import connection
from django.test import TransactionTestCase

from defcoop_site.factories import make_article, publish_now
from torture.desk import Desk, make_editors
from torture.server import BASE_DIR, SETTINGS, Server

MEGABYTES = 32
LONG = "All that was typed; " * 4_900 + "the end."  # more than there is room for in what the database file has


class FullDiskTests(TransactionTestCase):
    """Given a site that keeps everything on one small disk, served as gunicorn serves it, and an editor with a form open."""

    def setUp(self):
        if connection.vendor != "sqlite":
            self.skipTest("The database's own files are on the small disk: SQLite alone. PostgreSQL keeps its own.")
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.disk = Path(folder.name) / "disk"
        self.disk.mkdir()
        self._mount()
        self.article = publish_now(make_article(title="Title"))
        self.page = self.article.get_absolute_url()
        publish_now(make_article(title="Other", slug="other"))
        [(_name, cookies)] = make_editors(1)
        self.database = self.disk / "site.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self.database)])  # without the room that other tests left in the file
        self.variables = {
            "MEDIA_ROOT": str(self.disk / "media"),
            "EXPORT_ROOT": str(self.disk / "exports"),
            "PAGE_CACHE_FOLDER": str(self.disk / "pages"),
            "DATABASE_URL": f"sqlite:///{self.database}",
        }
        self.enterContext(patch.dict(os.environ, self.variables))
        server = Server(self.variables["DATABASE_URL"], Path(folder.name) / "log", workers=1)
        self.addCleanup(server.stop)
        server.start()
        self.desk = Desk(server.port, cookies)

    def _mount(self):
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self.disk)]
        try:
            done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own words, no shell
        except FileNotFoundError:
            self.skipTest("There is no mount here: a small file system cannot be made.")
        if done.returncode:
            self.skipTest(f"A small file system takes the rights of root: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.disk)], check=True)

    def fill(self):
        """Leave no byte of the disk free."""
        with (self.disk / "filler").open("wb", buffering=0) as filler:
            for size in (1024 * 1024, 4096, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue

    def free(self):
        (self.disk / "filler").unlink()

    def command(self, *arguments):
        return subprocess.run(  # noqa: S603 - our own command, no shell
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **SETTINGS, **self.variables},
            capture_output=True,
            text=True,
        )

    def rows(self, sql):
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(sql).fetchall()

    def assertRefusedInWords(self, done, words):
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(words, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_saving_and_publishing_are_refused_whole_and_work_again_once_there_is_room(self):
        fields = self.desk.open(self.article.pk)
        before = self.rows("SELECT COUNT(*), MAX(id) FROM publishing_snapshot")
        typed = {**fields, "introduction": LONG, "public_note": "More"}
        self.fill()

        for button in ("_continue", "_publish"):
            with self.subTest(button):
                address = f"/admin/articles/article/{self.article.pk}/change/"
                refused = self.desk.browser.post(address, {**typed, button: "1"})

                self.assertEqual(refused.status, 503)
                self.assertIn("the end.", refused.text)  # what was typed comes back
                self.assertEqual(self.rows("SELECT COUNT(*), MAX(id) FROM publishing_snapshot"), before)
        for page in (self.page, "/articles/other/", "/articles/", "/"):
            self.assertEqual(self.desk.browser.get(page).status, 200, page)  # readers read on

        self.free()
        carried = refused.form(method="post")
        self.assertEqual(self.desk.save(self.article.pk, {**typed, **carried}, "_publish"), (True, True))
        self.assertIn("the end.", self.desk.browser.get(self.page).text)
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.command("check_public").returncode, 0)
        self.assertEqual(self.desk.faults, [])

    def test_backup_and_export_leave_no_half_behind_and_work_again_once_there_is_room(self):
        for made, folder in ((("backup", str(self.disk / "backups")), "backups"), (("export_data",), "exports")):
            with self.subTest(folder):
                self.fill()

                refused = self.command(*made)

                self.assertRefusedInWords(
                    refused, "could not be written" if folder == "exports" else "No backup was made."
                )
                left = [path.name for path in (self.disk / folder).iterdir() if not path.name.startswith(".")]
                self.assertEqual(left, [])
                self.free()
                done = self.command(*made)
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.command("verify_backup", str(self.disk / "backups")).returncode, 0)

    def test_backup_that_fills_the_disk_takes_nothing_from_those_that_are_there(self):
        folder = str(self.disk / "backups")
        self.assertEqual(self.command("backup", folder).returncode, 0)
        kept = sorted(path.name for path in (self.disk / "backups").iterdir())
        with (self.disk / "filler").open("wb") as filler:
            left = os.statvfs(self.disk)
            filler.write(bytes(left.f_bavail * left.f_frsize - 300_000))

        refused = self.command("backup", folder, "--keep", "1")

        self.assertRefusedInWords(refused, "No backup was made.")
        self.assertEqual(sorted(path.name for path in (self.disk / "backups").iterdir()), kept)
        self.assertEqual(self.command("verify_backup", folder).returncode, 0)
