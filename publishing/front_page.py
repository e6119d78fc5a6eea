"""The desk's front page: what waits for this person, and what happened last. All lists of entries are one query."""

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from . import kinds
from .dates import moment_words
from .models import Entry
from .public import PublicEntry
from .releases import Release
from .restricting import is_hidden
from .review import ReviewRequest, is_own_work
from .standing import PUBLISH_RIGHT, REVIEW_RIGHT, has_draft, in_review, is_review_of_head, with_standing
from .upkeep import overdue

MOST = 10  # of each list


def _wanted(user, present, today):
    """{list: QuerySet of its entries in order}. present: entries that are not in the trash, of kinds that the person may see."""
    unseen = Q(live=None) | ~Q(head=F("live"))
    wanted = {
        "drafts": present.filter(unseen, head__author=user.pk).order_by("-head__created_at"),
        "scheduled": present.filter(schedule__isnull=False).order_by("schedule__due_at"),
        "overdue": overdue(user, today).filter(pk__in=present),
    }
    if user.has_perm(REVIEW_RIGHT):
        waiting = present.filter(review__outcome=ReviewRequest.Outcome.OPEN).exclude(review__snapshot__author=user.pk)
        wanted["review"] = waiting.order_by("review__requested_at")
        wanted["unreviewed"] = present.filter(unreviewed_by__isnull=False).order_by("normalised_title")
    return wanted


def entry_lists(user, kind_names, today):
    """{"drafts", "review", "scheduled", "unreviewed", "overdue": [Entry]}, each at most MOST long; a list is left out for who has no part in it."""
    present = Entry.objects.filter(kind__in=kind_names, trashed=None).visible_to(user)
    wanted = _wanted(user, present, today)
    any_of = Q()
    for entries in wanted.values():
        any_of |= Q(pk__in=entries.values("pk")[:MOST])
    late = ExpressionWrapper(Q(pk__in=wanted["overdue"].values("pk")), BooleanField())
    found = list(with_standing(present.filter(any_of)).annotate(late=late).order_by("normalised_title"))
    belongs = {
        "drafts": lambda entry: has_draft(entry) and is_own_work(user, entry.head),
        "review": lambda entry: in_review(entry) and not is_own_work(user, entry.review.snapshot),
        "scheduled": lambda entry: hasattr(entry, "schedule"),
        "unreviewed": lambda entry: entry.unreviewed_by_id,
        "overdue": lambda entry: entry.late,
    }
    order = {
        "drafts": lambda entry: -entry.head.created_at.timestamp(),
        "review": lambda entry: entry.review.requested_at,
        "scheduled": lambda entry: entry.schedule.due_at,
    }
    return {
        name: sorted(filter(belongs[name], found), key=order.get(name, lambda entry: entry.normalised_title))[:MOST]
        for name in wanted
    }


def _when(moment):
    return moment_words(localtime(moment))


def _words(name, entry):
    """What a line says beside the title."""
    if name == "review":
        return _("%(who)s, %(when)s") % {"who": entry.review.requested_by, "when": _when(entry.review.requested_at)}
    if name == "scheduled":
        return f"{entry.schedule.due_in_words}{': ' if entry.schedule.failed else ''}{entry.schedule.failed}"
    if name == "unreviewed":
        return _("published by %(who)s") % {"who": entry.unreviewed_by}
    words = [str(kinds.get(entry.kind).label)]
    if name == "drafts":
        words.append(_when(entry.head.created_at))
        if is_review_of_head(entry):
            words.append(entry.review.get_outcome_display())
    return ", ".join(words)


def sections(user, desks, today):
    """[(heading, words where it is empty, [(title, address, words)])] for a person. desks: {kind: its admin} that the person may see."""
    headings = {
        "review": (_("Waiting for my review"), _("No draft waits for your review.")),
        "drafts": (_("My drafts"), _("Nothing of yours waits to be published.")),
        "scheduled": (_("Scheduled"), _("Nothing is scheduled.")),
        "unreviewed": (_("Published without a second reader"), _("Everything live was read by a second person.")),
        "overdue": (_("Overdue for a check"), _("Nothing that you look after is overdue.")),
    }
    lists = entry_lists(user, list(desks), today)
    page = {"review": "review", "unreviewed": "review", "scheduled": "schedule", "overdue": "upkeep"}
    result = []
    for name, (heading, empty) in headings.items():
        if name in lists:
            rows = [
                (entry.title, desks[entry.kind].address(page.get(name, "change"), entry.pk), _words(name, entry))
                for entry in lists[name]
            ]
            result.append((heading, empty, rows))
    published = PublicEntry.objects.live().filter(kind__in=desks).for_list().annotate(hidden=is_hidden(user))
    live = published.order_by("-revised_at", "sort_key")[:MOST]
    rows = [
        (
            entry.title,
            entry.get_absolute_url() if entry.hidden else desks[entry.kind].address("change", entry.pk),
            f"{kinds.get(entry.kind).label}, {_when(entry.revised_at)}",
        )
        for entry in live
    ]
    return [*result, (_("Recently published"), _("Nothing is live yet."), rows)]


def open_releases(user):
    """Releases that are still to be published, each with `size`, the next first; none for who may not publish."""
    if not user.has_perm(PUBLISH_RIGHT):
        return []
    waiting = Release.objects.open().visible_to(user).annotate(size=Count("items"))
    return list(waiting.order_by(F("due_at").asc(nulls_last=True), "name")[:MOST])
