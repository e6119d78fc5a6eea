"""What the page of an agreement shows, from public rows alone."""

from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from publishing.content import read
from publishing.dates import display
from publishing.names import normalise
from publishing.public import PublicLink
from topics.pages import links_to, surroundings

from . import strips, terms
from .as_of import as_known, carry, today
from .content import AgreementContent, ParticipationContent
from .facts_box import Fact, articles_about, by_way, facts_on, filled, linked_from, named
from .history import events_of
from .phases import phases_of
from .projecting import agreement_acts, party_acts
from .public import PublicAgreement, PublicParticipation
from .statements import by_actor, counted, statements_on

PARTY_DATES = {
    "signed": None, "ratified": None, "consent": "consent_means", "provisional": None, "in_force": None, "suspended": None,
    "suspension_ended": None, "notice": None, "ended": "ended_means",
}  # fmt: skip
PARTY_FIELDS = [column.name for column in fields(ParticipationContent)]


@dataclass(frozen=True)
class Dispute:
    """The two readings of a disputed date, in the page's words, and why, in the entry's."""

    readings: str
    reason: str

    def __str__(self):
        return f"{self.readings} {self.reason}"


def _dispute(values, labels):
    """The Dispute of a date; "" where there is none or it is not shown."""
    name = values.get("disputed")
    if not name or not values.get(name):
        return ""
    readings = _("%(date)s: %(one)s or %(other)s.") % {
        "date": str(labels(name).label).capitalize(),
        "one": display(values[name]),
        "other": display(values["other_reading"]),
    }
    return Dispute(readings, values["dispute"])


def agreement_facts(entry, around, as_of):
    """The facts box of an agreement."""
    facts = facts_on(entry, as_of)
    ended_by = terms.word(terms.TerminationCause, facts["termination_cause"])
    links, note = around.links_here, facts["note"] or entry.page["text_note"]
    return filled(
        [
            Fact(_("Type"), term=terms.word(terms.AgreementType, facts["agreement_type"])),
            Fact(_("Legal force"), term=terms.word(terms.LegalForce, facts["legal_force"])),
            Fact(_("Scope"), term=terms.word(terms.Scope, facts["scope"])),
            Fact(_("Activity"), term=terms.word(terms.Activity, facts.get("activity", "")), note=note),
            Fact(_("Confidence in the activity"), term=terms.word(terms.Confidence, facts.get("confidence", ""))),
            Fact(_("Also known as"), text=", ".join(entry.page["aliases"])),
            Fact(_("Adopted"), date=facts["adopted"], note=note),
            Fact(_("Opened for signature"), date=facts.get("opened", ""), note=note),
            Fact(_("Signed"), date=facts["signed"], note=note),
            Fact(_("Place"), text=facts["place"], note=note),
            Fact(_("Provisionally applied from"), date=facts["provisional"], note=note),
            Fact(
                _("In force from") if facts["legal_force"] != "political" else _("In effect from"),
                date=facts["in_force"],
                note=note,
            ),
            Fact(_("Rule for entry into force"), text=facts["entry_into_force_rule"], note=note),
            Fact(_("Suspended from"), date=facts.get("suspended", ""), note=note),
            Fact(_("Suspension ended"), date=facts.get("suspension_ended", ""), note=note),
            Fact(_("Ended"), date=facts["terminated"], note=note),
            Fact(_("How it ended"), term=ended_by, note=note),
            Fact(_("Disputed date"), dispute=_dispute(facts, terms.DisputedAgreementDate), note=note),
            Fact(_("How to leave"), text=facts.get("withdrawal_rule", ""), note=note),
            Fact(_("Amends"), entries=named([facts["amends"]], entry, around.targets), note=note),
            Fact(_("Amended by"), entries=tuple(by_way(links, PublicLink.Way.AMENDS))),
            Fact(_("Superseded by"), entries=named([facts["superseded_by"]], entry, around.targets), note=note),
            Fact(_("Supersedes"), entries=tuple(by_way(links, PublicLink.Way.SUPERSEDED))),
            Fact(_("Constitutes"), entries=tuple(by_way(links, PublicLink.Way.MEMBERSHIP))),
            Fact(_("Depositary"), text=facts["depositary"], note=note),
            Fact(_("Authentic languages"), text=facts["languages"], note=note),
            Fact(_("Registration"), text=facts["registration"], note=note),
        ]
    )


@dataclass
class Party:
    """A row of the table of parties: the stored part, the live actor (or None), its status on the day, its acts and, on an actor's last row, its
    ShownStatements."""

    part: dict
    actor: object
    status: str
    spell: PublicParticipation
    statements: list = field(default_factory=list)

    @property
    def name(self):
        return self.part["name_used"] or (self.actor.title if self.actor else self.part["label"])

    @property
    def present_name(self):
        """Today's name of an actor that is listed under another; "" where it is the same."""
        present = (self.actor.present_title or self.actor.title) if self.actor else ""
        return present if present != self.name else ""

    @property
    def dispute(self):
        """The Dispute of one of its dates, or ""."""
        return _dispute(self.part, terms.DisputedDate)

    @property
    def statement_count(self):
        """How many of its statements stand, in words."""
        return counted(self.statements)


