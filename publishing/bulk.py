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
from .inserting import insert
from .locks import share_ties
from .models import Entry, Snapshot
from .projecting import search_row, stamp
from .public import PublicEntry, PublicVersion
from .publication import raise_generation
from .references import EntryLink, link_rows, links_of

REVISED = "Revised."  # the public note of a version that came with a later one


@dataclass
class NewEntry:
    """An entry that nobody has seen yet.

    content: its kind's dataclass; row: the unsaved working row of its kind, with its key; parts: the unsaved rows that hang on it;
    at: the moment of its publication, now where it is None; earlier: [(content, moment)] of versions that were published before, the oldest
    first.
    """

    content: object
    row: Entry
    parts: list = field(default_factory=list)
    at: datetime | None = None
    earlier: list = field(default_factory=list)

    def contents(self):
        """[(content, moment)] of every snapshot, the oldest first."""
        return [*self.earlier, (self.content, self.at or timezone.now())]


def _insert(rows, first=()):
    """Insert rows of any models; `first` names those that others refer to."""
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model in [*first, *(model for model in by_model if model not in first)]:
        insert(model, by_model[model])


def write_working_rows(new):
    """Write the rows of NewEntries, their state as it stands on them. The Entries and their children are written apart; the parts follow,
    sections before what hangs on them."""
    entries, children = [], defaultdict(list)
    names = [column.attname for column in Entry._meta.concrete_fields]
    for item in new:
        children[type(item.row)].append(item.row)
        entries.append(Entry(**{name: getattr(item.row, name) for name in names}))
    insert(Entry, entries)
    for model, rows in children.items():
        insert(model, rows)
    # Rows of one model stand together, in the order in which the models first appear: a part comes before what refers to it.
    _insert([part for item in new for part in item.parts])


def _snapshots(item, summary):
    """Of the oldest content to the present one, numbered."""
    for number, (content, _at) in enumerate(item.contents(), 1):
        data = content.to_json()
        yield Snapshot(
            entry_id=item.row.id, number=number, schema=SCHEMA, content=data, digest=digest(data), summary=summary
        )


def _published_rows(item, snapshots, projected, by):
    """A version for each snapshot, with what the audit log says of it, and the public rows of the last one."""
    moments = [at for _content, at in item.contents()]
    stamp(projected.entry, moments[0], moments[-1], len(moments))
    rows, was = [], Entry.State.DRAFT
    for snapshot, at in zip(snapshots, moments, strict=True):
        rows += [
            PublicVersion(
                entry_id=item.row.id,
                kind=item.row.kind,
                slug=snapshot.content["slug"],
                number=snapshot.number,
                snapshot_number=snapshot.number,
                schema=SCHEMA,
                content=snapshot.content,
                note=REVISED if snapshot.number > 1 else "",
                published_by=by.pk if by else None,
                published_at=at,
            ),
            AuditEvent(
                action=AuditEvent.Action.PUBLISH,
                who=by,
                entry_id=item.row.id,
                was=str(Entry.State(was).label),
                became=f"{snapshot.content['title']}, v{snapshot.number}"[:LONGEST],
            ),
        ]
        was = Entry.State.LIVE
    return [*rows, projected.entry, *projected.rows, search_row(projected.entry)]


@transaction.atomic
def write_new(new, *, publish, summary="", by=None):
    """Write NewEntries with their snapshots, and publish them where told. Call `rebuild_tallies()` after the last batch.

    The caller sees to it that no key and no address is taken and that no check stops one from being published. Returns
    {key: Snapshot} of the last snapshots.
    """
    share_ties()
    if publish:
        raise_generation()
    for item in new:
        item.row.state = Entry.State.LIVE if publish else Entry.State.DRAFT
    write_working_rows(new)
    taken, rows = [], []
    for item in new:
        key, snapshots = item.row.id, list(_snapshots(item, summary))
        taken += snapshots
        projected = kinds.get(item.row.kind).project(key, item.content)
        links = links_of(projected)
        rows += link_rows(key, EntryLink.Side.DRAFT, links)
        if publish:
            rows += link_rows(key, EntryLink.Side.LIVE, links)
            rows += _published_rows(item, snapshots, projected, by)
    Snapshot.objects.bulk_create(taken)
    _insert(rows, first=[PublicEntry])
    last = Subquery(Snapshot.objects.filter(entry=OuterRef("pk")).order_by("-number").values("pk")[:1])
    fresh = Entry.objects.filter(pk__in=[item.row.id for item in new])
    fresh.update(head=last, **({"live": last} if publish else {}))
    return {snapshot.entry_id: snapshot for snapshot in taken}


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
