"""Public rows of actors, agreements and participations: what lists, filters and as-of questions read."""

from datetime import date
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When, Window
from django.db.models.functions import RowNumber

from publishing.dates import bounds
from publishing.public import PublicEntry, PublicRow, PublicRowQuerySet

from . import terms


def hull(*texts):
    """The earliest and the latest day that any of the date texts can mean, or None where all are empty."""
    found = [bounds(text) for text in texts if text]
    return (min(first for first, _last in found), max(last for _first, last in found)) if found else None


def _columns(name, days, earliest="{}_earliest", latest="{}_latest"):
    return {earliest.format(name): days and days[0], latest.format(name): days and days[1]}


def spell(begins, ends):
    """The four day columns of a spell from its date texts, or tuples of them where readings differ: earliest and latest begin, earliest and
    latest end (None: it never ends).

    Without a begin the spell never was: the begin columns are None.
    """
    return {**_columns("begins", _days(begins)), **_columns("ends", _days(ends))}


def _days(texts):
    return hull(*((texts,) if isinstance(texts, str) else texts))


def acts(*, in_force="", ended="", signed="", provisional="", suspended="", suspension_ended=""):
    """The day columns of Acts from date texts, or tuples of them where readings differ."""
    return {
        **spell(in_force, ended),
        **_columns("signed", _days(signed)),
        **_columns("provisional", _days(provisional)),
        **_columns("suspended", _days(suspended)),
        **_columns("resumed", _days(suspension_ended)),
    }


def first_day(texts, floor=None):
    """The first day on which one of the acts may have happened; None where there is none.

    An unknown day counts only where no other is known, and lies no earlier than `floor`, the first day of what it belongs to.
    """
    days = [bounds(text)[0] for text in texts if text]
    known = [day for day in days if day != date.min]
    if known:
        return min(known)
    return floor or (date.min if days else None)


def _holds(begins_earliest, begins_latest, ends_earliest, ends_latest, on):
    """Whether a stretch of time covers the day: True, False, or None where its days do not tell."""
    if begins_earliest is None or on < begins_earliest:
        return False
    if ends_latest is not None and on > ends_latest:
        return False
    if on < begins_latest or (ends_earliest is not None and on > ends_earliest):
        return None
    return True


def _covers(name, until, on):
    """(certain, possible): the conditions that the stretch between two pairs of day columns covers the day. The same rule as _holds()."""
    certain = Q(**{f"{until}_earliest": None}) | Q(**{f"{until}_earliest__gte": on})
    possible = Q(**{f"{until}_latest": None}) | Q(**{f"{until}_latest__gte": on})
    return certain & Q(**{f"{name}_latest__lte": on}), possible & Q(**{f"{name}_earliest__lte": on})


class SpellQuerySet(PublicRowQuerySet):
    """Questions about a day. A spell holds on its first and on its last day."""

    def certainly_on(self, on):
        """In force on the day, whatever its imprecise dates mean."""
        return self.filter(_covers("begins", "ends", on)[0])

    def possibly_on(self, on):
        """In force on the day under some reading of its dates."""
        return self.filter(_covers("begins", "ends", on)[1])

    def known_on(self, on):
        """Those of whose acts at least one may have happened by the day."""
        return self.filter(Q(known_from=None) | Q(known_from__lte=on))

    def binding_on(self, on):
        """Certainly in force and certainly not suspended on the day."""
        return self.certainly_on(on).exclude(_covers("suspended", "resumed", on)[1])

    def with_status(self, statuses, on):
        """Those whose status_on() the day is one of the given terms.Status: the same rule, as range conditions."""
        conditions = _status_conditions(on)
        return self.filter(reduce(or_, [conditions[status] for status in statuses]))


