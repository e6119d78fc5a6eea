"""python -m benchmarks.export: how long an export of a library takes, and how much memory; exits with 1 where a target is missed."""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .libraries import BASE_DIR, environment, has_postgresql, make

SIZE = 100_000
MOST_SECONDS, MOST_MB = 180, 300  # for an export of SIZE entries
INSIDE = "--inside"


def inside():
    """In a process of its own, with the settings of one library: print what the export took."""
    import django

    django.setup()
    from defcoop_site.exports.making import make_export

    with TemporaryDirectory() as folder:
        began, cpu = time.monotonic(), time.process_time()
        made = make_export(Path(folder))
        took = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
        took["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took["files_mb"] = sum(path.stat().st_size for path in made.rglob("*") if path.is_file()) / 1024**2
    print(json.dumps(took))


def measure(database, size):
    """{seconds, cpu, mb, files_mb} of an export of a library, which is made where it is missing."""
    make(database, size)
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "benchmarks.export", INSIDE],
        env={**environment(database, size), "DJANGO_SETTINGS_MODULE": "defcoop_site.settings"},
        cwd=BASE_DIR,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.add_argument("--entries", type=int, default=SIZE, help=f"size of the library ({SIZE:,})")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside()
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    misses = 0
    seconds = MOST_SECONDS * options.entries / SIZE
    for database in databases:
        took = measure(database, options.entries)
        for name, figure, target, unit in (
            ("time", took["seconds"], seconds, "s"),
            ("memory", took["mb"], MOST_MB, "MB"),
        ):
            missed = figure > target
            misses += missed
            verdict = "MISSED" if missed else "kept"
            print(
                f"{database}, {options.entries:,} entries: {name} {figure:.1f} {unit}; target {target:.0f} {unit}: {verdict}"
            )
        print(f"{database}: {took['cpu']:.1f} s of this process's processor time; files of {took['files_mb']:.0f} MB")
    return sys.exit(f"{misses} targets missed." if misses else 0)


if __name__ == "__main__":
    main()
