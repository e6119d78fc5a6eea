"""Release sets: snapshots of several entries that go live together or not at all, now or at a time."""

import logging
from collections import Counter

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent, record
from .models import Entry, Snapshot
from .publication import PublicationError, publish
from .rows import lock_entries
from .scheduling import drop_overtaken, in_words, refuse_impossible_time

logger = logging.getLogger(__name__)


class ReleaseQuerySet(models.QuerySet):
    def open(self):
        """What has not been published."""
        return self.filter(published_at=None)

    def visible_to(self, user):
        """Releases without the ones that are still to publish a draft which is hidden from a person."""
        hidden = ReleaseItem.objects.filter(entry__in=Entry.objects.hidden_from(user), release__published_at=None)
        return self.exclude(pk__in=hidden.values("release"))

    def due(self, now):
        """What is to be published by now. One that was refused waits for an editor, not for the next run."""
        return self.open().filter(due_at__lte=now, failed="")


class Release(models.Model):
    """A named set of snapshots."""

    name = models.CharField(gettext_lazy("name"), max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(gettext_lazy("made"), auto_now_add=True)
    due_at = models.DateTimeField(gettext_lazy("to be published"), null=True, blank=True)
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    failed = models.TextField(blank=True)  # why publishing at the time was refused; "" while it was not
    published_at = models.DateTimeField(gettext_lazy("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()  # who may publish may release
        verbose_name = gettext_lazy("release")
        verbose_name_plural = gettext_lazy("releases")

    def __str__(self):
        return self.name

    @property
    def due_in_words(self):
        return in_words(self.due_at)

    @property
    def is_open(self):
        return self.published_at is None


class ReleaseItem(models.Model):
    """A snapshot in a release. Its entry may have moved on: what was added is what is published."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(gettext_lazy("public note"), max_length=300, blank=True)
    is_minor = models.BooleanField(gettext_lazy("minor change"), default=False)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["release", "entry"], name="release_holds_an_entry_once")]

    def __str__(self):
        return str(self.snapshot)

    @property
    def is_outdated(self):
        """Whether the entry's draft moved on since."""
        return self.entry.head_id != self.snapshot_id


class ReleaseRefused(PublicationError):
    """Nothing was published. `reasons`: [(title, why)]."""

    def __init__(self, reasons):
        self.reasons = reasons
        super().__init__(" ".join(f"{title}: {why}" if title else why for title, why in reasons))


def _open_release(key):
    """The release, locked; refused where it has been published."""
    release = Release.objects.select_for_update(of=("self",)).get(pk=key)
    if not release.is_open:
        raise ReleaseRefused([("", _("This release has been published already."))])
    return release


@transaction.atomic
def add_to_release(release, snapshot, note="", minor=False):
    """Have a release publish this snapshot, in place of another one of the same entry."""
    release = _open_release(release.pk)
    entry = lock_entries([snapshot.entry_id])[snapshot.entry_id]
    if entry.in_trash:
        raise ReleaseRefused([(entry.title, _("It is in the trash. Bring it back first."))])
    values = {"snapshot": snapshot, "note": note.strip(), "is_minor": minor}
    return ReleaseItem.objects.update_or_create(release=release, entry=entry, defaults=values)[0]


def leave_open_releases(entry):
    """Take an entry out of every release that is still to be published."""
    ReleaseItem.objects.filter(entry=entry.pk, release__published_at=None).delete()


@transaction.atomic
def publish_release(release, by=None):
    """Publish all snapshots of a release in one transaction: readers see all of them or none.

    Returns the number of entries. Raises ReleaseRefused, having changed nothing, where the release is empty or published already or
    where publishing any of them is refused; each is named.
    """
    release = _open_release(release.pk)
    items = list(release.items.select_related("snapshot__entry").order_by("entry"))
    if not items:
        raise ReleaseRefused([("", _("This release is empty. Add an entry from its own page."))])
    entries = lock_entries(item.entry_id for item in items)
    refused = _publish_as_far_as_possible(items, entries, by)
    if refused:
        raise ReleaseRefused([(item.snapshot.content["title"], reason) for item, reason in refused])
    release.published_at, release.published_by = timezone.now(), by
    release.save(update_fields=["published_at", "published_by"])
    record(AuditEvent.Action.RELEASE, by, became=f"{release.name} ({len(items)})")
    return len(items)


def _publish_as_far_as_possible(items, entries, by):
    """Publish items until none is left or no other can be. Returns [(item, why not)].

    In rounds: one entry may take the address that another one of the set gives up.
    """
    left = [(item, "") for item in items]
    while left:
        refused = []
        for item, _reason in left:
            try:
                _publish_item(item, entries[item.entry_id], by)
            except PublicationError as error:
                refused.append((item, str(error)))
        if len(refused) == len(left):
            return refused
        left = refused
    return []


def _publish_item(item, entry, by):
    live = entry.live if entry.state == Entry.State.LIVE else None
    if live and live.number > item.snapshot.number:
        raise PublicationError(_("Readers see a newer snapshot already. Take the newer one, or take it out."))
    publish(item.snapshot, by, note=item.note, minor=item.is_minor)
    drop_overtaken(item.snapshot)


@transaction.atomic
def schedule_release(release, due_at, by=None):
    """Have a release published at a moment. due_at: an aware datetime.

    Raises PublicationError where the time is past or too far away, ReleaseRefused where publishing it now would be refused.
    """
    refuse_impossible_time(due_at, timezone.now())
    release = _open_release(release.pk)
    # What would be refused then is better named now, while somebody is there to mend it: publish, and take it all back.
    with transaction.atomic():
        publish_release(release, by)
        transaction.set_rollback(True)
    release.due_at, release.scheduled_by, release.failed = due_at, by, ""
    release.save(update_fields=["due_at", "scheduled_by", "failed"])
    return release


@transaction.atomic
def unschedule_release(release):
    """Give up a release's time. Returns whether it had one."""
    release = _open_release(release.pk)
    had = release.due_at is not None
    release.due_at, release.scheduled_by, release.failed = None, None, ""
    release.save(update_fields=["due_at", "scheduled_by", "failed"])
    return had


def publish_due_releases(now):
    """Publish the releases that are due, each all or none, and once however many do this at a time.

    Returns {"published": how many entries, "refused", "broken": how many releases}.
    """
    outcomes = Counter()
    for key in list(Release.objects.due(now).order_by("due_at").values_list("pk", flat=True)):
        try:
            outcomes += _publish_if_due(key, now)
        except Exception:
            logger.exception("Release %s could not be published.", key)
            outcomes["broken"] += 1
    return outcomes


@transaction.atomic
def _publish_if_due(key, now):
    # Left to the next run where somebody holds it; see scheduling.
    release = Release.objects.due(now).select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
    if release is None:
        return Counter()
    try:
        return Counter(published=publish_release(release, release.scheduled_by))
    except ReleaseRefused as refusal:
        logger.warning("Release %s was not published: %s", release, refusal)
        release.failed = str(refusal)
        release.save(update_fields=["failed"])
        return Counter(refused=1)
