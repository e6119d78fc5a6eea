"""The editorial desk: sources, images, the audit log, and the choice of entries. Each kind's own admin derives from `entry_admin`."""

from functools import partial

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import path

from .audit import AuditEvent
from .completion import complete
from .entry_admin import EntryAdmin
from .image_admin import ImageAdmin  # noqa: F401 - Django finds it here
from .models import Entry, Source
from .people_admin import GroupDesk, UserDesk
from .release_admin import ReleaseAdmin
from .releases import Release
from .trash import Trashed
from .trash_pages import OutOfTrash, TrashAdmin

admin.site.register(Release, ReleaseAdmin)
admin.site.register(Trashed, TrashAdmin)
# In place of Django's own, which log no changes of rights here.
admin.site.unregister([User, Group])
admin.site.register(User, UserDesk)
admin.site.register(Group, GroupDesk)


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["key", "title", "kind", "date", "checked_on"]
    list_filter = ["kind"]
    search_fields = ["key", "title", "author", "publisher"]
    fields = ["key", "title", "author", "publisher", "date", "kind", "url", "archive_url", "checked_on"]

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []


@admin.register(Entry)
class EntryLookup(OutOfTrash, admin.ModelAdmin):
    """Entries of all kinds, for the fields that choose one by typing. Not a place to edit."""

    list_display = ["title", "kind", "state"]
    search_fields = ["title", "aliases__name"]
    ordering = ["title"]

    def get_urls(self):
        view = self.admin_site.admin_view(partial(complete, self))
        return [path("complete/", view, name="publishing_entry_complete"), *super().get_urls()]

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
