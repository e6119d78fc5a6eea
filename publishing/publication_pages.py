"""Where an entry is taken away from readers, and where the time is chosen at which they see it."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from .entry_pages import EntryPage, desk_page
from .forms import ScheduleForm, UnpublishForm
from .models import Entry
from .public import PublicEntry, PublicLink
from .publication import PublicationError
from .restricting import is_hidden
from .retargeting import take_away
from .rows import choosing_entries
from .scheduling import PublicationSchedule, cancel, in_words, schedule
from .standing import Action, has_right


def linking_pages(row, user):
    """The live entries whose pages lead to this one, by title, each with `hidden`: whether its draft is hidden from a person.

    Pins count: they lead here from See also.
    """
    links = PublicLink.objects.filter(target_id=row.pk).values("entry")
    choosing = PublicEntry.objects.filter(pk__in=choosing_entries(row)).only("id", "page")
    pinning = [entry.pk for entry in choosing if str(row.pk) in entry.page["pins"]]
    leading = Q(pk__in=links) | Q(pk__in=pinning)
    pages = PublicEntry.objects.live().filter(leading).exclude(pk=row.pk).for_list()
    return list(pages.annotate(hidden=is_hidden(user)).order_by("sort_key"))


def take_away_asked(desk, request, row, form):
    """Do what a valid UnpublishForm says, in the caller's transaction, and say what became of the links of others."""
    chosen = form.cleaned_data
    linking = [entry.pk for entry in form.movable if str(entry.pk) in chosen["retarget"]]
    at_once = chosen["publish_at_once"] and has_right(request.user, Action.PUBLISH)
    report = take_away(row, chosen["outcome"], chosen["target"], request.user, linking, at_once)
    desk.log_change(request, row, _("Unpublished: %(outcome)s.") % {"outcome": Entry.State(chosen["outcome"]).label})
    for done in report:
        if done.published:
            messages.success(request, _("“%(title)s” leads elsewhere now.") % {"title": done.title})
        else:
            messages.warning(
                request,
                _("“%(title)s” is not published yet: %(reason)s.") % {"title": done.title, "reason": done.reason},
            )


def unpublish_form(desk, request, row):
    """The question what readers should find, and which of the links that lead here should lead elsewhere."""
    linking = linking_pages(row, request.user)
    desks = {other.model.KIND: other for other in desk.admin_site._registry.values() if hasattr(other, "pages")}
    movable = [entry for entry in linking if not entry.hidden and desks[entry.kind].has_change_permission(request)]
    return UnpublishForm(
        request.POST if request.method == "POST" else None, entry=row, linking=linking, movable=movable
    )


def unpublish_page(desk, request, row):
    """Take a live page away."""
    form = unpublish_form(desk, request, row)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                take_away_asked(desk, request, row, form)
        except PublicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The page is no longer live."))
            return redirect(desk.address("change", row.pk))
    title = _("Unpublish “%(title)s”") % {"title": row.title}
    return desk_page(desk, request, row, "unpublish.html", title, form=form, button=Action.UNPUBLISH.label)


def schedule_page(desk, request, row):
    """Choose when the draft, as it now is, goes live; or give up the choice."""
    if request.method == "POST" and "_cancel" in request.POST:
        return _cancel(desk, request, row)
    waiting = PublicationSchedule.objects.select_related("snapshot").filter(entry=row.pk).first()
    initial = {"due_at": waiting.due_at, "public_note": waiting.note, "is_minor": waiting.is_minor} if waiting else {}
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        entry=row,
        now_in_words=in_words(timezone.now()),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = _schedule(desk, request, row, form.cleaned_data)
        except PublicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect(desk.address("change", row.pk))
    title = _("Publish “%(title)s” at…") % {"title": row.title}
    return desk_page(desk, request, row, "schedule.html", title, form=form, schedule=waiting)


@transaction.atomic
def _schedule(desk, request, row, chosen):
    made = schedule(row.head, chosen["due_at"], request.user, chosen["public_note"], chosen["is_minor"])
    said = _("Snapshot %(number)d to be published on %(when)s.") % {
        "number": row.head.number,
        "when": made.due_in_words,
    }
    desk.log_change(request, row, said)
    return said


def _cancel(desk, request, row):
    with transaction.atomic():
        cancelled = cancel(row)
        if cancelled:
            desk.log_change(request, row, _("The schedule is cancelled."))
    if cancelled:
        messages.success(request, _("The schedule is cancelled. The draft stays as it is."))
    else:
        messages.warning(request, _("Nothing was waiting any more; it may just have been published."))
    return redirect(desk.address("change", row.pk))


PAGES = [
    EntryPage("unpublish", "unpublish/", unpublish_page, action=Action.UNPUBLISH),
    EntryPage("schedule", "schedule/", schedule_page, action=Action.SCHEDULE),
]
