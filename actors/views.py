"""Public pages of actors and agreements."""

from django import forms
from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.tables import list_readme, table_answer
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter

from . import terms
from .as_of import as_known, as_of, carry
from .choosing import LONGEST_NAME, find_actor
from .public import PublicActor, PublicAgreement, PublicParticipation
from .tables import actor_list_table, agreement_list_table

ANY = [("", _("any"))]
FIRST_DECADE = 1810


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
    field_order = ["type", "status", "scope", "decade", "party", "topic"]

    def __init__(self, *args, as_of, **kwargs):
        super().__init__(*args, **kwargs)
        decades = range(as_of.day.year // 10 * 10, FIRST_DECADE - 1, -10)
        self.fields["decade"].choices = [*ANY, *((str(year), _("%(year)ds") % {"year": year}) for year in decades)]


STATUSES = {
    "in-force": [terms.Status.IN_FORCE],
    "provisional": [terms.Status.PROVISIONAL],
    "suspended": [terms.Status.SUSPENDED],
    "not-in-force": [terms.Status.SIGNED, terms.Status.NONE],
    "ended": [terms.Status.ENDED],
    "unknown": [terms.Status.UNKNOWN],
}


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
    actors = PublicActor.objects.live()
    if when.text:
        actors = actors.in_being_on(when.day)
    if chosen.get("kind"):
        actors = actors.filter(actor_kind=chosen["kind"])
    if chosen.get("region"):
        actors = actors.filter(region=chosen["region"])
    if chosen.get("topic"):
        actors = actors.filter(entry__in=form.narrow(PublicEntry.objects.all()).values("pk"))
    page = paginate(_with_entries(actors).order_by("entry__sort_key", "entry"), form)
    if when.text:
        for actor in page:
            actor.dissolved = as_known(actor.dissolved, when.day)
    return list_context(page, [(actor.entry, actor) for actor in page], form, when)


@require_safe
def actor_list(request):
    context = _listed_actors(request)
    return render(request, "actors/actor_list.html", context, status=context["as_of"].status)


@require_safe
def actor_list_form(request, form):
    """The rows of the same page of the list as a file. form: "csv" or "json"."""
    context = _listed_actors(request)
    return _list_answer(request, form, actor_list_table(context["rows"]), context)


def _list_answer(request, form, table, context):
    page, when = context["page"], context["as_of"]
    table.readme.extend(list_readme(request, page, when.day.isoformat()))
    response = table_answer(table, form, table.title.lower())
    response.status_code = when.status
    return response


@require_safe
def actor_detail(request, slug):
    return detail_on(request, "actor", slug)


def detail_on(request, kind, slug):
    """The page of an entry as of the day that the address asks for."""
    when = as_of(request)
    return entry_detail(request, kind, slug, status=when.status, carried=when.query, asked={"as_of": when})


@require_safe
def actor_version(request, slug, number):
    return entry_version(request, "actor", slug, number)


def _with_entries(details):
    """Rows that tell of an entry each, with the entry as a line in a list shows it."""
    own = [column.name for column in details.model._meta.concrete_fields]
    columns = [*own, *(f"entry__{name}" for name in PublicEntry.LIST_FIELDS)]
    return details.select_related("entry").only(*columns)


def _of_party(actor, when):
    """The participations of an actor, of which the day that a reader asked for can know."""
    rows = PublicParticipation.objects.filter(actor=actor.pk).as_party()
    return rows.known_on(when.day) if when.text else rows


def _parties_on(page, on):
    """{agreement key: number of parties certainly in force on the day, suspended ones included}, in one query."""
    rows = PublicParticipation.objects.filter(entry__in=[row.entry_id for row in page]).as_party().certainly_on(on)
    return dict(rows.order_by().values_list("entry").annotate(n=Count("actor", distinct=True)))


def _listed_agreements(request):
    """The template context of the list of agreements that a request asks for."""
    when = as_of(request)
    form = AgreementFilterForm(request.GET, as_of=when)
    chosen = form.chosen()
    agreements = PublicAgreement.objects.live()
    if when.text:
        agreements = agreements.known_on(when.day)
    if chosen.get("status"):
        agreements = agreements.with_status(STATUSES[chosen["status"]], when.day)
    if chosen.get("type"):
        agreements = agreements.filter(agreement_type=chosen["type"])
    if chosen.get("scope"):
        agreements = agreements.filter(scope=chosen["scope"])
    if chosen.get("decade"):
        agreements = agreements.filter(dated__startswith=chosen["decade"][:3])
    if chosen.get("party"):
        agreements = agreements.filter(entry__in=_of_party(chosen["party"], when).values("entry"))
    if chosen.get("topic"):
        agreements = agreements.filter(entry__in=form.narrow(PublicEntry.objects.all()).values("pk"))
    page = paginate(_with_entries(agreements).order_by("sort_key", "entry"), form)
    if when.text:
        parties = _parties_on(page, when.day)
        for row in page:
            row.party_count = parties.get(row.entry_id, 0)
    rows = [(row.entry, row, row.status_on(when.day)) for row in page]
    return {
        **list_context(page, rows, form, when),
        "definition": terms.AGREEMENT_TYPE_DEFINITIONS.get(chosen.get("type"), ""),
    }


@require_safe
def agreement_list(request):
    context = _listed_agreements(request)
    return render(request, "actors/agreement_list.html", context, status=context["as_of"].status)


@require_safe
def agreement_list_form(request, form):
    """The rows of the same page of the list as a file. form: "csv" or "json"."""
    context = _listed_agreements(request)
    return _list_answer(request, form, agreement_list_table(context["rows"]), context)


@require_safe
def agreement_detail(request, slug):
    return detail_on(request, "agreement", slug)


@require_safe
def agreement_version(request, slug, number):
    return entry_version(request, "agreement", slug, number)
