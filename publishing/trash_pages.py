"""The trash on the desk: putting an entry there, bringing it back, purging it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import kinds
from .entry_pages import EntryPage, desk_page
from .models import Entry
from .publication import PublicationError
from .publication_pages import take_away_asked, unpublish_form
from .standing import Action, allowed
from .trash import TrashError, bring_back, purge, put_in_trash, referrers


class EntriesOnDesk:
    """A mixin for the admin of entries: what is restricted to others is not there, and what is in the trash is in no list and cannot be chosen.

    Where one is chosen by typing, a page that readers have can be, whoever its new draft is restricted to.
    """

    def get_queryset(self, request):
        entries = super().get_queryset(request).select_related("trashed")
        is_choice = request.resolver_match and request.resolver_match.url_name == "autocomplete"
        return entries.known_to(request.user) if is_choice else entries.visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset.filter(trashed=None), search_term)


def desks_of(site, request):
    """{kind: its admin} of the kinds whose entries the user may see."""
    desks = [desk for desk in site._registry.values() if hasattr(desk, "pages")]
    return {desk.model.KIND: desk for desk in desks if desk.has_view_permission(request)}


def trash_page(desk, request, row):
    """An entry that is in the trash, in place of its form. What somebody posts to the form is not saved, and is told so."""
    return desk_page(
        desk,
        request,
        row,
        "trashed.html",
        _("“%(title)s” is in the trash") % {"title": row.title},
        status=409 if request.method == "POST" else 200,
        allowed=allowed(request.user, row) if desk.has_change_permission(request, row) else set(),
        days_left=row.trashed.days_left(timezone.now()),
        referrers=referrers(row, request.user),
        not_saved=request.method == "POST",
    )


def put_in_trash_page(desk, request, row):
    """Put an entry into the trash; for a live one, say first what readers should find instead."""
    form = unpublish_form(desk, request, row) if row.state == Entry.State.LIVE else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with transaction.atomic():
                if form:
                    take_away_asked(desk, request, row, form)
                put_in_trash(row, request.user)
                desk.log_change(request, row, _("Put in the trash."))
        except (PublicationError, TrashError) as error:
            if form:
                form.add_error(None, str(error))
            else:
                messages.error(request, str(error))
                return redirect(desk.address("change", row.pk))
        else:
            messages.success(request, _("“%(title)s” is in the trash.") % {"title": row.title})
            return redirect(desk.address("changelist"))
    title = _("Move “%(title)s” to the trash") % {"title": row.title}
    return desk_page(
        desk,
        request,
        row,
        "put_in_trash.html",
        title,
        form=form,
        button=_("Move to trash"),
        referrers=referrers(row, request.user),
    )


def bring_back_page(desk, request, row):
    """Take an entry out of the trash."""
    try:
        with transaction.atomic():
            bring_back(row, request.user)
            desk.log_change(request, row, _("Brought back from the trash."))
    except TrashError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%(title)s” is back, as it was.") % {"title": row.title})
    return redirect(desk.address("change", row.pk))


def purge_page(desk, request, row):
    """Delete what is in the trash for good."""
    if request.method == "POST":
        try:
            purge(row, request.user)
        except TrashError as error:
            messages.error(request, str(error))
            return redirect(desk.address("change", row.pk))
        messages.success(request, _("“%(title)s” is purged.") % {"title": row.title})
        return redirect(reverse(f"{desk.admin_site.name}:publishing_trashed_changelist"))
    title = _("Purge “%(title)s”") % {"title": row.title}
    return desk_page(desk, request, row, "purge.html", title, referrers=referrers(row, request.user))


class TrashAdmin(admin.ModelAdmin):
    """What is in the trash, and for how long. Each line leads to the entry."""

    list_display = ["title", "kind", "at", "by", "days_left", "held"]
    list_display_links = None
    list_select_related = ["entry", "by"]
    search_fields = ["entry__title"]
    actions = None

    def get_queryset(self, request):
        present = super().get_queryset(request).in_trash().filter(entry__kind__in=desks_of(self.admin_site, request))
        return present.exclude(entry__in=Entry.objects.hidden_from(request.user))

    @admin.display(description=gettext_lazy("entry"), ordering="entry__title")
    def title(self, trashed):
        desk = next(
            desk
            for desk in self.admin_site._registry.values()
            if hasattr(desk, "pages") and trashed.entry.kind == desk.model.KIND
        )
        return format_html('<a href="{}">{}</a>', desk.address("change", trashed.entry_id), trashed.entry.title)

    @admin.display(description=gettext_lazy("kind"), ordering="entry__kind")
    def kind(self, trashed):
        return kinds.get(trashed.entry.kind).label

    @admin.display(description=gettext_lazy("purged in"), ordering="at")
    def days_left(self, trashed):
        days = trashed.days_left(timezone.now())
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}

    def has_view_permission(self, request, obj=None):
        """Whoever may see entries of some kind; the list holds those of no other."""
        return bool(desks_of(self.admin_site, request))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def history_view(self, request, object_id, extra_context=None):
        return self.change_view(request, object_id)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A row of the trash is no page: the entry has one."""
        trashed = self.get_object(request, object_id)
        if trashed is None:
            raise PermissionDenied
        return redirect(desks_of(self.admin_site, request)[trashed.entry.kind].address("change", trashed.entry_id))


PAGES = [
    EntryPage("trash", "trash/", put_in_trash_page, action=Action.TRASH),
    EntryPage("bring_back", "bring-back/", bring_back_page, action=Action.BRING_BACK, posts_only=True),
    EntryPage("purge", "purge/", purge_page, action=Action.PURGE),
]
