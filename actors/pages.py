"""What the pages of actors and agreements show, from public rows alone."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.public import PublicLink
from topics.pages import links_to, surroundings

from . import strips, terms
from .public import PublicParticipation, spell, status_on

# Standings in which a party belongs, or may belong, to the agreement. A signature alone is no membership.
BOUND = {terms.Status.IN_FORCE, terms.Status.PROVISIONAL, terms.Status.SUSPENDED, terms.Status.UNKNOWN}
SECTION_ORDER = [kind.value for kind in terms.AgreementType]


@dataclass(frozen=True)
class Fact:
    """A line of a facts box. Exactly one of text, date (a date text), entries (PublicEntry or plain names) and url is set."""

    label: str
    text: str = ""
    date: str = ""
    entries: tuple = ()
    url: str = ""


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
    return [fact for fact in facts if fact.text or fact.date or fact.url or any(fact.entries)]


def actor_facts(entry, around):
    """The facts box of an actor."""
    facts = entry.page["facts"]
    links = around.links_here
    return _filled(
        [
            Fact(_("Official name"), text=facts["official_name"]),
            Fact(_("Kind"), text=terms.ActorKind(facts["actor_kind"]).label),
            Fact(_("Region"), text=terms.Region(facts["region"]).label),
            Fact(_("Also known as"), text=", ".join(entry.page["aliases"])),
            Fact(_("Founded"), date=facts["founded"]),
            Fact(_("Dissolved"), date=facts["dissolved"]),
            Fact(_("Capital") if facts["actor_kind"] == "state" else _("Seat"), text=facts["seat"]),
            Fact(_("Part of"), entries=_named([facts["part_of"]], entry, around.targets)),
            Fact(_("Bodies and parts"), entries=tuple(_by_way(links, PublicLink.Way.PART))),
            Fact(_("Predecessors"), entries=_named(facts["predecessors"], entry, around.targets)),
            Fact(_("Successors"), entries=tuple(_by_way(links, PublicLink.Way.PREDECESSOR))),
            Fact(_("Constituent agreement"), entries=_named([facts["constituent_agreement"]], entry, around.targets)),
            Fact(_("ISO 3166 code"), text=facts["iso3"]),
            Fact(_("Website"), url=facts["website"]),
        ]
    )


def _participations(entry):
    """All participations that an actor's page needs, its own and its members', in one query."""
    rows = PublicParticipation.objects.filter(
        Q(actor=entry.pk) | Q(entry=entry.page["facts"]["constituent_agreement"] or None), entry__withdrawn=False
    )
    names = [
        "entry__kind",
        "entry__slug",
        "entry__title",
        "entry__sort_key",
        "entry__category",
        "actor__kind",
        "actor__slug",
        "actor__title",
        "actor__withdrawn",
    ]
    own = [field.name for field in PublicParticipation._meta.concrete_fields]
    return rows.select_related("entry", "actor").only(*own, *names).order_by("entry__sort_key", "position", "pk")


def _grouped_by_type(rows):
    """[(plural heading, rows)] in the order of the closed list, each with the rows in force first."""
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
        rows, key=lambda row: (SECTION_ORDER.index(row.entry.category), rank[row.status], row.entry.sort_key)
    )
    return [
        (terms.AgreementType(category).label, list(group))
        for category, group in groupby(ordered, key=lambda row: row.entry.category)
    ]


def actor_context(entry):
    """Template context of an actor's page."""
    on = timezone.localdate()
    facts = entry.page["facts"]
    own, members = [], []
    for row in _participations(entry):
        row.status = row.status_on(on)
        # The row of an organisation in its own constituent agreement cannot exist; each row is one or the other.
        (own if row.actor_id == entry.pk else members).append(row)
    links_here = links_to(entry)
    about = articles_about(links_here)
    linked = [facts["part_of"], facts["constituent_agreement"], *facts["predecessors"]]
    shown = (
        {str(row.entry_id) for row in own}
        | {str(row.actor_id) for row in members}
        | {str(article.pk) for article in about}
    )
    shown |= set(linked) | set(entry.page["mentions"])
    around = surroundings(entry, links_here=links_here, shown=shown, wanted=[key for key in linked if key])
    return {
        "around": around,
        "facts": actor_facts(entry, around),
        "facts_note": facts["note"],
        "participations": _grouped_by_type(own),
        "members": [row for row in members if row.is_party and row.status in BOUND],
        "former_members": [
            row for row in members if row.is_party and row.status == terms.Status.ENDED and row.in_force
        ],
        "other_roles": [
            row for row in members if not (row.is_party and row.status in BOUND) and row.status != terms.Status.ENDED
        ],
        "strip": strips.skyline([row for row in members or own if row.is_party], on),
        "about": about,
        "linked_from": linked_from(links_here, shown),
        "on": on,
    }


