"""The reservations, declarations and objections that pages show, as of a day (Vienna Convention on the Law of Treaties, articles 2(1)(d) and 19 to 23)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.names import normalise

from . import terms
from .as_of import as_known
from .public import PublicStatement


@dataclass
class ShownStatement:
    """One of them as a page shows it. part: as stored with the agreement; actor, objects_to: the live entries, or None; stands: whether it stands on
    the day, None where its dates do not tell; withdrawn: the date text, "" while it was not."""

    part: dict
    actor: object
    name: str
    objects_to: object
    objects_to_name: str
    stands: bool | None
    withdrawn: str


def statements_on(entry, targets, as_of):
    """[ShownStatement] of an agreement's public row, by the names of those who made them, then in order of time. Those of a later day are left out."""
    found = []
    for part in entry.page.get("statements", ()):
        row = PublicStatement(**{name: day and date.fromisoformat(day) for name, day in part["days"].items()})
        if as_of.text and row.begins_earliest and row.begins_earliest > as_of.day:
            continue
        against = targets.get(part["objects_to"])
        found.append(
            ShownStatement(
                part=part,
                actor=targets.get(part["actor"]),
                name=part["label"],
                objects_to=against,
                objects_to_name=against.title if against else entry.page["labels"].get(part["objects_to"], ""),
                stands=row.in_force_on(as_of.day),
                withdrawn=as_known(part["withdrawn"], as_of.day) if as_of.text else part["withdrawn"],
            )
        )
    return sorted(found, key=lambda one: (normalise(one.name), one.part["made"], one.part["position"]))


def by_actor(statements):
    """{key of an actor: [ShownStatement]}"""
    found = defaultdict(list)
    for statement in statements:
        found[statement.part["actor"]].append(statement)
    return found


def statements_of(entry, as_of):
    """[PublicStatement] that an actor had made by a day, by agreement, each with `stands`, and without a withdrawal that had not come. One query."""
    rows = PublicStatement.objects.live().filter(actor=entry.pk, begins_earliest__lte=as_of.day)
    names = [f"entry__{name}" for name in ("kind", "slug", "title", "language", "sort_key")]
    names += [f"objects_to__{name}" for name in ("kind", "slug", "title", "language", "withdrawn")]
    own = [field.name for field in PublicStatement._meta.concrete_fields]
    rows = list(
        rows.select_related("entry", "objects_to")
        .only(*own, *names)
        .order_by("entry__sort_key", "begins_earliest", "position", "pk")
    )
    for row in rows:
        row.stands = row.in_force_on(as_of.day)
        if as_of.text:
            row.withdrawn = as_known(row.withdrawn, as_of.day)
    return rows


def counted(statements):
    """How many of each kind stand, in words: "1 reservation, 2 declarations"; then how many others there are. "" where there are none."""
    standing = Counter(statement.part["kind"] for statement in statements if statement.stands)
    words = [
        (terms.StatementKind.RESERVATION, lambda n: ngettext("%(n)d reservation", "%(n)d reservations", n)),
        (terms.StatementKind.DECLARATION, lambda n: ngettext("%(n)d declaration", "%(n)d declarations", n)),
        (terms.StatementKind.UNDERSTANDING, lambda n: ngettext("%(n)d understanding", "%(n)d understandings", n)),
        (terms.StatementKind.OBJECTION, lambda n: ngettext("%(n)d objection", "%(n)d objections", n)),
    ]
    said = [sentence(standing[kind]) % {"n": standing[kind]} for kind, sentence in words if standing[kind]]
    former = sum(statement.stands is False for statement in statements)
    unknown = sum(statement.stands is None for statement in statements)
    if former:
        said.append(_("%(n)d no longer standing") % {"n": former})
    if unknown:
        said.append(_("%(n)d perhaps standing") % {"n": unknown})
    return ", ".join(said)
