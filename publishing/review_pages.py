"""Review on the desk: one page per entry with the draft's changes, the comments, and what may be done next."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .content import parts_of
from .diff import compare
from .entry_pages import EntryPage, desk_page
from .languages import for_the_record
from .notices import notify, reviewers, writers
from .review import (
    Comment,
    ReviewError,
    approve,
    comment,
    part_label,
    request_changes,
    settle,
    sign_off,
    standing_comments,
    submit,
    take_back,
)
from .snapshots import content_of
from .standing import Action, allowed, in_review, review_matters, standing_of


class SubmitForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note to the reviewer"), max_length=300, required=False)


class RemarkForm(forms.Form):
    """A comment on a snapshot. number: of the snapshot that its writer read."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    part = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), required=True
    )

    def __init__(self, *args, snapshot, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["number"].initial = snapshot.number
        labels = [(key, part_label(part)) for key, part in parts_of(snapshot.content).items()]
        self.fields["part"].choices = [("", gettext_lazy("the whole")), *labels]


def _read(entry):
    """The snapshot that a reviewer reads: the submitted one while a request is open, else the draft."""
    snapshot = entry.review.snapshot if in_review(entry) else entry.head
    snapshot.entry = entry
    return snapshot


def review_page(desk, request, row, form=None, status=200):
    """What is to be reviewed, what was said of it, and the next step."""
    if row.head is None:
        messages.info(request, _("There is nothing to review yet. Save the draft first."))
        return redirect(desk.address("change", row.pk))
    snapshot = _read(row)
    before = content_of_json(row.live) if row.live and row.live_id != snapshot.pk else {}
    return desk_page(
        desk,
        request,
        row,
        "review.html",
        _("Review of “%(title)s”") % {"title": row.title},
        status=status,
        snapshot=snapshot,
        snapshot_address=desk.address("snapshot", row.pk, snapshot.number),
        standing=standing_of(row),
        is_open=in_review(row),
        review=row.review if review_matters(row) else None,
        allowed=allowed(request.user, row),
        language=snapshot.content["language"],
        comparison=compare(before, content_of(snapshot).to_json(), desk.model) if before else None,
        comments=standing_comments(row),
        form=form or RemarkForm(snapshot=snapshot),
        submit_form=SubmitForm(),
    )


def content_of_json(snapshot):
    """A snapshot's content as JSON of the present schema."""
    return content_of(snapshot).to_json()


def _done(desk, request, row, said, people, subject, *lines):
    """Log a step, tell those concerned, and return to the review."""
    desk.log_change(request, row, said)
    address = request.build_absolute_uri(desk.address("review", row.pk))
    notify(people, request.user, row, subject, [*lines, address])
    messages.success(request, said)
    return redirect(desk.address("review", row.pk))


def _step(answer):
    """A page that takes one step of a review in a transaction, and says why where the step is refused."""

    def page(desk, request, row, **captured):
        try:
            with transaction.atomic():
                return answer(desk, request, row, **captured)
        except ReviewError as error:
            messages.error(request, str(error))
            return redirect(desk.address("review", row.pk))

    return page


@_step
def submit_page(desk, request, row):
    form = SubmitForm(request.POST)
    return submit_draft(desk, request, row, form.cleaned_data["note"] if form.is_valid() else "")


def submit_draft(desk, request, row, note=""):
    """Submit the draft as it now is, and tell the reviewers. Raises ReviewError."""
    submit(row, request.user, note)
    said = gettext_lazy("Submitted for review.")
    subject = for_the_record(gettext_lazy("For review: %(title)s"), title=row.title)
    return _done(desk, request, row, said, reviewers(), subject, f"{request.user}: {for_the_record(said)}", note)


@_step
def take_back_page(desk, request, row):
    take_back(row, request.user)
    said = gettext_lazy("The request for review is withdrawn.")
    subject = for_the_record(gettext_lazy("No longer for review: %(title)s"), title=row.title)
    return _done(desk, request, row, said, writers(row), subject, f"{request.user}: {for_the_record(said)}")


@_step
def approve_page(desk, request, row):
    approve(row, _number(request), request.user)
    said = gettext_lazy("Approved.")
    subject = for_the_record(gettext_lazy("Approved: %(title)s"), title=row.title)
    return _done(desk, request, row, said, writers(row), subject, f"{request.user}: {for_the_record(said)}")


def _number(request):
    number = request.POST.get("number", "")
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _remark(answer):
    """A step that needs a filled-in RemarkForm."""

    def page(desk, request, row):
        form = RemarkForm(request.POST, snapshot=_read(row))
        if not form.is_valid():
            return review_page(desk, request, row, form, status=422)
        return answer(desk, request, row, form.cleaned_data)

    return _step(page)


@_remark
def request_changes_page(desk, request, row, chosen):
    people = writers(row)
    request_changes(row, chosen["number"], request.user, chosen["words"], chosen["part"])
    said = gettext_lazy("Changes requested.")
    subject = for_the_record(gettext_lazy("Changes requested: %(title)s"), title=row.title)
    return _done(desk, request, row, said, people, subject, f"{request.user}: {chosen['words']}")


@_remark
def comment_page(desk, request, row, chosen):
    people = writers(row)
    comment(_read(row), chosen["words"], by=request.user, part=chosen["part"])
    said = gettext_lazy("Comment kept.")
    subject = for_the_record(gettext_lazy("Comment: %(title)s"), title=row.title)
    return _done(desk, request, row, said, people, subject, f"{request.user}: {chosen['words']}")


def settle_page(desk, request, row, key):
    """Mark a comment as dealt with."""
    settle(get_object_or_404(Comment, pk=key, entry=row.pk), request.user)
    return redirect(desk.address("review", row.pk))


@_step
def sign_off_page(desk, request, row):
    author = row.unreviewed_by
    sign_off(row, request.user)
    said = gettext_lazy("Signed off.")
    subject = for_the_record(gettext_lazy("Signed off: %(title)s"), title=row.title)
    return _done(desk, request, row, said, [author], subject, f"{request.user}: {for_the_record(said)}")


PAGES = [
    EntryPage("review", "review/", review_page, right="view"),
    EntryPage("submit", "review/submit/", submit_page, action=Action.SUBMIT, posts_only=True),
    EntryPage("take_back", "review/take-back/", take_back_page, action=Action.TAKE_BACK, posts_only=True),
    EntryPage(
        "request_changes",
        "review/request-changes/",
        request_changes_page,
        action=Action.REQUEST_CHANGES,
        posts_only=True,
    ),
    EntryPage("approve", "review/approve/", approve_page, action=Action.APPROVE, posts_only=True),
    EntryPage("comment", "review/comment/", comment_page, action=Action.COMMENT, posts_only=True),
    EntryPage("settle", "review/comments/<uuid:key>/settle/", settle_page, action=Action.COMMENT, posts_only=True),
    EntryPage("sign_off", "review/sign-off/", sign_off_page, action=Action.SIGN_OFF, posts_only=True),
]
