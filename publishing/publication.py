"""The door between the two sides: the only writers of public rows (DESIGN section 1)."""

from collections import defaultdict

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from . import kinds
from .audit import AuditEvent, record
from .checks import blocking
from .image_check import faults
from .models import Entry
from .projecting import search_row, stamp
from .public import Generation, PublicEntry, PublicImage, PublicVersion, Redirect
from .references import EntryLink, links_of, write_links
from .restricting import hides_other_names, lift
from .review import OWN_WORK_RIGHT, close_published, is_approved, is_own_work
from .search_index import rebuild_index

AT_ONCE = 200


class PublicationError(Exception):
    """Publishing was refused; the message says what to do. fault: the image_check.Fault behind it, which knows where, or None."""

    def __init__(self, message, fault=None):
        super().__init__(message)
        self.fault = fault


def raise_generation():
    """Tell caches that something public has changed. Called in the transaction that changes it."""
    if not Generation.objects.filter(pk=1).update(number=F("number") + 1, changed_at=timezone.now()):
        Generation.objects.create(number=1)


def _locked(entry):
    return Entry.objects.locked().get(pk=entry.pk)


@transaction.atomic
def publish(snapshot, by=None, note="", minor=False):
    """Make a snapshot the page that readers see. Publishing what is live already changes nothing.

    note: what changed, for readers; needed from the second version on, unless the change is minor. A minor version moves neither the
    "last revised" date nor the feeds. Raises PublicationError where the note is missing, a check (`checks.py`, `image_check.py`) finds
    something blocking, the address belongs to another live page, or `by` changed the draft last and lacks the right to publish own work;
    with that right, and unless somebody else approved this snapshot, the entry counts as unreviewed until it is signed off.
    """
    entry = _locked(snapshot.entry)
    if entry.live_id == snapshot.pk and entry.state == Entry.State.LIVE:
        return PublicVersion.objects.filter(entry_id=entry.pk).latest("number")
    refuse_trashed(entry)
    content = snapshot.content
    # First, as these say where they are mended.
    meant = kinds.get(entry.kind).read(content, snapshot.schema)
    _refuse_faulty_images(meant)
    _refuse_incomplete(entry, meant)
    if hides_other_names(snapshot, entry):
        raise PublicationError(
            _("The draft has another name by now and is restricted. Publish it as it now is, or lift the restriction.")
        )
    own_work = is_own_work(by, snapshot)
    if own_work and not by.has_perm(OWN_WORK_RIGHT):
        raise PublicationError(
            _("You changed this draft last: have somebody else publish it, or submit it for review.")
        )
    last = PublicVersion.objects.filter(entry_id=entry.pk).order_by("-number").first()
    was = Entry.State(entry.state).label
    if last and last.snapshot_number == snapshot.number:
        version = last
    else:
        if last and not minor and not note.strip():
            raise PublicationError(_("Say in a public note what changed, or mark the change as minor."))
        version = PublicVersion.objects.create(
            entry_id=entry.pk,
            kind=entry.kind,
            slug=content["slug"],
            number=last.number + 1 if last else 1,
            snapshot_number=snapshot.number,
            schema=snapshot.schema,
            content=content,
            note=note.strip(),
            is_minor=bool(last) and minor,
            published_by=by.pk if by else None,
            published_at=timezone.now(),
        )
    entry.live, entry.state, entry.redirect_to = snapshot, Entry.State.LIVE, None
    entry.unreviewed_by = by if own_work and not is_approved(snapshot) else None
    entry.save(update_fields=["live", "state", "redirect_to", "unreviewed_by"])
    close_published(snapshot, by)
    if snapshot.pk == entry.head_id:
        lift(entry, by)
    # The generation first: from here on publications wait for each other, as all of them change the same counts.
    raise_generation()
    write_public(entry)
    record(AuditEvent.Action.PUBLISH, by, entry, was=was, became=f"{content['title']}, v{version.number}")
    return version


def refuse_trashed(entry):
    """Raise PublicationError where an entry is in the trash."""
    if entry.in_trash:
        raise PublicationError(_("This is in the trash. Bring it back first."))


def _refuse_incomplete(entry, content):
    reasons = blocking(entry.kind, content)
    if reasons:
        raise PublicationError(" ".join(reasons))
    taken = PublicEntry.objects.filter(kind=entry.kind, slug=content.slug).exclude(pk=entry.pk).first()
    if taken:
        raise PublicationError(
            _("The live page “%(title)s” has this address. Choose another.") % {"title": taken.title}
        )


def _refuse_faulty_images(content):
    found = faults(content)
    if found:
        raise PublicationError(" ".join(fault.message for fault in found), found[0])


