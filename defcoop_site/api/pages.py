"""The API’s human page, its OpenAPI document, and what stands at its root."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actors.public import PublicAgreement, PublicParticipation
from publishing.metadata import PUBLICATION

from .parameters import MOST
from .site import openapi

DAY = "1990-10-03"


@require_safe
def api_page(request):
    root = request.build_absolute_uri(reverse("api:api-root"))
    context = {
        "root": root,
        "examples": [(words, root + address) for words, address in _examples()],
        "operations": [
            (path, operation["get"]["summary"], [each["name"] for each in operation["get"]["parameters"]])
            for path, operation in openapi()["paths"].items()
        ],
        "per_minute": settings.API_REQUESTS_PER_MINUTE,
        "most": MOST,
    }
    return render(request, "defcoop_site/api.html", context)


def _examples():
    """[(what it asks for, address below the root)]. Two queries: for an agreement with many parties, and two of these."""
    yield (
        _("Alliances that were in force on the day of German unity"),
        f"agreements?{urlencode({'type': 'alliance', 'status': 'in-force', 'on': DAY})}",
    )
    yield (
        _("States of Europe, their names and codes alone"),
        f"actors?{urlencode({'kind': 'state', 'region': 'europe', 'fields': 'title,iso3,api_url'}, safe=',')}",
    )
    yield _("Entries about mutual defence, the best first"), f"search?{urlencode({'q': 'mutual defence', 'limit': 10})}"
    yield _("All topics"), "topics"
    pact = PublicAgreement.objects.live().select_related("entry")
    pact = pact.only("entry__slug", "entry__title").order_by("-party_count", "entry__sort_key").first()
    if pact is None:
        return
    slug, names = pact.entry.slug, {"title": pact.entry.title}
    yield _("%(title)s, whole") % names, f"agreements/{slug}"
    yield _("Its published versions"), f"agreements/{slug}/versions"
    yield _("Who was bound by it on a day"), f"participations?{urlencode({'agreement': slug, 'on': DAY})}"
    parties = PublicParticipation.objects.filter(entry=pact.entry_id, actor__withdrawn=False).as_party()
    pair = list(dict.fromkeys(parties.order_by("position", "pk").values_list("actor__slug", flat=True)[:10]))[:2]
    if len(pair) == 2:
        yield _("What binds two of its parties"), f"between/{pair[0]}/{pair[1]}"


@require_safe
def openapi_document(request):
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
def index(request):
    """What there is, for whoever begins at the root."""
    root = request.build_absolute_uri(reverse("api:api-root"))
    lists = [path for path in openapi()["paths"] if "{" not in path]
    return JsonResponse(
        {
            "publication": PUBLICATION,
            "licence": settings.CONTENT_LICENCE,
            "documentation": request.build_absolute_uri(reverse("api")),
            "openapi": request.build_absolute_uri(reverse("openapi")),
            "lists": {path.rpartition("/")[2]: root + path.rpartition("/")[2] for path in lists},
        },
        json_dumps_params={"ensure_ascii": False},
    )
