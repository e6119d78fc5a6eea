"""What the pages of actors and agreements show, from public rows alone."""

from collections import Counter
from dataclasses import dataclass, field, fields
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from publishing.content import read
from publishing.dates import display
from publishing.names import normalise
from publishing.public import PublicLink
from topics.pages import links_to, surroundings

from . import strips, terms, timelines
from .as_of import as_known, carry, today
from .codes import cow_codes
from .content import AgreementContent, ParticipationContent
from .history import events_of
from .phases import phases_of
from .projecting import agreement_acts, party_acts
from .public import PublicAgreement, PublicObligation, PublicParticipation
from .statements import by_actor, counted, statements_of, statements_on

# Standings in which a party belongs, or may belong, to the agreement. A signature alone is no membership.
BOUND = {terms.Status.IN_FORCE, terms.Status.PROVISIONAL, terms.Status.SUSPENDED, terms.Status.UNKNOWN}
# Facts that may lie after a day that a reader asks for.
LATER_DATES = (
    "founded",
    "dissolved",
    "adopted",
    "opened",
    "signed",
    "provisional",
    "in_force",
    "suspended",
    "suspension_ended",
    "terminated",
)
PARTY_DATES = {
    "signed": None, "ratified": None, "consent": "consent_means", "provisional": None, "in_force": None, "suspended": None,
    "suspension_ended": None, "notice": None, "ended": "ended_means",
}  # fmt: skip
PARTY_FIELDS = [column.name for column in fields(ParticipationContent)]
WAYS_TO_ACTORS = [way for way in PublicLink.Way.values if way != PublicLink.Way.PARTY]
MOST_SHOWN = 50  # participations on an actor's page; the list of agreements has the others
SECTION_ORDER = [kind.value for kind in terms.AgreementType]


@dataclass(frozen=True)
class Fact:
    """A line of a facts box. Exactly one of text, term (a word of a closed list), dispute, date (a date text), entries (PublicEntry or plain
    names) and url is set. note: the number of the note that names its source; None for what is classified or computed here."""

    label: str
    text: str = ""
    term: str = ""
    dispute: object = None
    date: str = ""
    entries: tuple = ()
    url: str = ""
    note: int | None = None

    @property
    def words(self):
        """What it says, unless that is a date, an address or entries."""
        return str(self.text or self.term or self.dispute or "")


def _named(keys, entry, targets):
    """The live entries, or the names they had, for keys."""
    return tuple(targets.get(key) or entry.page["labels"].get(key, "") for key in keys if key)


def _by_way(links_here, way):
    return [link.entry for link in links_here if link.way == way]


def articles_about(links_here):
    """The articles whose text mentions the entry."""
    return [entry for entry in _by_way(links_here, PublicLink.Way.MENTION) if entry.kind == "article"]


def linked_from(links_here, shown):
    """The entries whose text mentions the entry and that its page does not show in another place."""
    return [entry for entry in _by_way(links_here, PublicLink.Way.MENTION) if str(entry.pk) not in shown]


def _filled(facts):
    return [fact for fact in facts if fact.words or fact.date or fact.url or any(fact.entries)]


def _former_name(part, note):
    until = _("%(name)s, until %(day)s") % {"name": part["name"], "day": display(part["until"])}
    return Fact(_("Former name"), text=until, note=note)


def actor_facts(entry, around, as_of):
    """The facts box of an actor."""
    facts = _facts_on(entry, as_of)
    links, note = around.links_here, facts["note"]
    return _filled(
        [
            Fact(_("Official name"), text=facts["official_name"], note=note),
            Fact(_("Kind"), term=terms.word(terms.ActorKind, facts["actor_kind"])),
            Fact(_("Region"), term=terms.word(terms.Region, facts["region"])),
            Fact(_("Also known as"), text=", ".join(entry.page["aliases"])),
            Fact(_("Name then"), text=as_of.names.get(entry.pk, "")),
            *(_former_name(part, note) for part in facts.get("former_names", ()) if as_known(part["until"], as_of.day)),
            Fact(_("Founded"), date=facts["founded"], note=note),
            Fact(_("Dissolved"), date=facts["dissolved"], note=note),
            Fact(_("Capital") if facts["actor_kind"] == "state" else _("Seat"), text=facts["seat"], note=note),
            Fact(_("Part of"), entries=_named([facts["part_of"]], entry, around.targets), note=note),
            Fact(_("Bodies and parts"), entries=tuple(_by_way(links, PublicLink.Way.PART))),
            Fact(_("Predecessors"), entries=_named(facts["predecessors"], entry, around.targets), note=note),
            Fact(_("Successors"), entries=tuple(_by_way(links, PublicLink.Way.PREDECESSOR))),
            Fact(
                _("Constituent agreement"),
                entries=_named([facts["constituent_agreement"]], entry, around.targets),
                note=note,
            ),
            Fact(_("ISO 3166 code"), text=facts["iso3"]),
            Fact(_("Correlates of War code"), text=cow_codes(entry.slug, facts["iso3"])),
            Fact(_("Website"), url=facts["website"]),
        ]
    )


