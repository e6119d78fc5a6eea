"""What the pages of all kinds share: finding an entry by its address, and its older versions."""

from dataclasses import dataclass

from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import kinds
from .downloads import Download, page_or_file
from .health import notes_for_readers
from .metadata import metadata
from .names import name_address
from .negotiation import wanted_form
from .projecting import stamp
from .public import PublicEntry, PublicVersion, Redirect, entries_by_name
from .tables import names_table

LONGEST_CHAIN = 5


def render_entry(request, entry, status=200, asked=None, **extra):
    """The page of a public row, saved or (in a preview) not. asked: what the kind's context takes beside the row, as a mapping."""
    kind = kinds.get(entry.kind)
    notes = notes_for_readers(entry.page["notes"])
    context = {"entry": entry, "kind": kind, "notes": notes, **kind.context(entry, **(asked or {})), **extra}
    context["has_dead_notes"] = notes is not entry.page["notes"]
    context["meta"] = SimpleLazyObject(lambda: metadata(request, entry, notes, extra.get("live")))
    return render(request, kind.template, context, status=status)


def form_address(entry, form):
    """Where an entry stands in another form (a key of negotiation.FORMS)."""
    return reverse("entry_form", args=[kinds.get(entry.kind).section, entry.slug, form])


def entry_detail(request, kind, slug, status=200, carried="", asked=None):
    """The live page at an address; else where it moved to, in one step; else 410 where it is gone, 404 where nothing ever was.

    carried: a query string that goes on to the new address.
    """
    entry = PublicEntry.objects.at_address(kind, slug)
    if entry:
        form = wanted_form(request.headers.get("Accept", ""))
        if form:
            # One address for each form: what a shared cache keeps under it is the same for everybody.
            response = HttpResponseRedirect(form_address(entry, form) + carried)
            response.status_code = 303
        else:
            # What its parts that nothing else decides are kept under (templatetags/constant.py).
            this_version = "" if request.GET else (request.scheme, request.get_host(), entry.digest())
            response = render_entry(request, entry, status, asked, this_version=this_version)
        patch_vary_headers(response, ["Accept"])
        return response
    target = moved_to(kind, slug)
    if target is None:
        return render(request, "410.html", status=410)
    return HttpResponsePermanentRedirect(target.get_absolute_url() + (carried if target.kind == kind else ""))


def moved_to(kind, slug):
    """The live entry that a former address leads to, None where it is gone; raises Http404 where nothing ever was."""
    moved = Redirect.objects.filter(kind=kind, slug=slug).first()
    if moved is None:
        raise Http404(_("There is no page at this address."))
    for _step in range(LONGEST_CHAIN):
        target = moved.target_id and PublicEntry.objects.filter(pk=moved.target_id).first()
        if target:
            return target
        moved = moved.target_id and Redirect.objects.filter(owner_id=moved.target_id).first()
        if not moved:
            break
    return None


def kind_of(section):
    """The Kind whose pages stand in a section, the first part of their address. Raises Http404."""
    for kind in kinds.every():
        if kind.section == section:
            return kind
    raise Http404(_("There is no page at this address."))


def live_or_moved(request, kind, slug, name, *arguments):
    """(the live row, None), or (None, the answer in its place): the redirect to the same form where it is now, or 410.

    name, arguments: the route of the asked form and what follows the section and address in it.
    """
    entry = PublicEntry.objects.filter(kind=kind.name, slug=slug).first()
    if entry:
        return entry, None
    target = moved_to(kind.name, slug)
    if target is None:
        return None, render(request, "410.html", status=410)
    section = kinds.get(target.kind).section
    return None, HttpResponsePermanentRedirect(reverse(name, args=[section, target.slug, *arguments]))


@dataclass(frozen=True)
class ReadVersion:
    """A published version as it is read: the row kept for ever, the public row made of it (unsaved), and the live one; None where it is gone."""

    version: PublicVersion
    entry: PublicEntry
    live: PublicEntry | None


def find_version(kind, slug, number):
    """The ReadVersion of the n-th published version, at the address that it then had or has now. Raises Http404."""
    versions = PublicVersion.objects.filter(kind=kind, number=number)
    version = versions.filter(slug=slug).order_by("-pk").first()
    if version is None:
        # The entry was renamed since: its present address leads to all its versions.
        entry = get_object_or_404(PublicEntry.objects.only("id"), kind=kind, slug=slug)
        version = get_object_or_404(versions, entry_id=entry.pk)
    every = PublicVersion.objects.filter(entry_id=version.entry_id)
    first = every.order_by("number").values_list("published_at", flat=True).first()
    entry = kinds.get(kind).project(version.entry_id, kinds.get(kind).read(version.content, version.schema)).entry
    stamp(entry, first, version.published_at, version.number)
    live = PublicEntry.objects.filter(pk=version.entry_id).for_list().first()
    return ReadVersion(version, entry, live)


def entry_version(request, kind, slug, number):
    """The page of the n-th published version."""
    found = find_version(kind, slug, number)
    if found.live is None:
        return render(request, "410.html", status=410)
    return render_entry(request, found.entry, version=found.version, live=found.live)


@require_safe
def name_detail(request, name, file=""):
    """What a name may mean, where several live entries have it; the entry itself where one has. One query."""
    canonical = name_address(name)
    entries = entries_by_name([canonical]).get(canonical) if canonical else None
    if not entries:
        raise Http404(_("No live entry has this name."))
    if len(entries) == 1:
        # Not for ever: another entry may take the name tomorrow.
        return redirect(entries[0])
    if name != canonical:
        there = ("name_detail_form", [canonical, file]) if file else ("name_detail", [canonical])
        return HttpResponsePermanentRedirect(reverse(there[0], args=there[1]))
    context = {"name": entries[0].known_as, "rows": [(entry, None) for entry in entries]}
    download = Download("name_detail_form", lambda: names_table(context["name"], entries), (canonical,))
    return page_or_file(request, "publishing/name_detail.html", context, [download], file)