def _status_conditions(on):
    sure, maybe = _covers("begins", "ends", on)
    held, perhaps_held = _covers("suspended", "resumed", on)
    ended = ~maybe & Q(ends_latest__lt=on)
    perhaps_ended = ~maybe & ~Q(ends_latest__lt=on) & Q(begins_earliest=None, ends_earliest__lt=on)
    before = ~maybe & ~Q(ends_latest__lt=on) & ~Q(begins_earliest=None, ends_earliest__lt=on)
    applied, perhaps_applied = Q(provisional_latest__lte=on), Q(provisional_earliest__lte=on)
    signed, perhaps_signed = Q(signed_latest__lte=on), Q(signed_earliest__lte=on)
    untold = (perhaps_applied & ~applied) | (~perhaps_applied & perhaps_signed & ~signed)
    return {
        terms.Status.IN_FORCE: sure & ~perhaps_held,
        terms.Status.SUSPENDED: sure & held,
        terms.Status.UNKNOWN: (maybe & ~sure) | (sure & perhaps_held & ~held) | perhaps_ended | (before & untold),
        terms.Status.ENDED: ended,
        terms.Status.PROVISIONAL: before & applied,
        terms.Status.SIGNED: before & ~perhaps_applied & signed,
        terms.Status.NONE: before & ~perhaps_applied & ~perhaps_signed,
    }


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
        return _holds(self.begins_earliest, self.begins_latest, self.ends_earliest, self.ends_latest, on)


class Acts(Spell):
    """What happened to an agreement, or to one party in it, as day columns. What is true on a day follows from them and is never stored."""

    known_from = models.DateField(null=True)
    signed_earliest = models.DateField(null=True)
    signed_latest = models.DateField(null=True)
    provisional_earliest = models.DateField(null=True)
    provisional_latest = models.DateField(null=True)
    suspended_earliest = models.DateField(null=True)
    suspended_latest = models.DateField(null=True)
    resumed_earliest = models.DateField(null=True)
    resumed_latest = models.DateField(null=True)

    objects = SpellQuerySet.as_manager()

    class Meta:
        abstract = True

    def status_on(self, on):
        return status_on(self, on)


def has_come(earliest, latest, on):
    """Whether a day has come: True, False, or None where its precision does not tell."""
    if earliest is None or on < earliest:
        return False
    return True if latest <= on else None


def status_on(row, on):
    """The terms.Status on a day of a row of Acts. What its dates do not tell is UNKNOWN; _status_conditions() is the same rule for the database."""
    in_force = row.in_force_on(on)
    if in_force is None:
        return terms.Status.UNKNOWN
    if in_force:
        suspended = _holds(row.suspended_earliest, row.suspended_latest, row.resumed_earliest, row.resumed_latest, on)
        return {True: terms.Status.SUSPENDED, None: terms.Status.UNKNOWN, False: terms.Status.IN_FORCE}[suspended]
    if row.ends_latest is not None and row.ends_latest < on:
        return terms.Status.ENDED
    if row.begins_earliest is None and row.ends_earliest is not None and row.ends_earliest < on:
        return terms.Status.UNKNOWN  # what never entered into force may have been given up
    for status, earliest, latest in (
        (terms.Status.PROVISIONAL, row.provisional_earliest, row.provisional_latest),
        (terms.Status.SIGNED, row.signed_earliest, row.signed_latest),
    ):
        come = has_come(earliest, latest, on)
        if come is not False:
            return status if come else terms.Status.UNKNOWN
    return terms.Status.NONE


