"""Working rows of actors, agreements and participations."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from publishing.dates import DateTextField
from publishing.models import Entry, Source
from publishing.writing import MarkdownField
from topics.models import TaggedEntry

from . import order, terms
from .imported import ImportedRecord  # noqa: F401 - Django finds models here
from .public import (  # noqa: F401 - Django finds models here
    PublicActor,
    PublicAgreement,
    PublicExit,
    PublicFormerName,
    PublicObligation,
    PublicParticipation,
    PublicStatement,
)

END_HELP = _(
    "The day on which the end took effect; it counts as the last day. “unknown” if no source says when; empty while it has not ended."
)


def check_order(row, rules):
    """Raise a ValidationError on the later field of the first rule of `order` that the row's dates certainly break."""
    for later, message in order.misplaced(row, rules):
        raise ValidationError({later: message})


def check_dispute(row):
    """Raise a ValidationError where a disputed date misses one of its readings or the reason."""
    given = [bool(row.disputed), bool(row.other_reading), bool(row.dispute.strip())]
    if any(given) and not all(given):
        raise ValidationError(
            {
                "disputed": _(
                    "A disputed date needs all three: which date it is, its other reading, and why they differ."
                )
            }
        )
    if row.disputed and not getattr(row, row.disputed, ""):
        raise ValidationError({"disputed": _("The date that is disputed is empty.")})


