"""What follows when topics come to stand elsewhere in the tree: the rows of all that they gather, written anew in the same transaction.

Only rows of topics change: no page says what stands above a topic that it carries.
"""

from collections import defaultdict

from publishing.publication import raise_generation

from .public import TOPIC_MODELS, PublicTagging, rows_of
from .tallies import change, tallied
from .vocabulary import lines_above

AT_ONCE = 200


def gathered(keys):
    """The set of keys of the live entries that carry one of these topics, or one below it."""
    return set(PublicTagging.objects.filter(topic__in=keys).values_list("entry", flat=True))


def rewrite_taggings(entries):
    """Put entries under the topics that now stand above theirs. entries: keys; called in the transaction that moved the topics."""
    raise_generation()
    keys = list(entries)
    for start in range(0, len(keys), AT_ONCE):
        _rewrite(keys[start : start + AT_ONCE])


def _rewrite(keys):
    before = tallied(keys)
    carried = defaultdict(list)
    own = PublicTagging.objects.own().filter(entry__in=keys)
    for entry, kind, sort_key, topic in own.values_list("entry_id", "kind", "sort_key", "topic_id"):
        carried[entry, kind, sort_key].append(str(topic))
    lines = lines_above({topic for topics in carried.values() for topic in topics})
    rows = [
        row
        for (entry, kind, sort_key), topics in carried.items()
        for row in rows_of(entry, kind, sort_key, topics, lines)
    ]
    for model in TOPIC_MODELS:
        model.objects.filter(entry__in=keys).delete()
        model.objects.bulk_create([row for row in rows if type(row) is model])
    change(before, tallied(keys))
