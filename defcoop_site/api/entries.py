"""Entries of each kind: their lists, one entry, and its versions."""

from typing import Annotated, Literal

from django.db.models import F
from django.http import JsonResponse
from django.urls import reverse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from actors import terms
from actors.as_of import CARRYING, carry
from actors.lists import STATUSES, count_parties, listed_actors, listed_agreements, with_entries
from actors.public import PublicActor
from defcoop_site.entry_forms import entry_json
from publishing.public import PublicEntry, PublicVersion
from publishing.views import ReadVersion, find_version, kind_of
from topics.lists import carrying, with_topics

from .finding import entry_named, found_or_moved, topic_named
from .items import actor_facts, agreement_facts, entry_address, entry_item
from .paging import answer, page_of
from .parameters import Paging, WithDay, choice, fields_of, only, optional, slug
from .problems import Problem
from .schemas import (
    FOUND,
    LISTED,
    ActorItem,
    ActorPage,
    AgreementItem,
    AgreementPage,
    ArticlePage,
    Document,
    EntryItem,
    VersionPage,
)

router = Router(tags=["Entries"])
LAST_NUMBER = 2**31 - 1  # of versions; a database refuses more

Topic = slug("Those that carry this topic themselves: the last part of its address.", "airlift")


class ArticleList(Paging):
    topic: Topic = None
    fields: fields_of(EntryItem) = None


class ActorList(WithDay, Paging):
    kind: choice(terms.ActorKind, "Those of this kind.") = None
    region: choice(terms.Region, "Those of this region.") = None
    topic: Topic = None
    fields: fields_of(ActorItem) = None


class AgreementList(WithDay, Paging):
    type: choice(terms.AgreementType, "Those of this type.") = None
    status: choice(
        terms.Status, "Those of this status on the day; “not-in-force” is “signed” or “none”.", ["not-in-force"]
    ) = None
    scope: choice(terms.Scope, "Those of this scope.") = None
    decade: optional(
        Annotated[str, Field(pattern="^1[0-9]{2}0$|^20[0-9]0$")],
        "Those dated in the ten years from this one.",
        example="1940",
    ) = None
    party: slug("Those that this actor takes part in: the last part of its address.", "finland") = None
    topic: Topic = None
    fields: fields_of(AgreementItem) = None


class OneEntry(WithDay):
    fields: fields_of(Document) = None


class OneVersion(Schema):
    fields: fields_of(Document) = None


class Place(Schema):
    section: Literal["articles", "actors", "agreements"] = Field(description="Which kind of entry.")
    slug: str = Field(
        description="The last part of the entry’s address.", json_schema_extra={"example": "north-atlantic-treaty"}
    )

    @property
    def kind(self):
        return kind_of(self.section).name


class VersionPlace(Place):
    number: int = Field(ge=1, le=LAST_NUMBER, description="The version’s number, from 1.")


@router.get("/articles", response={200: ArticlePage, **LISTED}, summary="Articles, by title")
def articles(request, parameters: Query[ArticleList]):
    rows = PublicEntry.objects.live().filter(kind="article")
    rows = carrying(rows, topic_named(parameters.topic), "article", "pk")
    rows = rows.only(*PublicEntry.LIST_FIELDS, "sort_key")
    page, cursor = page_of(rows, ("sort_key", "pk"), "articles", parameters)
    items = [only(entry_item(request, *line), parameters.fields) for line in with_topics(page)]
    return answer(request, items, cursor)


@router.get("/actors", response={200: ActorPage, **LISTED}, summary="Actors, by name")
def actors(request, parameters: Query[ActorList]):
    when = parameters.when()
    topic, entries = topic_named(parameters.topic), PublicEntry.objects.of_kind("actor")
    if when.text or parameters.kind or parameters.region or topic:
        rows = carrying(listed_actors(when, kind=parameters.kind, region=parameters.region), topic, "actor")
        entries = entries.filter(pk__in=rows.values("entry"))
    rows = with_entries(PublicActor.objects)
    page, cursor = page_of(rows, ("entry__sort_key", "entry_id"), "actors", parameters, entries)
    carry([row.entry for row in page], when)
    items = _items(request, page, lambda row: actor_facts(row, when), parameters)
    return answer(request, items, cursor, on=when.day.isoformat())


@router.get("/agreements", response={200: AgreementPage, **LISTED}, summary="Agreements, by title")
def agreements(request, parameters: Query[AgreementList]):
    when = parameters.when()
    party = entry_named("actor", parameters.party)
    statuses = STATUSES.get(parameters.status) or ([parameters.status] if parameters.status else ())
    rows = listed_agreements(
        when, type=parameters.type, statuses=statuses, scope=parameters.scope, decade=parameters.decade, party=party
    )
    rows = carrying(with_entries(rows), topic_named(parameters.topic), "agreement")
    page, cursor = page_of(rows, ("sort_key", "entry_id"), "agreements", parameters)
    count_parties(page, when)
    items = _items(request, page, lambda row: agreement_facts(row, when), parameters)
    return answer(request, items, cursor, on=when.day.isoformat())


def _items(request, page, facts, parameters):
    """What a list shows of rows that tell of an entry each. facts(row) -> what is its kind's own. One query."""
    topics = dict(with_topics(row.entry for row in page))
    items = [entry_item(request, row.entry, topics[row.entry]) | facts(row) for row in page]
    return [only(item, parameters.fields) for item in items]


@router.get("/{section}/{slug}", response={200: Document, **FOUND}, summary="One entry, as it is now or was on a day")
def entry(request, place: Path[Place], parameters: Query[OneEntry]):
    kind = place.kind
    live, moved = found_or_moved(kind, place.slug, lambda row: entry_address(request, row))
    if moved:
        return moved
    version = PublicVersion.objects.get(entry_id=live.pk, number=live.version)
    when = parameters.when() if kind in CARRYING else None
    return _document(entry_json(request, ReadVersion(version, live, live), when), parameters)


@router.get(
    "/{section}/{slug}/versions", response={200: VersionPage, **FOUND}, summary="Its versions, the newest first"
)
def versions(request, place: Path[Place], parameters: Query[Paging]):
    live, moved = found_or_moved(place.kind, place.slug, lambda row: entry_address(request, row, "versions"))
    if moved:
        return moved
    rows = PublicVersion.objects.filter(entry_id=live.pk).defer("content").annotate(age=-F("number"))
    page, cursor = page_of(rows, ["age"], f"versions {live.pk}", parameters)
    items = [
        {
            "version": row.number,
            "published": row.published_at.isoformat(),
            "note": row.note,
            "minor": row.is_minor,
            "url": request.build_absolute_uri(reverse(f"{row.kind}_version", args=[row.slug, row.number])),
            "api_url": entry_address(request, live, "versions", row.number),
        }
        for row in page
    ]
    return answer(request, items, cursor)


@router.get(
    "/{section}/{slug}/versions/{number}",
    response={200: Document, **FOUND},
    summary="One version, for ever, whatever the entry is called since",
)
def version(request, place: Path[VersionPlace], parameters: Query[OneVersion]):
    read = find_version(place.kind, place.slug, place.number)
    if read.live is None:
        raise Problem(410)
    return _document(entry_json(request, read), parameters)


def _document(data, parameters):
    return JsonResponse(only(data, parameters.fields), json_dumps_params={"ensure_ascii": False})
