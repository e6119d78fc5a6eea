"""What `python -m benchmarks.export` and `python -m benchmarks.search` share: a library of one size, measured in a process of its own."""

import argparse
import json
import subprocess
import sys

from .libraries import BASE_DIR, environment, has_postgresql, make

SIZE = 100_000
INSIDE = "--inside"


def measure(module, database, size):
    """What a module's inside() finds of a library, which is made where it is missing."""
    make(database, size)
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", module, INSIDE],
        env={**environment(database, size), "DJANGO_SETTINGS_MODULE": "defcoop_site.settings"},
        cwd=BASE_DIR,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def main(module, description, inside, lines_of):
    """Measure what the options name, print it, and exit with 1 where a target is missed.

    module: its name; inside(): what can be written as JSON, called in that process; lines_of(database, size, found) -> [(line, whether a target is
    missed)].
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--entries", type=int, default=SIZE, help=f"size of the library ({SIZE:,})")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        import django

        django.setup()
        print(json.dumps(inside()))
        return
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    misses = 0
    for database in databases:
        for line, missed in lines_of(database, options.entries, measure(module, database, options.entries)):
            print(line, flush=True)
            misses += missed
    sys.exit(f"{misses} targets missed." if misses else 0)
