"""The vocabulary on the desk: one topic's form, merging, splitting, and what helps to keep it tidy."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.deleting import NamesNoDrafts
from publishing.locks import seize_ties
from publishing.models import Entry
from publishing.names import normalise
from publishing.public import PublicEntry
from publishing.publication import raise_generation
from publishing.rows import working_row

from . import tidying
from .completion import complete, with_uses
from .forms import MergeForm, SplitForm
from .merging import TopicDeedError, merge
from .panel import panel_of
from .splitting import MOST_AT_ONCE, carriers, split
from .tree import line_of, move_entries
from .vocabulary import Topic, TopicAlias

MERGE_RIGHT = "topics.merge_topic"


class TopicAliasFormSet(BaseInlineFormSet):
    """A topic's aliases, which are compared with those beside them too."""

    def clean(self):
        super().clean()
        met = set()
        for form in self.forms:
            if not form.is_valid() or self._should_delete_form(form):
                continue
            plain = normalise(form.cleaned_data.get("name", ""))
            if plain and plain in met:
                form.add_error("name", _("This alias stands twice."))
            met.add(plain)


class TopicAliasInline(admin.StackedInline):
    model = TopicAlias
    formset = TopicAliasFormSet
    fields = ["name"]
    extra = 0


@admin.register(Topic)
class TopicAdmin(NamesNoDrafts, admin.ModelAdmin):
    change_form_template = "admin/topics/topic_form.html"
    change_list_template = "admin/topics/topic_list.html"
    list_display = ["titled", "uses", "broader", "description"]
    search_fields = ["name", "normalised", "aliases__name", "aliases__normalised"]
    ordering = ["normalised"]
    list_select_related = ["broader"]
    fields = ["name", "slug", "description", "broader"]
    autocomplete_fields = ["broader"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [TopicAliasInline]

    def get_queryset(self, request):
        return with_uses(super().get_queryset(request), request.user)

    @admin.display(description=gettext_lazy("topic"), ordering="normalised")
    def titled(self, topic):
        return topic.heading

    @admin.display(description=gettext_lazy("entries"), ordering="uses")
    def uses(self, topic):
        return topic.uses

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_urls(self):
        view = self.admin_site.admin_view
        ours = [
            path("complete/", view(self.complete_view), name="topics_topic_complete"),
            path("tidy/", view(self.tidy_view), name="topics_topic_tidy"),
            path("see-also/<uuid:key>/", view(self.see_also_view), name="topics_topic_see_also"),
            path("loose/", view(self.loose_view), name="topics_topic_loose"),
            path("<path:object_id>/merge/", view(self.merge_view), name="topics_topic_merge"),
            path("<path:object_id>/split/", view(self.split_view), name="topics_topic_split"),
        ]
        return ours + super().get_urls()

    # --- Saving: what readers see changes at once ------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return self._alone(request, super().changeform_view, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return self._alone(request, super().delete_view, object_id, extra_context)

    def changelist_view(self, request, extra_context=None):
        return self._alone(request, super().changelist_view, extra_context)

    @staticmethod
    def _alone(request, view, *args):
        """The view's answer; while it writes, nobody else writes what may carry a topic."""
        if request.method != "POST":
            return view(request, *args)
        with transaction.atomic():
            seize_ties()
            return view(request, *args)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self._keep_old_name(form)
        raise_generation()
        if "broader" in form.changed_data:
            was_under = line_of(form.initial.get("broader"))
            move_entries([form.instance.pk], was_under, line_of(form.instance.broader_id))

    @staticmethod
    def _keep_old_name(form):
        """A renamed topic is found under its old name. An alias that it took as its name is one no longer."""
        topic = form.instance
        topic.aliases.filter(normalised=topic.normalised).delete()
        old = form.initial.get("name", "")
        if not normalise(old) or normalise(old) == topic.normalised:
            return
        if not TopicAlias.objects.filter(normalised=normalise(old)).exists():
            TopicAlias.objects.create(topic=topic, name=old)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        raise_generation()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        raise_generation()

    # --- Completion ------------------------------------------------------------------------------------------------------

    def complete_view(self, request):
        """Topics that fit what is being typed, for static/js/topic-picker.js."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        return JsonResponse({"topics": complete(request.GET.get("q", ""), request.user)})

    # --- Merging and splitting -------------------------------------------------------------------------------------------

    def _topic_or_404(self, request, object_id):
        if not request.user.has_perm(MERGE_RIGHT):
            raise PermissionDenied
        topic = self.get_object(request, unquote(object_id))
        if topic is None:
            raise Http404(_("There is no such topic."))
        return topic

    def _page(self, request, template, title, **context):
        whole = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context}
        return render(request, f"admin/topics/{template}", whole)

    def _done(self, request, deed, message):
        self.log_change(request, Topic.objects.get(pk=deed.target_key), message)
        messages.success(request, message)
        return redirect(reverse("admin:topics_topicdeed_change", args=[deed.pk]))

    def merge_view(self, request, object_id):
        """Make this topic part of another one."""
        source = self._topic_or_404(request, object_id)
        form = MergeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    deed = merge(source, form.cleaned_data["into"], request.user)
            except TopicDeedError as error:
                form.add_error("into", str(error))
            else:
                message = _("“%(source)s” is merged into “%(target)s”.")
                return self._done(request, deed, message % {"source": deed.source_name, "target": deed.target_name})
        return self._page(
            request,
            "merge.html",
            _("Merge “%(name)s” into another topic") % {"name": source},
            object=source,
            form=form,
            media=self.media + form.media,
            entries=carriers(source, request.user).count(),
            aliases=source.aliases.all(),
            narrower=source.narrower.all(),
        )

    def split_view(self, request, object_id):
        """Let chosen entries of this topic carry another one."""
        source = self._topic_or_404(request, object_id)
        entries = carriers(source, request.user)
        form = SplitForm(
            request.POST if request.method == "POST" else None,
            source=source,
            entries=entries[:MOST_AT_ONCE],
            may_add=self.has_add_permission(request),
        )
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data
            try:
                with transaction.atomic():
                    deed = split(source, chosen["target"], chosen["entries"], request.user)
            except (TopicDeedError, ValidationError) as error:
                form.add_error("into", getattr(error, "messages", None) or str(error))
            else:
                message = _("Entries of “%(source)s” carry “%(target)s” now.")
                return self._done(request, deed, message % {"source": deed.source_name, "target": deed.target_name})
        return self._page(
            request,
            "split.html",
            _("Split “%(name)s”") % {"name": source},
            object=source,
            form=form,
            media=self.media + form.media,
            left_out=max(0, entries.count() - MOST_AT_ONCE),
        )

    # --- See also --------------------------------------------------------------------------------------------------------

    def see_also_view(self, request, key):
        """What See also will offer for the draft of an entry, for its form."""
        row = working_row(get_object_or_404(Entry, pk=key))
        desk = self.admin_site._registry.get(type(row))
        if desk is None or not desk.has_view_permission(request, row):
            raise PermissionDenied
        get_object_or_404(Entry.objects.visible_to(request.user), pk=key)
        panel = panel_of(row)
        if panel is None:
            raise Http404(_("This has never been saved."))
        title = _("What See also will offer for “%(title)s”") % {"title": row.title}
        return self._page(request, "see_also.html", title, panel=panel, form_address=desk.address("change", row.pk))

    # --- Keeping tidy ----------------------------------------------------------------------------------------------------

    def tidy_view(self, request):
        """Topics that nothing carries, that are written alike, or that too many entries carry."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(
            request,
            "tidy.html",
            _("Tidy up topics"),
            unused=tidying.unused(),
            pairs=tidying.alike(),
            library=PublicEntry.objects.live().count(),
            over_broad=tidying.over_broad(),
            may_merge=request.user.has_perm(MERGE_RIGHT),
        )

    def loose_view(self, request):
        """Entries that nobody links to, or that have no topics."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(
            request,
            "loose.html",
            _("Loose ends"),
            without_topics=tidying.without_topics(request.user),
            unlinked=tidying.unlinked(request.user),
            most=tidying.MOST_LISTED,
        )
