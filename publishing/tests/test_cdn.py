"""A CDN is told to forget its pages after a publication, once, and again where it did not listen."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

from django.core.management import call_command
from django.test import TestCase, override_settings

from publishing.cdn import tell_cdn
from publishing.public import Generation
from publishing.publication import raise_generation


class CDN(BaseHTTPRequestHandler):
    """A CDN's address for purging: keeps what it is told, and answers as it is set to."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.headers["Surrogate-Key"], self.headers["Fastly-Key"], body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class CDNTests(TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), CDN)
        self.server.told, self.server.answer = [], 200
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        address = f"http://127.0.0.1:{self.server.server_port}/purge"
        here = override_settings(PAGE_CDN_PURGE_URL=address, PAGE_CDN_PURGE_HEADER="Fastly-Key: secret")
        here.enable()
        self.addCleanup(here.disable)
        raise_generation()

    def test_cdn_is_told_once_after_each_publication(self):
        for _ in range(2):
            call_command("run_due", stdout=StringIO())
        self.assertEqual(self.server.told, [("pages", "secret", {"tags": ["pages"]})])

        raise_generation()

        self.assertEqual([tell_cdn(), tell_cdn()], [True, False])
        self.assertEqual(len(self.server.told), 2)

    def test_cdn_that_does_not_listen_is_told_again(self):
        self.server.answer = 503
        with self.assertLogs("publishing.cdn", "WARNING"):
            self.assertFalse(tell_cdn())
        self.server.answer = 204

        self.assertTrue(tell_cdn())

    def test_telling_is_no_change_of_what_readers_see(self):
        before = Generation.objects.values("number", "changed_at").get()

        tell_cdn()

        self.assertEqual(Generation.objects.values("number", "changed_at").get(), before)

    def test_without_an_address_nobody_is_told(self):
        with self.settings(PAGE_CDN_PURGE_URL=""):
            self.assertFalse(tell_cdn())

        self.assertEqual(self.server.told, [])
