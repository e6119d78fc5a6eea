"""What binds two actors on a day: every agreement in which both take part, what each owes the other by it, and where nothing does, partners in common.

Everything is read from public rows in a fixed number of queries: two tell which agreements tie the two and how nearly, three load those that a
page shows, and two find partners in common.
"""

from dataclasses import dataclass, field
from itertools import product, starmap
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from publishing.public import PublicEntry, PublicLink

from . import terms
from .public import PublicObligation, PublicParticipation, Spell, is_owed, status_on

Status = terms.Status
BINDING = (Status.IN_FORCE, Status.PROVISIONAL)
# How two spells stand together, the nearest tie first.
BOUND, SUSPENDED, UNKNOWN, SIGNED, FORMER = "bound", "suspended", "unknown", "signed", "former"
ORDER = [BOUND, SUSPENDED, UNKNOWN, SIGNED, FORMER]
KINDS = [kind.value for kind in terms.ObligationKind]
MOST_PARTNERS = 12


class Stand(NamedTuple):
    """A participation as far as it decides how two actors stand together. Thousands are read: keys and days stay the texts that a database
    gives, and days compare as texts as they do as days."""

    pk: int
    agreement: str
    actor: str
    sort_key: str
    begins_earliest: str | None
    begins_latest: str | None
    ends_earliest: str | None
    ends_latest: str | None
    signed_earliest: str | None
    signed_latest: str | None
    provisional_earliest: str | None
    provisional_latest: str | None
    suspended_earliest: str | None
    suspended_latest: str | None
    resumed_earliest: str | None
    resumed_latest: str | None

    in_force_on = Spell.in_force_on
    status_on = status_on


class Promise(NamedTuple):
    """An obligation of which only the kind is known yet."""

    kind: str


@dataclass
class Tie:
    """An agreement that ties two actors. first, second: their PublicParticipations (before load(): Stands), None for an organisation and its
    constituent agreement.

    standing: one of ORDER; owed: [Owed]; entry: the agreement, and through: the organisations that it constitutes, after load().
    """

    key: UUID
    sort_key: str
    first: PublicParticipation | Stand | None
    second: PublicParticipation | Stand | None
    standing: str
    owed: list = field(default_factory=list)
    entry: PublicEntry | None = None
    through: list = field(default_factory=list)

    @property
    def rows(self):
        return [row for row in (self.first, self.second) if row is not None]

    @property
    def since(self):
        """The date text of the day from which both are or were bound, the later of the two; "" where they are not, as far as is known."""
        if self.standing not in (BOUND, SUSPENDED, FORMER):
            return ""
        return max(self.rows, key=_begin).in_force

    @property
    def until(self):
        """The date text of the day on which the first of the two ended; "" where neither had."""
        if self.standing != FORMER:
            return ""
        ended = [row for row in self.rows if row.ends_latest is not None]
        return min(ended, key=lambda row: (row.ends_earliest, row.ends_latest)).ended if ended else ""

    @property
    def kinds(self):
        return {owed.row.kind for owed in self.owed}


@dataclass(frozen=True)
class Owed:
    """An obligation between the two. forth: the first owes it to the second; back: the other way round."""

    row: PublicObligation | Promise
    forth: bool
    back: bool

    @property
    def is_mutual(self):
        return self.forth and self.back


def _begin(row):
    return (row.begins_latest is not None, row.begins_latest, row.begins_earliest) if row.begins_latest else (False,)


def standing_of(first, second, on):
    """How two spells in one agreement stand together on a day, or None where they never tied. None as a spell: the organisation itself."""
    rows = [row for row in (first, second) if row is not None]
    statuses = {row.status_on(on) for row in rows}
    if statuses <= set(BINDING):
        return BOUND
    if statuses <= {*BINDING, Status.SUSPENDED}:
        return SUSPENDED
    if Status.NONE in statuses:
        return None
    if Status.ENDED not in statuses:
        return SIGNED if Status.SIGNED in statuses and Status.UNKNOWN not in statuses else UNKNOWN
    return FORMER if _overlapped(rows, on) else None


def _overlapped(rows, on):
    """Whether there may have been a day up to the given one on which all spells were in force."""
    if any(row.begins_earliest is None for row in rows):
        return False
    begin = max(row.begins_earliest for row in rows)
    ends = [row.ends_latest for row in rows if row.ends_latest is not None]
    return begin <= min([*ends, on])


