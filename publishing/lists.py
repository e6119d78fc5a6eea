"""What all public lists share: checked filters and pages."""

from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator

PAGE_SIZE = 30


class FilterForm(forms.Form):
    """Filters in the address. A value that means nothing is left out rather than refused, so that every address answers."""

    page = forms.IntegerField(min_value=1, max_value=100_000, required=False, widget=forms.HiddenInput)

    def chosen(self):
        """{field: cleaned value} of the filters that are set and make sense, the page number aside."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "") and name != "page"}

    def page_number(self):
        self.is_valid()
        return self.cleaned_data.get("page") or 1


class NearerEnd(Paginator):
    """A Paginator of keys that reads a page of the second half from the end, backwards: none passes over more than half of them.

    count: how many there are, where that is kept.
    """

    def __init__(self, keys, per_page, count=None):
        super().__init__(keys, per_page)
        if count is not None:
            self.count = count

    def page(self, number):
        page = super().page(number)
        first, behind = page.start_index() - 1, self.count - page.end_index()
        if behind < first:
            page.object_list = self.object_list.reverse()[behind : self.count - first]
        return page


def paginate(rows, keys, form, by="pk", count=None):
    """The asked-for Page of rows in their order; past the end, the last one. Two queries, one where the count is kept.

    keys: a queryset of the keys alone in the same order, so that an index answers which stand on the page; by: the column of the rows that they name.
    """
    page = NearerEnd(keys, PAGE_SIZE, count).get_page(form.page_number())
    page.object_list = rows.filter(**{f"{by}__in": page.object_list})
    return page


def address_without_page(form):
    """The filters as a query string, to which a page number can be added: those that the form knows, in its order, each in its one spelling."""
    return urlencode({name: getattr(value, "slug", value) for name, value in form.chosen().items()})
