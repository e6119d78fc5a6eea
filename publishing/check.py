"""Whether the public rows are exactly what the live snapshots give."""

from collections import defaultdict

from . import kinds
from .content import digest
from .models import Entry, Snapshot
from .public import PublicEntry, PublicVersion, Redirect
from .publication import draft_links, drafted, live_links, projections
from .references import EntryLink
from .search_index import index_differences

AT_ONCE = 100  # entries: what bounds the memory


def _plain(field, row):
    value = field.to_python(getattr(row, field.attname))
    return str(value) if isinstance(value, str) else value  # a choice is stored as its text


def _values(row, without=()):
    return {field.attname: _plain(field, row) for field in row._meta.concrete_fields if field.attname not in without}


def _rows(rows):
    """{entry key: its rows, as texts that can be compared}"""
    found = defaultdict(list)
    for row in rows:
        found[row.entry_id].append(repr(sorted(_values(row, without=("id",)).items())))
    return {key: sorted(texts) for key, texts in found.items()}


def _batches(entries):
    """The entries of a queryset with their live and newest snapshots, in lists."""
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        batch = Entry.objects.filter(pk__in=keys[start : start + AT_ONCE])
        yield list(batch.select_related("live", "head").order_by("pk"))


def _differing_pages(entries, results):
    found = PublicEntry.objects.in_bulk([entry.pk for entry in entries])
    for entry, wanted in zip(entries, results, strict=True):
        page = found.get(entry.pk)
        if wanted is None and page:
            yield f"{entry.kind} {entry.pk}: has a page and should not"
        elif wanted and not page:
            yield f"{entry.kind} {entry.pk}: has no page and should"
        elif wanted:
            expected, present = _values(wanted.entry), _values(page)
            for name, value in expected.items():
                if present[name] != value:
                    yield f"{entry.kind} {page.slug}: {name} differs"


def _differing_rows(entries, results):
    with_page = {entry.pk: entry for entry, wanted in zip(entries, results, strict=True) if wanted}
    for model in dict.fromkeys(model for entry in entries for model in kinds.get(entry.kind).public_models):
        wanted = _rows(row for result in results if result for row in result.rows if type(row) is model)
        found = _rows(model.objects.filter(entry_id__in=list(with_page)))
        for key, entry in with_page.items():
            if wanted.get(key) != found.get(key):
                yield f"{entry.kind} {entry.slug}: rows of {model.__name__} differ"


def _differing_links(entries, results):
    """results: the projections of the entries, None for those without a page."""
    written = defaultdict(set)
    rows = EntryLink.objects.filter(entry__in=[entry.pk for entry in entries])
    for key, side, *link in rows.values_list("entry", "side", "way", "target", "place"):
        written[key, side].add(tuple(link))
    for entry, result in zip(entries, results, strict=True):
        live = live_links(result)
        is_same = entry.head_id == entry.live_id and result and not result.entry.withdrawn
        wanted = {EntryLink.Side.DRAFT: live if is_same else draft_links(entry), EntryLink.Side.LIVE: live}
        for side, links in wanted.items():
            if links != written[entry.pk, side]:
                yield f"{entry.kind} {entry.slug}: {side} links differ"


def _changed_versions():
    """Published versions that are no longer what their snapshot says."""
    digests = {
        (entry, number): word for entry, number, word in Snapshot.objects.values_list("entry", "number", "digest")
    }
    for version in PublicVersion.objects.iterator():
        if digests.get((version.entry_id, version.snapshot_number)) != digest(version.content):
            yield f"version {version} differs from its snapshot"


def _differing_redirects(published):
    """The same rule as publication.redirects_of(), for all addresses at once."""
    owners = {
        (kind, slug): key
        for kind, slug, key in PublicVersion.objects.order_by("id").values_list("kind", "slug", "entry_id")
    }
    taken = set(PublicEntry.objects.values_list("kind", "slug"))
    targets = {
        key: {Entry.State.REDIRECTED: redirect_to, Entry.State.GONE: None}.get(state, key)
        for key, state, redirect_to in published.values_list("pk", "state", "redirect_to")
    }
    wanted = {
        address: (key, targets[key]) for address, key in owners.items() if address not in taken and key in targets
    }
    found = {(row.kind, row.slug): (row.owner_id, row.target_id) for row in Redirect.objects.all()}
    for address in sorted(found.keys() | wanted.keys()):
        if found.get(address) != wanted.get(address):
            yield f"redirect {address} differs"


def check_public():
    """Every difference between the public rows and the live snapshots, a sentence each; an empty list is good.

    By the hundred, and each entry is projected once: its time grows with the library, its memory does not.
    """
    differences = []
    published, with_draft = Entry.objects.exclude(live=None), set(drafted().values_list("pk", flat=True))
    for entries in _batches(published):
        results = projections(entries)
        differences += _differing_pages(entries, results)
        differences += _differing_rows(entries, results)
        both = [pair for pair in zip(entries, results, strict=True) if pair[0].pk in with_draft]
        differences += _differing_links([entry for entry, _result in both], [result for _entry, result in both])
    for entries in _batches(drafted().filter(live=None)):
        differences += _differing_links(entries, [None] * len(entries))
    differences += _changed_versions()
    strangers = PublicEntry.objects.exclude(pk__in=published.values("pk"))
    differences += [f"{row.kind} {row.slug}: has a page without a live snapshot" for row in strangers]
    differences += _differing_redirects(published)
    differences += index_differences()
    for tally in kinds.tallies():
        differences += tally.differences()
    return differences
