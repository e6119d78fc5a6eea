"""`make bench`: measures the libraries and prints what was promised beside what was found. Exits with 1 where a promise is not kept."""

import argparse
import json
import subprocess
import sys

from .libraries import BASE_DIR, environment, has_postgresql, make

SMALL, LARGE = 1_000, 100_000
SIZES = [200, SMALL, LARGE]
# (measure, size): most milliseconds at p95, most queries
TARGETS = {
    ("see also", LARGE): (5, 3),
    ("see also, most linked entry", LARGE): (None, 3),
    ("topic page", LARGE): (30, 6),
    ("two topics", LARGE): (30, 6),
    ("publish", LARGE): (250, None),
}
COLUMNS = {"p50": "p50 ms", "p95": "p95 ms", "cpu50": "cpu p50", "cpu95": "cpu p95"}
FLAT = 1.5  # See also at the large size against the small one


def measure(database, size, runs):
    """{measure: {p50, p95, cpu50, cpu95, queries}}"""
    command = [sys.executable, "-m", "benchmarks.measure", str(size), str(runs)]
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        command, env=environment(database, size), cwd=BASE_DIR, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def _verdict(kept):
    return "kept" if kept else "MISSED"


def rows_of(database, size, found):
    """[(cells of a line, whether it is a miss)]"""
    for name, figures in found.items():
        limit, most = TARGETS.get((name, size), (None, None))
        missed = (limit is not None and figures["p95"] > limit) or (most is not None and figures["queries"] > most)
        target = ", ".join([f"{limit} ms"] * (limit is not None) + [f"{most} queries"] * (most is not None))
        cells = [database, f"{size:,}", name, *(f"{figures[key]:.2f}" for key in COLUMNS), figures["queries"]]
        yield [*cells, target or "-", _verdict(not missed) if target else ""], missed


def comparisons(database, results):
    """Lines that set two figures against each other, and whether each is a miss."""
    small, large = results[SMALL]["see also"], results[LARGE]["see also"]
    yield f"{database}: See also at p95 costs {large['p95'] / small['p95']:.2f} times what it costs at {SMALL:,}", False
    ratio = large["p50"] / small["p50"]
    kept = ratio <= FLAT
    yield f"{database}: and at p50 {ratio:.2f} times; target {FLAT}: {_verdict(kept)}", not kept
    for size, found in results.items():
        other, own = found["similar_objects()"], found["see also"]
        yield (
            f"{database}, {size:,} entries: similar_objects() takes {other['p50'] / own['p50']:.0f} times as long as See also,"
            f" and {other['cpu50'] / own['cpu50']:.0f} times this process's processor time (p50)",
            False,
        )


def main():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which an action's quickest counts (5)")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    options = parser.parse_args()
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in databases and not has_postgresql():
        print("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    lines, remarks, misses = [], [], 0
    for database in databases:
        results = {}
        for size in SIZES:
            make(database, size)
            print(f"Measuring {size:,} entries on {database} ...", flush=True)
            results[size] = measure(database, size, options.runs)
            for cells, missed in rows_of(database, size, results[size]):
                lines.append(cells)
                misses += missed
        for remark, missed in comparisons(database, results):
            remarks.append(remark)
            misses += missed
    head = ["database", "entries", "measure", *COLUMNS.values(), "queries", "target", ""]
    widths = [max(len(str(line[column])) for line in [head, *lines]) for column in range(len(head))]
    for line in [head, *lines]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(*remarks, sep="\n")
    sys.exit(f"{misses} targets missed." if misses else 0)


if __name__ == "__main__":
    main()
