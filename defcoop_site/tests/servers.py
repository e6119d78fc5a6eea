"""Real servers for tests, on ports that are free: gunicorn, and a PostgreSQL and a Redis of their own, which may be stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.db import connection

PATIENCE = 30  # seconds


def needed(program, folder=""):
    """The path of a program. Without it the test fails where REQUIRE_SERVICES=1 is set, and is left out elsewhere."""
    path = shutil.which(program, path=f"{folder}:{os.environ['PATH']}")
    if not path:
        raise (AssertionError if os.environ.get("REQUIRE_SERVICES") == "1" else SkipTest)(f"{program} is missing")
    return path


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def wait_until(true, what):
    until = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"waited {PATIENCE} seconds in vain: {what}")
        time.sleep(0.05)


def database_url():
    """DATABASE_URL of the database that the test itself uses."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


def cache_url():
    return settings.CACHES["default"].get("LOCATION") or "locmemcache://"


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Served:
    """The site under gunicorn. clean_up: addCleanup of a test or addClassCleanup; variables: what differs from the test run's own settings."""

    def __init__(self, clean_up, workers=2, **variables):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.opener = urllib.request.build_opener(_KeepRedirects)
        self.variables = {
            **os.environ,
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_ALLOWED_HOSTS": "localhost",
            "DJANGO_SECURE_COOKIES": "false",
            "DATABASE_URL": database_url(),
            "CACHE_URL": cache_url(),
            "LOG_LEVEL": "CRITICAL",
            **variables,
        }
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        options = ["--threads", "4", "--preload", "--no-control-socket", "--log-level", "critical"]
        self.process = subprocess.Popen(
            [*command, *options, "defcoop_site.tests.served"], cwd=settings.BASE_DIR, env=self.variables
        )
        clean_up(self.stop)

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)  # at once
        self.process.wait(PATIENCE)

    def wait(self):
        def answers():
            try:
                self.get("/robots.txt")
            except OSError:
                return False
            return True

        wait_until(answers, f"gunicorn on port {self.port}")
        return self

    def get(self, path, **headers):
        # The same host whatever the port, as behind a proxy.
        return self.ask(urllib.request.Request(self.address + path, headers={"Host": "localhost", **headers}))  # noqa: S310

    def post(self, path, data, cookies):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers |= {"Host": "localhost", "X-CSRFToken": cookies["csrftoken"]}
        body = urlencode(data, doseq=True).encode()
        return self.ask(urllib.request.Request(self.address + path, data=body, headers=headers))  # noqa: S310

    def ask(self, request):
        """(status, headers, text)"""
        try:
            response = self.opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.headers, response.read().decode()


class Redis:
    """A server of its own, without a file."""

    def __init__(self, clean_up):
        self.program, self.port, self.process = needed("redis-server"), free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"
        clean_up(self.kill)
        self.start()

    def start(self):
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, "Redis")

    def answers(self):
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()


class Postgres:
    """A server of its own in a temporary folder. PostgreSQL never runs as root, so root starts it as `postgres`."""

    def __init__(self, clean_up):
        self.clean_up, self.port = clean_up, free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        clean_up(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/site"
        self.as_owner = []
        if os.geteuid() == 0:
            self.as_owner = [needed("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(self.folder, "postgres", "postgres")

    def run(self, program, *arguments):
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        path = needed(program, folders[-1] if folders else "")
        subprocess.run([*self.as_owner, path, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def make(self):
        """A new server with a copy of the test's own database, committed rows and all."""
        self.run("initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--no-sync")
        self.start()
        given = connection.settings_dict
        source = f"postgresql://{given['USER']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"
        dump = self.folder / "site.sql"
        self.run("pg_dump", "--no-owner", "--file", dump, source)
        self.execute("CREATE DATABASE site", database="postgres")
        self.run(
            "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump, self.url.replace("postgres:", "postgresql:")
        )
        return self

    def replica(self):
        """A streaming replica of this server."""
        other = Postgres(self.clean_up)
        source = f"host=127.0.0.1 port={self.port} user=postgres"
        other.run("pg_basebackup", "-D", other.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        other.start()
        return other

    def start(self):
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off -c wal_retrieve_retry_interval=200ms"
        self.run("pg_ctl", "start", "-w", "-D", self.data, "-l", self.folder / "log", "-o", options)
        self.clean_up(self.stop)

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data)

    @contextmanager
    def as_database(self):
        """Have Django in this process work on this server."""
        given = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(HOST="127.0.0.1", PORT=self.port, NAME="site", USER="postgres")
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(given)

    def execute(self, sql, database="site"):
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as server:
            cursor = server.execute(sql)
            return cursor.fetchone() if cursor.description else None
