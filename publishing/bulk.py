"""Many new entries at once: the rows that saving and publishing would have made for each of them, written many at a time.

For imports and made-up libraries. The content goes through the same projection as everything else (`kinds`), so that `check_public` finds
nothing; what the working rows say is for the caller to make from the same content.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from . import kinds
from .audit import LONGEST, AuditEvent
from .content import SCHEMA, digest
from .models import Entry, Snapshot
from .projecting import search_row, stamp
from .public import PublicEntry, PublicVersion
from .publication import raise_generation
from .references import EntryLink, link_rows, links_of


@dataclass
class NewEntry:
    """An entry that nobody has seen yet.

    content: its kind's dataclass; row: the unsaved working row of its kind, with its key; parts: the unsaved rows that hang on it;
    at: the moment of its publication, now where it is None.
    """

    content: object
    row: Entry
    parts: list = field(default_factory=list)
    at: datetime | None = None


def _insert_children(model, rows):
    # bulk_create refuses a model that has a parent, as it would have to write two tables; the parents are there already.
    fields = model._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, rows)
    for start in range(0, len(rows), size):
        model._base_manager._insert(rows[start : start + size], fields=fields, using=connection.alias)


def _insert(rows, first=()):
    """Insert rows of any models; `first` names those that others refer to."""
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model in [*first, *(model for model in by_model if model not in first)]:
        model._base_manager.bulk_create(by_model[model])


def _working_rows(new):
    """The Entries and their children are written apart; the parts follow, sections before what hangs on them."""
    entries, children = [], defaultdict(list)
    names = [column.attname for column in Entry._meta.concrete_fields]
    for item in new:
        children[type(item.row)].append(item.row)
        entries.append(Entry(**{name: getattr(item.row, name) for name in names}))
    Entry.objects.bulk_create(entries)
    for model, rows in children.items():
        _insert_children(model, rows)
    # Rows of one model stand together, in the order in which the models first appear: a part comes before what refers to it.
    _insert([part for item in new for part in item.parts])


def _published_rows(item, projected, data, by):
    at = item.at or timezone.now()
    stamp(projected.entry, at, at, 1)
    version = PublicVersion(
        entry_id=item.row.id,
        kind=item.row.kind,
        slug=item.content.slug,
        number=1,
        snapshot_number=1,
        schema=SCHEMA,
        content=data,
        published_by=by.pk if by else None,
        published_at=at,
    )
    event = AuditEvent(
        action=AuditEvent.Action.PUBLISH,
        who=by,
        entry_id=item.row.id,
        was=str(Entry.State.DRAFT.label),
        became=f"{item.content.title}, v1"[:LONGEST],
    )
    return [version, event, projected.entry, *projected.rows, search_row(projected.entry)]


@transaction.atomic
def write_new(new, *, publish, summary="", by=None):
    """Write NewEntries with a first snapshot each, and publish them where told. Call `rebuild_tallies()` after the last batch.

    The caller sees to it that no key and no address is taken and that no check stops one from being published. Returns {key: Snapshot}.
    """
    if publish:
        raise_generation()
    for item in new:
        item.row.state = Entry.State.LIVE if publish else Entry.State.DRAFT
    _working_rows(new)
    snapshots, rows = [], []
    for item in new:
        key, data = item.row.id, item.content.to_json()
        projected = kinds.get(item.row.kind).project(key, item.content)
        snapshots.append(
            Snapshot(entry_id=key, number=1, schema=SCHEMA, content=data, digest=digest(data), summary=summary)
        )
        links = links_of(projected)
        rows += link_rows(key, EntryLink.Side.DRAFT, links)
        if publish:
            rows += link_rows(key, EntryLink.Side.LIVE, links)
            rows += _published_rows(item, projected, data, by)
    Snapshot.objects.bulk_create(snapshots)
    _insert(rows, first=[PublicEntry])
    first = Subquery(Snapshot.objects.filter(entry=OuterRef("pk")).values("pk")[:1])
    fresh = Entry.objects.filter(pk__in=[item.row.id for item in new])
    fresh.update(head=first, **({"live": first} if publish else {}))
    return {snapshot.entry_id: snapshot for snapshot in snapshots}


def gather_statistics():
    """Let the database see how many rows of which sort there are now: by that it chooses its ways through them. Some milliseconds."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")


@transaction.atomic
def rebuild_tallies():
    """Count anew what is kept beside the public rows."""
    for tally in kinds.tallies():
        tally.rebuild()
