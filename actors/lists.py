"""Which actors and agreements a list holds: the filters of its page and of the API, as of a day."""

from django.db.models import Count

from publishing.public import PublicEntry

from . import terms
from .public import PublicActor, PublicAgreement, PublicObligation, PublicParticipation

STATUSES = {
    "in-force": [terms.Status.IN_FORCE],
    "provisional": [terms.Status.PROVISIONAL],
    "suspended": [terms.Status.SUSPENDED],
    "not-in-force": [terms.Status.SIGNED, terms.Status.NONE],
    "ended": [terms.Status.ENDED],
    "unknown": [terms.Status.UNKNOWN],
}


def listed_actors(when, *, kind="", region=""):
    """PublicActors of live entries. when: an AsOf; kind, region: words of terms, "" for any."""
    actors = PublicActor.objects.live()
    if when.text:
        actors = actors.in_being_on(when.day)
    if kind:
        actors = actors.filter(actor_kind=kind)
    return actors.filter(region=region) if region else actors


def listed_agreements(
    when, *, type="", statuses=(), scope="", decade="", party=None, role="", force="", obligation="", **columns
):
    """PublicAgreements of live entries. when: an AsOf; statuses: of terms.Status, none for any; decade: its first year as text; "" for any;
    party: the PublicEntry of an actor, None for any; role: that it, or anybody, has; force: of law; obligation: a kind of which there is one;
    columns: values of activity and confidence, "" for any."""
    agreements = PublicAgreement.objects.live()
    if when.text:
        agreements = agreements.known_on(when.day)
    if statuses:
        agreements = agreements.with_status(statuses, when.day)
    if type:
        agreements = agreements.filter(agreement_type=type)
    if scope:
        agreements = agreements.filter(scope=scope)
    agreements = agreements.filter(**{name: value for name, value in columns.items() if value})
    if force:
        agreements = agreements.filter(legal_force=force)
    if obligation:
        agreements = agreements.filter(entry__in=PublicObligation.objects.filter(kind=obligation).values("entry"))
    if party or role:
        rows = PublicParticipation.objects.filter(role=role) if role else PublicParticipation.objects.as_party()
        rows = rows.filter(actor=party.pk) if party else rows
        agreements = agreements.filter(entry__in=(rows.known_on(when.day) if when.text else rows).values("entry"))
    return agreements.filter(dated__startswith=decade[:3]) if decade else agreements


def with_entries(details):
    """Rows that tell of an entry each, with the entry as a line in a list shows it."""
    own = [column.name for column in details.model._meta.concrete_fields]
    columns = [*own, *(f"entry__{name}" for name in (*PublicEntry.LIST_FIELDS, "sort_key"))]
    return details.select_related("entry").only(*columns)


def count_parties(rows, when):
    """For a day that was asked for, give PublicAgreements the number of parties then certainly in force, suspended ones included. One query."""
    if when.text:
        parties = PublicParticipation.objects.filter(entry__in=[row.entry_id for row in rows]).as_party()
        parties = parties.certainly_on(when.day).order_by().values_list("entry")
        counts = dict(parties.annotate(n=Count("actor", distinct=True)))
        for row in rows:
            row.party_count = counts.get(row.entry_id, 0)
