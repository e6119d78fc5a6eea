"""Public pages of articles."""

from django import forms
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.lists import FilterForm, address_without_page, paginate
from publishing.public import PublicEntry
from publishing.tables import Table, list_readme, table_answer
from publishing.views import entry_detail, entry_version
from topics.lists import TopicFilter, with_topics


class ArticleFilterForm(TopicFilter, FilterForm):
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("by title")), ("revised", _("last revised first"))]
    )


def _listed(request):
    """The template context of the list that a request asks for."""
    form = ArticleFilterForm(request.GET)
    chosen = form.chosen()
    entries = PublicEntry.objects.live().filter(kind="article").for_list()
    entries = form.narrow(entries).order_by(*(["-revised_at", "sort_key"] if chosen.get("order") else ["sort_key"]))
    page = paginate(entries, form)
    return {"page": page, "rows": with_topics(page), "form": form, "query": address_without_page(form)}


@require_safe
def article_list(request):
    return render(request, "articles/article_list.html", _listed(request))


@require_safe
def article_list_form(request, form):
    """The rows of the same page of the list as a file. form: "csv" or "json"."""
    context = _listed(request)
    columns = ["title", "id", "path", "revised", "topics", "summary"]
    rows = [
        [
            entry.title,
            str(entry.pk),
            entry.get_absolute_url(),
            localdate(entry.revised_at).isoformat(),
            "; ".join(topic.name for topic in topics),
            entry.summary,
        ]
        for entry, topics in context["rows"]
    ]
    return table_answer(Table("Articles", columns, rows, list_readme(request, context["page"])), form, "articles")


@require_safe
def article_detail(request, slug):
    return entry_detail(request, "article", slug)


@require_safe
def article_version(request, slug, number):
    return entry_version(request, "article", slug, number)
