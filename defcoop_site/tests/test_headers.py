"""What every answer carries, and what it weighs."""

import re

from django.conf import settings
from django.test import SimpleTestCase, TestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now

MOST_CSS, MOST_SCRIPT = 32_000, 10_000
# The desk’s own, which no reader loads.
DESK = {
    "desk.css",
    "desk-writing.css",
    "desk.js",
    "markdown.js",
    "typing.js",
    "completion.js",
    "buffer.js",
    "preview.js",
    "findings.js",
    "passkey.js",
    "topic-picker.js",
    "see-also-panel.js",
}
MOST_DESK_CSS, MOST_DESK_SCRIPT = 18_000, 34_000


class HeaderTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        publish_now(make_article(slug="one"))
        lands = [publish_now(make_actor(slug=name, iso3=code)) for name, code in (("land", "FRA"), ("other", "MLT"))]
        parties = [{"actor": land, "in_force": "1950"} for land in lands]
        publish_now(make_agreement(slug="pact", in_force="1950", obligations=["defence"], parties=parties))

    def pages(self):
        for address in ("/", "/articles/one/", "/articles/nothing/", "/search/?q=a", "/admin/login/", "/feed/"):
            yield self.client.get(address)

    def test_policy_allows_only_what_the_site_itself_serves(self):
        for response in self.pages():
            policy = response.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("script-src 'self'", policy)
            self.assertIn("style-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotIn("http:", policy)

    def test_every_page_is_guarded(self):
        for response in self.pages():
            self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(response.headers["X-Frame-Options"], "DENY")
            self.assertEqual(response.headers["Referrer-Policy"], "strict-origin-when-cross-origin")
            self.assertEqual(response.headers["Cross-Origin-Opener-Policy"], "same-origin")
            self.assertIn("camera=()", response.headers["Permissions-Policy"])

    def test_readers_get_no_cookie(self):
        for address in (
            "/",
            "/articles/one/",
            "/search/?q=a",
            "/feed/",
            "/between/",
            "/agreements/exits/?on=1990",
            "/map/",
            "/articles/one/report/",
            "/api/",
            "/api/v1/articles",
            "/data/",
        ):
            self.assertFalse(self.client.get(address).cookies, address)

    def test_pages_carry_no_inline_style_or_script_and_fetch_nothing_from_elsewhere(self):
        for address in (
            "/",
            "/articles/one/",
            "/topics/",
            "/about/",
            "/between/",
            "/articles/one/report/",
            "/agreements/exits/",
            "/agreements/?on=1990",
            "/api/",
            "/map/",
            "/agreements/pact/map/",
            "/agreements/pact/timeline/",
            "/actors/land/map/",
        ):
            html = self.client.get(address).content.decode()
            self.assertNotRegex(html, r"<script(?![^>]*\bsrc=)(?! type=\"application/ld\+json\">)")
            self.assertNotRegex(html, r"<style|\sstyle=|\son\w+=")
            elsewhere = r'<(?:link(?! rel="(?:canonical|alternate)")|script|img)[^>]+(?:href|src)="(https?:[^"]+)"'
            self.assertEqual(re.findall(elsewhere, html), [])


class WeightTests(SimpleTestCase):
    def weight(self, pattern, desk=False):
        files = (settings.BASE_DIR / "static").rglob(pattern)
        return sum(path.stat().st_size for path in files if (path.name in DESK) == desk)

    def test_style_sheets_are_light(self):
        self.assertLess(self.weight("*.css"), MOST_CSS)

    def test_scripts_are_light(self):
        self.assertLess(self.weight("*.js"), MOST_SCRIPT)

    def test_desk_is_light_too(self):
        self.assertLess(self.weight("*.css", desk=True), MOST_DESK_CSS)
        self.assertLess(self.weight("*.js", desk=True), MOST_DESK_SCRIPT)
