"""Which actors and agreements a list holds: the filters of its page and of the API, as of a day."""

from django.db.models import Count

from . import terms
from .public import PublicActor, PublicAgreement, PublicParticipation

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
    actors = PublicActor.objects.filter(entry__withdrawn=False)
    if when.text:
        actors = actors.in_being_on(when.day)
    if kind:
        actors = actors.filter(actor_kind=kind)
    return actors.filter(region=region) if region else actors


def listed_agreements(when, *, type="", statuses=(), scope="", decade=""):
    """PublicAgreements of live entries. when: an AsOf; statuses: of terms.Status, none for any; decade: its first year as text; "" for any."""
    agreements = PublicAgreement.objects.filter(entry__withdrawn=False)
    if when.text:
        agreements = agreements.known_on(when.day)
    if statuses:
        agreements = agreements.with_status(statuses, when.day)
    if type:
        agreements = agreements.filter(agreement_type=type)
    if scope:
        agreements = agreements.filter(scope=scope)
    return agreements.filter(dated__startswith=decade[:3]) if decade else agreements


def agreement_rows(page, when):
    """{agreement key: PublicAgreement as it was known on the day} of a page of entries; one query, and one more for a day that was asked for."""
    keys = [entry.pk for entry in page]
    rows = {row.entry_id: row for row in PublicAgreement.objects.filter(entry__in=keys)}
    if when.text:
        parties = _parties_on(keys, when.day)
        for row in rows.values():
            row.party_count = parties.get(row.entry_id, 0)
    return rows


def _parties_on(keys, on):
    """{agreement key: number of parties certainly in force on the day, suspended ones included}, in one query."""
    rows = PublicParticipation.objects.filter(entry__in=keys).as_party().certainly_on(on)
    return dict(rows.order_by().values_list("entry").annotate(n=Count("actor", distinct=True)))