def _facts_on(entry, as_of):
    """The values of the facts box, without what came later than the day that a reader asked for."""
    facts = {**entry.page["facts"]}
    if as_of.text:
        for name in LATER_DATES:
            if facts.get(name):
                facts[name] = as_known(facts[name], as_of.day)
        if "terminated" in facts and not facts["terminated"]:
            facts["termination_cause"] = facts["superseded_by"] = ""
    return facts


def _with_names(rows):
    """Participations with what a page writes of their agreement and their actor."""
    names = [f"entry__{name}" for name in ("kind", "slug", "title", "language", "sort_key")]
    names += [f"actor__{name}" for name in ("kind", "slug", "title", "language", "withdrawn")]
    own = [column.name for column in PublicParticipation._meta.concrete_fields]
    return rows.select_related("entry", "actor").only(*own, *names).order_by("entry__sort_key", "position", "pk")


def _own(entry, as_of):
    """A queryset of the participations of an actor of which a day can know."""
    rows = PublicParticipation.objects.live().filter(actor=entry.pk)
    return rows.known_on(as_of.day) if as_of.text else rows


def participations_of(entry, as_of):
    """All participations of an actor on a day, with their status. One query."""
    return _on_the_day(_with_names(_own(entry, as_of)), as_of)


def _members(entry, as_of):
    """The participations in an actor's constituent agreement, with their status. One query, none where it has no such agreement."""
    agreement = entry.page["facts"]["constituent_agreement"]
    if not agreement:
        return []
    rows = PublicParticipation.objects.live().filter(entry=agreement)
    return _on_the_day(_with_names(rows.known_on(as_of.day) if as_of.text else rows), as_of)


def _on_the_day(rows, as_of):
    """The rows with their status, and without the dates that had not come."""
    rows = list(rows)
    for row in rows:
        row.status = row.status_on(as_of.day)
        if as_of.text:
            for name in ("signed", "in_force", "suspended", "ended"):
                setattr(row, name, as_known(getattr(row, name), as_of.day))
    return rows


def _grouped_by_type(rows, counts):
    """[TypeGroup] in the order of the closed list, each with the rows in force first. counts: {type: how many there are}."""
    rank = {
        terms.Status.IN_FORCE: 0,
        terms.Status.PROVISIONAL: 0,
        terms.Status.SUSPENDED: 1,
        terms.Status.UNKNOWN: 2,
        terms.Status.SIGNED: 3,
        terms.Status.NONE: 3,
        terms.Status.ENDED: 4,
    }
    ordered = sorted(
        rows, key=lambda row: (SECTION_ORDER.index(row.agreement_type), rank[row.status], row.entry.sort_key)
    )
    return [
        TypeGroup(code, terms.AgreementType(code).label, list(group), counts[code])
        for code, group in groupby(ordered, key=lambda row: row.agreement_type)
    ]


@dataclass(frozen=True)
class TypeGroup:
    """An actor's participations in agreements of one type: those shown, and how many there are."""

    code: str
    heading: str
    rows: list
    count: int

    @property
    def is_folded(self):
        return len(self.rows) < self.count


def _obligations_of(entry, on):
    """[(label, PublicObligations)] that bind an actor on a day, by kind in the order of the closed list. One query."""
    bound = PublicParticipation.objects.live().filter(actor=entry.pk).as_party().binding_on(on)
    owed = PublicObligation.objects.filter(Q(owed_by=None) | Q(owed_by=entry.pk), entry__in=bound.values("entry"))
    rows = owed.select_related("entry").only(
        "kind", "article", "entry__kind", "entry__slug", "entry__title", "entry__language", "entry__sort_key"
    )
    order = [kind.value for kind in terms.ObligationKind]
    rows = sorted(rows, key=lambda row: (order.index(row.kind), row.entry.sort_key, row.article))
    return [(terms.ObligationKind(kind).label, list(group)) for kind, group in groupby(rows, key=lambda row: row.kind)]


