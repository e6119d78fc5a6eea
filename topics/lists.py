"""Topics in public lists: as a filter, beside each entry, with counts, and by name."""

from dataclasses import dataclass

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from publishing.names import normalise

from .public import PublicTagging
from .vocabulary import Topic, TopicAlias


def live_topics():
    """Topics that at least one live entry carries."""
    return Topic.objects.filter(pk__in=PublicTagging.objects.values("topic"))


class TopicFilter(forms.Form):
    """A list's filter by one topic, named by its address."""

    topic = forms.SlugField(label=_("Topic"), required=False, max_length=100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.topics = list(live_topics().only("slug", "name", "normalised"))

    def clean_topic(self):
        slug = self.cleaned_data["topic"]
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def narrow(self, entries):
        """PublicEntries that carry the chosen topic, or all."""
        topic = self.chosen().get("topic")
        return entries.filter(pk__in=PublicTagging.objects.filter(topic=topic).values("entry")) if topic else entries


def with_topics(entries):
    """[(entry, its Topics by name)] for a page of entries. One query."""
    entries = list(entries)
    found = {entry.pk: [] for entry in entries}
    taggings = PublicTagging.objects.filter(entry__in=found).select_related("topic").order_by("topic__normalised")
    for tagging in taggings:
        found[tagging.entry_id].append(tagging.topic)
    return [(entry, found[entry.pk]) for entry in entries]


def counted(topics, counts):
    """The topics that the counts ({key: number}) know, each with `entries`, its number."""
    found = [topic for topic in topics if counts.get(topic.pk)]
    for topic in found:
        topic.entries = counts[topic.pk]
    return found


def vocabulary():
    """[Topics by name] that live entries carry, themselves or below them, with `entries`. Two queries."""
    return counted(Topic.objects.order_by("normalised"), PublicTagging.objects.counts())


@dataclass(frozen=True)
class IndexLine:
    """A line of the alphabetical index: a topic under its name, or under an alias that leads to it."""

    name: str
    plain: str
    topic: Topic
    is_alias: bool = False


def alphabet(query=""):
    """[IndexLine] of topics and their aliases by name, those whose name contains the query. Three queries."""
    topics = {topic.pk: topic for topic in vocabulary()}
    lines = [IndexLine(topic.heading, topic.normalised, topic) for topic in topics.values()]
    lines += [
        IndexLine(alias.name, alias.normalised, topics[alias.topic_id], is_alias=True)
        for alias in TopicAlias.objects.all()
        if alias.topic_id in topics
    ]
    plain = normalise(query)
    return sorted((line for line in lines if plain in line.plain), key=lambda line: (line.plain, line.topic.normalised))


def kind_counts(entries):
    """{kind: number} of PublicEntries. One query."""
    return dict(entries.order_by().values_list("kind").annotate(n=Count("pk")).order_by("kind"))


@dataclass(frozen=True)
class Around:
    """The topics that go with some: narrower ones, and those that the same entries carry; each with `entries`, their number among these."""

    narrower: list
    often_together: list


def around(topics, entries, narrower=True, limit=12):
    """The Around of topics whose entries these are. Two queries.

    A topic above a chosen one adds nothing to it and one below stands under "narrower", so neither is among those often together; but where
    each topic is meant alone, all are.
    """
    keys = {topic.pk for topic in topics}
    counts = PublicTagging.objects.filter(entry__in=entries.values("pk")).counts(narrower)
    others = Topic.objects.filter(pk__in=counts).exclude(pk__in=keys).select_related("broader__broader__broader")
    found = counted(others, counts)
    above = {key for topic in topics for key in line_above(topic)}
    below = {topic.pk for topic in found if keys & line_above(topic)}
    often = [topic for topic in found if not narrower or topic.pk not in above | below]
    for topic in found:
        topic.combined = "+".join(sorted([topic.slug, *(chosen.slug for chosen in topics)]))
    return Around(
        narrower=sorted(
            (topic for topic in found if narrower and topic.broader_id in keys), key=lambda topic: topic.normalised
        ),
        often_together=sorted(often, key=lambda topic: (-topic.entries, topic.normalised))[:limit],
    )


def line_above(topic):
    """The keys of the topics above one, whose chain is loaded."""
    keys, topic = set(), topic.broader
    while topic is not None and topic.pk not in keys:
        keys.add(topic.pk)
        topic = topic.broader
    return keys
