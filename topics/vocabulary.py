"""The vocabulary itself: topics and their aliases. It has no draft; both sides read it (docs/decisions/0002)."""

import uuid
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

from publishing.names import address, normalise
from publishing.public import page_address

MAX_DEPTH = 4
ABOVE = "broader__broader__broader"  # the whole chain above a topic
# From a topic to the one above it, and so on: "", "broader__", "broader__broader__", …
STEPS = ["broader__" * level for level in range(MAX_DEPTH)]

_known_lines = ContextVar("known_lines", default=None)  # {topic key: keys above it} within lines_remembered()


class Topic(TagBase):
    """A tag with a page. The name is written as inside a sentence: "strategic airlift", "European defence"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        _("name"),
        max_length=100,
        unique=True,
        help_text=_("As inside a sentence: “strategic airlift”, “European defence”."),
    )
    slug = models.SlugField(_("address"), max_length=100, unique=True, allow_unicode=False)
    normalised = models.CharField(max_length=200, unique=True, editable=False)
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("One line that says what belongs here.")
    )
    broader = models.ForeignKey(
        "self",
        verbose_name=_("broader topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="narrower",
    )

    class Meta:
        ordering = ["normalised"]
        permissions = [("merge_topic", _("Can merge and split topics, and undo it"))]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        # Forms name one topic on each line, so a name has no line breaks.
        self.name = " ".join(self.name.split())
        self.normalised = normalise(self.name)
        self.slug = self.slug or address(self.name)
        # TagBase's save() would invent another slug on a clash; here a clash is an error.
        models.Model.save(self, *args, **kwargs)

    def get_absolute_url(self):
        return page_address("topic_detail", self.slug)

    @property
    def heading(self):
        return self.name[:1].upper() + self.name[1:]  # as capfirst, which costs ten times as much; a list has hundreds

    @property
    def plain(self):
        """The name as it is compared."""
        return normalise(self.name)

    def clean(self):
        super().clean()
        plain = normalise(self.name)
        if not plain or not address(self.name):
            raise ValidationError({"name": _("Give the topic a name with letters or digits.")})
        same = Topic.objects.filter(normalised=plain).exclude(pk=self.pk).first()
        if same:
            raise ValidationError({"name": _("The topic “%(name)s” is the same name.") % {"name": same.name}})
        alias = TopicAlias.objects.filter(normalised=plain).exclude(topic=self.pk).select_related("topic").first()
        if alias:
            raise ValidationError(
                {"name": _("This name is an alias of the topic “%(name)s”.") % {"name": alias.topic.name}}
            )
        self._refuse_taken_address()
        if len(plain) > Topic._meta.get_field("normalised").max_length:
            raise ValidationError({"name": _("This name is too long.")})
        self.refuse_cycle()

    def _refuse_taken_address(self):
        if not self._state.adding:
            return
        if not self.slug:  # which comes from the name; one that was typed is compared by the field itself
            same = Topic.objects.filter(slug=address(self.name)).first()
            if same:
                raise ValidationError(
                    {"name": _("This name gives the address of the topic “%(name)s”.") % {"name": same.name}}
                )
        merged = MergedTopic.objects.filter(slug=self.slug or address(self.name)).select_related("topic").first()
        if merged:
            raise ValidationError(
                {
                    "slug": _("This address leads to the topic “%(name)s” since another was merged into it.")
                    % {"name": merged.topic.name}
                }
            )

    def depth_below(self):
        """Levels of the tree from this topic down, itself included."""
        depth, level = 1, [self.pk]
        while depth <= MAX_DEPTH and (
            level := list(Topic.objects.filter(broader__in=level).values_list("pk", flat=True))
        ):
            depth += 1
        return depth

    def refuse_cycle(self):
        """Raise ValidationError where the broader topic stands below this one, or the tree grows too deep."""
        above, depth = self.broader, self.depth_below()
        while above is not None:
            depth += 1
            if above.pk == self.pk:
                raise ValidationError(
                    {
                        "broader": _("A topic cannot be broader than itself: “%(name)s” stands below it.")
                        % {"name": self.broader.name}
                    }
                )
            if depth > MAX_DEPTH:
                raise ValidationError(
                    {"broader": _("The tree is at most %(depth)d levels deep.") % {"depth": MAX_DEPTH}}
                )
            above = above.broader


class TopicAlias(models.Model):
    """Another name under which a topic is found."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=100)
    normalised = models.CharField(max_length=200, unique=True, editable=False)
    slug = models.SlugField(max_length=100, editable=False, db_index=True)

    class Meta:
        ordering = ["normalised"]
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.normalised, self.slug = normalise(self.name), address(self.name)
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        plain = normalise(self.name)
        if not plain or not address(self.name):
            raise ValidationError({"name": _("Give the alias a name with letters or digits.")})
        if Topic.objects.filter(normalised=plain).exists():
            raise ValidationError({"name": _("A topic has this name.")})
        other = TopicAlias.objects.filter(normalised=plain).exclude(pk=self.pk).select_related("topic").first()
        if other:
            raise ValidationError({"name": _("The topic “%(name)s” has this alias.") % {"name": other.topic.name}})


