"""What each word of the closed lists means, in one line of ours, and where the entries to which it applies are listed."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import terms
from .lists import STATUSES

LEGAL_FORCE = {
    "binding": gettext_lazy("Binds in international law once the parties have consented, usually by ratification."),
    "binding-no-ratification": gettext_lazy("Binds in international law from signature or exchange of notes."),
    "political": gettext_lazy("A commitment of governments that is not binding in law."),
    "unknown": gettext_lazy("No source here says, or the text is secret."),
}
SCOPE = {
    "bilateral": gettext_lazy("Two parties."),
    "minilateral": gettext_lazy("Three to nine parties."),
    "regional": gettext_lazy("Ten or more parties, open to the states of a region or a group."),
    "universal": gettext_lazy("Open to all states."),
}
OBLIGATION = {
    "defence": gettext_lazy("Give active military help if a partner’s territory or sovereignty is attacked."),
    "offence": gettext_lazy("Give active military help in circumstances that no attack on a partner began."),
    "neutrality": gettext_lazy("Stay out of a partner’s conflict and do not help its enemy."),
    "non-aggression": gettext_lazy("Do not use force against a partner."),
    "consultation": gettext_lazy(
        "Consult in crises that could become armed conflict, aiming at a common policy. A general duty to consult does not count."
    ),
    "assistance": gettext_lazy("Give aid, supplies or facilities, but not force."),
    "limitation": gettext_lazy("Keep weapons or forces under a ceiling."),
    "elimination": gettext_lazy("Destroy or convert what there is of a kind of weapon."),
    "prohibition": gettext_lazy("Do not develop, make, hold or use a kind of weapon."),
    "transparency": gettext_lazy("Tell others about weapons, forces or activities."),
    "verification": gettext_lazy("Let others inspect whether the terms are kept."),
    "non-transfer": gettext_lazy("Do not pass weapons, materials or knowledge on."),
}
ACTIVITY = {
    "general-framework": gettext_lazy(
        "A framework for routine cooperation between ministries and forces, for example the Trinity House Agreement of 2024."
    ),
    "industry": gettext_lazy(
        "Companies and ministries develop or make equipment together, for example under the OCCAR Convention of 1998."
    ),
    "procurement": gettext_lazy(
        "Buying equipment together or from each other, for example the submarines of one type that Germany and Norway ordered in 2021."
    ),
    "training": gettext_lazy(
        "Teaching each other’s personnel, for example the Euro-NATO Joint Jet Pilot Training in Texas."
    ),
    "research": gettext_lazy(
        "Research before there is a product, for example in The Technical Cooperation Program of five English-speaking states."
    ),
    "staff-talks": gettext_lazy(
        "Regular meetings of officials or staffs, for example the Canadian–American Permanent Joint Board on Defense of 1940."
    ),
    "exercises": gettext_lazy("Forces train together in the field, for example in BALTOPS in the Baltic Sea."),
    "basing": gettext_lazy(
        "Forces or their equipment stay in or pass through another’s territory, for example under the Finnish–American agreement of 2023."
    ),
    "logistics": gettext_lazy(
        "Supplies and services for each other’s forces, for example under the British–Japanese acquisition and cross-servicing agreement of 2017."
    ),
    "intelligence": gettext_lazy(
        "Sharing and protecting what is secret, for example under the UKUSA Agreement of 1946."
    ),
    "cyber": gettext_lazy(
        "Defence of networks, for example in the cooperative centre in Tallinn that NATO accredited in 2008."
    ),
    "space": gettext_lazy(
        "Military use and protection of satellites, for example in the Combined Space Operations Initiative."
    ),
    "air-defence": gettext_lazy(
        "Warning of and defence against aircraft and missiles, for example in the European Sky Shield Initiative of 2022."
    ),
    "maritime": gettext_lazy("Watch over sea lanes, for example by the Combined Maritime Forces in Bahrain."),
    "nuclear": gettext_lazy(
        "Nuclear weapons, materials or ship reactors, for example under the British–American Mutual Defence Agreement of 1958."
    ),
    "peacekeeping": gettext_lazy(
        "Operations for third states, for example the European Union’s Althea in Bosnia and Herzegovina since 2004."
    ),
    "disaster-relief": gettext_lazy(
        "Forces help after disasters, for example under the FRANZ arrangement of 1992 in the Pacific."
    ),
    "counter-terrorism": gettext_lazy(
        "Joint action against armed groups, for example by the joint force of the G5 Sahel of 2017."
    ),
    "arms-control": gettext_lazy(
        "Carrying out limits and inspections together, for example of the Treaty on Conventional Armed Forces in Europe of 1990."
    ),
    "combined-forces": gettext_lazy(
        "Units or staffs of several states under one command, for example the Franco-German Brigade."
    ),
}
CONFIDENCE = {
    "high": gettext_lazy("The source is sure of the activity: its coders had the text or a full description."),
    "medium": gettext_lazy("The source has enough to tell the activity, and says that another is possible."),
    "low": gettext_lazy("The source had little to go by."),
}
ROLE = {
    "original-signatory": gettext_lazy("Signed the text when it was concluded."),
    "original-party": gettext_lazy("Was bound when the agreement entered into force."),
    "acceding-party": gettext_lazy("Joined later, without having signed."),
    "successor": gettext_lazy("Took over the place of a state that it succeeded."),
    "member": gettext_lazy("Belongs to a body or organisation."),
    "observer": gettext_lazy("Attends without a vote and is not bound."),
    "associate": gettext_lazy("Takes part in some of the work under terms of its own."),
    "dialogue-partner": gettext_lazy("Meets the members regularly without belonging to them."),
    "candidate": gettext_lazy("Has applied or been invited to join, and has not joined."),
    "guarantor": gettext_lazy("Promises that the terms will be kept, or to protect."),
    "depositary": gettext_lazy("Keeps the text and receives the instruments of the parties."),
    "invited": gettext_lazy("Was asked to take part."),
    "participant": gettext_lazy("Takes part in a framework that is not binding in law."),
    "supplier": gettext_lazy("Supplies a programme, or works for it under contract."),
}
STATUS = {
    "in-force": gettext_lazy("Binding on the day under every reading of its dates."),
    "provisional": gettext_lazy("Applied before it has entered into force."),
    "suspended": gettext_lazy("In force, but its operation is halted for a time."),
    "signed": gettext_lazy("Signed on or before the day, and not binding yet. Never counted as membership."),
    "ended": gettext_lazy("Was binding and is no more."),
    "none": gettext_lazy("Nothing recorded had happened by the day."),
    "unknown": gettext_lazy("The recorded dates do not settle whether it was in force. Never counted as in force."),
}
ACTOR_KIND = {
    "state": gettext_lazy(
        "A state of today or of the past. Where statehood is disputed, the page says who holds what."
    ),
    "organisation": gettext_lazy("Made by treaty or by states, with legal personality of its own."),
    "agency": gettext_lazy("A body or agency of an organisation."),
    "grouping": gettext_lazy("States that meet regularly without a legal person between them."),
    "contractor": gettext_lazy("A company, joint venture or state holding that supplies armed forces."),
    "programme": gettext_lazy("Runs an armaments programme for several states."),
}
CONSENT = {
    "ratification": gettext_lazy("Consent by a signatory, confirmed after its signature."),
    "acceptance": gettext_lazy("Consent in a form that domestic law makes simpler; the same effect as ratification."),
    "approval": gettext_lazy("Consent of the same effect as ratification, often by an organisation."),
    "accession": gettext_lazy("Consent by a state that had not signed."),
    "succession": gettext_lazy("A new state keeps itself bound by what bound its predecessor."),
    "definitive-signature": gettext_lazy("Signature that itself expresses consent."),
    "formal-confirmation": gettext_lazy("What ratification is to a state, for an international organisation."),
    "provisional-application": gettext_lazy("Applies the agreement before it is in force for it."),
    "unknown": gettext_lazy("It consented, and no source here says how."),
}

STATEMENT = {
    "reservation": gettext_lazy(
        "Excludes or changes the legal effect of a provision for the one that makes it, whatever it is called."
    ),
    "declaration": gettext_lazy(
        "Says something about the agreement without changing its effect, or makes a choice that it offers."
    ),
    "understanding": gettext_lazy("Says how the one that makes it reads a provision."),
    "objection": gettext_lazy(
        "Answers another’s reservation or declaration, and holds it to be wrong or without effect."
    ),
}


@dataclass(frozen=True)
class Term:
    """A word of a closed list. address: of the list of entries to which it applies, or ""."""

    code: str
    label: str
    definition: str
    address: str = ""


def closed_lists():
    """[(anchor, heading, [Term])]"""
    lists = (
        (
            "types",
            _("Types of agreement"),
            terms.AgreementType,
            terms.AGREEMENT_TYPE_DEFINITIONS,
            "agreement_list",
            "type",
        ),
        ("obligations", _("Obligations"), terms.ObligationKind, OBLIGATION, "agreement_list", "obligation"),
        ("statuses", _("Status on a day"), terms.Status, STATUS, "agreement_list", "status"),
        ("legal-force", _("Legal force"), terms.LegalForce, LEGAL_FORCE, "agreement_list", "force"),
        ("scope", _("Scope"), terms.Scope, SCOPE, "agreement_list", "scope"),
        ("activities", _("Activities"), terms.Activity, ACTIVITY, "agreement_list", "activity"),
        ("confidence", _("Confidence in the activity"), terms.Confidence, CONFIDENCE, "agreement_list", "confidence"),
        ("roles", _("Roles of parties and others"), terms.Role, ROLE, "agreement_list", "role"),
        ("consent", _("Means of consent"), terms.ConsentMeans, CONSENT, "", ""),
        ("statements", _("Reservations and declarations"), terms.StatementKind, STATEMENT, "", ""),
        ("actors", _("Kinds of actor"), terms.ActorKind, ACTOR_KIND, "actor_list", "kind"),
    )
    return [
        (anchor, heading, [_term(code, label, meanings[code], view, name) for code, label in choices.choices])
        for anchor, heading, choices, meanings, view, name in lists
    ]


def _term(code, label, definition, view, name):
    # The list of agreements has one word for all that is not in force yet.
    value = next((word for word, found in STATUSES.items() if code in found), code) if name == "status" else code
    return Term(code, str(label), str(definition), f"{reverse(view)}?{name}={value}" if view else "")
