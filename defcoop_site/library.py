"""A made-up library of any size, for measuring and for trying things out: the same for the same number of entries, on every machine.

All is live. The first fifth are actors, then come two fifths agreements and two fifths articles; low numbers are the well-known ones, which
others link to most. Working rows, snapshots, versions and public rows are what saving and publishing would have made, written many at a time.
"""

import random
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from django.db import connection, reset_queries, transaction
from django.db.models import OuterRef, Subquery

from actors.content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from actors.models import Actor, Agreement, Obligation, Participation
from actors.terms import ActorKind, AgreementType, ObligationKind, Region
from articles.content import ArticleContent, SectionContent
from articles.models import Article, Section, TaggedSection
from publishing import kinds
from publishing.content import SCHEMA, SourceContent, digest
from publishing.models import Entry, Snapshot, Source
from publishing.names import normalise
from publishing.projecting import search_row, stamp
from publishing.public import Generation, PublicEntry, PublicVersion
from publishing.references import EntryLink, link_rows, links_of
from topics.desk import choice_rows
from topics.models import TaggedEntry
from topics.vocabulary import Topic

from . import library_words as words

NAMESPACE = uuid.UUID("0b6c36a4-2d0c-5c3c-8b7e-5b1f6a2d9e77")
SOURCE = "made-up-source"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
BATCH = 1000
# How many topics an entry has, and how many entries of a hundred have so many.
TOPIC_COUNTS = {1: 5, 2: 12, 3: 20, 4: 25, 5: 20, 6: 12, 7: 6}
# The r-th topic is chosen r to this power times less often than the first: that one comes to a fifth of the entries.
SKEW = 0.7
MODELS = {"actor": Actor, "agreement": Agreement, "article": Article}


def key_of(*parts):
    return uuid.uuid5(NAMESPACE, "/".join(map(str, parts)))


class Library:
    """The contents of a library of `size` entries, one by one: `content(number)` for 0 to size - 1."""

    def __init__(self, size):
        self.size = size
        self.actors, self.agreements = max(1, size // 5), size * 2 // 5
        self.topics = [Topic(id=key_of("topic", name), name=name) for name in words.topic_names()]
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
        chance = random.Random(f"library/{number}")  # noqa: S311 - a repeatable library
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
        return ActorContent(
            **common,
            actor_kind=chance.choice(ActorKind.values),
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
                ParticipationContent(
                    key=str(key_of("party", number, party)),
                    position=place * 10,
                    actor=str(self.key(party)),
                    role="original-party",
                    signed=str(signed),
                    in_force=str(signed + 1),
                    source=SOURCE,
                )
                for place, party in enumerate(parties, 1)
            ],
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


def _columns(model, content):
    """{column: value} of the content's fields that the working row has as plain columns."""
    plain = {field.name for field in model._meta.concrete_fields if not field.is_relation and not field.primary_key}
    return {name: value for name, value in vars(content).items() if name in plain}


def _working_rows(kind, key, content):
    """The unsaved working rows of an entry: (Entry, its child row, [others])."""
    values = _columns(MODELS[kind], content)
    row = MODELS[kind](id=key, entry_ptr_id=key, kind=kind, normalised_title=normalise(content.title), **values)
    names = [field.attname for field in Entry._meta.concrete_fields]
    entry = Entry(**{name: getattr(row, name) for name in names})
    entry.state = Entry.State.LIVE
    others = [TaggedEntry(tag_id=topic, content_object_id=key) for topic in content.topics]
    others += choice_rows(key, content)
    source = key_of("source")
    for part in getattr(content, "sections", []):
        others.append(Section(id=part.key, article_id=key, **_columns(Section, part)))
        others += [TaggedSection(tag_id=topic, content_object_id=part.key) for topic in part.topics]
    for name, model in (("obligations", Obligation), ("participations", Participation)):
        for part in getattr(content, name, []):
            fields = _columns(model, part)
            if model is Participation:
                fields["actor_id"] = part.actor
            others.append(model(id=part.key, agreement_id=key, source_id=source, **fields))
    return entry, row, others


def _published_rows(kind, key, number, content):
    """The unsaved snapshot, version and public rows of an entry."""
    data, at = content.to_json(), BEGIN + timedelta(minutes=number)
    snapshot = Snapshot(
        entry_id=key, number=1, schema=SCHEMA, content=data, digest=digest(data), summary="Made up", created_at=at
    )
    version = PublicVersion(
        entry_id=key,
        kind=kind,
        slug=content.slug,
        number=1,
        snapshot_number=1,
        schema=SCHEMA,
        content=data,
        published_at=at,
    )
    projected = kinds.get(kind).project(key, content)
    stamp(projected.entry, at, at, 1)
    links = [row for side in EntryLink.Side for row in link_rows(key, side, links_of(projected))]
    return [snapshot, version, projected.entry, *projected.rows, search_row(projected.entry), *links]


# Rows that others refer to go first.
ORDER = [Section, Snapshot, PublicEntry]


def _insert_children(model, rows):
    # bulk_create refuses a model that has a parent, as it would have to write two tables; the parents are there already.
    fields = model._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, rows)
    for start in range(0, len(rows), size):
        model._base_manager._insert(rows[start : start + size], fields=fields, using=connection.alias)


@transaction.atomic
def _write(library, numbers):
    entries, children, others = [], defaultdict(list), defaultdict(list)
    for number in numbers:
        kind, key, content = library.kind(number), library.key(number), library.content(number)
        entry, child, rows = _working_rows(kind, key, content)
        entries.append(entry)
        children[type(child)].append(child)
        for row in [*rows, *_published_rows(kind, key, number, content)]:
            others[type(row)].append(row)
    Entry.objects.bulk_create(entries)
    for model, rows in children.items():
        _insert_children(model, rows)
    for model in [*ORDER, *(model for model in others if model not in ORDER)]:
        model._base_manager.bulk_create(others[model])
    snapshot = Subquery(Snapshot.objects.filter(entry=OuterRef("pk")).values("pk")[:1])
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(head=snapshot, live=snapshot)


def generate(size, say=lambda done: None):
    """Write a library of `size` live entries. say(done) is told of the progress.

    Each thousand entries are a transaction of their own, so that memory stays bounded; run it on a database of its own.
    """
    library = Library(size)
    with transaction.atomic():
        for topic in library.topics:
            topic.save()
        Source.objects.create(id=key_of("source"), key=SOURCE, **SOURCE_FIELDS)
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        _write(library, numbers)
        reset_queries()  # with DEBUG on, Django would keep them all
        say(numbers.stop)
    with transaction.atomic():
        for tally in kinds.tallies():
            tally.rebuild()
        if not Generation.objects.exists():
            Generation.objects.create(number=1)