def _part_on(part, as_of):
    """A stored part without what came later than the day that a reader asked for."""
    if not as_of.text:
        return part
    part = {**part}
    for name, means in PARTY_DATES.items():
        part[name] = as_known(part.get(name, ""), as_of.day)
        if means and not part[name]:
            part[means] = ""
    return part


def parties_on(entry, targets, as_of):
    """The table's rows: by name, an actor's spells together and in order of time."""
    agreement = read(AgreementContent, entry.page["facts"])
    rows = []
    for part in entry.page["parties"]:
        content = ParticipationContent(**{name: part[name] for name in PARTY_FIELDS if name in part})
        row = PublicParticipation(**party_acts(agreement, content))
        if as_of.text and row.known_from and row.known_from > as_of.day:
            continue
        rows.append(Party(_part_on(part, as_of), targets.get(part["actor"]), row.status_on(as_of.day), row))
    return sorted(
        rows,
        key=lambda party: (
            normalise(party.name),
            party.name,
            party.part["in_force"] or party.part["signed"],
            party.part["position"],
        ),
    )


def agreement_context(entry, as_of=None, *, order=""):
    """Template context of an agreement's page on a day (an AsOf; None: today). order: of its history, "oldest", "newest" or "" where none was chosen."""
    as_of = as_of or today()
    facts = entry.page["facts"]
    actors = [part["actor"] for part in entry.page["parties"] if part["actor"]]
    actors += [key for part in entry.page["obligations"] for key in (part.get("owed_by"), part.get("owed_to")) if key]
    actors += [key for part in entry.page.get("statements", ()) for key in (part["actor"], part["objects_to"]) if key]
    links_here = links_to(entry)
    about = articles_about(links_here)
    linked = [key for key in (facts["amends"], facts["superseded_by"]) if key]
    shown = {*actors, *linked, *entry.page["mentions"], *(str(article.pk) for article in about)}
    shown |= {str(link.entry_id) for link in links_here if link.way != PublicLink.Way.MENTION}
    around = surroundings(entry, links_here=links_here, shown=shown, wanted=[*actors, *linked])
    row = PublicAgreement(**agreement_acts(read(AgreementContent, facts)))
    parties = parties_on(entry, around.targets, as_of)
    statements = statements_on(entry, around.targets, as_of)
    said = by_actor(statements)
    for party in reversed(parties):
        party.statements = said.pop(party.part["actor"], [])
    phases, is_told = phases_of(row, facts["in_force"], by_way(links_here, PublicLink.Way.AMENDS), as_of)
    carry([*around.targets.values(), *(link.entry for link in links_here)], as_of)
    obligations = _obligations_in(entry, around.targets)
    return {
        "around": around,
        "facts": agreement_facts(entry, around, as_of),
        "status": row.status_on(as_of.day),
        "obligations": obligations,
        "names_who_owes": any(part["by"] or part["to"] for part in obligations),
        "has_defence": any(part["kind"] == terms.ObligationKind.DEFENCE for part in entry.page["obligations"]),
        "parties": parties,
        "party_count": len({party.part["actor"] for party in parties if _belongs(party)}),
        "statements": statements,
        "standing_count": sum(statement.stands is True for statement in statements),
        "history": events_of(facts_on(entry, as_of), parties, statements, as_of.day, newest_first=order == "newest"),
        "order": order,
        "phases": phases,
        "is_phase_told": is_told,
        "strip": strips.bar(
            row,
            [party.spell for party in parties if party.part["role"] not in terms.OUTSIDE_ROLES],
            as_of.day,
        ),
        "about": about,
        "linked_from": linked_from(links_here, shown),
        "on": as_of.day,
        "as_of": as_of,
    }


def _belongs(party):
    bound = (terms.Status.IN_FORCE, terms.Status.SUSPENDED)
    return party.part["role"] not in terms.OUTSIDE_ROLES and party.status in bound


def _obligations_in(entry, targets):
    """The stored obligations with the names of those between whom they stand, "" for every party."""

    def name(key):
        return targets[key].title if key in targets else entry.page["labels"].get(key, "")

    return [
        {**part, "by": name(part.get("owed_by", "")), "to": name(part.get("owed_to", ""))}
        for part in entry.page["obligations"]
    ]


def agreement_places(entry):
    """[(anchor, label)] of the sections of an agreement's page."""
    return [
        ("facts", _("Facts")),
        ("obligations", _("Obligations")),
        ("parties", _("Parties")),
        ("statements", _("Reservations, declarations and objections")),
        ("dated-history", _("Dated history")),
    ]
