"""Counts kept beside the public rows of topics, so that no page counts what grows with the library.

Publishing changes them by the difference that one entry makes; `rebuild` and `differences` count everything anew.
"""

from collections import Counter
from itertools import permutations

from django.db import connection
from django.db.models import Count, F, Q

from publishing import kinds
from publishing.public import PublicEntry

from .public import PublicTagging, TopicPair, TopicTally

BATCH = 400  # a condition on each row: SQLite takes an expression of at most 1000 levels


def tallied(key):
    """Counter of what one entry adds: {(model, {column: value} as sorted items): 1}; empty where it is not live."""
    entry = PublicEntry.objects.live().filter(pk=key).only("kind").first()
    if entry is None:
        return Counter()
    topics = list(PublicTagging.objects.filter(entry=key).values_list("topic_id", flat=True))
    return Counter(
        [(TopicTally, topic, entry.kind) for topic in [None, *topics]]
        + [(TopicPair, *pair) for pair in permutations(topics, 2)]
    )


def _filter(model, keys):
    """The rows with these keys: (topic, kind) of a tally, (topic, other) of a pair."""
    second = "kind" if model is TopicTally else "other"
    found = Q()
    for first, value in keys:
        found |= Q(topic=first, **{second: value}) if first else Q(topic__isnull=True, **{second: value})
    return model.objects.filter(found)


def _row(model, first, second, entries=0):
    names = ("topic_id", "kind") if model is TopicTally else ("topic_id", "other_id")
    return model(**dict(zip(names, (first, second), strict=True)), entries=entries)


def change(before, after):
    """Keep the counts right where an entry added `before` and now adds `after`. Both are `tallied`."""
    for model in (TopicTally, TopicPair):
        gone = [key[1:] for key in before if key[0] is model and key not in after]
        come = [key[1:] for key in after if key[0] is model and key not in before]
        for start in range(0, len(gone), BATCH):
            rows = _filter(model, gone[start : start + BATCH])
            rows.filter(entries=1).delete()
            rows.update(entries=F("entries") - 1)
        model.objects.bulk_create([_row(model, *key) for key in come], ignore_conflicts=True)
        for start in range(0, len(come), BATCH):
            _filter(model, come[start : start + BATCH]).update(entries=F("entries") + 1)


def counted():
    """{(model, first, second): entries} of everything, counted from the public rows."""
    found = {}
    live = PublicEntry.objects.live().order_by()
    for kind, entries in live.values_list("kind").annotate(n=Count("pk")):
        found[TopicTally, None, kind] = entries
    for topic, kind, entries in PublicTagging.objects.values_list("topic_id", "kind").annotate(n=Count("pk")):
        found[TopicTally, topic, kind] = entries
    table = connection.ops.quote_name(PublicTagging._meta.db_table)
    sql = f"""SELECT one.topic_id, two.topic_id, COUNT(*) FROM {table} one JOIN {table} two ON two.entry_id = one.entry_id
        WHERE one.topic_id <> two.topic_id GROUP BY one.topic_id, two.topic_id"""  # noqa: S608 - our own table's name
    with connection.cursor() as cursor:
        cursor.execute(sql)
        to_python = PublicTagging._meta.get_field("topic").target_field.to_python
        for one, two, entries in cursor.fetchall():
            found[TopicPair, to_python(one), to_python(two)] = entries
    return found


def rebuild():
    """Count everything anew."""
    found = counted()
    for model in (TopicTally, TopicPair):
        model.objects.all().delete()
        model.objects.bulk_create([_row(*key, entries) for key, entries in found.items() if key[0] is model], 2000)


def differences():
    """A sentence for each kept count that is not what the public rows give."""
    kept = {(TopicTally, *row[:2]): row[2] for row in TopicTally.objects.values_list("topic_id", "kind", "entries")}
    kept |= {(TopicPair, *row[:2]): row[2] for row in TopicPair.objects.values_list("topic_id", "other_id", "entries")}
    wanted = counted()
    return sorted(
        f"{key[0].__name__} of {key[1]} and {key[2]} is {kept.get(key, 0)}, not {wanted.get(key, 0)}"
        for key in kept.keys() | wanted.keys()
        if kept.get(key) != wanted.get(key)
    )


def register():
    kinds.register_tally(kinds.Tally(tallied, change, rebuild, differences, [TopicTally, TopicPair]))
