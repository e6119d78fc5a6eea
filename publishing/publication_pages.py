"""Where an entry is taken away from readers, and where the time is chosen at which they see it."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from .entry_pages import EntryPage, desk_page
from .forms import ScheduleForm, UnpublishForm
from .models import Entry
from .public import PublicEntry, PublicLink
from .publication import PublicationError, unpublish
from .scheduling import PublicationSchedule, cancel, in_words, schedule
from .standing import Action


def unpublish_page(desk, request, row):
    """Take a live page away."""
    form = UnpublishForm(request.POST or None, entry=row)
    if request.method == "POST" and form.is_valid():
        outcome = form.cleaned_data["outcome"]
        try:
            with transaction.atomic():
                unpublish(row, outcome, form.cleaned_data["target"], request.user)
                cancel(row)  # what was planned for the page before; it would bring the page back
                said = _("Unpublished: %(outcome)s.") % {"outcome": Entry.State(outcome).label}
                desk.log_change(request, row, said)
        except PublicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The page is no longer live."))
            return redirect(desk.address("change", row.pk))
    links = PublicLink.objects.filter(target_id=row.pk).exclude(entry=row.pk)
    return desk_page(
        desk,
        request,
        row,
        "unpublish.html",
        _("Unpublish “%(title)s”") % {"title": row.title},
        linking=PublicEntry.objects.live().filter(pk__in=links.values("entry")).for_list().order_by("sort_key"),
        form=form,
    )


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
