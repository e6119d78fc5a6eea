"""Where an entry stands, in one word that a person can see, and what may be done with it there, by whom.

The functions here ask the database nothing where the entry was loaded `with_standing`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from .models import Entry
from .review import OWN_WORK_RIGHT, ReviewRequest, is_own_work

PUBLISH_RIGHT = "publishing.publish_entry"
PURGE_RIGHT = "publishing.purge_entry"
REVIEW_RIGHT = "publishing.review_entry"


def with_standing(entries):
    """A QuerySet of entries, or of rows of a kind, with what the functions below look at and without the snapshots' texts."""
    snapshots = ("head", "live", "review__snapshot", "schedule__snapshot")
    related = (
        *snapshots,
        "head__author",
        "review__requested_by",
        "review__decided_by",
        "unreviewed_by",
        "trashed",
        "restriction",
    )
    return entries.select_related(*related).defer(*(f"{snapshot}__content" for snapshot in snapshots))


class Standing(TextChoices):
    """Finer than Entry.State, which tells only what readers find."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in-review", _("in review")
    SCHEDULED = "scheduled", _("scheduled")
    LIVE = "live", _("live")
    CHANGED = "changed", _("live, with unpublished changes")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REDIRECTED = "redirected", _("redirected")
    GONE = "gone", _("gone")
    TRASH = "trash", _("in trash")


class Action(TextChoices):
    """What the desk can do with an entry beside saving a draft, which an incomplete entry and any standing allow."""

    RESTORE = "restore", _("Restore")
    COMMENT = "comment", _("Comment")
    SHARE = "share", _("Share the draft")
    SUBMIT = "submit", _("Submit for review")
    TAKE_BACK = "take-back", _("Withdraw the request")
    REQUEST_CHANGES = "request-changes", _("Request changes")
    APPROVE = "approve", _("Approve")
    SIGN_OFF = "sign-off", _("Sign off")
    PUBLISH = "publish", _("Publish")
    SCHEDULE = "schedule", _("Publish at…")
    UNPUBLISH = "unpublish", _("Unpublish")
    RELEASE = "release", _("Add to a release…")
    CORRECT_NOTE = "note", _("Correct the note")
    UPKEEP = "upkeep", _("Upkeep")
    CHECK = "check", _("Checked, nothing to change")
    RESTRICT = "restrict", _("Restrict…")
    TRASH = "trash", _("Move to trash…")
    BRING_BACK = "bring-back", _("Bring back")
    PURGE = "purge", _("Purge")


@dataclass(frozen=True)
class Rule:
    """When an action is open, to somebody who may change the entry.

    right: what else the person needs, "" for nothing; where(entry): whether the entry stands where the action makes sense;
    who(user, entry): whether this person may, right or no right; once_published: the right that it takes where readers have seen the
    entry; in_trash: whether it is for entries in the trash, and for no others.
    """

    right: str = ""
    where: Callable = lambda entry: True
    who: Callable = lambda user, entry: True
    once_published: str = ""
    in_trash: bool = False


def in_review(entry):
    """Whether a request for review waits."""
    return entry.review is not None and entry.review.outcome == ReviewRequest.Outcome.OPEN


def is_scheduled(entry):
    """Whether a publication waits for its time."""
    waiting = getattr(entry, "schedule", None)
    return waiting is not None and not waiting.failed


def has_draft(entry):
    """Whether the newest snapshot is not what readers see."""
    return entry.head_id is not None and not (entry.state == Entry.State.LIVE and entry.head_id == entry.live_id)


def is_review_of_head(entry):
    """Whether the latest request for review is about the draft as it now is."""
    return entry.review is not None and entry.review.snapshot_id == entry.head_id


def review_matters(entry):
    """Whether the latest request for review is about something that readers do not see yet."""
    return entry.review is not None and (entry.live is None or entry.review.snapshot.number > entry.live.number)


def can_be_submitted(entry):
    """Whether a changed draft could be submitted: it is neither waiting for a reviewer already nor for its time."""
    return not is_scheduled(entry) and not (in_review(entry) and is_review_of_head(entry))


def _was_published(entry):
    return entry.live_id is not None


def _may_publish_head(user, entry):
    return not is_own_work(user, entry.head) or user.has_perm(OWN_WORK_RIGHT)


PUBLISHED = tuple(standing for standing in Standing if standing not in (Standing.DRAFT, Standing.TRASH))

RULES = {
    Action.RESTORE: Rule(),
    Action.COMMENT: Rule(where=lambda entry: entry.head_id is not None),
    Action.SHARE: Rule(where=lambda entry: entry.head_id is not None),
    Action.SUBMIT: Rule(where=lambda entry: has_draft(entry) and can_be_submitted(entry)),
    Action.TAKE_BACK: Rule(
        where=in_review, who=lambda user, entry: entry.review.requested_by_id == user.pk or user.has_perm(REVIEW_RIGHT)
    ),
    Action.REQUEST_CHANGES: Rule(REVIEW_RIGHT, where=in_review),
    Action.APPROVE: Rule(
        REVIEW_RIGHT, where=in_review, who=lambda user, entry: not is_own_work(user, entry.review.snapshot)
    ),
    Action.SIGN_OFF: Rule(
        REVIEW_RIGHT,
        where=lambda entry: entry.unreviewed_by_id is not None,
        who=lambda user, entry: entry.unreviewed_by_id != user.pk,
    ),
    Action.PUBLISH: Rule(PUBLISH_RIGHT, who=_may_publish_head),
    Action.SCHEDULE: Rule(PUBLISH_RIGHT, who=_may_publish_head),
    Action.UNPUBLISH: Rule(PUBLISH_RIGHT, where=_was_published),
    Action.RELEASE: Rule(PUBLISH_RIGHT),
    Action.CORRECT_NOTE: Rule(PUBLISH_RIGHT, where=_was_published),
    Action.UPKEEP: Rule(),
    Action.CHECK: Rule(PUBLISH_RIGHT, where=lambda entry: entry.state == Entry.State.LIVE),
    Action.RESTRICT: Rule(where=lambda entry: entry.head_id is not None),
    Action.TRASH: Rule(once_published=PUBLISH_RIGHT),
    Action.BRING_BACK: Rule(once_published=PUBLISH_RIGHT, in_trash=True),
    Action.PURGE: Rule(PURGE_RIGHT, in_trash=True),
}


def base_standing(entry):
    """What readers find, and whether they miss something."""
    if entry.state == Entry.State.LIVE and has_draft(entry):
        return Standing.CHANGED
    return Standing(entry.state)


def standing_of(entry):
    """The Standing of an entry or of a row of its kind: where it waits comes before what readers find."""
    if entry.in_trash:
        return Standing.TRASH
    if in_review(entry):
        return Standing.IN_REVIEW
    if is_scheduled(entry):
        return Standing.SCHEDULED
    return base_standing(entry)


def standing_where(standing):
    """The Q that finds the entries of which standing_of() says this."""
    reviewed = Q(review__outcome=ReviewRequest.Outcome.OPEN)
    waiting = Q(schedule__failed="")
    seen = Q(head=F("live"))
    if standing == Standing.TRASH:
        return Q(trashed__isnull=False)
    return Q(trashed=None) & {
        Standing.IN_REVIEW: reviewed,
        Standing.SCHEDULED: waiting & ~reviewed,
        Standing.LIVE: Q(state=Entry.State.LIVE) & seen & ~reviewed & ~waiting,
        Standing.CHANGED: Q(state=Entry.State.LIVE) & ~seen & ~reviewed & ~waiting,
    }.get(standing, Q(state=standing) & ~reviewed & ~waiting)


def has_right(user, action, entry=None):
    """Whether a person's rights cover an action, wherever the entry may stand."""
    rule = RULES[action]
    needed = [rule.right, rule.once_published if entry and entry.live_id else ""]
    return all(user.has_perm(right) for right in needed if right)


