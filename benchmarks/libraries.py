"""The libraries that are measured: made once for each size and database, kept under var/bench and in PostgreSQL."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("BENCH_FOLDER", BASE_DIR / "var" / "bench"))
POSTGRESQL = os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
STATIC = FOLDER / "static"
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "defcoop_site.settings",
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "only-for-measuring",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1,testserver",
    "DJANGO_SECURE_COOKIES": "false",
    "DJANGO_SSL_REDIRECT": "false",
    "LOG_LEVEL": "ERROR",
    "STATIC_ROOT": str(STATIC),
    "CACHE_URL": "locmemcache://",
}
FIXTURES = "fixtures"  # in place of a size: the content of fixtures/, with its long main article


def say(line):
    print(line, file=sys.stderr, flush=True)


def has_postgresql():
    try:
        psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def words_of(*patterns):
    """A word that changes with the files that the patterns name."""
    total = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in BASE_DIR.glob(pattern) if path.is_file()):
        total.update(path.read_bytes())
    return total.hexdigest()


@contextmanager
def stamped(path, wanted):
    """Whether something that is kept at the path was made under this word. What is made within the block is known by it from then on."""
    stamp = path.with_name(f"{path.name}.stamp")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    is_made = stamp.exists() and stamp.read_text() == wanted
    if not is_made:
        stamp.unlink(missing_ok=True)
    yield is_made
    if not is_made:
        stamp.write_text(wanted)


def forget(database):
    """Remove a SQLite file and what stands beside it."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def longest_article():
    """The address of the longest article of fixtures/."""
    with sqlite3.connect(file_of(FIXTURES)) as connection:
        order = "SELECT slug FROM publishing_publicentry WHERE kind = 'article' ORDER BY length(page) DESC LIMIT 1"
        return f"/articles/{connection.execute(order).fetchone()[0]}/"


def file_of(size):
    return FOLDER / f"{size}.sqlite3"


def environment(database, size):
    url = f"sqlite:///{file_of(size)}" if database == "SQLite" else f"{POSTGRESQL}/defcoop_bench_{size}"
    return {**os.environ, **SETTINGS, "DATABASE_URL": url}


def _make_anew(database, size):
    """A database with empty tables."""
    if database == "SQLite":
        forget(file_of(size))
        shutil.copy(_empty(), file_of(size))
    else:
        _make_postgresql(size)
        manage(environment(database, size), "manage.py", "migrate", "-v", "0")


def _empty():
    """A SQLite file with empty tables, as migrating takes longer than making a small library."""
    path = file_of("empty")
    with stamped(path, words_of("*/migrations/*.py", "requirements/base.txt")) as is_made:
        if not is_made:
            forget(path)
            manage(environment("SQLite", "empty"), "manage.py", "migrate", "-v", "0")
    return path


def _make_postgresql(size):
    name = sql.Identifier(f"defcoop_bench_{size}")
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        # As docs/configuration.md advises for any disk but a turning one.
        connection.execute(sql.SQL("ALTER DATABASE {} SET random_page_cost = 1.1").format(name))


def _tidy(database, size):
    """What a site does, or its database by itself in time: statistics, and PostgreSQL's maps of what all may see."""
    if database == "PostgreSQL":
        with psycopg.connect(f"{POSTGRESQL}/defcoop_bench_{size}", autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    else:  # as `manage.py prepare` and the imports do
        with closing(sqlite3.connect(file_of(size))) as connection:
            connection.executescript("PRAGMA analysis_limit = 1000; ANALYZE;")


def manage(environment, *command):
    subprocess.run(  # noqa: S603 - our own commands, no shell
        [sys.executable, *map(str, command)], env=environment, cwd=BASE_DIR, check=True, stdout=subprocess.DEVNULL
    )


def make(database, size):
    """Make a library unless it is there already, made by the same code."""
    # A database of PostgreSQL has its stamp here too, under a name of its own.
    place = file_of(size) if database == "SQLite" else FOLDER / f"postgresql-{size}"
    patterns = ["*/migrations/*.py", "defcoop_site/library*.py", "publishing/projecting.py", "topics/public.py"]
    with stamped(place, words_of(*patterns, *["fixtures/**/*"] * (size == FIXTURES))) as is_made:
        if is_made:
            return
        say(f"Making a library of {size if size == FIXTURES else f'{size:,} entries'} on {database} ...")
        _make_anew(database, size)
        values = environment(database, size)
        if size == FIXTURES:
            manage(values, "-m", "benchmarks.load_fixtures")
        else:
            manage(values, "manage.py", "generate", "--entries", size)
        _tidy(database, size)


def collect_static():
    """The static files as a deployment has them, compressed and under hashed names."""
    with stamped(STATIC, words_of("static/**/*", "defcoop_site/sheets.py", "requirements/base.txt")) as is_made:
        if not is_made:
            say("Collecting the static files ...")
            values = {**os.environ, **SETTINGS, "DATABASE_URL": "sqlite://:memory:"}
            manage(values, "manage.py", "collectstatic", "--noinput", "-v", "0")
