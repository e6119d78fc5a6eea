"""Reports of errors on the desk: what readers say, and what becomes of it."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Entry
from .reports import RIGHT, Report, decide
from .rows import model_of


class ReportAdmin(admin.ModelAdmin):
    """Nobody adds or deletes one by hand: readers make them, and time takes them away."""

    list_display = ["entry", "section_title", "beginning", "state", "assignee", "made_at"]
    list_filter = ["state", "assignee"]
    list_select_related = ["entry", "assignee"]
    search_fields = ["entry__title", "words", "note"]
    date_hierarchy = "made_at"
    change_form_template = "admin/change_form.html"  # entries have one of their own here
    actions = None
    fields = [
        "form_of_entry",
        "page",
        "section_title",
        "words",
        "email",
        "made_at",
        "state",
        "assignee",
        "note",
        "closed_at",
    ]
    readonly_fields = ["form_of_entry", "page", "section_title", "words", "email", "made_at", "closed_at"]

    @admin.display(description=gettext_lazy("what is wrong"))
    def beginning(self, report):
        return Truncator(report.words).chars(80)

    @admin.display(description=gettext_lazy("entry"))
    def form_of_entry(self, report):
        options = model_of(report.entry.kind)._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[report.entry_id])
        return format_html('<a href="{}">{}</a>', address, report.entry)

    @admin.display(description=gettext_lazy("what the reader saw"))
    def page(self, report):
        words = _("version %(number)d") % {"number": report.version}
        return format_html('<a href="{}">{}</a>', report.page_address, words)

    def get_queryset(self, request):
        reports = super().get_queryset(request).select_related("entry")
        return reports.exclude(entry__in=Entry.objects.hidden_from(request.user))

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "assignee":
            people = get_user_model().objects.filter(is_staff=True, is_active=True)
            kwargs["queryset"] = people.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "assignee" in form.base_fields:  # nobody makes or changes people here
            widget = form.base_fields["assignee"].widget
            for what in ("add", "change", "delete", "view"):
                setattr(widget, f"can_{what}_related", False)
        return form

    def save_model(self, request, obj, form, change):
        decide(obj, request.user)


def open_reports(user, entry=None):
    """How many reports wait, of an entry or of all; None for who may not see them."""
    if not user.has_perm(RIGHT):
        return None
    waiting = Report.objects.open().exclude(entry__in=Entry.objects.hidden_from(user))
    return (waiting.filter(entry=entry.pk) if entry else waiting).count()
