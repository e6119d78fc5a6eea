"""Whether the public rows are exactly what the live snapshots give."""

from . import kinds
from .content import digest
from .models import Entry, Snapshot
from .public import PublicEntry, PublicVersion, Redirect
from .publication import draft_links, drafted, live_links, projection, redirects_of
from .references import EntryLink, written_links
from .search_index import index_differences


def _plain(field, row):
    value = field.to_python(getattr(row, field.attname))
    return str(value) if isinstance(value, str) else value  # a choice is stored as its text


def _values(row, without=()):
    return {field.attname: _plain(field, row) for field in row._meta.concrete_fields if field.attname not in without}


def _rows(rows):
    return sorted(repr(sorted(_values(row, without=("id",)).items())) for row in rows)


def _differences_of(entry):
    kind = kinds.get(entry.kind)
    wanted = projection(entry)
    found = PublicEntry.objects.filter(pk=entry.pk).first()
    if wanted is None:
        if found:
            yield f"{entry.kind} {entry.pk}: has a page and should not"
        return
    if not found:
        yield f"{entry.kind} {entry.pk}: has no page and should"
        return
    expected, present = _values(wanted.entry), _values(found)
    for name, value in expected.items():
        if present[name] != value:
            yield f"{entry.kind} {found.slug}: {name} differs"
    for model in kind.public_models:
        if _rows(row for row in wanted.rows if type(row) is model) != _rows(model.objects.filter(entry_id=entry.pk)):
            yield f"{entry.kind} {found.slug}: rows of {model.__name__} differ"


def _differing_links():
    for entry in drafted():
        wanted = {
            EntryLink.Side.DRAFT: draft_links(entry),
            EntryLink.Side.LIVE: live_links(projection(entry)) if entry.live_id else set(),
        }
        for side, links in wanted.items():
            if links != written_links(entry.pk, side):
                yield f"{entry.kind} {entry.slug}: {side} links differ"


def _changed_versions():
    """Published versions that are no longer what their snapshot says."""
    digests = {(row.entry_id, row.number): row.digest for row in Snapshot.objects.only("entry_id", "number", "digest")}
    for version in PublicVersion.objects.iterator():
        if digests.get((version.entry_id, version.snapshot_number)) != digest(version.content):
            yield f"version {version} differs from its snapshot"


def check_public():
    """Every difference between the public rows and the live snapshots, a sentence each; an empty list is good."""
    differences = []
    known, redirects = set(), {}
    for entry in Entry.objects.exclude(live=None).select_related("live"):
        known.add(entry.pk)
        differences += _differences_of(entry)
        redirects |= {(entry.kind, slug): (entry.pk, target) for slug, target in redirects_of(entry).items()}
    differences += _differing_links()
    differences += _changed_versions()
    strangers = PublicEntry.objects.exclude(pk__in=known)
    differences += [f"{row.kind} {row.slug}: has a page without a live snapshot" for row in strangers]
    found = {(row.kind, row.slug): (row.owner_id, row.target_id) for row in Redirect.objects.all()}
    differences += [
        f"redirect {address} differs"
        for address in sorted(found.keys() | redirects.keys())
        if found.get(address) != redirects.get(address)
    ]
    differences += index_differences()
    for tally in kinds.tallies():
        differences += tally.differences()
    return differences
