"""The closed lists of the field. Usage follows the Vienna Convention on the Law of Treaties (1969), the UN Treaty Collection's glossary, ATOP and DCAD;
the definitions are ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    STATE = "state", _("state")
    ORGANISATION = "organisation", _("international organisation")
    AGENCY = "agency", _("agency or body of an organisation")
    GROUPING = "grouping", _("grouping")
    CONTRACTOR = "contractor", _("defence contractor")
    PROGRAMME = "programme", _("programme organisation")


class Region(models.TextChoices):
    EUROPE = "europe", _("Europe")
    NORTH_AMERICA = "north-america", _("North America")
    LATIN_AMERICA = "latin-america-caribbean", _("Latin America and the Caribbean")
    MIDDLE_EAST = "middle-east-north-africa", _("Middle East and North Africa")
    AFRICA = "sub-saharan-africa", _("Sub-Saharan Africa")
    CENTRAL_ASIA = "caucasus-central-asia", _("Caucasus and Central Asia")
    SOUTH_ASIA = "south-asia", _("South Asia")
    EAST_ASIA = "east-asia", _("East Asia")
    SOUTH_EAST_ASIA = "south-east-asia", _("South-East Asia")
    OCEANIA = "oceania", _("Oceania")
    GLOBAL = "global", _("Global")


class AgreementType(models.TextChoices):
    ALLIANCE = "alliance", _("alliance")
    NON_AGGRESSION = "non-aggression", _("non-aggression pact")
    DEFENCE_COOPERATION = "defence-cooperation", _("defence cooperation agreement")
    ARMS_CONTROL = "arms-control", _("arms-control treaty")
    STATUS_OF_FORCES = "status-of-forces", _("status of forces or access agreement")
    SECURITY_GUARANTEE = "security-guarantee", _("security guarantee")
    PARTNERSHIP = "partnership", _("partnership or framework document")
    ARMAMENTS = "armaments-programme", _("armaments programme agreement")
    INFORMATION_SECURITY = "information-security", _("intelligence or information security agreement")
    FOUNDING = "founding", _("founding treaty or charter")
    EXPORT_CONTROL = "export-control", _("export-control regime")
    PEACE = "peace", _("peace or normalisation agreement")
    PROTOCOL = "protocol", _("protocol or amendment")
    DECLARATION = "declaration", _("declaration or joint statement")
    OTHER = "other", _("other or unclassified")


AGREEMENT_TYPE_DEFINITIONS = {
    "alliance": _("A written promise among states to act together in a military conflict."),
    "non-aggression": _("A promise not to use force against each other, without a promise of help."),
    "defence-cooperation": _(
        "A framework for routine cooperation between ministries and forces, without a promise of help in war."
    ),
    "arms-control": _("Limits, bans, verification or openness of weapons or forces."),
    "status-of-forces": _("The legal position and stationing of forces abroad, and the use of bases."),
    "security-guarantee": _("One side promises to protect; the other need not."),
    "partnership": _("A political framework, usually not binding in law."),
    "armaments-programme": _("Joint development, production or procurement."),
    "information-security": _("Sharing and protecting classified information."),
    "founding": _("Creates an organisation."),
    "export-control": _("Common lists and guidelines; not a treaty."),
    "peace": _("Ends hostility, and may carry security terms."),
    "protocol": _("Changes or adds to a parent agreement."),
    "declaration": _("A political commitment."),
    "other": _("Of none of these types, or of a type that no source here gives."),
}


class LegalForce(models.TextChoices):
    BINDING = "binding", _("binding treaty")
    BINDING_UNRATIFIED = "binding-no-ratification", _("binding, needs no ratification")
    POLITICAL = "political", _("politically binding")
    UNKNOWN = "unknown", _("unknown or secret")


class Scope(models.TextChoices):
    BILATERAL = "bilateral", _("bilateral")
    MINILATERAL = "minilateral", _("minilateral (3 to 9 parties)")
    REGIONAL = "regional", _("regional")
    UNIVERSAL = "universal", _("universal (open to all states)")


class Activity(models.TextChoices):
    """What two or more defence ministries do together. The first six are DCAD's."""

    GENERAL_FRAMEWORK = "general-framework", _("general defence framework")
    INDUSTRY = "industry", _("defence industry")
    PROCUREMENT = "procurement", _("procurement and acquisition")
    TRAINING = "training", _("training, education and officer exchange")
    RESEARCH = "research", _("research and technology")
    STAFF_TALKS = "staff-talks", _("standing commission or staff talks")
    EXERCISES = "exercises", _("joint exercises")
    BASING = "basing", _("basing, access and pre-positioning")
    LOGISTICS = "logistics", _("logistics and mutual support")
    INTELLIGENCE = "intelligence", _("intelligence and information security")
    CYBER = "cyber", _("cyber")
    SPACE = "space", _("space")
    AIR_DEFENCE = "air-defence", _("missile and air defence")
    MARITIME = "maritime", _("maritime security")
    NUCLEAR = "nuclear", _("nuclear cooperation and propulsion")
    PEACEKEEPING = "peacekeeping", _("peacekeeping and crisis management")
    DISASTER_RELIEF = "disaster-relief", _("disaster relief")
    COUNTER_TERRORISM = "counter-terrorism", _("counter-terrorism")
    ARMS_CONTROL = "arms-control", _("arms control and verification")
    COMBINED_FORCES = "combined-forces", _("combined forces or headquarters")


