"""Keeping pages true: who looks after an entry, how often it is to be checked, and when somebody last did."""

from calendar import monthrange
from datetime import datetime, time

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Entry
from .public import PublicVersion


class Upkeep(models.Model):
    """Who looks after an entry, and how often. The desk's own: no part of the content, its history or its page."""

    class Interval(models.IntegerChoices):
        MONTH = 1, _("every month")
        QUARTER = 3, _("every three months")
        HALF_YEAR = 6, _("every six months")
        YEAR = 12, _("every year")
        TWO_YEARS = 24, _("every two years")
        FIVE_YEARS = 60, _("every five years")

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="upkeep")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Is shown on the desk what is overdue for a check."),
    )
    interval = models.PositiveSmallIntegerField(
        _("to be checked"), choices=Interval, null=True, blank=True, help_text=_("Empty: whenever there is reason to.")
    )

    class Meta:
        default_permissions = ()  # who may change an entry may say who looks after it

    def __str__(self):
        return f"{self.entry}: {self.owner or ''}"


class Check(models.Model):
    """That a person read a published version on a day and found nothing to change. Readers see the last such day."""

    # Kept for ever, like the versions: a withdrawn page still says when it was last checked.
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="checks")
    # Nobody of this site, where the entry came with an export of another one.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    version = models.PositiveIntegerField()

    class Meta:
        ordering = ["-on", "-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entry", "by", "on"], name="check_counts_once_a_day")]

    def __str__(self):
        return f"{self.entry} {self.on}"


def months_before(day, months):
    """The same day of the month so many months earlier, or that month's last: 31 May less 3 months is 28 February."""
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def overdue(user, today):
    """The live entries that a person looks after and that nobody published or checked within their interval. One query."""
    return (
        Entry.objects.filter(upkeep__owner=user.pk, state=Entry.State.LIVE, trashed=None)
        .filter(_longer_ago(today))
        .select_related("upkeep")
        .order_by("normalised_title")
    )


def _longer_ago(today):
    late = Q(pk__in=[])
    for months in Upkeep.Interval.values:
        since = months_before(today, months)
        midnight = timezone.make_aware(datetime.combine(since, time.min))
        checked = Check.objects.filter(entry=OuterRef("pk"), on__gte=since)
        published = PublicVersion.objects.filter(entry_id=OuterRef("pk"), published_at__gte=midnight)
        late |= Q(~Exists(checked), ~Exists(published), upkeep__interval=months)
    return late
