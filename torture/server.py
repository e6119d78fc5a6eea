"""The site as gunicorn serves it, on a given database, in a process group that can be killed whole."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from torture.browser import UNREACHABLE, Browser

BASE_DIR = Path(__file__).resolve().parent.parent
LONGEST_START = 60  # seconds
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "torture.settings",
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "only-for-the-test-run",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_SECURE_COOKIES": "false",
    "DJANGO_SSL_REDIRECT": "false",
    "CACHE_URL": "locmemcache://",
    "LOG_LEVEL": "ERROR",
    "EMAIL_URL": "dummymail://",
}


def address_of(connection):
    """A Django connection's database, as DATABASE_URL names it."""
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{options['NAME']}"
    return f"postgres://{options['USER']}:{options['PASSWORD']}@{options['HOST']}:{options['PORT'] or 5432}/{options['NAME']}"


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Server:
    """log: Path of a file that keeps what the server says; variables: what else its environment holds."""

    def __init__(self, database, log, workers=2, **variables):
        self.database, self.log, self.workers, self.port = database, log, workers, free_port()
        self.variables = variables
        self.process = None

    def start(self):
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers), "--no-control-socket"]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "scripts/gunicorn.conf.py",
            *options,
            "defcoop_site.wsgi",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own server, no shell
                command,
                cwd=BASE_DIR,
                env={**os.environ, **SETTINGS, "DATABASE_URL": self.database, **self.variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + LONGEST_START
        while not self.answers():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def answers(self):
        try:
            return Browser(self.port, {}).get("/healthz").status == 200
        except UNREACHABLE:
            return False

    def processes(self):
        """{living process: its parent} of the master and its workers, and while it is reloaded of both masters and theirs (Linux)."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                state, parent, group = path.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.process.pid and state != "Z":
                    found[int(path.parent.name)] = int(parent)
        return found

    def master(self):
        """The process that the others come from: the one that was started, after a reload the one that took over."""
        found = self.processes()
        return next(process for process, parent in found.items() if parent not in found)

    def signal(self, number):
        """To the master alone, as an operator does."""
        os.kill(self.master(), number)

    def kill(self):
        """Master and workers at once, in the middle of whatever they do."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self, seconds):
        """Until no process is left. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while self.process.poll() is None or self.processes():
            if time.monotonic() > until:
                raise TimeoutError(f"The server did not end within {seconds} seconds.")
            time.sleep(0.05)

    def stop(self):
        if self.process and self.processes():
            self.signal(signal.SIGTERM)
            try:
                self.wait(30)
            except TimeoutError:
                self.kill()
