"""Public rows of actors, agreements and participations: what lists, filters and as-of questions read."""

from datetime import date

from django.db import models
from django.db.models import Q

from publishing.dates import bounds
from publishing.public import PublicEntry, PublicRow

from . import terms


def spell(begins, ends):
    """The four day columns of a spell from its date texts: earliest and latest begin, earliest and latest end (None: it never ends).

    Without a begin the spell never was: the begin columns are None.
    """
    begin, end = bounds(begins), bounds(ends)
    return {
        "begins_earliest": begin and begin[0],
        "begins_latest": begin and begin[1],
        "ends_earliest": end and end[0],
        "ends_latest": end and end[1],
    }


class SpellQuerySet(models.QuerySet):
    """Questions about a day. A spell holds on its first and on its last day."""

    def certainly_on(self, on):
        """In force on the day, whatever its imprecise dates mean."""
        return self.filter(Q(ends_earliest=None) | Q(ends_earliest__gte=on), begins_latest__lte=on)

    def possibly_on(self, on):
        """In force on the day under some reading of its dates."""
        return self.filter(Q(ends_latest=None) | Q(ends_latest__gte=on), begins_earliest__lte=on)


class Spell(models.Model):
    """A stretch of time known to a precision, as indexed day columns."""

    begins_earliest = models.DateField(null=True)
    begins_latest = models.DateField(null=True)
    ends_earliest = models.DateField(null=True)
    ends_latest = models.DateField(null=True)

    class Meta:
        abstract = True

    def in_force_on(self, on):
        """True, False, or None where the dates do not tell. on: a date."""
        if self.begins_earliest is None or on < self.begins_earliest:
            return False
        if self.ends_latest is not None and on > self.ends_latest:
            return False
        if on < self.begins_latest or (self.ends_earliest is not None and on > self.ends_earliest):
            return None
        return True


def _suspended_on(text, on):
    """SUSPENDED or UNKNOWN where a suspension from that date text holds, or may, on a day; None before it."""
    suspended = bounds(text)
    if suspended is None or on < suspended[0]:
        return None
    return terms.Status.SUSPENDED if suspended[1] <= on else terms.Status.UNKNOWN


def status_on(row, on):
    """The terms.Status on a day of a Spell that has `signed`, `provisional` and `suspended` texts."""
    in_force = row.in_force_on(on)
    if in_force is None:
        return terms.Status.UNKNOWN
    if in_force:
        return _suspended_on(row.suspended, on) or terms.Status.IN_FORCE
    if row.ends_latest is not None and row.ends_latest < on:
        return terms.Status.ENDED
    provisional = bounds(row.provisional)
    if provisional and provisional != (date.min, date.max) and provisional[1] <= on:
        return terms.Status.PROVISIONAL
    return terms.Status.SIGNED if row.signed else terms.Status.NONE


class PublicActor(PublicRow):
    """What the list of actors filters by."""

    actor_kind = models.CharField(max_length=20, choices=terms.ActorKind)
    region = models.CharField(max_length=30, choices=terms.Region)
    iso3 = models.CharField(max_length=3, blank=True)
    dissolved = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="one_public_actor_for_an_entry")]
        indexes = [models.Index(fields=["actor_kind", "region"], name="public_actor_by_kind")]

    def __str__(self):
        return str(self.entry_id)


class PublicAgreement(PublicRow, Spell):
    """What the list of agreements filters by and shows."""

    agreement_type = models.CharField(max_length=30, choices=terms.AgreementType)
    legal_force = models.CharField(max_length=30, choices=terms.LegalForce)
    scope = models.CharField(max_length=20, choices=terms.Scope)
    dated = models.CharField(max_length=10, blank=True)
    provisional = models.CharField(max_length=10, blank=True)
    in_force = models.CharField(max_length=10, blank=True)
    terminated = models.CharField(max_length=10, blank=True)
    party_count = models.PositiveIntegerField()
    suspended = ""
    signed = property(lambda self: self.dated)

    objects = SpellQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="one_public_agreement_for_an_entry")]
        indexes = [
            models.Index(fields=["agreement_type"], name="public_agreement_by_type"),
            models.Index(fields=["dated"], name="public_agreement_by_date"),
        ]

    def __str__(self):
        return str(self.entry_id)

    def status_on(self, on):
        return status_on(self, on)


class PublicParticipation(PublicRow, Spell):
    """One actor's spell in one live agreement; `entry` is the agreement. The spell ends at the latest with the agreement."""

    actor = models.ForeignKey(
        PublicEntry, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    part_key = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=terms.Role)
    name = models.CharField(max_length=200)
    signed = models.CharField(max_length=10, blank=True)
    in_force = models.CharField(max_length=10, blank=True)
    suspended = models.CharField(max_length=10, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    ended_means = models.CharField(max_length=20, choices=terms.EndMeans, blank=True)
    provisional = ""

    objects = SpellQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor", "begins_earliest"], name="participation_by_actor"),
            models.Index(fields=["entry", "position"], name="participation_by_agreement"),
        ]

    def __str__(self):
        return f"{self.name} in {self.entry_id}"

    def status_on(self, on):
        return status_on(self, on)

    @property
    def is_party(self):
        """Whether the role makes the actor a party or member, rather than an observer or the like."""
        return self.role not in terms.OUTSIDE_ROLES
