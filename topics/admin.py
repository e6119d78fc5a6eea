"""Topics on the desk, and the fields by which entries choose them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from publishing.part_admin import PartInline

from .deed_admin import TopicDeedAdmin  # noqa: F401 - registered there
from .forms import TopicEntryForm, TopicsField  # noqa: F401 - the kinds' admins take them from here
from .models import SeeAlsoChoice
from .topic_admin import TopicAdmin  # noqa: F401 - registered there

# taggit's own tags are not used here: topics are.
admin.site.unregister(Tag)


class SeeAlsoInline(PartInline):
    model = SeeAlsoChoice
    fk_name = "entry"
    fields = [("target", "choice", "position")]
    autocomplete_fields = ["target"]
    verbose_name = _("See also choice")
    verbose_name_plural = _("See also: pinned and excluded entries")
