"""An entry's past on the desk: its snapshots, what differs between two, and bringing one back."""

from itertools import pairwise

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .diff import compare
from .entry_pages import EntryPage, desk_page, snapshot_or_404
from .languages import for_the_record
from .preview import preview_response
from .public import PublicVersion
from .snapshots import content_of, restore
from .standing import Action, allowed


def history_page(desk, request, row):
    """All snapshots of an entry, the newest first."""
    versions = {version.snapshot_number: version for version in PublicVersion.objects.filter(entry_id=row.pk)}
    may_correct = desk.has_change_permission(request, row) and Action.CORRECT_NOTE in allowed(request.user, row)
    snapshots = list(row.snapshots.select_related("author").defer("content"))
    requests = {}
    for request_made in row.review_requests.select_related("decided_by"):
        requests.setdefault(request_made.snapshot_id, []).append(request_made)
    for snapshot in snapshots:
        snapshot.version = versions.get(snapshot.number)
        snapshot.requests = requests.get(snapshot.pk, [])
        if snapshot.version and may_correct:
            snapshot.note_address = desk.address("note", row.pk, snapshot.version.number)
        snapshot.address = desk.address("snapshot", row.pk, snapshot.number)
        snapshot.restore_address = desk.address("restore", row.pk, snapshot.number)
    for newer, older in pairwise(snapshots):
        newer.before = older.number
        newer.diff_address = desk.address("diff", row.pk, older.number, newer.number)
    return desk_page(
        desk,
        request,
        row,
        "history.html",
        _("History of “%(title)s”") % {"title": row.title},
        snapshots=snapshots,
        may_restore=desk.has_change_permission(request, row) and Action.RESTORE in allowed(request.user, row),
    )


def snapshot_page(desk, request, row, number):
    """The page as a snapshot would make it."""
    snapshot = snapshot_or_404(row, number)
    banner = _("Snapshot %(number)d of the history, as it would look now.") % {"number": snapshot.number}
    return preview_response(request, row.pk, row.KIND, content_of(snapshot), banner)


def diff_page(desk, request, row, older, newer):
    """What differs between two snapshots."""
    snapshots = [snapshot_or_404(row, number) for number in (older, newer)]
    for snapshot in snapshots:
        snapshot.address = desk.address("snapshot", row.pk, snapshot.number)
    before, after = (content_of(snapshot).to_json() for snapshot in snapshots)
    title = _("Changes of “%(title)s” from snapshot %(older)d to %(newer)d")
    return desk_page(
        desk,
        request,
        row,
        "diff.html",
        title % {"title": row.title, "older": older, "newer": newer},
        snapshots=snapshots,
        language=after["language"],
        comparison=compare(before, after, desk.model),
    )


def restore_page(desk, request, row, number):
    """Make an older snapshot the draft again."""
    snapshot = snapshot_or_404(row, number)
    summary = for_the_record(gettext_lazy("Restored snapshot %(number)d"), number=snapshot.number)
    with transaction.atomic():
        _fresh, losses = restore(row, snapshot, request.user, summary)
        desk.log_change(request, row, summary)
    messages.success(request, _("%(summary)s as the draft. Readers see it when you publish.") % {"summary": summary})
    for loss in losses:
        messages.warning(request, loss)
    return redirect(desk.address("change", row.pk))


PAGES = [
    EntryPage("history", "history/", history_page, right="view"),
    EntryPage("snapshot", "snapshots/<int:number>/", snapshot_page, right="view"),
    EntryPage("diff", "snapshots/<int:older>..<int:newer>/", diff_page, right="view"),
    EntryPage("restore", "snapshots/<int:number>/restore/", restore_page, action=Action.RESTORE, posts_only=True),
]
