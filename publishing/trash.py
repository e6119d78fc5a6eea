"""The trash: an entry that was put away stays whole, keeps its address and comes back as it was. After 30 days it is purged.

What purging takes and what it leaves: docs/decisions/0005-what-purging-leaves.md.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit import AuditEvent, record
from .locks import seize_ties
from .models import Entry, Snapshot
from .public import PublicEntry, PublicLink, PublicVersion
from .releases import leave_open_releases
from .rows import owners_by, relations_to, working_row
from .scheduling import cancel

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
NAMED = 5  # referrers that a refusal names


class TrashError(Exception):
    """Refused; the message says what to do."""


class TrashedQuerySet(models.QuerySet):
    def in_trash(self):
        """What can still come back."""
        return self.filter(purged_at=None)

    def due(self, now):
        """What has been there for its 30 days."""
        return self.in_trash().filter(at__lte=now - KEPT)


class Trashed(models.Model):
    """That an entry is in the trash, or was purged from it."""

    entry = models.OneToOneField(
        Entry, verbose_name=gettext_lazy("entry"), on_delete=models.PROTECT, related_name="trashed"
    )
    at = models.DateTimeField(gettext_lazy("put there"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    held = models.TextField(gettext_lazy("not purged because"), blank=True)
    purged_at = models.DateTimeField(null=True)

    objects = TrashedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()  # whoever may see an entry sees it here too
        verbose_name = gettext_lazy("entry in the trash")
        verbose_name_plural = gettext_lazy("trash")

    def __str__(self):
        return str(self.entry)

    def days_left(self, now):
        """Whole days until it is purged, the one that has begun included; 0 once it is due."""
        return max(0, -((now - self.at - KEPT) // timedelta(days=1)))


def _locked(entry):
    return Entry.objects.locked().select_related("trashed").get(pk=entry.pk)


def _refuse_unless_in_trash(entry):
    if not entry.in_trash or entry.trashed.purged_at:
        raise TrashError(_("This is not in the trash any more."))


@transaction.atomic
def put_in_trash(entry, by=None):
    """Put an entry that readers do not see live into the trash. What was planned for it is given up.

    Raises TrashError where it is live or there already.
    """
    entry = _locked(entry)
    if entry.in_trash:
        raise TrashError(_("This is in the trash already."))
    if entry.state == Entry.State.LIVE:
        raise TrashError(_("Readers see this page. Say first what they should find instead."))
    cancel(entry)
    leave_open_releases(entry)
    record(AuditEvent.Action.TRASH, by, entry, was=Entry.State(entry.state).label, became=gettext_lazy("in trash"))
    return Trashed.objects.create(entry=entry, by=by)


@transaction.atomic
def bring_back(entry, by=None):
    """Take an entry out of the trash, as it was: nothing of it had changed. Raises TrashError where it is not there."""
    entry = _locked(entry)
    _refuse_unless_in_trash(entry)
    entry.trashed.delete()
    record(AuditEvent.Action.BRING_BACK, by, entry, was=gettext_lazy("in trash"), became=Entry.State(entry.state).label)


@transaction.atomic
def purge(entry, by=None):
    """Delete an entry's working rows and its unpublished snapshots for good. What was published stays, and keeps its address.

    Raises TrashError where the entry is not in the trash, or where other entries refer to it; they are named.
    """
    seize_ties()
    entry = _locked(entry)
    _refuse_unless_in_trash(entry)
    _refuse_referred(referrers(entry, by))
    try:
        # Alone, as an error ends what a transaction may still do.
        with transaction.atomic():
            _delete_working_rows(entry)
            _delete_drafts(entry)
    except ProtectedError as error:
        _refuse_referred(sorted({str(row) for row in error.protected_objects}))
    Trashed.objects.filter(entry=entry.pk).update(purged_at=timezone.now(), held="")
    record(AuditEvent.Action.PURGE, by, entry, was=gettext_lazy("in trash"), became=gettext_lazy("purged"))


def _refuse_referred(names):
    if not names:
        return
    listed = ", ".join(f"“{name}”" for name in names[:NAMED])
    if len(names) > NAMED:
        listed = _("%(listed)s and %(number)d more") % {"listed": listed, "number": len(names) - NAMED}
    raise TrashError(_("These still refer to it: %(listed)s. Change them first.") % {"listed": listed})


def referrers(entry, user=None):
    """The titles of other entries whose working rows or live pages refer to this one; what is hidden from the person is not named."""
    row = working_row(entry)
    keys = {key for relation in relations_to(type(row)) for key in owners_by(relation, entry.pk)}
    live = PublicEntry.objects.live().values("pk")
    keys |= set(PublicLink.objects.filter(target_id=entry.pk, entry__in=live).values_list("entry_id", flat=True))
    others = Entry.objects.filter(pk__in=keys - {entry.pk}).order_by("normalised_title")
    named = list(others.visible_to(user).values_list("title", flat=True))
    return named + [_("a restricted draft")] * (len(keys - {entry.pk}) - len(named))


def _delete_working_rows(entry):
    """Delete the row of the entry's kind and all parts. The identity stays: the audit log and old addresses lead to it."""
    for relation in relations_to(Entry):
        if not relation.many_to_many and relation.on_delete is models.CASCADE:
            relation.related_model._base_manager.filter(**{relation.field.name: entry.pk}).delete()
    working_row(entry).delete(keep_parents=True)


def _delete_drafts(entry):
    """Delete the snapshots that were never published. This is the one place that may: their 30 days are over."""
    published = set(PublicVersion.objects.filter(entry_id=entry.pk).values_list("snapshot_number", flat=True))
    fields = {"head": entry.live}
    if not published:
        fields["slug"] = f"purged-{entry.pk}"  # nobody ever read the address: it is free again
    Entry.objects.filter(pk=entry.pk).update(**fields)
    Snapshot._base_manager.filter(entry=entry.pk).exclude(number__in=published).delete()


def purge_due(now):
    """Purge what has been in the trash for 30 days, each in a transaction of its own. Returns {"purged", "broken": how many}.

    What other entries refer to stays, with the reason in `held`, and is looked at again by the next run.
    """
    outcomes = Counter()
    for key in list(Trashed.objects.due(now).values_list("pk", flat=True)):
        try:
            outcomes["purged"] += _purge_if_due(key, now)
        except Exception:
            logger.exception("Trash %s could not be purged.", key)
            outcomes["broken"] += 1
    return outcomes


@transaction.atomic
def _purge_if_due(key, now):
    # With its entry, and skipping what somebody holds: as scheduling does.
    seize_ties()
    waiting = (
        Trashed.objects.due(now)
        .select_related("entry")
        .select_for_update(of=("self", "entry"), skip_locked=True)
        .filter(pk=key)
        .first()
    )
    if waiting is None:
        return False
    try:
        purge(waiting.entry)
    except TrashError as refusal:
        if waiting.held != str(refusal):
            logger.warning("%s was not purged: %s", waiting.entry, refusal)
            Trashed.objects.filter(pk=key).update(held=str(refusal))
        return False
    return True
