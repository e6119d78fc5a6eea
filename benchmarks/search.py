"""python -m benchmarks.search: what a search, a completion and a page of the API take in a large library; exits with 1 where a target is missed."""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from urllib.parse import urlencode

from .libraries import BASE_DIR, environment, has_postgresql, make

SIZE = 100_000
INSIDE = "--inside"
SAMPLE, ROUNDS, WORDS = 400, 3, 25
# {measure: (most milliseconds at p95, most queries)}
TARGETS = {
    "search, common words": (50, 5),
    "search, rare words": (50, 5),
    "search, two words": (50, 5),
    "search, narrowed": (50, 5),
    "completion": (20, 3),
    "API, pages of 100": (60, 4),
}


def _words():
    """(words common in the library, rare ones, pairs of a rare and a common one from the same title, slugs of an actor, of a topic)"""
    from actors.public import PublicParticipation
    from publishing.public import PublicEntry
    from publishing.search_words import written
    from topics.public import TopicTally

    keys = list(PublicEntry.objects.live().order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(1).sample(keys, min(SAMPLE, len(keys)))  # noqa: S311 - no secret: the same entries each time
    titles = [
        written(title) for title in PublicEntry.objects.filter(pk__in=chosen).values_list("search_title", flat=True)
    ]
    counts = Counter(word for title in titles for word in set(title) if len(word) > 3)
    numbers = Counter(word for title in titles for word in set(title) if word.isdigit())  # at each made-up title's end
    common = [word for word, _n in counts.most_common(WORDS)]
    rare = [word for word, _n in sorted(numbers.items(), key=lambda pair: (pair[1], pair[0]))[:WORDS]]
    pairs = [
        f"{min(title, key=lambda word: counts[word])} {max(title, key=lambda word: counts[word])}"
        for title in titles
        if len({word for word in title if word in counts}) > 1
    ]
    busiest = PublicParticipation.objects.live().filter(actor__isnull=False).values_list("actor__slug", flat=True)
    actors = [slug for slug, _n in Counter(busiest[:20_000]).most_common(5)]
    topics = TopicTally.objects.filter(narrower=True, topic__isnull=False).order_by("-entries")
    return common, rare, pairs[:WORDS], actors, list(topics.values_list("topic__slug", flat=True)[:5])


def addresses():
    """{measure: [address]}"""
    common, rare, pairs, actors, topics = _words()

    def searches(words, **narrowed):
        return ["/search/?" + urlencode({"q": word, **narrowed}) for word in words]

    narrowed = [
        address
        for way in (
            {"kind": "agreement"},
            {"period": "1960"},
            *({"actor": slug} for slug in actors),
            *({"topic": slug, "kind": "article"} for slug in topics),
        )
        for address in searches(common[:3], **way)
    ]
    filters = [
        "",
        "status=in-force",
        "on=1970",
        "type=alliance&status=ended",
        f"topic={topics[0]}",
        f"party={actors[0]}",
    ]
    return {
        "search, common words": searches(common),
        "search, rare words": searches(rare),
        "search, two words": searches(pairs),
        "search, narrowed": narrowed,
        "completion": [f"/search/names/?q={word[:length]}" for word in (*common, *rare) for length in (2, 4, 6)],
        "API, pages of 100": [
            *(f"/api/v1/agreements?limit=100&{each}" for each in filters),
            *(f"/api/v1/{name}?limit=100" for name in ("articles", "actors", "participations")),
            "/api/v1/actors?limit=100&kind=state",
            f"/api/v1/participations?limit=100&actor={actors[0]}&on=1990",
            "/api/v1/participations?limit=100&status=in-force",
            f"/api/v1/search?limit=100&q={common[0]}",
        ],
    }


def inside():
    """In a process of its own, with the settings of one library: print {measure: [(milliseconds, queries, address)]}."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.SEARCHES_PER_MINUTE = 1_000_000  # more than are asked here
    client, found = Client(), {}
    for measure, asked in addresses().items():
        for address in asked:
            with CaptureQueriesContext(connection) as captured:
                status = client.get(address).status_code
            if status != 200:
                sys.exit(f"{address} answers {status}")
            queries = len(captured)  # the next request forgets them
            quickest = min(_timed(client, address) for _ in range(ROUNDS))
            found.setdefault(measure, []).append((quickest, queries, address))
    print(json.dumps(found))


def _timed(client, address):
    began = time.perf_counter()
    client.get(address)
    return (time.perf_counter() - began) * 1000


def measure(database, size):
    """What `inside` finds of a library, which is made where it is missing."""
    make(database, size)
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "benchmarks.search", INSIDE],
        env={**environment(database, size), "DJANGO_SETTINGS_MODULE": "defcoop_site.settings"},
        cwd=BASE_DIR,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def lines_of(database, size, found):
    """[(line, whether a target is missed)]"""
    for name, rows in found.items():
        limit, most = TARGETS[name]
        times = sorted(row[0] for row in rows)
        p50, p95 = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]
        queries, slowest = max(row[1] for row in rows), max(rows)
        missed = p95 > limit or queries > most
        yield (
            f"{database}, {size:,} entries: {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, {queries} queries; target {limit} ms, "
            f"{most} queries: {'MISSED' if missed else 'kept'} (slowest {slowest[0]:.1f} ms: {slowest[2]})",
            missed,
        )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
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
    for database in databases:
        for line, missed in lines_of(database, options.entries, measure(database, options.entries)):
            print(line, flush=True)
            misses += missed
    return sys.exit(f"{misses} targets missed." if misses else 0)


if __name__ == "__main__":
    main()
