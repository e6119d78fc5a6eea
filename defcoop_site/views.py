"""Public pages that join the rooms: front page, search, what the publication says about itself, and pages for machines."""

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from publishing.lists import address_without_page, paginate
from publishing.public import PublicEntry
from topics.lists import vocabulary, with_topics

from .forms import SearchForm
from .search import search

FEATURED, RECENT, TOPICS = 6, 8, 24


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
    return render(request, "defcoop_site/home.html", context)


@require_safe
def search_results(request):
    form = SearchForm(request.GET)
    chosen = form.chosen()
    page = paginate(search(chosen.get("q", ""), chosen.get("kind", "")).for_list(), form)
    context = {
        "form": form,
        "q": chosen.get("q", ""),
        "page": page,
        "rows": with_topics(page),
        "query": address_without_page(form),
    }
    return render(request, "defcoop_site/search_results.html", context)


@require_safe
def about(request, name="about"):
    return render(request, f"defcoop_site/{name}.html", {"contact": settings.CONTACT_EMAIL})


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        "Disallow: /share/",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def health(request):
    """For the operator: 200 while the database answers."""
    PublicEntry.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


def page_not_found(request, exception=None):
    return render(request, "404.html", status=404)


def permission_denied(request, exception=None):
    return render(request, "403.html", status=403)


def server_error(request):
    return render(request, "500.html", status=500)
