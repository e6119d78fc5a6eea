"""Measures pages of any Django project in a process of its own, as gunicorn's worker would render them, and prints the figures as JSON.

Stands alone, so that the same lines measure our site, the plain one and Wagtail: each with its own interpreter and settings
(DJANGO_SETTINGS_MODULE), from its own folder. Standard input: {"paths": {name: [path, …]}, "rounds": number}. What is measured is the whole
answer of the WSGI application: middleware, view, queries, template. No page cache stands before it.
"""

import io
import json
import sys
import time

sys.path.insert(0, ".")

import django  # noqa: E402 - after the path
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

django.setup(set_prefix=False)

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def environ_of(path):
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT": "text/html",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def ask(application, path):
    """The number of bytes of the answer. Exits where it is no page."""
    said = []
    parts = application(environ_of(path), lambda status, headers, exc_info=None: said.append(status))
    body = b"".join(parts)
    parts.close()
    if not said[0].startswith("200"):
        sys.exit(f"{path} answered {said[0]}")
    return len(body)


def measure(application, paths, rounds):
    """Milliseconds of each path at its quickest, by the clock (wall) and of this process's processor time (cpu); the most queries; mean bytes."""
    size = sum(ask(application, path) for path in paths) // len(paths)
    wall, cpu = [float("inf")] * len(paths), [float("inf")] * len(paths)
    for _round in range(rounds):
        for number, path in enumerate(paths):
            clock, processor = time.perf_counter(), time.process_time()
            ask(application, path)
            cpu[number] = min(cpu[number], (time.process_time() - processor) * 1000)
            wall[number] = min(wall[number], (time.perf_counter() - clock) * 1000)
    queries = 0
    for path in paths[:5]:
        with CaptureQueriesContext(connection) as captured:
            ask(application, path)
        queries = max(queries, len(captured))
    return {"wall": wall, "cpu": cpu, "queries": queries, "bytes": size}


def main():
    wanted = json.load(sys.stdin)
    application = WSGIHandler()
    found = {name: measure(application, paths, wanted["rounds"]) for name, paths in wanted["paths"].items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
