"""What to read next, and why: the ranking behind "See also" (DESIGN section 4).

score = (sum of the rarity of the three rarest shared topics + bonus if the candidate links here) / sqrt(number of the candidate's topics)

Rarity is the inverse document frequency ln(1 + N / n) over live entries. All arithmetic is in whole numbers, so that the order is the same on every
machine; ties go by key. Only the best few entries of each combination of topics are read, however many carry it; that nothing better is missed
is shown in docs/decisions/0004-see-also-asks-by-combinations.md.
"""

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest

from django.conf import settings
from django.db import connection
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from publishing.public import PublicEntry, public_connection

from .public import MOST_SHARED, combinations_of, compared
from .sql import adapt, as_text
from .vocabulary import Topic

SCALE = 1_000_000

TOPICS = """
    SELECT topics_topic.*,
        (SELECT SUM(entries) FROM topics_topictally WHERE topic_id = topics_topic.id AND NOT narrower) AS carrying,
        (SELECT SUM(entries) FROM topics_topictally WHERE topic_id IS NULL) AS library
    FROM topics_topic WHERE id IN (%s)"""
# (left out entries, how many of each, wanted combinations, entries wanted in any case, single topics) -> (combination, its first entries in one text,
# each as "topic count, key"). A combination is one short walk along the primary key, which holds all columns: one text for it, as SQLite would
# look each row up again to give it as a row, and Python takes longer to fetch a row than to split a text.
ASK = {
    "sqlite": """
        SELECT wanted.value, (
            SELECT group_concat(best.topic_count || ' ' || best.entry_id) FROM (
                SELECT one.topic_count, one.entry_id FROM topics_publiccombination AS one
                WHERE one.combination = wanted.value AND one.entry_id NOT IN (SELECT value FROM json_each(%s))
                ORDER BY one.topic_count, one.entry_id LIMIT %s) AS best)
        FROM json_each(%s) AS wanted
        UNION ALL
        SELECT given.combination, given.topic_count || ' ' || given.entry_id
        FROM json_each(%s) AS wanted CROSS JOIN topics_publiccombination AS given ON given.entry_id = wanted.value
        WHERE +given.combination IN (SELECT value FROM json_each(%s))""",
    "postgresql": """
        SELECT wanted.combination, (
            SELECT string_agg(best.topic_count || ' ' || best.entry_id, ',') FROM (
                SELECT one.topic_count, one.entry_id FROM topics_publiccombination AS one
                WHERE one.combination = wanted.combination AND one.entry_id <> ALL(%s::uuid[])
                ORDER BY one.topic_count, one.entry_id LIMIT %s) AS best)
        FROM unnest(%s::bigint[]) AS wanted(combination)
        UNION ALL
        SELECT given.combination, given.topic_count || ' ' || given.entry_id
        FROM topics_publiccombination AS given
        WHERE given.entry_id = ANY(%s::uuid[]) AND +given.combination = ANY(%s::bigint[])""",
}


def rarity(live_entries, carrying):
    """A topic's weight, in millionths; 0 where no live entry carries it."""
    return round(SCALE * math.log(1 + live_entries / carrying)) if carrying else 0


def score(weight, topic_count, linked):
    """A candidate's score. weight: of the topics that count, together."""
    total = weight + (settings.SEE_ALSO_LINK_BONUS if linked else 0)
    return total * 1000 // max(1, math.isqrt(topic_count * SCALE))


@dataclass(frozen=True)
class Suggestion:
    """An entry to read next. topics: the shared ones that count, rarest first; pinned: an editor put it there."""

    entry: PublicEntry
    topics: list
    pinned: bool = False

    @property
    def reason(self):
        """Why it is here, in a few words."""
        if self.topics:
            return _("both about %(topics)s") % {
                "topics": get_text_list([topic.name for topic in self.topics], _("and"))
            }
        return _("chosen by the editors")


