"""The entries that carry one topic, or all of several: page by page, with their counts and the topics that narrow them further.

For one topic all counts are kept. For several, the entries that carry the two rarest are read.
"""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from publishing.public import PublicEntry

from .public import PublicCombination, PublicTagging, TopicPair, TopicTally, pair_keys


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

    def entries(self):
        """The keys of the entries, in no order, as a query."""
        first, *others = self.topics
        if not others:
            return PublicTagging.objects.filter(topic=first).values("entry")
        # The two rarest topics stand as a pair under one combination; what carries both is looked up in the others.
        second, *others = others
        found = PublicCombination.objects.filter(combination__in=pair_keys(str(first.pk), str(second.pk)))
        for topic in others:
            found = found.filter(Exists(PublicTagging.objects.filter(entry=OuterRef("entry"), topic=topic)))
        return found.values("entry")

    def taggings(self, kind=""):
        """One PublicTagging for each entry, in order."""
        found = PublicTagging.objects.filter(topic=self.topics[0])
        if len(self.topics) > 1:
            found = found.filter(entry__in=self.entries())
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

    def together(self, most):
        """{topic key: entries} of the other topics that these entries carry, the `most` frequent first. One query."""
        if len(self.topics) == 1:
            pairs = TopicPair.objects.filter(topic=self.topics[0]).order_by("-entries", "other")
            return dict(pairs.values_list("other", "entries")[:most])
        others = PublicTagging.objects.filter(entry__in=self.entries()).exclude(topic__in=self.topics)
        counts = others.values_list("topic").annotate(n=Count("pk")).order_by("-n", "topic")
        return dict(counts[:most])
