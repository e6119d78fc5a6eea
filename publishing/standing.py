"""Where an entry stands, in one word that a person can see, and what may be done with it there."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .models import Entry

PUBLISH_RIGHT = "publishing.publish_entry"


class Standing(TextChoices):
    """Finer than Entry.State, which tells only what readers find."""

    DRAFT = "draft", _("draft")
    LIVE = "live", _("live")
    CHANGED = "changed", _("live, with unpublished changes")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REDIRECTED = "redirected", _("redirected")
    GONE = "gone", _("gone")


class Action(TextChoices):
    """What the desk can do with an entry beside saving a draft, which an incomplete entry and any standing allow."""

    RESTORE = "restore", _("Restore")
    PUBLISH = "publish", _("Publish")
    SCHEDULE = "schedule", _("Publish at…")
    UNPUBLISH = "unpublish", _("Unpublish")


@dataclass(frozen=True)
class Rule:
    """Which right an action needs beside that of changing the entry ("" for none), and where the entry may stand (empty: anywhere)."""

    right: str = ""
    standings: tuple = ()


RULES = {
    Action.RESTORE: Rule(),
    Action.PUBLISH: Rule(PUBLISH_RIGHT),
    Action.SCHEDULE: Rule(PUBLISH_RIGHT),
    Action.UNPUBLISH: Rule(PUBLISH_RIGHT, tuple(standing for standing in Standing if standing != Standing.DRAFT)),
}


def standing_of(entry):
    """The Standing of an entry or of a row of its kind."""
    if entry.state == Entry.State.LIVE and entry.head_id != entry.live_id:
        return Standing.CHANGED
    return Standing(entry.state)


def has_right(user, action):
    """Whether a person's rights cover an action, wherever the entry may stand."""
    right = RULES[action].right
    return not right or user.has_perm(right)


def allowed(user, entry):
    """The set of Actions that are open to a person who may change the entry. entry: None for one that is being added."""
    if entry is None:
        return {action for action in (Action.PUBLISH,) if has_right(user, action)}
    standing = standing_of(entry)
    return {
        action
        for action, rule in RULES.items()
        if has_right(user, action) and (not rule.standings or standing in rule.standings)
    }
