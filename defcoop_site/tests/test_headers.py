"""What every answer carries, and what it weighs."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import SimpleTestCase, TestCase

from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from defcoop_site.sheets import PARTS, site_sheet

from .desk import desk_address, make_editor

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

    def desk_pages(self):
        self.client.force_login(make_editor(everything=True))
        article = Article.objects.get(slug="one")
        addresses = [desk_address(article, name, article.pk) for name in ("change", "history", "share")]
        for address in ("/admin/", "/admin/articles/article/", "/admin/security/", *addresses):
            answer = self.client.get(address)
            self.assertEqual(answer.status_code, 200, address)
            yield answer

    def test_policy_allows_only_what_the_site_itself_serves(self):
        for response in (*self.pages(), *self.desk_pages()):
            policy = response.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("script-src 'self'", policy)
            self.assertIn("style-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotIn("http:", policy)

    def test_every_page_is_guarded(self):
        others = ("/articles/one.json", "/api/v1/articles", "/data/", "/robots.txt", "/healthz", "/media/nothing.webp")
        for response in (*self.pages(), *map(self.client.get, others), *self.desk_pages()):
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
            "/about/terms/",
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

    def test_only_what_is_for_readers_may_be_embedded(self):
        for address in ("/", "/articles/one/", "/articles/one.json", "/feed/", "/articles/nothing/"):
            self.assertEqual(self.client.get(address).headers["Cross-Origin-Resource-Policy"], "cross-origin", address)
        for address in ("/admin/login/", "/admin/", "/share/nothing/"):
            self.assertEqual(self.client.get(address).headers["Cross-Origin-Resource-Policy"], "same-origin", address)


class SettingTests(SimpleTestCase):
    def settings_with(self, **environment):
        """What the settings come to under an environment: {name: value} of some of them."""
        code = (
            "from django.conf import settings; import json; print(json.dumps([settings.SECURE_HSTS_SECONDS, "
            "settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.CONTENT_SECURITY_POLICY['DIRECTIVES'].get('report-uri')]))"
        )
        fixed = {"DJANGO_SETTINGS_MODULE": "defcoop_site.settings", "DJANGO_SECRET_KEY": "x", "DJANGO_DEBUG": "true"}
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **fixed, **environment},
            cwd=settings.BASE_DIR,
            capture_output=True,
            check=True,
        )
        return json.loads(run.stdout)

    def test_transport_and_reports_follow_their_settings(self):
        plain = self.settings_with(DJANGO_HSTS_SECONDS="0", CSP_REPORT_URL="")
        strict = self.settings_with(DJANGO_HSTS_SECONDS="3600", CSP_REPORT_URL="https://reports.example/csp")

        self.assertEqual(plain, [0, False, None])
        self.assertEqual(strict, [3600, True, ["https://reports.example/csp"]])

    def test_server_writes_no_access_log(self):
        with patch.dict(os.environ), patch("tempfile.mkdtemp", return_value="/nowhere"):
            names = runpy.run_path(str(settings.BASE_DIR / "scripts" / "gunicorn.conf.py"))

        self.assertIsNone(names.get("accesslog"))
        self.assertNotIn("access", (settings.BASE_DIR / "scripts" / "serve.py").read_text(encoding="utf-8"))


class SheetTests(SimpleTestCase):
    def test_the_one_sheet_holds_every_part_once_in_order(self):
        folder = settings.BASE_DIR / "static" / "css"
        names = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.css")}
        alone = {name.removesuffix(".css") for name in DESK} | {"print", "components/figures"}
        self.assertEqual(sorted(PARTS), sorted(names - alone))

        sheet = site_sheet()
        rules = ["--paper-raised:", ".skip", ".see-also-line", ".entry-line"]
        self.assertEqual(sorted(rules, key=sheet.index), rules)
        self.assertNotIn("/*", sheet)
        self.assertEqual(sheet.count("{"), sheet.count("}"))

    def test_the_sheet_is_found_as_it_is_now(self):
        self.assertEqual(Path(finders.find("css/site.css")).read_text(encoding="utf-8"), site_sheet())
        self.assertEqual(finders.find("css/site.css", find_all=True), [finders.find("css/site.css")])
        self.assertIsNone(finders.find("css/sites.css"))
        self.assertIn("css/site.css", [name for finder in finders.get_finders() for name, _storage in finder.list([])])


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
