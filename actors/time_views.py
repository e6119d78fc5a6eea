"""Public pages about several entries at a time: between two actors, clauses side by side, and who left."""

from collections import Counter
from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing.dates import UNKNOWN, bounds
from publishing.downloads import Download, page_or_file
from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry, Redirect
from publishing.views import moved_to

from . import between, terms
from .as_of import as_of, carry, name_then
from .choosing import LONGEST_NAME, find_actor, offered
from .figure_tables import between_table, causes_table, compare_table, exits_table
from .public import PublicAgreement, PublicExit, PublicObligation
from .views import ANY, FIRST_DECADE, Choice

MOST_COMPARED = 8
MOST_TIES = 20
SIDES = ("a", "b")


@require_safe
def between_choose(request):
    """The form that asks for two actors; with both named, on to their page."""
    when = as_of(request)
    sides = [_side(name, request.GET.get(name, "").strip()[:LONGEST_NAME]) for name in SIDES]
    if all(side["actor"] for side in sides) and not when.problem:
        if sides[0]["actor"].pk != sides[1]["actor"].pk:
            return HttpResponseRedirect(_address(*(side["actor"].slug for side in sides)) + when.query)
        sides[1]["problem"] = _("That is the same actor twice. Choose another.")
    return _form(request, sides, when)


def _side(name, text):
    label = _("One actor") if name == "a" else _("The other")
    actor, offers = find_actor(text) if text else (None, [])
    problem = ""
    if text and not actor:
        problem = _("Several actors fit. Choose one.") if offers else _("No actor has this name. Check the spelling.")
    return {
        "name": name,
        "label": label,
        "text": actor.title if actor else text,
        "actor": actor,
        "offers": offers,
        "problem": problem,
    }


def _form(request, sides, when, status=200):
    return render(
        request, "actors/between_choose.html", {"sides": sides, "as_of": when}, status=max(status, when.status)
    )


def _address(first, second, file=""):
    """The one address of two actors, whichever was named first, or of their file in a form."""
    pair = sorted([first, second])
    return reverse("between_form", args=[*pair, file]) if file else reverse("between_detail", args=pair)


@require_safe
def between_names(request):
    """Titles that fit what was typed so far, for the script that completes names."""
    return JsonResponse({"names": offered(request.GET.get("q", "").strip())})


@require_safe
def between_detail(request, first, second, file=""):
    when = as_of(request)
    slugs = sorted({first, second})
    found = {actor.slug: actor for actor in PublicEntry.objects.live().filter(kind="actor", slug__in=slugs)}
    if len(found) < len(slugs):
        now = [slug if slug in found else getattr(moved_to("actor", slug), "slug", None) for slug in (first, second)]
        if None in now:
            return render(request, "410.html", status=410)
        return HttpResponsePermanentRedirect(_address(*now, file=file) + when.query)
    if first == second and file:
        raise Http404
    if first == second:
        side = _side("b", found[first].title)
        return _form(
            request,
            [
                _side("a", found[first].title),
                {**side, "text": "", "problem": _("That is the same actor twice. Choose another.")},
            ],
            when,
            400,
        )
    if [first, second] != slugs:
        return HttpResponsePermanentRedirect(_address(first, second, file=file) + when.query)
    context = _between(request, found[first], found[second], when)
    table = partial(between_table, context["pair"], context["page"], context["partners"])
    download = Download("between_form", table, (first, second), context["query"], context["page"])
    return page_or_file(request, "actors/between_detail.html", context, [download], file, status=when.status)


