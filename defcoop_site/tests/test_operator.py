"""What the operator is told: `manage.py doctor`, the metrics, and how a server that is renewed under load answers."""

import runpy
import signal
import socket
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from unittest import skipUnless
from unittest.mock import Mock, patch

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from defcoop_site import doctor, metrics
from defcoop_site.backup_databases import VENDORS
from defcoop_site.backups import make_backup
from defcoop_site.factories import make_article, make_image, publish_now
from publishing.public import PublicEntry
from torture.browser import UNREACHABLE, Browser
from torture.server import Server, address_of

from .test_backups import FILES


class NoDatabase:
    """In place of a database's copy, which the test of backups makes."""

    name = "database.copy"

    @staticmethod
    def copy(target):
        target.write_text("all of it")
        return {}, set()

    @staticmethod
    def look_into(path):
        return {}, []


class DoctorTests(TestCase):
    """Given a site whose folders are in a place of the test's own."""

    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        here = override_settings(
            STORAGES=FILES,
            BASE_DIR=self.folder,
            MEDIA_ROOT=self.folder / "media",
            BACKUP_DIR=str(self.folder / "backups"),
        )
        here.enable()
        self.addCleanup(here.disable)

    def advice(self, now=None):
        """{name: advice} of what is not well."""
        return {finding.name: finding.advice for finding in doctor.examine(now or timezone.now()) if not finding.ok}

    def test_healthy_site_has_nothing_to_look_at_but_its_settings(self):
        publish_now(make_article())
        with patch.dict(VENDORS, {connection.vendor: NoDatabase}):
            make_backup(self.folder / "backups", timezone.now())

            names = [name for name in self.advice() if not name.startswith("setting (")]

        self.assertEqual(names, [])

    def test_each_trouble_is_named_with_what_to_do(self):
        publish_now(make_article())
        make_image("plane")
        PublicEntry.objects.update(title="Tampered")
        next((self.folder / "media").rglob("*-full.*")).unlink()
        (self.folder / ".env").write_text("DJANGO_SECRET_KEY=x")
        (self.folder / ".env").chmod(0o644)

        advice = self.advice()

        self.assertIn("chmod 600 .env", advice[".env"])
        self.assertIn("manage.py backup", advice["backup"])
        self.assertIn("manage.py rebuild_public", advice["public rows"])
        self.assertIn("1 images are gone (plane)", advice["image files"])
        self.assertTrue(any(name.startswith("setting (security.") for name in advice))

    def test_clock_that_was_ahead_is_noticed(self):
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            publish_now(make_article())

        self.assertIn("1 versions bear a moment that has not come", self.advice()["clock"])

    def test_backups_among_the_media_are_warned_of(self):
        for place, ok in (("media", False), ("media/backups", False), ("backups", True), ("", True)):
            with self.subTest(place=place), override_settings(BACKUP_DIR=str(self.folder / place) if place else ""):
                self.assertEqual("backup place" not in self.advice(), bool(ok and place))

    def test_command_ends_with_one_where_something_is_to_do(self):
        said = StringIO()

        with self.assertRaises(SystemExit) as ended:
            call_command("doctor", stdout=said)

        self.assertEqual(ended.exception.code, 1)
        self.assertRegex(said.getvalue(), r"backup +There is no backup of the last 26 hours")
        self.assertIn("to look at.", said.getvalue())


class MetricsTests(TestCase):
    def ask(self, path, token="", method="GET"):
        answered = []
        application = metrics.Measured(self.inner, "a-token")
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_AUTHORIZATION": token}
        body = b"".join(application(environ, lambda line, headers: answered.append(line)))
        return answered[0], body.decode()

    @staticmethod
    def inner(environ, start_response):
        start_response("404 Not Found", [])
        return [b""]

    def samples(self):
        status, body = self.ask("/metrics", "Bearer a-token")
        self.assertEqual(status, "200 OK")
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
        }

    def test_requests_are_counted_by_area_method_and_status_and_nothing_of_their_address(self):
        before = self.samples().get(("site_requests_total", "page", "GET", "404"), 0)

        for path in ("/actors/secret-one/", "/actors/secret-two/"):
            self.ask(path)
        self.ask("/admin/login/", method="BREW")

        samples = self.samples()
        self.assertEqual(samples["site_requests_total", "page", "GET", "404"], before + 2)
        self.assertEqual(samples["site_requests_total", "admin", "other", "404"], 1)
        self.assertNotIn("secret", str(samples))

    def test_what_readyz_says_is_there_as_gauges(self):
        samples = self.samples()

        self.assertEqual(samples["site_ready",], 1)
        self.assertEqual(samples["site_check", "migrations"], 1)
        self.assertEqual(samples["site_figure", "jobs", "overdue"], 0)

    def test_without_the_token_nothing_is_told(self):
        for token in ("", "Bearer ", "Bearer another", "a-token", "Bearer \xe9"):
            with self.subTest(token=token):
                self.assertEqual(self.ask("/metrics", token), ("401 Unauthorized", "A token is needed.\n"))


