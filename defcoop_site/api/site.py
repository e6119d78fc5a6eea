"""The API as a whole: its addresses, and the OpenAPI document that describes them."""

from functools import cache

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import ValidationError

from . import between, entries, participations, search, statements, topics
from .problems import MEDIA_TYPE, Problem, on_invalid, on_not_found, on_problem

DESCRIPTION = """\
Everything that readers see of an open reference publication on international defence cooperation: articles, actors, agreements, topics, and who
takes part in what, since when, on any day. Read-only; no key is needed.

- Dates are EDTF level 0 texts: a year stays a year, “unknown” is unknown, and what did not happen is empty.
- Lists come in pages: follow `next`, or the `Link` header, until it is null.
- `fields` asks for less; `on` for what was the case on a day.
- Every answer has an `ETag`; sent back in `If-None-Match` it is answered with 304 while nothing has changed.
- What goes wrong is told as problem details (RFC 9457), in `application/problem+json`.
- A renamed entry redirects to its new address; one that is gone answers 410.
- Each visitor may ask so often in a minute; `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` say how it stands, and 429 comes with `Retry-After`.
"""


def make_api():
    made = NinjaAPI(
        title="International defence cooperation",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
    )
    # Before the entries, whose addresses begin with any word.
    for module in (topics, participations, statements, between, search, entries):
        made.add_router("", module.router)
    made.add_exception_handler(ValidationError, on_invalid)
    made.add_exception_handler(Problem, on_problem)
    made.add_exception_handler(Http404, on_not_found)
    return made


api = make_api()


@cache
def openapi():
    """The OpenAPI 3.1 document, as JSON."""
    document = dict(api.get_openapi_schema())
    for path in document["paths"].values():
        for operation in path.values():
            operation["operationId"] = operation["operationId"].rpartition("_")[2]
            operation["responses"] = {
                str(status): _described(status, each) for status, each in operation["responses"].items()
            }
    return document


def _described(status, response):
    """A response of ninja’s document with the media type that it has here."""
    if int(status) < 400:
        return response
    (content,) = response["content"].values()
    return {**response, "content": {MEDIA_TYPE: content}}
