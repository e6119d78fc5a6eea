"""The pictures that stand beside links to pages elsewhere."""

import hashlib

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publishing.cards import card
from publishing.views import kind_of, live_or_moved
from topics.lists import vocabulary


def _answer(request, title, label):
    drawn = card(title, label)
    etag = f'"{hashlib.sha256(drawn).hexdigest()[:24]}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(drawn, content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def site_card(request):
    """Of every page that has no picture of its own."""
    return _answer(request, _("Who is bound to whom, since when, and who says so"), _("A reference"))


@require_safe
def topic_card(request, slug):
    topic = vocabulary().filter(slug=slug).first()
    if topic is None:
        raise Http404(_("There is no such topic."))
    return _answer(request, topic.heading, _("Topic"))


@require_safe
def entry_card(request, section, slug):
    """Of the live page of an entry; an older version has the same."""
    kind = kind_of(section)
    entry, instead = live_or_moved(request, kind, slug, "card")
    return instead or _answer(request, entry.title, capfirst(str(kind.label)))
