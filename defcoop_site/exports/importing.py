"""An export into an empty site: the same entries, topics, redirects and versions, or nothing at all.

What an export names and does not hold comes back as what readers of the other site met: a party without a page as a draft under its name, a
former address as an entry that was purged and left nothing else.
"""

from collections import defaultdict
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, Subquery
from django.urls import NoReverseMatch
from django.utils import timezone

from actors.content import ActorContent, AgreementContent
from actors.desk import new_actor, new_agreement
from articles.desk import new_article
from publishing import kinds
from publishing.audit import AuditEvent, record
from publishing.bulk import NewEntry, write_working_rows
from publishing.content import SCHEMA, digest, is_parts
from publishing.models import Entry, Image, SeededRecord, Snapshot, Source
from publishing.names import normalise
from publishing.projecting import PROJECTION
from publishing.public import PublicEntry, PublicVersion, Redirect
from publishing.publication import rebuild_public
from publishing.trash import Trashed
from publishing.upkeep import Check
from topics.vocabulary import MergedTopic, Topic, TopicAlias

from ..seed import fingerprint
from .reading import NotAnExport, read_package, records

AT_ONCE = 500
NEW_ROWS = {"article": new_article, "actor": new_actor, "agreement": new_agreement}
# What refers to another entry, and of which kind that is.
REFERENCES = {
    "part_of": "actor",
    "predecessors": "actor",
    "constituent_agreement": "agreement",
    "amends": "agreement",
    "superseded_by": "agreement",
    "actor": "actor",
    "owed_by": "actor",
    "owed_to": "actor",
    "objects_to": "actor",
}
STUBS = {"actor": ActorContent, "agreement": AgreementContent}


# What rows that make no sense raise on the way: a missing column, a number that no column holds, an address that no page can have.
NONSENSE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NoReverseMatch,
    ValidationError,
    DatabaseError,
)
SCHEMES = ("https://", "http://", "ftps://", "ftp://")  # those of a URLField
ADDRESSES = {"url", "archive_url", "source_url", "website"}  # columns that become links


class ImportRefused(Exception):
    """Nothing was imported; the message says why."""


def import_export(folder):
    """Write an export into the database, which must be empty. Returns how many entries it has."""
    try:
        package = read_package(folder)
        with transaction.atomic():
            _refuse_used()
            return Importer(folder, package).run()
    except NotAnExport as error:
        raise ImportRefused(str(error)) from error
    except NONSENSE as error:
        raise ImportRefused(f"The export holds what cannot be: {' '.join(str(error).split())}") from error


def _refuse_used():
    for model in (Entry, Topic, Source, Image, PublicVersion, Redirect):
        if model.objects.exists():
            raise ImportRefused(
                f"This site is not empty: it has {model._meta.verbose_name_plural}. Take a fresh database and `manage.py migrate`."
            )


