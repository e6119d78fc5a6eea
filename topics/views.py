"""Public pages of topics."""

from itertools import groupby

from django import forms
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.downloads import Download, page_or_file
from publishing.lists import PAGE_SIZE, FilterForm, address_without_page
from publishing.names import normalise

from .feeds import TopicFeed
from .listing import Listing, with_entries
from .lists import alphabet, entries_table, topics_table, vocabulary, with_topics
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
def topic_list(request, file=""):
    """All topics that lead somewhere, as a tree or by name. Aliases stand in the alphabet and lead to their topics."""
    form = TopicIndexForm(request.GET)
    chosen = form.chosen()
    if chosen:
        lines = alphabet(chosen.get("q", ""))
        letters = [(letter, list(group)) for letter, group in groupby(lines, key=lambda line: line.plain[:1].upper())]
        context = {"letters": letters, "q": chosen.get("q", ""), "form": form}
        shown, template = [(line.name, line.topic) for line in lines], "topics/topic_index.html"
    else:
        tree = _tree(list(vocabulary()))
        context = {"tree": tree, "form": form}
        shown, template = list(_lines(tree)), "topics/topic_list.html"
    download = Download("topic_list_form", lambda: topics_table(shown), query=address_without_page(form))
    return page_or_file(request, template, context, [download], file)


def _tree(topics):
    """[(topic, its tree)]. A topic above one with live entries has those too, so no branch is broken."""
    below = {}
    for topic in topics:
        below.setdefault(topic.broader_id, []).append(topic)

    def branch(parent):
        return [(topic, branch(topic.pk)) for topic in below.get(parent, [])]

    return branch(None)


def _lines(tree):
    """[(name, topic)] of a tree in its order."""
    for topic, below in tree:
        yield topic.heading, topic
        yield from _lines(below)


def _as_address(part):
    """What a reader typed for a topic, as an address is written: “Nató” as “nato”."""
    return part.lower() if part.isascii() and " " not in part else slugify(normalise(part))


def _topics(slugs):
    """The topics that an address names, by address or alias, each once, in order. Raises Http404 for an unknown one, and for too many."""
    parts = [_as_address(part) for part in slugs.split("+") if part]
    if not parts or len(set(parts)) > MOST_TOGETHER:
        raise Http404(_("Put one to five topics together."))
    found = resolve(parts, with_entries(Topic.objects.all()))
    if any(part not in found for part in parts):
        raise Http404(_("There is no such topic."))
    return sorted({found[part].pk: found[part] for part in parts}.values(), key=lambda topic: topic.slug)


def _elsewhere(request, canonical):
    """A redirect to the one address of this page or file, with its filters; None if this is it."""
    if request.path == canonical:
        return None
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{canonical}?{query}" if query else canonical)
    # Browsers keep a permanent redirect for ever; but a merge can be undone and an alias can become a topic.
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def topic_detail(request, slugs, file=""):
    """What carries one topic, or all of several. Several have one address: in order, each once."""
    topics = _topics(slugs)
    joined = "+".join(topic.slug for topic in topics)
    canonical = reverse("topic_detail", args=[joined])
    elsewhere = _elsewhere(request, reverse("topic_detail_form", args=[joined, file]) if file else canonical)
    if elsewhere:
        return elsewhere
    form = TopicPageForm(request.GET)
    chosen = form.chosen()
    narrower = not chosen.get("narrower")
    listing = Listing(topics, narrower)
    # By kind first: each kind has its heading.
    page = listing.page(form.page_number(), PAGE_SIZE, chosen.get("kind", ""), latest=bool(chosen.get("order")))
    counts, rows = listing.counts, with_topics(page)
    context = {
        "topics": topics,
        "topic": topics[0] if len(topics) == 1 else None,
        "canonical": canonical,
        "is_indexed": bool(counts) and not chosen and len(topics) <= MOST_INDEXED,
        "page": page,
        "rows": rows,
        "counts": counts,
        "total": sum(counts.values()),
        "form": form,
        "narrower_left_out": not narrower,
        "query": address_without_page(form),
        "around": listing.around(OFTEN_TOGETHER),
        "may_narrow": len(topics) < MOST_TOGETHER,
    }
    title = " + ".join(topic.heading for topic in topics)
    download = Download(
        "topic_detail_form", lambda: entries_table(title, rows), (joined,), query=context["query"], page=page
    )
    return page_or_file(request, "topics/topic_detail.html", context, [download], file)


@require_safe
def topic_feed(request, slugs):
    """The Atom feed of one topic, with its narrower ones."""
    topics = _topics(slugs)
    if len(topics) > 1:
        raise Http404(_("A feed follows one topic."))
    return _elsewhere(request, reverse("topic_feed", args=[topics[0].slug])) or TopicFeed()(request, topic=topics[0])
