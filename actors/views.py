"""Public pages of actors and agreements."""

from django import forms
from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter

from . import terms
from .public import PublicActor, PublicAgreement

ANY = [("", _("any"))]
FIRST_DECADE = 1810


class Choice(forms.ChoiceField):
    """A choice in an address: what is not on the list counts as no choice."""

    def __init__(self, *, label, choices):
        super().__init__(label=label, choices=[*ANY, *choices], required=False)

    def clean(self, value):
        return value if self.valid_value(value) else ""


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
            ("not-in-force", _("not in force yet")),
            ("ended", _("ended")),
            ("unknown", _("unknown")),
        ],
    )
    scope = Choice(label=_("Scope"), choices=terms.Scope.choices)
    decade = Choice(label=_("Decade"), choices=[])
    field_order = ["type", "status", "scope", "decade", "topic"]

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        decades = range(today.year // 10 * 10, FIRST_DECADE - 1, -10)
        self.fields["decade"].choices = [*ANY, *((str(year), _("%(year)ds") % {"year": year}) for year in decades)]


@require_safe
def actor_list(request):
    form = ActorFilterForm(request.GET)
    chosen = form.chosen()
    actors = PublicActor.objects.filter(entry__withdrawn=False)
    if chosen.get("kind"):
        actors = actors.filter(actor_kind=chosen["kind"])
    if chosen.get("region"):
        actors = actors.filter(region=chosen["region"])
    entries = form.narrow(PublicEntry.objects.live().filter(pk__in=actors.values("entry")))
    page = paginate(entries.for_list().order_by("sort_key", "pk"), form)
    details = {actor.entry_id: actor for actor in PublicActor.objects.filter(entry__in=[entry.pk for entry in page])}
    rows = [(entry, details[entry.pk]) for entry in page]
    return render(
        request,
        "actors/actor_list.html",
        {"page": page, "rows": rows, "form": form, "query": address_without_page(form)},
    )


@require_safe
def actor_detail(request, slug):
    return entry_detail(request, "actor", slug)


@require_safe
def actor_version(request, slug, number):
    return entry_version(request, "actor", slug, number)


def _narrowed_by_status(agreements, status, on):
    """The agreements that stand so on the day; what the dates do not tell is "unknown" and nothing else."""
    sure, maybe = agreements.certainly_on(on), agreements.possibly_on(on)
    if status == "in-force":
        return sure
    if status == "unknown":
        return maybe.exclude(pk__in=sure.values("pk"))
    rest = agreements.exclude(pk__in=maybe.values("pk"))
    return (
        rest.filter(ends_latest__lt=on)
        if status == "ended"
        else rest.filter(Q(ends_latest=None) | Q(ends_latest__gte=on))
    )


@require_safe
def agreement_list(request):
    today = timezone.localdate()
    form = AgreementFilterForm(request.GET, today=today)
    chosen = form.chosen()
    agreements = PublicAgreement.objects.filter(entry__withdrawn=False)
    if chosen.get("status"):
        agreements = _narrowed_by_status(agreements, chosen["status"], today)
    if chosen.get("type"):
        agreements = agreements.filter(agreement_type=chosen["type"])
    if chosen.get("scope"):
        agreements = agreements.filter(scope=chosen["scope"])
    if chosen.get("decade"):
        agreements = agreements.filter(dated__startswith=chosen["decade"][:3])
    entries = form.narrow(PublicEntry.objects.live().filter(pk__in=agreements.values("entry")))
    page = paginate(entries.for_list().order_by("sort_key", "pk"), form)
    details = {row.entry_id: row for row in PublicAgreement.objects.filter(entry__in=[entry.pk for entry in page])}
    rows = [(entry, details[entry.pk], details[entry.pk].status_on(today)) for entry in page]
    context = {
        "page": page,
        "rows": rows,
        "form": form,
        "query": address_without_page(form),
        "definition": terms.AGREEMENT_TYPE_DEFINITIONS.get(chosen.get("type"), ""),
    }
    return render(request, "actors/agreement_list.html", context)


@require_safe
def agreement_detail(request, slug):
    return entry_detail(request, "agreement", slug)


@require_safe
def agreement_version(request, slug, number):
    return entry_version(request, "agreement", slug, number)