def is_open(entry, action):
    """Whether an entry stands where an action makes sense."""
    rule = RULES[action]
    return entry.in_trash == rule.in_trash and rule.where(entry)


def allowed(user, entry):
    """The set of Actions that are open to a person who may change the entry. entry: None for one that is being added."""
    if entry is None:
        # Whoever adds an entry changed it last.
        return {Action.PUBLISH} if user.has_perms([PUBLISH_RIGHT, OWN_WORK_RIGHT]) else set()
    return {
        action
        for action, rule in RULES.items()
        if has_right(user, action, entry) and is_open(entry, action) and rule.who(user, entry)
    }


def next_step(user, entry):
    """What this person, or somebody else, would do next, in a sentence; "" where the entry is live and nothing waits."""
    open_ones = allowed(user, entry)
    if in_review(entry):
        mine = Action.APPROVE in open_ones
        return _("Next: review it.") if mine else _("Next: somebody else reviews it.")
    if is_scheduled(entry):
        return _("Next: it is published at its time.")
    if Action.SIGN_OFF in open_ones:
        return _("Next: read the page and sign it off.")
    if not has_draft(entry):
        return ""
    if is_review_of_head(entry) and entry.review.outcome == ReviewRequest.Outcome.CHANGES:
        return _("Next: change what the review asks for, then submit again.")
    if is_review_of_head(entry) and entry.review.outcome == ReviewRequest.Outcome.APPROVED:
        return _("Next: publish it.") if Action.PUBLISH in open_ones else _("Next: a publisher publishes it.")
    return _("Next: submit it for review.")
