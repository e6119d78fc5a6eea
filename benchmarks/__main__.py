"""`make bench`: measures the site beside others and prints what was promised beside what was found. Exits with 1 where a promise is not kept.

What has been measured is kept, so that a run that was broken off goes on where it ended; a change of the code begins anew.
"""

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from . import report, steps
from .libraries import BASE_DIR, FIXTURES, FOLDER, has_postgresql, longest_article, make, say, words_of
from .targets import Results

SIZES, RATIO_SIZE = [200, 20_000, 100_000], 1_000
PAIRS = 3  # Two seconds differ by a tenth from the next two; the median of many pairs does not.
QUICK_SIZES = [100, 400]
CODE = [
    f"{room}/**/*.{kind}" for room in ("publishing", "topics", "actors", "articles", "defcoop_site") for kind in ("py",)
]
CODE += ["templates/**/*.html", "benchmarks/**/*.py", "requirements/base.txt"]


def plan(options, databases):
    """{name of a step: what gives its figures}, in the order in which they are measured."""
    sizes, rounds = options.sizes, options.rounds
    largest, seconds = sizes[-1], options.seconds
    library = sizes[0] if options.quick else FIXTURES
    found = {
        "served": lambda: _served(library, seconds, rounds),
        f"others {sizes[0]}": lambda: steps.against_others(sizes[0], rounds, not options.no_wagtail),
    }
    for database in databases:
        wanted = dict.fromkeys([*([] if options.quick else [RATIO_SIZE]), largest])
        for size in wanted:
            found[f"in process {database} {size}"] = lambda at=(database, size): steps.in_process(*at, rounds)
        for size in sizes[1:]:
            if database == "SQLite" or size == largest:
                found[f"pages {database} {size}"] = lambda at=(database, size): steps.pages(*at, rounds)
    if not options.quick:
        plain = {"plain": lambda: (steps.plain_site(largest), steps.plain_paths(largest))}
        found[f"others {largest}"] = lambda: steps.in_turns({name: site() for name, site in plain.items()}, 1)
    found["readers"] = lambda: steps.readers_while_publishing(largest, 2 if options.quick else 20)
    found["memory"] = lambda: steps.memory(largest, options.pages)
    return found


def _served(library, seconds, rounds):
    make("SQLite", library)
    path = longest_article() if library == FIXTURES else steps.article_paths(library)[0]
    return steps.served(library, path, seconds, rounds * PAIRS)


def kept_figures(path, code):
    """What an earlier run of the same code measured."""
    if path.exists():
        found = json.loads(path.read_text())
        if found["code"] == code:
            return found
    return {
        "code": code,
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "steps": {},
    }


def measure(options, databases, path):
    code = words_of(*CODE)
    found = {} if options.fresh else kept_figures(path, code)
    found = found or kept_figures(Path("/nowhere"), code)
    for name, step in plan(options, databases).items():
        if name in found["steps"]:
            continue
        say(f"Measuring: {name} ...")
        found["steps"][name] = step()
        found["at"] = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        path.write_text(json.dumps(found, indent=1))
    return found


def write_results(found, results, lines, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.json").write_text(json.dumps(found, indent=1) + "\n")
    for name, svg in report.pictures(results).items():
        (folder / name).write_text(svg)
    head = f"# Measured\n\n{found['at']}; {found['machine']}.\n\n"
    (folder / "README.md").write_text(
        f"{head}{report.table(lines)}\n\n## Uncached pages\n\n{report.raw_table(results)}\n"
    )


def arguments():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small libraries, few rounds: whether all of it works")
    parser.add_argument("--fresh", action="store_true", help="measure again what this code has measured already")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measure (5)")
    parser.add_argument("--seconds", type=int, default=2, help="how long each round asks a server (2)")
    parser.add_argument("--pages", type=int, default=20_000, help="how many different pages fill the memory (20,000)")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument("--no-wagtail", action="store_true", help="leave Wagtail out: it comes from the package index")
    parser.add_argument(
        "--results", type=Path, default=BASE_DIR / "benchmarks" / "results", help="where they are written"
    )
    options = parser.parse_args()
    options.sizes = QUICK_SIZES if options.quick else SIZES
    if options.quick:
        options.rounds, options.seconds, options.pages, options.no_wagtail = 1, 1, 50, True
    return options


def main():
    options = arguments()
    databases = [options.database] if options.database else ["SQLite", "PostgreSQL"][: 1 if options.quick else 2]
    if "PostgreSQL" in databases and not has_postgresql():
        say("PostgreSQL does not answer and is left out.")
        databases.remove("PostgreSQL")
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = measure(options, databases, FOLDER / ("figures-quick.json" if options.quick else "figures.json"))
    results = Results(found["steps"], options.sizes)
    lines = results.lines()
    write_results(found, results, lines, options.results)
    print(report.table(lines))
    missed = sum(line.kept is False for line in lines)
    sys.exit(f"{missed} targets missed." if missed else 0)


if __name__ == "__main__":
    main()
