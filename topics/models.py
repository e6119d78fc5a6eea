"""Working rows of topics: what drafts carry, and what editors say about See also."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase

from publishing.models import Entry

from .public import PublicCombination, PublicTagging, TopicPair, TopicTally  # noqa: F401 - Django finds models here
from .vocabulary import Topic, TopicAlias  # noqa: F401


class TaggedEntry(ItemBase):
    """A working entry of any kind carries a topic."""

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
        return f"{self.get_choice_display()}: {self.target}"

    def clean(self):
        super().clean()
        if self.target_id and self.target_id == self.entry_id:
            raise ValidationError({"target": _("An entry is never its own “See also”.")})
