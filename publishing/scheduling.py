"""Publish at: a snapshot that waits for its moment. `manage.py run_due` publishes what is due, through the one door."""

import logging
from collections import Counter
from datetime import UTC, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .dates import moment_words
from .locks import share_ties
from .models import Entry, Snapshot
from .public import PublicVersion
from .publication import PublicationError, publish, refuse_trashed

logger = logging.getLogger(__name__)

FURTHEST = timedelta(days=3653)  # ten years; beyond them stands a slip of the key rather than a plan


def in_words(moment):
    """A moment in the site's time zone and, where that is another, in UTC."""
    here = moment_words(timezone.localtime(moment), zone=True)
    utc = moment_words(moment.astimezone(UTC), zone=True)
    return here if here == utc else f"{here} ({utc})"


class PublicationScheduleQuerySet(models.QuerySet):
    def due(self, now):
        """Schedules whose moment has come. One that was refused waits for an editor, not for the next run."""
        return self.filter(due_at__lte=now, failed="")


class PublicationSchedule(models.Model):
    """That a snapshot is to be published at a moment. The row goes when that is done."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="schedule")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    is_minor = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    failed = models.TextField(blank=True)  # why publishing was refused; "" while it was not

    objects = PublicationScheduleQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # who may publish may schedule

    def __str__(self):
        return f"{self.snapshot} · {self.due_in_words}"

    @property
    def due_in_words(self):
        return in_words(self.due_at)

    @property
    def is_overtaken(self):
        """Whether readers already see this snapshot or a later one."""
        return _is_live(self.entry, self.snapshot)


def refuse_impossible_time(due_at, now):
    """Raise PublicationError where a moment is past or more than ten years away."""
    if due_at <= now:
        raise PublicationError(_("This time is past. Choose a later one, or publish now."))
    if due_at > now + FURTHEST:
        raise PublicationError(_("This is more than ten years away. Check the year."))


def _is_live(entry, snapshot):
    return entry.state == Entry.State.LIVE and entry.live.number >= snapshot.number


@transaction.atomic
def schedule(snapshot, due_at, by=None, note="", minor=False):
    """Have a snapshot published at a moment, in place of what the entry was scheduled for before.

    due_at: an aware datetime; note, minor: as for publish(). Raises PublicationError where the time is past or more than ten
    years away, the snapshot is live, or the note is missing.
    """
    refuse_impossible_time(due_at, timezone.now())
    # The entry, then its schedule: the order of everybody who locks both.
    entry = Entry.objects.locked().select_related("live").get(pk=snapshot.entry_id)
    refuse_trashed(entry)
    if _is_live(entry, snapshot):
        raise PublicationError(_("Readers see this already. Save a change first, then choose its time."))
    last = PublicVersion.objects.filter(entry_id=entry.pk).order_by("-number").first()
    if last and last.snapshot_number != snapshot.number and not minor and not note.strip():
        # publish() would say so too, when nobody is there to write one.
        raise PublicationError(_("Say in a public note what changed, or mark the change as minor."))
    cancel(entry)
    return PublicationSchedule.objects.create(
        entry=entry, snapshot=snapshot, due_at=due_at, scheduled_by=by, note=note.strip(), is_minor=minor
    )


def cancel(entry):
    """Give up what the entry is scheduled for. Returns whether there was anything."""
    return PublicationSchedule.objects.filter(entry=entry.pk).delete()[0] > 0


def drop_overtaken(published):
    """Give up what a snapshot's entry is scheduled for, where that is this snapshot or an older one."""
    PublicationSchedule.objects.filter(entry=published.entry_id, snapshot__number__lte=published.number).delete()


def publish_due(now):
    """Publish all that is due, each in a transaction of its own, and once however many do this at a time.

    Returns {"published", "refused", "broken": how many}. Refused ones keep the reason in `failed`; broken ones, whose error
    is in the log, are tried again by the next run.
    """
    outcomes = Counter()
    for key in list(PublicationSchedule.objects.due(now).order_by("due_at").values_list("pk", flat=True)):
        try:
            outcomes[_publish_if_due(key, now)] += 1
        except Exception:
            logger.exception("Schedule %s could not be carried out.", key)
            outcomes["broken"] += 1
    return outcomes


@transaction.atomic
def _publish_if_due(key, now):
    """What became of one schedule: "published", "refused", or "passed" where there was nothing to do (any more)."""
    # Locked with its entry, or left to the next run: whoever holds either is publishing, saving or cancelling, and
    # waiting for one while holding the other could block both for ever. SQLite has no row locks and needs none: a
    # transaction there holds the whole database.
    share_ties()
    waiting = (
        PublicationSchedule.objects.due(now)
        .select_related("entry__live", "snapshot__entry", "scheduled_by")
        .select_for_update(of=("self", "entry"), skip_locked=True)
        .filter(pk=key)
        .first()
    )
    if waiting is None:
        return "passed"
    if waiting.is_overtaken:
        waiting.delete()
        return "passed"
    try:
        publish(waiting.snapshot, waiting.scheduled_by, note=waiting.note, minor=waiting.is_minor)
    except PublicationError as error:
        logger.warning("%s was not published: %s", waiting.snapshot, error)
        waiting.failed = str(error)
        waiting.save(update_fields=["failed"])
        return "refused"
    waiting.delete()
    return "published"
