"""Measures one library and prints the figures as JSON. Run by `benchmarks`, in a process of its own for each database."""

import json
import os
import random
import sys
import time
from contextlib import ExitStack
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "defcoop_site.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after the setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from actors.models import Actor, Agreement  # noqa: E402
from articles.models import Article  # noqa: E402
from defcoop_site.library import Library  # noqa: E402
from publishing import kinds  # noqa: E402
from publishing.lists import PAGE_SIZE  # noqa: E402
from publishing.public import PublicEntry  # noqa: E402
from publishing.publication import publish  # noqa: E402
from publishing.snapshots import take_snapshot  # noqa: E402
from topics.listing import with_entries  # noqa: E402
from topics.pages import surroundings  # noqa: E402
from topics.public import TopicPair  # noqa: E402
from topics.vocabulary import Topic  # noqa: E402

SAMPLE, PAGES, PUBLICATIONS, SIMILAR = 200, 40, 30, 3  # a tenth of each where one round is to do
SHORT = 4  # What takes a millisecond or two is repeated more often: a moment's disturbance is most of it.
MODELS = {"actor": Actor, "agreement": Agreement, "article": Article}


# Static files need not be collected for this.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


def few(number, runs):
    return number if runs > 1 else number // 10


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(action):
    """Milliseconds that an action takes: by the clock, and of this process's processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def figures(times):
    """p50 and p95 of [(wall, processor)], and the same of the processor's time alone, all in milliseconds."""
    wall, processor = zip(*times, strict=True)
    return {
        "p50": quantile(wall, 0.5),
        "p95": quantile(wall, 0.95),
        "cpu50": quantile(processor, 0.5),
        "cpu95": quantile(processor, 0.95),
    }


def quickest(runs):
    """From [[(wall, processor) of each action] of each round], the least of each action.

    The machine may be shared: what others do can only add, so an action's quickest round is nearest to what it costs. The
    quantiles are then over the actions: a page that is slow every time stays slow.
    """
    return [tuple(map(min, zip(*times, strict=True))) for times in zip(*runs, strict=True)]


def rounds(actions, runs):
    """The figures of the actions, each at its quickest of several rounds, and the most queries of one action."""
    queries = 0
    for action in actions:
        with CaptureQueriesContext(connection) as captured:
            action()
        queries = max(queries, len(captured))
    return {**figures(quickest([[timed(action) for action in actions] for _run in range(runs)])), "queries": queries}


def asked_by(entry):
    """The arguments with which the entry's page asks for its surroundings."""
    asked = mock.Mock(side_effect=surroundings)
    with ExitStack() as stack:
        for module in ("articles.pages", "actors.actor_pages", "actors.agreement_pages"):
            stack.enter_context(mock.patch(f"{module}.surroundings", asked))
        kinds.get(entry.kind).context(entry)
    return asked.call_args


def see_also(library, chance, runs):
    keys = [library.key(number) for number in chance.sample(range(library.size), min(few(SAMPLE, runs), library.size))]
    calls = [asked_by(entry) for entry in PublicEntry.objects.filter(pk__in=keys).order_by("pk")]
    return rounds([lambda call=call: surroundings(*call.args, **call.kwargs) for call in calls], SHORT * runs)


def hub(library, runs):
    """See also of the entry that most others link to."""
    call = asked_by(PublicEntry.objects.get(pk=library.key(0)))
    return rounds([lambda: surroundings(*call.args, **call.kwargs)] * 20, SHORT * runs)


def similar_objects(library, chance):
    """django-taggit's own answer to the same question, for a few entries."""
    numbers = chance.sample(range(library.size), SIMILAR)
    rows = [MODELS[library.kind(number)].objects.get(pk=library.key(number)) for number in numbers]
    with CaptureQueriesContext(connection) as captured:
        rows[0].topics.similar_objects()
    return {**figures([timed(row.topics.similar_objects) for row in rows]), "queries": len(captured)}


def _get(client, address):
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")


def topic_pages(addresses, runs):
    """First, middle and last pages. addresses: {address: how many entries it lists}"""
    client, wanted = Client(), []
    for address, entries in addresses.items():
        last = -(-entries // PAGE_SIZE)
        wanted += [f"{address}?page={number}" for number in sorted({1, (last + 1) // 2, last})]
    return rounds([lambda page=page: _get(client, page) for page in wanted], runs)


def some_topics(chance, runs):
    """{address: entries} of topics as readers meet them, the more likely the more entries carry them, and the most frequent one."""
    topics = sorted(with_entries(Topic.objects.all()), key=lambda topic: (-topic.entries, topic.slug))
    chosen = [topics[0], *chance.choices(topics, [topic.entries for topic in topics], k=few(PAGES, runs))]
    return {f"/topics/{topic.slug}/": topic.entries for topic in chosen}


def some_pairs(chance, runs):
    """{address: entries} of pairs of topics, the more likely the more entries carry them, and the most frequent one."""
    pairs = list(TopicPair.objects.select_related("topic", "other").order_by("-entries", "topic__slug", "other__slug"))
    chosen = [pairs[0], *chance.choices(pairs, [pair.entries for pair in pairs], k=few(PAGES, runs))]
    return {f"/topics/{'+'.join(sorted((pair.topic.slug, pair.other.slug)))}/": pair.entries for pair in chosen}


def changed(library, number):
    """A snapshot of an entry with another standfirst, and the most frequent topic where it was not."""
    row = MODELS[library.kind(number)].objects.get(pk=library.key(number))
    row.summary = f"{library.content(number).summary} ({time.time_ns()})"
    row.save()
    row.topics.set(set(row.topics.all()) ^ {Topic.objects.get(pk=library.topics[0].pk)})
    return take_snapshot(row)


def publications(library, chance, runs):
    """Publishing a changed entry; what is measured is the transaction, its end included."""
    numbers = chance.sample(range(library.size), min(few(PUBLICATIONS, runs), library.size))
    times = []
    for _run in range(runs):
        snapshots = [changed(library, number) for number in numbers]
        times.append([timed(lambda snapshot=snapshot: publish(snapshot, minor=True)) for snapshot in snapshots])
    snapshot = changed(library, numbers[0])
    with CaptureQueriesContext(connection) as captured:
        publish(snapshot, minor=True)
    return {**figures(quickest(times)), "queries": len(captured)}


def main(size, runs):
    library, chance = Library(size), random.Random(size)  # noqa: S311 - a repeatable choice
    found = {
        "see also": see_also(library, chance, runs),
        "see also, most linked entry": hub(library, runs),
        "topic page": topic_pages(some_topics(chance, runs), runs),
        "two topics": topic_pages(some_pairs(chance, runs), runs),
        "publish": publications(library, chance, runs),
        "similar_objects()": similar_objects(library, chance),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
