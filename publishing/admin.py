"""The editorial desk: sources, the audit log, and the choice of entries. Each kind's own admin derives from `entry_admin`."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _

from .audit import AuditEvent
from .entry_admin import EntryAdmin
from .links_here import source_links
from .models import Entry, Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["key", "title", "kind", "date", "checked_on"]
    list_filter = ["kind"]
    search_fields = ["key", "title", "author", "publisher"]
    fields = ["key", "title", "author", "publisher", "date", "kind", "url", "archive_url", "checked_on"]

    change_form_template = "admin/publishing/source_form.html"

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []

    def get_urls(self):
        links = self.admin_site.admin_view(self.links_view)
        return [path("<path:object_id>/links/", links, name="publishing_source_links"), *super().get_urls()]

    def links_view(self, request, object_id):
        """Which entries cite the source."""
        source = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, source):
            raise PermissionDenied
        if source is None:
            raise Http404(_("There is no such source."))
        return source_links(self, request, source)


@admin.register(Entry)
class EntryLookup(admin.ModelAdmin):
    """Entries of all kinds, for the fields that choose one by typing. Not a place to edit."""

    list_display = ["title", "kind", "state"]
    search_fields = ["title", "aliases__name"]
    ordering = ["title"]

    def has_module_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        """Whoever may see entries of some kind may choose among all."""
        desks = [desk for desk in self.admin_site._registry.values() if isinstance(desk, EntryAdmin)]
        return any(desk.has_view_permission(request) for desk in desks)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditEvent)
class AuditLog(admin.ModelAdmin):
    """Who did what. Nobody edits it here."""

    list_display = ["at", "who", "action", "entry", "was", "became"]
    list_filter = ["action", "at"]
    list_select_related = ["who", "entry"]
    search_fields = ["who__username", "entry__title", "became"]
    date_hierarchy = "at"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
