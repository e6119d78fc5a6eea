"""A made-up library of any size, for measuring and for trying things out: the same for the same number of entries, on every machine.

All is live. The first fifth are actors, then come two fifths agreements and two fifths articles; low numbers are the well-known ones, which
others link to most. Working rows, snapshots, versions and public rows are what saving and publishing would have made, written many at a time.
"""

import os
import random
import uuid
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from multiprocessing import get_context

from django.db import connection, reset_queries, transaction

from actors.content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from actors.desk import new_actor, new_agreement
from actors.terms import ActorKind, AgreementType, ObligationKind, Region
from actors.world import world
from articles.content import ArticleContent, SectionContent
from articles.desk import new_article
from publishing.bulk import NewEntry, prepared, rebuild_tallies, write_prepared
from publishing.content import SourceContent
from publishing.models import Source
from topics.vocabulary import Topic, lines_above, lines_remembered

from . import library_words as words

NAMESPACE = uuid.UUID("0b6c36a4-2d0c-5c3c-8b7e-5b1f6a2d9e77")
SOURCE = "made-up-source"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
BATCH = 500
TOGETHER = 10  # batches in one transaction: the indexes of keys that come in no order have their pages written once for all of them
CACHE_KB = 256 * 1024
MORE_VERSIONS = [70, 22, 8]  # of a hundred entries: so many have none, one and two versions before the present one
# How many topics an entry has, and how many entries of a hundred have so many.
TOPIC_COUNTS = {1: 5, 2: 12, 3: 20, 4: 25, 5: 20, 6: 12, 7: 6}
# The r-th topic is chosen r to this power times less often than the first: that one comes to a fifth of the entries.
SKEW = 0.7


def key_of(*parts):
    return uuid.uuid5(NAMESPACE, "/".join(map(str, parts)))


