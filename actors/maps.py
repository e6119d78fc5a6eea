"""What maps show on a day: the parties of an agreement, the members of an organisation, an actor's partners, how many agreements each state has."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, F, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.dates import display
from publishing.public import PublicEntry

from . import terms
from .as_of import as_known
from .public import PublicActor, PublicObligation, PublicParticipation, is_owed
from .world import Mark

Status = terms.Status
# How near a party stands; of several spells of one actor the nearest is drawn.
NEAREST = [Status.IN_FORCE, Status.SUSPENDED, Status.PROVISIONAL, Status.UNKNOWN, Status.SIGNED, Status.ENDED]
MOST_CLOSEST = 12
LEVELS = 5
ENTRY = ["kind", "slug", "title", "language", "sort_key", "withdrawn"]


def places_of(keys):
    """{actor key: (ISO code, seat)} of the actors with the keys, a set or a query. The seat only of those without a code. One query."""
    drawable = ~Q(iso3="") | Q(actor_kind=terms.ActorKind.STATE) & ~Q(dissolved="")
    # The seat lies within the page, which is read for those few alone.
    stored = KeyTextTransform("seat", KeyTransform("facts", "entry__page"))
    seat = Case(When(iso3="", then=stored), default=Value(""), output_field=TextField())
    rows = PublicActor.objects.filter(drawable, entry__in=keys)
    return {entry: (iso3, seat or "") for entry, iso3, seat in rows.values_list("entry", "iso3", seat)}


def spells_in(agreement, on):
    """The participations in an agreement (its key) of which a day can know, as parties, with their actors. One query."""
    own = [column.name for column in PublicParticipation._meta.concrete_fields]
    rows = PublicParticipation.objects.live().filter(entry=agreement).as_party().known_on(on)
    rows = rows.select_related("actor").only(*own, *(f"actor__{name}" for name in ENTRY))
    return list(rows.order_by(F("actor__sort_key").asc(nulls_last=True), "name", "position", "pk"))


def _since(row, on):
    """The date that goes with a spell's status, in words: "party since 4 April 1949"; "" where none is known."""
    begun, ended = as_known(row.in_force, on), as_known(row.ended, on)
    if row.status == Status.ENDED and ended:
        return _("ended %(date)s") % {"date": display(ended)}
    if row.status in (Status.IN_FORCE, Status.SUSPENDED, Status.UNKNOWN) and begun:
        return _("party since %(date)s") % {"date": display(begun)}
    if row.status == Status.PROVISIONAL:
        return _("since %(date)s") % {"date": display(row.provisional)}
    if row.status == Status.SIGNED:
        return _("signed %(date)s") % {"date": display(row.signed)}
    return ""


def party_marks(agreement, on):
    """(Marks of an agreement’s parties on a day, one for each actor, by name; the rows of each). Two queries."""
    nearest = {}
    for row in spells_in(agreement, on):
        row.status = row.status_on(on)
        if row.status == Status.NONE:
            continue
        kept = nearest.get(row.actor_id or row.name)
        if kept is None or NEAREST.index(row.status) < NEAREST.index(kept.status):
            nearest[row.actor_id or row.name] = row
    rows = list(nearest.values())
    places = places_of({row.actor_id for row in rows if row.actor_id})
    return [_party_mark(row, places.get(row.actor_id, ("", "")), on) for row in rows]


def _party_mark(row, place, on):
    since = _since(row, on)
    status = str(terms.Status(row.status).label)
    return Mark(
        row.actor, row.name, str(row.status), f"{status}, {since}" if since else status, *place, spell=row, since=since
    )


def status_legend():
    return {str(status): terms.Status(status).label for status in NEAREST}


@dataclass
class Partner:
    """An actor that is bound by the same agreements as another. agreements: how many; owed: {obligation kind: in how many of them}."""

    actor: PublicEntry
    agreements: int = 0
    owed: Counter = field(default_factory=Counter)

    @property
    def key(self):
        """ "defence", "owed" (another obligation) or "shared" (none on record): what the map and the diagram tell apart."""
        if self.owed[terms.ObligationKind.DEFENCE]:
            return "defence"
        return "owed" if self.owed else "shared"

    @property
    def strength(self):
        """Sorts the closest first: by mutual or one-sided defence, then by obligations, then by agreements."""
        defence = self.owed[terms.ObligationKind.DEFENCE]
        return -defence, -sum(self.owed.values()), -self.agreements, self.actor.sort_key, str(self.actor.pk)


