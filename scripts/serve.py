"""`make serve`: everything from a fresh copy of the project to a running site. Needs only Python's own library."""

import errno
import os
import re
import secrets
import socket
import subprocess
import sys

from scripts import environment
from scripts.environment import BASE_DIR, stop


def number(name, default):
    text = os.environ.get(name) or default
    if not text.isdigit() or not 0 < int(text) < 65536:
        stop(f"{name}={text} does not do. For example: make serve {name}={default}")
    return int(text)


def check_port(host, port):
    """Try the address before the long work, as gunicorn will."""
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            stop(f"Port {port} is in use. Stop the other program or choose another port: make serve PORT={port + 1}")
        reason = getattr(error, "strerror", None) or error
        stop(f"The site cannot listen on {host}, port {port} ({reason}). Try: make serve HOST=127.0.0.1 PORT=8000")


def in_address(host):
    """The host as an address bar takes it."""
    return f"[{host}]" if ":" in host else host


def address(host, port):
    """Where a browser on this machine finds the site."""
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else in_address(host)}:{port}"  # noqa: S104 - compared, not listened on


def write_env_file(path, host):
    """A `.env` for this machine, only if there is none. Returns whether it was written."""
    hosts = list(dict.fromkeys(["127.0.0.1", "localhost", in_address(host)]))
    lines = [
        f"DJANGO_SECRET_KEY={secrets.token_urlsafe(50)}",
        f"DJANGO_ALLOWED_HOSTS={','.join(hosts)}",
        "DJANGO_SECURE_COOKIES=false",
    ]
    try:
        handle = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines) + "\n")
    return True


def lock_for(path, variables):
    """The lock with the drivers for PostgreSQL and Redis if either is set, in the environment or in `.env`."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    in_file = re.search(
        r"^[ \t]*(?:export\s+)?(?:DATABASE_URL|(?:PAGE_)?CACHE_URL|MEDIA_STORAGE_URL)[ \t]*=[ \t]*\S",
        text,
        re.MULTILINE,
    )
    in_environment = any(
        variables.get(name) for name in ("DATABASE_URL", "CACHE_URL", "PAGE_CACHE_URL", "MEDIA_STORAGE_URL")
    )
    return "prod" if in_file or in_environment else "base"


def main():
    os.chdir(str(BASE_DIR))
    host, port, workers = os.environ.get("HOST") or "127.0.0.1", number("PORT", "8000"), number("WORKERS", "2")
    environment.check_python()
    environment.check_folder()
    check_port(host, port)
    env_file = BASE_DIR / ".env"
    # Where the environment brings the key, it brings the rest: a file for one's own machine would loosen a deployment.
    if not os.environ.get("DJANGO_SECRET_KEY") and write_env_file(env_file, host):
        print("Wrote .env with a fresh secret key.", flush=True)
    environment.ensure(lock_for(env_file, os.environ))
    python = str(environment.PYTHON)
    site = address(host, port)
    prepared = subprocess.run([python, "manage.py", "prepare", "--address", site])  # noqa: S603 - no shell
    if prepared.returncode:
        sys.exit(prepared.returncode)
    os.environ["SITE_ADDRESS"] = site
    options = ["--bind", f"{in_address(host)}:{port}", "--workers", str(workers), "--no-control-socket"]
    os.execv(python, [python, "-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", *options, "defcoop_site.wsgi"])  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