@transaction.atomic
def unpublish(entry, outcome, target=None, by=None):
    """Take a live page away: it stays with a banner (withdrawn), leads to another entry (redirected) or is gone."""
    entry = _locked(entry)
    if not entry.live_id:
        raise PublicationError(_("This has never been published."))
    if outcome not in (Entry.State.WITHDRAWN, Entry.State.REDIRECTED, Entry.State.GONE):
        raise ValueError(outcome)
    if outcome == Entry.State.REDIRECTED and (
        target is None or target.pk == entry.pk or not PublicEntry.objects.filter(pk=target.pk).exists()
    ):
        raise PublicationError(_("Choose another entry that has a live page to lead readers to."))
    record(
        AuditEvent.Action.UNPUBLISH, by, entry, was=Entry.State(entry.state).label, became=Entry.State(outcome).label
    )
    entry.state = outcome
    entry.redirect_to_id = target.pk if outcome == Entry.State.REDIRECTED else None
    entry.save(update_fields=["state", "redirect_to"])
    raise_generation()
    write_public(entry)


@transaction.atomic
def correct_note(version, note, by=None):
    """Mend the public note of a published version. Its content never changes. Returns whether the note was another one.

    Raises PublicationError where a note that is needed would be missing.
    """
    version = PublicVersion.objects.select_for_update().get(pk=version.pk)
    was, note = version.note, note.strip()
    if note == was:
        return False
    if not note and version.number > 1 and not version.is_minor:
        raise PublicationError(_("This version was no minor change: it needs a note that says what changed."))
    PublicVersion.objects.filter(pk=version.pk).update(note=note)
    raise_generation()
    entry = Entry.objects.get(pk=version.entry_id)
    record(AuditEvent.Action.NOTE, by, entry, was=was, became=f"v{version.number}: {note}")
    return True


@transaction.atomic
def record_check(entry, by, on):
    """Keep that a person read a live page on a day and found nothing to change, and tell readers. on: a date.

    Returns whether it was not known yet. Raises PublicationError where the page is not live.
    """
    entry = _locked(entry)
    if entry.state != Entry.State.LIVE:
        raise PublicationError(_("Only a live page can be checked."))
    number = PublicVersion.objects.filter(entry_id=entry.pk).latest("number").number
    _check, is_new = entry.checks.get_or_create(by=by, on=on, defaults={"version": number})
    if is_new:
        PublicEntry.objects.filter(pk=entry.pk).update(checked_on=entry.checks.aggregate(last=Max("on"))["last"])
        raise_generation()
        record(AuditEvent.Action.CHECK, by, entry, became=f"v{number}, {on}")
    return is_new


def projections(entries):
    """For each entry the public rows that it should have, unsaved; None where it has no page. Two queries for all of them."""
    keys, versions = [entry.pk for entry in entries], defaultdict(list)
    for version in PublicVersion.objects.filter(entry_id__in=keys).order_by("entry_id", "number"):
        versions[version.entry_id].append(version)
    checked = dict(Entry.objects.filter(pk__in=keys).order_by().values_list("pk").annotate(last=Max("checks__on")))
    return [_projection(entry, versions[entry.pk], checked.get(entry.pk)) for entry in entries]


def _projection(entry, versions, checked_on):
    if entry.state not in (Entry.State.LIVE, Entry.State.WITHDRAWN):
        return None
    kind = kinds.get(entry.kind)
    result = kind.project(entry.pk, kind.read(entry.live.content, entry.live.schema))
    stamp(result.entry, versions[0].published_at, revised_at(versions), versions[-1].number)
    result.entry.checked_on = checked_on
    result.entry.withdrawn = entry.state == Entry.State.WITHDRAWN
    if result.entry.withdrawn:
        # Nothing leads to a withdrawn page: it keeps its text and gives up its topics, links and participations, and no search finds it.
        result.rows.clear()
    else:
        result.rows.append(search_row(result))
    result.rows.extend(_image_rows(entry, versions))
    return result


def _image_rows(entry, versions):
    """PublicImages of all published versions: each keeps its address, and with it its images."""
    used = {image["digest"] for version in versions for image in version.content.get("images", {}).values()}
    return [PublicImage(entry_id=entry.pk, digest=digest) for digest in sorted(used)]


def live_links(result):
    """What an entry's projection leads to, as long as it is live."""
    return links_of(result) if result and not result.entry.withdrawn else set()


def drafted():
    """Entries with a draft, which one that was purged from the trash has no more."""
    return Entry.objects.exclude(head=None).exclude(trashed__purged_at__isnull=False).select_related("head", "live")


