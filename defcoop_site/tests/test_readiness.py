"""What the operator's programs are told, and what a reader can name when something went wrong."""

import errno
import json
import logging
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.db import OperationalError
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from defcoop_site import logs, readiness
from defcoop_site.backups import NAME
from defcoop_site.factories import make_article
from publishing.public import PublicEntry
from publishing.scheduling import PublicationSchedule, schedule
from publishing.snapshots import take_snapshot


class ReadinessTests(TestCase):
    def ready(self):
        response = self.client.get("/readyz")
        return response.status_code, response.json()["status"], response.json()["checks"]

    def test_site_that_can_work_is_ready(self):
        status, said, checks = self.ready()

        self.assertEqual((status, said), (200, "ready"))
        self.assertEqual(checks["migrations"], {"ok": True, "pending": 0})
        self.assertEqual(checks["jobs"], {"ok": True, "overdue": 0})

    def test_answer_is_never_kept(self):
        self.assertIn("no-store", self.client.get("/readyz")["Cache-Control"])

    def test_database_that_does_not_answer_makes_it_unready(self):
        with patch.object(readiness, "_database", side_effect=OperationalError("secret words")):
            response = self.client.get("/readyz")

        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json()["checks"]["database"], {"ok": False})
        self.assertNotIn("secret", response.content.decode())

    def test_database_of_an_older_release_makes_it_unready(self):
        with patch.object(readiness, "pending_migrations", return_value=2):
            status, said, checks = self.ready()

        self.assertEqual((status, said), (503, "unready"))
        self.assertEqual(checks["migrations"], {"ok": False, "pending": 2})

    def test_what_was_to_be_published_long_ago_is_named_while_the_site_answers(self):
        schedule(take_snapshot(make_article()), timezone.now() + timedelta(hours=1))
        for minutes, overdue in ((-1, 0), (-4, 0), (-6, 1)):
            with self.subTest(minutes=minutes):
                PublicationSchedule.objects.update(due_at=timezone.now() + timedelta(minutes=minutes))

                status, said, checks = self.ready()

                self.assertEqual((status, said), (200, "degraded" if overdue else "ready"))
                self.assertEqual(checks["jobs"], {"ok": not overdue, "overdue": overdue})

    def test_full_disk_is_named(self):
        with TemporaryDirectory() as folder, override_settings(BACKUP_DIR=folder, DISK_FREE_MB=10**9):
            status, said, checks = self.ready()

        self.assertEqual((status, said), (200, "degraded"))
        self.assertFalse(checks["disk"]["ok"])

    def test_backup_is_asked_for_its_age(self):
        for hours, ok in ((None, False), (25, True), (27, False), (-30, False)):  # the last: the clock was set back
            with (
                self.subTest(hours=hours),
                TemporaryDirectory() as folder,
                override_settings(BACKUP_DIR=folder, DISK_FREE_MB=0),
            ):
                if hours is not None:
                    (Path(folder) / (timezone.now() - timedelta(hours=hours)).strftime(NAME)).mkdir()

                checks = self.ready()[2]

                self.assertEqual(checks["backup"]["ok"], ok)


class ErrorPageTests(TestCase):
    def get(self, error):
        self.client.raise_request_exception = False
        with patch.object(PublicEntry.objects, "exists", side_effect=error), self.assertLogs("django.request") as log:
            response = self.client.get("/healthz")
        return response, log

    def test_error_page_names_an_id_that_the_log_has_too(self):
        written = StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(logs.JsonFormatter())
        logger = logging.getLogger("django.request")
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        self.client.raise_request_exception = False

        with patch.object(PublicEntry.objects, "exists", side_effect=ValueError("a fault")):
            response = self.client.get("/healthz")

        line = json.loads(written.getvalue().splitlines()[-1])
        self.assertEqual(response.status_code, 500)
        self.assertContains(response, line["request"], status_code=500)
        self.assertEqual(response["X-Request-ID"], line["request"])
        self.assertIn("ValueError: a fault", line["traceback"])

    def test_busy_database_and_full_disk_are_no_fault_but_ask_for_patience(self):
        for error in (OperationalError("database is locked"), OSError(errno.ENOSPC, "No space left on device")):
            with self.subTest(error=error):
                response, _log = self.get(error)

                self.assertEqual(response.status_code, 503)
                self.assertEqual(response["Retry-After"], "60")
                self.assertContains(response, response["X-Request-ID"], status_code=503)

    def test_other_errors_of_the_machine_stay_faults(self):
        response, _log = self.get(OSError(errno.ENOENT, "No such file"))

        self.assertEqual(response.status_code, 500)

    def test_pages_that_work_carry_no_id(self):
        self.assertNotIn("X-Request-ID", self.client.get("/"))


class LogTests(SimpleTestCase):
    def record(self, message, *arguments, **extra):
        record = logging.LogRecord("name", logging.WARNING, "path", 1, message, arguments, None)
        record.__dict__.update(extra)
        return record

    def test_line_of_json_holds_what_a_machine_asks(self):
        line = json.loads(logs.JsonFormatter().format(self.record("%s went", "all", fields={"ms": 3})))

        self.assertEqual(line.pop("at")[-6:], "+00:00")
        self.assertEqual(line, {"level": "warning", "logger": "name", "message": "all went", "ms": 3})

    def test_secret_of_a_share_link_is_in_no_log(self):
        for formatter in (logs.JsonFormatter(), logs.LineFormatter()):
            said = formatter.format(self.record("Not Found: %s", "/share/aBc-123:xyz/media/a.webp"))

            self.assertIn("/share/…/media/a.webp", said)
            self.assertNotIn("aBc", said)

    def test_traceback_is_in_the_line(self):
        try:
            raise ValueError("why")
        except ValueError:
            record = logging.LogRecord("name", logging.ERROR, "path", 1, "text", (), sys.exc_info())

        self.assertIn("ValueError: why", json.loads(logs.JsonFormatter().format(record))["traceback"])

    def id_of(self, given):
        request = RequestFactory().get("/", headers={"X-Request-ID": given})
        logs.with_request_id(lambda _request: self.client.get("/robots.txt"))(request)
        return request.id

    def test_id_of_a_proxy_is_taken_from_a_proxy_alone(self):
        self.assertNotEqual(self.id_of("abcdefgh-1"), "abcdefgh-1")
        with override_settings(BEHIND_PROXY=True):
            self.assertEqual(self.id_of("abcdefgh-1"), "abcdefgh-1")
            for given in ("", "short", "a\tb-cdefghij", "x" * 65, "<script>alert</script>"):
                self.assertRegex(self.id_of(given), r"\A[0-9a-f]{12}\Z")

    @override_settings(LOG_REQUESTS=True)
    def test_line_of_a_request_names_neither_reader_nor_what_was_asked(self):
        with self.assertLogs("defcoop_site.requests", "INFO") as log:
            self.client.get("/robots.txt?q=secret", REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Mine")

        [record] = log.records
        self.assertEqual({**record.fields, "ms": 0}, {"method": "GET", "route": "robots.txt", "status": 200, "ms": 0})
        self.assertNotRegex(logs.JsonFormatter().format(record), r"203\.|Mine|secret")
