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

    def clean(self):
        cleaned = super().clean()
        # A preview reads the choice from here: saving it would be a write.
        self.instance.chosen_topics = cleaned.get("topics", [])
        return cleaned


class SectionInline(PartInline):
    model = Section
    form = SectionForm
    fields = [("title", "level", "position"), "body", "topics"]


@admin.register(Article)
class ArticleAdmin(EntryAdmin):
    form = TopicEntryForm
    inlines = [SectionInline, SeeAlsoInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "introduction", "link_first_mentions", "topics"]}),
        (_("Identity"), {"fields": ["aliases", "language", "featured"]}),
    ]
