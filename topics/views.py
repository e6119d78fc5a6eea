"""Public pages of topics."""

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry

from .lists import with_topics
from .public import PublicTagging
from .vocabulary import Topic, resolve

MOST_TOGETHER = 5
OFTEN_TOGETHER = 12


class KindFilterForm(FilterForm):
    kind = forms.CharField(label=gettext_lazy("Kind"), required=False, max_length=20)

    def clean_kind(self):
        return self.cleaned_data["kind"] if self.cleaned_data["kind"] in {kind.name for kind in kinds.every()} else ""


def counted_topics():
    """Topics that live entries carry, with `entries`, the number of them."""
    live = Q(public_taggings__entry__withdrawn=False)
    return Topic.objects.annotate(entries=Count("public_taggings", filter=live)).order_by("normalised")


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
    found = resolve(slugs)
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
    entries = PublicEntry.objects.live()
    for topic in topics:
        entries = entries.filter(pk__in=PublicTagging.objects.filter(topic=topic).values("entry"))
    if form.chosen().get("kind"):
        entries = entries.filter(kind=form.chosen()["kind"])
    page = paginate(entries.for_list().order_by("kind", "sort_key", "pk"), form)
    context = {
        "topics": topics,
        "topic": topics[0] if len(topics) == 1 else None,
        "page": page,
        "rows": with_topics(page),
        "form": form,
        "query": address_without_page(form),
        **_around(topics),
    }
    return render(request, "topics/topic_detail.html", context)


def _around(topics):
    """The topics that go with these: narrower ones, and those that the same entries carry, with counts."""
    keys = [topic.pk for topic in topics]
    carriers = (
        PublicTagging.objects.filter(topic__in=keys, entry__withdrawn=False)
        .values("entry")
        .annotate(n=Count("pk"))
        .filter(n=len(keys))
    )
    shared = PublicTagging.objects.filter(entry__in=carriers.values("entry")).exclude(topic__in=keys)
    together = dict(shared.values_list("topic").annotate(n=Count("pk")))
    related = list(counted_topics().filter(Q(pk__in=together) | Q(broader__in=keys)))
    for topic in related:
        topic.together = together.get(topic.pk, 0)
        topic.combined = "+".join(sorted([topic.slug, *(chosen.slug for chosen in topics)]))
    often = sorted(
        (topic for topic in related if topic.together), key=lambda topic: (-topic.together, topic.normalised)
    )
    return {
        "narrower": [topic for topic in related if topic.broader_id in keys and topic.entries],
        "often_together": often[:OFTEN_TOGETHER],
    }