class Sourced(models.Model):
    """A row that says who says so. note: the number of its note on the page of its agreement."""

    source_key = models.CharField(max_length=80, blank=True)
    source_title = models.CharField(max_length=300, blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    locator = models.CharField(max_length=120, blank=True)
    note_number = models.PositiveSmallIntegerField(null=True)

    class Meta:
        abstract = True


class PublicActorQuerySet(SpellQuerySet):
    def in_being_on(self, on):
        """Actors that may have existed on the day, or took part in something by then. Without a date of founding nothing is ruled out."""
        acted = PublicParticipation.objects.filter(actor=OuterRef("entry"), known_from__lte=on)
        begun = Q(begins_earliest=None) | Q(begins_earliest__lte=on) | Exists(acted)
        return self.filter(begun, Q(ends_latest=None) | Q(ends_latest__gte=on))


class PublicActor(PublicRow, Spell):
    """What the list of actors filters by. The spell is its life, from its founding to its dissolution."""

    actor_kind = models.CharField(max_length=20, choices=terms.ActorKind)
    region = models.CharField(max_length=30, choices=terms.Region)
    iso3 = models.CharField(max_length=3, blank=True)
    dissolved = models.CharField(max_length=10, blank=True)

    objects = PublicActorQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="one_public_actor_for_an_entry")]
        indexes = [models.Index(fields=["actor_kind", "region"], name="public_actor_by_kind")]

    def __str__(self):
        return str(self.entry_id)


class PublicFormerName(PublicRow):
    """A name that an actor certainly bore from one day to another, its first and last. Without a first day: from the beginning."""

    name = models.CharField(max_length=200)
    first = models.DateField(null=True)
    last = models.DateField()

    objects = PublicRowQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["last"], name="former_name_by_last_day")]

    def __str__(self):
        return self.name


def names_on(day):
    """{key: the name of an actor that bore another one on the day}. One query."""
    rows = PublicFormerName.objects.filter(Q(first=None) | Q(first__lte=day), last__gte=day)
    return dict(rows.order_by("-last").values_list("entry", "name"))


class PublicAgreement(PublicRow, Acts, Sourced):
    """What the list of agreements filters by and shows; its source is that of the text."""

    sort_key = models.CharField(max_length=400)  # the entry's: a page of the list is then one walk along an index
    agreement_type = models.CharField(max_length=30, choices=terms.AgreementType)
    legal_force = models.CharField(max_length=30, choices=terms.LegalForce)
    scope = models.CharField(max_length=20, choices=terms.Scope)
    dated = models.CharField(max_length=10, blank=True)
    provisional = models.CharField(max_length=10, blank=True)
    in_force = models.CharField(max_length=10, blank=True)
    terminated = models.CharField(max_length=10, blank=True)
    withdrawal_rule = models.CharField(max_length=300, blank=True)
    activity = models.CharField(max_length=30, choices=terms.Activity, blank=True, default="", db_default="")
    confidence = models.CharField(max_length=10, choices=terms.Confidence, blank=True, default="", db_default="")
    party_count = models.PositiveIntegerField()

    objects = SpellQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="one_public_agreement_for_an_entry")]
        indexes = [
            models.Index(fields=["agreement_type"], name="public_agreement_by_type"),
            models.Index(fields=["dated"], name="public_agreement_by_date"),
            models.Index(fields=["sort_key", "entry"], name="public_agreement_by_title"),
            models.Index(fields=["known_from"], name="public_agreement_known_from"),
        ]

    def __str__(self):
        return str(self.entry_id)


class ParticipationQuerySet(SpellQuerySet):
    def as_party(self):
        """Without observers and others whose role binds them to nothing."""
        return self.exclude(role__in=terms.OUTSIDE_ROLES)

    def nearest(self, most, on):
        """At most so many, fairly of each type of agreement: those in force on the day first, then those that may be, the newest before the older."""
        certain, possible = _covers("begins", "ends", on)
        standing = Case(When(certain, then=0), When(possible, then=1), default=2)
        newest = F("known_from").desc(nulls_last=True)
        place = Window(RowNumber(), partition_by="agreement_type", order_by=[standing, newest, "pk"])
        return self.model.objects.filter(pk__in=self.order_by(place, "agreement_type").values("pk")[:most])


