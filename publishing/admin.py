"""The editorial desk: sources, images, the audit log, and the choice of entries. Each kind's own admin derives from `entry_admin`."""

from functools import partial

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401 - so that its pages can be taken away again
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent
from .completion import complete
from .dates import day_words
from .deleting import NamesNoDrafts
from .entry_admin import EntryAdmin
from .forms import HTTPS
from .health import DAYS_UNTIL_DEAD, AddressHealth
from .image_admin import ImageAdmin  # noqa: F401 - Django finds it here
from .link_check import keep_archive_address
from .links_here import citations_page
from .models import Entry, Source
from .people_admin import GroupDesk, UserDesk
from .release_admin import ReleaseAdmin
from .releases import Release
from .report_admin import ReportAdmin
from .reports import Report
from .trash import Trashed
from .trash_pages import EntriesOnDesk, TrashAdmin

admin.site.register(Release, ReleaseAdmin)
admin.site.register(Trashed, TrashAdmin)
admin.site.register(Report, ReportAdmin)
# In place of Django's own, which log no changes of rights here.
admin.site.unregister([User, Group])
# Everybody's own affair, at /admin/security/. What an administrator may do about it is an action on people.
admin.site.unregister([EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken])
admin.site.register(User, UserDesk)
admin.site.register(Group, GroupDesk)


class AddressFilter(admin.SimpleListFilter):
    title = gettext_lazy("address")
    parameter_name = "address"

    def lookups(self, request, model_admin):
        return [("dead", _("dead")), ("failing", _("failing")), ("not-visited", _("not visited yet"))]

    def queryset(self, request, queryset):
        health = AddressHealth.objects
        if self.value() == "dead":
            return queryset.filter(url__in=health.dead().values("url"))
        if self.value() == "failing":
            return queryset.filter(url__in=health.filter(failed_days__gt=0).exclude(pk__in=health.dead()).values("url"))
        if self.value() == "not-visited":
            return queryset.exclude(url="").exclude(url__in=health.exclude(checked_at=None).values("url"))
        return queryset


@admin.register(Source)
class SourceAdmin(NamesNoDrafts, admin.ModelAdmin):
    formfield_overrides = HTTPS
    list_display = ["key", "title", "kind", "date", "checked_on", "address_standing"]
    list_filter = [AddressFilter, "kind"]
    search_fields = ["key", "title", "author", "publisher"]
    fields = [
        "key",
        "title",
        "author",
        "publisher",
        "date",
        "kind",
        "url",
        "archive_url",
        "checked_on",
        "address_standing",
    ]

    change_form_template = "admin/publishing/source_form.html"

    def get_readonly_fields(self, request, obj=None):
        return ["key", "address_standing"] if obj else ["address_standing"]

    def get_queryset(self, request):
        health = AddressHealth.objects.filter(url=OuterRef("url"))
        columns = ("checked_at", "last_good_on", "failed_days", "finding")
        return super().get_queryset(request).annotate(**{name: Subquery(health.values(name)[:1]) for name in columns})

    @admin.display(description=gettext_lazy("last visit"))
    def address_standing(self, source):
        """What the visits to its address found."""
        if not source.url or getattr(source, "checked_at", None) is None:
            return _("not visited yet") if source.url else ""
        words = {"when": day_words(source.checked_at), "finding": source.finding}
        good = source.last_good_on and day_words(source.last_good_on)
        if source.failed_days >= DAYS_UNTIL_DEAD:
            words["good"] = good or _("never")
            return _("dead (%(finding)s on %(when)s; last good: %(good)s)") % words
        if source.failed_days:
            return _("failing (%(finding)s on %(when)s)") % words
        return _("%(finding)s on %(when)s") % words

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        keep_archive_address(obj)

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
        return citations_page(self, request, source)


@admin.register(Entry)
class EntryLookup(EntriesOnDesk, admin.ModelAdmin):
    """Entries of all kinds, for the fields that choose one by typing. Not a place to edit."""

    list_display = ["title", "kind", "state"]
    search_fields = ["title", "aliases__name"]
    change_form_template = "admin/change_form.html"  # entries of a kind have one of their own
    ordering = ["normalised_title"]

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
    change_form_template = "admin/change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(entry__in=Entry.objects.hidden_from(request.user))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
