"""python -m benchmarks.time: the pages about time in a library as large as the four data sets make it, beside the first content alone.

Eleven thousand made-up agreements with forty thousand parties are imported from a file in the format of the UK treaty records, the same on every
machine; or a database is measured into which somebody has imported the data sets themselves.
"""

import argparse
import csv
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks import libraries

AGREEMENTS = 11_000  # with some 40,000 parties
SIZE = "imported"
LIMIT, RATIO = 60, 1.5  # milliseconds at p95; the large library against the first content
LARGE = ["united-states", "france", "germany", "italy", "belgium", "netherlands"]
SMALL = ["finland", "japan", "brazil", "egypt", "estonia", "portugal"]
DAYS = ["", "?on=1990-10-03", "?on=1970"]
STATES = libraries.BASE_DIR / "actors" / "importing" / "states.csv"
DATES = ["signed", "adopted", "provisional_entry_into_force", "definitive_entry_into_force"]
DATES += ["entry_into_force_effective", "terminated", "terminated_effective", "withdrawn"]
COLUMNS = ["record_id", "title", "kind", "subject", "parties", "signed_at", "references", "source_url", *DATES]


def _names():
    """The names of states in the records, the states with most agreements first."""
    with STATES.open(encoding="utf-8", newline="") as file:
        found = {row["slug"]: row["uk"].split(";")[0] for row in csv.DictReader(file) if row["uk"] and row["iso3"]}
    return [found.pop(slug) for slug in LARGE] + list(found.values())


def write_records(folder):
    """uk_treaties.csv in the folder: the first state is party to some 1,500, each later one to fewer."""
    chance, names = random.Random(AGREEMENTS), _names()  # noqa: S311 - a repeatable choice
    weights = [1 / (place + 9.5) for place in range(len(names))]
    with (Path(folder) / "uk_treaties.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number in range(AGREEMENTS):
            size = 2 if chance.random() < 0.8 else chance.randint(5, 15)
            parties = sorted(set(chance.choices(names, weights, k=size)))
            if len(parties) < 2:
                parties = sorted({*parties, *names[:2]})
            day = f"{chance.randint(1946, 1974)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            ended = f"{chance.randint(1975, 2020)}" if chance.random() < 0.4 else ""
            writer.writerow(
                {
                    "record_id": str(number + 1),
                    "title": f"Made-up agreement {number + 1} on {chance.choice(['bases', 'lanterns', 'supply', 'staff talks'])}",
                    "kind": "bilateral" if len(parties) == 2 else "multilateral",
                    "parties": " ; ".join(parties),
                    "signed": day,
                    "definitive_entry_into_force": day,
                    "terminated": ended,
                }
            )


def make(database):
    """Make the large library unless the same code made it already: the first content, and the made-up records imported into it."""
    place = libraries.file_of(SIZE) if database == "SQLite" else libraries.FOLDER / f"postgresql-{SIZE}"
    patterns = [
        "*/migrations/*.py",
        "publishing/projecting.py",
        "actors/importing/*",
        "fixtures/**/*",
        "benchmarks/time.py",
    ]
    with libraries.stamped(place, libraries.words_of(*patterns)) as is_made:
        if is_made:
            return
        libraries.say(f"Importing {AGREEMENTS:,} agreements on {database} ...")
        _copy(database)
        with tempfile.TemporaryDirectory() as folder:
            write_records(folder)
            values = libraries.environment(database, SIZE)
            libraries.manage(values, "manage.py", "import_data", "uk-treaties", folder, "--publish")


def _copy(database):
    """Begin with a copy of the first content."""
    if database == "SQLite":
        libraries.forget(libraries.file_of(SIZE))
        shutil.copy(libraries.file_of(libraries.FIXTURES), libraries.file_of(SIZE))
        return
    names = {
        "large": sql.Identifier(f"defcoop_bench_{SIZE}"),
        "first": sql.Identifier(f"defcoop_bench_{libraries.FIXTURES}"),
    }
    with psycopg.connect(f"{libraries.POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {large}").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {large} TEMPLATE {first}").format(**names))
        connection.execute(sql.SQL("ALTER DATABASE {large} SET random_page_cost = 1.1").format(**names))


def pages():
    """{measure: [addresses]}"""
    chance = random.Random(1)  # noqa: S311 - a repeatable choice
    pairs = {tuple(sorted(chance.sample([*LARGE, *SMALL], 2))) for _n in range(30)}
    found = {
        "large actor": [f"/actors/{slug}/{day}" for slug in LARGE for day in DAYS],
        "as-of list": [f"/agreements/{day}" for day in DAYS[1:]]
        + [f"/agreements/?on=1970&{more}" for more in ("status=in-force", "page=2", "party=france", "scope=bilateral")],
        "between": [f"/between/{one}/{other}/{day}" for one, other in sorted(pairs) for day in DAYS[:2]],
        "map": [f"/map/{day}" for day in DAYS]
        + [f"/actors/{slug}/map/{day}" for slug in LARGE for day in DAYS]
        + [f"/agreements/{slug}/map/{day}" for slug in ("npt", "north-atlantic-treaty") for day in DAYS],
    }
    return {
        f"{name} page" if name in ("large actor", "between") else name: addresses for name, addresses in found.items()
    }


def measure(runs):
    """Print the figures of the database that DATABASE_URL names, as JSON. In a process of its own."""
    from django.test import Client

    from benchmarks.measure import _get, rounds

    client = Client()
    found = {
        name: rounds([lambda page=page: _get(client, page) for page in addresses], runs)
        for name, addresses in pages().items()
    }
    json.dump(found, sys.stdout)


def _measured(values, runs):
    command = [sys.executable, "-m", "benchmarks.time", "--measure", "--runs", str(runs)]
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        command, env=values, cwd=libraries.BASE_DIR, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def report(database, first, large):
    """Print target beside figure. Returns the number of misses."""
    misses = 0
    for name, figures in large.items():
        before = first[name]
        ratio = figures["p95"] / before["p95"]
        missed = figures["p95"] > LIMIT or ratio > RATIO
        misses += missed
        print(
            f"{database:10}  {name:16}  p50 {figures['p50']:6.1f}  p95 {figures['p95']:6.1f} ms (target {LIMIT})  "
            f"cpu p95 {figures['cpu95']:6.1f}  first content p95 {before['p95']:6.1f}, cpu {before['cpu95']:6.1f}: "
            f"{ratio:.2f} times (target {RATIO}), cpu {figures['cpu95'] / before['cpu95']:.2f}  "
            f"{figures['queries']} queries (first content {before['queries']})  {'MISSED' if missed else 'kept'}"
        )
    return misses


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which each page's quickest counts (5)")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument("--imported", help="address of a database with the data sets imported, instead of made-up ones")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.runs)
        return
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not libraries.has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    misses = 0
    for database in databases:
        found = {}
        libraries.make(database, libraries.FIXTURES)
        if not options.imported:
            make(database)
        for name, size in (("first", libraries.FIXTURES), ("large", SIZE)):
            values = libraries.environment(database, size)
            if size == SIZE and options.imported:
                values["DATABASE_URL"] = options.imported
            libraries.say(f"Measuring {size} on {database} ...")
            found[name] = _measured(values, options.runs)
        misses += report(database, **found)
    sys.exit(f"{misses} targets missed." if misses else 0)


if __name__ == "__main__":
    main()
