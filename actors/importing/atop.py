"""Alliance Treaty Obligations and Provisions (ATOP) 5.1. The mapping is in docs/importing.md.

ATOP's dates of entry are those of signature, and its ends are what its coders read as the end of the obligations; neither says when
anything entered into force or who was bound in law. So nothing here is ever in force from a known day.
"""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from publishing.content import SourceContent
from publishing.dates import bounds
from publishing.models import Source

from ..terms import AgreementType, LegalForce, ObligationKind, Role, Scope, TerminationCause
from .reading import FileRefused, Problem, Reading, date_text, only_once, read_rows
from .records import DataSet, Record, shorten
from .states import NoMatch

DATA_SET = DataSet(
    "atop",
    "atop",
    SourceContent(
        title="Alliance Treaty Obligations and Provisions, version 5.1",
        author="Leeds, Brett Ashley; Ritter, Jeffrey M.; Mitchell, Sara McLaughlin; Long, Andrew G.",
        publisher="Alliance Treaty Obligations and Provisions project",
        date="2022-08-09",
        url="http://www.atopdata.org/",
        kind=Source.Kind.DATASET.value,
    ),
)
VERSION = "5.1"
ALLIANCES, MEMBERS, NAMES = "atop5_1a.csv", "atop5_1m.csv", "named_agreements.csv"
SIZES = {ALLIANCES: 789, MEMBERS: 2510}  # rows of the release
KINDS = {
    "defense": (ObligationKind.DEFENCE, "defcon", "active military help if a partner is attacked"),
    "offense": (ObligationKind.OFFENCE, "offcon", "active military help in circumstances that no attack on a partner began"),
    "neutral": (ObligationKind.NEUTRALITY, "neucon", "to stay out of a partner’s conflict and not to help its enemy"),
    "nonagg": (ObligationKind.NON_AGGRESSION, "", "not to use force against a partner"),
    "consul": (ObligationKind.CONSULTATION, "concon", "to consult in crises that could become armed conflict"),
}  # fmt: skip
COLUMNS = ["atopid", *KINDS, "version"]
ALLIANCE_COLUMNS = [
    *COLUMNS,
    "begyr",
    "begmo",
    "begday",
    "endyr",
    "endmo",
    "endday",
    "ineffect",
    "bilat",
    "estmode",
    "pubsecr",
    "term",
]
MEMBER_COLUMNS = [
    *COLUMNS, "member", "yrent", "moent", "dayent", "yrexit", "moexit", "dayexit", "phase", "defcon", "offcon", "neucon", "concon",
]  # fmt: skip
FORCE = {"1": LegalForce.BINDING, "0": LegalForce.BINDING_UNRATIFIED}
# ATOP's `term`; 0 with an end date is an end that a member's loss of independence brought.
CAUSES = {
    "0": TerminationCause.PARTY_CEASED,
    "1": TerminationCause.FULFILLED,
    "2": TerminationCause.VIOLATED,
    "3": TerminationCause.REPLACED,
}
SECRECY = {"1": " ATOP codes it as partly secret.", "2": " ATOP codes it as secret."}


def read(folder, states):
    """Reading of a folder with the files of ATOP 5.1; named_agreements.csv is used where it is there. Raises FileRefused."""
    reading = Reading()
    alliances = read_rows(folder, ALLIANCES, ALLIANCE_COLUMNS)
    members = read_rows(folder, MEMBERS, MEMBER_COLUMNS)
    for row in [*alliances, *members]:
        if row["version"] != VERSION:
            raise FileRefused(
                f"{row.where}: is of version “{row['version']}”, not {VERSION}. Take the files of ATOP {VERSION}."
            )
    for name, rows in ((ALLIANCES, alliances), (MEMBERS, members)):
        if len(rows) < SIZES[name]:
            reading.notes.append(f"{name} has {len(rows):,} rows; the release has {SIZES[name]:,}.")
    names = _names(folder)
    by_alliance = defaultdict(list)
    for row in members:
        by_alliance[row["atopid"]].append(row)
    for row in only_once(alliances, "atopid", reading):
        own = by_alliance.pop(row["atopid"], [])
        missing = _members_named(row) - {member["member"] for member in own}
        if not own or missing:
            reading.problems.append(
                Problem(row.where, f"members are missing from {MEMBERS}: {', '.join(sorted(missing)) or 'all'}.")
            )
            continue
        try:
            reading.records.append(_record(row, own, names.get(row["atopid"], ""), states))
        except (NoMatch, ValueError) as error:
            reading.problems.append(Problem(row.where, f"atopid {row['atopid']}: {error}."))
    for rows in by_alliance.values():
        if not any(row["atopid"] == rows[0]["atopid"] for row in alliances):
            reading.problems.append(Problem(rows[0].where, f"atopid {rows[0]['atopid']} is not in {ALLIANCES}."))
    return reading


def _names(folder):
    if not (Path(folder) / NAMES).exists():
        return {}
    return {row["atopid"]: row["common_name"] for row in read_rows(folder, NAMES, ["atopid", "common_name"])}


def _members_named(row):
    return {
        value.strip()
        for name, value in row.values.items()
        if name.startswith("mem") and name[3:].isdigit() and value.strip()
    }


