"""What binds two actors."""

from django.http import HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from actors import between as ties
from actors.as_of import carry
from defcoop_site.entry_data import reference
from publishing.public import PublicEntry
from publishing.views import moved_to

from .items import source_of
from .parameters import WithDay
from .problems import Problem
from .schemas import FOUND, Between

router = Router(tags=["Between"])


class Pair(Schema):
    first: str = Field(description="The last part of an actor’s address.", json_schema_extra={"example": "finland"})
    second: str = Field(description="The last part of another’s.", json_schema_extra={"example": "turkey"})


@router.get("/between/{first}/{second}", response={200: Between, **FOUND}, summary="What binds two actors on a day")
def between(request, place: Path[Pair], parameters: Query[WithDay]):
    if place.first == place.second:
        raise Problem(404, _("That is the same actor twice. Name another."))
    found = {
        row.slug: row for row in PublicEntry.objects.live().filter(kind="actor", slug__in=[place.first, place.second])
    }
    if len(found) < 2:
        return _moved(request, place, found)
    pair = (found[place.first], found[place.second])
    when = parameters.when()
    return JsonResponse(_data(request, pair, when), json_dumps_params={"ensure_ascii": False})


def _moved(request, place, found):
    """The redirect to where the two are now. Raises Problem where one is gone, Http404 where one never was."""
    now = [
        slug if slug in found else getattr(moved_to("actor", slug), "slug", None)
        for slug in (place.first, place.second)
    ]
    if None in now or now[0] == now[1]:
        raise Problem(410)
    return HttpResponsePermanentRedirect(
        request.build_absolute_uri(f"{reverse('api:api-root')}between/{now[0]}/{now[1]}")
    )


def _data(request, pair, when):
    found = ties.ties_between(pair, when.day)
    defended = [owed for _tie, owed in ties.defences(found)]
    _sentence, is_near = ties.summary(pair, found)
    partners = [] if is_near else ties.partners_in_common(pair, when.day)
    carry([*pair, *(each for tie in found for each in tie.through)], when)
    carry([each for one in partners for each in (one.actor, *one.first, *one.second)], when)
    return {
        "on": when.day.isoformat(),
        "first": reference(request, pair[0]),
        "second": reference(request, pair[1]),
        "first_defends": any(owed.forth for owed in defended),
        "second_defends": any(owed.back for owed in defended),
        "ties": [_tie(request, tie) for tie in found],
        "partners_in_common": [
            {
                "actor": reference(request, partner.actor),
                "first_by": [reference(request, entry) for entry in partner.first],
                "second_by": [reference(request, entry) for entry in partner.second],
            }
            for partner in partners
        ],
    }


def _tie(request, tie):
    return {
        "agreement": reference(request, tie.entry),
        "standing": tie.standing,
        "since": tie.since,
        "until": tie.until,
        "obligations": [
            {
                "kind": owed.row.kind,
                "article": owed.row.article,
                "description": owed.row.description,
                "first_owes": owed.forth,
                "second_owes": owed.back,
                "source": source_of(owed.row),
            }
            for owed in tie.owed
        ],
        "through": [reference(request, entry) for entry in tie.through],
    }
