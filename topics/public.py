"""Public rows of topics: which live entry carries which topics, ready for lists and for See also, and how many do."""

import hashlib
from itertools import combinations

from django.db import models
from django.db.models import Q

from publishing.public import PublicEntry, PublicRow

from .vocabulary import Topic

# See also compares entries by at most so many topics, the first by key, and by at most three that two entries share
# (docs/decisions/0004-see-also-asks-by-combinations.md). Both bound the rows of an entry, and with them the cost of a page.
MOST_COMPARED = 12
MOST_SHARED = 3


class PublicTagging(PublicRow):
    """A live entry carries a topic. Kind and sort key are the entry's: a list reads its page of rows from the index alone."""

    entry = models.ForeignKey(PublicEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="public_taggings", db_index=False)
    kind = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "topic"], name="public_tagging_is_unique")]
        indexes = [models.Index(fields=["topic", "kind", "sort_key", "entry"], name="public_tagging_in_order")]

    def __str__(self):
        return f"{self.entry_id} {self.topic_id}"


class PublicCombination(PublicRow):
    """A live entry carries one, two or three topics at once. In the order of the primary key, the entries of a combination stand as See
    also ranks them: fewest topics first.

    combination: what `combination_key` makes of the topics; topic_count: all topics of the entry.
    """

    pk = models.CompositePrimaryKey("combination", "topic_count", "entry_id")
    combination = models.BigIntegerField()
    topic_count = models.PositiveSmallIntegerField()

    def __str__(self):
        return f"{self.entry_id} {self.combination}"


class TopicTally(models.Model):
    """How many live entries of a kind carry a topic; without a topic, how many there are. No row stands for none."""

    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="tallies")
    kind = models.CharField(max_length=20)
    entries = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "kind"], name="topic_tally_is_unique"),
            models.UniqueConstraint(fields=["kind"], condition=Q(topic=None), name="library_tally_is_unique"),
        ]

    def __str__(self):
        return f"{self.topic_id} {self.kind}: {self.entries}"


class TopicPair(models.Model):
    """How many live entries carry two topics at once. Each pair has two rows, one for either order."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="pairs", db_index=False)
    other = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="reverse_pairs", db_index=False)
    entries = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "other"], name="topic_pair_is_unique")]

    def __str__(self):
        return f"{self.topic_id} {self.other_id}: {self.entries}"


def combination_key(topics):
    """The signed 64-bit number of a combination of topics (keys as text, in any order)."""
    digest = hashlib.blake2b("+".join(sorted(topics)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def pair_keys(one, other):
    """Under which combinations the entries stand that carry both topics: the pair's own, and the one for entries with more topics than are
    compared, where See also does not look."""
    return [combination_key([one, other]), combination_key([one, other, "beyond"])]


def compared(topics):
    """The topic keys by which See also compares an entry, in order."""
    return sorted(topics)[:MOST_COMPARED]


def combinations_of(topics):
    """{combination key: topic keys} of every combination of one to three."""
    return {
        combination_key(chosen): chosen
        for size in range(1, MOST_SHARED + 1)
        for chosen in combinations(compared(topics), size)
    }


def tagging_rows(entry, content):
    """The unsaved rows that give a projected entry its topics."""
    taggings = [
        PublicTagging(entry_id=entry.pk, topic_id=topic, kind=entry.kind, sort_key=entry.sort_key)
        for topic in content.topics
    ]
    keys = [*combinations_of(content.topics)]
    if len(content.topics) > MOST_COMPARED:
        known = set(compared(content.topics))
        pairs = combinations(sorted(content.topics), 2)
        keys += [pair_keys(*pair)[1] for pair in pairs if not known.issuperset(pair)]
    found = [PublicCombination(entry_id=entry.pk, combination=key, topic_count=entry.topic_count) for key in keys]
    return [*taggings, *found]


TOPIC_MODELS = [PublicTagging, PublicCombination]
