"""What the pages of all kinds share: finding an entry by its address, and its older versions."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from . import kinds
from .projecting import stamp
from .public import PublicEntry, PublicVersion, Redirect

LONGEST_CHAIN = 5


def render_entry(request, entry, status=200, **extra):
    """The page of a public row, saved or (in a preview) not."""
    kind = kinds.get(entry.kind)
    context = {"entry": entry, "kind": kind, **kind.context(entry), **extra}
    return render(request, kind.template, context, status=status)


def entry_detail(request, kind, slug):
    """The live page at an address; else where it moved to, in one step; else 410 where it is gone, 404 where nothing ever was."""
    entry = PublicEntry.objects.filter(kind=kind, slug=slug).first()
    return render_entry(request, entry) if entry else _moved(request, kind, slug)


def _moved(request, kind, slug):
    redirect = Redirect.objects.filter(kind=kind, slug=slug).first()
    if redirect is None:
        raise Http404(_("There is no page at this address."))
    for _step in range(LONGEST_CHAIN):
        target = redirect.target_id and PublicEntry.objects.filter(pk=redirect.target_id).first()
        if target:
            return HttpResponsePermanentRedirect(target.get_absolute_url())
        redirect = redirect.target_id and Redirect.objects.filter(owner_id=redirect.target_id).first()
        if not redirect:
            break
    return render(request, "410.html", status=410)


def entry_version(request, kind, slug, number):
    """The n-th published version, at the address that it then had or has now."""
    versions = PublicVersion.objects.filter(kind=kind, number=number)
    version = versions.filter(slug=slug).order_by("-published_at").first()
    if version is None:
        # The entry was renamed since: its present address leads to all its versions.
        entry = get_object_or_404(PublicEntry.objects.only("id"), kind=kind, slug=slug)
        version = get_object_or_404(versions, entry_id=entry.pk)
    every = PublicVersion.objects.filter(entry_id=version.entry_id)
    first = every.order_by("number").values_list("published_at", flat=True).first()
    entry = kinds.get(kind).project(version.entry_id, kinds.get(kind).read(version.content, version.schema)).entry
    stamp(entry, first, version.published_at, version.number)
    live = PublicEntry.objects.filter(pk=version.entry_id).for_list().first()
    if live is None:
        return render(request, "410.html", status=410)
    return render_entry(request, entry, version=version, live=live)
