"""Public pages of topics."""

from itertools import groupby

from django import forms
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.lists import PAGE_SIZE, FilterForm, address_without_page

from .feeds import TopicFeed
from .listing import Listing, with_entries
from .lists import alphabet, vocabulary, with_topics
from .vocabulary import Topic, resolve

MOST_TOGETHER = 5
OFTEN_TOGETHER = 12
MOST_INDEXED = 2  # of more topics together there is no end: search engines are asked to stay away


class TopicPageForm(FilterForm):
    kind = forms.CharField(label=gettext_lazy("Kind"), required=False, max_length=20)
    narrower = forms.ChoiceField(
        label=gettext_lazy("Narrower topics"),
        required=False,
        choices=[("", gettext_lazy("with narrower topics")), ("no", gettext_lazy("without narrower topics"))],
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[("", gettext_lazy("by title")), ("revised", gettext_lazy("last revised first"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = kinds.every()

    def clean_kind(self):
        return self.cleaned_data["kind"] if self.cleaned_data["kind"] in {kind.name for kind in self.kinds} else ""


class TopicIndexForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)
    order = forms.ChoiceField(
        required=False, choices=[("", gettext_lazy("as a tree")), ("name", gettext_lazy("A to Z"))]
    )


@require_safe
def topic_list(request):
    """All topics that lead somewhere, as a tree or by name. Aliases stand in the alphabet and lead to their topics."""
    form = TopicIndexForm(request.GET)
    chosen = form.chosen()
    if chosen:
        lines = alphabet(chosen.get("q", ""))
        letters = [(letter, list(group)) for letter, group in groupby(lines, key=lambda line: line.plain[:1].upper())]
        return render(request, "topics/topic_index.html", {"letters": letters, "q": chosen.get("q", ""), "form": form})
    below = {}
    for topic in vocabulary():
        below.setdefault(topic.broader_id, []).append(topic)
    return render(request, "topics/topic_list.html", {"tree": _tree(below, None), "form": form})


def _tree(below, parent):
    """[(topic, its tree)]. A topic above one with live entries has those too, so no branch is broken."""
    return [(topic, _tree(below, topic.pk)) for topic in below.get(parent, [])]


def _topics(slugs):
    """The topics that an address names, by address or alias, each once, in order. Raises Http404 for an unknown one, and for too many."""
    parts = [part.lower() for part in slugs.split("+") if part]
    if not parts or len(set(parts)) > MOST_TOGETHER:
        raise Http404(_("Put one to five topics together."))
    found = resolve(parts, with_entries(Topic.objects.all()))
    if any(part not in found for part in parts):
        raise Http404(_("There is no such topic."))
    return sorted({found[part].pk: found[part] for part in parts}.values(), key=lambda topic: topic.slug)


def _elsewhere(request, canonical):
    """A redirect to the one address of this page, with its filters; None if this is it."""
    if request.path == canonical:
        return None
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{canonical}?{query}" if query else canonical)
    # Browsers keep a permanent redirect for ever; but a merge can be undone and an alias can become a topic.
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def topic_detail(request, slugs):
    """What carries one topic, or all of several. Several have one address: in order, each once."""
    topics = _topics(slugs)
    canonical = reverse("topic_detail", args=["+".join(topic.slug for topic in topics)])
    elsewhere = _elsewhere(request, canonical)
    if elsewhere:
        return elsewhere
    form = TopicPageForm(request.GET)
    chosen = form.chosen()
    narrower = not chosen.get("narrower")
    listing = Listing(topics, narrower)
    # By kind first: each kind has its heading.
    page = listing.page(form.page_number(), PAGE_SIZE, chosen.get("kind", ""), latest=bool(chosen.get("order")))
    counts = listing.counts
    context = {
        "topics": topics,
        "topic": topics[0] if len(topics) == 1 else None,
        "canonical": canonical,
        "is_indexed": bool(counts) and not chosen and len(topics) <= MOST_INDEXED,
        "page": page,
        "rows": with_topics(page),
        "counts": counts,
        "total": sum(counts.values()),
        "form": form,
        "narrower_left_out": not narrower,
        "query": address_without_page(form),
        "around": listing.around(OFTEN_TOGETHER),
        "may_narrow": len(topics) < MOST_TOGETHER,
    }
    return render(request, "topics/topic_detail.html", context)


@require_safe
def topic_feed(request, slugs):
    """The Atom feed of one topic, with its narrower ones."""
    topics = _topics(slugs)
    if len(topics) > 1:
        raise Http404(_("A feed follows one topic."))
    return _elsewhere(request, reverse("topic_feed", args=[topics[0].slug])) or TopicFeed()(request, topic=topics[0])
