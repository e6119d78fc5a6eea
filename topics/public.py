"""Public rows of topics: which live entry carries which topics, ready for lists and for See also, and how many do.

Taggings are of live entries only: publishing writes none for a withdrawn one. An entry that carries a topic stands under the broader ones too.
"""

import hashlib
import sys
from collections import Counter
from functools import cache, reduce
from itertools import combinations
from operator import or_
from uuid import UUID

from django.db import models
from django.db.models import Q

from publishing.inserting import unsaved
from publishing.public import PublicEntry, PublicRow

from .vocabulary import Topic, lines_above

# See also compares entries by at most so many topics, the first by key, and by at most three that two entries share
# (docs/decisions/0004-see-also-asks-by-combinations.md). Both bound the rows of an entry, and with them the cost of a page.
MOST_COMPARED = 12
MOST_SHARED = 3
MARK = 16  # hexadecimal digits


class PublicTaggingQuerySet(models.QuerySet):
    def own(self):
        """Taggings with the topics that the entries carry themselves."""
        return self.filter(own=True)


class PublicTagging(PublicRow):
    """A live entry carries a topic, itself (own) or only by one that stands below it. Kind and sort key are the entry's: a list reads its
    page of rows from the index alone.
    """

    entry = models.ForeignKey(PublicEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="public_taggings", db_index=False)
    kind = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=400)
    own = models.BooleanField()

    objects = PublicTaggingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "topic"], name="public_tagging_is_unique")]
        indexes = [models.Index(fields=["topic", "kind", "sort_key", "entry", "own"], name="public_tagging_in_order")]

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


class PublicTopicList(PublicRow):
    """All topics under which a live entry stands, in one text: what several topics share is counted from these, one row for each entry.

    marks: `mark_of` its kind, then of each topic by key. On SQLite the table has no row numbers (migration 0006): whoever lets Django make it anew
    must take these away again.
    """

    entry = models.OneToOneField(PublicEntry, primary_key=True, on_delete=models.CASCADE, related_name="+")
    marks = models.TextField()

    def __str__(self):
        return str(self.entry_id)


class TopicTally(models.Model):
    """How many live entries of a kind carry a topic; without a topic, how many there are. No row stands for none.

    narrower: whether entries that carry the topic only by a narrower one count too.
    """

    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="tallies")
    kind = models.CharField(max_length=20)
    narrower = models.BooleanField()
    entries = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "narrower", "kind"], name="topic_tally_is_unique"),
            models.UniqueConstraint(fields=["kind"], condition=Q(topic=None), name="library_tally_is_unique"),
        ]

    def __str__(self):
        return f"{self.topic_id} {self.kind}: {self.entries}"


class TopicPair(models.Model):
    """How many live entries carry two topics at once, each itself or by a narrower one. Each pair has two rows, one for either order."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="pairs", db_index=False)
    other = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="reverse_pairs", db_index=False)
    entries = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "other"], name="topic_pair_is_unique")]

    def __str__(self):
        return f"{self.topic_id} {self.other_id}: {self.entries}"


class FrequentPair(models.Model):
    """What the entries of a pair carry beside it, for pairs of so many common entries (`frequent.FREQUENT`) that a page does not count them.

    topic is the one with the smaller key; counts: {mark: entries} of all kinds and topics of the common entries, these two among them, as
    `count_marks` gives it.
    """

    pk = models.CompositePrimaryKey("topic_id", "other_id")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    counts = models.JSONField()

    def __str__(self):
        return f"{self.topic_id} {self.other_id}"


def combination_key(topics):
    """The signed 64-bit number of a combination of topics (keys as text, in any order)."""
    digest = hashlib.blake2b("+".join(sorted(topics)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def pair_keys(one, other):
    """Under which combinations the entries stand that carry both topics: the pair's own, and the one where See also does not look, for
    entries with more topics than are compared and for those that carry one of the two only by a narrower topic."""
    return [combination_key([one, other]), combination_key([one, other, "beyond"])]


def mark_of(topic):
    """MARK hexadecimal digits for a topic (its key): the first half of the key, as the other tells no two topics apart that this does not."""
    return (topic.hex if isinstance(topic, UUID) else topic.replace("-", ""))[:MARK]


def marked(marks):
    """The condition that a Topic has one of the marks."""
    ranges = (Q(pk__range=(UUID(f"{mark:0<32}"), UUID(f"{mark:f<32}"))) for mark in marks)
    return reduce(or_, ranges, Q(pk__in=[]))


@cache
def mark_of_kind(kind):
    """The same for a kind of entries."""
    return hashlib.blake2b(kind.encode(), digest_size=8).hexdigest()


def count_marks(marks):
    """{mark: how often it stands in texts of marks, put one after the other}"""
    numbers = Counter(memoryview(bytes.fromhex(marks)).cast("Q"))
    return {number.to_bytes(8, sys.byteorder).hex(): count for number, count in numbers.items()}


def split_marks(marks):
    """The marks in a text of them."""
    return [marks[start : start + MARK] for start in range(0, len(marks), MARK)]


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


def standing_under(topics):
    """{topic key: whether it is one of these} of topics and all that stand above them, in order; all keys are text. One query, where there are any."""
    lines = lines_above(topics)
    above = {broader for topic in topics for broader in lines[topic]}.difference(topics)
    return {topic: topic not in above for topic in sorted([*topics, *above])}


def tagging_rows(entry, under):
    """The unsaved rows that give a projected entry its topics. under: what standing_under() gives of its own."""
    key, kind, topics = entry.pk, entry.kind, [topic for topic, own in under.items() if own]
    taggings = [unsaved(PublicTagging, None, key, topic, kind, entry.sort_key, own) for topic, own in under.items()]
    known = set(compared(topics))
    beyond = [pair_keys(*pair)[1] for pair in combinations(under, 2) if not known.issuperset(pair)]
    found = [
        unsaved(PublicCombination, key, combination, len(topics)) for combination in [*combinations_of(topics), *beyond]
    ]
    lists = [PublicTopicList(key, "".join([mark_of_kind(kind), *map(mark_of, under)]))] if under else []
    return [*taggings, *lists, *found]


TOPIC_MODELS = [PublicTagging, PublicTopicList, PublicCombination]
