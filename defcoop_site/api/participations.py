"""Who takes part in which agreement, since when: the facts that everything about time rests on."""

from ninja import Query, Router

from actors import terms
from actors.as_of import carry
from actors.public import PublicParticipation
from defcoop_site.entry_data import reference
from publishing.public import PublicEntry

from .finding import entry_named
from .items import as_of_day, source_of
from .paging import answer, page_of
from .parameters import Paging, WithDay, choice, fields_of, only, slug
from .schemas import LISTED, ParticipationItem, ParticipationPage

router = Router(tags=["Participations"])
IN_ORDER = ("entry_id", "position", "part_key")
DATES = ("signed", "consent", "provisional", "in_force", "suspended", "suspension_ended", "notice", "ended")
MEANS = {"consent_means": "consent", "ended_means": "ended"}


class ParticipationList(WithDay, Paging):
    actor: slug("Those of this actor: the last part of its address.", "finland") = None
    agreement: slug("Those in this agreement: the last part of its address.", "north-atlantic-treaty") = None
    role: choice(terms.Role, "Those in this role.") = None
    status: choice(terms.Status, "Those of this status on the day.") = None
    fields: fields_of(ParticipationItem) = None


@router.get("/participations", response={200: ParticipationPage, **LISTED}, summary="Participations, by agreement")
def participations(request, parameters: Query[ParticipationList]):
    when = parameters.when()
    page, cursor = page_of(_chosen(parameters, when), IN_ORDER, "participations", parameters)
    carry([row.actor for row in page], when)
    items = [only(_item(request, row, when), parameters.fields) for row in page]
    return answer(request, items, cursor, on=when.day.isoformat())


def _chosen(parameters, when):
    rows = PublicParticipation.objects.live()
    if when.text:
        rows = rows.known_on(when.day)
    if parameters.actor:
        rows = rows.filter(actor=entry_named("actor", parameters.actor).pk)
    if parameters.agreement:
        rows = rows.filter(entry=entry_named("agreement", parameters.agreement).pk)
    if parameters.role:
        rows = rows.filter(role=parameters.role)
    if parameters.status:
        rows = rows.with_status([parameters.status], when.day)
    own = [column.name for column in PublicParticipation._meta.concrete_fields]
    others = [f"{way}__{name}" for way in ("entry", "actor") for name in PublicEntry.LIST_FIELDS]
    return rows.select_related("entry", "actor").only(*own, *others)


def _item(request, row, when):
    dates = {name: as_of_day(getattr(row, name), when) for name in DATES}
    means = {name: getattr(row, name) if dates[date] else "" for name, date in MEANS.items()}
    return {
        "key": str(row.part_key),
        "agreement": reference(request, row.entry),
        "actor": reference(request, row.actor, row.name),
        "name": row.name,
        "role": row.role,
        "status": row.status_on(when.day),
        **dates,
        **means,
        "source": source_of(row),
    }
