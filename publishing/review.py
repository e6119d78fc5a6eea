"""Review: a draft is submitted, looked at by somebody else, and approved or sent back; comments stand beside the text.

The rules of who may do what are in `standing`. Everything here is desk data: no reader sees it, and no snapshot holds it.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent, record
from .content import part_digest, parts_of
from .models import Entry, Snapshot

OWN_WORK_RIGHT = "publishing.publish_own_work"


class ReviewError(Exception):
    """A step of a review was refused; the message says what to do."""


class ReviewRequest(models.Model):
    """That a snapshot was submitted for review, and what became of it. An entry's latest one is its `review`."""

    class Outcome(models.TextChoices):
        OPEN = "open", gettext_lazy("waiting for review")
        APPROVED = "approved", gettext_lazy("approved")
        CHANGES = "changes", gettext_lazy("changes requested")
        TAKEN_BACK = "taken-back", gettext_lazy("request withdrawn")
        PUBLISHED = "published", gettext_lazy("published meanwhile")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="review_requests")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(gettext_lazy("note to the reviewer"), max_length=300, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        default_permissions = ()  # who may change the entry may submit it; deciding is a right of its own
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(outcome="open"), name="entry_has_one_open_review_request"
            )
        ]

    def __str__(self):
        return f"{self.snapshot}: {self.get_outcome_display()}"


class Comment(models.Model):
    """A remark on a snapshot, bound to one of its parts by key or to the whole.

    Without an author it came through a share link, from somebody who claimed a name and an address. `approves` is such a reader's consent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="comments")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=36, blank=True)  # key of a Part; "" for the whole
    part_digest = models.CharField(max_length=64, blank=True)  # of the part's words when the comment was made
    body = models.TextField(gettext_lazy("comment"), max_length=4000, blank=True)
    approves = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    share_link = models.ForeignKey("ShareLink", null=True, on_delete=models.PROTECT, related_name="comments")
    claimed_name = models.CharField(max_length=100, blank=True)
    claimed_email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self.said_by}: {self.body[:60]}"

    @property
    def said_by(self):
        """Who made the comment, in words."""
        if self.author:
            return str(self.author)
        return _("%(name)s (says to be %(email)s)") % {"name": self.claimed_name, "email": self.claimed_email}


def is_own_work(user, snapshot):
    """Whether a person is the last who changed what the snapshot holds."""
    return bool(user and snapshot and snapshot.author_id == user.pk)


def is_approved(snapshot):
    """Whether somebody other than its author approved this very snapshot."""
    approvals = ReviewRequest.objects.filter(snapshot=snapshot, outcome=ReviewRequest.Outcome.APPROVED)
    return approvals.exclude(decided_by=snapshot.author_id).exists()


def _latest(entry):
    """The entry, locked, with its latest request."""
    return Entry.objects.locked().select_related("head", "live", "review").get(pk=entry.pk)


def _open_request(entry, number):
    request = entry.review
    if request is None or request.outcome != ReviewRequest.Outcome.OPEN:
        raise ReviewError(_("No review of this entry is open any more."))
    if request.snapshot.number != number:
        raise ReviewError(_("A newer draft was submitted meanwhile. Look at it, then decide."))
    return request


def _decide(request, outcome, by):
    request.outcome, request.decided_by, request.decided_at = outcome, by, timezone.now()
    request.save(update_fields=["outcome", "decided_by", "decided_at"])
    return request


@transaction.atomic
def submit(entry, by, note=""):
    """Ask for a review of the entry's draft as it now is. Raises ReviewError where there is nothing new to review."""
    entry = _latest(entry)
    if entry.head is None:
        raise ReviewError(_("There is nothing to review yet. Save the draft first."))
    if entry.state == Entry.State.LIVE and entry.head_id == entry.live_id:
        raise ReviewError(_("Readers see this already. Save a change first, then submit it."))
    if entry.review and entry.review.outcome == ReviewRequest.Outcome.OPEN:
        if entry.review.snapshot_id == entry.head_id:
            raise ReviewError(_("This draft waits for review already."))
        _decide(entry.review, ReviewRequest.Outcome.TAKEN_BACK, by)
    entry.review = ReviewRequest.objects.create(
        entry=entry, snapshot=entry.head, requested_by=by, note=note.strip()[:300]
    )
    entry.save(update_fields=["review"])
    return entry.review


