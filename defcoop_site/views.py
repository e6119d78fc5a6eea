"""Public pages that join the rooms: front page, search, what the publication says about itself, and pages for machines."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.downloads import Download, page_or_file
from publishing.limits import Limit
from publishing.lists import PAGE_SIZE, address_without_page
from publishing.metadata import script_text, website
from publishing.public import PublicEntry
from topics.lists import entries_table, vocabulary

from .facets import Facet, facets
from .forms import LONGEST_QUERY, SearchForm
from .questions import Question
from .search import kind_counts, offers, rows_of, search, suggestion, topics_called

FEATURED, RECENT, TOPICS = 6, 8, 24
SECURITY_VALID = timedelta(days=180)  # less than a year, as RFC 9116 asks; who reads it later asks again


@require_safe
def home(request):
    live = PublicEntry.objects.live()
    context = {
        # Backwards by the kind's name: articles, agreements, actors.
        "featured": live.filter(featured=True).for_list().order_by("-kind", "sort_key")[:FEATURED],
        "recent": live.for_list().order_by("-revised_at", "sort_key")[:RECENT],
        "counts": dict(live.order_by().values_list("kind").annotate(n=Count("pk"))),
        "topics": vocabulary().order_by("-entries", "normalised")[:TOPICS],
    }
    context["json_ld"] = script_text(website(request))
    return render(request, "defcoop_site/home.html", context)


@require_safe
def search_results(request, file=""):
    if refused := too_many(request, "search", settings.SEARCHES_PER_MINUTE):
        return refused
    form = SearchForm(request.GET)
    chosen = form.chosen()
    question = Question(chosen.get("q", ""))
    narrowed = {name: chosen.get(name, "") for name in ("kind", "topic", "actor", "period")}
    found = search(question, **narrowed)
    page = Paginator(found.keys, PAGE_SIZE).get_page(form.page_number())
    entries = rows_of(page.object_list, question)
    around = facets(found.keys, page.object_list)
    listed = [(row[0], around.carried[row[0].pk]) for row in entries]
    context = {
        "form": form,
        "q": chosen.get("q", ""),
        "question": question,
        "found": found,
        "page": page,
        "rows": [(*row, around.carried[row[0].pk]) for row in entries],
        "narrowing": _narrowing(found, around, narrowed, chosen.get("q", "")),
        "topics_called": topics_called(question),
        "suggestion": "" if found.keys else suggestion(question),
        "query": address_without_page(form),
    }
    title = f"Search: {context['q']}"
    download = Download("search_form", lambda: entries_table(title, listed), query=context["query"], page=page)
    return page_or_file(request, "defcoop_site/search_results.html", context, [download], file)


def _narrowing(found, around, narrowed, q):
    """[(heading, word for all, [(label, how many, address, whether it is chosen, whether it is interface)])] of what can be narrowed by."""
    kinds_found = [Facet(kind.name, capfirst(kind.plural), entries) for kind, entries in kind_counts(found)]
    periods = [Facet(each.value, gettext("%(year)ss") % {"year": each.value}, each.entries) for each in around.periods]
    topics = [Facet(each.value, capfirst(each.label), each.entries) for each in around.topics]
    ways = (
        ("kind", gettext("Narrow by kind"), gettext("All"), kinds_found),
        ("topic", gettext("Narrow by topic"), gettext("All topics"), topics),
        ("actor", gettext("Narrow by actor"), gettext("All actors"), around.actors),
        ("period", gettext("Narrow agreements by date"), gettext("Any date"), periods),
    )

    def address(name, value):
        chosen = {"q": q, **narrowed, name: value}
        return "?" + urlencode({each: text for each, text in chosen.items() if text})

    return [
        {
            "name": name,
            "heading": heading,
            "all": (every, address(name, "")),
            "chosen": narrowed[name],
            "lines": [(each, address(name, each.value)) for each in shown],
        }
        for name, heading, every, shown in ways
        if shown or narrowed[name]
    ]


@require_safe
def search_names(request):
    """JSON {"results": [{"label", "detail", "address"}]}: what the letters typed so far may become."""
    if refused := too_many(request, "search-names", 10 * settings.SEARCHES_PER_MINUTE):
        return refused
    called = offers(request.GET.get("q", "")[:LONGEST_QUERY])
    results = [
        {"label": label, "detail": _detail(label, kind, target), "address": target.get_absolute_url()}
        for label, kind, target in called
    ]
    return JsonResponse({"results": results})


def _detail(label, kind, target):
    if kind == "topic":
        return gettext("Topic")
    words = str(kinds.get(kind).label)
    return words if label == target.title else f"{words}: {target.title}"


@require_safe
def opensearch(request):
    """By which a browser offers the site's search (OpenSearch 1.1)."""
    context = {"search": request.build_absolute_uri(reverse("search"))}
    return render(request, "defcoop_site/opensearch.xml", context, content_type="application/opensearchdescription+xml")


@require_safe
def about(request, name="about"):
    return render(request, f"defcoop_site/{name}.html", {"contact": settings.CONTACT_EMAIL})


@require_safe
def robots(request):
    searches = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            searches.append(f"Disallow: {reverse('search').rstrip('/')}")
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        *searches,
        "Disallow: /share/",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def security(request):
    """Whom to tell of a weakness (RFC 9116); not there where no contact is set."""
    contact = settings.SECURITY_CONTACT or settings.CONTACT_EMAIL
    if not contact:
        raise Http404(gettext("No contact is set."))
    expires = timezone.localdate() + SECURITY_VALID
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {request.build_absolute_uri(reverse('security'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def health(request):
    """For the operator: 200 while the database answers."""
    PublicEntry.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def bad_request(request, exception=None):
    if isinstance(exception, DisallowedHost):  # the page itself would name the host
        said = gettext("This site does not answer under this name.")
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    return render(request, "400.html", status=400)


def page_not_found(request, exception=None):
    return render(request, "404.html", status=404)


def too_many(request, name, per_minute):
    """The answer to a visitor who does a thing more often than so many times a minute; None for everybody else."""
    if not per_minute:
        return None
    taken = Limit(name, per_minute, 60).take(request)
    if taken.allowed:
        return None
    response = render(request, "429.html", {"seconds": taken.reset}, status=429)
    for header, value in {**taken.headers, "Cache-Control": "no-store"}.items():
        response.headers[header] = value
    return response


def too_many_requests(request):
    """What allauth answers with."""
    return render(request, "429.html", status=429)


def permission_denied(request, exception=None):
    return render(request, "403.html", status=403)
