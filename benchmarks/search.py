"""python -m benchmarks.search: what a search, a completion and a page of the API take in a large library; exits with 1 where a target is missed."""

import random
import sys
import time
from collections import Counter
from urllib.parse import urlencode

from .alone import main

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
    """{measure: [(milliseconds, queries, address, milliseconds of processor time)]}"""
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
            timed = [_timed(client, address) for _ in range(ROUNDS)]
            quickest, busy = (min(figures) for figures in zip(*timed, strict=True))
            found.setdefault(measure, []).append((quickest, queries, address, busy))
    return found


def _timed(client, address):
    """(milliseconds by the clock, of this process's processor time) of one answer."""
    began, busy = time.perf_counter(), time.process_time()
    client.get(address)
    return (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000


def _percentiles(figures):
    """(p50, p95)"""
    ordered = sorted(figures)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def lines_of(database, size, found):
    """[(line, whether a target is missed)]"""
    for name, rows in found.items():
        limit, most = TARGETS[name]
        (p50, p95), (_half, busy) = (_percentiles(row[place] for row in rows) for place in (0, 3))
        queries, slowest = max(row[1] for row in rows), max(rows)
        missed = p95 > limit or queries > most
        yield (
            f"{database}, {size:,} entries: {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms (processor {busy:.1f}), {queries} queries; target {limit} ms, "
            f"{most} queries: {'MISSED' if missed else 'kept'} (slowest {slowest[0]:.1f} ms: {slowest[2]})",
            missed,
        )


if __name__ == "__main__":
    main("benchmarks.search", __doc__, inside, lines_of)
