"""`make torture`: the kill test and the crowd in full, on SQLite and PostgreSQL, each in a fresh database. Prints figures; exits with 1 at any loss."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from benchmarks.libraries import POSTGRESQL, has_postgresql
from torture.server import BASE_DIR, SETTINGS

NAME = "defcoop_torture"


def _on_server(*statements):
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def torture(database, folder, options):
    """Whether anything was lost in a fresh database of that kind."""
    address = f"sqlite:///{folder / 'site.sqlite3'}"
    if database == "PostgreSQL":
        _on_server(f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}")
        address = f"{POSTGRESQL}/{NAME}"
    variables = {**os.environ, **SETTINGS, "DATABASE_URL": address, "MEDIA_ROOT": str(folder / "media")}
    plays = [sys.executable, "-m", "torture.play", str(folder), database]
    chosen = ["--kills", str(options.kills), "--editors", str(options.editors), "--rounds", str(options.rounds)]
    try:
        for command in ([sys.executable, "manage.py", "migrate", "-v", "0"], [*plays, *chosen]):
            if subprocess.run(command, env=variables, cwd=BASE_DIR).returncode:  # noqa: S603 - our own commands, no shell
                return True
    finally:
        if database == "PostgreSQL":
            _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    return False


def main():
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often the server is killed (100)")
    parser.add_argument("--editors", type=int, default=20, help="how many work at once (20)")
    parser.add_argument("--rounds", type=int, default=15, help="what each of them does (15)")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    options = parser.parse_args()
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    lost = False
    for database in databases:
        with tempfile.TemporaryDirectory() as folder:
            lost = torture(database, Path(folder), options) or lost
    sys.exit("Something was lost." if lost else 0)


if __name__ == "__main__":
    main()
