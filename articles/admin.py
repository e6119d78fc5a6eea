"""Articles on the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.entry_admin import EntryAdmin
from publishing.forms import PartForm
from publishing.part_admin import PartInline
from topics.admin import SeeAlsoInline, TopicEntryForm, TopicsField

from .models import Article, Section


class SectionForm(PartForm):
    topics = TopicsField(help_text=_("Only where the section should offer a “See also” of its own."))

    class Meta:
        # taggit would ask the database for each row: the inline loads all rows' topics at once, and they are saved below.
        exclude = ["topics"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["topics"] = [tagged.tag for tagged in self.instance.tagged_topics.all()]

    def clean(self):
        cleaned = super().clean()
        # A preview reads the choice from here: saving it would be a write.
        self.instance.chosen_topics = cleaned.get("topics", [])
        return cleaned

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.topics.set(self.cleaned_data["topics"])


class SectionInline(PartInline):
    model = Section
    form = SectionForm
    fields = [("title", "level", "position"), "body", "topics"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("tagged_topics__tag")


@admin.register(Article)
class ArticleAdmin(EntryAdmin):
    form = TopicEntryForm
    inlines = [SectionInline, SeeAlsoInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "introduction", "link_first_mentions", "topics"]}),
        (_("Identity"), {"fields": ["aliases", "language", "featured"]}),
    ]
