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
from .inserting import insert, insert_values, values_of
from .locks import share_ties
from .models import Entry, Snapshot
from .projecting import search_row, stamp
from .public import PublicVersion
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


def _by_model(rows):
    """{model: its rows}, the models in the order in which they first appear."""
    found = defaultdict(list)
    for row in rows:
        found[type(row)].append(row)
    return found


def _working_rows(new):
    """The rows of NewEntries: Entries and their children apart, then the parts, sections before what hangs on them."""
    names = [column.attname for column in Entry._meta.concrete_fields]
    yield from (Entry(**{name: getattr(item.row, name) for name in names}) for item in new)
    yield from (item.row for item in new)
    yield from (part for item in new for part in item.parts)


def write_working_rows(new):
    """Write the rows of NewEntries, their state as it stands on them."""
    for model, rows in _by_model(_working_rows(new)).items():
        insert(model, rows)


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
    return [*rows, *projected.rows, search_row(projected)]


def _all_rows(new, publish, summary, by):
    """Every row that NewEntries add, unsaved, the models in the order in which they are written."""
    for item in new:
        item.row.state = Entry.State.LIVE if publish else Entry.State.DRAFT
    taken, pages, others = [], [], []
    for item in new:
        key, snapshots = item.row.id, list(_snapshots(item, summary))
        projected = kinds.get(item.row.kind).project(key, item.content)
        links = links_of(projected)
        taken += snapshots
        others += link_rows(key, EntryLink.Side.DRAFT, links)
        if publish:
            pages.append(projected.entry)
            others += link_rows(key, EntryLink.Side.LIVE, links)
            others += _published_rows(item, snapshots, projected, by)
    return [*_working_rows(new), *taken, *pages, *others]


def prepared(new, *, publish, summary="", by=None):
    """What write_prepared() writes of NewEntries: [(model, the values of its rows)].

    This is all of the work but the writing, and asks the database for nothing once `lines_above` is remembered: it may be done in another process.
    """
    rows = _by_model(_all_rows(new, publish, summary, by))
    return [(model, list(values_of(model, own))) for model, own in rows.items()]


@transaction.atomic(savepoint=False)  # of many, SQLite would copy each page that it changes
def write_prepared(keys, prepared, *, publish):
    """Write what prepared() made of the NewEntries with the keys, as write_new() does."""
    _hold(publish)
    for model, values in prepared:
        insert_values(model, values)
    _point_to_snapshots(keys, publish)


@transaction.atomic
def write_new(new, *, publish, summary="", by=None):
    """Write NewEntries with their snapshots, and publish them where told. Call `rebuild_tallies()` after the last batch.

    The caller sees to it that no key and no address is taken and that no check stops one from being published. Returns
    {key: Snapshot} of the last snapshots.
    """
    _hold(publish)
    rows = _by_model(_all_rows(new, publish, summary, by))
    for model, own in rows.items():
        insert(model, own)
    _point_to_snapshots([item.row.id for item in new], publish)
    return {snapshot.entry_id: snapshot for snapshot in rows[Snapshot]}


def _hold(publish):
    share_ties()
    if publish:
        raise_generation()


def _point_to_snapshots(keys, publish):
    last = Subquery(Snapshot.objects.filter(entry=OuterRef("pk")).order_by("-number").values("pk")[:1])
    Entry.objects.filter(pk__in=keys).update(head=last, **({"live": last} if publish else {}))


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
