"""The desk's page of all that leads to an entry, or cites a source: live pages and drafts apart."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from .entry_pages import EntryPage, desk_page
from .names import name_address
from .public import Redirect
from .references import EntryLink
from .restricting import is_hidden

PAGE_SIZE = 100
LIVE, DRAFT = EntryLink.Side.LIVE, EntryLink.Side.DRAFT


def links_page(desk, request, row):
    """What links to an entry."""
    names = [row.title, *row.aliases.values_list("name", flat=True)]
    shared = {f"={name_address(name)}" for name in names}
    moved = Redirect.objects.filter(target_id=row.pk).order_by("kind", "slug")
    addresses = [(reverse(f"{old.kind}_detail", args=[old.slug]), old.owner_id == row.pk) for old in moved]
    title = _("What links to “%(title)s”") % {"title": row.title}
    return _listing(desk, request, row, title, [str(row.pk), *sorted(shared)], addresses)


def citations_page(desk, request, source):
    """Which entries cite a source."""
    title = _("What cites “%(title)s”") % {"title": source.title}
    return _listing(desk, request, source, title, [f"@{source.key}"], [])


def _listing(desk, request, row, title, targets, addresses):
    desks = _desks(desk.admin_site, request)
    links = EntryLink.objects.filter(target__in=targets, entry__kind__in=desks).exclude(entry=row.pk)
    links = links.annotate(hidden=is_hidden(request.user, "entry")).exclude(side=DRAFT, hidden=True)
    live = _listed(links, LIVE, DRAFT, request.GET.get("live"), desks)
    draft = _listed(links, DRAFT, LIVE, request.GET.get("draft"), desks)
    return desk_page(desk, request, row, "links.html", title, live=live, draft=draft, addresses=addresses)


def _desks(site, request):
    """{kind: its admin} of the kinds that the user may see."""
    kinds = [desk for desk in site._registry.values() if getattr(desk.model, "KIND", "")]
    return {desk.model.KIND: desk for desk in kinds if desk.has_view_permission(request)}


def _listed(links, side, other, number, desks):
    """A page of one side's links; of the draft's, only those that are not live too. Two queries."""
    same = EntryLink.objects.filter(
        side=other, **{name: OuterRef(name) for name in ("entry", "way", "target", "place")}
    )
    rows = links.filter(side=side).select_related("entry").annotate(on_both=Exists(same))
    if side == DRAFT:
        rows = rows.filter(on_both=False)
    page = Paginator(rows.order_by("entry__normalised_title", "entry", "way", "place"), PAGE_SIZE).get_page(number)
    for link in page:
        desk = desks[link.entry.kind]
        link.address = link.entry.live_address if link.hidden else desk.address("change", link.entry_id)
        link.by_shared_name = link.target.startswith("=")
    return page


PAGES = [EntryPage("links", "links/", links_page, right="view")]
