"""Working rows of agreements with their obligations."""

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
from .actor_models import Actor
from .row_checks import END_HELP, check_dispute, check_order


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