def _between(request, first, second, when):
    pair = (first, second)
    carry(pair, when)
    ties = between.nearest_ties(pair, when.day)
    sentence, is_defended = between.summary(pair, ties)
    form = FilterForm(request.GET)
    page = Paginator(ties, MOST_TIES).get_page(form.page_number())
    defended = {tie.key: tie for tie, _owed in between.defences(ties)}
    shown = list({**defended, **{tie.key: tie for tie in page}}.values())
    between.load(shown, pair)
    partners = [] if is_defended else between.partners_in_common(pair, when.day)
    entries = [*(tie.entry for tie in shown), *(one for tie in shown for one in tie.through)]
    entries += [entry for one in partners for entry in (one.actor, *one.first, *one.second)]
    carry(entries, when)
    for row in [row for tie in shown for row in tie.rows]:
        row.name = name_then(row, when)
    return {
        "pair": pair,
        "sentence": sentence,
        "is_defended": is_defended,
        "defences": between.defences(shown),
        "groups": _groups(page, Counter(tie.standing for tie in ties)),
        "page": page,
        "query": when.query[1:],
        "partners": partners[: between.MOST_PARTNERS],
        "more_partners": max(len(partners) - between.MOST_PARTNERS, 0),
        "notes": number_sources([row for tie in shown for row in (*tie.rows, *(owed.row for owed in tie.owed))]),
        "as_of": when,
    }


def _groups(ties, counts):
    """[(standing, heading, ties, number of all such ties)] of those that there are on a page."""
    headings = {
        between.BOUND: _("What binds them"),
        between.SUSPENDED: _("Suspended"),
        between.UNKNOWN: _("Perhaps in force: the dates do not tell"),
        between.SIGNED: _("Signed, not in force between them"),
        between.FORMER: _("Former ties"),
    }
    found = [
        (standing, headings[standing], [tie for tie in ties if tie.standing == standing], counts[standing])
        for standing in between.ORDER
    ]
    return [group for group in found if group[2]]


def number_sources(rows):
    """Number the sources of Sourced rows in reading order, each row getting `note`; the list of notes for the foot of the page."""
    notes = {}
    for row in rows:
        if not row.source_title:
            row.note = None
            continue
        key = (row.source_key, row.locator)
        note = {"title": row.source_title, "url": row.source_url, "locator": row.locator}
        row.note = notes.setdefault(key, {"number": len(notes) + 1, **note})["number"]
    return list(notes.values())


class ClauseForm(FilterForm):
    """Which kind of obligation stands side by side."""

    kind = Choice(label=gettext_lazy("Obligation"), choices=terms.ObligationKind.choices)


@require_safe
def agreement_compare(request, file=""):
    """The clauses of one kind of several agreements side by side; without agreements, those that have such a clause to choose from."""
    when = as_of(request)
    form = ClauseForm(request.GET)
    kind = terms.ObligationKind(form.chosen().get("kind", terms.ObligationKind.DEFENCE))
    asked = list(dict.fromkeys(slug[:80] for slug in request.GET.getlist("a") if slug))
    entries, missing = _agreements_at(asked[:MOST_COMPARED])
    clauses = PublicObligation.objects.live().filter(kind=kind)
    offered_here = PublicEntry.objects.live().filter(pk__in=clauses.values("entry")).for_list().order_by("sort_key")
    rows = _clauses(entries, clauses, when)
    carry(entries, when)
    context = {
        "form": form,
        "kind": kind,
        "rows": rows,
        "notes": number_sources([row["agreement"] for row in rows] + [one for row in rows for one in row["clauses"]]),
        "missing": missing,
        "too_many": max(len(asked) - MOST_COMPARED, 0),
        "most": MOST_COMPARED,
        "chosen": {entry.slug for entry in entries},
        "offered": offered_here,
        "as_of": when,
    }
    chosen = [("kind", kind.value), *(("a", entry.slug) for entry in entries)]
    query = "&".join(part for part in (urlencode(chosen), when.query[1:]) if part)
    download = Download("agreement_compare_form", lambda: compare_table(kind, rows), query=query)
    return page_or_file(request, "actors/agreement_compare.html", context, [download], file, status=when.status)


def _agreements_at(slugs):
    """([live agreements in the order of the slugs], [slugs that lead to none]). A former address leads to the present page."""
    live = PublicEntry.objects.live().filter(kind="agreement").for_list()
    found = {entry.slug: entry for entry in live.filter(slug__in=slugs)}
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        moved = dict(Redirect.objects.filter(kind="agreement", slug__in=missing).values_list("slug", "target_id"))
        targets = {entry.pk: entry for entry in live.filter(pk__in=[key for key in moved.values() if key])}
        found |= {slug: targets[key] for slug, key in moved.items() if key in targets}
        missing = [slug for slug in missing if slug not in found]
    return list({found[slug].pk: found[slug] for slug in slugs if slug in found}.values()), missing