class MergedTopic(models.Model):
    """A topic that was merged into another one: its key, which older snapshots hold, and its address lead there."""

    key = models.UUIDField(primary_key=True, editable=False)
    slug = models.SlugField(max_length=100, unique=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="merged")

    class Meta:
        verbose_name = _("merged topic")
        verbose_name_plural = _("merged topics")

    def __str__(self):
        return self.slug


def find(names):
    """{normalised name: Topic} for those of the names that a topic or an alias has. At most two queries."""
    wanted = {plain for plain in map(normalise, names) if plain}
    found = {topic.normalised: topic for topic in Topic.objects.filter(normalised__in=wanted)} if wanted else {}
    missing = wanted - found.keys()
    if missing:
        aliases = TopicAlias.objects.filter(normalised__in=missing).select_related("topic")
        found |= {alias.normalised: alias.topic for alias in aliases}
    return found


def resolve(slugs, topics=None):
    """{address: Topic} for those of the addresses that a topic has, had before it was merged, or that an alias gives.

    topics: a queryset of Topics from which they come; None for the plain ones. One query where all are addresses of topics.
    """
    topics = (Topic.objects.all() if topics is None else topics).select_related(ABOVE)
    slugs = set(slugs)
    found = {topic.slug: topic for topic in topics.filter(slug__in=slugs)}
    meant = {}
    for model in (MergedTopic, TopicAlias):
        missing = slugs - found.keys() - meant.keys()
        if missing:
            rows = model.objects.filter(slug__in=missing).order_by("-pk")
            meant |= dict(rows.values_list("slug", "topic_id"))
    others = topics.in_bulk(set(meant.values())) if meant else {}
    return {slug: others[key] for slug, key in meant.items()} | found


def lines_above(keys):
    """{topic key: keys of the topics above it, the nearest first}, all as text. At most one query."""
    keys, remembered = [str(key) for key in keys], _known_lines.get()
    known = remembered or {}
    missing = [key for key in keys if key not in known]
    chain = [f"{step}broader_id" for step in STEPS[:-1]]
    rows = Topic.objects.filter(pk__in=missing).values_list("pk", *chain) if missing else []
    found = {str(key): [str(broader) for broader in line if broader] for key, *line in rows}
    lines = {key: known[key] if key in known else found.get(key, []) for key in keys}
    if remembered is not None:
        remembered.update(lines)
    return lines


@contextmanager
def lines_remembered():
    """While many entries are written and no topic moves: what stands above each is asked for once."""
    token = _known_lines.set({})
    try:
        yield
    finally:
        _known_lines.reset(token)


def at_or_below(keys, prefix=""):
    """The condition that a topic is one of these or stands below one."""
    condition = Q()
    for step in STEPS:
        condition |= Q(**{f"{prefix}{step}id__in": keys})
    return condition


def line_above(topic):
    """The keys of the topics above one, whose chain is loaded."""
    keys, topic = set(), topic.broader
    while topic is not None and topic.pk not in keys:
        keys.add(topic.pk)
        topic = topic.broader
    return keys
