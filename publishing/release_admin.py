"""Releases on the desk: what is in one, its words for readers, and publishing it now or at a time."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .public import PublicVersion
from .publication import PublicationError
from .releases import (
    ReleaseItem,
    ReleaseRefused,
    add_to_release,
    publish_release,
    schedule_release,
    unschedule_release,
)
from .scheduling import in_words
from .standing import PUBLISH_RIGHT


class ItemForm(forms.ModelForm):
    class Meta:
        model = ReleaseItem
        fields = ["note", "is_minor"]


ItemFormSet = forms.modelformset_factory(ReleaseItem, form=ItemForm, extra=0)


class ReleaseScheduleForm(forms.Form):
    due_at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_at"].help_text = _("In the site’s time zone, %(zone)s. There it is now %(now)s.") % {
            "zone": timezone.get_default_timezone_name(),
            "now": in_words(timezone.now()),
        }


class ReleaseAdmin(admin.ModelAdmin):
    """Sets of snapshots that go live together. Everything here takes the right to publish."""

    list_display = ["name", "standing", "created_at"]
    list_display_links = ["name"]
    search_fields = ["name"]
    fields = ["name"]
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=gettext_lazy("state"))
    def standing(self, release):
        if not release.is_open:
            return _("published on %(when)s") % {"when": in_words(release.published_at)}
        if release.failed:
            return _("refused: %(reason)s") % {"reason": release.failed}
        if release.due_at:
            return _("to be published on %(when)s") % {"when": release.due_in_words}
        return _("open")

    def has_module_permission(self, request):
        return request.user.has_perm(PUBLISH_RIGHT)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(PUBLISH_RIGHT)

    def has_add_permission(self, request):
        return request.user.has_perm(PUBLISH_RIGHT)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(PUBLISH_RIGHT)

    def has_delete_permission(self, request, obj=None):
        """What was published stays on record."""
        return request.user.has_perm(PUBLISH_RIGHT) and (obj is None or obj.is_open)

    def save_model(self, request, obj, form, change):
        obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, _("Add entries to this release from their own pages."))
        return redirect("admin:publishing_release_change", obj.pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        release = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, release):
            raise PermissionDenied
        if release is None:
            raise Http404(_("There is no such release."))
        if request.method == "POST" and release.is_open:
            return self._posted(request, release)
        return self._page(request, release)

    # --- What is shown ---------------------------------------------------------------------------------------------------

    def _desk(self, entry):
        return next(
            desk
            for desk in self.admin_site._registry.values()
            if hasattr(desk, "pages") and entry.kind == desk.model.KIND
        )

    def _items(self, release):
        return release.items.select_related("entry__trashed", "entry__head", "entry__live", "snapshot__author")

    def _described(self, request, item, versions):
        """An item with the addresses that its line shows."""
        desk, entry, number = self._desk(item.entry), item.entry, item.snapshot.number
        item.title = item.snapshot.content["title"]
        if not desk.has_view_permission(request):
            return item
        item.address = desk.address("change", entry.pk)
        item.preview_address = desk.address("snapshot", entry.pk, number)
        if entry.live and entry.live.number != number:
            item.diff_address = desk.address("diff", entry.pk, entry.live.number, number)
        item.version = versions.get((entry.pk, number))
        return item

    def _page(self, request, release, items=None, schedule=None, refusals=(), status=200):
        formset = items or ItemFormSet(queryset=self._items(release), prefix="items")
        keys = [form.instance.entry_id for form in formset.forms]
        versions = {
            (version.entry_id, version.snapshot_number): version
            for version in PublicVersion.objects.filter(entry_id__in=keys).only(
                "entry_id", "snapshot_number", "number", "note"
            )
        }
        for form in formset.forms:
            self._described(request, form.instance, versions)
        context = {
            **self.admin_site.each_context(request),
            "title": release.name,
            "opts": self.opts,
            "release": release,
            "formset": formset,
            "schedule_form": schedule or ReleaseScheduleForm(initial={"due_at": release.due_at}),
            "refusals": refusals,
            "published_in_words": "" if release.is_open else in_words(release.published_at),
        }
        return render(request, "admin/publishing/release.html", context, status=status)

    # --- What is done ----------------------------------------------------------------------------------------------------

    def _posted(self, request, release):
        """One form with several buttons. All but taking out and giving up keep the notes that were typed."""
        if "_remove" in request.POST:
            return self._remove(request, release)
        if "_unschedule" in request.POST:
            unschedule_release(release)
            messages.success(request, _("The time is given up. The release stays as it is."))
            return redirect("admin:publishing_release_change", release.pk)
        self._refuse_strangers(request, release)
        formset = ItemFormSet(request.POST, queryset=self._items(release), prefix="items")
        if not formset.is_valid():
            return self._page(request, release, formset)
        formset.save()
        if "_newer" in request.POST:
            return self._take_newer(request, release)
        if "_schedule" in request.POST:
            return self._schedule(request, release)
        if "_publish" in request.POST:
            return self._publish(request, release)
        messages.success(request, _("Saved."))
        return redirect("admin:publishing_release_change", release.pk)

    def _refuse_strangers(self, request, release):
        """Whoever may not change an entry may not publish it either."""
        for item in self._items(release):
            if not self._desk(item.entry).has_change_permission(request):
                raise PermissionDenied

    def _item(self, release, key):
        item = self._items(release).filter(pk=key).first() if key.isdigit() and len(key) < 19 else None
        if item is None:
            raise Http404(_("This is not in the release any more."))
        return item

    def _remove(self, request, release):
        item = self._item(release, request.POST["_remove"])
        item.delete()
        messages.success(request, _("“%(title)s” is out of the release.") % {"title": item.snapshot.content["title"]})
        return redirect("admin:publishing_release_change", release.pk)

    def _take_newer(self, request, release):
        item = self._item(release, request.POST["_newer"])
        try:
            add_to_release(release, item.entry.head, item.note, item.is_minor)
        except ReleaseRefused as refusal:
            return self._page(request, release, refusals=refusal.reasons)
        messages.success(
            request, _("Snapshot %(number)d took the place of the older one.") % {"number": item.entry.head.number}
        )
        return redirect("admin:publishing_release_change", release.pk)

    def _publish(self, request, release):
        try:
            number = publish_release(release, request.user)
        except ReleaseRefused as refusal:
            return self._page(request, self.get_object(request, str(release.pk)), refusals=refusal.reasons)
        messages.success(request, _("Published together: %(number)d.") % {"number": number})
        return redirect("admin:publishing_release_change", release.pk)

    def _schedule(self, request, release):
        form = ReleaseScheduleForm(request.POST)
        refusals = ()
        if form.is_valid():
            try:
                made = schedule_release(release, form.cleaned_data["due_at"], request.user)
            except ReleaseRefused as refusal:
                refusals = refusal.reasons
            except PublicationError as error:
                form.add_error("due_at", str(error))
            else:
                messages.success(request, _("To be published on %(when)s.") % {"when": made.due_in_words})
                return redirect("admin:publishing_release_change", release.pk)
        return self._page(request, release, schedule=form, refusals=refusals)
