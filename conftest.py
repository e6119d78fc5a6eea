"""What every test may need: a browser, and a Redis database of its own for each worker."""

import os
from pathlib import Path

import pytest
from django.conf import settings

CHROMIUM = Path("/usr/bin/chromium")


def pytest_configure(config):
    (settings.BASE_DIR / "var").mkdir(exist_ok=True)  # for the test database
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
