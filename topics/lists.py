"""Topics in public lists: as a filter, beside each entry, with counts, and by name."""

from dataclasses import dataclass

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from publishing.names import normalise
from publishing.tables import Table, key_of, path_of

from .listing import with_entries
from .public import PublicTagging, TopicTally
from .vocabulary import Topic, TopicAlias


def live_topics():
    """Topics that at least one live entry carries."""
    return Topic.objects.filter(pk__in=TopicTally.objects.filter(narrower=False, topic__isnull=False).values("topic"))


class TopicFilter(forms.Form):
    """A list's filter by one topic, named by its address."""

    topic = forms.SlugField(label=_("Topic"), required=False, max_length=100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.topics = list(live_topics().only("slug", "name", "normalised"))

    def clean_topic(self):
        slug = self.cleaned_data["topic"]
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def narrow(self, rows, kind):
        """Rows of entries of a kind that carry the chosen topic, or all."""
        return carrying(rows, self.chosen().get("topic"), kind)


def carrying(rows, topic, kind, entry="entry"):
    """Those of the rows whose entries, all of a kind, carry the topic themselves; all where it is None. entry: the column of the entries' keys."""
    if topic is None:
        return rows
    # With the kind all that is read stands together in one index.
    return rows.filter(**{f"{entry}__in": PublicTagging.objects.own().filter(topic=topic, kind=kind).values("entry")})


def live_count(kind):
    """How many live entries of a kind there are, as kept. One query."""
    return TopicTally.objects.filter(topic=None, kind=kind).values_list("entries", flat=True).first() or 0


def with_topics(entries):
    """[(entry, its Topics by name, with what a link shows)] for a page of entries. One query."""
    entries = list(entries)
    found, topics = {entry.pk: [] for entry in entries}, {}
    taggings = PublicTagging.objects.own().filter(entry__in=found).order_by("topic__normalised")
    # A page has more than a hundred: from values, and each topic once, they take half of the time.
    for entry, key, name, slug in taggings.values_list("entry_id", "topic_id", "topic__name", "topic__slug"):
        if key not in topics:
            topics[key] = Topic(id=key, name=name, slug=slug)
        found[entry].append(topics[key])
    return [(entry, found[entry.pk]) for entry in entries]


def entries_table(title, rows):
    """The Table of a list of entries. rows: [(PublicEntry, its Topics)]."""
    columns = ["title", "id", "path", "kind", "revised", "topics", "summary"]
    return Table(
        title,
        columns,
        [
            [entry.title, key_of(entry), path_of(entry), entry.kind, localdate(entry.revised_at).isoformat()]
            + ["; ".join(topic.name for topic in topics), entry.summary]
            for entry, topics in rows
        ],
    )


def topics_table(lines):
    """The Table of a list of topics. lines: [(name in the list, Topic)]."""
    columns = ["name", "topic", "id", "path", "broader_id", "entries"]
    rows = [
        [name, topic.name, key_of(topic), topic.get_absolute_url(), str(topic.broader_id or ""), topic.entries]
        for name, topic in lines
    ]
    return Table("Topics", columns, rows)


def vocabulary():
    """Topics by name that live entries carry, themselves or below them, with `entries`. A queryset."""
    return with_entries(Topic.objects.order_by("normalised")).filter(entries__gt=0)


@dataclass(frozen=True)
class IndexLine:
    """A line of the alphabetical index: a topic under its name, or under an alias that leads to it."""

    name: str
    plain: str
    topic: Topic
    is_alias: bool = False


def alphabet(query=""):
    """[IndexLine] of topics and their aliases by name, those whose name contains the query. Two queries."""
    topics = {topic.pk: topic for topic in vocabulary()}
    lines = [IndexLine(topic.heading, topic.normalised, topic) for topic in topics.values()]
    lines += [
        IndexLine(alias.name, alias.normalised, topics[alias.topic_id], is_alias=True)
        for alias in TopicAlias.objects.all()
        if alias.topic_id in topics
    ]
    plain = normalise(query)
    return sorted((line for line in lines if plain in line.plain), key=lambda line: (line.plain, line.topic.normalised))