def partners_of(actor, on):
    """The Partners of an actor (its key) on a day, the closest first: those certainly bound by the same agreements. Three queries."""
    bound = PublicParticipation.objects.live().as_party().binding_on(on)
    own = bound.filter(actor=actor).values("entry")
    shared = bound.filter(entry__in=own, actor__withdrawn=False).exclude(actor=actor)
    # Keys as texts: thousands of rows come back, and making a UUID of each takes longer than reading it.
    as_text = {"agreement": Cast("entry", TextField()), "other": Cast("actor", TextField())}
    obligations = {}
    rows = PublicObligation.objects.filter(entry__in=own).annotate(agreement=as_text["agreement"])
    for agreement, *owed in rows.values_list("agreement", "kind", "owed_by", "owed_to"):
        obligations.setdefault(agreement, set()).add(tuple(owed))
    sets = {agreement: frozenset(owed) for agreement, owed in obligations.items()}
    pairs = set(shared.annotate(**as_text).values_list("other", "agreement"))
    counts = Counter((other, sets.get(agreement, frozenset())) for other, agreement in pairs)
    found = {}
    for (other, owed), n in counts.items():
        key = UUID(other)
        partner = found.setdefault(key, Partner(None))
        partner.agreements += n
        for kind in _owed(owed, actor, key):
            partner.owed[kind] += n
    for entry in PublicEntry.objects.filter(pk__in=list(found)).only(*ENTRY):
        found[entry.pk].actor = entry
    return sorted((one for one in found.values() if one.actor), key=lambda partner: partner.strength)


def _owed(obligations, one, other):
    """The kinds of obligations, as (kind, owed by, owed to), that either of two actors owes the other."""
    return {kind for kind, by, to in obligations if is_owed(by, to, one, other) or is_owed(by, to, other, one)}


def partner_legend(name):
    return {
        "self": name,
        "defence": _("bound to defend: one or both"),
        "owed": _("another obligation"),
        "shared": _("an agreement, no obligation on record"),
    }


def number_of_agreements(n):
    return ngettext("%(n)d agreement", "%(n)d agreements", n) % {"n": n}


def partner_marks(actor, partners, query):
    """Marks of an actor (a PublicEntry) and its partners; each leads to what lies between the two. One query."""
    places = places_of({actor.pk, *(partner.actor.pk for partner in partners)})
    marks = [Mark(actor, actor.title, "self", _("the actor itself"), *places.get(actor.pk, ("", "")))]
    labels = {kind: str(label) for kind, label in terms.ObligationKind.choices}
    between = reverse("between_detail", args=["0", "1"])  # once: two hundred times are slow
    for partner in partners:
        first, second = sorted([actor.slug, partner.actor.slug])
        address = between.replace("/0/1/", f"/{first}/{second}/") + query
        place = places.get(partner.actor.pk, ("", ""))
        count = number_of_agreements(partner.agreements)
        owed = ", ".join(label for kind, label in labels.items() if kind in partner.owed)
        words = f"{count}: {owed}" if owed else count
        marks.append(
            Mark(partner.actor, partner.actor.title, partner.key, words, *place, address, count=count, owed=owed)
        )
    return marks


def counts_of(kind, on):
    """[(state’s PublicEntry, ISO code, seat, n)]: how many agreements with such an obligation certainly bind each state, most first.

    kind: a terms.ObligationKind, or "" for agreements of every sort. Two queries.
    """
    bound = PublicParticipation.objects.live().as_party().binding_on(on)
    if kind:
        bound = bound.filter(entry__in=PublicObligation.objects.filter(kind=kind).values("entry"))
    states = PublicActor.objects.live().filter(actor_kind=terms.ActorKind.STATE)
    drawable = states.filter(~Q(iso3="") | ~Q(dissolved=""))
    bound = bound.filter(actor__in=drawable.values("entry"))
    counts = dict(bound.order_by().values_list("actor").annotate(n=Count("entry", distinct=True)))
    places = places_of(drawable.values("entry"))
    entries = PublicEntry.objects.filter(pk__in=list(counts)).only(*ENTRY)
    rows = [(entry, *places.get(entry.pk, ("", "")), counts[entry.pk]) for entry in entries]
    return sorted(rows, key=lambda row: (-row[3], row[0].sort_key))


def level_bounds(most):
    """The highest count of each of LEVELS classes, the last without end; each class reaches twice as far as the one before."""
    step = max(1, -(-most // 2**LEVELS))
    return [step * 2**level for level in range(LEVELS - 1)]


def level_of(n, bounds):
    """1 to LEVELS."""
    return 1 + sum(n > bound for bound in bounds)


def count_marks(rows, query=""):
    """(Marks, legend) of the rows of counts_of(). query: what the addresses of maps carry on."""
    own_map = reverse("actor_map", args=["0"])
    bounds = level_bounds(max((n for *_rest, n in rows), default=1))
    marks = []
    for entry, iso3, seat, n in rows:
        address = own_map.replace("/0/", f"/{entry.slug}/") + query
        level = f"level-{level_of(n, bounds)}"
        marks.append(Mark(entry, entry.title, level, number_of_agreements(n), iso3, seat, map=address))
    lows = [1, *(bound + 1 for bound in bounds)]
    ends = [*bounds, None]
    legend = {
        f"level-{level}": str(low) if low == high else f"{low}–{high}" if high else _("%(n)d or more") % {"n": low}
        for level, (low, high) in enumerate(zip(lows, ends, strict=True), 1)
    }
    return marks, legend
