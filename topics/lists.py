"""Topics in public lists: as a filter, and beside each entry."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .public import PublicTagging, TopicTally
from .vocabulary import Topic


def live_topics():
    """Topics that at least one live entry carries."""
    return Topic.objects.filter(pk__in=TopicTally.objects.filter(topic__isnull=False).values("topic"))


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