class Confidence(models.TextChoices):
    """How sure the source is of what kind an agreement is."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class TerminationCause(models.TextChoices):
    EXPIRED = "expired", _("its term ended and it was not renewed")
    REPLACED = "replaced", _("replaced by a new agreement")
    RENOUNCED = "renounced", _("renounced before its end")
    FULFILLED = "fulfilled", _("its purpose was fulfilled or moot")
    PARTY_CEASED = "party-ceased", _("a party ceased to exist")
    WAR = "war", _("ended by war or defeat")
    VIOLATED = "violated", _("violated")
    DISSOLVED = "dissolved", _("dissolved by decision")
    WITHDRAWAL = "withdrawal", _("ended by withdrawal")
    UNKNOWN = "unknown", _("unknown")


class ObligationKind(models.TextChoices):
    DEFENCE = "defence", _("defence")
    OFFENCE = "offence", _("offence")
    NEUTRALITY = "neutrality", _("neutrality")
    NON_AGGRESSION = "non-aggression", _("non-aggression")
    CONSULTATION = "consultation", _("consultation")
    ASSISTANCE = "assistance", _("assistance other than force")
    LIMITATION = "limitation", _("limitation")
    ELIMINATION = "elimination", _("elimination")
    PROHIBITION = "prohibition", _("prohibition")
    TRANSPARENCY = "transparency", _("transparency")
    VERIFICATION = "verification", _("verification")
    NON_TRANSFER = "non-transfer", _("non-transfer")


class Role(models.TextChoices):
    ORIGINAL_SIGNATORY = "original-signatory", _("original signatory")
    ORIGINAL_PARTY = "original-party", _("original party")
    ACCEDING_PARTY = "acceding-party", _("acceding party")
    SUCCESSOR = "successor", _("successor")
    MEMBER = "member", _("member")
    OBSERVER = "observer", _("observer")
    ASSOCIATE = "associate", _("associate")
    DIALOGUE_PARTNER = "dialogue-partner", _("dialogue partner")
    CANDIDATE = "candidate", _("candidate")
    GUARANTOR = "guarantor", _("guarantor")
    DEPOSITARY = "depositary", _("depositary")
    INVITED = "invited", _("invited")
    PARTICIPANT = "participant", _("participant")
    SUPPLIER = "supplier", _("supplier or contractor")


# Roles that do not make an actor a party or member.
OUTSIDE_ROLES = ("observer", "associate", "dialogue-partner", "candidate", "depositary", "invited", "supplier")


class ConsentMeans(models.TextChoices):
    RATIFICATION = "ratification", _("ratification")
    ACCEPTANCE = "acceptance", _("acceptance")
    APPROVAL = "approval", _("approval")
    ACCESSION = "accession", _("accession")
    SUCCESSION = "succession", _("succession")
    DEFINITIVE_SIGNATURE = "definitive-signature", _("definitive signature")
    FORMAL_CONFIRMATION = "formal-confirmation", _("formal confirmation")
    PROVISIONAL_APPLICATION = "provisional-application", _("provisional application")
    UNKNOWN = "unknown", _("means unknown")


# The letters by which depositaries tell the means of consent apart. Ratification has none.
CONSENT_LETTERS = {
    "acceptance": "A",
    "approval": "AA",
    "accession": "a",
    "succession": "d",
    "definitive-signature": "s",
    "formal-confirmation": "c",
}


class StatementKind(models.TextChoices):
    """What a state says on its own about an agreement. A reservation is whatever excludes or changes a legal effect, however it is called."""

    RESERVATION = "reservation", _("reservation")
    DECLARATION = "declaration", _("declaration")
    UNDERSTANDING = "understanding", _("understanding")
    OBJECTION = "objection", _("objection")


class EndMeans(models.TextChoices):
    WITHDRAWAL = "withdrawal", _("withdrawal")
    DENUNCIATION = "denunciation", _("denunciation")
    EXPULSION = "expulsion", _("expulsion")
    TERMINATION = "termination", _("termination of the agreement")
    NOT_RENEWED = "not-renewed", _("not renewed")
    PARTY_CEASED = "party-ceased", _("the party ceased to exist")
    REPLACED = "replaced", _("replaced by another agreement")
    SIGNATURE_WITHDRAWN = "signature-withdrawn", _("signature or consent withdrawn")
    UNKNOWN = "unknown", _("means unknown")


class DisputedAgreementDate(models.TextChoices):
    """The date of an agreement that has a second reading."""

    SIGNED = "signed", _("signed")
    IN_FORCE = "in_force", _("in force from")
    TERMINATED = "terminated", _("ended")


class DisputedDate(models.TextChoices):
    """The date of a participation that has a second reading."""

    SIGNED = "signed", _("signed")
    CONSENT = "consent", _("consent to be bound")
    IN_FORCE = "in_force", _("in force from")
    SUSPENDED = "suspended", _("suspended from")
    ENDED = "ended", _("ended")


class ExitAct(models.TextChoices):
    """By what an agreement, or a party's place in it, came to an end or a halt."""

    LEFT = "left", _("party left")
    SUSPENDED = "suspended", _("suspension")
    AGREEMENT_ENDED = "agreement-ended", _("agreement ended")


