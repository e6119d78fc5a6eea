"""A page that offers what it shows as files: one view answers the page and the file, so that both have the same rows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify

from .negotiation import FORMS, TABLE_FORMS, wanted_form
from .tables import list_readme, page_readme, table_answer


@dataclass(frozen=True)
class Download:
    """Rows of a page as files. route: the name of the files' address; table() -> Table of the rows that the page shows; arguments: what stands in
    the address before the form; query: the page's filters, as its own address has them; page: the Page of a list that the rows are."""

    route: str
    table: Callable
    arguments: tuple = ()
    query: str = ""
    page: object = None

    def address(self, form):
        query = "&".join(part for part in (self.query, f"page={self.page.number}" if self.page else "") if part)
        return reverse(self.route, args=[*self.arguments, form]) + (f"?{query}" if query else "")

    @property
    def files(self):
        """[(form, media type, address)]"""
        return [(form, FORMS[form], self.address(form)) for form in TABLE_FORMS]


def page_or_file(request, template, context, downloads, file="", which=0, status=200):
    """The answer of a view whose page shows the rows of `downloads`. file: the form that its address asks for, "" for the page; which: of the downloads."""
    if file:
        return _file(request, context, downloads[which], file, status)
    form = wanted_form(request.headers.get("Accept", ""))
    if form in TABLE_FORMS:
        response = HttpResponseRedirect(downloads[0].address(form))
        response.status_code = 303  # as for an entry: one address for each form
    else:
        shown = {"downloads": downloads, "own_address": own_address(request, downloads[0])}
        response = render(request, template, {**context, **shown}, status=status)
    patch_vary_headers(response, ["Accept"])
    return response


def own_address(request, download):
    """The one address of a page with its filters, whatever else and in whatever order the reader's address says."""
    number = download.page.number if download.page else 1
    query = "&".join(part for part in (download.query, f"page={number}" if number > 1 else "") if part)
    return f"{request.scheme}://{request.get_host()}{request.path}" + (f"?{query}" if query else "")


def _file(request, context, download, form, status):
    table, day = download.table(), context["as_of"].day.isoformat() if "as_of" in context else ""
    lines = list_readme(request, download.page, day) if download.page else page_readme(request, day)
    table.readme.extend(lines)
    name = slugify(request.path.rpartition(".")[0].replace("/", "-"))
    response = table_answer(table, form, name)
    response.status_code = status
    return response
