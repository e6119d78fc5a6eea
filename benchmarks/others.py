"""The sites that ours is compared with, made at bench time from the same entries: a plain Django site (benchmarks/plain) and Wagtail."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .libraries import BASE_DIR, FOLDER, environment, forget, say, stamped, words_of

WAGTAIL = ["wagtail>=8,<9", "gunicorn>=27,<28"]


@dataclass(frozen=True)
class Site:
    """A site that can be measured: its interpreter, the folder and the environment that it runs in, and its WSGI application."""

    name: str
    python: str
    folder: Path
    environment: dict
    application: str

    def run(self, *command, **options):
        return subprocess.run(  # noqa: S603 - our own modules, no shell
            [self.python, *map(str, command)],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            check=True,
            **options,
        )


def _articles(size):
    path = FOLDER / f"articles-{size}.jsonl"
    wanted = words_of("benchmarks/articles.py", "defcoop_site/library*.py")
    with stamped(path, wanted) as is_made:
        if not is_made:
            command = [sys.executable, "-m", "benchmarks.articles", str(size), str(path)]
            subprocess.run(command, cwd=BASE_DIR, env=environment("SQLite", size), check=True)  # noqa: S603
    return path


def our_site(database, size):
    return Site("ours", sys.executable, BASE_DIR, environment(database, size), "defcoop_site.wsgi")


def plain_site(size):
    database = FOLDER / f"plain-{size}.sqlite3"
    values = {"DJANGO_SETTINGS_MODULE": "benchmarks.plain.settings", "PLAIN_DATABASE": str(database)}
    site = Site("plain Django", sys.executable, BASE_DIR, values, "")
    articles = _articles(size)
    wanted = words_of("benchmarks/plain/*.py", "benchmarks/articles.py", "defcoop_site/library*.py")
    with stamped(database, wanted) as is_made:
        if not is_made:
            say(f"Making the plain Django site with {size:,} articles ...")
            forget(database)
            site.run("-m", "benchmarks.plain.fill", articles)
    return site


def wagtail_site(size):
    """Wagtail with these articles; its libraries come from the package index into a virtual environment of its own."""
    home = FOLDER / "wagtail"
    python, project, database = home / "venv" / "bin" / "python", home / "bench", FOLDER / f"wagtail-{size}.sqlite3"
    values = {"DJANGO_SETTINGS_MODULE": "bench_settings", "WAGTAIL_DATABASE": str(database)}
    articles = _articles(size)
    wanted = words_of("benchmarks/wagtail/**/*", "benchmarks/articles.py", "defcoop_site/library*.py")
    site = Site("Wagtail", str(python), project, values, "")
    with stamped(database, wanted) as is_made:
        if not is_made:
            _make_wagtail(home, python, project)
            say(f"Making the Wagtail site with {size:,} articles ...")
            forget(database)
            site.run("fill.py", articles)
    return site


def _make_wagtail(home, python, project):
    home.mkdir(parents=True, exist_ok=True)
    with stamped(home / "venv", " ".join(WAGTAIL)) as is_made:
        if not is_made:
            say("Installing Wagtail ...")
            subprocess.run([sys.executable, "-m", "venv", "--clear", home / "venv"], check=True)  # noqa: S603
            subprocess.run([python, "-m", "pip", "install", "-qq", *WAGTAIL], check=True)  # noqa: S603
    shutil.rmtree(project, ignore_errors=True)
    start = [python.with_name("wagtail"), "start", "bench", project]
    project.mkdir()
    subprocess.run(start, cwd=home, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    shutil.copytree(BASE_DIR / "benchmarks" / "wagtail", project, dirs_exist_ok=True)
