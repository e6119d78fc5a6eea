"""What a hostile client sends: hosts and headers that are made up, forms from elsewhere, floods; and patterns that could be made to hang."""

import ast
import re._constants as sre
import re._parser as sre_parser
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from defcoop_site.factories import make_article, make_image, publish_now
from publishing.figures import sizes
from publishing.images import Image
from publishing.limits import client_address

from .desk import change_address, make_editor

MADE_UP = {
    "HTTP_X_FORWARDED_HOST": "elsewhere.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_PORT": "8443",
    "HTTP_X_FORWARDED_PREFIX": "/elsewhere",
    "HTTP_X_FORWARDED_FOR": "203.0.113.99",
    "HTTP_X_ORIGINAL_URL": "/admin/",
    "HTTP_X_REWRITE_URL": "/admin/",
    "HTTP_X_HOST": "elsewhere.example",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_FORWARDED": "host=elsewhere.example;proto=https",
}
PAGES = ("/", "/articles/one/", "/search/?q=one", "/feed/", "/sitemap.xml", "/opensearch.xml", "/articles/one.json")


@override_settings(ALLOWED_HOSTS=["library.example"])
class HostTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        publish_now(make_article(slug="one", title="One"))

    def test_unknown_host_is_refused_before_any_page_is_made(self):
        for host in (
            "elsewhere.example",
            "library.example.elsewhere.example",
            "library.example@elsewhere.example",
            "a b",
        ):
            for address in (*PAGES, "/admin/login/"):
                with self.subTest(host, address=address):
                    self.assertEqual(self.client.get(address, HTTP_HOST=host).status_code, 400)

    def test_headers_that_a_client_makes_up_change_no_byte_of_a_page(self):
        for address in PAGES:
            plain = self.client.get(address, HTTP_HOST="library.example")
            for name, value in MADE_UP.items():
                with self.subTest(address, header=name):
                    poisoned = self.client.get(address, HTTP_HOST="library.example", **{name: value})

                    self.assertEqual(poisoned.status_code, 200)
                    self.assertEqual(poisoned.content, plain.content)
                    self.assertNotIn("elsewhere", str(poisoned.headers))

    def test_address_of_a_client_is_believed_from_a_proxy_alone(self):
        request = self.client.get("/", HTTP_HOST="library.example", **MADE_UP).wsgi_request

        self.assertEqual(client_address(request), "127.0.0.1")


class ForgeryTests(TestCase):
    def test_no_form_is_taken_without_its_token_or_from_elsewhere(self):
        editor = make_editor(everything=True)
        article = make_article(title="One")
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(editor)
        signed_out = Client(enforce_csrf_checks=True)
        data = {"login": "editor", "password": "a long password 73"}

        self.assertEqual(signed_out.post(reverse("account_login"), data).status_code, 403)
        for address in (change_address(article), reverse("account_logout"), reverse("usersessions_list")):
            for headers in ({}, {"origin": "https://elsewhere.example"}):
                with self.subTest(address, **headers):
                    self.assertEqual(strict.post(address, {"title": "Forged"}, headers=headers).status_code, 403)
        self.assertEqual(strict.get("/admin/").status_code, 200)


class FloodTests(TestCase):
    def setUp(self):
        cache.clear()

    @override_settings(SEARCHES_PER_MINUTE=2)
    def test_searches_beyond_the_limit_are_told_when_to_come_back(self):
        for address, most in (("/search/?q=a", 2), ("/search/names/?q=a", 20), ("/fr/search/?q=a", 0)):
            with self.subTest(address):
                answers = [self.client.get(address) for _ in range(most + 1)]

                self.assertTrue(all(answer.status_code == 200 for answer in answers[:-1]))
                self.assertEqual(answers[-1].status_code, 429)
                self.assertGreater(int(answers[-1].headers["Retry-After"]), 0)
                self.assertEqual(answers[-1].headers["Cache-Control"], "no-store")

    @override_settings(SEARCHES_PER_MINUTE=1)
    def test_another_visitor_searches_on(self):
        for address in ("198.51.100.1", "198.51.100.2"):
            self.assertEqual(self.client.get("/search/?q=a", REMOTE_ADDR=address).status_code, 200)


class UploadTests(TestCase):
    def test_file_is_sent_as_an_image_in_a_sandbox(self):
        image = make_image()
        self.client.force_login(make_editor(everything=True))
        width = min(width for width, _height in sizes(image.width, image.height))

        answer = self.client.get(f"/media/{image.digest}-{width}.webp")

        self.assertEqual(answer.headers["Content-Type"], "image/webp")
        self.assertEqual(answer.headers["Content-Security-Policy"], "default-src 'none'; sandbox")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_drawing_with_a_script_is_refused_whatever_it_is_called(self):
        self.client.force_login(make_editor(everything=True))
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for name, kind in (("a.svg", "image/svg+xml"), ("a.png", "image/png")):
            file = SimpleUploadedFile(name, drawing, kind)

            answer = self.client.post("/admin/publishing/image/add/", {"upload": file, "key": "a", "title": "A"})

            self.assertContains(answer, "This is an SVG drawing")
        self.assertFalse(Image.objects.exists())


def patterns_in_source():
    """(file, pattern) of every regular expression that is written out in our code."""
    for room in ("publishing", "topics", "actors", "articles", "defcoop_site"):
        for path in Path(settings.BASE_DIR / room).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and is_regex(node.func):
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                        yield path.name, first.value


def is_regex(function):
    called = getattr(function, "attr", getattr(function, "id", ""))
    module = getattr(getattr(function, "value", None), "id", "")
    return called in ("RegexValidator", "re_path") or (
        module == "re" and called in ("compile", "match", "search", "sub", "split", "fullmatch", "findall", "finditer")
    )


def endless_within_endless(parsed, inside=False):
    """Whether a repetition without end stands within another: what such a pattern costs doubles with each character."""
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            endless = argument[1] == sre.MAXREPEAT
            if (endless and inside) or endless_within_endless(argument[2], inside or endless):
                return True
        else:
            parts = argument if isinstance(argument, tuple | list) else [argument]
            flat = [p for part in parts for p in (part if isinstance(part, list) else [part])]
            if any(isinstance(part, sre_parser.SubPattern) and endless_within_endless(part, inside) for part in flat):
                return True
    return False


# Read by hand: each round of the outer repetition begins with a character that the inner one does not match.
LINEAR = {
    r"[^\W_]+(?:['’.,-][^\W_]+)*",
    r"""((?:[ \n]?<sup class="cite">(?:(?!</sup>).)*</sup>)+)([.,;:]?)""",
    r"(note|cite)(-\d+)+",
}


class PatternTests(SimpleTestCase):
    def test_check_knows_a_bad_pattern(self):
        for bad in (r"(a+)+b", r"(?:\w*\s*)*$", r"((ab)*c?)+"):
            self.assertTrue(endless_within_endless(sre_parser.parse(bad)), bad)
        for good in (r"a+b+c", r"[a-z]+(?:-[a-z]{1,5}){0,9}", r"(?:a|b)+"):
            self.assertFalse(endless_within_endless(sre_parser.parse(good)), good)

    def test_no_pattern_of_ours_can_be_made_to_backtrack_without_end(self):
        patterns = list(patterns_in_source())

        self.assertGreater(len(patterns), 30)
        for name, pattern in patterns:
            with self.subTest(name, pattern=pattern):
                self.assertTrue(pattern in LINEAR or not endless_within_endless(sre_parser.parse(pattern)))
        self.assertLessEqual(LINEAR, {pattern for _name, pattern in patterns})
