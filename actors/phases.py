"""The phases of an agreement: its text as first agreed, then as each amendment left it, and which of them holds on a day."""

from dataclasses import dataclass, field

from publishing.public import PublicEntry

from .as_of import as_known
from .public import PublicAgreement, PublicObligation, has_come


@dataclass
class Phase:
    """amendment: the PublicEntry that began it, None for the first; date: the date text from which it is in force; obligations: what the amendment
    itself obliges to, as PublicObligations."""

    amendment: PublicEntry | None
    date: str
    holds: bool = False
    obligations: list = field(default_factory=list)


def phases_of(row, in_force, amendments, as_of):
    """([Phase] in order of time, whether it is told which one holds); ([], False) where nothing amends it. Two queries, none without amendments.

    row: the agreement's PublicAgreement; in_force: its date text; amendments: the PublicEntries that amend it.
    """
    if not amendments:
        return [], False
    rows = PublicAgreement.objects.filter(entry__in=[entry.pk for entry in amendments])
    rows = list(rows.known_on(as_of.day) if as_of.text else rows)
    if not rows:
        return [], False
    entries = {entry.pk: entry for entry in amendments}
    # One that never entered into force, or whose day is unknown, stands last: "" and "unknown" are no years.
    rows.sort(key=lambda other: (not other.in_force[:4].isdigit(), other.in_force, other.sort_key))
    phases = [Phase(None, as_known(in_force, as_of.day))]
    phases += [Phase(entries[other.entry_id], as_known(other.in_force, as_of.day)) for other in rows]
    by_entry = {phase.amendment.pk: phase for phase in phases[1:]}
    for obligation in PublicObligation.objects.filter(entry__in=by_entry).order_by("position", "pk"):
        by_entry[obligation.entry_id].obligations.append(obligation)
    begun = [True, *(has_come(other.begins_earliest, other.begins_latest, as_of.day) for other in rows)]
    is_told = None not in begun and row.in_force_on(as_of.day) is True
    if is_told:
        phases[max(place for place, has_begun in enumerate(begun) if has_begun)].holds = True
    return phases, is_told
