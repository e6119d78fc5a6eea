"""Public pages of actors and agreements."""

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.downloads import Download, page_or_file
from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter, live_count

from . import terms
from .as_of import as_known, as_of, carry
from .choosing import LONGEST_NAME, find_actor
from .definitions import closed_lists
from .lists import STATUSES, count_parties, listed_actors, listed_agreements, with_entries
from .public import PublicActor, PublicAgreement
from .tables import actor_list_table, agreement_list_table

ANY = [("", _("any"))]
FIRST_DECADE = 1810
HISTORY_ORDERS = ("oldest", "newest")


class Choice(forms.ChoiceField):
    """A choice in an address: what is not on the list counts as no choice."""

    def __init__(self, *, label, choices, blank=None):
        super().__init__(label=label, choices=[("", blank), *choices] if blank else [*ANY, *choices], required=False)

    def clean(self, value):
        return value if self.valid_value(value) else ""


class ActorField(forms.CharField):
    """An actor by its address or any of its names; a name that means none or several counts as no choice."""

    def __init__(self, *, label):
        super().__init__(label=label, max_length=LONGEST_NAME, required=False)

    def clean(self, value):
        value = super().clean(value)
        return find_actor(value)[0] if value else None


class ActorFilterForm(TopicFilter, FilterForm):
    kind = Choice(label=_("Kind"), choices=terms.ActorKind.choices)
    region = Choice(label=_("Region"), choices=terms.Region.choices)
    field_order = ["kind", "region", "topic"]


class AgreementFilterForm(TopicFilter, FilterForm):
    type = Choice(label=_("Type"), choices=terms.AgreementType.choices)
    status = Choice(
        label=_("Status"),
        choices=[
            ("in-force", _("in force")),
            ("provisional", _("provisionally applied")),
            ("suspended", _("suspended")),
            ("not-in-force", _("not in force yet")),
            ("ended", _("ended")),
            ("unknown", _("unknown")),
        ],
    )
    scope = Choice(label=_("Scope"), choices=terms.Scope.choices)
    decade = Choice(label=_("Decade"), choices=[])
    party = ActorField(label=_("Party"))
    role = Choice(label=_("Role"), choices=terms.Role.choices)
    obligation = Choice(label=_("Obligation"), choices=terms.ObligationKind.choices)
    force = Choice(label=_("Legal force"), choices=terms.LegalForce.choices)
    activity = Choice(label=_("Activity"), choices=terms.Activity.choices)
    confidence = Choice(label=_("Confidence in the activity"), choices=terms.Confidence.choices)
    field_order = [
        "type",
        "status",
        "scope",
        "decade",
        "obligation",
        "force",
        "activity",
        "confidence",
        "party",
        "role",
        "topic",
    ]

    def __init__(self, *args, as_of, **kwargs):
        super().__init__(*args, **kwargs)
        decades = range(as_of.day.year // 10 * 10, FIRST_DECADE - 1, -10)
        self.fields["decade"].choices = [*ANY, *((str(year), _("%(year)ds") % {"year": year}) for year in decades)]


def list_context(page, rows, form, when):
    """What the templates of both lists need."""
    carry([row[0] for row in rows], when)
    query = "&".join(part for part in (address_without_page(form), when.query[1:]) if part)
    return {"page": page, "rows": rows, "form": form, "query": query, "as_of": when}


def _listed_actors(request):
    """The template context of the list of actors that a request asks for."""
    when = as_of(request)
    form = ActorFilterForm(request.GET)
    chosen = form.chosen()
    entries, is_narrowed = PublicEntry.objects.of_kind("actor"), bool(when.text or chosen)
    if is_narrowed:
        actors = listed_actors(when, kind=chosen.get("kind"), region=chosen.get("region"))
        entries = entries.filter(pk__in=form.narrow(actors, "actor").values("entry"))
    keys = entries.order_by("sort_key", "pk").values("pk")
    rows = with_entries(PublicActor.objects).order_by("entry__sort_key", "entry")
    page = paginate(rows, keys, form, by="entry", count=None if is_narrowed else live_count("actor"))
    if when.text:
        for actor in page:
            actor.dissolved = as_known(actor.dissolved, when.day)
    return list_context(page, [(actor.entry, actor) for actor in page], form, when)


@require_safe
def actor_list(request, file=""):
    context = _listed_actors(request)
    download = Download(
        "actor_list_form", lambda: actor_list_table(context["rows"]), query=context["query"], page=context["page"]
    )
    return page_or_file(request, "actors/actor_list.html", context, [download], file, status=context["as_of"].status)


@require_safe
def actor_detail(request, slug):
    return detail_on(request, "actor", slug)


def detail_on(request, kind, slug, **asked):
    """The page of an entry as of the day that the address asks for. asked: what the kind's context takes besides."""
    when = as_of(request)
    return entry_detail(request, kind, slug, status=when.status, carried=when.query, asked={"as_of": when, **asked})


@require_safe
def actor_version(request, slug, number):
    return entry_version(request, "actor", slug, number)


def _listed_agreements(request):
    """The template context of the list of agreements that a request asks for."""
    when = as_of(request)
    form = AgreementFilterForm(request.GET, as_of=when)
    chosen = form.chosen()
    agreements = listed_agreements(
        when,
        type=chosen.get("type"),
        statuses=STATUSES.get(chosen.get("status"), ()),
        scope=chosen.get("scope"),
        decade=chosen.get("decade"),
        party=chosen.get("party"),
        role=chosen.get("role"),
        force=chosen.get("force"),
        obligation=chosen.get("obligation"),
        activity=chosen.get("activity"),
        confidence=chosen.get("confidence"),
    )
    keys = form.narrow(agreements, "agreement").order_by("sort_key", "entry").values("pk")
    rows = with_entries(PublicAgreement.objects).order_by("sort_key", "entry")
    page = paginate(rows, keys, form, count=None if when.text or chosen else live_count("agreement"))
    count_parties(page.object_list, when)
    rows = [(row.entry, row, row.status_on(when.day)) for row in page]
    return {
        **list_context(page, rows, form, when),
        "definition": terms.AGREEMENT_TYPE_DEFINITIONS.get(chosen.get("type"), ""),
    }


@require_safe
def agreement_list(request, file=""):
    context = _listed_agreements(request)
    download = Download(
        "agreement_list_form",
        lambda: agreement_list_table(context["rows"]),
        query=context["query"],
        page=context["page"],
    )
    return page_or_file(
        request, "actors/agreement_list.html", context, [download], file, status=context["as_of"].status
    )


@require_safe
def agreement_detail(request, slug):
    order = request.GET.get("order", "")
    return detail_on(request, "agreement", slug, order=order if order in HISTORY_ORDERS else "")


@require_safe
def agreement_version(request, slug, number):
    return entry_version(request, "agreement", slug, number)


@require_safe
def term_list(request):
    """What each word of the closed lists means."""
    return render(request, "actors/term_list.html", {"lists": closed_lists()})