class Ranking:
    """The candidates for all places of one page that offer See also, loaded in two queries.

    topics: {key as text: Topic}, named by any place. What entries share is held in bits, one for each of these topics, the rarest one's lowest:
    few of hundreds of candidates share something of their own.
    """

    def __init__(self, places, *, room, left_out=(), pins=(), linked_here=()):
        """places: the topic keys of each place; room: how many suggestions the page shows at most, all places and pins together;
        left_out: keys that must not appear; linked_here: keys of entries that link to the page. Keys are text.
        """
        self.pins = [key for key in pins if key not in left_out]
        self.linked_here = {adapt(key) for key in linked_here if key not in left_out}
        self.topics, self.weights, self.bits = {}, {}, {}
        self._load_topics({key for place in places for key in place})
        asked = {}
        for place in places:
            asked |= combinations_of(place)
        # {key as the database gives it: (bits of the topics that it is known to share with any place, how many it carries)}
        self.candidates = self._load_candidates(asked, {*left_out}, room) if asked else {}
        self._counted, self._scores = {}, {}

    def _load_topics(self, keys):
        """One query gives the names, how many live entries carry each, and how many there are."""
        if not keys:
            return
        # As SQL, because the ORM takes longer to write this query than a database to answer it.
        keys = [adapt(key) for key in keys]
        for topic in Topic.objects.raw(TOPICS % ", ".join(["%s"] * len(keys)), keys):
            self.topics[str(topic.pk)] = topic
            self.weights[str(topic.pk)] = rarity(topic.library, topic.carrying)
        rarest_first = sorted(self.topics, key=lambda key: (-self.weights[key], self.topics[key].normalised))
        self.bits = {key: 1 << place for place, key in enumerate(rarest_first)}

    def _bits(self, topics):
        return sum(self.bits.get(key, 0) for key in topics)

    def _load_candidates(self, asked, left_out, room):
        singles = [key for key, chosen in asked.items() if len(chosen) == 1]
        given = {*map(adapt, self.pins), *self.linked_here}
        lists = [[adapt(key) for key in left_out], room, list(asked), list(given), singles]
        if connection.vendor == "sqlite":
            lists = [json.dumps(value) if isinstance(value, list) else value for value in lists]
        with public_connection().cursor() as cursor:
            cursor.execute(ASK[connection.vendor], lists)
            found = defaultdict(int)
            for combination, best in cursor.fetchall():
                if best:
                    shared = self._bits(asked[combination])
                    for each in best.split(","):
                        found[each] |= shared
        parts = ((each.split(" "), shared) for each, shared in found.items())
        return {key: (shared, int(topic_count)) for (topic_count, key), shared in parts}

    def ranked(self, own, *, left_out=(), pins=(), limit):
        """[(key, topic keys that count, pinned)] for one place: pins first in their order, then by score.

        own: the place's topic keys; left_out: keys that must not appear. Whether pins are live is found when they are loaded.
        """
        own = self._bits(compared(own))
        result = [(key, self._counting(self._shared(key) & own)[0], True) for key in pins if key not in left_out]
        taken = {adapt(key) for key in (*left_out, *pins)}
        scored = []
        for key, (shared, topic_count) in self.candidates.items():
            if shared & own and key not in taken:
                scored.append((-self._score(shared & own, topic_count, key in self.linked_here), key, shared & own))
        # Some pins may turn out not to be live: they must not use up the room.
        best = nsmallest(limit, scored)
        return result + [(as_text(key), self._counting(shared)[0], False) for _value, key, shared in best]

    def _shared(self, key):
        return self.candidates[adapt(key)][0] if adapt(key) in self.candidates else 0

    def _counting(self, shared):
        """(the topics that count of those that are shared: the three rarest, rarest first; their weight together)"""
        if shared not in self._counted:
            topics = [key for key, bit in self.bits.items() if shared & bit][:MOST_SHARED]
            self._counted[shared] = topics, sum(self.weights[topic] for topic in topics)
        return self._counted[shared]

    def _score(self, shared, topic_count, linked):
        told = shared, topic_count, linked
        if told not in self._scores:
            self._scores[told] = score(self._counting(shared)[1], topic_count, linked)
        return self._scores[told]

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
