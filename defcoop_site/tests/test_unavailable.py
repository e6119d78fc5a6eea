"""What happens where the database or the disk will not do: a clear answer, and nothing is lost, neither of the form nor of the library."""

import errno
import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg
import time_machine
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from defcoop_site.factories import make_article, picture_file, publish_now
from publishing.check import check_public
from publishing.images import Image
from publishing.models import Snapshot
from publishing.public import PublicVersion
from publishing.snapshots import take_snapshot

from .desk import change_address, form_data, make_editor, typed_form

LONG = "All that was typed; " * 2_000 + "the end."  # more than a database finds room for in what it has


class BusyDatabaseTests(TransactionTestCase):
    """Given an editor who saves a form while the database will not write."""

    def setUp(self):
        self.editor = make_editor(everything=True)
        self.article = publish_now(make_article(title="Title"))
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.editor)
        opened = self.client.get(change_address(self.article))
        self.typed = {**form_data(opened), **typed_form(opened)[1], "introduction": LONG, "public_note": "More"}
        self.addCleanup(connection.close)  # with what a test set on it

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def execute(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None

    @contextmanager
    def locked(self):
        """Another program holds what a save needs, for longer than the site waits."""
        if connection.vendor == "sqlite":
            self.execute("PRAGMA busy_timeout = 100")
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
        else:
            self.execute("SET lock_timeout = 100")
            with psycopg.connect(self.conninfo()) as other:
                other.execute("SELECT * FROM publishing_entry FOR UPDATE")
                yield
                other.rollback()

    @contextmanager
    def full(self):
        """There is no room left for the database."""
        if connection.vendor == "sqlite":
            self.execute("VACUUM")
            pages = self.execute("PRAGMA page_count")[0]
            self.execute(f"PRAGMA max_page_count = {pages}")
            yield
            self.execute("PRAGMA max_page_count = 1000000000")
        else:
            # What the server says when its disk is full, said by the server.
            self.execute(
                "CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql"
            )
            self.execute("CREATE TRIGGER no_room BEFORE INSERT ON publishing_snapshot EXECUTE FUNCTION no_room()")
            yield
            self.execute("DROP FUNCTION no_room() CASCADE")

    def conninfo(self):
        parameters = connection.get_connection_params()
        return psycopg.conninfo.make_conninfo(
            **{name: parameters[name] for name in ("dbname", "host", "port", "user", "password") if name in parameters}
        )

    def save(self):
        return self.client.post(change_address(self.article), {**self.typed, "_publish": "1"})

    def assert_nothing_was_saved(self):
        article = Article.objects.get()
        self.assertEqual((article.introduction, article.head.number, article.live.number), ("", 1, 1))
        self.assertEqual((Snapshot.objects.count(), PublicVersion.objects.count()), (1, 1))

    def assert_form_comes_back_and_can_be_saved(self, refused):
        self.assertContains(refused, "nothing of it is lost", status_code=503)
        self.assertContains(refused, refused["X-Request-ID"], status_code=503)
        carried = refused.context["carried"]

        again = self.client.post(
            carried["address"], {name: carried[name] for name in ("carried", "opened_by", "writing")}
        )
        self.assertEqual(form_data(again)["introduction"], LONG)
        saved = self.client.post(
            change_address(self.article),
            {**form_data(again), **typed_form(again)[1], "public_note": "More", "_publish": "1"},
        )

        self.assertEqual(saved.status_code, 302)
        self.assertEqual(Article.objects.get().introduction, LONG)
        self.assertEqual(PublicVersion.objects.count(), 2)

    def test_save_that_waited_too_long_for_the_database_gives_the_form_back(self):
        with self.locked(), self.assertLogs("django.request"):
            refused = self.save()
            self.assertContains(Client().get("/articles/"), "Title")  # readers read on

        self.assert_nothing_was_saved()
        self.assert_form_comes_back_and_can_be_saved(refused)

    def test_save_without_room_for_it_gives_the_form_back(self):
        with self.full(), self.assertLogs("django.request"):
            refused = self.save()
            self.assertContains(Client().get("/articles/"), "Title")  # readers read on

        self.assert_nothing_was_saved()
        self.assert_form_comes_back_and_can_be_saved(refused)


class FullStorageTests(TestCase):
    def test_image_without_room_for_its_file_is_refused_whole(self):
        client = Client(raise_request_exception=False)
        client.force_login(make_editor(everything=True))
        data = {"key": "plane", "title": "A plane", "credit": "A. B.", "licence": "cc-by-4.0"}
        file = SimpleUploadedFile("plane.png", picture_file(size=(61, 47)).read())  # which no other test has stored yet

        with (
            patch.object(InMemoryStorage, "_save", side_effect=OSError(errno.ENOSPC, "No space left on device")),
            self.assertLogs("django.request"),
        ):
            refused = client.post(reverse("admin:publishing_image_add"), {**data, "upload": file})

        self.assertContains(refused, "Nothing was changed", status_code=503)
        self.assertFalse(Image.objects.exists())


class ClockTests(TestCase):
    """The machine's clock was a day ahead, and is set right."""

    def test_what_is_saved_and_published_afterwards_counts_as_later(self):
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            article = publish_now(make_article(title="First"))
        article.title = "Second"
        article.save()

        article = publish_now(article)

        self.assertEqual((article.head.number, article.live.number), (2, 2))
        self.assertContains(self.client.get(f"/articles/{article.slug}/"), "Second")
        self.assertEqual(check_public(), [])

    def renamed(self, article, slug):
        article.slug = slug
        article.save()
        return publish_now(article)

    def test_address_leads_to_whoever_had_it_last_in_the_order_of_publication(self):
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            first = self.renamed(publish_now(make_article(title="First", slug="old")), "first")
        second = publish_now(make_article(title="Second", slug="old"))
        self.assertContains(self.client.get("/articles/old/v/1/"), "Second")

        self.renamed(second, "second")

        self.assertRedirects(self.client.get("/articles/old/"), "/articles/second/", 301)
        self.assertContains(self.client.get("/articles/old/v/1/"), "Second")
        self.assertEqual(check_public(), [])
        self.assertEqual(take_snapshot(first).number, 2)