def _stands(pair, constituents, on):
    """The Stands of the two in agreements in which both take part, or which constitute the one and bind the other. One query."""
    rows = PublicParticipation.objects.live().as_party().known_on(on)
    shared = rows.filter(actor__in=[actor.pk for actor in pair])
    for actor, own in zip(pair, constituents, strict=True):
        theirs = PublicParticipation.objects.filter(actor=actor.pk).values("entry")
        shared = shared.filter(Q(entry__in=theirs) | Q(entry=own) if own else Q(entry__in=theirs))
    texts = {f"{name}_text": Cast(name, TextField()) for name in ("entry", "actor", *Stand._fields[4:])}
    days = [f"{name}_text" for name in Stand._fields[4:]]
    columns = shared.annotate(**texts).values_list("pk", "entry_text", "actor_text", "entry__sort_key", *days)
    return starmap(Stand, columns.order_by("position", "pk"))


def _constituent(actor):
    return actor.page["facts"].get("constituent_agreement") or None


def ties_between(pair, on):
    """The Ties of two actors (PublicEntries with their page) on a day, the nearest first, loaded. Five queries."""
    ties = nearest_ties(pair, on)
    load(ties, pair)
    return ties


def nearest_ties(pair, on):
    """The Ties of two actors on a day, the nearest first, as far as it takes to tell which they are. Two queries."""
    constituents = [UUID(key) if key else None for key in map(_constituent, pair)]
    day, ties = on.isoformat(), {}
    for agreement, sides in _by_agreement(_stands(pair, constituents, on), pair[0].pk).items():
        key = UUID(agreement)
        first, second = (side or [None] * (key == own) for side, own in zip(sides, constituents, strict=True))
        found = [(standing_of(a, b, day), a, b) for a, b in product(first, second)]
        found = [one for one in found if one[0]]
        if found:
            standing, a, b = min(found, key=lambda one: ORDER.index(one[0]))
            ties[agreement] = Tie(key, (a or b).sort_key, a, b, standing)
    _add_promises(ties, pair)
    return sorted(ties.values(), key=_nearness)


def _by_agreement(stands, first):
    """{agreement key as text: ([Stands of the first actor], [those of the second])}"""
    written, found = {first.hex, str(first)}, {}
    for row in stands:
        sides = found.setdefault(row.agreement, ([], []))
        sides[row.actor not in written].append(row)
    return found


def _nearness(tie):
    strongest = min((KINDS.index(kind) for kind in tie.kinds), default=len(KINDS))
    return ORDER.index(tie.standing), strongest, tie.sort_key, tie.key


def _add_promises(ties, pair):
    """Of what kinds is what each owes the other by each agreement that is between parties. One query."""
    first, second = pair[0].pk, pair[1].pk
    rows = PublicObligation.objects.all()
    for actor in pair:
        rows = rows.filter(entry__in=PublicParticipation.objects.filter(actor=actor.pk).values("entry"))
    rows = rows.annotate(agreement=Cast("entry", TextField()))
    for agreement, kind, by, to in rows.values_list("agreement", "kind", "owed_by", "owed_to"):
        tie = ties.get(agreement)
        forth, back = is_owed(by, to, first, second), is_owed(by, to, second, first)
        if tie and tie.first and tie.second and (forth or back):
            tie.owed.append(Owed(Promise(kind), forth, back))


def load(ties, pair):
    """Give Ties what a page writes of them. Three queries."""
    _load_rows(ties)
    _load_obligations(ties, pair)
    _add_organisations(ties)


def _load_rows(ties):
    names = [f"entry__{name}" for name in ("kind", "slug", "title", "language", "sort_key", "category", "withdrawn")]
    own = [column.name for column in PublicParticipation._meta.concrete_fields]
    rows = PublicParticipation.objects.filter(pk__in=[row.pk for tie in ties for row in tie.rows])
    found = {row.pk: row for row in rows.select_related("entry").only(*own, *names)}
    for tie in ties:
        tie.first, tie.second = (found[row.pk] if row else None for row in (tie.first, tie.second))
        tie.entry = tie.rows[0].entry


def _load_obligations(ties, pair):
    """What each owes the other by each agreement that is between parties. One query."""
    by_key = {tie.key: tie for tie in ties if tie.first and tie.second}
    first, second = pair[0].pk, pair[1].pk
    for tie in ties:
        tie.owed = []
    for row in PublicObligation.objects.filter(entry__in=list(by_key)).order_by("position", "part_key"):
        owed = Owed(row, row.is_owed(first, second), row.is_owed(second, first))
        if owed.forth or owed.back:
            by_key[row.entry_id].owed.append(owed)