class PublicParticipation(PublicRow, Acts, Sourced):
    """One actor's spell in one live agreement; `entry` is the agreement. The spell ends at the latest with the agreement."""

    actor = models.ForeignKey(
        PublicEntry, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    part_key = models.UUIDField()
    agreement_type = models.CharField(max_length=30, choices=terms.AgreementType)
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=terms.Role)
    name = models.CharField(max_length=200)
    signed = models.CharField(max_length=10, blank=True)
    consent = models.CharField(max_length=10, blank=True)
    consent_means = models.CharField(max_length=30, choices=terms.ConsentMeans, blank=True)
    provisional = models.CharField(max_length=10, blank=True)
    in_force = models.CharField(max_length=10, blank=True)
    suspended = models.CharField(max_length=10, blank=True)
    suspension_ended = models.CharField(max_length=10, blank=True)
    notice = models.CharField(max_length=10, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    ended_means = models.CharField(max_length=20, choices=terms.EndMeans, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor", "begins_earliest"], name="participation_by_actor"),
            models.Index(fields=["actor", "known_from"], name="participation_known_from"),
            models.Index(fields=["actor", "entry"], name="participation_of_actor"),
            models.Index(fields=["entry", "position"], name="participation_by_agreement"),
        ]

    def __str__(self):
        return f"{self.name} in {self.entry_id}"

    @property
    def is_party(self):
        """Whether the role makes the actor a party or member, rather than an observer or the like."""
        return self.role not in terms.OUTSIDE_ROLES


class PublicObligation(PublicRow, Sourced):
    """What a live agreement obliges to; `entry` is the agreement. owed_by, owed_to: keys of actors, None for every (other) party."""

    part_key = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=terms.ObligationKind)
    article = models.CharField(max_length=80, blank=True)
    condition = models.CharField(max_length=400, blank=True)
    discretionary = models.BooleanField()
    automatic = models.BooleanField()
    area = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=300, blank=True)
    description = models.TextField()
    owed_by = models.UUIDField(null=True)
    owed_to = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["entry", "position"], name="obligation_by_agreement"),
            models.Index(fields=["kind", "entry"], name="obligation_by_kind"),
        ]

    def __str__(self):
        return f"{self.kind} in {self.entry_id}"

    def is_owed(self, by, to):
        """Whether one actor owes it to the other while both are parties. by, to: keys."""
        return is_owed(self.owed_by, self.owed_to, by, to)


def is_owed(owed_by, owed_to, by, to):
    """Whether what owed_by owes owed_to (keys, None for every party) is owed by one actor to another while both are parties."""
    return owed_by in (None, by) and owed_to in (None, to) and owed_by != to and owed_to != by


class PublicStatement(PublicRow, Spell, Sourced):
    """A reservation, declaration or objection about a live agreement; `entry` is the agreement. The spell is the time for which it stands: from the
    day on which it was made until it was withdrawn, or until its maker left."""

    actor = models.ForeignKey(
        PublicEntry, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    objects_to = models.ForeignKey(
        PublicEntry, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    part_key = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=terms.StatementKind)
    article = models.CharField(max_length=80, blank=True)
    made = models.CharField(max_length=10, blank=True)
    withdrawn = models.CharField(max_length=10, blank=True)
    description = models.TextField()
    name = models.CharField(max_length=200)
    objects_to_name = models.CharField(max_length=200, blank=True)

    objects = SpellQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor", "begins_earliest"], name="statement_by_actor"),
            models.Index(fields=["entry", "position"], name="statement_by_agreement"),
        ]

    def __str__(self):
        return f"{self.kind} of {self.name} in {self.entry_id}"


class PublicExit(PublicRow, Sourced):
    """That a party left or was suspended, or that an agreement ended; `entry` is the agreement. Without an actor the agreement itself."""

    actor = models.ForeignKey(
        PublicEntry, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    part_key = models.UUIDField(null=True)
    name = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=20, choices=terms.ExitAct)
    cause = models.CharField(max_length=20, choices=terms.ExitCause)
    notice = models.CharField(max_length=10, blank=True)
    dated = models.CharField(max_length=10)
    until = models.CharField(max_length=10, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    known_from = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["year", "dated"], name="exit_by_year"),
            models.Index(fields=["known_from"], name="exit_known_from"),
        ]

    def __str__(self):
        return f"{self.act} {self.name} in {self.entry_id}"
