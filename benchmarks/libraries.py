"""The libraries that are measured: made once for each size and database, kept under var/bench and in PostgreSQL."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDER = BASE_DIR / "var" / "bench"
POSTGRESQL = os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
SETTINGS = {
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "only-for-measuring",
    "DJANGO_ALLOWED_HOSTS": "testserver",
    "DJANGO_SECURE_COOKIES": "false",
    "DJANGO_SSL_REDIRECT": "false",
    "LOG_LEVEL": "ERROR",
    "STATIC_ROOT": str(FOLDER / "static"),
    "CACHE_URL": "locmemcache://",
}


def has_postgresql():
    try:
        psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _fingerprint():
    """A word that changes when libraries would come out otherwise."""
    total = hashlib.sha256()
    for path in sorted([*BASE_DIR.glob("*/migrations/*.py"), *BASE_DIR.glob("defcoop_site/library*.py")]):
        total.update(path.read_bytes())
    return total.hexdigest()


def environment(database, size):
    url = f"sqlite:///{FOLDER / f'{size}.sqlite3'}" if database == "SQLite" else f"{POSTGRESQL}/defcoop_bench_{size}"
    return {**os.environ, **SETTINGS, "DATABASE_URL": url}


def _drop(database, size):
    if database == "SQLite":
        for path in FOLDER.glob(f"{size}.sqlite3*"):
            path.unlink()
        return
    name = sql.Identifier(f"defcoop_bench_{size}")
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _tidy(database, size):
    """What a database does by itself in time: PostgreSQL's statistics and maps of what all may see."""
    if database == "PostgreSQL":
        with psycopg.connect(f"{POSTGRESQL}/defcoop_bench_{size}", autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def make(database, size):
    """Make a library unless it is there already, made by the same code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stamp, wanted = FOLDER / f"{database}-{size}.stamp", _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Making a library of {size:,} entries on {database} ...", flush=True)
    stamp.unlink(missing_ok=True)
    _drop(database, size)
    for command in (["migrate", "-v", "0"], ["generate", "--entries", str(size)]):
        subprocess.run(  # noqa: S603 - our own commands, no shell
            [sys.executable, "manage.py", *command],
            env=environment(database, size),
            cwd=BASE_DIR,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    _tidy(database, size)
    stamp.write_text(wanted)
