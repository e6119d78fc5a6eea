"""An upgrade without an outage: the release before still serves its pages when the database has this release's schema already."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import SkipTest

from django.conf import settings
from django.test import TransactionTestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now

from .servers import database_url

ADDRESSES = {
    "/": "Straits",
    "/articles/": "Straits",
    "/articles/straits/": "Straits",
    "/articles/straits/v/1/": "Straits",
    "/articles/straits.json": "Straits",
    "/actors/": "Landland",
    "/actors/landland/": "The Pact",
    "/agreements/": "The Pact",
    "/agreements/pact/": "Landland",
    "/agreements/?on=1955": "The Pact",
    "/topics/": "/topics/sea-lanes/",
    "/topics/sea-lanes/": "Straits",
    "/search/?q=straits": "Straits",
    "/feed/": "Straits",
    "/sitemap.xml": "/articles/straits/",
    "/admin/login/": "csrfmiddlewaretoken",
}
READ = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client(HTTP_HOST="localhost")
answers = {address: client.get(address) for address in json.loads(sys.argv[1])}
print(json.dumps({address: [answer.status_code, answer.content.decode()] for address, answer in answers.items()}))
"""


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=settings.BASE_DIR, capture_output=True, check=True).stdout


def previous_release():
    """The newest tag of a release; before the first, the commit that stands in deploy/previous-release."""
    tags = git("tag", "--list", "v*", "--sort=-version:refname").decode().split()
    return tags[0] if tags else (settings.BASE_DIR / "deploy" / "previous-release").read_text().strip()


class RollingUpgradeTests(TransactionTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        try:
            code = git("archive", "--format=tar", previous_release())
        except (OSError, subprocess.CalledProcessError) as error:
            missing = AssertionError if os.environ.get("REQUIRE_SERVICES") == "1" else SkipTest
            raise missing("the release before is not in this copy of the repository") from error
        subprocess.run(["tar", "--extract", "--directory", self.folder], input=code, check=True)

    def old_code_reads(self):
        variables = {
            "DJANGO_SETTINGS_MODULE": "defcoop_site.settings",
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_ALLOWED_HOSTS": "localhost",
            "DJANGO_DEBUG": "true",  # takes static files that were not collected
            "DATABASE_URL": database_url(),
        }
        command = [sys.executable, "-c", READ, json.dumps(list(ADDRESSES))]
        done = subprocess.run(command, cwd=self.folder, env={**os.environ, **variables}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout)

    def test_release_before_reads_what_this_one_wrote(self):
        land = publish_now(make_actor(title="Landland", slug="landland", iso3="FRA"))
        parties = [{"actor": actor, "in_force": "1950"} for actor in (land, publish_now(make_actor()))]
        publish_now(make_agreement(title="The Pact", slug="pact", in_force="1950", parties=parties))
        publish_now(make_article(title="Straits", slug="straits", topics=[make_topic("sea lanes")]))

        answers = self.old_code_reads()

        for address, words in ADDRESSES.items():
            with self.subTest(address):
                status, text = answers[address]
                self.assertEqual((status, words in text), (200, True), text[:1000])
