"""The entries that carry one topic, or all of several: page by page, with their counts and the topics that narrow them further.

An entry that carries a topic by a narrower one counts, unless topics are meant alone. For one topic all counts are kept; for several, the
entries that carry the two rarest are read.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from publishing import kinds
from publishing.lists import NearerEnd
from publishing.public import PublicEntry, public_connection

from .public import (
    PublicCombination,
    PublicTagging,
    TopicPair,
    TopicTally,
    count_marks,
    mark_of,
    mark_of_kind,
    pair_keys,
)
from .vocabulary import Topic, at_or_below, line_above


def with_entries(topics):
    """A queryset of Topics with `entries`: how many live entries carry each, or a topic below it."""
    kept = TopicTally.objects.filter(topic=OuterRef("pk"), narrower=True).values("topic").values(n=Sum("entries"))
    return topics.annotate(entries=Coalesce(Subquery(kept, output_field=IntegerField()), 0))


# The lists of all topics of some entries, one after the other. In the order in which the entries come: given their keys as a condition, SQLite would
# first put these in order, which takes as long as looking the lists up.
LISTS = {
    "sqlite": """WITH common (entry_id) AS ({entries}) SELECT group_concat(list.marks, '')
        FROM common CROSS JOIN topics_publictopiclist AS list ON list.entry_id = common.entry_id""",
    "postgresql": """WITH common (entry_id) AS ({entries}) SELECT string_agg(list.marks, '')
        FROM common JOIN topics_publictopiclist AS list ON list.entry_id = common.entry_id""",
}


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
        entries, values = self.entries().query.sql_with_params()
        with public_connection().cursor() as cursor:
            cursor.execute(LISTS[connection.vendor].format(entries=entries), values)
            return count_marks(cursor.fetchone()[0] or "")

    @cached_property
    def counts(self):
        """{kind: entries}; kinds without any are left out. One query, which `together` needs no more."""
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
            found = found.filter(entry__in=self.entries())
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

    def together(self):
        """{topic key: entries} of all other topics that these entries carry, the most frequent first. One query."""
        chosen = [topic.pk for topic in self.chosen]
        if len(self.topics) == 1 and self.narrower:
            pairs = TopicPair.objects.filter(topic=self.topics[0]).exclude(other__in=chosen)
            return dict(pairs.order_by("-entries", "other").values_list("other", "entries"))
        if self.narrower:
            others = Topic.objects.exclude(pk__in=chosen).order_by("pk").values_list("pk", flat=True)
            counts = {key: self._marked[mark] for key in others if (mark := mark_of(key)) in self._marked}
            return dict(sorted(counts.items(), key=lambda pair: -pair[1]))
        others = PublicTagging.objects.filter(entry__in=self.entries()).exclude(topic__in=chosen).own()
        return dict(others.order_by().values_list("topic").annotate(n=Count("pk")).order_by("-n", "topic"))

    def around(self, most):
        """The Around of the topics. Three queries.

        A topic above a chosen one adds nothing to it, and one below stands under "narrower", so neither is among those often together; but
        where each topic is meant alone, all are.
        """
        keys, counts = {topic.pk for topic in self.chosen}, self.together()
        below = Topic.objects.filter(at_or_below(keys)).exclude(pk__in=keys).order_by("normalised")
        below = dict(below.values_list("pk", "broader")) if self.narrower else {}
        above = {key for topic in self.chosen for key in line_above(topic)} if self.narrower else set()
        narrower = [key for key, broader in below.items() if broader in keys and key in counts]
        often = [key for key in counts if key not in above and key not in below][:most]
        topics = Topic.objects.in_bulk([*narrower, *often])
        for topic in topics.values():
            topic.entries = counts[topic.pk]
            topic.combined = "+".join(sorted([topic.slug, *(chosen.slug for chosen in self.chosen)]))
        return Around([topics[key] for key in narrower], [topics[key] for key in often])
