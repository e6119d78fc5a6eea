"""Topics that live entries carry."""

from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from topics.listing import Listing, with_entries
from topics.lists import vocabulary
from topics.vocabulary import Topic, resolve

from .items import page_address, topic_reference
from .paging import answer, page_of
from .parameters import Paging, fields_of, only
from .schemas import FOUND, LISTED, TopicDocument, TopicItem, TopicPage

router = Router(tags=["Topics"])


class TopicList(Paging):
    fields: fields_of(TopicItem) = None


class OneTopic(Schema):
    fields: fields_of(TopicDocument) = None


class TopicPlace(Schema):
    slug: str = Field(
        description="The last part of the topic’s address, or of one of its aliases.",
        json_schema_extra={"example": "airlift"},
    )


def _address(request, topic):
    return request.build_absolute_uri(f"{reverse('api:api-root')}topics/{topic.slug}")


def _item(request, topic):
    return {
        "id": str(topic.pk),
        "name": topic.name,
        "slug": topic.slug,
        "url": page_address(request, topic),
        "api_url": _address(request, topic),
        "description": topic.description,
        "broader": topic_reference(request, topic.broader) if topic.broader else None,
        "entries": topic.entries,
    }


@router.get("/topics", response={200: TopicPage, **LISTED}, summary="Topics, by name")
def topics(request, parameters: Query[TopicList]):
    rows = vocabulary().select_related("broader")
    page, cursor = page_of(rows, ["normalised"], "topics", parameters)
    return answer(request, [only(_item(request, topic), parameters.fields) for topic in page], cursor)


@router.get("/topics/{slug}", response={200: TopicDocument, **FOUND}, summary="One topic, with those around it")
def topic(request, place: Path[TopicPlace], parameters: Query[OneTopic]):
    slug = place.slug.lower()
    found = resolve([slug], with_entries(Topic.objects.all())).get(slug)
    if found is None or not found.entries:
        raise Http404
    if found.slug != place.slug:
        return HttpResponsePermanentRedirect(_address(request, found))
    below = vocabulary().filter(broader=found)
    data = {
        **_item(request, found),
        "aliases": list(found.aliases.values_list("name", flat=True)),
        "narrower": [topic_reference(request, each) for each in below],
        "kinds": Listing([found]).counts,
    }
    return JsonResponse(only(data, parameters.fields), json_dumps_params={"ensure_ascii": False})
