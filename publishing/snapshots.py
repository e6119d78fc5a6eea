"""Snapshots of working rows: take one, read one, bring one back."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from . import kinds
from .audit import AuditEvent, record
from .content import SCHEMA, digest
from .desk import changed_images, missing_source
from .diff import compare
from .languages import record_language
from .locks import share_ties
from .models import Entry, Snapshot
from .references import EntryLink, links_of, write_links
from .restricting import keeps_names


def content_of(snapshot):
    """The snapshot's content as its kind's dataclass."""
    return kinds.get(snapshot.entry.kind).read(snapshot.content, snapshot.schema)


@transaction.atomic
def take_snapshot(row, author=None, summary=""):
    """Keep the working row as it now is. Returns the new snapshot, or the present head where nothing changed.

    row: a working row of any kind (Article, Actor, Agreement).
    """
    entry = Entry.objects.locked().select_related("head").get(pk=row.pk)
    kind = kinds.get(entry.kind)
    content = kind.desk.from_rows(row)
    data = content.to_json()
    fingerprint = digest(data)
    # What the head says today: the same in other keys (of a topic merged since) is no change.
    before = content_of(entry.head).to_json() if entry.head else None
    if entry.head and fingerprint in (entry.head.digest, digest(before)):
        return entry.head
    last = entry.snapshots.aggregate(last=Max("number"))["last"] or 0
    with record_language():
        changed_parts = compare(before, data, type(row)).parts_in_words() if entry.head else []
    snapshot = Snapshot.objects.create(
        entry=entry,
        number=last + 1,
        schema=SCHEMA,
        content=data,
        digest=fingerprint,
        author=author,
        summary=summary,
        changed_parts=changed_parts,
    )
    Entry.objects.filter(pk=entry.pk).update(head=snapshot)
    write_links(entry.pk, EntryLink.Side.DRAFT, links_of(kind.project(entry.pk, content)))
    row.head = snapshot
    return snapshot


def _keep_names(row, content):
    """Leave the names that a restricted page has; returns a sentence where the content would change them."""
    names = {"title": row.title, "aliases": list(row.aliases.order_by("position").values_list("name", flat=True))}
    if not keeps_names(row) or names == {name: getattr(content, name) for name in names}:
        return []
    for name, value in names.items():
        setattr(content, name, value)
    return [_("The title and the aliases stay what readers know while the draft is restricted.")]


@transaction.atomic
def restore(row, snapshot, author=None, summary=""):
    """Make the working row what the snapshot says, as a new draft.

    Returns (new snapshot, losses): losses are sentences that name what could not come back.
    """
    share_ties()
    kind = kinds.get(snapshot.entry.kind)
    content = content_of(snapshot)
    kept = _keep_names(row, content)
    losses = kept + kind.desk.to_rows(row, content)
    fresh = type(row).objects.get(pk=row.pk)
    was = fresh.head.number if fresh.head else ""
    restored = take_snapshot(fresh, author, summary)
    record(AuditEvent.Action.RESTORE, author, restored.entry, was=was, became=f"{snapshot.number} as {restored.number}")
    cited = set(content.sources) - set(restored.content["sources"])
    losses += [missing_source(key) for key in sorted(cited)] + changed_images(snapshot.content, restored.content)
    return restored, list(dict.fromkeys(losses))
