"""Working rows of what parties do about an agreement: their spells in it, and what they state."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.dates import DateTextField
from publishing.models import Source

from . import order, terms
from .actor_models import Actor
from .agreement_models import Agreement
from .row_checks import END_HELP, check_dispute, check_order


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
