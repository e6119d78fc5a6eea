"""Search over live entries and topics. Which entries are found, and in what order, is the same on both databases."""

from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain
from operator import itemgetter
from uuid import UUID

from django.db.models import Q, Value

from publishing import kinds
from publishing.names import normalise
from publishing.public import PublicEntry, PublicName, PublicSearch
from publishing.search_index import Lookup, candidates
from publishing.search_words import (
    KIND,
    LINKED,
    NAMED,
    NEAR,
    SHORTEST_MISTYPED,
    TOPIC,
    carried,
    decade,
    linked,
    near,
    whole,
    written,
)
from publishing.stems import stem
from topics.lists import vocabulary
from topics.vocabulary import Topic

from .excerpts import Marker
from .questions import Question

# From each tier so many entries are read and put in order. Whoever finds more wants another word, and reads how to narrow.
MOST = 500
MOST_TOPICS, MOST_OFFERED, MOST_MISTYPED = 6, 8, 200
ALIKE = 0.7
SHORTEST_TOPIC = 2


@dataclass
class Found:
    """What a question finds. keys: of entries, best first; is_more: whether there are more than were read; kinds: {kind: entries}."""

    question: Question
    keys: list = field(default_factory=list)
    is_more: bool = False
    kinds: dict = field(default_factory=dict)


def search(question, kind="", topic="", actor="", period=""):
    """What a Question finds among the entries of a kind (a name) that stand under a topic and lead to an actor (their addresses), and are dated in
    the ten years from a year, as text.

    One query, and one for the topic and the actor.
    """
    tiers = question.tiers()
    if topic or actor or period:
        narrowing = [*_named(topic, actor), *decade(period)]
        if len(narrowing) < sum(map(bool, (topic, actor, period))):
            return Found(question)  # there is no such topic, or no such actor
        tiers = [[*([Lookup((token,))] for token in narrowing), *terms] for terms in tiers]
    if not tiers:
        return Found(question)
    of_kind = [Lookup((KIND + kind,))] if kind else None
    # Ordered here, as databases put letters in orders of their own.
    rows = _in_order(candidates(tiers, MOST + 1, of_kind))
    chosen = [row[0] for row in rows if kind in ("", row[1])]
    kinds_found = dict(Counter(row[1] for row in rows))
    return Found(question, keys=[UUID(key) for key in chosen[:MOST]], is_more=len(chosen) > MOST, kinds=kinds_found)


def _named(topic, actor):
    """The tokens of a topic and a live actor, by their addresses; of one that is not asked for, or is not there, none. One query, where either is asked for."""
    if not topic and not actor:
        return []
    topics = Topic.objects.filter(slug=topic).order_by().values_list(Value(TOPIC), "pk")
    actors = PublicEntry.objects.live().filter(kind="actor", slug=actor).order_by().values_list(Value(LINKED), "pk")
    token = {TOPIC: carried, LINKED: linked}
    return [token[mark](str(key)) for mark, key in topics.union(actors, all=True).order_by()]


def _in_order(found):
    """What candidates() gave: by tier, title, kind and key."""
    return sorted(found, key=itemgetter(3, 2, 1, 0))


def rows_of(page, question):
    """[(PublicEntry, pieces of its title, of its standfirst, excerpt)] for a page of keys. One query."""
    fields = [f"entry__{name}" for name in PublicEntry.LIST_FIELDS]
    rows = PublicSearch.objects.filter(entry__in=list(page)).select_related("entry").only("text", *fields)
    found = {row.entry_id: row for row in rows} if page else {}
    marker = Marker(question)
    return [
        (row.entry, marker.pieces(row.entry.title), marker.pieces(row.entry.summary), marker.excerpt(row.text))
        for row in (found[key] for key in page if key in found)
    ]


