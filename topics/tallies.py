"""Counts kept beside the public rows of topics, so that no page counts what grows with the library.

Publishing changes them by the difference that its entries make; `rebuild` and `differences` count everything anew.
"""

from collections import Counter, defaultdict
from itertools import combinations, groupby, permutations
from operator import itemgetter

from django.db.models import Count, Q

from publishing import kinds
from publishing.inserting import insert, unsaved
from publishing.public import PublicEntry

from . import frequent
from .public import FrequentPair, PublicTagging, TopicPair, TopicTally, mark_of, mark_of_kind

BATCH = 400  # a condition on each row: SQLite takes an expression of at most 1000 levels


COLUMNS = {TopicTally: ("topic_id", "kind", "narrower"), TopicPair: ("topic_id", "other_id")}


def tallied(keys):
    """Counter of what entries add: {(model, *its columns): entries}, for a FrequentPair its two topics and a mark; those that are not live add nothing.
    Three queries.
    """
    kinds_of = dict(PublicEntry.objects.live().filter(pk__in=keys).values_list("pk", "kind"))
    found = Counter((TopicTally, None, kind, False) for kind in kinds_of.values())
    carried = defaultdict(list)
    for entry, topic, own in PublicTagging.objects.filter(entry__in=kinds_of).values_list(
        "entry_id", "topic_id", "own"
    ):
        carried[entry].append(topic)
        found[TopicTally, topic, kinds_of[entry], True] += 1
        if own:
            found[TopicTally, topic, kinds_of[entry], False] += 1
    for topics in carried.values():
        found.update((TopicPair, *pair) for pair in permutations(topics, 2))
    return found + frequent.added(
        [mark_of_kind(kinds_of[entry]), *map(mark_of, topics)] for entry, topics in carried.items()
    )


def _rows(model, keys):
    """The rows with these keys, the values of their columns."""
    found = Q()
    for key in keys:
        found |= Q(
            **{
                name if value is not None else f"{name}__isnull": value if value is not None else True
                for name, value in zip(COLUMNS[model], key, strict=True)
            }
        )
    return model.objects.filter(found)


def _row(model, key, entries):
    return model(**dict(zip(COLUMNS[model], key, strict=True)), entries=entries)


def change(before, after):
    """Keep the counts right where entries added `before` and now add `after`. Both are `tallied`."""
    by_model = defaultdict(list)
    for key in before.keys() | after.keys():
        if before[key] != after[key]:
            by_model[key[0]].append((key[1:], after[key] - before[key]))
    frequent.add(dict(by_model.pop(FrequentPair, ())))
    for model, changes in by_model.items():
        for start in range(0, len(changes), BATCH):
            sums = _add(model, dict(changes[start : start + BATCH]))
            if model is TopicPair:
                frequent.follow({pair: entries for pair, entries in sums.items() if pair[0] < pair[1]})


def _add(model, differences):
    """Add to kept counts, in three statements; returns {key: sum}. Whoever calls holds the generation, so that nobody else does so at the same time."""
    rows = _rows(model, differences)
    kept = {tuple(key): entries for *key, entries in rows.values_list(*COLUMNS[model], "entries")}
    rows.delete()
    sums = {key: kept.get(key, 0) + difference for key, difference in differences.items()}
    # Counts that somebody tampered with may come out below none; rebuilding then counts everything anew.
    model.objects.bulk_create([_row(model, key, entries) for key, entries in sums.items() if entries > 0])
    return sums


def counted():
    """{(model, *its columns): entries} of everything, counted from the public rows."""
    found = {}
    live = PublicEntry.objects.live().order_by()
    for kind, entries in live.values_list("kind").annotate(n=Count("pk")):
        found[TopicTally, None, kind, False] = entries
    taggings = PublicTagging.objects.values_list("topic_id", "kind").annotate(n=Count("pk"))
    for narrower, rows in ((True, taggings), (False, taggings.filter(own=True))):
        found |= {(TopicTally, topic, kind, narrower): entries for topic, kind, entries in rows}
    # Counted here and not in SQL, which sorts a hundred rows for each entry.
    carried = PublicTagging.objects.order_by("entry_id", "topic_id").values_list("entry_id", "topic_id")
    pairs = Counter()
    for _entry, rows in groupby(carried.iterator(), itemgetter(0)):
        pairs.update(combinations([topic for _entry, topic in rows], 2))
    for (one, two), entries in pairs.items():
        found[TopicPair, one, two] = found[TopicPair, two, one] = entries
    return found


def rebuild():
    """Count everything anew."""
    found = counted()
    for model in (TopicTally, TopicPair):
        model.objects.all().delete()
        insert(model, (unsaved(model, None, *key[1:], entries) for key, entries in found.items() if key[0] is model))
    FrequentPair.objects.all().delete()
    frequent.keep(_frequent(found))


def _frequent(found):
    """The pairs that are frequent by what counted() gave."""
    return [
        key[1:]
        for key, entries in found.items()
        if key[0] is TopicPair and key[1] < key[2] and entries >= frequent.FREQUENT
    ]


def differences():
    """A sentence for each kept count that is not what the public rows give."""
    kept = {
        (model, *key): entries
        for model, columns in COLUMNS.items()
        for *key, entries in model.objects.values_list(*columns, "entries")
    }
    wanted = counted()
    for one, other, counts in FrequentPair.objects.values_list("topic_id", "other_id", "counts"):
        kept |= {(FrequentPair, one, other, mark): entries for mark, entries in counts.items()}
    for pair in _frequent(wanted):
        wanted |= {(FrequentPair, *pair, mark): entries for mark, entries in frequent.count_pair(*pair).items()}
    return sorted(
        f"{key[0].__name__} of {', '.join(map(str, key[1:]))} is {kept.get(key, 0)}, not {wanted.get(key, 0)}"
        for key in kept.keys() | wanted.keys()
        if kept.get(key) != wanted.get(key)
    )


def register():
    kinds.register_tally(kinds.Tally(tallied, change, rebuild, differences, [TopicTally, TopicPair, FrequentPair]))