@transaction.atomic
def take_back(entry, by):
    """Withdraw the request. The draft stays as it is."""
    entry = _latest(entry)
    request = _open_request(entry, entry.review.snapshot.number if entry.review else 0)
    return _decide(request, ReviewRequest.Outcome.TAKEN_BACK, by)


@transaction.atomic
def request_changes(entry, number, by, words, part=""):
    """Send the draft back. number: of the snapshot that the reviewer read; words: what to change, needed. Returns the request."""
    if not words.strip():
        raise ReviewError(_("Say what should change."))
    request = _open_request(_latest(entry), number)
    comment(request.snapshot, words, by=by, part=part)
    return _decide(request, ReviewRequest.Outcome.CHANGES, by)


@transaction.atomic
def approve(entry, number, by):
    """Consent to the draft as submitted. number: of the snapshot that the reviewer read. Nobody approves what they wrote last."""
    request = _open_request(_latest(entry), number)
    if is_own_work(by, request.snapshot):
        raise ReviewError(_("You changed this draft last: somebody else has to approve it."))
    return _decide(request, ReviewRequest.Outcome.APPROVED, by)


def comment(snapshot, words, *, by=None, part="", approves=False, **claimed):
    """Keep a remark. part: key of one of the snapshot's parts, or ""; claimed: share_link, claimed_name, claimed_email of a reader without an account."""
    parts = parts_of(snapshot.content)
    if part and part not in parts:
        raise ReviewError(_("The draft has no such section. Choose one of those that it has."))
    return Comment.objects.create(
        entry_id=snapshot.entry_id,
        snapshot=snapshot,
        part=part,
        part_digest=part_digest(parts[part]) if part else "",
        body=words.strip(),
        approves=approves,
        author=by,
        **claimed,
    )


def settle(remark, by):
    """Mark a comment as dealt with."""
    Comment.objects.filter(pk=remark.pk, settled_at=None).update(settled_at=timezone.now(), settled_by=by)


def close_published(snapshot, by):
    """A publication ends the wait of the open request for this draft or an older one."""
    ReviewRequest.objects.filter(
        entry=snapshot.entry_id, outcome=ReviewRequest.Outcome.OPEN, snapshot__number__lte=snapshot.number
    ).update(outcome=ReviewRequest.Outcome.PUBLISHED, decided_by=by, decided_at=timezone.now())


@transaction.atomic
def sign_off(entry, by):
    """Say that what its own author published was read by a second person. Raises ReviewError for that author, or where nothing waits."""
    entry = Entry.objects.locked().get(pk=entry.pk)
    if not entry.unreviewed_by_id:
        raise ReviewError(_("Nothing published here waits for a second reader."))
    if entry.unreviewed_by_id == by.pk:
        raise ReviewError(_("You published this yourself: somebody else has to sign it off."))
    record(AuditEvent.Action.SIGN_OFF, by, entry, was=entry.unreviewed_by, became=gettext_lazy("signed off"))
    entry.unreviewed_by = None
    entry.save(update_fields=["unreviewed_by"])


def standing_comments(entry):
    """[(comment, label of its part, outdated)] of what is not settled yet, in reading order of the draft.

    A comment is outdated when the words of its part changed since; moving the part does not count.
    """
    parts = parts_of(entry.head.content) if entry.head else {}
    places = {key: place for place, key in enumerate(parts)}
    open_ones = entry.comments.filter(settled_at=None).select_related("author", "snapshot")
    rows = []
    for remark in sorted(open_ones.defer("snapshot__content"), key=lambda remark: places.get(remark.part, -1)):
        part = parts.get(remark.part)
        outdated = bool(remark.part) and (part is None or part_digest(part) != remark.part_digest)
        rows.append((remark, part_label(part) if part else "", outdated))
    return rows


def part_label(part):
    """What an editor calls a part: its heading, article or name."""
    named = part.get("title") or part.get("article") or part.get("name_used")
    return named or _("no. %(place)s") % {"place": part.get("position", "")}
