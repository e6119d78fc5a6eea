"""One page of results after another: by the key of the last result, so that the hundredth page costs what the first does."""

from django.core import signing
from django.db.models import Q
from django.http import JsonResponse
from django.utils.translation import gettext as _

from .problems import Problem

SALT = "api.cursor"
TITLES = ("sort_key", "pk")


def to_cursor(name, key):
    """An opaque, signed word for a place in a list. name: of the list; key: what its order compares, as text and numbers."""
    return signing.dumps([name, *key], salt=SALT)


def from_cursor(name, cursor):
    """The key, or None at the beginning. Raises Problem for what this site did not give out for this list."""
    if not cursor:
        return None
    try:
        found, *key = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        found = None
    if found != name:
        reason = _("This is not a cursor of this list. Take it from “next” of the answer before, or begin without one.")
        raise Problem(400, _("A parameter makes no sense."), [{"parameter": "cursor", "detail": reason}])
    return key


def page_of(rows, columns, name, parameters, entries=None):
    """(rows of the page, cursor of the next or None). rows: a queryset; columns: what orders it, together unique. One query.

    entries: where rows are put in order by their entries' titles, these, all of one kind: which stand on the page is then read from the index of titles.
    """
    key = from_cursor(name, parameters.cursor)
    if entries is not None:
        behind = entries.filter(_after(TITLES, key)) if key else entries
        rows = rows.filter(entry__in=behind.order_by(*TITLES).values("pk")[: parameters.limit + 1])
    elif key:
        rows = rows.filter(_after(columns, key))
    found = list(rows.order_by(*columns)[: parameters.limit + 1])
    page = found[: parameters.limit]
    return page, to_cursor(name, _key(page[-1], columns)) if len(found) > len(page) else None


def _after(columns, key):
    """The condition that a row stands behind a key. The first column is compared alone too, as an index reads from there."""
    condition = None
    for column, value in reversed(list(zip(columns, key, strict=True))):
        behind = Q(**{f"{column}__gt": value})
        condition = behind if condition is None else behind | Q(**{column: value}) & condition
    return Q(**{f"{columns[0]}__gte": key[0]}) & condition


def _key(row, columns):
    key = []
    for column in columns:
        value = row
        for part in column.split("__"):
            value = getattr(value, part)
        key.append(value if isinstance(value, int) else str(value))
    return key


def answer(request, results, cursor=None, **others):
    """A page of results as JSON, with the address of the next one."""
    following = _with_cursor(request, cursor) if cursor else None
    response = JsonResponse(
        {**others, "results": results, "next": following}, json_dumps_params={"ensure_ascii": False}
    )
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return response


def _with_cursor(request, cursor):
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