class ExitCause(models.TextChoices):
    """The causes of EndMeans and TerminationCause in one list; what means the same has one name."""

    WITHDRAWAL = "withdrawal", _("withdrawal")
    DENUNCIATION = "denunciation", _("denunciation")
    EXPULSION = "expulsion", _("expulsion")
    SIGNATURE_WITHDRAWN = "signature-withdrawn", _("signature or consent withdrawn")
    SUSPENSION = "suspension", _("suspension")
    NOT_RENEWED = "not-renewed", _("term ended, not renewed")
    REPLACED = "replaced", _("replaced by another agreement")
    RENOUNCED = "renounced", _("renounced before its end")
    FULFILLED = "fulfilled", _("purpose fulfilled or moot")
    PARTY_CEASED = "party-ceased", _("a party ceased to exist")
    WAR = "war", _("war or defeat")
    VIOLATED = "violated", _("violated")
    DISSOLVED = "dissolved", _("dissolved by decision")
    TERMINATION = "termination", _("termination of the agreement")
    UNKNOWN = "unknown", _("cause unknown")


class Status(models.TextChoices):
    """Where an agreement, or one actor's spell in it, stands on a day."""

    IN_FORCE = "in-force", _("in force")
    PROVISIONAL = "provisional", _("provisionally applied")
    SUSPENDED = "suspended", _("suspended")
    SIGNED = "signed", _("signed, not in force")
    ENDED = "ended", _("ended")
    NONE = "none", _("not bound")
    UNKNOWN = "unknown", _("unknown")


def word(choices, value):
    """What readers call a value, "" where a draft has none yet."""
    return choices(value).label if value else ""
