"""Working rows of actors."""

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
from .row_checks import check_order


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
