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


def paginate(queryset, form, count=None):
    """The asked-for page of a queryset; past the end, the last one. Two queries; one where the count is known."""
    paginator = Paginator(queryset, PAGE_SIZE)
    if count is not None:
        paginator.count = count
    return paginator.get_page(form.page_number())


def address_without_page(form):
    """The filters as a query string, to which a page number can be added."""
    return urlencode({name: form.data.get(name, "") for name in form.chosen()})
