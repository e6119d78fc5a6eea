"""Working rows of topics: what drafts carry, and what editors say about See also."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase

from publishing.models import Entry

from .public import (  # noqa: F401 - Django finds models here
    FrequentPair,
    PublicCombination,
    PublicTagging,
    PublicTopicList,
    TopicPair,
    TopicTally,
)
from .vocabulary import MergedTopic, Topic, TopicAlias  # noqa: F401


class TaggedEntry(ItemBase):
    """A working entry of any kind carries a topic."""

    ENTRY = "content_object"  # the way to the entry, for those that treat all taggings alike

    tag = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="tagged_entries")
    content_object = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="tagged_topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="entry_carries_a_topic_once")]
        verbose_name = _("topic of an entry")
        verbose_name_plural = _("topics of entries")


class SeeAlsoChoice(models.Model):
    """An editor's word on See also: always first (pin) or never (exclusion)."""

    class Choice(models.TextChoices):
        PIN = "pin", _("always first")
        EXCLUSION = "exclusion", _("never")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="see_also_choices")
    target = models.ForeignKey(Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(_("choice"), max_length=10, choices=Choice)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "target"],
                name="see_also_choice_is_made_once",
                violation_error_message=_("This entry is already in the list."),
            )
        ]
        verbose_name = _("See also choice")
        verbose_name_plural = _("See also choices")

    def __str__(self):
        what = self.get_choice_display()
        return f"{what}: {self.target}" if self.target_id else what

    def clean(self):
        super().clean()
        if self.target_id and self.target_id == self.entry_id:
            raise ValidationError({"target": _("An entry is never its own “See also”.")})


class TopicDeed(models.Model):
    """A merge or a split: what it changed, row by row, so that it can be undone.

    record: what `merging.merge` or `splitting.split` returns of its rows. No foreign keys: the log outlives its topics.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("merge")
        SPLIT = "split", _("split")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source_key = models.UUIDField()
    source_name = models.CharField(_("from"), max_length=100)
    target_key = models.UUIDField()
    target_name = models.CharField(_("into"), max_length=100)
    record = models.JSONField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")

    def __str__(self):
        return f"{self.source_name} → {self.target_name}"
