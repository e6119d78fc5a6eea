"""Public pages of articles."""

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter, with_topics


class ArticleFilterForm(TopicFilter, FilterForm):
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("by title")), ("revised", _("last revised first"))]
    )


@require_safe
def article_list(request):
    form = ArticleFilterForm(request.GET)
    chosen = form.chosen()
    entries = PublicEntry.objects.live().filter(kind="article").for_list()
    entries = form.narrow(entries).order_by(*(["-revised_at", "sort_key"] if chosen.get("order") else ["sort_key"]))
    page = paginate(entries, form)
    return render(
        request,
        "articles/article_list.html",
        {"page": page, "rows": with_topics(page), "form": form, "query": address_without_page(form)},
    )


@require_safe
def article_detail(request, slug):
    return entry_detail(request, "article", slug)


@require_safe
def article_version(request, slug, number):
    return entry_version(request, "article", slug, number)