class Actor(Entry):
    """A state, organisation, grouping or contractor."""

    KIND = "actor"
    Kind = terms.ActorKind
    Region = terms.Region

    actor_kind = models.CharField(_("kind"), max_length=20, choices=terms.ActorKind, blank=True)
    official_name = models.CharField(_("official name"), max_length=200, blank=True)
    region = models.CharField(_("region"), max_length=30, choices=terms.Region, blank=True)
    iso3 = models.CharField(
        _("ISO 3166 code"), max_length=3, blank=True, help_text=_("Three capital letters; states in being only.")
    )
    founded = DateTextField(_("founded"))
    dissolved = DateTextField(_("dissolved"))
    seat = models.CharField(
        _("seat"), max_length=120, blank=True, help_text=_("Capital, headquarters or registered seat.")
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    wikidata = models.CharField(_("Wikidata item"), max_length=20, blank=True, help_text=_("Q and a number, as Q142."))
    predecessors = models.ManyToManyField(
        "self", verbose_name=_("predecessors"), symmetrical=False, blank=True, related_name="successors"
    )
    part_of = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text=_("The organisation that a body belongs to, or a contractor’s owner."),
    )
    constituent_agreement = models.ForeignKey(
        "Agreement",
        verbose_name=_("constituent agreement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="constitutes",
        help_text=_("The agreement whose parties are the members."),
    )
    facts_source = models.ForeignKey(
        Source,
        verbose_name=_("source of these facts"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    facts_locator = models.CharField(_("place in the source"), max_length=120, blank=True)
    body = MarkdownField(
        _("text"), blank=True, help_text=_("Markdown. [[Name]] links to an entry, [@key] cites a source.")
    )
    topics = TaggableManager(through=TaggedEntry, blank=True, verbose_name=_("topics"))

    class Meta:
        verbose_name = _("actor")
        verbose_name_plural = _("actors")

    def clean(self):
        super().clean()
        check_order(self, order.ACTOR)
        if self.iso3 and not (len(self.iso3) == 3 and self.iso3.isascii() and self.iso3.isupper()):
            raise ValidationError({"iso3": _("Write three capital letters, such as FRA.")})
        self._refuse_own_part()
        if self.constituent_agreement_id and self.constituent_agreement.participations.filter(actor=self.id).exists():
            raise ValidationError(
                {
                    "constituent_agreement": _(
                        "An organisation cannot be its own member: it is a party to this agreement."
                    )
                }
            )

    def _refuse_own_part(self):
        above, seen = self.part_of, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.id:
                raise ValidationError({"part_of": _("An actor cannot be part of itself.")})
            seen.add(above.pk)
            above = above.part_of


class FormerName(models.Model):
    """A name that an actor bore before its present one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="former_names")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("As a list would have it then."))
    since = DateTextField(_("first day"), help_text=_("Empty: from the beginning, or from the end of the name before."))
    until = DateTextField(_("last day"), help_text=_("The last day on which the actor bore the name."))
    source = models.ForeignKey(
        Source,
        verbose_name=_("source"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: the source of the actor’s facts."),
    )
    locator = models.CharField(_("place in the source"), max_length=120, blank=True, default="", db_default="")

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("former name")
        verbose_name_plural = _("former names")

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        check_order(self, order.NAME)


class Agreement(Entry):
    """A treaty or other instrument."""

    KIND = "agreement"
    Type = terms.AgreementType

    agreement_type = models.CharField(_("type"), max_length=30, choices=terms.AgreementType, blank=True)
    legal_force = models.CharField(_("legal force"), max_length=30, choices=terms.LegalForce, blank=True)
    scope = models.CharField(_("scope"), max_length=20, choices=terms.Scope, blank=True)
    activity = models.CharField(
        _("activity"),
        max_length=30,
        choices=terms.Activity,
        blank=True,
        default="",
        db_default="",
        help_text=_("What the parties mainly do together under an agreement on cooperation."),
    )
    confidence = models.CharField(
        _("confidence in the activity"),
        max_length=10,
        choices=terms.Confidence,
        blank=True,
        default="",
        db_default="",
        help_text=_("As the source gives it; empty where the text itself is the source."),
    )
    adopted = DateTextField(_("adopted"))
    opened = DateTextField(_("opened for signature"))
    signed = DateTextField(
        _("signed"), help_text=_("First signed. Where nothing tells the two apart, opened for signature.")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    provisional = DateTextField(_("provisionally applied from"))
    in_force = DateTextField(_("in force from"))
    suspended = DateTextField(
        _("suspended from"), help_text=_("The agreement as a whole; a party’s own suspension stands with the party.")
    )
    suspension_ended = DateTextField(_("suspension ended"), help_text=_("The last day of the suspension."))
    terminated = DateTextField(_("ended"), help_text=END_HELP)
    termination_cause = models.CharField(_("how it ended"), max_length=20, choices=terms.TerminationCause, blank=True)
    entry_into_force_rule = models.CharField(_("rule for entry into force"), max_length=300, blank=True)
    withdrawal_rule = models.CharField(
        _("how to leave"),
        max_length=300,
        blank=True,
        help_text=_("Notice and term, with the article. Empty where the text is silent or was not read."),
    )
    depositary = models.CharField(_("depositary"), max_length=200, blank=True)
    languages = models.CharField(_("authentic languages"), max_length=200, blank=True)
    registration = models.CharField(
        _("registration"),
        max_length=200,
        blank=True,
        help_text=_("Volume, page and number in the UN Treaty Series or another series."),
    )
    disputed = models.CharField(
        _("disputed date"),
        max_length=20,
        choices=terms.DisputedAgreementDate,
        blank=True,
        help_text=_("The date that sources give differently. Both readings are kept and shown."),
    )
    other_reading = DateTextField(_("other reading of it"))
    dispute = models.CharField(
        _("why they differ"),
        max_length=400,
        blank=True,
        help_text=_("In plain words: who gives which day, and what it is the day of (signature, deposit, ceremony …)."),
    )
    text_source = models.ForeignKey(
        Source, verbose_name=_("official text"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    facts_source = models.ForeignKey(
        Source,
        verbose_name=_("source of these facts"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    facts_locator = models.CharField(_("place in the source"), max_length=120, blank=True)
    amends = models.ForeignKey(
        "self", verbose_name=_("amends"), null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
    superseded_by = models.ForeignKey(
        "self",
        verbose_name=_("superseded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supersedes",
    )
    body = MarkdownField(
        _("text"), blank=True, help_text=_("Markdown. [[Name]] links to an entry, [@key] cites a source.")
    )
    topics = TaggableManager(through=TaggedEntry, blank=True, verbose_name=_("topics"))

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def clean(self):
        super().clean()
        check_order(self, order.AGREEMENT)
        check_dispute(self)
        if self.agreement_type == terms.AgreementType.PROTOCOL and not self.amends_id:
            raise ValidationError({"amends": _("A protocol or amendment names the agreement that it changes.")})
        for name in ("amends", "superseded_by"):
            if getattr(self, f"{name}_id") == self.id:  # pk is empty before the first save
                raise ValidationError({name: _("An agreement cannot amend or supersede itself.")})


class Obligation(models.Model):
    """What an agreement obliges its parties to, with the article that says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="obligations")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=terms.ObligationKind, blank=True)
    article = models.CharField(_("article"), max_length=80, blank=True)
    condition = models.CharField(
        _("condition"),
        max_length=400,
        blank=True,
        help_text=_("Place, adversary or event on which the obligation depends."),
    )
    discretionary = models.BooleanField(
        _("discretionary"), default=False, help_text=_("Each party itself decides what it does.")
    )
    automatic = models.BooleanField(
        _("automatic"),
        default=False,
        help_text=_("The text leaves no choice whether to act. Leave both unticked where it is not known."),
    )
    area = models.CharField(_("area"), max_length=300, blank=True, help_text=_("Where the event must take place."))
    decided_by = models.CharField(
        _("who decides"),
        max_length=300,
        blank=True,
        help_text=_("Who says that the event has happened, and what follows."),
    )
    owed_by = models.ForeignKey(
        Actor,
        verbose_name=_("owed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: by every party."),
    )
    owed_to = models.ForeignKey(
        Actor,
        verbose_name=_("owed to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: to every other party."),
    )
    description = models.TextField(_("in plain words"), blank=True)
    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locator = models.CharField(_("place in the source"), max_length=120, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")

    def __str__(self):
        return f"{self.get_kind_display()} ({self.article})" if self.article else self.get_kind_display()

    def clean(self):
        super().clean()
        if self.automatic and self.discretionary:
            raise ValidationError({"automatic": _("An obligation is automatic or discretionary, not both.")})
        if self.owed_by_id and self.owed_by_id == self.owed_to_id:
            raise ValidationError({"owed_to": _("Nobody owes an obligation to itself.")})


class Participation(models.Model):
    """One actor's spell in one agreement. An actor may have several."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="participations")
    actor = models.ForeignKey(
        Actor, verbose_name=_("actor"), null=True, blank=True, on_delete=models.PROTECT, related_name="participations"
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    role = models.CharField(_("role"), max_length=20, choices=terms.Role, blank=True)
    signed = DateTextField(_("signed"))
    ratified = DateTextField(
        _("ratified at home"),
        help_text=_("Where the source gives it apart from the day on which consent was deposited."),
    )
    consent = DateTextField(
        _("consent to be bound"), help_text=_("The day on which the instrument was deposited or the notice given.")
    )
    consent_means = models.CharField(_("means of consent"), max_length=30, choices=terms.ConsentMeans, blank=True)
    in_force = DateTextField(_("in force from"))
    provisional = DateTextField(_("provisionally applied from"))
    suspended = DateTextField(_("suspended from"))
    suspension_ended = DateTextField(_("suspension ended"), help_text=_("The last day of the suspension."))
    notice = DateTextField(
        _("notice of withdrawal"), help_text=_("The day on which notice was given; its effect is the end.")
    )
    ended = DateTextField(_("ended"), help_text=END_HELP)
    ended_means = models.CharField(_("how it ended"), max_length=20, choices=terms.EndMeans, blank=True)
    disputed = models.CharField(
        _("disputed date"),
        max_length=20,
        choices=terms.DisputedDate,
        blank=True,
        help_text=_("The date that sources give differently. Both readings are kept and shown."),
    )
    other_reading = DateTextField(_("other reading of it"))
    dispute = models.CharField(
        _("why they differ"),
        max_length=400,
        blank=True,
        help_text=_("In plain words: who gives which day, and what it is the day of (signature, deposit, ceremony …)."),
    )
    name_used = models.CharField(
        _("listed as"),
        max_length=200,
        blank=True,
        help_text=_("Where the agreement lists the actor under another name."),
    )
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_(
            "What the dates do not say, in plain words. Reservations and declarations stand in a list of their own."
        ),
    )
    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locator = models.CharField(_("place in the source"), max_length=120, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")

    def __str__(self):
        return str(self.actor or self.name_used or _("no actor yet"))

    def clean(self):
        super().clean()
        check_order(self, order.SPELL)
        check_dispute(self)
        if (
            self.actor_id
            and self.agreement_id
            and Actor.objects.filter(pk=self.actor_id, constituent_agreement=self.agreement_id).exists()
        ):
            raise ValidationError(
                {"actor": _("An organisation cannot be its own member: this is its constituent agreement.")}
            )


class Statement(models.Model):
    """A reservation or declaration that an actor made about an agreement, or its objection to another’s."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="statements")
    actor = models.ForeignKey(
        Actor, verbose_name=_("made by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=terms.StatementKind,
        blank=True,
        help_text=_("A statement that excludes or changes a legal effect is a reservation, whatever it calls itself."),
    )
    article = models.CharField(_("article"), max_length=80, blank=True, help_text=_("Empty: the agreement as a whole."))
    made = DateTextField(_("made on"), help_text=_("The day on which the depositary received it, or of the signature."))
    withdrawn = DateTextField(
        _("withdrawn"),
        help_text=_("It counts as the last day. “unknown” if no source says when; empty while it stands."),
    )
    objects_to = models.ForeignKey(
        Actor,
        verbose_name=_("objects to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("For an objection: whose statement it is against."),
    )
    description = models.TextField(_("in plain words"), blank=True, help_text=_("What it says, in our own words."))
    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locator = models.CharField(_("place in the source"), max_length=120, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("reservation or declaration")
        verbose_name_plural = _("reservations, declarations and objections")

    def __str__(self):
        actor = self.actor or _("no actor yet")
        return f"{actor}: {self.get_kind_display()}"

    def clean(self):
        super().clean()
        check_order(self, order.STATEMENT)
        if self.objects_to_id and self.kind != terms.StatementKind.OBJECTION:
            raise ValidationError({"objects_to": _("Only an objection is against somebody’s statement.")})
        if self.objects_to_id and self.objects_to_id == self.actor_id:
            raise ValidationError({"objects_to": _("Nobody objects to its own statement.")})
