"""The door between the two sides: the only writers of public rows (DESIGN section 1)."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import kinds
from .audit import AuditEvent, record
from .models import Entry
from .projecting import stamp
from .public import Generation, PublicEntry, PublicVersion, Redirect

AT_ONCE = 200


class PublicationError(Exception):
    """Publishing was refused; the message says what to do."""


def public_changed():
    """Tell every cache that something public is no longer as it was. In the transaction that changed it."""
    if not Generation.objects.filter(pk=1).update(number=F("number") + 1, changed_at=timezone.now()):
        Generation.objects.create(number=1)


def _locked(entry):
    return Entry.objects.select_for_update().get(pk=entry.pk)


@transaction.atomic
def publish(snapshot, by=None, note="", minor=False):
    """Make a snapshot the page that readers see. Publishing what is live already changes nothing.

    note: what changed, for readers; needed from the second version on, unless the change is minor. A minor version moves neither the
    "last revised" date nor the feeds. Raises PublicationError where the note, the title or the standfirst is missing, or where
    the address belongs to another live page.
    """
    entry = _locked(snapshot.entry)
    if entry.live_id == snapshot.pk and entry.state == Entry.State.LIVE:
        return PublicVersion.objects.filter(entry_id=entry.pk).latest("number")
    content = snapshot.content
    _refuse_incomplete(entry, content)
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
    entry.save(update_fields=["live", "state", "redirect_to"])
    write_public(entry)
    public_changed()
    record(AuditEvent.Action.PUBLISH, by, entry, was=was, became=f"{content['title']}, v{version.number}")
    return version


def _refuse_incomplete(entry, content):
    missing = [
        label
        for field, label in (("title", _("a title")), ("slug", _("an address")), ("summary", _("a standfirst")))
        if not content[field].strip()
    ]
    if missing:
        raise PublicationError(_("To be published, this needs %(missing)s.") % {"missing": ", ".join(missing)})
    taken = PublicEntry.objects.filter(kind=entry.kind, slug=content["slug"]).exclude(pk=entry.pk).first()
    if taken:
        raise PublicationError(
            _("The live page “%(title)s” has this address. Choose another.") % {"title": taken.title}
        )


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
    write_public(entry)
    public_changed()


def projection(entry):
    """The public rows that an entry should have, unsaved; None where it has no page."""
    if entry.state not in (Entry.State.LIVE, Entry.State.WITHDRAWN):
        return None
    versions = list(PublicVersion.objects.filter(entry_id=entry.pk).order_by("number"))
    kind = kinds.get(entry.kind)
    result = kind.project(entry.pk, kind.read(entry.live.content, entry.live.schema))
    stamp(result.entry, versions[0].published_at, revised_at(versions), versions[-1].number)
    result.entry.withdrawn = entry.state == Entry.State.WITHDRAWN
    if result.entry.withdrawn:
        # Nothing leads to a withdrawn page: it keeps its text and gives up its topics, links and participations.
        result.rows.clear()
    return result


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
        .order_by("published_at", "id")
        .values_list("slug", "entry_id")
    )
    target = {Entry.State.REDIRECTED: entry.redirect_to_id, Entry.State.GONE: None}.get(entry.state, entry.pk)
    return {slug: target for slug in slugs - taken if last_owner[slug] == entry.pk}


def write_public(entry):
    """Replace every public row of one entry by what its live snapshot gives."""
    kind = kinds.get(entry.kind)
    for model in kind.public_models:
        model.objects.filter(entry_id=entry.pk).delete()
    result = projection(entry)
    if result is None:
        PublicEntry.objects.filter(pk=entry.pk).delete()
    else:
        result.entry.save()
        for model in kind.public_models:
            model.objects.bulk_create([row for row in result.rows if type(row) is model])
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

    Addresses stay, so redirects are left alone; and as the entries may be thousands, rows are written by the hundred.
    """
    keys = list(keys)
    for start in range(0, len(keys), AT_ONCE):
        with_page = Entry.objects.filter(state__in=(Entry.State.LIVE, Entry.State.WITHDRAWN))
        _rewrite(with_page.filter(pk__in=keys[start : start + AT_ONCE]).select_related("live"))
    public_changed()


def _rewrite(entries):
    """Replace the public rows of entries that have a page."""
    results = {entry: projection(entry) for entry in entries}
    rows = [row for result in results.values() for row in result.rows]
    for model in {model for entry in results for model in kinds.get(entry.kind).public_models}:
        model.objects.filter(entry_id__in=[entry.pk for entry in results]).delete()
        model.objects.bulk_create([row for row in rows if type(row) is model])
    columns = [column.name for column in PublicEntry._meta.concrete_fields if not column.primary_key]
    pages = [result.entry for result in results.values()]
    PublicEntry.objects.bulk_create(pages, update_conflicts=True, unique_fields=["id"], update_fields=columns)


@transaction.atomic
def rebuild_public():
    """Write all public rows anew from the live snapshots. Returns the number of entries that have a page."""
    entries = list(Entry.objects.exclude(live=None).select_related("live"))
    PublicEntry.objects.exclude(pk__in=[entry.pk for entry in entries]).delete()
    Redirect.objects.all().delete()
    published = 0
    for entry in entries:
        write_public(entry)
        published += entry.state in (Entry.State.LIVE, Entry.State.WITHDRAWN)
    public_changed()
    return published