class Library:
    """The contents of a library of `size` entries, one by one: `content(number)` for 0 to size - 1."""

    def __init__(self, size, seed=0):
        self.size, self.seed = size, seed
        self.actors, self.agreements = max(1, size // 5), size * 2 // 5
        self.topics = [Topic(id=key_of("topic", name), name=name) for name in words.topic_names()]
        for rank, topic in enumerate(self.topics):
            above = words.broader(rank)
            topic.broader = None if above is None else self.topics[above]
        self.names = {str(topic.pk): topic.name for topic in self.topics}
        self.cumulative = list(accumulate((rank + 1) ** -SKEW for rank in range(len(self.topics))))

    def kind(self, number):
        if number < self.actors:
            return "actor"
        return "agreement" if number < self.actors + self.agreements else "article"

    def key(self, number):
        return key_of("entry", number)

    def title(self, number):
        return words.title(self.kind(number), number)

    def content(self, number):
        """The content of an entry as its kind's dataclass."""
        chance = random.Random(f"library/{self.seed}/{number}")  # noqa: S311 - a repeatable library
        topics = self._topics(chance)
        mentions = self._numbers(chance, self.size, chance.choice([1, 2, 2, 3]), number)
        chosen = self._numbers(chance, number, 2, number) if chance.random() < 0.02 and number > 2 else []
        common = {
            "title": self.title(number),
            "slug": f"{self.kind(number)}-{number}",
            "summary": words.sentence(chance),
            "featured": chance.random() < 0.001,
            "topics": topics,
            "pins": [str(self.key(other)) for other in chosen[:1]],
            "exclusions": [str(self.key(other)) for other in chosen[1:]],
            "links": {self.title(other): str(self.key(other)) for other in mentions},
            "labels": {key: self.names[key] for key in topics}
            | {str(self.key(other)): self.title(other) for other in chosen},
        }
        text = " ".join(f"{words.sentence(chance)} It follows on from [[{name}]]." for name in common["links"])
        content = getattr(self, f"_{self.kind(number)}")(chance, number, common, text)
        content.sources = {key: SourceContent(**SOURCE_FIELDS) for key in content.source_keys()}
        return content

    def versions(self, number):
        """[(content, moment of its publication)] of an entry, the oldest first; the last is `content(number)`."""
        chance, content = random.Random(f"versions/{self.seed}/{number}"), self.content(number)  # noqa: S311
        at, found = BEGIN + timedelta(minutes=number), []
        for _earlier in range(chance.choices([0, 1, 2], MORE_VERSIONS)[0]):
            found.append((replace(content, summary=words.sentence(chance)), at))
            at += timedelta(days=chance.randint(1, 900))
        return [*found, (content, at)]

    def _topics(self, chance):
        count = chance.choices(list(TOPIC_COUNTS), list(TOPIC_COUNTS.values()))[0]
        chosen = set()
        while len(chosen) < count:
            chosen.update(chance.choices(self.topics, cum_weights=self.cumulative))
        return sorted(str(topic.pk) for topic in chosen)

    @staticmethod
    def _numbers(chance, below, count, without):
        """So many different numbers, low ones more often."""
        found = dict.fromkeys(int(below * chance.random() ** 2) for _ in range(count))
        found.pop(without, None)
        return list(found)

    @staticmethod
    def _actor(chance, number, common, text):
        # The well-known actors are the states of the world map.
        codes = sorted({*world().shapes, *world().points})
        kind, iso3 = chance.choice(ActorKind.values), ""
        if number < len(codes):
            kind, iso3 = ActorKind.STATE.value, codes[number]
        return ActorContent(
            **common,
            actor_kind=kind,
            iso3=iso3,
            region=chance.choice(Region.values),
            founded=str(chance.randint(1800, 2000)),
            seat=words.place(chance),
            body=f"{text} [@{SOURCE}]",
        )

    def _agreement(self, chance, number, common, text):
        signed = chance.randint(1940, 2020)
        parties = self._numbers(chance, self.actors, chance.choice([2, 2, 2, 3, 4, 9]), None)
        common["labels"] |= {str(self.key(party)): self.title(party) for party in parties}
        return AgreementContent(
            **common,
            agreement_type=chance.choice([value for value in AgreementType.values if value != AgreementType.PROTOCOL]),
            legal_force="binding",
            scope="bilateral" if len(parties) < 3 else "minilateral",
            signed=f"{signed}-{chance.randint(1, 12):02}",
            in_force=str(signed + 1),
            terminated=str(signed + chance.randint(5, 30)) if chance.random() < 0.2 else "",
            body=text,
            obligations=[
                ObligationContent(
                    key=str(key_of("obligation", number)),
                    position=10,
                    kind=chance.choice(ObligationKind.values),
                    article="3",
                    description=words.sentence(chance),
                    source=SOURCE,
                )
            ],
            participations=[
                self._participation(chance, number, place, party, signed) for place, party in enumerate(parties, 1)
            ],
        )

    def _participation(self, chance, number, place, party, signed):
        """Two sign; of the others some join later, and a few leave after some years."""
        joins = place > 2 and chance.random() < 0.5
        since = signed + (chance.randint(2, 25) if joins else 1)
        leaves = chance.random() < 0.1
        return ParticipationContent(
            key=str(key_of("party", number, party)),
            position=place * 10,
            actor=str(self.key(party)),
            role="acceding-party" if joins else "original-party",
            signed="" if joins else str(signed),
            consent=str(since - 1),
            consent_means="accession" if joins else "ratification",
            in_force=str(since),
            ended=str(since + chance.randint(1, 20)) if leaves else "",
            ended_means="withdrawal" if leaves else "",
            source=SOURCE,
        )

    @staticmethod
    def _article(chance, number, common, text):
        sections = []
        for place in range(1, chance.choice([1, 2, 3]) + 1):
            own = chance.sample(common["topics"], 1) if chance.random() < 0.3 else []
            sections.append(
                SectionContent(
                    key=str(key_of("section", number, place)),
                    position=place * 10,
                    title=words.heading(chance),
                    body=f"{words.sentence(chance)} {words.sentence(chance)} [@{SOURCE}, p. {place}]",
                    topics=own,
                )
            )
        return ArticleContent(**common, introduction=text, sections=sections)


SOURCE_FIELDS = {
    "title": "A made-up source",
    "publisher": "Nobody",
    "date": "2020",
    "url": "https://example.org/",
    "kind": Source.Kind.REFERENCE.value,
}


NEW_ROWS = {"article": new_article, "actor": new_actor, "agreement": new_agreement}


def _new_entry(library, number):
    kind, key = library.kind(number), library.key(number)
    *earlier, (content, at) = library.versions(number)
    row, parts = NEW_ROWS[kind](key, content, {SOURCE: key_of("source")})
    return NewEntry(content, row, parts, at, earlier)


def _prepared(library, numbers):
    """(keys, prepared rows) of the entries with these numbers."""
    new = [_new_entry(library, number) for number in numbers]
    return [item.row.id for item in new], prepared(new, publish=True, summary="Made up")


def _batches(library, workers):
    """(numbers, what _prepared() makes of them) in order; several processes prepare, each a copy of this one, and none is far ahead of the writing."""
    batches = deque(range(start, min(start + BATCH, library.size)) for start in range(0, library.size, BATCH))
    if workers < 2 or len(batches) < 2:
        yield from ((numbers, _prepared(library, numbers)) for numbers in batches)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        coming = deque()
        while batches or coming:
            while batches and len(coming) <= workers:
                coming.append((batches[0], pool.submit(_prepared, library, batches.popleft())))
            numbers, work = coming.popleft()
            yield numbers, work.result()


def generate(size, seed=0, say=lambda done: None, workers=None):
    """Write a library of `size` live entries. say(done) is told of the progress; workers: processes that prepare, None for one on each core.

    Some thousand entries are a transaction, so that memory stays bounded; run it on a database of its own.
    """
    library = Library(size, seed)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Keys come in no order: indexes that no longer fit are written again and again. The map would hold the whole file in memory.
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            cursor.execute("PRAGMA mmap_size = 0")
    with transaction.atomic():
        for topic in library.topics:
            topic.save()
        Source.objects.create(id=key_of("source"), key=SOURCE, **SOURCE_FIELDS)
    with lines_remembered():
        lines_above(
            topic.pk for topic in library.topics
        )  # before there are other processes: they do not ask the database
        batches = _batches(library, workers or os.cpu_count())
        for _first in range(0, size, BATCH * TOGETHER):
            with transaction.atomic():
                for numbers, (keys, rows) in islice(batches, TOGETHER):
                    write_prepared(keys, rows, publish=True)
                    reset_queries()  # with DEBUG on, Django would keep them all
                    say(numbers.stop)
    rebuild_tallies()
