"""Visits to a server of our own that plays all servers elsewhere."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from django.test import SimpleTestCase

from publishing import visiting
from publishing.visiting import Outcome, RefusedError, Visitor, is_public, target_of

PUBLIC, PRIVATE = "192.0.9.1", "127.0.0.1"
ANSWERS = {
    "/good": 200,
    "/gone": 404,
    "/removed": 410,
    "/broken": 500,
    "/busy": 503,
    "/forbidden": 403,
    "/no-head": 200,
}


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.asked.append(
            (self.command, self.headers["Host"].split(":")[0], self.path, self.headers["User-Agent"])
        )
        name, _slash, rest = self.path[1:].partition("/")
        if name == "no-head" and self.command == "HEAD":
            return self.answer(405)
        if name == "hang-up" and self.command == "HEAD":
            return self.connection.close()
        if name == "to":
            return self.answer(302, "/" + rest)
        if name == "elsewhere":
            return self.answer(301, f"http://{rest}")
        if name.startswith("loop"):
            return self.answer(302, self.path + "x")
        if name == "nowhere":
            return self.answer(302)
        if name == "drip":
            return self.drip()
        return self.answer(ANSWERS.get(f"/{name}", 200))

    def do_GET(self):
        self.do_HEAD()
        if self.path == "/endless":
            for _n in range(1000):
                self.wfile.write(b"x" * 65536)

    def answer(self, status, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def drip(self):
        self.connection.sendall(b"HTTP/1.1 ")
        for _n in range(100):
            time.sleep(0.05)
            self.connection.sendall(b"2")

    def log_message(self, *_args):
        pass

    def handle(self):
        with suppress(OSError, ValueError):  # the visitor has gone
            super().handle()


class ServerTestCase(SimpleTestCase):
    """Every host of the tests is our server; which of them counts as public is up to the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer((PRIVATE, 0), Handler)
        threading.Thread(target=cls.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self):
        self.server.asked = []
        self.slept = []
        self.hosts = {}  # name: list of lists of addresses, one for each look-up
        self.replace("PORTS", {"http": self.server.server_port, "https": 443})
        self.replace("look_up", self.look_up)
        self.replace("is_public", lambda address: address == PRIVATE)

    def replace(self, name, value):
        patch = mock.patch.object(visiting, name, value)
        patch.start()
        self.addCleanup(patch.stop)

    def look_up(self, host, port):
        answers = self.hosts.get(host)
        return answers.pop(0) if answers else [PRIVATE]

    def visitor(self, **options):
        self.now = 0.0

        def sleep(seconds):
            self.slept.append(seconds)
            self.now += seconds

        return Visitor("Tests/1.0", **{"sleep": sleep, "clock": lambda: self.now, "timeout": 2, **options})

    def visit(self, path, host="a.example", **options):
        return self.visitor(**options).visit(f"http://{host}{path}")

    def methods(self):
        return [row[0] for row in self.server.asked]


class AnswerTests(ServerTestCase):
    def test_what_an_answer_means(self):
        good, failed, unclear = Outcome.GOOD, Outcome.FAILED, Outcome.UNCLEAR
        table = {
            "/good": (good, 1),
            "/no-head": (good, 2),
            "/hang-up": (good, 2),
            "/gone": (failed, 2),
            "/removed": (failed, 2),
            "/broken": (failed, 2),
            "/busy": (unclear, 2),
            "/forbidden": (unclear, 2),
            "/nowhere": (unclear, 1),
            "/to/good": (good, 2),
            "/to/to/to/to/to/good": (good, 6),
            "/to/to/to/to/to/to/good": (failed, 6),
            "/loop": (failed, 6),
            "/a b/ü?q=ü x": (good, 1),
        }
        for path, (outcome, requests) in table.items():
            with self.subTest(path):
                self.server.asked.clear()
                self.assertEqual(self.visit(path).outcome, outcome)
                self.assertEqual(len(self.server.asked), requests)

    def test_visitor_says_who_it_is_and_asks_for_the_head_first(self):
        self.visit("/gone")

        self.assertEqual(self.methods(), ["HEAD", "GET"])
        self.assertEqual({row[3] for row in self.server.asked}, {"Tests/1.0"})

    def test_server_that_never_finishes_is_cut_off(self):
        started = time.monotonic()

        visit = self.visit("/drip", longest=0.3)

        self.assertEqual(visit.outcome, Outcome.FAILED)
        self.assertLess(time.monotonic() - started, 4)

    def test_endless_page_is_not_read(self):
        self.replace("MOST_REDIRECTS", 0)
        with mock.patch.dict(ANSWERS, {"/endless": 200}):
            visitor = self.visitor()
            self.assertEqual(visitor._ask("GET", "http://a.example/endless"), (200, ""))

    def test_one_host_is_not_hurried_and_another_not_held_up(self):
        visitor = self.visitor(delay=5)

        for url in ("http://a.example/gone", "http://b.example/good"):
            visitor.visit(url)

        self.assertEqual(self.slept, [5])  # between HEAD and GET
        self.assertEqual((visitor.wait_for("http://A.example/x"), visitor.wait_for("http://c.example/")), (5, 0))

    def test_unreachable_hosts_fail_and_a_silent_resolver_says_nothing(self):
        for error, outcome in (
            (socket.gaierror(socket.EAI_NONAME, "x"), Outcome.FAILED),
            (socket.gaierror(socket.EAI_AGAIN, "x"), Outcome.UNCLEAR),
            (ConnectionRefusedError(), Outcome.FAILED),
            (TimeoutError(), Outcome.FAILED),
        ):
            with mock.patch.object(visiting, "look_up", side_effect=error):
                self.assertEqual(self.visit("/good").outcome, outcome, error)

    def test_second_address_of_a_host_serves_where_the_first_does_not_answer(self):
        self.hosts["a.example"] = [["127.0.0.2", PRIVATE]]
        self.replace("is_public", lambda address: True)
        real = socket.create_connection

        def connect(address, timeout):
            if address[0] == "127.0.0.2":
                raise ConnectionRefusedError
            return real(address, timeout)

        with mock.patch.object(socket, "create_connection", connect):
            self.assertEqual(self.visit("/good").outcome, Outcome.GOOD)


