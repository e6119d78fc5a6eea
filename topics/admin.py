"""Topics on the desk, and the fields by which entries choose them."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from publishing.forms import EntryForm
from publishing.part_admin import PartInline

from .models import SeeAlsoChoice, TaggedEntry
from .vocabulary import Topic, TopicAlias

# taggit's own tags are not used here: topics are.
admin.site.unregister(Tag)


class TopicsField(forms.ModelMultipleChoiceField):
    """Topics chosen by typing; only existing ones."""

    def __init__(self, **kwargs):
        widget = AutocompleteSelectMultiple(TaggedEntry._meta.get_field("tag"), admin.site)
        super().__init__(Topic.objects.all(), widget=widget, required=False, label=_("Topics"), **kwargs)


class TopicEntryForm(EntryForm):
    """The change form of an entry, with topics."""

    topics = TopicsField(help_text=_("What the entry is about. Shared topics bring entries together under “See also”."))


class SeeAlsoInline(PartInline):
    model = SeeAlsoChoice
    fk_name = "entry"
    fields = [("target", "choice", "position")]
    autocomplete_fields = ["target"]
    verbose_name = _("See also choice")
    verbose_name_plural = _("See also: pinned and excluded entries")


class TopicAliasInline(admin.StackedInline):
    model = TopicAlias
    fields = ["name"]
    extra = 0


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["heading", "broader", "description"]
    search_fields = ["name", "normalised", "aliases__name", "aliases__normalised"]
    ordering = ["normalised"]
    list_select_related = ["broader"]
    fields = ["name", "slug", "description", "broader"]
    autocomplete_fields = ["broader"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [TopicAliasInline]

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields
