"""What deploy/ says of the project is so: its files can be read, and the settings, files and commands that they name exist."""

import configparser
import json
import re
import shlex
from io import StringIO
from unittest import mock

import yaml
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.test import SimpleTestCase

from defcoop_site.management.commands.prepare import Command as Prepare

from .test_operations import variables_in_docs

DEPLOY = settings.BASE_DIR / "deploy"
# What other programs read.
FOREIGN = {"PATH", "PYTHONUNBUFFERED", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "SITE_HOST", "UPSTREAM"}


def units():
    """{name: its sections} of the files for systemd."""
    found = {}
    for path in (DEPLOY / "systemd").iterdir():
        found[path.name] = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
        found[path.name].optionxform = str
        found[path.name].read_string(path.read_text())
    return found


def instructions():
    """[(word, rest)] of the Containerfile."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text())
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


class DeployTests(SimpleTestCase):
    def check_command(self, words):
        """A manage.py command line, or gunicorn's, is one that the project has."""
        if "manage.py" in words:
            name, *options = words[words.index("manage.py") + 1 :]
            app = get_commands()[name]
            parser = load_command_class(app, name).create_parser("manage.py", name)
            parser.parse_args(options)
        else:
            self.assertIn("gunicorn", words)
            self.assertEqual(words[-1], "defcoop_site.wsgi")
            self.assertTrue((settings.BASE_DIR / words[words.index("--config") + 1]).is_file())

    def test_every_setting_is_one_that_the_site_reads(self):
        services = compose()["services"].values()
        named = {name for service in services for name in service.get("environment", {})}
        named |= set(re.findall(r"^(\w+)=", (DEPLOY / "site.env.example").read_text(), re.MULTILINE))
        for word, rest in instructions():
            if word in ("ENV", "RUN"):
                named |= set(re.findall(r"\b([A-Z][A-Z_]+)=", rest))
        named |= set(re.findall(r"\$\{?([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
        named |= set(re.findall(r"\{\$([A-Z_]+)", (DEPLOY / "Caddyfile").read_text()))

        self.assertEqual(named - variables_in_docs("Settings") - FOREIGN, set())
        self.assertIn("PAGE_CACHE_URL", named)

    def test_containers_start_what_the_project_has(self):
        for name, service in compose()["services"].items():
            command = service.get("command")
            if command and service["image"] == "defcoop-site":
                with self.subTest(name):
                    self.check_command(command)
        [command] = [json.loads(rest) for word, rest in instructions() if word == "CMD"]
        self.check_command(command)

    def test_every_file_that_is_copied_or_mounted_exists(self):
        copied = [rest.split() for word, rest in instructions() if word == "COPY" and "--from" not in rest]
        for *sources, _target in copied:
            for source in sources:
                self.assertTrue((settings.BASE_DIR / source).exists(), source)
        volumes = compose()["volumes"]
        for service in compose()["services"].values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                self.assertTrue(source in volumes or (DEPLOY / source).is_file(), volume)
        build = compose()["services"]["web"]["build"]
        self.assertTrue((DEPLOY / build["context"] / build["dockerfile"]).is_file())

    def test_services_wait_for_services_that_exist(self):
        services = compose()["services"]
        for name, service in services.items():
            self.assertLessEqual(set(service.get("depends_on", [])), set(services), name)
        self.assertEqual(services["web"]["depends_on"], {"prepare": {"condition": "service_completed_successfully"}})

    def test_pages_may_be_driven_out_and_counts_may_not(self):
        services = compose()["services"]
        policies = {name: services[name]["command"] for name in ("pages", "counts")}

        self.assertIn("allkeys-lru", policies["pages"])
        self.assertIn("noeviction", policies["counts"])
        self.assertIn("redis://pages:", services["web"]["environment"]["PAGE_CACHE_URL"])
        self.assertIn("redis://counts:", services["web"]["environment"]["CACHE_URL"])

    def test_nothing_private_reaches_the_image(self):
        ignored = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()

        self.assertLessEqual({".env", "deploy/site.env", "deploy/.env", "media", "db.sqlite3*", ".git"}, set(ignored))

    def test_units_start_what_the_project_has(self):
        for name, unit in units().items():
            with self.subTest(name):
                if name.endswith(".timer"):
                    self.assertIn(name.replace(".timer", ".service"), units())
                    self.assertIn("OnCalendar", unit["Timer"])
                else:
                    self.check_command(shlex.split(unit["Service"]["ExecStart"]))
                    self.assertEqual(unit["Service"]["User"], "defcoop")

    def test_guide_names_every_file_and_no_other(self):
        text = (DEPLOY / "README.md").read_text()
        files = {path.name for path in DEPLOY.iterdir()} - {"README.md", "systemd"}
        enabled = re.search(r"enable --now (.+)", text)[1].split()

        self.assertEqual(set(re.findall(r"^\| `([\w.-]+)` ", text, re.MULTILINE)), files)
        self.assertLessEqual({name if "." in name else f"{name}.service" for name in enabled}, set(units()))

    def test_image_is_prepared_without_a_database(self):
        with mock.patch.object(Prepare, "collect_static") as collected:
            call_command("prepare", only_static=True, stdout=StringIO())

        collected.assert_called_once_with()
