"""Public pages that draw a map: the parties of an agreement, the members of an organisation or the partners of an actor, and all states."""

from datetime import date
from functools import partial

from django import forms
from django.http import HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing.downloads import Download, page_or_file
from publishing.lists import FilterForm
from publishing.public import PublicEntry
from publishing.views import moved_to

from . import maps, terms, world
from .as_of import as_of, carry
from .choosing import LONGEST_NAME, find_entry
from .fans import fan
from .figure_tables import count_map_table, partner_map_table, party_map_table
from .public import PublicAgreement, PublicParticipation
from .views import Choice
from .years import years

KINDS = ("actor", "agreement")
PATTERNS = ("provisional", "suspended", "unknown", "signed", "ended")  # statuses that are hatched; in force is full


class PartForm(FilterForm):
    """Which part of the world is drawn."""

    part = Choice(label=gettext_lazy("Part of the world"), choices=world.PARTS, blank=gettext_lazy("all of it"))


class MapForm(PartForm):
    of = forms.CharField(
        label=gettext_lazy("Map of (agreement, organisation or state)"), max_length=LONGEST_NAME, required=False
    )
    kind = Choice(
        label=gettext_lazy("Or count agreements with"),
        choices=[choice for choice in terms.ObligationKind.choices if choice[0] != terms.ObligationKind.DEFENCE],
        blank=terms.ObligationKind.DEFENCE.label,
    )
    field_order = ["of", "kind", "part"]


def find_page(kind, slug, name, when, *arguments):
    """(the live entry whose page it is, None), or (None, the answer where it moved, is gone or was withdrawn); Http404 where nothing ever was.

    name, arguments: of the address that a renamed entry's page has, and what follows the slug in it.
    """
    entry = PublicEntry.objects.filter(kind=kind, slug=slug).first()
    if entry and not entry.withdrawn:
        return entry, None
    if entry:
        return None, HttpResponseRedirect(entry.get_absolute_url())
    target = moved_to(kind, slug)
    if target is None:
        return None, None
    address = (
        reverse(name, args=[target.slug, *arguments]) + when.query if target.kind == kind else target.get_absolute_url()
    )
    return None, HttpResponsePermanentRedirect(address)


def find_figure(kind, slug, figure, file, when, which=0):
    """As find_page, of an entry's map or timeline (figure) or the files of one. file: their form, "" for the page; which: of a page's files."""
    if not file:
        return find_page(kind, slug, f"{kind}_{figure}", when)
    return find_page(kind, slug, f"{kind}_{figure}_{'curve' if which else 'form'}", when, file)


def gone(request):
    return render(request, "410.html", status=410)


def first_year_of(rows):
    """The first year of which the rows know, or None. One query."""
    day = rows.filter(known_from__gt=date.min).order_by("known_from").values_list("known_from", flat=True).first()
    return day.year if day else None


@require_safe
def map_index(request, file=""):
    """How many agreements each state has, and the form that leads to the map of an agreement, an organisation or a state."""
    when = as_of(request)
    form = MapForm(request.GET)
    chosen = form.chosen()
    asked, problem, offers = chosen.get("of", "").strip(), "", []
    if asked and not file:
        entry, offers = find_entry(asked, KINDS)
        if entry and not when.problem:
            return HttpResponseRedirect(reverse(f"{entry.kind}_map", args=[entry.slug]) + when.query)
        problem = _("Several entries fit. Choose one.") if offers else _("Nothing has this name. Check the spelling.")
    carry(offers, when)
    kind = terms.ObligationKind(chosen.get("kind") or terms.ObligationKind.DEFENCE)
    counts = maps.counts_of(kind, when.day)
    marks, legend = maps.count_marks(counts, when.query)
    carry([mark.entry for mark in marks], when)
    context = {
        "form": form,
        "kind": kind,
        "problem": problem if not when.problem else "",
        "offers": [(offer, reverse(f"{offer.kind}_map", args=[offer.slug]) + when.query) for offer in offers],
        "map": world.draw(marks, legend, chosen.get("part", "")),
        "marks": marks,
        "years": years(request, when, first_year_of(PublicAgreement.objects.live())),
        "as_of": when,
    }
    query = "&".join(part for part in (f"kind={kind}" if chosen.get("kind") else "", when.query[1:]) if part)
    download = Download("map_form", lambda: count_map_table(kind, counts), query=query)
    return page_or_file(request, "actors/map_index.html", context, [download], file, status=when.status)


@require_safe
def agreement_map(request, slug, file=""):
    when = as_of(request)
    entry, answer = find_figure("agreement", slug, "map", file, when)
    if entry is None:
        return answer or gone(request)
    return _party_map(request, entry, entry.pk, when, file)


@require_safe
def actor_map(request, slug, file=""):
    """The members of an organisation; of any other actor its partners."""
    when = as_of(request)
    entry, answer = find_figure("actor", slug, "map", file, when)
    if entry is None:
        return answer or gone(request)
    constituent = entry.page["facts"]["constituent_agreement"]
    if constituent:
        return _party_map(request, entry, constituent, when, file)
    partners = maps.partners_of(entry.pk, when.day)
    marks = maps.partner_marks(entry, partners, when.query) if partners else []
    carry([entry, *(partner.actor for partner in partners)], when)
    context = {
        "partners": partners,
        "partner_marks": marks[1:],
        "patterns": (),
        "fan": fan(entry.title, partners[: maps.MOST_CLOSEST], when.query, entry.slug),
    }
    rows = PublicParticipation.objects.live().filter(actor=entry.pk)
    table = partial(partner_map_table, entry.title, partners)
    return _map_page(request, entry, marks, maps.partner_legend(entry.title), rows, when, context, table, file)


def _party_map(request, entry, agreement, when, file):
    marks = maps.party_marks(agreement, when.day)
    carry([entry, *(mark.entry for mark in marks)], when)
    rows = PublicParticipation.objects.live().filter(entry=agreement)
    table = partial(party_map_table, entry.title, marks, when.day)
    return _map_page(request, entry, marks, maps.status_legend(), rows, when, {}, table, file)


def _map_page(request, entry, marks, legend, rows, when, context, table, file):
    form = PartForm(request.GET)
    context = {
        "subject": entry,
        "form": form,
        "map": world.draw(marks, legend, form.chosen().get("part", "")),
        "marks": marks,
        "years": years(request, when, first_year_of(rows)),
        "patterns": PATTERNS,
        "as_of": when,
        **context,
    }
    download = Download(f"{entry.kind}_map_form", table, (entry.slug,), when.query[1:])
    return page_or_file(request, "actors/map_detail.html", context, [download], file, status=when.status)