def actor_context(entry, as_of=None):
    """Template context of an actor's page on a day (an AsOf; None: today)."""
    as_of = as_of or today()
    facts = entry.page["facts"]
    every, members = _own(entry, as_of), _members(entry, as_of)
    spells = list(every.values_list("agreement_type", "role", *timelines.DAYS))
    own = _on_the_day(_with_names(every.nearest(MOST_SHOWN, as_of.day)), as_of)
    # The agreements to which it is a party stand in a table of their own.
    links_here = links_to(entry, WAYS_TO_ACTORS)
    about = articles_about(links_here)
    linked = [facts["part_of"], facts["constituent_agreement"], *facts["predecessors"]]
    shown = (
        {str(row.entry_id) for row in own}
        | {str(row.actor_id) for row in members}
        | {str(article.pk) for article in about}
    )
    shown |= set(linked) | set(entry.page["mentions"])
    around = surroundings(entry, links_here=links_here, shown=shown, wanted=[key for key in linked if key])
    obligations = _obligations_of(entry, as_of.day)
    statements = statements_of(entry, as_of)
    carry([*around.targets.values(), *(link.entry for link in links_here)], as_of)
    carry([target for row in (*own, *members) for target in (row.entry, row.actor)], as_of)
    carry([row.entry for _label, rows in obligations for row in rows], as_of)
    carry([target for row in statements for target in (row.entry, row.objects_to)], as_of)
    return {
        "around": around,
        "facts": actor_facts(entry, around, as_of),
        "participations": _grouped_by_type(own, Counter(code for code, *_rest in spells)),
        "participation_count": len(spells),
        "is_folded": len(own) < len(spells),
        "obligations": obligations,
        "statements": statements,
        "standing_count": sum(row.stands is True for row in statements),
        "members": [row for row in members if row.is_party and row.status in BOUND],
        "former_members": [
            row for row in members if row.is_party and row.status == terms.Status.ENDED and row.in_force
        ],
        "other_roles": [
            row for row in members if not (row.is_party and row.status in BOUND) and row.status != terms.Status.ENDED
        ],
        "strip": strips.skyline([row for row in members if row.is_party] if members else _as_party(spells), as_of.day),
        "about": about,
        "linked_from": linked_from(links_here, shown),
        "on": as_of.day,
        "as_of": as_of,
    }


@dataclass(frozen=True)
class Dispute:
    """The two readings of a disputed date, in the page's words, and why, in the entry's."""

    readings: str
    reason: str

    def __str__(self):
        return f"{self.readings} {self.reason}"


def _as_party(spells):
    return [timelines.Spell(*days) for _type, role, *days in spells if role not in terms.OUTSIDE_ROLES]


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
    facts = _facts_on(entry, as_of)
    ended_by = terms.word(terms.TerminationCause, facts["termination_cause"])
    links, note = around.links_here, facts["note"] or entry.page["text_note"]
    return _filled(
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
            Fact(_("Amends"), entries=_named([facts["amends"]], entry, around.targets), note=note),
            Fact(_("Amended by"), entries=tuple(_by_way(links, PublicLink.Way.AMENDS))),
            Fact(_("Superseded by"), entries=_named([facts["superseded_by"]], entry, around.targets), note=note),
            Fact(_("Supersedes"), entries=tuple(_by_way(links, PublicLink.Way.SUPERSEDED))),
            Fact(_("Constitutes"), entries=tuple(_by_way(links, PublicLink.Way.MEMBERSHIP))),
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
    phases, is_told = phases_of(row, facts["in_force"], _by_way(links_here, PublicLink.Way.AMENDS), as_of)
    carry([*around.targets.values(), *(link.entry for link in links_here)], as_of)
    return {
        "around": around,
        "facts": agreement_facts(entry, around, as_of),
        "status": row.status_on(as_of.day),
        "obligations": _obligations_in(entry, around.targets),
        "has_defence": any(part["kind"] == terms.ObligationKind.DEFENCE for part in entry.page["obligations"]),
        "parties": parties,
        "party_count": len({party.part["actor"] for party in parties if _belongs(party)}),
        "statements": statements,
        "standing_count": sum(statement.stands is True for statement in statements),
        "history": events_of(_facts_on(entry, as_of), parties, statements, as_of.day, newest_first=order == "newest"),
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


def actor_places(entry):
    """[(anchor, label)] of the sections of an actor's page."""
    return [
        ("facts", _("Facts")),
        ("members", _("Members")),
        ("party-to", _("Agreements")),
        ("obligations", _("Obligations")),
        ("statements", _("Reservations and declarations")),
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
