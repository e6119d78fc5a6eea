"""The change form of every kind of entry: drafts, publishing, history."""

from functools import partial

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from . import (
    buffer_pages,
    history_pages,
    kinds,
    links_here,
    publication_pages,
    release_pages,
    restrict_pages,
    review_pages,
    share_pages,
    trash_pages,
    upkeep_pages,
)
from .buffers import settle
from .desk import write_aliases
from .entry_pages import desk_page, entry_or_404
from .finding_list import head_in_words
from .forms import HTTPS, EntryForm, PartFormSet, standing_forms
from .images import Image
from .joining import join_outdated
from .locks import share_ties
from .part_admin import ChoosesKnownEntries
from .preview import preview_response
from .public import PublicEntry
from .publication import PublicationError, publish
from .report_admin import open_reports
from .restricting import restrict
from .review import ReviewError
from .scheduling import drop_overtaken
from .snapshots import take_snapshot
from .standing import (
    Action,
    Standing,
    allowed,
    base_standing,
    can_be_submitted,
    has_draft,
    has_right,
    next_step,
    review_matters,
    standing_of,
    standing_where,
    with_standing,
)
from .trash_pages import EntriesOnDesk, trash_page
from .writing import MARKDOWN_WIDGETS


class StandingFilter(admin.SimpleListFilter):
    """Narrows the list to entries that stand at one place."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return Standing.choices

    def queryset(self, request, queryset):
        return queryset.filter(standing_where(self.value())) if self.value() in Standing.values else queryset


def refusal(error):
    """What an editor is told when publishing was refused, with a link to where it is mended."""
    said = _("Saved, but not published. %(reason)s") % {"reason": error}
    if error.fault is None:
        return said
    image = Image.objects.filter(key=error.fault.image).first() if error.fault.image else None
    if image:
        address, words = reverse("admin:publishing_image_change", args=[image.pk]), _("Complete the image")
    else:
        address, words = f"#{error.fault.anchor}", _("Go to the text")
    return format_html('{} <a href="{}">{}</a>', said, address, words)


class EntryAdmin(ChoosesKnownEntries, EntriesOnDesk, admin.ModelAdmin):
    """A kind of entry on the desk: drafts, publishing, history. A subclass names its form, fieldsets and inlines."""

    form = EntryForm
    formfield_overrides = MARKDOWN_WIDGETS | HTTPS
    change_form_template = "admin/publishing/change_form.html"
    list_display = ["title", "state_in_words", "saved_at"]
    list_filter = [StandingFilter]
    search_fields = ["title", "aliases__name", "slug"]
    ordering = ["normalised_title"]
    list_per_page = 50
    prepopulated_fields = {"slug": ["title"]}
    save_on_top = False
    pages = [
        *history_pages.PAGES,
        *links_here.PAGES,
        *publication_pages.PAGES,
        *review_pages.PAGES,
        *share_pages.PAGES,
        *restrict_pages.PAGES,
        *release_pages.PAGES,
        *trash_pages.PAGES,
        *upkeep_pages.PAGES,
        *buffer_pages.PAGES,
    ]

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_in_words(self, entry):
        standing = standing_of(entry)
        words = (
            _("%(state)s, restricted") % {"state": standing.label} if hasattr(entry, "restriction") else standing.label
        )
        return format_html('<span class="desk-state desk-state--{}">{}</span>', standing, words)

    @admin.display(description=gettext_lazy("last saved"), ordering="head__created_at")
    def saved_at(self, entry):
        return entry.head.created_at if entry.head else None

    def get_queryset(self, request):
        # Where an entry stands, without the texts of the snapshots that tell it.
        return with_standing(super().get_queryset(request))

    def has_delete_permission(self, request, obj=None):
        # An entry's address, history and citations outlive it: it is unpublished, never deleted.
        return False

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        ours = [
            path("add/preview/", view(self.preview_view), name=f"{name}_preview_new"),
            path("<path:object_id>/preview/", view(self.preview_view), name=f"{name}_preview"),
            *(
                path(f"<path:object_id>/{page.path}", view(partial(page.respond, self)), name=f"{name}_{page.name}")
                for page in self.pages
            ),
        ]
        first, standard = buffer_pages.addresses(self, super().get_urls())
        return first + ours + standard

    def address(self, name, *args):
        return reverse(
            f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{name}",
            args=[quote(arg) for arg in args],
        )

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
                    "fields": ["change_summary", "public_note", "is_minor", *([] if obj else ["restricted"]), "base"],
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

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        for formset in formsets:
            formset.vanished = getattr(request, "entry_vanished", ())
        return formsets, inlines

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **kwargs):
        for formset in formsets:
            if isinstance(formset, PartFormSet):
                formset.show_posted_rows()
        return super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)

    @staticmethod
    def _parts(formsets):
        """{related name: unsaved rows} of valid formsets."""
        return {
            formset.fk.remote_field.get_accessor_name(): [form.instance for form in standing_forms(formset)]
            for formset in formsets
        }

    @method_decorator(csp_update({"frame-src": [SELF]}))  # the preview beside the form
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if object_id:
            row = entry_or_404(self, request, object_id, "view")
            if row.in_trash:
                return trash_page(self, request, row)
        if hasattr(request, "entry_held"):  # shown as it was typed, not saved
            return super().changeform_view(request, object_id, form_url, extra_context)
        if "_publish" in request.POST and not has_right(request.user, Action.PUBLISH):
            raise PermissionDenied
        if buffer_pages.is_anothers(request):
            return buffer_pages.ask_whose(self, request, object_id)
        with transaction.atomic():
            share_ties()
            if object_id:
                joined = join_outdated(self, request, object_id)
                if joined:
                    return joined
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and obj.in_trash:
            return trash_page(self, request, obj)
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        context.update(head_in_words(obj, context["adminform"].form, formsets))
        context["preview_address"] = self.address("preview", obj.pk) if obj else self.address("preview_new")
        context["allowed"] = allowed(request.user, obj)
        # Below what is done every day: what has a page of its own.
        context["row_actions"] = [
            (action.value, action.label)
            for action in (Action.RELEASE, Action.UPKEEP, Action.RESTRICT, Action.TRASH)
            if action in context["allowed"]
        ]
        context["may_submit"] = obj is None or can_be_submitted(obj)
        if obj:
            context.update(
                open_reports=open_reports(request.user, obj),
                standing=standing_of(obj),
                base_standing=base_standing(obj),
                review=obj.review if review_matters(obj) else None,
                next_step=next_step(request.user, obj),
            )
            if obj.live and has_draft(obj):
                context["live_diff_address"] = self.address("diff", obj.pk, obj.live.number, obj.head.number)
        context.update(buffer_pages.form_context(self, request, obj))
        if hasattr(request, "entry_held"):
            context["errors"] = []  # nothing was to be saved, so nothing was refused
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        write_aliases(form.instance, form.cleaned_data["aliases"])
        row = self.model.objects.get(pk=form.instance.pk)
        take_snapshot(row, request.user, form.cleaned_data["change_summary"])
        if not change and form.cleaned_data["restricted"]:
            restrict(row, [], request.user)
        settle(request.user, self.model.KIND, row if change else None, request.POST.get("writing", ""))

    def _publish_if_asked(self, request, row):
        if "_publish" not in request.POST:
            return
        row = self.model.objects.select_related("head").get(pk=row.pk)
        try:
            publish(
                row.head, request.user, note=request.POST.get("public_note", "")[:300], minor="is_minor" in request.POST
            )
        except PublicationError as error:
            messages.error(request, refusal(error))
        else:
            drop_overtaken(row.head)
            self.log_change(request, row, _("Published."))
            address = PublicEntry.objects.get(pk=row.pk).get_absolute_url()
            messages.success(
                request, format_html('{} <a href="{}">{}</a>', _("Published."), address, _("Read the page"))
            )

    def _submit_if_asked(self, request, row):
        if "_submit" not in request.POST:
            return
        try:
            with transaction.atomic():
                review_pages.submit_draft(self, request, self.get_queryset(request).get(pk=row.pk))
        except ReviewError as error:
            messages.warning(request, _("Saved, but not submitted. %(reason)s") % {"reason": error})

    def _after_saving(self, request, row, ordinary):
        """Take the step that the pressed button asks for. ordinary: makes the admin's own response."""
        self._publish_if_asked(request, row)
        self._submit_if_asked(request, row)
        if {"_publish", "_submit"} & set(request.POST) and IS_POPUP_VAR not in request.POST:
            return redirect(self.address("change", row.pk))
        return ordinary()

    def response_change(self, request, obj):
        return self._after_saving(request, obj, partial(super().response_change, request, obj))

    def response_add(self, request, obj, post_url_continue=None):
        return self._after_saving(request, obj, partial(super().response_add, request, obj, post_url_continue))

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_replace({"frame-ancestors": [SELF]}))
    def preview_view(self, request, object_id=None):
        """The page that the posted form would make. Writes nothing, not even a tag."""
        row = entry_or_404(self, request, object_id, "change") if object_id else None
        if row is None and not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form, formsets, valid = self._posted(request, row)
        if not valid:
            return desk_page(
                self, request, row, "preview_errors.html", _("Preview"), status=422, form=form, formsets=formsets
            )
        kind = kinds.get(self.model.KIND)
        content = kind.desk.from_forms(form, self._parts(formsets))
        banner = _("Preview of what is in the form. Nothing has been saved.")
        return preview_response(request, form.instance.id, kind.name, content, banner, form.cleaned_data["is_minor"])
