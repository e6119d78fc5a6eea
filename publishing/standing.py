"""Where an entry stands, in one word that a person can see, and what may be done with it there."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .models import Entry

PUBLISH_RIGHT = "publishing.publish_entry"
PURGE_RIGHT = "publishing.purge_entry"


class Standing(TextChoices):
    """Finer than Entry.State, which tells only what readers find."""

    DRAFT = "draft", _("draft")
    LIVE = "live", _("live")
    CHANGED = "changed", _("live, with unpublished changes")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REDIRECTED = "redirected", _("redirected")
    GONE = "gone", _("gone")
    TRASH = "trash", _("in trash")


class Action(TextChoices):
    """What the desk can do with an entry beside saving a draft, which an incomplete entry and any standing allow."""

    RESTORE = "restore", _("Restore")
    PUBLISH = "publish", _("Publish")
    SCHEDULE = "schedule", _("Publish at…")
    UNPUBLISH = "unpublish", _("Unpublish")
    RELEASE = "release", _("Add to a release…")
    CORRECT_NOTE = "note", _("Correct the note")
    UPKEEP = "upkeep", _("Upkeep")
    CHECK = "check", _("Checked, nothing to change")
    TRASH = "trash", _("Move to trash…")
    BRING_BACK = "bring-back", _("Bring back")
    PURGE = "purge", _("Purge")


@dataclass(frozen=True)
class Rule:
    """Which right an action needs beside that of changing the entry ("" for none), and where the entry may stand.

    standings: empty for anywhere outside the trash; once_published: the right that an entry takes which readers have seen.
    """

    right: str = ""
    standings: tuple = ()
    once_published: str = ""


PUBLISHED = tuple(standing for standing in Standing if standing not in (Standing.DRAFT, Standing.TRASH))

RULES = {
    Action.RESTORE: Rule(),
    Action.PUBLISH: Rule(PUBLISH_RIGHT),
    Action.SCHEDULE: Rule(PUBLISH_RIGHT),
    Action.UNPUBLISH: Rule(PUBLISH_RIGHT, PUBLISHED),
    Action.RELEASE: Rule(PUBLISH_RIGHT),
    Action.CORRECT_NOTE: Rule(PUBLISH_RIGHT, PUBLISHED),
    Action.UPKEEP: Rule(),
    Action.CHECK: Rule(PUBLISH_RIGHT, (Standing.LIVE, Standing.CHANGED)),
    Action.TRASH: Rule(once_published=PUBLISH_RIGHT),
    Action.BRING_BACK: Rule("", (Standing.TRASH,), once_published=PUBLISH_RIGHT),
    Action.PURGE: Rule(PURGE_RIGHT, (Standing.TRASH,)),
}


def standing_of(entry):
    """The Standing of an entry or of a row of its kind."""
    if entry.in_trash:
        return Standing.TRASH
    if entry.state == Entry.State.LIVE and entry.head_id != entry.live_id:
        return Standing.CHANGED
    return Standing(entry.state)


def has_right(user, action, entry=None):
    """Whether a person's rights cover an action, wherever the entry may stand."""
    rule = RULES[action]
    needed = [rule.right, rule.once_published if entry and entry.live_id else ""]
    return all(user.has_perm(right) for right in needed if right)


def _is_open(rule, standing):
    return standing in rule.standings if rule.standings else standing != Standing.TRASH


def allowed(user, entry):
    """The set of Actions that are open to a person who may change the entry. entry: None for one that is being added."""
    if entry is None:
        return {action for action in (Action.PUBLISH,) if has_right(user, action)}
    standing = standing_of(entry)
    return {action for action, rule in RULES.items() if has_right(user, action, entry) and _is_open(rule, standing)}
