"""The entries that carry one topic, or all of several: page by page, with their counts and the topics that narrow them further.

For one topic all counts are kept. For several, the entries of the rarest are walked once along an index and looked up in the others.
"""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from publishing.public import PublicEntry

from .public import PublicTagging, TopicTally
from .vocabulary import Topic


def with_entries(topics):
    """A queryset of Topics with `entries`: how many live entries carry each."""
    kept = TopicTally.objects.filter(topic=OuterRef("pk")).values("topic").values(n=Sum("entries"))
    return topics.annotate(entries=Coalesce(Subquery(kept, output_field=IntegerField()), 0))


class KeptPaginator(Paginator):
    """A Paginator that is told the count."""

    def __init__(self, object_list, per_page, count):
        super().__init__(object_list, per_page)
        self.count = count


class Listing:
    """The live entries that carry all of `topics`, one or more Topics that come from `with_entries`. In the order kind, title, key."""

    def __init__(self, topics):
        self.topics = sorted(topics, key=lambda topic: (topic.entries, topic.pk))

    @cached_property
    def counts(self):
        """{kind: entries}; kinds without any are left out. One query."""
        if len(self.topics) == 1:
            return dict(TopicTally.objects.filter(topic=self.topics[0]).values_list("kind", "entries"))
        return dict(self.taggings().order_by().values_list("kind").annotate(n=Count("pk")))

    def taggings(self, kind=""):
        """One PublicTagging for each entry, in order."""
        first, *others = self.topics
        found = PublicTagging.objects.filter(topic=first)
        for topic in others:
            found = found.filter(Exists(PublicTagging.objects.filter(entry=OuterRef("entry"), topic=topic)))
        return (found.filter(kind=kind) if kind else found).order_by("kind", "sort_key", "entry")

    def page(self, number, size, kind=""):
        """A Page of PublicEntries with what a list shows; past the end, the last one. One query beside the counts."""
        total = self.counts.get(kind, 0) if kind else sum(self.counts.values())
        page = KeptPaginator(self.taggings(kind), size, total).get_page(number)
        # First the page's keys, from the index alone, then their entries: a join would read every entry that is passed over.
        keys = page.object_list.values("entry")
        page.object_list = (
            PublicEntry.objects.filter(pk__in=keys).for_list().order_by("kind", "sort_key", "pk") if total else []
        )
        return page

    def together(self, most=None):
        """[Topic]: the other topics that these entries carry, with `together`, how many do; the most frequent first. One query."""
        if len(self.topics) == 1:
            found = Topic.objects.filter(reverse_pairs__topic=self.topics[0]).annotate(
                together=F("reverse_pairs__entries")
            )
        else:
            entries = self.taggings().order_by().values("entry")
            found = Topic.objects.filter(public_taggings__entry__in=entries).annotate(together=Count("public_taggings"))
            found = found.exclude(pk__in=[topic.pk for topic in self.topics])
        return list(found.order_by("-together", "normalised")[:most])