def _add_organisations(ties):
    """The organisations that the agreements constitute. One query."""
    by_key = {tie.key: tie for tie in ties}
    fields = [f"entry__{name}" for name in PublicEntry.LIST_FIELDS]
    links = PublicLink.objects.live().filter(way=PublicLink.Way.MEMBERSHIP, target_id__in=list(by_key))
    links = links.select_related("entry").only("target_id", *fields)
    for link in links.order_by("entry__sort_key"):
        by_key[link.target_id].through.append(link.entry)


@dataclass
class Partner:
    """A third actor to whom both have a defence agreement. first, second: the agreements (PublicEntries) of each of the two."""

    actor: PublicEntry
    first: list = field(default_factory=list)
    second: list = field(default_factory=list)


def partners_in_common(pair, on):
    """The Partners with whom each of the two is, for certain, bound by a defence obligation on a day, by name. Two queries."""
    one, other = (_defended_with(actor, on) for actor in pair)
    found = {}
    for name, rows, others in (("first", one, other), ("second", other, one)):
        common = rows.filter(actor__in=others.values("actor")).exclude(actor__in=[actor.pk for actor in pair])
        fields = [f"{side}__{name}" for side in ("entry", "actor") for name in (*PublicEntry.LIST_FIELDS, "sort_key")]
        rows = common.filter(actor__withdrawn=False).select_related("entry", "actor").only(*fields)
        for row in rows.order_by("actor__sort_key", "entry__sort_key"):
            agreements = getattr(found.setdefault(row.actor_id, Partner(row.actor)), name)
            if row.entry not in agreements:
                agreements.append(row.entry)
    return sorted(found.values(), key=lambda partner: (partner.actor.sort_key, str(partner.actor.pk)))


def _defended_with(actor, on):
    """Participations of others in agreements with a mutual defence obligation that bind them and the actor on the day."""
    bound = PublicParticipation.objects.live().as_party().binding_on(on)
    defence = PublicObligation.objects.filter(kind=terms.ObligationKind.DEFENCE, owed_by=None, owed_to=None)
    own = bound.filter(actor=actor.pk).values("entry")
    return bound.filter(entry__in=own).filter(entry__in=defence.values("entry")).exclude(actor=actor.pk)


def defences(ties):
    """[(tie, owed)] of the defence obligations that bind the two."""
    return [
        (tie, owed)
        for tie in ties
        for owed in tie.owed
        if tie.standing == BOUND and owed.row.kind == terms.ObligationKind.DEFENCE
    ]


def summary(pair, ties):
    """(sentence, whether the tie is so close that partners in common add nothing) that answers first: is the one bound to defend the other?"""
    first, second = (actor.title for actor in pair)
    bound = [tie for tie in ties if tie.standing == BOUND]
    if any(tie.first is None or tie.second is None for tie in bound):
        member, whole = (second, first) if any(tie.first is None for tie in bound) else (first, second)
        return _("%(member)s belongs to %(whole)s.") % {"member": member, "whole": whole}, True
    defended = defences(ties)
    names = {"first": first, "second": second}
    for chosen, sentence in (
        ([one for one in defended if one[1].is_mutual], _("%(first)s and %(second)s are bound to defend each other.")),
        (
            [one for one in defended if one[1].forth],
            _("%(first)s is bound to defend %(second)s, and not the other way round."),
        ),
        (
            [one for one in defended if one[1].back],
            _("%(second)s is bound to defend %(first)s, and not the other way round."),
        ),
    ):
        if chosen:
            return sentence % names, True
    kinds = sorted({kind for tie in bound for kind in tie.kinds}, key=KINDS.index)
    if kinds:
        labels = ", ".join(str(terms.ObligationKind(kind).label) for kind in kinds)
        sentence = _(
            "Neither of %(first)s and %(second)s is bound to defend the other. What they owe each other: %(kinds)s."
        )
        return sentence % {**names, "kinds": labels}, False
    if bound:
        return (
            _("Agreements bind both %(first)s and %(second)s, but no obligation between the two is recorded.") % names,
            False,
        )
    return _("Nothing on record binds %(first)s and %(second)s to each other.") % names, False
