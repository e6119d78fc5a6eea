"""Search, as its page does it."""

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from defcoop_site.facets import facets
from defcoop_site.forms import LONGEST_QUERY
from defcoop_site.questions import Question
from defcoop_site.search import kind_counts, rows_of, search, suggestion

from .finding import entry_named, topic_named
from .items import entry_line
from .paging import answer, from_cursor, to_cursor
from .parameters import Paging, optional, slug
from .schemas import LISTED, FoundPage

router = Router(tags=["Search"])


class SearchQuery(Paging):
    q: Annotated[
        str,
        Field(
            max_length=LONGEST_QUERY,
            description="Words that must all occur. Quotes keep words together, an asterisk ends the beginning of a word.",
            json_schema_extra={"example": "collective defence", "pattern": "^[^\\u0000\\ufffd]*$"},
        ),
    ]
    kind: optional(Literal["article", "actor", "agreement"], "Only entries of this kind.") = None
    topic: slug("Only entries that carry this topic, or one below it.", "airlift") = None
    actor: slug("Only entries that name this actor or are bound to it: the last part of its address.", "finland") = None
    period: optional(
        Annotated[str, Field(pattern="^1[0-9]{2}0$|^20[0-9]0$")],
        "Only agreements dated in the ten years from this one.",
        example="1940",
    ) = None


@router.get("/search", response={200: FoundPage, **LISTED}, summary="Entries found by words, the best first")
def find(request, parameters: Query[SearchQuery]):
    question = Question(parameters.q)
    topic = topic_named(parameters.topic)
    actor = entry_named("actor", parameters.actor)
    narrowed = {
        "topic": topic.slug if topic else "",
        "actor": actor.slug if actor else "",
        "period": parameters.period or "",
    }
    found = search(question, parameters.kind or "", **narrowed)
    (begin,) = from_cursor("search", parameters.cursor) or [0]
    end = begin + parameters.limit
    rows = rows_of(found.keys[begin:end], question)
    around = facets(found.keys, found.keys[begin:end])
    return answer(
        request,
        [_item(request, *row) for row in rows],
        to_cursor("search", [end]) if end < len(found.keys) else None,
        total=len(found.keys),
        is_more=found.is_more,
        counts={
            "kind": [_count(kind.name, kind.plural, entries) for kind, entries in kind_counts(found)],
            "topic": [_count(each.value, each.label, each.entries) for each in around.topics],
            "actor": [_count(each.value, each.label, each.entries) for each in around.actors],
            "period": [_count(each.value, each.label, each.entries) for each in around.periods],
        },
        suggestion="" if found.keys else suggestion(question),
        hint="" if question.terms else _("There was no letter or digit to search for."),
    )


def _count(value, label, entries):
    return {"value": value, "label": str(label), "entries": entries}


def _item(request, entry, title, summary, excerpt):
    return {**entry_line(request, entry), "excerpt": "".join(piece for piece, _is_meant in excerpt)}
