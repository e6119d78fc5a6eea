"""What every page of the desk about one entry shares. A page is a function of the desk, the request and the row."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .models import Snapshot
from .standing import RULES, Action, has_right, is_open


@dataclass(frozen=True)
class EntryPage:
    """An address of the desk below an entry's own.

    name: last part of the URL's name; path: its pattern behind the entry's key; answer(desk, request, row, **captured) -> response;
    right: what the person must be allowed to do with the row ("view" or "change"); action: the Action that
    the page serves, and that must be open to the person; posts_only: whether there is nothing to look at.
    """

    name: str
    path: str
    answer: Callable
    right: str = "change"
    action: str = ""
    posts_only: bool = False

    def respond(self, desk, request, object_id, **captured):
        row = entry_or_404(desk, request, object_id, self.right)
        if self.action:
            if not has_right(request.user, self.action, row):
                raise PermissionDenied
            if not is_open(row, self.action):
                said = _("The entry stands elsewhere by now: “%(action)s” is not open any more.")
                messages.warning(request, said % {"action": Action(self.action).label})
                return redirect(desk.address("change", row.pk))
            if not RULES[self.action].who(request.user, row):
                raise PermissionDenied
        if self.posts_only and request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return self.answer(desk, request, row, **captured)


def entry_or_404(desk, request, object_id, right):
    """The row, for somebody with the right ("view" or "change")."""
    row = desk.get_object(request, unquote(object_id))
    may = getattr(desk, f"has_{right}_permission")
    if row is None:
        if not may(request):
            raise PermissionDenied
        raise Http404(_("There is no such entry."))
    if not may(request, row):
        raise PermissionDenied
    return row


def snapshot_or_404(row, number):
    """The entry's snapshot of this number."""
    snapshot = Snapshot.objects.filter(entry=row.pk, number=number).select_related("entry").first()
    if snapshot is None:
        raise Http404(_("This entry has no such snapshot."))
    return snapshot


def desk_page(desk, request, row, template, title, *, status=200, **context):
    """A page of the desk about a row. template: its name below admin/publishing/."""
    common = {**desk.admin_site.each_context(request), "title": title, "object": row, "opts": desk.opts}
    return render(request, f"admin/publishing/{template}", {**common, **context}, status=status)