def topics_called(question):
    """Topics with live entries that have all the words in their name, or in an alias; the nearest name first. One query."""
    if not any(len(word) >= SHORTEST_TOPIC for word in question.words):
        return []
    in_name, in_alias = Q(), Q()
    for word in question.words:
        root = stem(word).rstrip("i") or word
        in_name &= _word_begins("normalised", root)
        in_alias &= _word_begins("aliases__normalised", root)
    plain = normalise(question.typed)
    found = vocabulary().filter(in_name | in_alias).distinct()[:100]
    ordered = sorted(found, key=lambda topic: (topic.normalised != plain, len(topic.normalised), topic.normalised))
    return ordered[:MOST_TOPICS]


def _word_begins(column, root):
    return (
        Q(**{f"{column}__startswith": root})
        | Q(**{f"{column}__contains": f" {root}"})
        | Q(**{f"{column}__contains": f"-{root}"})
    )


def suggestion(question):
    """The question with its mistyped words as titles and aliases write them, if that finds something; otherwise "". Three queries."""
    asked = [word for word in question.words if len(word) >= SHORTEST_MISTYPED]
    if not asked:
        return ""
    tiers = [[[Lookup((NEAR + part,)) for part in sorted(near(word))]] for word in asked]
    keys = [row[0] for row in candidates(tiers, MOST_MISTYPED)]
    titles = PublicEntry.objects.filter(pk__in=keys).values_list("search_title", flat=True) if keys else []
    known = Counter(chain.from_iterable(map(written, titles)))
    meant = {word: _nearest(word, known) for word in asked}
    if all(word == other for word, other in meant.items()):
        return ""
    better = " ".join(meant.get(word, word) for word in question.words)
    return better if search(Question(better)).keys else ""


def _nearest(word, known):
    """The word of `known`, a Counter, that is most like this one; itself where it is known in some form or nothing is alike."""
    own = stem(word)
    if any(stem(other) == own for other in known):
        return word
    parts = near(word)
    alike = [
        (SequenceMatcher(None, word, other).ratio(), known[other], other) for other in known if parts & near(other)
    ]
    best = max(alike, default=(0, 0, word))
    return best[2] if best[0] >= ALIKE else word


def offers(typed):
    """At most MOST_OFFERED [(what it is called, its kind's name or "topic", what has the address)] for what was typed so far: topics, then
    entries whose title or alias begins so, then those with such words in them. Three queries."""
    words = written(typed)
    if not words:
        return []
    begun = [[Lookup((NAMED + word,))] for word in words[:-1]] + [[Lookup((NAMED + words[-1],), prefix=True)]]
    tiers = [[[Lookup((whole(typed),))]], [[Lookup((whole(typed),), prefix=True)]], begun]
    keys = [UUID(row[0]) for row in _in_order(candidates(tiers, MOST_OFFERED * 10))[:MOST_OFFERED]]
    topics = [(topic.heading, "topic", topic) for topic in _topics_begun(normalise(typed))]
    return [*topics, *_called(keys, words)][:MOST_OFFERED]


def _topics_begun(plain):
    begun = Q(normalised__startswith=plain) | Q(aliases__normalised__startswith=plain)
    return vocabulary().filter(begun).distinct()[:2]


def _called(keys, words):
    """[(the name with the words in it, kind, PublicEntry)] in the order of the keys."""
    fields = [f"entry__{name}" for name in PublicEntry.LIST_FIELDS]
    names = {}
    for row in PublicName.objects.filter(entry__in=keys).select_related("entry").only("label", *fields).order_by("pk"):
        names.setdefault(row.entry_id, []).append(row)

    def fit(row):
        own = written(row.label)
        has_all = all(any(mine.startswith(word) for mine in own) for word in words)
        return not has_all, row.label != row.entry.title

    chosen = [min(names[key], key=fit) for key in keys if key in names]
    return [(row.label, row.entry.kind, row.entry) for row in chosen]


def kind_counts(found):
    """[(Kind, entries)] of the kinds that were found, in the register's order."""
    return [(kind, found.kinds[kind.name]) for kind in kinds.every() if kind.name in found.kinds]
