"""Public pages that draw time: the agreements of an actor or a topic and the parties of an agreement as bars, and how many there were as a curve."""

from functools import partial

from django import forms
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing.downloads import Download, page_or_file
from publishing.lists import FilterForm, address_without_page
from topics.lists import TopicFilter

from . import strips, terms, timelines
from .as_of import as_known, as_of, carry, name_then
from .choosing import LONGEST_NAME, find_entry
from .figure_tables import curve_table, timeline_table
from .map_views import KINDS, find_figure, gone
from .public import PublicAgreement, PublicParticipation
from .views import Choice

LINES = 40
ENTRY = ["kind", "slug", "title", "language", "sort_key", "withdrawn"]
IN_ORDER = (F("known_from").asc(nulls_last=True), "entry__sort_key", "pk")


class TimelineForm(TopicFilter, FilterForm):
    of = forms.CharField(
        label=gettext_lazy("Timeline of (agreement, organisation or state)"), max_length=LONGEST_NAME, required=False
    )
    type = Choice(
        label=gettext_lazy("Or agreements of type"),
        choices=terms.AgreementType.choices,
        blank=gettext_lazy("alliance, or any with a topic"),
    )
    field_order = ["of", "type", "topic"]


@require_safe
def timeline(request, file="", which=0):
    """All agreements of a type or a topic, alliances where nothing is chosen, and the form that leads to the timeline of one entry."""
    when = as_of(request)
    form = TimelineForm(request.GET)
    chosen = form.chosen()
    asked, problem, offers = chosen.get("of", "").strip(), "", []
    if asked and not file:
        entry, offers = find_entry(asked, KINDS)
        if entry and not when.problem:
            return HttpResponseRedirect(reverse(f"{entry.kind}_timeline", args=[entry.slug]) + when.query)
        problem = _("Several entries fit. Choose one.") if offers else _("Nothing has this name. Check the spelling.")
    agreement_type = chosen.get("type") or ("" if chosen.get("topic") else terms.AgreementType.ALLIANCE)
    rows = PublicAgreement.objects.live().known_on(when.day)
    if agreement_type:
        rows = rows.filter(agreement_type=agreement_type)
    rows = form.narrow(rows, "agreement")
    context = {
        "kind_word": terms.AgreementType(agreement_type).label if agreement_type else "",
        "problem": problem if not when.problem else "",
        "offers": [(offer, reverse(f"{offer.kind}_timeline", args=[offer.slug]) + when.query) for offer in offers],
    }
    routes = ("timeline_form", "timeline_curve")
    return _timeline_page(request, rows, form, when, "actors/timeline.html", context, routes, file, which)


@require_safe
def agreement_timeline(request, slug, file="", which=0):
    """The parties of an agreement."""
    when = as_of(request)
    entry, answer = find_figure("agreement", slug, "timeline", file, when, which)
    if entry is None:
        return answer or gone(request)
    return _entry_page(request, entry, when, entry.pk, file, which)


@require_safe
def actor_timeline(request, slug, file="", which=0):
    """The members of an organisation; of any other actor its agreements."""
    when = as_of(request)
    entry, answer = find_figure("actor", slug, "timeline", file, when, which)
    if entry is None:
        return answer or gone(request)
    return _entry_page(request, entry, when, entry.page["facts"]["constituent_agreement"], file, which)


def _entry_page(request, entry, when, agreement, file, which):
    rows = PublicParticipation.objects.live().as_party().known_on(when.day)
    rows = rows.filter(entry=agreement) if agreement else rows.filter(actor=entry.pk)
    context = {"subject": entry, "of_parties": bool(agreement)}
    carry([entry], when)
    routes = (f"{entry.kind}_timeline_form", f"{entry.kind}_timeline_curve")
    form, template = FilterForm(request.GET), "actors/timeline_detail.html"
    return _timeline_page(request, rows, form, when, template, context, routes, file, which)


def _timeline_page(request, rows, form, when, template, context, routes, file, which):
    """rows: a queryset of Acts. Three queries: the spells of all, how many lines, and the lines of the page."""
    spells = timelines.spells_of(rows)
    scale = strips.Scale(spells, when.day)
    related = ["entry", "actor"] if rows.model is PublicParticipation else ["entry"]
    own = [column.name for column in rows.model._meta.concrete_fields]
    drawn = rows.select_related(*related).only(*own, *(f"{way}__{name}" for way in related for name in ENTRY))
    page = Paginator(drawn.order_by(*IN_ORDER), LINES).get_page(form.page_number())
    lines = [_line(row, scale, when) for row in page]
    carry([target for line in lines for target in (line["entry"], line["actor"])], when)
    for line in lines:
        line["name"] = name_then(line["row"], when)
    query = "&".join(part for part in (address_without_page(form), when.query[1:]) if part)
    context = {
        **context,
        "form": form,
        "page": page,
        "lines": lines,
        "curve": timelines.curve_of(spells, scale, when.day),
        "years": () if scale.is_empty else scale.years(),
        "grid": "" if scale.is_empty else timelines.grid(scale),
        "query": query,
        "as_of": when,
    }
    downloads = _downloads(context, routes)
    return page_or_file(request, template, context, downloads, file, which, status=when.status)


def _downloads(context, routes):
    """The lines of the page, and the curve of all of them."""
    subject = context.get("subject")
    title, arguments = (subject.title, (subject.slug,)) if subject else ("agreements", ())
    lines = partial(timeline_table, f"Timeline: {title}", context["lines"])
    curve = partial(curve_table, title, context["curve"])
    return [
        Download(routes[0], lines, arguments, context["query"], context["page"]),
        Download(routes[1], curve, arguments, context["query"]),
    ]


def _line(row, scale, when):
    ended = row.ended if isinstance(row, PublicParticipation) else row.terminated
    return {
        "row": row,
        "entry": row.entry,
        "actor": getattr(row, "actor", None),
        "begun": as_known(row.in_force, when.day),
        "ended": as_known(ended, when.day),
        "status": row.status_on(when.day),
        "drawing": None if scale.is_empty else timelines.line_of(row, scale, when.day),
    }
