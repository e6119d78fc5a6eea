"""What the operator relies on: the first start, the second, and the list of settings."""

import re
import socket
import tempfile
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import SimpleTestCase, TestCase

from defcoop_site.exports.making import versions_in
from defcoop_site.factories import make_article, publish_now
from publishing.models import SeededRecord
from publishing.public import PublicName
from scripts import environment, run_tests, serve
from topics.vocabulary import Topic


def variables_in_settings():
    source = (settings.BASE_DIR / "defcoop_site" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'\benv\.\w+\(\s*"(\w+)"', source))


def variables_in_docs(heading):
    """The names in the first column of the table under a heading of docs/configuration.md."""
    text = (settings.BASE_DIR / "docs" / "configuration.md").read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))


class InFolder(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class ConfigurationTests(SimpleTestCase):
    def test_every_variable_is_documented_and_every_documented_one_is_read(self):
        self.assertEqual(variables_in_settings(), variables_in_docs("Settings"))

    def test_every_variable_of_the_makefile_is_documented(self):
        makefile = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")

        self.assertEqual(set(re.findall(r"^(\w+) \?=", makefile, re.MULTILINE)), variables_in_docs("Commands"))

    def test_a_test_run_takes_no_setting_from_the_machine(self):
        self.assertEqual(variables_in_settings(), set(run_tests.SETTINGS))


class PrepareTests(InFolder, TestCase):
    def setUp(self):
        super().setUp()
        (self.folder / "fixtures").mkdir()
        (self.folder / "fixtures" / "topics.yaml").write_text("- name: strategic airlift\n")
        here = self.settings(
            BASE_DIR=self.folder, STATIC_ROOT=self.folder / "staticfiles", EXPORT_ROOT=self.folder / "exports"
        )
        here.enable()
        self.addCleanup(here.disable)

    def prepare(self):
        said = StringIO()
        call_command("prepare", address="http://127.0.0.1:8123", stdout=said)
        return said.getvalue()

    def test_first_run_creates_one_administrator_and_prints_the_password(self):
        said = self.prepare()

        user = get_user_model().objects.get()
        password = re.search(r"^ +password +(\S+)$", said, re.MULTILINE)[1]
        self.assertTrue(user.is_superuser)
        self.assertEqual(authenticate(username="admin", password=password), user)
        self.assertIn("http://127.0.0.1:8123/admin/", said)

    def test_first_run_loads_fixtures_and_collects_static_files(self):
        self.prepare()

        self.assertEqual(Topic.objects.get().name, "strategic airlift")
        self.assertTrue((self.folder / "staticfiles" / "admin").is_dir())

    def test_first_run_makes_the_files_that_can_be_downloaded_and_a_later_one_makes_none(self):
        (self.folder / "fixtures" / "articles").mkdir()
        (self.folder / "fixtures" / "articles" / "straits.yaml").write_text(
            "- slug: straits\n  title: Straits\n  standfirst: Where ships pass.\n  introduction: Ships pass.\n  topics: [strategic-airlift]\n"
        )
        self.prepare()
        [first] = versions_in(self.folder / "exports")

        self.prepare()

        self.assertEqual(versions_in(self.folder / "exports"), [first])

    def test_second_run_changes_nothing_and_says_nothing(self):
        self.prepare()
        password = get_user_model().objects.get().password
        Topic.objects.update(description="An editor's words.")
        collected = self.folder / "staticfiles" / "admin" / "css" / "base.css"
        collected.unlink()

        said = self.prepare()

        self.assertEqual(said, "")
        self.assertEqual(get_user_model().objects.get().password, password)
        self.assertEqual(Topic.objects.get().description, "An editor's words.")
        self.assertFalse(collected.exists(), "static files were collected again")

    def test_public_rows_of_an_older_release_are_written_anew_once(self):
        publish_now(make_article(title="Straits"))
        PublicName.objects.all().delete()
        self.assertIn("Writing the public pages anew", self.prepare())
        self.assertEqual(PublicName.objects.get().name, "straits")
        PublicName.objects.all().delete()

        self.assertEqual(self.prepare(), "")

        self.assertFalse(PublicName.objects.exists())

    def test_where_anyone_has_an_account_no_administrator_is_made(self):
        get_user_model().objects.create_user("editor")

        said = self.prepare()

        self.assertEqual(get_user_model().objects.get().username, "editor")
        self.assertNotIn("password", said)

    def test_a_mistake_in_the_fixtures_stops_the_start_and_keeps_nothing(self):
        (self.folder / "fixtures" / "topics.yaml").write_text("- name: airlift\n  colour: blue\n")

        with self.assertRaisesMessage(CommandError, "no such key: colour"):
            self.prepare()

        self.assertFalse(SeededRecord.objects.exists())
        self.assertFalse(Topic.objects.exists())


class EnvFileTests(InFolder):
    def test_a_fresh_file_has_a_key_and_is_for_its_owner_alone(self):
        path = self.folder / ".env"

        written = serve.write_env_file(path, "127.0.0.1")

        self.assertTrue(written)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertRegex(path.read_text(), r"^DJANGO_SECRET_KEY=\S{60,}\n")
        self.assertIn("\nDJANGO_ALLOWED_HOSTS=127.0.0.1,localhost\n", path.read_text())
        self.assertIn("\nDJANGO_SECURE_COOKIES=false\n", path.read_text())

    def test_another_host_is_allowed_too(self):
        for host, allowed in (("library.example", "library.example"), ("::1", "[::1]")):
            with self.subTest(host):
                path = self.folder / f"env-{len(host)}"

                serve.write_env_file(path, host)

                self.assertIn(f"=127.0.0.1,localhost,{allowed}\n", path.read_text())

    def test_a_file_that_is_there_is_never_touched(self):
        path = self.folder / ".env"
        path.write_text("DJANGO_SECRET_KEY=mine\n")

        written = serve.write_env_file(path, "127.0.0.1")

        self.assertFalse(written)
        self.assertEqual(path.read_text(), "DJANGO_SECRET_KEY=mine\n")

    def test_two_files_have_two_keys(self):
        serve.write_env_file(self.folder / "one", "127.0.0.1")
        serve.write_env_file(self.folder / "two", "127.0.0.1")

        self.assertNotEqual((self.folder / "one").read_text(), (self.folder / "two").read_text())


class StartTests(InFolder):
    def test_a_port_in_use_is_named_with_the_next_one(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]

            with self.assertRaisesMessage(SystemExit, f"Port {port} is in use."):
                serve.check_port("127.0.0.1", port)

    def test_drivers_are_installed_where_a_database_or_cache_server_is_set(self):
        path = self.folder / ".env"
        for text, lock in (
            ("DJANGO_SECRET_KEY=x\n", "base"),
            ("# DATABASE_URL=postgres://h/db\n", "base"),
            ("DATABASE_URL=\n", "base"),
            ("DATABASE_URL=postgres://h/db\n", "prod"),
            ("A=1\nexport CACHE_URL=redis://h/1\n", "prod"),
            ("PAGE_CACHE_URL=redis://h/1\n", "prod"),
        ):
            with self.subTest(text):
                path.write_text(text)

                self.assertEqual(serve.lock_for(path, {}), lock)

        self.assertEqual(serve.lock_for(self.folder / "none", {"CACHE_URL": "redis://h/1"}), "prod")

    def test_the_address_is_one_that_a_browser_can_open(self):
        for host, shown in (
            ("127.0.0.1", "http://127.0.0.1:80"),
            ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - a text, not listened on
            ("::1", "http://[::1]:80"),
            ("library.example", "http://library.example:80"),
        ):
            with self.subTest(host):
                self.assertEqual(serve.address(host, 80), shown)

    def test_a_folder_that_cannot_be_written_to_gets_one_line(self):
        real, environment.BASE_DIR = environment.BASE_DIR, self.folder / "nowhere"
        self.addCleanup(setattr, environment, "BASE_DIR", real)

        with self.assertRaisesMessage(SystemExit, "This folder cannot be written to"):
            environment.check_folder()
