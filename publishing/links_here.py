"""The desk's page of all that leads to an entry, or cites a source: live pages and drafts apart."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from .names import name_address
from .public import Redirect
from .references import EntryLink

PAGE_SIZE = 100
LIVE, DRAFT = EntryLink.Side.LIVE, EntryLink.Side.DRAFT


def entry_links(model_admin, request, row):
    """What links to an entry, in eight queries at most. row: a working row that the user may see."""
    names = [row.title, *row.aliases.values_list("name", flat=True)]
    shared = {f"={name_address(name)}" for name in names}
    moved = Redirect.objects.filter(target_id=row.pk).order_by("kind", "slug")
    addresses = [(reverse(f"{old.kind}_detail", args=[old.slug]), old.owner_id == row.pk) for old in moved]
    return _page(
        model_admin,
        request,
        row,
        title=_("What links to “%(title)s”") % {"title": row.title},
        targets=[str(row.pk), *sorted(shared)],
        addresses=addresses,
    )


def source_links(model_admin, request, source):
    """Which entries cite a source."""
    title = _("What cites “%(title)s”") % {"title": source.title}
    return _page(model_admin, request, source, title=title, targets=[f"@{source.key}"], addresses=[])


def _page(model_admin, request, row, *, title, targets, addresses):
    desks = _desks(model_admin.admin_site, request)
    links = EntryLink.objects.filter(target__in=targets, entry__kind__in=desks).exclude(entry=row.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "object": row,
        "opts": model_admin.opts,
        "live": _listed(links, LIVE, DRAFT, request.GET.get("live"), desks),
        "draft": _listed(links, DRAFT, LIVE, request.GET.get("draft"), desks),
        "addresses": addresses,
    }
    return render(request, "admin/publishing/links.html", context)


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
        link.address = desks[link.entry.kind].address("change", link.entry_id)
        link.by_shared_name = link.target.startswith("=")
    return page
