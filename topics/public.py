"""Public rows of topics: which live entry carries which topic."""

from django.db import models

from publishing.public import PublicRow

from .vocabulary import Topic


class PublicTagging(PublicRow):
    """A live entry carries a topic."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="public_taggings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "entry"], name="public_tagging_is_unique")]

    def __str__(self):
        return f"{self.entry_id} {self.topic_id}"


def tagging_rows(key, content):
    """The unsaved taggings of one entry."""
    return [PublicTagging(entry_id=key, topic_id=topic) for topic in content.topics]