def agreement_facts(entry, around):
    """The facts box of an agreement."""
    facts = entry.page["facts"]
    ended_by = terms.TerminationCause(facts["termination_cause"]).label if facts["termination_cause"] else ""
    links = around.links_here
    return _filled(
        [
            Fact(_("Type"), text=terms.AgreementType(facts["agreement_type"]).label),
            Fact(_("Legal force"), text=terms.LegalForce(facts["legal_force"]).label),
            Fact(_("Scope"), text=terms.Scope(facts["scope"]).label),
            Fact(_("Also known as"), text=", ".join(entry.page["aliases"])),
            Fact(_("Adopted"), date=facts["adopted"]),
            Fact(_("Signed"), date=facts["signed"]),
            Fact(_("Place"), text=facts["place"]),
            Fact(_("Provisionally applied from"), date=facts["provisional"]),
            Fact(
                _("In force from") if facts["legal_force"] != "political" else _("In effect from"),
                date=facts["in_force"],
            ),
            Fact(_("Rule for entry into force"), text=facts["entry_into_force_rule"]),
            Fact(_("Ended"), date=facts["terminated"]),
            Fact(_("How it ended"), text=ended_by),
            Fact(_("Amends"), entries=_named([facts["amends"]], entry, around.targets)),
            Fact(_("Amended by"), entries=tuple(_by_way(links, PublicLink.Way.AMENDS))),
            Fact(_("Superseded by"), entries=_named([facts["superseded_by"]], entry, around.targets)),
            Fact(_("Supersedes"), entries=tuple(_by_way(links, PublicLink.Way.SUPERSEDED))),
            Fact(_("Constitutes"), entries=tuple(_by_way(links, PublicLink.Way.MEMBERSHIP))),
            Fact(_("Depositary"), text=facts["depositary"]),
            Fact(_("Authentic languages"), text=facts["languages"]),
            Fact(_("Registration"), text=facts["registration"]),
        ]
    )


@dataclass
class Party:
    """A row of the table of parties: the stored part, the live actor (or None), its status today and its spell."""

    part: dict
    actor: object
    status: str
    spell: PublicParticipation

    @property
    def name(self):
        return self.part["name_used"] or (self.actor.title if self.actor else self.part["label"])

    @property
    def present_name(self):
        """Today's name of an actor that is listed under another; "" where it is the same."""
        return self.actor.title if self.part["name_used"] and self.actor and self.actor.title != self.name else ""


def parties_on(entry, targets, on):
    """The table's rows: by name, an actor's spells together and in order of time."""
    end = entry.page["facts"]["terminated"]
    rows = []
    for part in entry.page["parties"]:
        row = PublicParticipation(
            signed=part["signed"],
            suspended=part["suspended"],
            **spell(part["in_force"], part["ended"] or (end if part["in_force"] else "")),
        )
        rows.append(Party(part, targets.get(part["actor"]), status_on(row, on), row))
    return sorted(
        rows, key=lambda party: (party.name, party.part["in_force"] or party.part["signed"], party.part["position"])
    )


def agreement_context(entry):
    """Template context of an agreement's page."""
    on = timezone.localdate()
    facts = entry.page["facts"]
    actors = [part["actor"] for part in entry.page["parties"]]
    links_here = links_to(entry)
    about = articles_about(links_here)
    linked = [key for key in (facts["amends"], facts["superseded_by"]) if key]
    shown = {*actors, *linked, *entry.page["mentions"], *(str(article.pk) for article in about)}
    shown |= {str(link.entry_id) for link in links_here if link.way != PublicLink.Way.MENTION}
    around = surroundings(entry, links_here=links_here, shown=shown, wanted=[*actors, *linked])
    row = agreement_spell(facts)
    parties = parties_on(entry, around.targets, on)
    return {
        "around": around,
        "facts": agreement_facts(entry, around),
        "facts_note": facts["note"],
        "status": status_on(row, on),
        "parties": parties,
        "party_count": len(
            {
                p.part["actor"]
                for p in parties
                if p.part["role"] not in terms.OUTSIDE_ROLES
                and p.status in (terms.Status.IN_FORCE, terms.Status.SUSPENDED)
            }
        ),
        "strip": strips.bar(
            row, [party.spell for party in parties if party.part["role"] not in terms.OUTSIDE_ROLES], on
        ),
        "about": about,
        "linked_from": linked_from(links_here, shown),
        "on": on,
    }


def agreement_spell(facts):
    """The agreement's own time in force as an unsaved row that answers questions about a day."""
    row = PublicParticipation(**spell(facts["in_force"], facts["terminated"]))
    row.provisional, row.signed = facts["provisional"], facts["signed"] or facts["adopted"]
    return row
