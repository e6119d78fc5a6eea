"""Public pages of articles."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.downloads import Download, page_or_file
from publishing.lists import PAGE_SIZE, FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.views import entry_detail, entry_version
from topics.listing import Listing
from topics.lists import TopicFilter, entries_table, live_count, with_topics


class ArticleFilterForm(TopicFilter, FilterForm):
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("by title")), ("revised", _("last revised first"))]
    )


def _listed(request):
    """The template context of the list that a request asks for."""
    form = ArticleFilterForm(request.GET)
    chosen = form.chosen()
    latest = bool(chosen.get("order"))
    if "topic" in chosen:
        page = Listing([chosen["topic"]], narrower=False).page(form.page_number(), PAGE_SIZE, "article", latest)
    else:
        order = ["-revised_at", "sort_key", "pk"] if latest else ["sort_key", "pk"]
        keys = PublicEntry.objects.of_kind("article").order_by(*order).values("pk")
        page = paginate(PublicEntry.objects.for_list().order_by(*order), keys, form, count=live_count("article"))
    return {"page": page, "rows": with_topics(page), "form": form, "query": address_without_page(form)}


@require_safe
def article_list(request, file=""):
    context = _listed(request)
    download = Download(
        "article_list_form",
        lambda: entries_table("Articles", context["rows"]),
        query=context["query"],
        page=context["page"],
    )
    return page_or_file(request, "articles/article_list.html", context, [download], file)


@require_safe
def article_detail(request, slug):
    return entry_detail(request, "article", slug)


@require_safe
def article_version(request, slug, number):
    return entry_version(request, "article", slug, number)
