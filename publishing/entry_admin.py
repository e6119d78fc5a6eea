"""The change form of every kind of entry: drafts, publishing, history."""

from itertools import pairwise

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import kinds
from .conflicts import conflict_message
from .content import merge
from .desk import write_aliases
from .diff import compare
from .forms import EntryForm, ScheduleForm, UnpublishForm, standing_forms
from .models import Entry, Snapshot
from .preview import preview_response
from .public import PublicEntry, PublicLink, PublicVersion
from .publication import PublicationError, publish, unpublish
from .scheduling import PublicationSchedule, cancel, drop_overtaken, in_words, schedule
from .snapshots import content_of, restore, take_snapshot

PUBLISH_RIGHT = "publishing.publish_entry"


class EntryAdmin(admin.ModelAdmin):
    """A kind of entry on the desk: drafts, publishing, history. A subclass names its form, fieldsets and inlines."""

    form = EntryForm
    change_form_template = "admin/publishing/change_form.html"
    list_display = ["title", "state_in_words", "saved_at"]
    list_filter = ["state"]
    search_fields = ["title", "aliases__name", "slug"]
    ordering = ["title"]
    list_select_related = ["head"]
    list_per_page = 50
    prepopulated_fields = {"slug": ["title"]}
    save_on_top = False

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_in_words(self, entry):
        if entry.has_unpublished_changes:
            return format_html(
                '<span class="desk-state desk-state--changed">{}</span>', _("live, with unpublished changes")
            )
        return format_html('<span class="desk-state desk-state--{}">{}</span>', entry.state, entry.get_state_display())

    @admin.display(description=gettext_lazy("last saved"), ordering="head__created_at")
    def saved_at(self, entry):
        return entry.head.created_at if entry.head else None

    def has_delete_permission(self, request, obj=None):
        # An entry's address, history and citations outlive it: it is unpublished, never deleted.
        return False

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        ours = [
            path("add/preview/", view(self.preview_view), name=f"{name}_preview_new"),
            path("<path:object_id>/preview/", view(self.preview_view), name=f"{name}_preview"),
            path("<path:object_id>/snapshots/<int:number>/", view(self.snapshot_view), name=f"{name}_snapshot"),
            path("<path:object_id>/snapshots/<int:older>..<int:newer>/", view(self.diff_view), name=f"{name}_diff"),
            path("<path:object_id>/snapshots/<int:number>/restore/", view(self.restore_view), name=f"{name}_restore"),
            path("<path:object_id>/unpublish/", view(self.unpublish_view), name=f"{name}_unpublish"),
            path("<path:object_id>/schedule/", view(self.schedule_view), name=f"{name}_schedule"),
        ]
        return ours + super().get_urls()

    def address(self, name, *args):
        return reverse(
            f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{name}",
            args=[quote(arg) for arg in args],
        )

    def _entry_or_404(self, request, object_id, right):
        """The row, for somebody with the right ("view" or "change")."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            if not getattr(self, f"has_{right}_permission")(request):
                raise PermissionDenied
            raise Http404(_("There is no such entry."))
        if not getattr(self, f"has_{right}_permission")(request, row):
            raise PermissionDenied
        return row

    # --- The form --------------------------------------------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"conflicts": getattr(request, "entry_conflicts", ())})

    def get_fieldsets(self, request, obj=None):
        """The kind's own fieldsets and, last, what every form carries."""
        own = super().get_fieldsets(request, obj)
        return [
            *own,
            (
                gettext_lazy("This change"),
                {
                    "fields": ["change_summary", "public_note", "is_minor", "base", "resolved"],
                    "classes": ["desk-change"],
                },
            ),
        ]

    def _posted(self, request, row):
        """The bound form and formsets of a POST, and whether all are valid."""
        form_class = self.get_form(request, row, change=row is not None)
        form = form_class(request.POST, request.FILES, instance=row)
        valid = form.is_valid()
        formsets, _inlines = self._create_formsets(request, form.instance, change=row is not None)
        for formset in formsets:
            valid = formset.is_valid() and valid  # each is asked, so that each names its faults
        return form, formsets, valid

    @staticmethod
    def _parts(formsets):
        """{related name: unsaved rows} of valid formsets."""
        return {
            formset.fk.remote_field.get_accessor_name(): [form.instance for form in standing_forms(formset)]
            for formset in formsets
        }

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(
                request, object_id, form_url, {**self._state_context(request, object_id), **(extra_context or {})}
            )
        if "_publish" in request.POST and not request.user.has_perm(PUBLISH_RIGHT):
            raise PermissionDenied
        with transaction.atomic():
            if object_id:
                merged = self._merge_outdated(request, object_id)
                if merged:
                    return merged
            context = {**self._state_context(request, object_id), **(extra_context or {})}
            return super().changeform_view(request, object_id, form_url, context)

    def _state_context(self, request, object_id):
        may_publish = request.user.has_perm(PUBLISH_RIGHT)
        preview = self.address("preview", object_id) if object_id else self.address("preview_new")
        return {"may_publish": may_publish, "preview_address": preview}

    def _merge_outdated(self, request, object_id):
        """Join a save that was begun on an older snapshot with what came since. None where the form is up to date or cannot be joined yet."""
        row = self._entry_or_404(request, object_id, "change")
        Entry.objects.select_for_update().get(pk=row.pk)
        row.refresh_from_db()
        if row.head is None or request.POST.get("base") == str(row.head.number):
            return None
        form, formsets, valid = self._posted(request, row)
        if not valid:
            return None
        kind = kinds.get(row.KIND)
        mine = kind.desk.from_forms(form, self._parts(formsets)).to_json()
        base = row.snapshots.filter(number=form.cleaned_data["base"]).first()
        # Without a common base every difference is a conflict.
        merged, conflicts = merge(content_of(base).to_json() if base else {}, content_of(row.head).to_json(), mine)
        if conflicts and request.POST.get("resolved") != str(row.head.number):
            request.entry_conflicts = [conflict_message(path, row.head, mine) for path in conflicts]
            request.POST = request.POST.copy()
            request.POST["resolved"] = row.head.number
            return None
        fresh = self.get_object(request, unquote(object_id))
        losses = kind.desk.to_rows(fresh, kind.content.from_json(merged))
        fresh = self.get_object(request, unquote(object_id))
        take_snapshot(fresh, request.user, form.cleaned_data["change_summary"])
        self.log_change(request, fresh, _("Joined with changes that were saved meanwhile."))
        messages.info(
            request,
            _("%(who)s saved this entry while you were writing. Both changes are in it now.")
            % {"who": row.head.author or _("Somebody")},
        )
        for loss in losses:
            messages.warning(request, loss)
        return self.response_change(request, fresh)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        write_aliases(form.instance, form.cleaned_data["aliases"])
        row = self.model.objects.get(pk=form.instance.pk)
        take_snapshot(row, request.user, form.cleaned_data["change_summary"])

    def _publish_if_asked(self, request, row):
        if "_publish" not in request.POST:
            return
        row = self.model.objects.select_related("head").get(pk=row.pk)
        try:
            publish(
                row.head, request.user, note=request.POST.get("public_note", "")[:300], minor="is_minor" in request.POST
            )
        except PublicationError as error:
            messages.error(request, _("Saved, but not published. %(reason)s") % {"reason": error})
        else:
            drop_overtaken(row.head)
            self.log_change(request, row, _("Published."))
            address = PublicEntry.objects.get(pk=row.pk).get_absolute_url()
            messages.success(
                request, format_html('{} <a href="{}">{}</a>', _("Published."), address, _("Read the page"))
            )

    def response_change(self, request, obj):
        self._publish_if_asked(request, obj)
        if "_publish" in request.POST:
            return redirect(self.address("change", obj.pk))
        return super().response_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        self._publish_if_asked(request, obj)
        if "_publish" in request.POST and IS_POPUP_VAR not in request.POST:
            return redirect(self.address("change", obj.pk))
        return super().response_add(request, obj, post_url_continue)

    # --- Preview, history, restore, unpublish ----------------------------------------------------------------------------

    def preview_view(self, request, object_id=None):
        """The page that the posted form would make. Writes nothing, not even a tag."""
        row = self._entry_or_404(request, object_id, "change") if object_id else None
        if row is None and not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form, formsets, valid = self._posted(request, row)
        if not valid:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Preview"),
                "form": form,
                "formsets": formsets,
                "opts": self.opts,
            }
            return render(request, "admin/publishing/preview_errors.html", context, status=422)
        kind = kinds.get(self.model.KIND)
        content = kind.desk.from_forms(form, self._parts(formsets))
        banner = _("Preview of what is in the form. Nothing has been saved.")
        return preview_response(request, form.instance.id, kind.name, content, banner, form.cleaned_data["is_minor"])

    def history_view(self, request, object_id, extra_context=None):
        """All snapshots of an entry, the newest first."""
        row = self._entry_or_404(request, object_id, "view")
        versions = {version.snapshot_number: version for version in PublicVersion.objects.filter(entry_id=row.pk)}
        snapshots = list(row.snapshots.select_related("author").defer("content"))
        for snapshot in snapshots:
            snapshot.version = versions.get(snapshot.number)
            snapshot.address = self.address("snapshot", row.pk, snapshot.number)
            snapshot.restore_address = self.address("restore", row.pk, snapshot.number)
        for newer, older in pairwise(snapshots):
            newer.before = older.number
            newer.diff_address = self.address("diff", row.pk, older.number, newer.number)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of “%(title)s”") % {"title": row.title},
            "object": row,
            "opts": self.opts,
            "snapshots": snapshots,
            "may_change": self.has_change_permission(request, row),
        }
        return render(request, "admin/publishing/history.html", context)

    def _snapshot_or_404(self, row, number):
        snapshot = Snapshot.objects.filter(entry=row.pk, number=number).select_related("entry").first()
        if snapshot is None:
            raise Http404(_("This entry has no such snapshot."))
        return snapshot

    def snapshot_view(self, request, object_id, number):
        """The page as a snapshot would make it."""
        row = self._entry_or_404(request, object_id, "view")
        snapshot = self._snapshot_or_404(row, number)
        banner = _("Snapshot %(number)d of the history, as it would look now.") % {"number": snapshot.number}
        return preview_response(request, row.pk, row.KIND, content_of(snapshot), banner)

    def diff_view(self, request, object_id, older, newer):
        """What differs between two snapshots."""
        row = self._entry_or_404(request, object_id, "view")
        snapshots = [self._snapshot_or_404(row, number) for number in (older, newer)]
        for snapshot in snapshots:
            snapshot.address = self.address("snapshot", row.pk, snapshot.number)
        before, after = (content_of(snapshot).to_json() for snapshot in snapshots)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Changes of “%(title)s” from snapshot %(older)d to %(newer)d")
            % {"title": row.title, "older": older, "newer": newer},
            "object": row,
            "opts": self.opts,
            "snapshots": snapshots,
            "language": after["language"],
            "comparison": compare(before, after, self.model),
        }
        return render(request, "admin/publishing/diff.html", context)

    def restore_view(self, request, object_id, number):
        """Make an older snapshot the draft again."""
        row = self._entry_or_404(request, object_id, "change")
        snapshot = self._snapshot_or_404(row, number)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        summary = _("Restored snapshot %(number)d") % {"number": snapshot.number}
        with transaction.atomic():
            _fresh, losses = restore(row, snapshot, request.user, summary)
            self.log_change(request, row, summary)
        messages.success(
            request, _("%(summary)s as the draft. Readers see it when you publish.") % {"summary": summary}
        )
        for loss in losses:
            messages.warning(request, loss)
        return redirect(self.address("change", row.pk))

    def unpublish_view(self, request, object_id):
        """Take a live page away."""
        row = self._entry_or_404(request, object_id, "change")
        if not request.user.has_perm(PUBLISH_RIGHT):
            raise PermissionDenied
        links = PublicLink.objects.filter(target_id=row.pk).exclude(entry=row.pk)
        form = UnpublishForm(request.POST or None, entry=row)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    unpublish(row, form.cleaned_data["outcome"], form.cleaned_data["target"], request.user)
                    cancel(row)  # what was planned for the page before; it would bring the page back
                    self.log_change(
                        request,
                        row,
                        _("Unpublished: %(outcome)s.") % {"outcome": Entry.State(form.cleaned_data["outcome"]).label},
                    )
            except PublicationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The page is no longer live."))
                return redirect(self.address("change", row.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Unpublish “%(title)s”") % {"title": row.title},
            "object": row,
            "opts": self.opts,
            "linking": PublicEntry.objects.live().filter(pk__in=links.values("entry")).for_list().order_by("sort_key"),
            "form": form,
        }
        return render(request, "admin/publishing/unpublish.html", context)

    def schedule_view(self, request, object_id):
        """Choose when the draft, as it now is, goes live; or give up the choice."""
        row = self._entry_or_404(request, object_id, "change")
        if not request.user.has_perm(PUBLISH_RIGHT):
            raise PermissionDenied
        waiting = PublicationSchedule.objects.select_related("snapshot").filter(entry=row.pk).first()
        if request.method == "POST" and "_cancel" in request.POST:
            with transaction.atomic():
                cancelled = cancel(row)
                if cancelled:
                    self.log_change(request, row, _("The schedule is cancelled."))
            if cancelled:
                messages.success(request, _("The schedule is cancelled. The draft stays as it is."))
            else:
                messages.warning(request, _("Nothing was waiting any more; it may just have been published."))
            return redirect(self.address("change", row.pk))
        initial = (
            {"due_at": waiting.due_at, "public_note": waiting.note, "is_minor": waiting.is_minor} if waiting else {}
        )
        form = ScheduleForm(
            request.POST if request.method == "POST" else None,
            entry=row,
            now_in_words=in_words(timezone.now()),
            initial=initial,
        )
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data
            try:
                with transaction.atomic():
                    made = schedule(row.head, chosen["due_at"], request.user, chosen["public_note"], chosen["is_minor"])
                    said = _("Snapshot %(number)d to be published on %(when)s.") % {
                        "number": row.head.number,
                        "when": made.due_in_words,
                    }
                    self.log_change(request, row, said)
            except PublicationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, said)
                return redirect(self.address("change", row.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish “%(title)s” at…") % {"title": row.title},
            "object": row,
            "opts": self.opts,
            "form": form,
            "schedule": waiting,
        }
        return render(request, "admin/publishing/schedule.html", context)
