"""What the entries of two topics carry beside these: counted from the lists of topics, and for the most frequent pairs kept
(docs/decisions/0035-what-several-topics-share.md).
"""

import json
from collections import Counter, defaultdict

from django.db import connection
from django.db.models import Q

from publishing.public import public_connection

from .public import FrequentPair, PublicCombination, count_marks, mark_of, pair_keys

# Pairs with so many common entries have a FrequentPair. Fewer are counted within the time that a page takes anyway.
FREQUENT = 2_000

# The lists of all topics of some entries, one after the other. In the order in which the entries come: given their keys as a condition, SQLite would
# first put these in order, which takes as long as looking the lists up.
LISTS = {
    "sqlite": """(WITH common (entry_id) AS ({entries}) SELECT group_concat(list.marks, '')
        FROM common CROSS JOIN topics_publictopiclist AS list ON list.entry_id = common.entry_id)""",
    # As a join it would be of the whole table: the planner takes a row looked up for dearer than thirty that are read.
    "postgresql": """(WITH common (entry_id) AS ({entries}) SELECT string_agg(
        (SELECT list.marks FROM topics_publictopiclist AS list WHERE list.entry_id = common.entry_id), '') FROM common)""",
}


def count_listed(entries, pair=()):
    """{mark: entries} of the kinds and topics of some live entries. One query.

    entries: their keys, as a query; pair: the keys of the two topics by which alone they were chosen, whose counts may be kept.
    """
    lists, values = entries.query.sql_with_params()
    answer = LISTS[connection.vendor].format(entries=lists)
    if pair:
        kept, own = _rows([pair]).values("counts").query.sql_with_params()
        # Only what is not kept is counted.
        answer, values = f"COALESCE(CAST(({kept}) AS TEXT), {answer})", (*own, *values)
    with public_connection().cursor() as cursor:
        cursor.execute(f"SELECT {answer}", values)  # noqa: S608 - what is given is a parameter
        text = cursor.fetchone()[0] or ""
    return json.loads(text) if text.startswith("{") else count_marks(text)


def _rows(pairs):
    found = Q(pk__in=[])
    for pair in pairs:
        one, other = sorted(pair)
        found |= Q(topic=one, other=other)
    return FrequentPair.objects.filter(found)


def kept():
    """Which pairs have a FrequentPair: {(topic key, other key)}, the smaller key first. One query."""
    return set(FrequentPair.objects.values_list("topic_id", "other_id"))


def added(lists):
    """Counter {(FrequentPair, topic key, other key, mark): entries} of what entries add to what is kept. lists: the marks of each. One query."""
    pairs = {(mark_of(one), mark_of(other)): (one, other) for one, other in kept()}
    found = Counter()
    for marks in lists:
        present = set(marks)
        for both, pair in pairs.items():
            if present.issuperset(both):
                found.update((FrequentPair, *pair, mark) for mark in marks)
    return found


def add(differences):
    """Add to what is kept. differences: {(topic key, other key, mark): entries}"""
    by_pair = defaultdict(dict)
    for (one, other, mark), difference in differences.items():
        by_pair[one, other][mark] = difference
    rows = list(_rows(by_pair)) if by_pair else []
    for row in rows:
        for mark, difference in by_pair[row.topic_id, row.other_id].items():
            row.counts[mark] = row.counts.get(mark, 0) + difference
            if row.counts[mark] <= 0:
                del row.counts[mark]  # no mark stands for none
    _write(rows)


def follow(pairs):
    """Keep what is kept to the pairs that are frequent. pairs: {(topic key, other key): common entries} of those whose number has changed."""
    had = kept()
    _rows(pair for pair, entries in pairs.items() if pair in had and entries < FREQUENT).delete()
    keep(pair for pair, entries in pairs.items() if pair not in had and entries >= FREQUENT)


def keep(pairs):
    """Count anew what the entries of pairs carry, and keep it."""
    _write([FrequentPair(topic_id=one, other_id=other, counts=count_pair(one, other)) for one, other in pairs])


def _write(rows):
    for row in rows:
        row.counts = dict(sorted(row.counts.items()))  # the same text, however it came about
    FrequentPair.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["topic", "other"], update_fields=["counts"]
    )


def count_pair(one, other):
    """{mark: entries} of what carries both topics, counted."""
    common = PublicCombination.objects.filter(combination__in=pair_keys(str(one), str(other)))
    return count_listed(common.values("entry"))