class Importer:
    """One run. keys: of the entries that the export has; sources: {citation key: the Source's own key}; stubs: {key: (kind, label)}."""

    def __init__(self, folder, package):
        self.folder, self.package, self.now = folder, package, timezone.now()
        self.keys = {row["id"] for row in self.rows("entries")}
        self.sources, self.stubs = {}, {}

    def rows(self, name):
        for row in records(self.folder, name, self.package):
            _refuse_addresses(row)
            yield row

    def run(self):
        self.topics()
        self.sources_and_images()
        versions = groupby(self.rows("versions"), key=lambda row: row["entry_id"])
        batch = []
        for row in self.rows("entries"):
            key, found = next(versions, (None, []))
            if key != row["id"]:
                raise NotAnExport(f"jsonl/versions.jsonl has no versions of the entry {row['id']}.")
            batch.append((row, list(found)))
            if len(batch) == AT_ONCE:
                self.entries(batch)
                batch = []
        self.entries(batch)
        self.drafts()
        self.former_addresses()
        self.finish()
        return len(self.keys)

    def topics(self):
        for row in self.rows("topics"):
            names = ("id", "name", "slug", "description", "broader_id")
            Topic(**{name: row[name] for name in names}).save(force_insert=True)
        for row in self.rows("topic_aliases"):
            TopicAlias(topic_id=row["topic_id"], name=row["name"]).save()
        MergedTopic.objects.bulk_create(
            MergedTopic(key=row["id"], slug=row["slug"], topic_id=row["topic_id"]) for row in self.rows("merged_topics")
        )

    def sources_and_images(self):
        names = ("key", "title", "author", "publisher", "date", "url", "archive_url", "kind")
        sources = [Source(**{name: row[name] for name in names}) for row in self.rows("sources")]
        Source.objects.bulk_create(sources)
        self.sources = {source.key: source.pk for source in sources}
        names = ("key", "digest", "width", "height", "credit", "licence", "licence_terms", "source_url")
        Image.objects.bulk_create(
            Image(title=row["key"], uploaded_at=self.now, **{name: row[name] for name in names})
            for row in self.rows("images")
        )

    def entries(self, batch):
        new, history, checks = [], [], []
        for row, versions in batch:
            content = self.content(row["kind"], versions[-1])
            new.append(self.new_entry(row, content))
            history += [(row["kind"], version) for version in versions]
            if row["checked"]:
                checks.append(Check(entry_id=row["id"], on=row["checked"], version=versions[-1]["number"]))
            for key, kind in _references(versions[-1]["content"]):
                if key not in self.keys:
                    self.stubs[key] = kind, content.labels.get(key, key)
        write_working_rows(new)
        self.write_history(history)
        Check.objects.bulk_create(checks)

    def content(self, kind, version):
        if version["schema"] != SCHEMA:
            raise NotAnExport(f"The versions are of schema {version['schema']}; this release reads {SCHEMA}.")
        return kinds.get(kind).content.from_json(version["content"], SCHEMA)

    def new_entry(self, row, content):
        working, parts = NEW_ROWS[row["kind"]](row["id"], content, self.sources)
        working.state = Entry.State.WITHDRAWN if row["withdrawn"] else Entry.State.LIVE
        return NewEntry(content, working, parts)

    def write_history(self, history):
        """history: [(kind, version as it stands in the export)]. Each version gets a snapshot of the same number."""
        Snapshot.objects.bulk_create(
            Snapshot(
                entry_id=version["entry_id"],
                number=version["number"],
                schema=SCHEMA,
                content=version["content"],
                digest=digest(version["content"]),
                summary=version["note"][:200],
            )
            for _kind, version in history
        )
        PublicVersion.objects.bulk_create(
            PublicVersion(
                entry_id=version["entry_id"],
                kind=kind,
                slug=version["slug"],
                number=version["number"],
                snapshot_number=version["number"],
                schema=SCHEMA,
                content=version["content"],
                note=version["note"],
                is_minor=version["minor"],
                published_at=datetime.fromisoformat(version["published"]),
            )
            for kind, version in history
        )

    def drafts(self):
        """What live entries refer to and readers know by its name alone."""
        new = []
        for key, (kind, label) in self.stubs.items():
            content = STUBS[kind](title=label[:200], slug=key)
            working, parts = NEW_ROWS[kind](key, content, self.sources)
            new.append(NewEntry(content, working, parts))
        write_working_rows(new)
        data = {item.row.id: item.content.to_json() for item in new}
        Snapshot.objects.bulk_create(
            Snapshot(entry_id=key, number=1, schema=SCHEMA, content=content, digest=digest(content))
            for key, content in data.items()
        )

    def former_addresses(self):
        """Addresses whose entry has no page: what a purged entry leaves (docs/decisions/0005-what-purging-leaves.md)."""
        found = defaultdict(list)
        for row in self.rows("redirects"):
            if row["owner_id"] not in self.keys:
                found[row["owner_id"]].append(row)
        entries, history = [], []
        for key, rows in found.items():
            last = rows[-1]
            state = Entry.State.REDIRECTED if last["target_id"] else Entry.State.GONE
            names = {"title": last["slug"], "normalised_title": normalise(last["slug"]), "slug": last["slug"]}
            entries.append(Entry(id=key, kind=last["kind"], state=state, redirect_to_id=last["target_id"], **names))
            history += [(row["kind"], self.nothing(key, row, number)) for number, row in enumerate(rows, 1)]
        Entry.objects.bulk_create(entries)
        self.write_history(history)
        Trashed.objects.bulk_create(Trashed(entry_id=key, at=self.now, purged_at=self.now) for key in found)

    def nothing(self, key, row, number):
        """A version that says nothing, at a former address."""
        content = kinds.get(row["kind"]).content(title=row["slug"], slug=row["slug"]).to_json()
        published = self.now.isoformat()
        common = {"entry_id": key, "number": number, "slug": row["slug"], "published": published, "note": ""}
        return {**common, "content": content, "minor": False}

    def finish(self):
        newest = Snapshot.objects.filter(entry=OuterRef("pk")).order_by("-number").values("pk")[:1]
        Entry.objects.update(head=Subquery(newest))
        Entry.objects.exclude(state=Entry.State.DRAFT).update(live=F("head"))
        rebuild_public()
        # An imported site has content: what fixtures/ holds is not loaded beside it.
        for mark in (PROJECTION, fingerprint(settings.BASE_DIR / "fixtures")):
            SeededRecord.objects.get_or_create(key=mark)
        became = f"{self.package.get('name')} {self.package.get('version')}, {len(self.keys)} entries"
        record(AuditEvent.Action.IMPORT, became=became)
        for model, name in ((PublicEntry, "entries"), (Redirect, "redirects")):
            expected = sum(1 for _row in self.rows(name))
            if model.objects.count() != expected:
                raise NotAnExport(f"jsonl/{name}.jsonl has {expected} rows, of which {model.objects.count()} came out.")


def _refuse_addresses(value):
    """Refuse what would become a link to a script: forms let nobody write one, and here no form is asked."""
    if isinstance(value, list):
        for item in value:
            _refuse_addresses(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in ADDRESSES and item and not str(item).lower().startswith(SCHEMES):
                raise NotAnExport(f"“{item}” is no address of a page.")
            _refuse_addresses(item)


def _references(data):
    """(key, kind) of every entry that a content names as a fact."""
    for name, value in data.items():
        if is_parts(value):
            for part in value:
                yield from _references({field: part[field] for field in REFERENCES if part.get(field)})
        elif name in REFERENCES:
            for key in value if isinstance(value, list) else [value]:
                if key:
                    yield key, REFERENCES[name]
