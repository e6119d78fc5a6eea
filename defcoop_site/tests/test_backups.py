"""Backups: whole while the site is used, known to be whole, and brought back into an empty place."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from unittest import skipUnless
from unittest.mock import patch

import psycopg
import pyrage
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from articles.models import Article
from defcoop_site import backups
from defcoop_site.backup_databases import DatabaseToolError, SQLite
from defcoop_site.backups import BackupError, backups_in, make_backup, newest, restore_backup, verify_backup
from defcoop_site.factories import make_article, make_image, make_topic, publish_now
from publishing.check import check_public
from publishing.images import Image
from publishing.public import PublicVersion

FILES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class EmptyPlace:
    """An empty database and an empty folder of media, for a process of its own."""

    def __init__(self, folder):
        self.media = folder / "restored-media"
        self.name = str(folder / "restored.sqlite3")
        self.url = f"sqlite:///{self.name}"
        if connection.vendor == "postgresql":
            options = connection.settings_dict
            self.name = f"{options['NAME']}_restored"
            at = f"{options['HOST']}:{options['PORT'] or 5432}"
            self.url = f"postgres://{options['USER']}:{options['PASSWORD']}@{at}/{self.name}"
            self._on_server(f"DROP DATABASE IF EXISTS {self.name}", f"CREATE DATABASE {self.name}")

    def _on_server(self, *statements):
        server = self.url.rpartition("/")[0] + "/postgres"
        with closing(psycopg.connect(server, autocommit=True)) as database:
            for statement in statements:
                database.execute(statement)

    def drop(self):
        if connection.vendor == "postgresql":
            self._on_server(f"DROP DATABASE {self.name}")

    def manage(self, *command):
        """Run a command of the site there. Returns (exit code, what it said)."""
        variables = {"DATABASE_URL": self.url, "MEDIA_ROOT": str(self.media), "CACHE_URL": "locmemcache://"}
        variables |= {"DJANGO_SECRET_KEY": "restored", "DJANGO_ALLOWED_HOSTS": "localhost", "BACKUP_DIR": ""}
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            cwd=settings.BASE_DIR,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


class InFolder:
    """A folder for backups, and one for the files of images."""

    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        here = override_settings(STORAGES=FILES, MEDIA_ROOT=self.folder / "media")
        here.enable()
        self.addCleanup(here.disable)

    def backup(self, **options):
        return make_backup(self.folder / "backups", options.pop("now", timezone.now()), **options)

    def key(self, name):
        """A fresh age key in a file. Returns its public half."""
        key = pyrage.x25519.Identity.generate()
        (self.folder / name).write_text(f"# public key: {key.to_public()}\n{key}\n")
        return str(key.to_public())


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class UnderLoadTests(InFolder, TransactionTestCase):
    """Given a live article with an image, which an editor changes and publishes all the time."""

    def setUp(self):
        super().setUp()
        make_image("plane")
        article = make_article(title="Article", topics=[make_topic("airlift")], introduction="![A plane](image:plane)")
        self.article = publish_now(article)

    def edit_until(self, stop):
        try:
            number = 0
            while not stop.is_set():
                number += 1
                article = Article.objects.get(pk=self.article.pk)
                article.title = f"Article {number}"
                article.save()
                publish_now(article)
        finally:
            connection.close()

    def wait_for_more(self, number):
        """Let some be published. Returns how many versions there are."""
        until = PublicVersion.objects.count() + number
        while PublicVersion.objects.count() < until:
            time.sleep(0.01)
        return until

    def test_backup_that_was_made_while_editors_publish_is_brought_back_whole(self):
        stop, public = Event(), self.key("key")
        editing = Thread(target=self.edit_until, args=[stop])
        editing.start()
        try:
            before = self.wait_for_more(2)
            plain = self.backup()
            encrypted = self.backup(now=timezone.now() + timedelta(seconds=1), recipient=public)
            after = PublicVersion.objects.count()
            self.wait_for_more(2)
        finally:
            stop.set()
            editing.join()
        place = EmptyPlace(self.folder)
        self.addCleanup(place.drop)

        code, said = place.manage("restore", encrypted.path, "--identity", self.folder / "key")

        for made, key in ((plain, None), (encrypted, self.folder / "key")):
            verified = verify_backup(made.path, key)
            versions = verified.manifest["counts"]["publishing_publicversion"]
            self.assertEqual((verified.faults, verified.opened, made.missing), ([], True, 0))
            self.assertTrue(before <= versions <= after, (before, versions, after))
        self.assertEqual(code, 0, said)
        self.assertIn("The public rows are what the live snapshots give.", said)
        self.assertEqual(files_of(place.media), files_of(self.folder / "media"))
        self.assertEqual(check_public(), [])


@skipUnless(connection.vendor == "sqlite", "what is asked here does not depend on the database")
class BackupTests(InFolder, TestCase):
    """Given an image whose files are on the disk."""

    def setUp(self):
        super().setUp()
        make_image("plane")

    def test_encrypted_backup_opens_with_its_key_alone(self):
        made = self.backup(recipient=self.key("key"))
        self.key("other")

        closed, opened = verify_backup(made.path), verify_backup(made.path, self.folder / "key")

        names = {path.name for path in made.path.rglob("*") if path.is_file() and path.suffix != ".age"}
        self.assertEqual(names, {"manifest.json", "SHA256SUMS"})
        self.assertFalse(any(b"SQLite format" in path.read_bytes() for path in made.path.rglob("*.age")))
        self.assertEqual((closed.faults, closed.opened), ([], False))
        self.assertEqual((opened.faults, opened.opened), ([], True))
        with self.assertRaisesMessage(BackupError, "This key does not open it."):
            verify_backup(made.path, self.folder / "other")

    def test_damage_is_found_and_named(self):
        made = self.backup()
        image = next(path for path in made.path.rglob("*.webp"))
        name = image.relative_to(made.path)

        image.write_bytes(image.read_bytes()[:-1] + b"x")
        (made.path / "stranger").touch()
        self.assertEqual(
            verify_backup(made.path).faults,
            ["stranger does not belong to it.", f"{name} is not what it was: its checksum differs."],
        )
        image.unlink()
        self.assertIn(f"{name} is missing.", verify_backup(made.path).faults)

    def test_checksums_are_those_of_the_common_program(self):
        made = self.backup()

        checked = subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=made.path)

        self.assertEqual(checked.returncode, 0)

    def test_copy_with_other_rows_than_were_counted_is_refused(self):
        made = self.backup()
        manifest = {**made.manifest, "counts": {**made.manifest["counts"], "publishing_entry": 7}}

        with patch.object(backups, "_manifest", return_value=manifest):
            faults = verify_backup(made.path).faults

        self.assertEqual(faults, ["publishing_entry holds 0 rows instead of 7."])

    def test_nothing_is_ever_overwritten(self):
        made = self.backup()
        with self.assertRaisesMessage(BackupError, "This database is not empty"):
            restore_backup(made.path)

        with (
            patch.object(connection.introspection, "table_names", return_value=[]),
            self.assertRaisesMessage(BackupError, "media is not empty"),
        ):
            restore_backup(made.path)

    def test_damaged_backup_is_not_restored(self):
        made = self.backup()
        next(made.path.glob("database.*")).write_bytes(b"nothing")

        with (
            patch.object(backups, "_refuse_what_is_not_empty"),
            self.assertRaisesMessage(BackupError, "This backup is damaged."),
        ):
            restore_backup(made.path)

    def test_restoring_that_fails_leaves_no_file_behind(self):
        made = self.backup()
        shutil.rmtree(self.folder / "media")

        with (
            patch.object(connection.introspection, "table_names", return_value=[]),
            patch.object(SQLite, "bring_back", side_effect=DatabaseToolError("No.")),
            self.assertRaisesMessage(BackupError, "No."),
        ):
            restore_backup(made.path)

        self.assertEqual(files_of(self.folder / "media"), {})

    def test_only_the_newest_are_kept_and_what_a_crash_left_is_cleared(self):
        now = timezone.now()
        made = [self.backup(now=now - timedelta(days=days)).path for days in (3, 2, 1)]
        left = self.folder / "backups" / "partial-of-a-crash"
        left.mkdir()

        last = self.backup(now=now, keep=2)

        folder = self.folder / "backups"
        self.assertEqual([backup.path for backup in backups_in(folder)], [made[2], last.path])
        self.assertEqual(last.dropped, 2)
        self.assertFalse(left.exists())
        self.assertEqual(newest(folder).path, last.path)

    def test_what_is_younger_than_some_days_is_kept_and_always_the_newest(self):
        now = timezone.now()
        ages = (timedelta(days=40), timedelta(days=30, seconds=2), timedelta(days=29), timedelta(days=1))
        for keep, days, left in (
            (None, 30, [29, 1, 0]),
            (1, 30, [29, 1, 0]),  # what either keeps
            (4, 30, [30, 29, 1, 0]),
            (2, 1, [1, 0]),
            (None, None, [40, 30, 29, 1, 0]),
        ):
            with self.subTest(keep=keep, days=days):
                for backup in backups_in(self.folder / "backups"):
                    shutil.rmtree(backup.path)
                for age in ages:
                    self.backup(now=now - age)

                self.backup(now=now, keep=keep, days=days)

                present = backups_in(self.folder / "backups")
                self.assertEqual([round((now - backup.made_at) / timedelta(days=1)) for backup in present], left)

    def test_clock_that_is_years_ahead_leaves_what_the_number_keeps(self):
        now = timezone.now()
        self.backup(now=now - timedelta(days=1))

        self.backup(now=now + timedelta(days=4000), keep=2, days=30)

        self.assertEqual(len(backups_in(self.folder / "backups")), 2)

    def test_faulty_new_backup_deletes_no_older_one(self):
        first = self.backup(now=timezone.now() - timedelta(days=1))

        with patch.object(backups, "_wrong_files", return_value=["It is damaged."]):
            made = self.backup(keep=1)

        self.assertEqual(made.faults, ["It is damaged."])
        self.assertTrue(first.path.exists())

    def test_backup_that_fails_leaves_nothing_behind_and_deletes_none(self):
        first = self.backup(now=timezone.now() - timedelta(days=1))

        with patch.object(backups, "_sync", side_effect=OSError("No space left on device")), self.assertRaises(OSError):
            self.backup(keep=1)

        self.assertEqual(list((self.folder / "backups").glob("[!.]*")), [first.path])

    def test_two_backups_at_once_into_one_folder_are_refused(self):
        self.backup()
        with (self.folder / "backups" / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

            with self.assertRaisesMessage(BackupError, "Another backup"):
                self.backup(now=timezone.now() + timedelta(days=1))

    def test_lost_file_of_an_image_is_told(self):
        digests = patch.object(SQLite, "copy", side_effect=self.copy_of_uncommitted)
        next((self.folder / "media").rglob("*-full.*")).unlink()
        complained = StringIO()

        with digests:
            call_command("backup", str(self.folder / "backups"), stdout=StringIO(), stderr=complained)

        self.assertIn("1 images are named in the database, and their files are gone.", complained.getvalue())

    def copy_of_uncommitted(self, target, copy=SQLite.copy):
        """What a copy of this test's own transaction would say: another connection does not see it."""
        counts, _digests = copy(target)
        return counts, set(Image.objects.values_list("digest", flat=True))

    def test_backup_is_for_its_owner_alone(self):
        self.assertEqual(self.backup().path.stat().st_mode & 0o777, 0o700)


class CommandTests(SimpleTestCase):
    def test_what_cannot_be_done_is_said(self):
        with TemporaryDirectory() as folder:
            for command, arguments, said in (
                ("backup", [], "Name a folder, or set BACKUP_DIR."),
                ("backup", [folder, "--keep", "0"], "1 or more"),
                ("backup", [folder, "--keep-days", "0"], "1 or more"),
                ("backup", [folder, "--recipient", "age1none"], "no age public key"),
                ("verify_backup", [folder], "There is no backup in"),
                ("verify_backup", [], "Name a folder, or set BACKUP_DIR."),
            ):
                with self.subTest(command=command, arguments=arguments), self.assertRaisesMessage(CommandError, said):
                    call_command(command, *arguments)
