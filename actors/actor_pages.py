"""What the page of an actor shows, from public rows alone."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from publishing.dates import display
from publishing.public import PublicLink
from topics.pages import links_to, surroundings

from . import strips, terms, timelines
from .as_of import as_known, carry, today
from .codes import cow_codes
from .facts_box import Fact, articles_about, by_way, facts_on, filled, linked_from, named
from .public import PublicObligation, PublicParticipation
from .statements import statements_of

# Standings in which a party belongs, or may belong, to the agreement. A signature alone is no membership.
BOUND = {terms.Status.IN_FORCE, terms.Status.PROVISIONAL, terms.Status.SUSPENDED, terms.Status.UNKNOWN}
WAYS_TO_ACTORS = [way for way in PublicLink.Way.values if way != PublicLink.Way.PARTY]
MOST_SHOWN = 50  # participations on an actor's page; the list of agreements has the others
SECTION_ORDER = [kind.value for kind in terms.AgreementType]


def _former_name(part, note):
    until = _("%(name)s, until %(day)s") % {"name": part["name"], "day": display(part["until"])}
    return Fact(_("Former name"), text=until, note=note)


def actor_facts(entry, around, as_of):
    """The facts box of an actor."""
    facts = facts_on(entry, as_of)
    links, note = around.links_here, facts["note"]
    return filled(
        [
            Fact(_("Official name"), text=facts["official_name"], note=note),
            Fact(_("Kind"), term=terms.word(terms.ActorKind, facts["actor_kind"])),
            Fact(_("Region"), term=terms.word(terms.Region, facts["region"])),
            Fact(_("Also known as"), text=", ".join(entry.page["aliases"])),
            Fact(_("Name then"), text=as_of.names.get(entry.pk, "")),
            *(
                _former_name(part, part.get("note") or note)
                for part in facts.get("former_names", ())
                if as_known(part["until"], as_of.day)
            ),
            Fact(_("Founded"), date=facts["founded"], note=note),
            Fact(_("Dissolved"), date=facts["dissolved"], note=note),
            Fact(_("Capital") if facts["actor_kind"] == "state" else _("Seat"), text=facts["seat"], note=note),
            Fact(_("Part of"), entries=named([facts["part_of"]], entry, around.targets), note=note),
            Fact(_("Bodies and parts"), entries=tuple(by_way(links, PublicLink.Way.PART))),
            Fact(_("Predecessors"), entries=named(facts["predecessors"], entry, around.targets), note=note),
            Fact(_("Successors"), entries=tuple(by_way(links, PublicLink.Way.PREDECESSOR))),
            Fact(
                _("Constituent agreement"),
                entries=named([facts["constituent_agreement"]], entry, around.targets),
                note=note,
            ),
            Fact(_("ISO 3166 code"), text=facts["iso3"]),
            Fact(_("Correlates of War code"), text=cow_codes(entry.slug, facts["iso3"])),
            Fact(_("Website"), url=facts["website"]),
        ]
    )


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


def _as_party(spells):
    return [timelines.Spell(*days) for _type, role, *days in spells if role not in terms.OUTSIDE_ROLES]


def actor_places(entry):
    """[(anchor, label)] of the sections of an actor's page."""
    return [
        ("facts", _("Facts")),
        ("members", _("Members")),
        ("party-to", _("Agreements")),
        ("obligations", _("Obligations")),
        ("statements", _("Reservations and declarations")),
    ]
