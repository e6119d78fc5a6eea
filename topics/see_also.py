"""What to read next, and why: the ranking behind "See also" (DESIGN section 4).

score = (sum of the shared topics' rarity + bonus if the candidate links here) / sqrt(number of the candidate's topics)

Rarity is the inverse document frequency ln(1 + N / n) over live entries. All arithmetic is in whole numbers, so that the order is the same on every
machine; ties go by title, then by key.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Func, IntegerField, OuterRef, Subquery
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from publishing.public import PublicEntry

from .public import PublicTagging
from .vocabulary import Topic

SCALE = 1_000_000


def rarity(live_entries, carrying):
    """A topic's weight, in millionths; 0 where no live entry carries it."""
    return round(SCALE * math.log(1 + live_entries / carrying)) if carrying else 0


def score(weights, topic_count, linked):
    """A candidate's score from the weights of the topics that it shares."""
    total = sum(weights) + (settings.SEE_ALSO_LINK_BONUS if linked else 0)
    return total * 1000 // max(1, math.isqrt(topic_count * SCALE))


@dataclass(frozen=True)
class Suggestion:
    """An entry to read next. topics: the shared ones, rarest first; pinned: an editor put it there."""

    entry: PublicEntry
    topics: list
    pinned: bool = False

    @property
    def reason(self):
        """Why it is here, in a few words."""
        if self.topics:
            return _("both about %(topics)s") % {
                "topics": get_text_list([topic.name for topic in self.topics[:3]], _("and"))
            }
        return _("chosen by the editors")


@dataclass(frozen=True)
class Candidate:
    key: str
    sort_key: str
    topic_count: int
    topics: frozenset


class Ranking:
    """The candidates for one page, loaded in two queries, ranked as often as the page has places for See also."""

    def __init__(self, topic_keys, linked_here=()):
        """topic_keys: all topics that the page or its sections carry, as text; linked_here: keys of entries that link to it."""
        self.linked_here = set(linked_here)
        # One query gives the names, how many carry each, and the size of the library.
        count = Func("pk", function="COUNT")
        carrying = PublicTagging.objects.filter(topic=OuterRef("pk")).annotate(n=count).values("n")
        library = PublicEntry.objects.live().annotate(n=count).values("n")
        topics = Topic.objects.filter(pk__in=topic_keys).annotate(
            carrying=Subquery(carrying, output_field=IntegerField()),
            library=Subquery(library, output_field=IntegerField()),
        )
        self.topics = {str(topic.pk): topic for topic in topics}
        self.weights = {key: rarity(topic.library, topic.carrying) for key, topic in self.topics.items()}
        self.candidates = self._load(topic_keys)

    @staticmethod
    def _load(topic_keys):
        found, shared = {}, defaultdict(set)
        rows = PublicTagging.objects.filter(topic_id__in=topic_keys, entry__withdrawn=False)
        for key, topic, sort_key, count in rows.values_list(
            "entry_id", "topic_id", "entry__sort_key", "entry__topic_count"
        ):
            found[str(key)] = (sort_key, count)
            shared[str(key)].add(str(topic))
        return [Candidate(key, *found[key], frozenset(topics)) for key, topics in shared.items()]

    def ranked(self, topic_keys, *, pins=(), left_out=(), limit):
        """[(key, shared topic keys, pinned)]: pins first in their order, then by score.

        topic_keys: the topics of the page or of one section; left_out: keys that must not appear (the page's own among them).
        Pins are keys as text; whether they are live is found when they are loaded.
        """
        left_out, own = set(left_out), set(topic_keys)
        by_key = {candidate.key: candidate for candidate in self.candidates}
        result = []
        for key in pins:
            if key not in left_out:
                shared = by_key[key].topics & own if key in by_key else frozenset()
                result.append((key, self._by_rarity(shared), True))
        left_out.update(pins)
        scored = []
        for candidate in self.candidates:
            shared = candidate.topics & own
            if shared and candidate.key not in left_out:
                value = score(
                    [self.weights[topic] for topic in shared], candidate.topic_count, candidate.key in self.linked_here
                )
                scored.append((-value, candidate.sort_key, candidate.key, shared))
        scored.sort(key=lambda row: row[:3])
        result += [(key, self._by_rarity(shared), False) for _value, _sort, key, shared in scored]
        # Some pins may turn out not to be live: they must not use up the room.
        return result[: limit + len(pins)]

    def _by_rarity(self, keys):
        return sorted(keys, key=lambda key: (-self.weights[key], self.topics[key].normalised))

    def suggestions(self, ranked, entries, limit):
        """Suggestions for ranked rows whose entries are live. entries: {key: PublicEntry}."""
        rows = [
            (entries[key], topics, pinned)
            for key, topics, pinned in ranked
            if key in entries and not entries[key].withdrawn
        ]
        return [
            Suggestion(entry, [self.topics[topic] for topic in topics], pinned)
            for entry, topics, pinned in rows[:limit]
        ]
