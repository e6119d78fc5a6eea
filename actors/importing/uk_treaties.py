"""UK treaty records, signatures 1703 to 1976. The mapping is in docs/importing.md."""

from publishing.content import SourceContent
from publishing.dates import bounds, certainly_before
from publishing.models import Source

from ..terms import AgreementType, LegalForce, Role, Scope, TerminationCause
from .reading import Problem, Reading, only_once, read_rows
from .records import DataSet, Record, plain_markdown, shorten
from .states import NoMatch

DATA_SET = DataSet(
    "uk-treaties",
    "uk-treaties-online",
    SourceContent(
        title="UK Treaties Online, read in March 2022",
        author="Foreign, Commonwealth and Development Office",
        publisher="Crown copyright; contains public sector information licensed under the Open Government Licence v3.0",
        date="2022-03",
        url="https://treaties.fcdo.gov.uk/",
        kind=Source.Kind.DEPOSITARY.value,
    ),
)
FILE, DEFENCE_FILE = "uk_treaties.csv", "uk_treaties_defence.csv"
DATES = [
    "signed", "adopted", "provisional_entry_into_force", "definitive_entry_into_force", "entry_into_force_effective", "terminated",
    "terminated_effective", "withdrawn",
]  # fmt: skip
COLUMNS = ["record_id", "title", "kind", "subject", "parties", "signed_at", "references", "source_url", *DATES]
TYPES = {"DISARMAMENT": AgreementType.ARMS_CONTROL, "PEACE": AgreementType.PEACE}


def read(folder, states, *, defence_only=False):
    """Reading of a folder with uk_treaties.csv; defence_only: uk_treaties_defence.csv in its place. Raises FileRefused."""
    reading = Reading()
    for row in only_once(read_rows(folder, DEFENCE_FILE if defence_only else FILE, COLUMNS), "record_id", reading):
        try:
            reading.records.append(_record(row, states, reading))
        except (NoMatch, ValueError) as error:
            reading.problems.append(Problem(row.where, f"{row['record_id']}: {error}."))
    return reading


def _names(row):
    """(parties, territories): names in capitals are parties, the others territories to which a party extended the treaty."""
    names = list(dict.fromkeys(name.strip() for name in row["parties"].split(" ; ") if name.strip()))
    return [name for name in names if name == name.upper()], [name for name in names if name != name.upper()]


def _dates(row):
    dates = {name: row[name] for name in DATES}
    for text in dates.values():
        bounds(text)
    return {
        "signed": dates["signed"],
        "adopted": dates["adopted"],
        "provisional": dates["provisional_entry_into_force"],
        # The day on which it took effect, where that is another than the day of the act.
        "in_force": dates["entry_into_force_effective"] or dates["definitive_entry_into_force"] or "unknown",
        "terminated": dates["terminated_effective"] or dates["terminated"],
        "withdrawn": dates["withdrawn"],
    }


def _backdated(dates):
    """The day of entry into force where it lies before the signature, "" otherwise: it is told, as no date here may come before its cause."""
    if not certainly_before(dates["in_force"], dates["signed"]):
        return ""
    day, dates["in_force"] = dates["in_force"], "unknown"
    return day


def _matched(row, names, dated, states, reading):
    """({name: (slug, name used)}, [names without an actor]). Of two parties none may be missing."""
    found, missing = {}, []
    # Others may have joined a treaty of many parties later, so its date tells nothing about them.
    several = len(names) > 2
    for name in names:
        try:
            found[name] = _one(name, dated, several, states)
        except NoMatch as error:
            if not several:
                raise
            reading.problems.append(
                Problem(row.where, f"{row['record_id']}: {error}; the treaty is imported without it.")
            )
            missing.append(name)
    return found, missing


def _one(name, dated, several, states):
    if several:
        try:
            return states.by_name("uk", name)
        except NoMatch:
            pass
    return states.by_name("uk", name, dated)


def _record(row, states, reading):
    dates = _dates(row)
    dated = dates["signed"] or dates["adopted"] or dates["in_force"]
    if dated == "unknown":
        raise ValueError("no date of signature, adoption or entry into force")
    backdated = _backdated(dates)
    names, territories = _names(row)
    if len(names) < 2:
        raise ValueError(f"names {len(names) or 'no'} {'party' if len(names) == 1 else 'parties'}")
    found, missing = _matched(row, names, dated, states, reading)
    if len({slug for slug, _used in found.values()}) < 2:
        raise ValueError("fewer than two of its parties are known")
    bilateral = len(names) == 2
    parties = {}
    for slug, used in found.values():
        acts = {"signed": dates["signed"] or "unknown", "in_force": dates["in_force"]}
        parties.setdefault(
            slug,
            {
                "actor": slug,
                "role": (Role.ORIGINAL_PARTY if bilateral else Role.PARTICIPANT).value,
                "name_used": used.title(),
                **(acts if bilateral else {"signed": "unknown", "in_force": "unknown"}),
                "locator": f"record {row['record_id']}",
            },
        )
    regions = {states.states[slug].region for slug in parties if slug in states.states}
    values = {
        "title": shorten(row["title"], 200) or f"Treaty {row['record_id']}",
        "summary": _summary(row, dated, names),
        "agreement_type": TYPES.get(row["subject"], AgreementType.OTHER).value,
        "legal_force": LegalForce.UNKNOWN.value,
        "scope": _scope(names, regions),
        "signed": dates["signed"] or ("" if dates["adopted"] else "unknown"),
        "adopted": dates["adopted"],
        "place": shorten(row["signed_at"], 120),
        "provisional": dates["provisional"],
        "in_force": dates["in_force"],
        "terminated": dates["terminated"],
        "termination_cause": TerminationCause.UNKNOWN.value if dates["terminated"] else "",
        "registration": shorten(row["references"].replace("||", " "), 200),
        "facts_locator": f"record {row['record_id']}",
        "body": _body(row, {**dates, "backdated": backdated}, territories, missing, bilateral),
    }
    return Record(row["record_id"], row.where, values, list(parties.values()))


def _scope(names, regions):
    if len(names) < 3:
        return Scope.BILATERAL.value
    if len(names) < 10:
        return Scope.MINILATERAL.value
    return (Scope.UNIVERSAL if len(regions) > 3 else Scope.REGIONAL).value


def _summary(row, dated, names):
    about = f" Subject there: {row['subject'].lower()}." if row["subject"] else ""
    return shorten(
        f"{'Bilateral agreement' if len(names) == 2 else 'Agreement'} of {dated[:4]} in the UK treaty records.{about}",
        500,
    )


def _body(row, dates, territories, missing, bilateral):
    words = [f"Known here from the UK treaty records alone [@{DATA_SET.source}, record {row['record_id']}]."]
    if not bilateral:
        words.append("Their list of parties may be incomplete, and does not say when each signed or was bound.")
    if dates["backdated"]:
        words.append(f"They give {dates['backdated']} as the day of entry into force, before the signature.")
    if dates["withdrawn"]:
        words.append(f"They give {dates['withdrawn']} as the day on which the United Kingdom withdrew.")
    paragraphs = [" ".join(words)]
    if len(row["title"]) > 200:
        paragraphs.append(f"Full title: {plain_markdown(row['title'])}.")
    if territories:
        paragraphs.append(f"Extended to territories: {plain_markdown('; '.join(sorted(territories)))}.")
    if missing:
        paragraphs.append(f"Also listed as parties, without a page here: {plain_markdown('; '.join(sorted(missing)))}.")
    return "\n\n".join(paragraphs)
