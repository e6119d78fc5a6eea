"""The entries that carry one topic, or all of several: page by page, with their counts and the topics that narrow them further.

An entry that carries a topic by a narrower one counts, unless topics are meant alone. For one topic all counts are kept; for several, the
entries that carry the two rarest are read.
"""

from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from django.db.models import BooleanField, Count, Exists, Func, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from publishing import kinds
from publishing.lists import NearerEnd
from publishing.public import PublicEntry

from .frequent import count_listed
from .public import PublicCombination, PublicTagging, TopicPair, TopicTally, mark_of, mark_of_kind, marked, pair_keys
from .vocabulary import Topic, at_or_below, line_above


def with_entries(topics):
    """A queryset of Topics with `entries`: how many live entries carry each, or a topic below it."""
    kept = TopicTally.objects.filter(topic=OuterRef("pk"), narrower=True).values("topic").values(n=Sum("entries"))
    return topics.annotate(entries=Coalesce(Subquery(kept, output_field=IntegerField()), 0))


def _looked_up(condition):
    """The condition, held against each row that an index gives in its order, until a page is full. Left to itself, PostgreSQL joins all that fit and sorts them."""
    return Func(condition, template="(%(expressions)s) IS TRUE", output_field=BooleanField())


@dataclass(frozen=True)
class Around:
    """The topics that go with some: those right below, and those that the same entries carry; each with `entries`, their number among these."""

    narrower: list
    often_together: list


class Listing:
    """The live entries that carry all of `topics`: one Topic, or several that come from `with_entries`, their chains loaded. In the order kind,
    title, key.

    narrower: whether what carries a topic below one of them counts too; then the chain of a single one is loaded too.
    """

    def __init__(self, topics, narrower=True):
        self.narrower = narrower
        self.chosen = topics
        # What carries a topic carries those above it too, so these ask for nothing more.
        implied = {key for topic in topics for key in line_above(topic)} if narrower else set()
        self.topics = [topic for topic in topics if topic.pk not in implied]
        if len(self.topics) > 1:
            self.topics.sort(key=lambda topic: (topic.entries, topic.pk))

    @cached_property
    def _marked(self):
        """{mark: entries} of the kinds and topics of what carries several topics, or a topic below them. One query."""
        return count_listed(self.entries(), [topic.pk for topic in self.topics] if len(self.topics) == 2 else ())  # noqa: PLR2004 - a pair

    @cached_property
    def counts(self):
        """{kind: entries}; kinds without any are left out. One query, which `around` needs no more."""
        if len(self.topics) == 1:
            kept = TopicTally.objects.filter(topic=self.topics[0], narrower=self.narrower)
            return dict(kept.order_by("kind").values_list("kind", "entries"))
        if self.narrower:
            found = {kind.name: self._marked.get(mark_of_kind(kind.name)) for kind in kinds.every()}
            return {name: found[name] for name in sorted(found) if found[name]}
        return dict(self.taggings().order_by().values_list("kind").annotate(n=Count("pk")).order_by("kind"))

    def _with(self, topic):
        found = PublicTagging.objects.filter(topic=topic)
        return found if self.narrower else found.own()

    def entries(self):
        """The keys of the entries, in no order, as a query."""
        first, *others = self.topics
        if not others:
            return self._with(first).values("entry")
        # The two rarest topics stand as a pair under one combination; what carries both is looked up in the others.
        second, *others = others
        found = PublicCombination.objects.filter(combination__in=pair_keys(str(first.pk), str(second.pk)))
        for topic in others if self.narrower else self.topics:
            found = found.filter(Exists(self._with(topic).filter(entry=OuterRef("entry"))))
        return found.values("entry")

    def taggings(self, kind=""):
        """One PublicTagging for each entry, in order."""
        found = self._with(self.topics[0])
        if len(self.topics) > 1:
            found = found.filter(_looked_up(Q(entry__in=self.entries())))
        return (found.filter(kind=kind) if kind else found).order_by("kind", "sort_key", "entry")

    def page(self, number, size, kind="", latest=False):
        """A Page of PublicEntries with what a list shows; past the end, the last one. One query beside the counts.

        latest: within a kind, those revised last first.
        """
        total = self.counts.get(kind, 0) if kind else sum(self.counts.values())
        order = ("kind", "-revised_at", "sort_key", "pk") if latest else ("kind", "sort_key", "pk")
        keys = self.taggings(kind).values("entry")
        if latest:
            keys = PublicEntry.objects.filter(pk__in=keys.order_by()).order_by(*order).values("pk")
        page = NearerEnd(keys, size, total).get_page(number)
        # First the page's keys, from the index alone, then their entries: a join would read every entry that is passed over.
        found = PublicEntry.objects.filter(pk__in=page.object_list).for_list().order_by(*order)
        page.object_list = found if total else []
        return page

    def around(self, most):
        """The Around of the topics: all that are narrower, and at most so many that go with them. Two or three queries.

        A topic above a chosen one adds nothing to it, and one below stands under "narrower", so neither is among those often together; but
        where each topic is meant alone, all are.
        """
        keys, passed, right_below = {topic.pk for topic in self.chosen}, set(), []
        if self.narrower:
            below = Topic.objects.filter(at_or_below(keys)).exclude(pk__in=keys).order_by("normalised")
            below = dict(below.values_list("pk", "broader"))
            right_below = [key for key, broader in below.items() if broader in keys]
            passed = {*below, *(key for topic in self.chosen for key in line_above(topic))}
        count = self._counted if not self.narrower else self._kept if len(self.topics) == 1 else self._listed
        found = {}
        for topic, entries in count(right_below, passed | keys, most):
            topic.entries = entries
            topic.combined = "+".join(sorted([topic.slug, *(chosen.slug for chosen in self.chosen)]))
            found[topic.pk] = topic
        narrower = [found.pop(key) for key in right_below if key in found]
        return Around(narrower, list(found.values()))

    # Each gives (Topic, how many of these entries carry it): of some topics, and of the most frequent others but for those that are passed over.

    def _kept(self, right_below, passed, most):
        pairs = TopicPair.objects.filter(topic=self.topics[0]).select_related("other").order_by("-entries", "other")
        for pair in (*pairs.filter(other__in=right_below), *pairs.exclude(other__in=passed)[:most]):
            yield pair.other, pair.entries

    def _listed(self, right_below, passed, most):
        counts = self._marked.copy()
        below = [(mark, counts[mark]) for mark in map(mark_of, right_below) if mark in counts]
        for mark in (*map(mark_of, passed), *(mark_of_kind(kind.name) for kind in kinds.every())):
            counts.pop(mark, None)
        often = nsmallest(most, counts.items(), key=lambda pair: (-pair[1], pair[0]))
        topics = {mark_of(topic.pk): topic for topic in Topic.objects.filter(marked([*dict(below), *dict(often)]))}
        return [(topics[mark], entries) for mark, entries in (*below, *often) if mark in topics]

    def _counted(self, _right_below, passed, most):
        others = PublicTagging.objects.filter(entry__in=self.entries()).exclude(topic__in=passed).own()
        counts = dict(others.order_by().values_list("topic").annotate(n=Count("pk")).order_by("-n", "topic")[:most])
        topics = Topic.objects.in_bulk(counts)
        return [(topics[key], entries) for key, entries in counts.items()]
