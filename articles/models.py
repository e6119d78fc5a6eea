"""Working rows of articles and their sections."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from publishing.models import Entry
from publishing.writing import MarkdownField
from topics.models import TaggedEntry
from topics.vocabulary import Topic


class Article(Entry):
    """A readable text in sections."""

    KIND = "article"

    introduction = MarkdownField(
        _("introduction"),
        blank=True,
        help_text=_("Markdown, before the first heading. [[Name]] links to an entry, [@key] cites a source."),
    )
    link_first_mentions = models.BooleanField(
        _("link first mentions"),
        default=False,
        help_text=_("The first mention of an actor or agreement by its title or an alias links to it by itself."),
    )
    topics = TaggableManager(through=TaggedEntry, blank=True, verbose_name=_("topics"))

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")


class Section(models.Model):
    """A part of an article under a heading. Topics of its own place a "See also" in it."""

    class Level(models.IntegerChoices):
        MAIN = 1, _("main heading")
        SUB = 2, _("heading below it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.MAIN)
    title = models.CharField(_("heading"), max_length=200)
    body = MarkdownField(
        _("text"),
        blank=True,
        help_text=_(
            "Markdown. A paragraph that is just [see also] says where the line goes that the section’s topics call for; without it, it closes the section."
        ),
    )
    topics = TaggableManager(
        through="TaggedSection",
        blank=True,
        verbose_name=_("topics"),
        help_text=_("Only where the section should offer a “See also” of its own."),
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self):
        return self.title


class TaggedSection(ItemBase):
    """A working section carries a topic."""

    ENTRY = "content_object__article"

    tag = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="tagged_sections")
    content_object = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="tagged_topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="section_carries_a_topic_once")]
        verbose_name = _("topic of a section")
        verbose_name_plural = _("topics of sections")