def _record(row, members, name, states):
    signed = date_text(row["begyr"], row["begmo"], row["begday"])
    ended = date_text(row["endyr"], row["endmo"], row["endday"])
    bounds(signed), bounds(ended)
    slugs, parties = {}, []
    for code in dict.fromkeys(member["member"] for member in members):
        own = sorted((member for member in members if member["member"] == code), key=lambda member: _day(member, "ent"))
        entered = _member_date(own[0], "ent")
        slugs[code] = states.by_code(code, entered)
        parties += [_spell(slugs[code], spell, signed, ended) for spell in _spells(own)]
    titles = sorted({states.title(slug) for slug in slugs.values()})
    obligations = _obligations(row, members, slugs)
    kinds = {obligation["kind"] for obligation in obligations}
    values = {
        "title": shorten(name, 200) if name else _title(titles, kinds, signed),
        "summary": shorten(
            f"{_described(kinds).capitalize()} of {signed[:4]} between {_listed(titles)}, as coded by the ATOP data set.",
            500,
        ),
        "agreement_type": _type(kinds),
        "legal_force": FORCE.get(row["estmode"], LegalForce.UNKNOWN).value,
        "scope": _scope(row, titles),
        "signed": signed,
        "in_force": "unknown",
        "terminated": ended,
        "termination_cause": CAUSES.get(row["term"], TerminationCause.UNKNOWN).value if ended else "",
        "facts_locator": f"atopid {row['atopid']}",
        "body": _body(row, ended),
    }
    return Record(row["atopid"], row.where, values, parties, obligations)


def _described(kinds):
    return "non-aggression pact" if kinds == {ObligationKind.NON_AGGRESSION.value} else "alliance"


def _type(kinds):
    return (
        AgreementType.NON_AGGRESSION if kinds == {ObligationKind.NON_AGGRESSION.value} else AgreementType.ALLIANCE
    ).value


def _scope(row, titles):
    if row["bilat"] == "1" or len(titles) == 2:
        return Scope.BILATERAL.value
    return (Scope.MINILATERAL if len(titles) < 10 else Scope.REGIONAL).value


def _listed(titles):
    shown = titles if len(titles) < 5 else [*titles[:3], f"{len(titles) - 3} others"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _title(titles, kinds, signed):
    return shorten(f"{_described(kinds).capitalize()} of {_listed(titles)} ({signed[:4]})", 200)


def _member_date(member, act):
    text = date_text(member[f"yr{act}"], member[f"mo{act}"], member[f"day{act}"])
    bounds(text)
    return text


def _day(member, act):
    """The first day that a date of a member's row can mean."""
    found = bounds(_member_date(member, act))
    return found[0] if found else date.max


def _spells(own):
    """A member's rows, one for each phase, as lists: a row that begins after a gap begins another spell."""
    spells = [[own[0]]]
    for member in own[1:]:
        end = bounds(_member_date(spells[-1][-1], "exit"))
        if end and _day(member, "ent") > end[1] + timedelta(days=1):
            spells.append([member])
        else:
            spells[-1].append(member)
    return spells


def _spell(slug, rows, signed, ended):
    """One spell of a member. An exit that ATOP codes before the alliance's end is told in a note: in law it may have stayed a party."""
    entered, left = _member_date(rows[0], "ent"), _member_date(rows[-1], "exit")
    note = (
        f"ATOP codes this member’s obligations as ended ({left}); that is no statement about law."
        if left and left != ended
        else ""
    )
    return {
        "actor": slug,
        "role": (Role.ORIGINAL_SIGNATORY if entered == signed else Role.ACCEDING_PARTY).value,
        "signed": entered,
        "in_force": "unknown",
        "note": note,
        "locator": f"{MEMBERS}, atopid {rows[0]['atopid']}, member {rows[0]['member']}",
    }


def _obligations(row, members, slugs):
    """One obligation for each kind that every member accepted in its last phase, else one for each member that did."""
    last = {}
    for member in members:
        if member["member"] not in last or int(member["phase"] or 0) >= int(last[member["member"]]["phase"] or 0):
            last[member["member"]] = member
    found = []
    for column, (kind, condition, words) in KINDS.items():
        bound = [member for member in last.values() if member[column] == "1"]
        if not bound:
            continue
        owing = [""] if len(bound) == len(last) else sorted({slugs[member["member"]] for member in bound})
        conditional = bool(condition) and all(member[condition] == "1" for member in bound)
        found += [
            {
                "kind": kind.value,
                "owed_by": slug,
                "condition": "ATOP codes it as conditional; the condition stands in the text." if conditional else "",
                "description": f"As coded by ATOP: {words}.",
                "locator": f"atopid {row['atopid']}",
            }
            for slug in owing
        ]
    return found


def _body(row, ended):
    standing = (
        f"ATOP codes the end of its obligations as {ended}."
        if ended
        else "ATOP codes it as in effect on 31 December 2018, when its coding stops."
    )
    return (
        f"Known here from a data set alone [@atop, atopid {row['atopid']}]. Its dates of entry are dates of signature: they do not say when "
        f"the agreement entered into force, or for whom. {standing}{SECRECY.get(row['pubsecr'], '')}"
    )
