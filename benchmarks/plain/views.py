"""Pages of the plain site."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from taggit.models import Tag

from .models import Article

PAGE_SIZE = 50


def article(request, slug):
    found = get_object_or_404(Article.objects.prefetch_related("sections", "tags"), slug=slug)
    return render(request, "plain_article.html", {"article": found, "see_also": found.tags.similar_objects()[:5]})


def article_list(request):
    page = Paginator(Article.objects.prefetch_related("tags"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "plain_list.html", {"title": "Articles", "page": page})


def tag(request, slug):
    found = get_object_or_404(Tag, slug=slug)
    tagged = Article.objects.filter(tags=found).prefetch_related("tags")
    page = Paginator(tagged, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "plain_list.html", {"title": found.name, "page": page})


def search(request):
    words = request.GET.get("q", "").split()
    found = Article.objects.prefetch_related("tags")
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(summary__icontains=word)
            | Q(introduction__icontains=word)
            | Q(sections__body__icontains=word)
        )
    page = Paginator(found.distinct(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "plain_list.html", {"title": "Search", "page": page})
