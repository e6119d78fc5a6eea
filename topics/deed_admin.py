"""The log of merges and splits, with their undoing."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from .merging import TopicDeedError, undo_merge
from .models import TopicDeed
from .retagging import seen_rows
from .splitting import undo_split


@admin.register(TopicDeed)
class TopicDeedAdmin(admin.ModelAdmin):
    """Nobody edits the log here; whoever may merge may undo."""

    change_form_template = "admin/topics/deed.html"
    list_display = ["__str__", "kind", "by", "at", "undone_at"]
    list_filter = ["kind"]
    list_select_related = ["by"]
    search_fields = ["source_name", "target_name"]
    fields = ["kind", "source_name", "target_name", "by", "at", "undone_by", "undone_at"]

    def get_urls(self):
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", undo, name="topics_topicdeed_undo"), *super().get_urls()]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_undo"] = obj.undone_at is None and request.user.has_perm("topics.merge_topic")
        context["rows"] = seen_rows(obj.record.get("rows", []), request.user)
        context["aliases"] = obj.record.get("aliases", [])
        context["narrower"] = obj.record.get("narrower", [])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def undo_view(self, request, pk):
        """Undo a merge or a split, and name what was left alone."""
        if not request.user.has_perm("topics.merge_topic"):
            raise PermissionDenied
        deed = TopicDeed.objects.filter(pk=pk).first()
        if deed is None:
            raise Http404(_("There is no such merge or split."))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        undo = undo_merge if deed.kind == TopicDeed.Kind.MERGE else undo_split
        try:
            left = undo(deed, request.user)
        except TopicDeedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Undone: “%(deed)s”.") % {"deed": deed})
            for sentence in left:
                messages.warning(request, sentence)
        return redirect(reverse("admin:topics_topicdeed_change", args=[deed.pk]))
