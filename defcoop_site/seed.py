"""Loads `fixtures/` once: YAML with natural keys becomes working entries, snapshots and public pages (format: fixtures/README.md).

A record that was loaded is never loaded again, whatever became of it. Everything happens in one transaction: all of it or nothing.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from actors.content import (
    ActorContent,
    AgreementContent,
    FormerNameContent,
    ObligationContent,
    ParticipationContent,
    StatementContent,
)
from actors.models import Actor, Agreement
from articles.content import ArticleContent, SectionContent
from articles.models import Article
from publishing import kinds
from publishing.desk import write_aliases
from publishing.models import EntryAlias, SeededRecord, Source
from publishing.names import address, normalise
from publishing.publication import PublicationError, publish
from publishing.snapshots import take_snapshot
from topics.vocabulary import Topic, TopicAlias

NAMESPACE = uuid.UUID("5f0c6c0e-3f52-5b5e-9d7c-3c3a3f6f8f10")
MODELS = {"actors": Actor, "agreements": Agreement, "articles": Article}
PARTS = {
    "actors": ["former_names"],
    "agreements": ["obligations", "participations", "statements"],
    "articles": ["sections"],
}
# Columns that a bare row does not have yet.
REFERRED_LATER = ["actor_kind", "region", "agreement_type", "legal_force", "scope"]
SOURCE_KEYS = {"title", "author", "publisher", "date", "url", "archive_url", "kind"}
TOPIC_KEYS = {"name", "description", "aliases", "broader"}
LONGEST_ALIAS = EntryAlias._meta.get_field("name").max_length
COMMON_KEYS = {"slug", "title", "language", "aliases", "topics", "featured"}
ACTOR_TEXTS = {
    "official_name", "region", "iso3", "founded", "dissolved", "seat", "website", "wikidata", "facts_source", "facts_locator", "summary", "body",
}  # fmt: skip
AGREEMENT_TEXTS = {
    "legal_force", "scope", "adopted", "signed", "place", "provisional", "in_force", "terminated", "termination_cause", "entry_into_force_rule",
    "depositary", "languages", "registration", "facts_source", "facts_locator", "summary", "body", "opened", "suspended", "suspension_ended",
    "withdrawal_rule", "disputed", "other_reading", "dispute", "activity", "confidence",
}  # fmt: skip
ENTRY_KEYS = {
    "actors": COMMON_KEYS | ACTOR_TEXTS | {"kind", "predecessors", "part_of", "constituent_agreement", "former_names"},
    "agreements": COMMON_KEYS
    | AGREEMENT_TEXTS
    | {"type", "text", "amends", "superseded_by", "obligations", "party_defaults", "parties", "statements"},
    "articles": COMMON_KEYS | {"standfirst", "introduction", "link_first_mentions", "sections"},
}
PARTY_TEXTS = {
    "role",
    "signed",
    "consent",
    "in_force",
    "suspended",
    "ended",
    "ended_means",
    "name_used",
    "note",
    "source",
    "locator",
    "ratified",
    "provisional",
    "suspension_ended",
    "notice",
    "disputed",
    "other_reading",
    "dispute",
}
OBLIGATION_TEXTS = {"kind", "article", "condition", "description", "source", "locator", "area", "decided_by"}
OBLIGATION_ENDS = ("owed_by", "owed_to")
STATEMENT_TEXTS = {"kind", "article", "made", "withdrawn", "description", "source", "locator"}
STATEMENT_ENDS = ("actor", "objects_to")


class SeedError(Exception):
    """The fixtures are wrong; `mistakes` has a sentence for each."""

    def __init__(self, mistakes):
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def key_of(*parts):
    """The key of a fixture record: the same on every machine."""
    return uuid.uuid5(NAMESPACE, "/".join(parts))


def fingerprint(folder):
    """A word that changes when any fixture file does."""
    total = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*.yaml")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"fixtures:{total.hexdigest()}"


@dataclass
class Seeder:
    """One run over a folder."""

    folder: Path
    mistakes: list = field(default_factory=list)
    loaded: int = 0
    met: set = field(default_factory=set)

    def __post_init__(self):
        self.known = set(SeededRecord.objects.values_list("key", flat=True))

    def run(self):
        self._topics()
        self._sources()
        fresh = list(self._fresh_entries())
        for section, record, where in fresh:
            self._bare_row(section, record, where)
        for section, record, where in fresh:
            self._fill(section, record, where)
        self._stop_on_mistakes()
        for section, record, where in fresh:
            row = MODELS[section].objects.get(pk=key_of(section, record["slug"]))
            try:
                publish(take_snapshot(row, summary="First version, from the fixtures"))
            except PublicationError as error:
                self.mistakes.append(f"{where}: {error}")
        self._stop_on_mistakes()
        return self.loaded

    def _stop_on_mistakes(self):
        if self.mistakes:
            raise SeedError(self.mistakes)

    def _read(self, path):
        try:
            return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.mistakes.append(f"{path.relative_to(self.folder)}: {' '.join(str(error).split())}")
            return None

    def _is_new(self, key, where):
        """Whether the record was never loaded; from now on it was."""
        if key in self.met:
            self.mistakes.append(f"{where}: stands twice")
            return False
        self.met.add(key)
        if key in self.known:
            return False
        self.known.add(key)
        SeededRecord.objects.create(key=key)
        self.loaded += 1
        return True

    def _unknown_keys(self, record, allowed, where):
        extra = set(record) - allowed
        if extra:
            self.mistakes.append(f"{where}: no such key: {', '.join(sorted(extra))}")

    def _saved(self, row, where, exclude=()):
        """Save a row if it is right; name what is wrong if not."""
        try:
            row.full_clean(exclude=exclude)
        except ValidationError as error:
            self.mistakes += [
                f"{where}, {row}: {name}: {message}"
                for name, messages in error.message_dict.items()
                for message in messages
            ]
        else:
            row.save()

    def _complete(self, record, needed, where):
        """Whether a record is a mapping with all that it needs."""
        missing = [name for name in needed if not isinstance(record, dict) or not record.get(name)]
        if missing:
            self.mistakes.append(f"{where}: misses {', '.join(missing)}")
        return not missing

    def _topics(self):
        records = [
            record
            for number, record in enumerate(self._read(self.folder / "topics.yaml") or [], 1)
            if self._complete(record, ["name"], f"topics.yaml, record {number}")
        ]
        fresh = [
            record
            for record in records
            if self._is_new(f"topic/{normalise(record['name'])}", f"topics.yaml, {record['name']}")
        ]
        rows = {}
        for record in fresh:
            name = record["name"]
            self._unknown_keys(record, TOPIC_KEYS, f"topics.yaml, {name}")
            rows[name] = Topic(
                id=key_of("topic", normalise(name)),
                name=name,
                slug=address(name),
                description=record.get("description", ""),
            )
            self._saved(rows[name], f"topics.yaml, {name}")
        for record in fresh:
            self._place_topic(rows[record["name"]], record, f"topics.yaml, {record['name']}")

    def _place_topic(self, row, record, where):
        """Give a topic its broader topic and its aliases."""
        if record.get("broader"):
            row.broader = Topic.objects.filter(normalised=normalise(record["broader"])).first()
            if row.broader is None:
                self.mistakes.append(f"{where}: no topic “{record['broader']}”")
            else:
                self._saved(row, where)
        for name in record.get("aliases") or []:
            self._saved(TopicAlias(topic=row, name=name), where)

    def _sources(self):
        for path in sorted((self.folder / "sources").glob("*.yaml")):
            for key, record in (self._read(path) or {}).items():
                where = f"sources/{path.name}, {key}"
                if not self._complete(record, ["title", "kind"], where):
                    continue
                self._unknown_keys(record, SOURCE_KEYS, where)
                if self._is_new(f"source/{key}", where):
                    values = {name: record.get(name) or "" for name in SOURCE_KEYS}
                    self._saved(Source(id=key_of("source", key), key=key, **values), where)

    def _fresh_entries(self):
        for section in MODELS:
            for path in sorted((self.folder / section).glob("*.yaml")):
                for number, record in enumerate(self._read(path) or [], 1):
                    where = f"{section}/{path.name}, record {number}"
                    if not self._complete(record, ["slug", "title"], where):
                        continue
                    where = f"{section}/{path.name}, {record['slug']}"
                    self._unknown_keys(record, ENTRY_KEYS[section], where)
                    if self._is_new(f"{section}/{record['slug']}", where):
                        yield section, record, where

    def _bare_row(self, section, record, where):
        """A row that others can refer to, with its names."""
        row = MODELS[section](id=key_of(section, record["slug"]), title=record["title"], slug=record["slug"])
        self._saved(row, where, exclude=REFERRED_LATER)
        # One that is too long is named where the record is filled in.
        write_aliases(row, [name for name in record.get("aliases") or [] if len(str(name)) <= LONGEST_ALIAS])

    def _fill(self, section, record, where):
        content = getattr(self, f"_{section}_content")(record, where)
        row = MODELS[section].objects.filter(pk=key_of(section, record["slug"])).first()
        parts = [
            (getattr(MODELS[section], name).rel.related_model, part)
            for name in PARTS[section]
            for part in getattr(content, name)
        ]
        if row is None or self._too_long([(MODELS[section], content), *parts], where):
            return
        self.mistakes += [f"{where}: {loss}" for loss in kinds.get(row.kind).desk.to_rows(row, content)]
        self._saved(row, where)
        for name in PARTS[section]:
            for part in getattr(row, name).all():
                self._saved(part, where, exclude=["agreement", "owner", "source", *OBLIGATION_ENDS, *STATEMENT_ENDS])

    def _too_long(self, contents, where):
        """Whether a text is longer than its column: PostgreSQL would refuse it without naming it."""
        texts = [
            (field.name, getattr(content, field.name, None), field.max_length)
            for model, content in contents
            for field in model._meta.fields
        ]
        texts += [
            ("aliases", alias, LONGEST_ALIAS)
            for _model, content in contents
            for alias in getattr(content, "aliases", ())
        ]
        found = [
            f"{where}: {name}: has {len(text)} characters, at most {most} fit"
            for name, text, most in texts
            if most and isinstance(text, str) and len(text) > most
        ]
        self.mistakes += found
        return bool(found)

    def _common(self, section, record, where, texts):
        values = {name: str(record.get(name) or "").strip() for name in texts}
        return {
            "title": record["title"],
            "slug": record["slug"],
            "language": record.get("language", "en"),
            "summary": " ".join((record.get("summary") or record.get("standfirst") or "").split()),
            "aliases": record.get("aliases") or [],
            "featured": record.get("featured", False),
            "topics": self._topics_of(record, where),
            # A reference that resolves to nothing is named by its slug.
            "labels": {},
            **{name: value for name, value in values.items() if name != "summary"},
        }

    def _topics_of(self, record, where):
        """The keys of the topics that a record names, by any spelling of a name, each once."""
        topics, names = self._all_topics(), record.get("topics") or []
        self.mistakes += [f"{where}: no topic “{name}”" for name in names if address(name) not in topics]
        return list(dict.fromkeys(topics[address(name)] for name in names if address(name) in topics))

    def _all_topics(self):
        """{address that a name or an alias gives: key}; a topic that an editor merged or renamed is found under its old name."""
        if not hasattr(self, "_topic_keys"):
            aliases = TopicAlias.objects.values_list("slug", "topic_id")
            self._topic_keys = {slug: str(key) for slug, key in aliases}
            self._topic_keys |= {address(topic.name): str(topic.pk) for topic in Topic.objects.all()}
        return self._topic_keys

    def _reference(self, content, section, slug):
        if not slug:
            return ""
        key = str(key_of(section, slug))
        content["labels"][key] = f"{section}/{slug}"
        return key

    def _actors_content(self, record, where):
        content = self._common("actors", record, where, ACTOR_TEXTS)
        return ActorContent(
            **content,
            actor_kind=record.get("kind", ""),
            predecessors=[self._reference(content, "actors", slug) for slug in record.get("predecessors") or []],
            part_of=self._reference(content, "actors", record.get("part_of")),
            constituent_agreement=self._reference(content, "agreements", record.get("constituent_agreement")),
            former_names=[
                self._former_name(record, place, part, where)
                for place, part in enumerate(record.get("former_names") or [], 1)
            ],
        )

    def _former_name(self, record, place, part, where):
        self._unknown_keys(part, {"name", "since", "until", "source", "locator"}, f"{where}, former name {place}")
        texts = {name: str(part.get(name) or "") for name in ("name", "since", "until", "source", "locator")}
        return FormerNameContent(
            key=str(key_of("former-name", record["slug"], str(place))), position=place * 10, **texts
        )

    def _agreements_content(self, record, where):
        content = self._common("agreements", record, where, AGREEMENT_TEXTS)
        content["facts_source"] = content["facts_source"] or record.get("text") or ""
        return AgreementContent(
            **content,
            agreement_type=record.get("type", ""),
            text_source=record.get("text") or "",
            amends=self._reference(content, "agreements", record.get("amends")),
            superseded_by=self._reference(content, "agreements", record.get("superseded_by")),
            obligations=[
                self._obligation(content, record, place, part, where)
                for place, part in enumerate(record.get("obligations") or [], 1)
            ],
            participations=[
                self._party(content, record, place, part, where)
                for place, part in enumerate(record.get("parties") or [], 1)
            ],
            statements=[
                self._statement(content, record, place, part, where)
                for place, part in enumerate(record.get("statements") or [], 1)
            ],
        )

    def _obligation(self, content, record, place, part, where):
        self._unknown_keys(
            part, OBLIGATION_TEXTS | {"discretionary", "automatic", *OBLIGATION_ENDS}, f"{where}, obligation {place}"
        )
        return ObligationContent(
            key=str(key_of("obligation", record["slug"], str(place))),
            position=place * 10,
            discretionary=part.get("discretionary", False),
            automatic=part.get("automatic", False),
            **{name: self._reference(content, "actors", part.get(name)) for name in OBLIGATION_ENDS},
            **{name: str(part.get(name) or "").strip() for name in OBLIGATION_TEXTS},
        )

    def _party(self, content, record, place, part, where):
        part = {**(record.get("party_defaults") or {}), **part}
        self._unknown_keys(part, PARTY_TEXTS | {"actor", "means"}, f"{where}, party {part.get('actor')}")
        return ParticipationContent(
            key=str(key_of("participation", record["slug"], str(place))),
            position=place * 10,
            actor=self._reference(content, "actors", part.get("actor")),
            consent_means=part.get("means") or "",
            **{name: " ".join(str(part.get(name) or "").split()) for name in PARTY_TEXTS},
        )

    def _statement(self, content, record, place, part, where):
        self._unknown_keys(part, STATEMENT_TEXTS | {*STATEMENT_ENDS}, f"{where}, statement {place}")
        return StatementContent(
            key=str(key_of("statement", record["slug"], str(place))),
            position=place * 10,
            **{name: self._reference(content, "actors", part.get(name)) for name in STATEMENT_ENDS},
            **{name: " ".join(str(part.get(name) or "").split()) for name in STATEMENT_TEXTS},
        )

    def _articles_content(self, record, where):
        content = self._common("articles", record, where, ["introduction"])
        return ArticleContent(
            **content,
            link_first_mentions=record.get("link_first_mentions", False),
            sections=[
                self._section(record, place, part, where) for place, part in enumerate(record.get("sections") or [], 1)
            ],
        )

    def _section(self, record, place, part, where):
        self._unknown_keys(part, {"title", "level", "topics", "body"}, f"{where}, section {place}")
        return SectionContent(
            key=str(key_of("section", record["slug"], str(place))),
            position=place * 10,
            level=part.get("level", 1),
            title=part["title"],
            body=str(part.get("body") or "").strip(),
            topics=self._topics_of(part, f"{where}, section {place}"),
        )


class _Rollback(Exception):
    pass


def seed(folder, check_only=False):
    """Load what was never loaded. Returns the number of records; raises SeedError with every mistake found, keeping nothing."""
    mark = fingerprint(folder)
    if not check_only and SeededRecord.objects.filter(key=mark).exists():
        return 0
    try:
        with transaction.atomic():
            loaded = Seeder(Path(folder)).run()
            SeededRecord.objects.get_or_create(key=mark)
            if check_only:
                raise _Rollback
    except _Rollback:
        pass
    return loaded
