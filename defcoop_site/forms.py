"""Forms of the pages that join the rooms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from publishing import kinds
from publishing.lists import FilterForm

LONGEST_QUERY = 200


class SearchForm(FilterForm):
    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.CharField(required=False)
    topic = forms.SlugField(required=False, max_length=100)
    actor = forms.SlugField(required=False, max_length=100)
    period = forms.RegexField(r"^(1[0-9]{2}|20[0-9])0\Z", required=False)

    @property
    def is_cut(self):
        return len(self.data.get("q", "")) > LONGEST_QUERY

    def clean_q(self):
        return self.cleaned_data["q"][:LONGEST_QUERY]

    def clean_kind(self):
        return self.cleaned_data["kind"] if self.cleaned_data["kind"] in {kind.name for kind in kinds.every()} else ""
