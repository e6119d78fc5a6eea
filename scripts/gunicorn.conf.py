"""gunicorn's settings; address and number of workers come from the command line (scripts/serve.py)."""

import gc
import os
import shutil
import signal
import sys
import tempfile

from gunicorn import systemd

# A browser opens connections ahead of need; with one thread per worker each of them would block a worker.
threads = 4
loglevel = "warning"
# The site is loaded once, and the workers share what it takes of memory. So a reload starts another master, which takes over once it has loaded.
preload_app = True

# A folder in which the processes add up what they count for Prometheus (defcoop_site/metrics.py): each master's own, there before the site is loaded.
MINE = f"site-metrics-{os.getpid()}-"
if MINE not in os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=MINE)


def when_ready(server):
    """Say where the site is, once it answers; after a reload take over from the master before."""
    # As gunicorn keeps it, `-m gunicorn` would start from within the library's folder, whose modules hide Python's own.
    server.START_CTX["args"] = [sys.executable, "-m", "gunicorn", *sys.argv[1:]]
    if server.master_pid:
        systemd.sd_notify(f"MAINPID={os.getpid()}", server.log)
        os.kill(server.master_pid, signal.SIGTERM)
    elif os.environ.get("SITE_ADDRESS"):
        address = os.environ["SITE_ADDRESS"]
        print(f"The site is at {address}/ and its desk at {address}/admin/. Ctrl-C stops it.", flush=True)


def pre_fork(_server, _worker):
    """What is there by now stays for ever: looking it over for garbage would only copy it into each worker."""
    gc.collect()
    gc.freeze()


def on_reload(server):
    """SIGHUP: a new master with the code and settings as they are now. One that cannot start leaves this one at work."""
    if os.getpid() == 1:
        server.log.warning("Not reloaded: a container ends with its first process. Start another container instead.")
    else:
        server.reexec()


def on_exit(_server):
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