def draft_links(entry):
    """What the newest snapshot of an entry leads to."""
    kind = kinds.get(entry.kind)
    return links_of(kind.project(entry.pk, kind.read(entry.head.content, entry.head.schema)))


def revised_at(versions):
    """When an entry was last revised: the moment of its last version that is not minor. versions: PublicVersions in order."""
    return next(version.published_at for version in reversed(versions) if not version.is_minor)


def redirects_of(entry):
    """{slug: target key or None} for every address that the entry's published versions had and no live page has."""
    slugs = set(PublicVersion.objects.filter(entry_id=entry.pk).values_list("slug", flat=True))
    taken = set(PublicEntry.objects.filter(kind=entry.kind, slug__in=slugs).values_list("slug", flat=True))
    # An address that a later version of another entry had leads there.
    last_owner = dict(
        PublicVersion.objects.filter(kind=entry.kind, slug__in=slugs)
        .order_by("id")  # as they were written: a clock may be set back
        .values_list("slug", "entry_id")
    )
    target = {Entry.State.REDIRECTED: entry.redirect_to_id, Entry.State.GONE: None}.get(entry.state, entry.pk)
    return {slug: target for slug in slugs - taken if last_owner[slug] == entry.pk}


def write_public(entry, tallies=None):
    """Replace every public row of one entry by what its live snapshot gives, its links and its redirects too. tallies: as for _write()."""
    [result] = _write([entry], tallies)
    write_links(entry.pk, EntryLink.Side.LIVE, live_links(result))
    Redirect.objects.filter(owner_id=entry.pk).delete()
    wanted = redirects_of(entry)
    live = [result.entry.slug] if result else []
    Redirect.objects.filter(kind=entry.kind, slug__in=[*wanted, *live]).delete()
    Redirect.objects.bulk_create(
        [Redirect(kind=entry.kind, slug=slug, owner_id=entry.pk, target_id=target) for slug, target in wanted.items()]
    )


@transaction.atomic
def rewrite_public(keys):
    """Write the public rows of some entries anew: their live snapshots are the same and mean something else (a merged topic).

    Addresses and links stay, so redirects and EntryLinks are left alone; and as the entries may be thousands, they are written by the hundred.
    """
    raise_generation()
    keys = list(keys)
    for start in range(0, len(keys), AT_ONCE):
        with_page = Entry.objects.filter(state__in=(Entry.State.LIVE, Entry.State.WITHDRAWN))
        _write(list(with_page.filter(pk__in=keys[start : start + AT_ONCE]).select_related("live")))


def _write(entries, tallies=None):
    """Replace the public rows of entries, and keep the counts right. Returns their projections, None for one that has no page.

    tallies: the counts to keep right, by default all of them.
    """
    keys = [entry.pk for entry in entries]
    tallies = kinds.tallies() if tallies is None else tallies
    before = [tally.of(keys) for tally in tallies]
    results = projections(entries)
    pages = [result.entry for result in results if result]
    rows = [row for result in results if result for row in result.rows]
    models = list(dict.fromkeys(model for entry in entries for model in kinds.get(entry.kind).public_models))
    for model in models:
        model.objects.filter(entry_id__in=keys).delete()
    PublicEntry.objects.filter(pk__in=[key for key, result in zip(keys, results, strict=True) if not result]).delete()
    columns = [column.name for column in PublicEntry._meta.concrete_fields if not column.primary_key]
    PublicEntry.objects.bulk_create(pages, update_conflicts=True, unique_fields=["id"], update_fields=columns)
    for model in models:
        model.objects.bulk_create([row for row in rows if type(row) is model])
    for tally, was in zip(tallies, before, strict=True):
        tally.change(was, tally.of(keys))
    return results


@transaction.atomic
def rebuild_public():
    """Write all public rows, and the table of links, anew from the snapshots. Returns the number of entries that have a page."""
    raise_generation()
    rebuild_index()  # first: its triggers refuse to take out what is not in it
    published = Entry.objects.exclude(live=None)
    PublicEntry.objects.exclude(pk__in=published.values("pk")).delete()
    Redirect.objects.all().delete()
    pages = 0
    for key in list(published.values_list("pk", flat=True)):
        entry = published.select_related("live").get(pk=key)
        write_public(entry, tallies=())  # counted anew below: what they say now may be as wrong as the rows
        pages += entry.state in (Entry.State.LIVE, Entry.State.WITHDRAWN)
    for tally in kinds.tallies():
        tally.rebuild()
    drafts = drafted()
    for key in list(drafts.values_list("pk", flat=True)):
        write_links(key, EntryLink.Side.DRAFT, draft_links(drafts.get(pk=key)))
    return pages
