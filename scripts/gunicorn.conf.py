"""gunicorn's settings; address and number of workers come from the command line (scripts/serve.py)."""

import os

# A browser opens connections ahead of need; with one thread per worker each of them would block a worker.
threads = 4
loglevel = "warning"


def when_ready(_server):
    """Say where the site is, once it answers."""
    address = os.environ.get("SITE_ADDRESS")
    if address:
        print(f"The site is at {address}/ and its desk at {address}/admin/. Ctrl-C stops it.", flush=True)
