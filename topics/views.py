"""Public pages of topics."""

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.lists import PAGE_SIZE, FilterForm, address_without_page

from .listing import Listing, with_entries
from .lists import with_topics
from .vocabulary import Topic, TopicAlias

MOST_TOGETHER = 5
OFTEN_TOGETHER = 12


class KindFilterForm(FilterForm):
    kind = forms.CharField(label=gettext_lazy("Kind"), required=False, max_length=20)

    def clean_kind(self):
        return self.cleaned_data["kind"] if self.cleaned_data["kind"] in {kind.name for kind in kinds.every()} else ""


def counted_topics():
    """All topics by name, with `entries`, the number of live entries that carry each."""
    return with_entries(Topic.objects.order_by("normalised"))


@require_safe
def topic_list(request):
    """All topics as a tree; one without live entries shows only where a narrower one has some."""
    below = {}
    for topic in counted_topics():
        below.setdefault(topic.broader_id, []).append(topic)
    return render(request, "topics/topic_list.html", {"tree": _tree(below, None)})


def _tree(below, parent):
    """[(topic, its tree)] of the branches that have live entries."""
    branches = [(topic, _tree(below, topic.pk)) for topic in below.get(parent, [])]
    return [(topic, narrower) for topic, narrower in branches if topic.entries or narrower]


def _resolve(slugs):
    """The topics that the parts of an address name, by address or alias, each once, in order. Raises Http404 for an unknown one."""
    topics = with_entries(Topic.objects.select_related("broader"))
    found = {topic.slug: topic for topic in topics.filter(slug__in=slugs)}
    if len(found) < len(set(slugs)):
        aliases = dict(TopicAlias.objects.filter(slug__in=slugs).values_list("slug", "topic"))
        meant = topics.in_bulk(set(aliases.values()))
        found = {slug: meant[key] for slug, key in aliases.items()} | found
    if any(slug not in found for slug in slugs):
        raise Http404(_("There is no such topic."))
    return sorted({found[slug].pk: found[slug] for slug in slugs}.values(), key=lambda topic: topic.slug)


@require_safe
def topic_detail(request, slugs):
    """What carries one topic, or all of several. Several have one address: in order, each once."""
    parts = [part.lower() for part in slugs.split("+") if part]
    if not parts or len(set(parts)) > MOST_TOGETHER:
        raise Http404(_("Put one to five topics together."))
    topics = _resolve(parts)
    canonical = reverse("topic_detail", args=["+".join(topic.slug for topic in topics)])
    if request.path != canonical:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{canonical}?{query}" if query else canonical)
    form = KindFilterForm(request.GET)
    listing = Listing(topics)
    page = listing.page(form.page_number(), PAGE_SIZE, form.chosen().get("kind", ""))
    context = {
        "topics": topics,
        "topic": topics[0] if len(topics) == 1 else None,
        "page": page,
        "rows": with_topics(page),
        "form": form,
        "query": address_without_page(form),
        **_around(listing),
    }
    return render(request, "topics/topic_detail.html", context)


def _around(listing):
    """The topics that go with these: narrower ones, and those that the same entries carry, with counts."""
    keys = {topic.pk for topic in listing.topics}
    together = listing.together(OFTEN_TOGETHER)
    related = list(counted_topics().filter(Q(pk__in=together) | Q(broader__in=keys)))
    for topic in related:
        topic.together = together.get(topic.pk, 0)
        topic.combined = "+".join(sorted([topic.slug, *(chosen.slug for chosen in listing.topics)]))
    return {
        "narrower": [topic for topic in related if topic.broader_id in keys and topic.entries],
        "often_together": sorted((topic for topic in related if topic.together), key=lambda topic: -topic.together),
    }
