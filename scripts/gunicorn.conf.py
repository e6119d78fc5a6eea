"""gunicorn's settings; address and number of workers come from the command line (scripts/serve.py)."""

import os
import shutil
import tempfile

# A browser opens connections ahead of need; with one thread per worker each of them would block a worker.
threads = 4
loglevel = "warning"


def when_ready(_server):
    """Say where the site is, once it answers."""
    address = os.environ.get("SITE_ADDRESS")
    if address:
        print(f"The site is at {address}/ and its desk at {address}/admin/. Ctrl-C stops it.", flush=True)


def on_starting(_server):
    """A folder in which the processes add up what they count for Prometheus (defcoop_site/metrics.py); new with each start."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="site-metrics-")


def on_exit(_server):
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