def _clauses(entries, clauses, when):
    """[{entry, agreement, status, clauses}] for the agreements. Two queries."""
    keys = [entry.pk for entry in entries]
    details = {row.entry_id: row for row in PublicAgreement.objects.filter(entry__in=keys)}
    found = {key: [] for key in keys}
    for clause in clauses.filter(entry__in=keys).order_by("position", "part_key"):
        found[clause.entry_id].append(clause)
    return [
        {
            "entry": entry,
            "agreement": details[entry.pk],
            "status": details[entry.pk].status_on(when.day),
            "clauses": found[entry.pk],
        }
        for entry in entries
    ]


class ExitFilterForm(FilterForm):
    act = Choice(label=gettext_lazy("What happened"), choices=terms.ExitAct.choices)
    cause = Choice(label=gettext_lazy("Cause"), choices=terms.ExitCause.choices)
    decade = Choice(label=gettext_lazy("Decade"), choices=[])

    def __init__(self, *args, as_of, **kwargs):
        super().__init__(*args, **kwargs)
        decades = range((as_of.day.year + 1) // 10 * 10, FIRST_DECADE - 1, -10)
        labels = [(str(year), _("%(year)ds") % {"year": year}) for year in decades]
        self.fields["decade"].choices = [*ANY, *labels, (UNKNOWN, _("year unknown"))]


@require_safe
def agreement_exits(request, file="", which=0):
    """Who left or was suspended, and what ended, by year, with a table of causes by decade."""
    when = as_of(request)
    form = ExitFilterForm(request.GET, as_of=when)
    chosen = form.chosen()
    exits = PublicExit.objects.live()
    if when.text:
        exits = exits.filter(known_from__lte=when.day)
    causes = _causes_by_decade(exits)
    for name in ("act", "cause"):
        if chosen.get(name):
            exits = exits.filter(**{name: chosen[name]})
    if chosen.get("decade") == UNKNOWN:
        exits = exits.filter(year=None)
    elif chosen.get("decade"):
        exits = exits.filter(year__gte=int(chosen["decade"]), year__lt=int(chosen["decade"]) + 10)
    newest_first = (F("year").desc(nulls_last=True), "-dated", "entry__sort_key", "name", "act", "part_key")
    rows = PublicExit.objects.select_related("entry", "actor").defer("entry__page", "actor__page")
    page = paginate(rows.order_by(*newest_first), exits.order_by(*newest_first).values("pk"), form)
    for row in page:
        row.is_coming, row.name = bounds(row.dated)[0] > when.day, name_then(row, when)
    carry([entry for row in page for entry in (row.entry, row.actor)], when)
    query = "&".join(part for part in (address_without_page(form), when.query[1:]) if part)
    context = {"form": form, "page": page, "query": query, "notes": number_sources(page), "as_of": when, **causes}
    downloads = [
        Download("agreement_exits_form", lambda: exits_table(page), query=query, page=page),
        Download(
            "agreement_exits_causes",
            lambda: causes_table(causes["cause_words"], causes["decades"]),
            query=when.query[1:],
        ),
    ]
    return page_or_file(request, "actors/agreement_exits.html", context, downloads, file, which, status=when.status)


def _causes_by_decade(exits):
    """The table of counts: its columns (causes that occur, the commonest first) and its lines (decade or None, counts, sum). One query."""
    counts = {}
    for year, cause, n in exits.order_by().values_list("year", "cause").annotate(n=Count("pk")):
        decade = None if year is None else year // 10 * 10
        counts[decade, cause] = counts.get((decade, cause), 0) + n
    totals = {}
    for (_decade, cause), n in counts.items():
        totals[cause] = totals.get(cause, 0) + n
    causes = sorted(totals, key=lambda cause: (-totals[cause], cause))
    decades = sorted({decade for decade, _cause in counts}, key=lambda decade: -(decade or 0))
    lines = [(decade, [counts.get((decade, cause), 0) for cause in causes]) for decade in decades]
    return {
        "cause_words": causes,
        "causes": [terms.ExitCause(cause).label for cause in causes],
        "decades": [(decade, numbers, sum(numbers)) for decade, numbers in lines],
    }