class AreaTests(SimpleTestCase):
    def test_addresses_fall_into_few_areas(self):
        for path, area in (("/", "page"), ("/api/v1/x", "api"), ("/static/a.css", "static"), ("/fr/articles/", "page")):
            self.assertEqual(metrics.area_of(path), area)


class Reader(Thread):
    """Asks for the front page again and again, each time by a connection of its own. faults: [(when it asked, what went wrong)]."""

    def __init__(self, port, stop):
        super().__init__(daemon=True)
        self.browser, self.stop, self.answered, self.faults = Browser(port, {}), stop, 0, []

    def run(self):
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                status = self.browser.get("/articles/").status
            except UNREACHABLE as error:
                self.faults.append((began, repr(error)))
            else:
                self.answered += 1
                if status != 200:
                    self.faults.append((began, status))
            time.sleep(0.02)


class ContainerTests(SimpleTestCase):
    def test_first_process_of_a_container_is_not_replaced(self):
        with patch.dict("os.environ"), patch("tempfile.mkdtemp", return_value="/nowhere"):
            names = runpy.run_path(str(settings.BASE_DIR / "scripts" / "gunicorn.conf.py"))
        server = Mock()

        with patch("os.getpid", return_value=1):
            names["on_reload"](server)
        server.reexec.assert_not_called()
        server.log.warning.assert_called_once()

        names["on_reload"](server)
        server.reexec.assert_called_once()


@skipUnless(connection.vendor == "sqlite", "what is asked here does not depend on the database")
class RenewalTests(TransactionTestCase):
    def wait_for_answers(self, readers, more):
        wanted, until = sum(reader.answered for reader in readers) + more, time.monotonic() + 60
        while sum(reader.answered for reader in readers) < wanted:
            self.assertLess(time.monotonic(), until, "the server answers no more")
            time.sleep(0.02)

    def test_no_request_fails_while_the_server_is_reloaded_and_stopped_under_load(self):
        publish_now(make_article())
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server, stop = Server(address_of(connection), Path(folder.name) / "log", workers=1), Event()
        connection.close()
        self.addCleanup(server.stop)
        server.start()
        readers = [Reader(server.port, stop) for _ in range(4)]
        self.addCleanup(stop.set)
        for reader in readers:
            reader.start()

        self.wait_for_answers(readers, 10)
        server.signal(signal.SIGHUP)
        # The master before ends once the new one, with the code and settings as they are now, has loaded.
        self.assertEqual(server.process.wait(60), 0)
        self.assertNotEqual(server.master(), server.process.pid)
        self.wait_for_answers(readers, 20)
        reloaded = time.monotonic()
        server.signal(signal.SIGTERM)
        server.wait(40)
        stop.set()
        for reader in readers:
            reader.join(60)

        faults = [fault for reader in readers for fault in reader.faults]
        # From the signal on nobody listens any more: what is asked then is for another machine. What was asked before is answered.
        self.assertEqual([fault for fault in faults if fault[0] < reloaded - 0.2], [])

    def test_a_release_that_cannot_start_leaves_the_one_before_at_work(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        log, broken = Path(folder.name) / "log", Path(folder.name) / "sitecustomize.py"
        server = Server(address_of(connection), log, workers=1, PYTHONPATH=folder.name)
        connection.close()
        self.addCleanup(server.stop)
        server.start()
        first = server.processes()

        broken.write_text(
            "import sys\nsys.modules['nh3'] = None\n"
        )  # as if the release named a library that nobody installed
        server.signal(signal.SIGHUP)
        until = time.monotonic() + 60
        while "nh3" not in log.read_text() or len(server.processes()) > len(first):
            self.assertLess(time.monotonic(), until, log.read_text()[-2000:])
            time.sleep(0.1)

        self.assertEqual(server.master(), server.process.pid)
        self.assertTrue(server.answers())

    def test_the_service_manager_is_told_who_took_over(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        ears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(ears.close)
        ears.bind(f"{folder.name}/notify")
        ears.settimeout(60)
        server = Server(
            address_of(connection), Path(folder.name) / "log", workers=1, NOTIFY_SOCKET=f"{folder.name}/notify"
        )
        connection.close()
        self.addCleanup(server.stop)
        server.start()
        server.signal(signal.SIGHUP)

        told = ""
        while "MAINPID=" not in told:
            told = ears.recv(1000).decode()
        server.process.wait(60)
        self.assertEqual(told, f"MAINPID={server.master()}")
