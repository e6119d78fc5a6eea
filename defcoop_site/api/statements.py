"""What states said on their own about agreements: reservations, declarations, understandings and objections."""

from ninja import Query, Router

from actors import terms
from actors.as_of import carry
from actors.public import PublicStatement
from defcoop_site.entry_data import reference
from publishing.public import PublicEntry

from .finding import entry_named
from .items import as_of_day, source_of
from .paging import answer, page_of
from .parameters import Paging, WithDay, choice, fields_of, only, slug
from .schemas import LISTED, StatementItem, StatementPage

router = Router(tags=["Reservations and declarations"])
IN_ORDER = ("entry_id", "position", "part_key")


class StatementList(WithDay, Paging):
    actor: slug("Those of this actor: the last part of its address.", "finland") = None
    agreement: slug("Those about this agreement: the last part of its address.", "north-atlantic-treaty") = None
    kind: choice(terms.StatementKind, "Those of this kind.") = None
    fields: fields_of(StatementItem) = None


@router.get(
    "/statements", response={200: StatementPage, **LISTED}, summary="Reservations and declarations, by agreement"
)
def statements(request, parameters: Query[StatementList]):
    """With a day, those that had been made by it; `stands` says whether they stood."""
    when = parameters.when()
    page, cursor = page_of(_chosen(parameters, when), IN_ORDER, "statements", parameters)
    carry([actor for row in page for actor in (row.actor, row.objects_to)], when)
    items = [only(_item(request, row, when), parameters.fields) for row in page]
    return answer(request, items, cursor, on=when.day.isoformat())


def _chosen(parameters, when):
    rows = PublicStatement.objects.live()
    if when.text:
        rows = rows.filter(begins_earliest__lte=when.day)
    if parameters.actor:
        rows = rows.filter(actor=entry_named("actor", parameters.actor).pk)
    if parameters.agreement:
        rows = rows.filter(entry=entry_named("agreement", parameters.agreement).pk)
    if parameters.kind:
        rows = rows.filter(kind=parameters.kind)
    own = [column.name for column in PublicStatement._meta.concrete_fields]
    others = [f"{way}__{name}" for way in ("entry", "actor", "objects_to") for name in PublicEntry.LIST_FIELDS]
    return rows.select_related("entry", "actor", "objects_to").only(*own, *others)


def _item(request, row, when):
    return {
        "key": str(row.part_key),
        "agreement": reference(request, row.entry),
        "actor": reference(request, row.actor, row.name),
        "name": row.name,
        "kind": row.kind,
        "article": row.article,
        "made": row.made,
        "withdrawn": as_of_day(row.withdrawn, when),
        "stands": row.in_force_on(when.day),
        "objects_to": reference(request, row.objects_to, row.objects_to_name) if row.objects_to_name else None,
        "description": row.description,
        "source": source_of(row),
    }
