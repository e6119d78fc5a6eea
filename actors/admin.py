"""Actors and agreements on the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.entry_admin import EntryAdmin
from publishing.part_admin import PartInline
from topics.admin import SeeAlsoInline, TopicEntryForm

from .models import Actor, Agreement, FormerName, Obligation, Participation, Statement


class FormerNameInline(PartInline):
    model = FormerName
    fields = ["name", ("since", "until", "position"), ("source", "locator")]
    autocomplete_fields = ["source"]


@admin.register(Actor)
class ActorAdmin(EntryAdmin):
    form = TopicEntryForm
    list_display = ["title", "actor_kind", "region", "state_in_words", "saved_at"]
    list_filter = ["state", "actor_kind", "region"]
    autocomplete_fields = ["part_of", "constituent_agreement", "facts_source", "predecessors"]
    inlines = [FormerNameInline, SeeAlsoInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "body", "topics"]}),
        (
            _("Identity"),
            {
                "fields": [
                    "actor_kind",
                    "official_name",
                    "aliases",
                    "region",
                    "iso3",
                    "seat",
                    "website",
                    "wikidata",
                    "language",
                    "featured",
                ]
            },
        ),
        (_("Time and links"), {"fields": ["founded", "dissolved", "predecessors", "part_of", "constituent_agreement"]}),
        (_("Source of the facts"), {"fields": ["facts_source", "facts_locator"]}),
    ]


class ObligationInline(PartInline):
    model = Obligation
    fields = [
        ("kind", "article", "position"),
        "description",
        "condition",
        ("automatic", "discretionary"),
        ("area", "decided_by"),
        ("owed_by", "owed_to"),
        ("source", "locator"),
    ]
    autocomplete_fields = ["source", "owed_by", "owed_to"]


class ParticipationInline(PartInline):
    model = Participation
    fields = [
        ("actor", "role", "position"),
        ("signed", "ratified"),
        ("consent", "consent_means"),
        ("provisional", "in_force"),
        ("suspended", "suspension_ended"),
        ("notice", "ended", "ended_means"),
        ("disputed", "other_reading", "dispute"),
        ("source", "locator"),
        ("name_used", "note"),
    ]
    autocomplete_fields = ["actor", "source"]


class StatementInline(PartInline):
    model = Statement
    fields = [
        ("actor", "kind", "position"),
        ("article", "objects_to"),
        ("made", "withdrawn"),
        "description",
        ("source", "locator"),
    ]
    autocomplete_fields = ["actor", "objects_to", "source"]


@admin.register(Agreement)
class AgreementAdmin(EntryAdmin):
    form = TopicEntryForm
    list_display = ["title", "agreement_type", "signed", "state_in_words", "saved_at"]
    list_filter = ["state", "agreement_type", "scope", "legal_force"]
    autocomplete_fields = ["text_source", "facts_source", "amends", "superseded_by"]
    inlines = [ObligationInline, ParticipationInline, StatementInline, SeeAlsoInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "body", "topics"]}),
        (
            _("Identity"),
            {
                "fields": [
                    "agreement_type",
                    "legal_force",
                    "scope",
                    ("activity", "confidence"),
                    "aliases",
                    "language",
                    "featured",
                ]
            },
        ),
        (
            _("Time"),
            {
                "fields": [
                    "adopted",
                    "opened",
                    "signed",
                    "place",
                    "provisional",
                    "in_force",
                    "entry_into_force_rule",
                    "suspended",
                    "suspension_ended",
                    "terminated",
                    "termination_cause",
                    "withdrawal_rule",
                    ("disputed", "other_reading", "dispute"),
                ]
            },
        ),
        (
            _("Text and registration"),
            {"fields": ["text_source", "depositary", "languages", "registration", "amends", "superseded_by"]},
        ),
        (_("Source of the facts"), {"fields": ["facts_source", "facts_locator"]}),
    ]
