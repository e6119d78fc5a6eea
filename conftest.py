"""What every test may need: a browser, a Redis database of its own for each worker, and the content of fixtures/."""

import os
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings

CHROMIUM = Path("/usr/bin/chromium")
LOADED = []  # a SQLite database in memory with the content of fixtures/, once a test has loaded it


def pytest_configure(config):
    # For the test database, and for the static files that nobody collected: each client would warn that their folder is missing.
    settings.STATIC_ROOT = settings.BASE_DIR / "var" / "static-of-tests"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.SEARCHES_PER_MINUTE = 0  # nobody is counted: tests search more than people
    settings.SECOND_FACTOR_DAYS = 36_500  # a test that looks weeks ahead is about something else
    # Workers have their own database each, so they must not share a cache either.
    location = settings.CACHES["default"].get("LOCATION") or ""
    if location.startswith("redis"):
        server, _, database = location.rpartition("/")
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        settings.CACHES["default"]["LOCATION"] = f"{server}/{int(database) + int(worker)}"


def pytest_collection_modifyitems(items):
    # The browser's event loop stays in the thread until the run ends, also for the tests that come after;
    # Django would refuse the database to all of them.
    if any(item.get_closest_marker("browser") for item in items):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and not CHROMIUM.exists():
        refuse = pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip
        refuse(f"plays in a browser, and {CHROMIUM} is missing")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium; the browser that Playwright would download is not needed."""
    return {
        **browser_type_launch_args,
        "executable_path": str(CHROMIUM),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture
def first_content(transactional_db):
    """The content of fixtures/ in the database. On SQLite it is loaded once by each worker and copied from then on."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    from defcoop_site.seed import seed

    if LOADED:
        connection.ensure_connection()
        LOADED[0].backup(connection.connection)
        ContentType.objects.clear_cache()  # of the keys that they had in the database before
        return
    seed(settings.BASE_DIR / "fixtures")
    if connection.vendor == "sqlite":
        LOADED.append(sqlite3.connect(":memory:"))
        connection.connection.backup(LOADED[0])
