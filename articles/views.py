"""Public pages of articles."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.downloads import Download, page_or_file
from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter, entries_table, with_topics


class ArticleFilterForm(TopicFilter, FilterForm):
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("by title")), ("revised", _("last revised first"))]
    )


def _listed(request):
    """The template context of the list that a request asks for."""
    form = ArticleFilterForm(request.GET)
    chosen = form.chosen()
    # Those withdrawn are few and have an index: then all are counted, and those of the pages before passed over, in the index of titles alone.
    entries = PublicEntry.objects.filter(kind="article").exclude(pk__in=PublicEntry.objects.withdrawn())
    order = ["-revised_at", "sort_key", "pk"] if chosen.get("order") else ["sort_key", "pk"]
    page = paginate(form.narrow(entries, "article", "pk").order_by(*order), form)
    page.object_list = PublicEntry.objects.filter(pk__in=page.object_list.values("pk")).for_list().order_by(*order)
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