class PrivateNetworkTests(ServerTestCase):
    """127.0.0.1, where the server is, plays a public address here; all else is private."""

    def test_host_in_a_private_network_is_not_visited(self):
        for addresses in ([["10.0.0.1"]], [[PRIVATE, "10.0.0.1"]], [[]]):
            self.hosts["inner.example"] = addresses
            self.assertEqual(self.visit("/good", host="inner.example").outcome, Outcome.UNCLEAR)
        self.assertEqual(self.server.asked, [])

    def test_redirect_does_not_lead_into_a_private_network(self):
        self.hosts["inner.example"] = [["169.254.169.254"]]

        visit = self.visit("/elsewhere/inner.example/good")

        self.assertEqual((visit.outcome, len(self.server.asked)), (Outcome.UNCLEAR, 1))

    def test_redirect_does_not_lead_to_another_port_or_scheme(self):
        for place in (f"a.example:{self.server.server_port + 1}/", "user:word@a.example/"):
            self.assertEqual(self.visit(f"/elsewhere/{place}").outcome, Outcome.UNCLEAR)
        with mock.patch.object(
            Handler,
            "answer",
            lambda handler, *_: (
                BaseHTTPRequestHandler.send_response(handler, 302)
                or handler.send_header("Location", "file:///etc/passwd")
                or handler.end_headers()
            ),
        ):
            self.assertEqual(self.visit("/good").outcome, Outcome.UNCLEAR)

    def test_name_that_changes_between_two_requests_is_checked_again(self):
        self.hosts["turning.example"] = [[PRIVATE], ["10.0.0.1"]]

        visit = self.visit("/gone", host="turning.example")

        self.assertEqual((visit.outcome, self.methods()), (Outcome.UNCLEAR, ["HEAD"]))

    def test_connection_goes_to_the_address_that_was_checked(self):
        # The name resolves nowhere: had the connection looked it up anew, it would have failed.
        self.assertEqual(self.visit("/good", host="does-not-exist.invalid").outcome, Outcome.GOOD)
        self.assertEqual(self.server.asked[0][1], "does-not-exist.invalid")

    def test_proxies_of_the_environment_are_not_used(self):
        with mock.patch.dict("os.environ", {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}):
            self.assertEqual(self.visit("/good").outcome, Outcome.GOOD)


class AddressTests(SimpleTestCase):
    def test_which_addresses_belong_to_the_open_internet(self):
        for address in (
            "93.184.216.34",
            "2606:2800:220:1:248:1893:25c8:1946",
            "::ffff:93.184.216.34",
            "64:ff9b::5db8:d822",
        ):
            self.assertTrue(is_public(address), address)
        for address in (
            "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
            "255.255.255.255", "240.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        ):  # fmt: skip
            self.assertFalse(is_public(address), address)

    def test_what_may_be_visited(self):
        self.assertEqual(
            target_of("https://exämple.org/a b?c=d e"), ("https", "xn--exmple-cua.org", 443, "/a%20b?c=d%20e")
        )
        self.assertEqual(target_of("http://example.org:443"), ("http", "example.org", 443, "/"))
        for url in (
            "ftp://example.org/", "file:///etc/passwd", "//example.org/", "http://", "http://example.org:22/", "http://me@example.org/",
            "http://me:word@example.org/", "http://[::1", "http://example.org:x/", "gopher://example.org", "http://" + "a" * 70 + ".org/", "",
        ):  # fmt: skip
            with self.assertRaises(RefusedError, msg=url):
                target_of(url)
            self.assertEqual(Visitor("Tests/1.0").visit(url).outcome, Outcome.UNCLEAR, url)

    def test_number_in_place_of_a_name_is_no_way_into_the_machine(self):
        for host in ("127.0.0.1", "2130706433", "0x7f.1", "[::1]", "localhost"):
            self.assertIn(
                Visitor("Tests/1.0").visit(f"http://{host}/").outcome, (Outcome.UNCLEAR, Outcome.FAILED), host
            )
            with mock.patch.object(socket, "create_connection", side_effect=AssertionError):
                Visitor("Tests/1.0").visit(f"http://{host}/")
