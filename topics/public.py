"""Public rows of topics: which live entry carries which topic, and the questions that pages ask of them.

All questions of topic pages stand here and in `lists.py`. Taggings are of live entries only: publishing writes none for a withdrawn one.
"""

import uuid

from django.db import connection, models
from django.db.models import F, Q

from publishing.public import PublicEntry, PublicRow

from .vocabulary import MAX_DEPTH, Topic

# From a topic to the one above it, and so on: "", "broader__", "broader__broader__", …
STEPS = ["broader__" * level for level in range(MAX_DEPTH)]


def at_or_below(keys, prefix=""):
    """The condition that a topic is one of these or stands below one."""
    condition = Q()
    for step in STEPS:
        condition |= Q(**{f"{prefix}{step}id__in": keys})
    return condition


class PublicTaggingQuerySet(models.QuerySet):
    def of(self, topic, narrower=True):
        """Taggings with a topic or, unless it is meant alone, with one below it."""
        return (
            self.filter(topic__in=Topic.objects.filter(at_or_below([topic.pk])))
            if narrower
            else self.filter(topic=topic)
        )

    def counts(self, narrower=True):
        """{topic key: number of entries, each once}; unless they are meant alone, an entry counts for the topics above its own too. One query."""
        if not narrower:
            return dict(self.order_by().values_list("topic").annotate(n=models.Count("entry")))
        levels = [
            self.order_by()
            .exclude(**{f"topic__{step}id": None})
            .annotate(carried=F(f"topic__{step}id"))
            .values_list("carried", "entry_id")
            for step in STEPS
        ]
        # A union leaves out what occurs twice; Django cannot group one, so the counting is put around it.
        sql, parameters = levels[0].union(*levels[1:]).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT carried, COUNT(*) FROM ({sql}) AS pairs GROUP BY carried", parameters)  # noqa: S608 - no outside text
            return {uuid.UUID(str(key)): count for key, count in cursor.fetchall()}


class PublicTagging(PublicRow):
    """A live entry carries a topic."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="public_taggings")

    objects = PublicTaggingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "entry"], name="public_tagging_is_unique")]

    def __str__(self):
        return f"{self.entry_id} {self.topic_id}"


def tagging_rows(key, content):
    """The unsaved taggings of one entry."""
    return [PublicTagging(entry_id=key, topic_id=topic) for topic in content.topics]


def entries_with(topics, narrower=True):
    """Live PublicEntries that carry every one of the topics, or topics below them."""
    entries = PublicEntry.objects.live()
    for topic in topics:
        entries = entries.filter(pk__in=PublicTagging.objects.of(topic, narrower).values("entry"))
    return entries
