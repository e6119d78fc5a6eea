"""Status of multilateral treaties deposited with the UN Secretary-General, as of March 2015. The mapping is in docs/importing.md."""

import re
from collections import defaultdict
from datetime import datetime

from publishing.content import SourceContent
from publishing.dates import bounds, certainly_before
from publishing.models import Source

from ..terms import AgreementType, ConsentMeans, LegalForce, Role, Scope
from .reading import Problem, Reading, only_once, read_rows
from .records import DataSet, Record, plain_markdown, shorten
from .states import NoMatch

DATA_SET = DataSet(
    "un-status",
    "un-treaty-status-2015",
    SourceContent(
        title="Multilateral Treaties Deposited with the Secretary-General: status lists as of March 2015",
        publisher="United Nations",
        date="2015-03",
        url="https://treaties.un.org/pages/ParticipationStatus.aspx",
        kind=Source.Kind.DEPOSITARY.value,
    ),
)
TREATIES, ACTIONS = "treaties.csv", "actions.csv"
TREATY_COLUMNS = ["treaty_key", "title", "chapter", "chapter_name", "source_url", "participants"]
ACTION_COLUMNS = ["treaty_key", "participant", "event", "date", "raw_value", "raw_column"]
DISARMAMENT = "26"
MEANS = {
    "ratification": ConsentMeans.RATIFICATION,
    "acceptance": ConsentMeans.ACCEPTANCE,
    "approval": ConsentMeans.APPROVAL,
    "accession": ConsentMeans.ACCESSION,
    "succession": ConsentMeans.SUCCESSION,
    "definitive signature": ConsentMeans.DEFINITIVE_SIGNATURE,
    "formal confirmation": ConsentMeans.FORMAL_CONFIRMATION,
    "participation": ConsentMeans.UNKNOWN,  # a column that mixes the means without saying which
}
SIGNATURES = ("signature", "succession to signature", "definitive signature")
PROVISIONAL = "provisional application"
# "Title. Place, 4 April 1949", the place sometimes left out.
DONE = re.compile(
    r"^(?P<title>.+?)\.\s+(?:(?P<place>[^.]{1,100}?),\s+)?(?P<day>\d{1,2} [A-Z][a-z]+ \d{4})\.?$", re.DOTALL
)


def read(folder, states, *, defence_only=False):
    """Reading of a folder with treaties.csv and actions.csv; defence_only: the chapter on disarmament alone. Raises FileRefused."""
    reading = Reading()
    treaties = read_rows(folder, TREATIES, TREATY_COLUMNS)
    actions = defaultdict(lambda: defaultdict(list))
    for row in read_rows(folder, ACTIONS, ACTION_COLUMNS):
        actions[row["treaty_key"]][row["participant"]].append(row)
    known = {row["treaty_key"] for row in treaties}
    for key in actions.keys() - known:
        first = next(iter(actions[key].values()))[0]
        reading.problems.append(Problem(first.where, f"the treaty {key} is not in {TREATIES}."))
    for row in only_once(treaties, "treaty_key", reading):
        if defence_only and row["chapter"] != DISARMAMENT:
            continue
        own = actions.get(row["treaty_key"], {})
        if str(len(own)) != row["participants"]:
            reason = f"{row['treaty_key']}: has {row['participants']} participants, and {ACTIONS} names {len(own)}. It is left out."
            reading.problems.append(Problem(row.where, reason))
            continue
        try:
            reading.records.append(_record(row, own, known, states, reading))
        except (NoMatch, ValueError) as error:
            reading.problems.append(Problem(row.where, f"{row['treaty_key']}: {error}."))
    # A treaty comes before what amends it.
    reading.records.sort(key=lambda record: record.parent != "")
    return reading


def _parent(key, known):
    """The treaty of which a key as 26-2-a or 3-2-12a is a part; "" where the file has none."""
    whole = key.rsplit("-", 1)[0]
    return whole if key.count("-") > 1 and whole in known else ""


def _adopted(text):
    return datetime.strptime(text, "%d %B %Y").date().isoformat() if text else ""  # noqa: DTZ007 - a day


def _record(row, own, known, states, reading):
    found = DONE.match(" ".join(row["title"].split()))
    title, place, adopted = (
        (found["title"], found["place"] or "", _adopted(found["day"])) if found else (row["title"], "", "")
    )
    parties, regions, unmatched = [], set(), []
    for name, rows in own.items():
        try:
            slug, _former = states.by_name("un", name)
        except NoMatch as error:
            reading.problems.append(
                Problem(rows[0].where, f"{row['treaty_key']}: {error}; the treaty is imported without it.")
            )
            unmatched.append(name)
            continue
        if slug in states.states:
            regions.add(states.states[slug].region)
        used = name if slug in states.states and name != states.title(slug) else ""
        parties.append({"actor": slug, "name_used": used, **_acts(rows), "locator": f"{ACTIONS}, {row['treaty_key']}"})
    if not parties:
        raise ValueError("none of its participants is known")
    parent = _parent(row["treaty_key"], known)
    signed = min((party["signed"] for party in parties if party["signed"]), default="")
    values = {
        "title": shorten(title, 200),
        "summary": shorten(
            f"Multilateral treaty with {len(own)} participants in March 2015, deposited with the UN Secretary-General.",
            500,
        ),
        "agreement_type": _type(row, parent),
        "legal_force": LegalForce.BINDING.value,
        "scope": _scope(len(own), regions),
        "adopted": adopted,
        "signed": signed,
        "place": shorten(place, 120),
        "in_force": "unknown",
        "depositary": "Secretary-General of the United Nations",
        "facts_locator": f"chapter and number {row['treaty_key']}",
        "body": _body(row, title, unmatched),
    }
    return Record(row["treaty_key"], row.where, values, parties, parent=parent)


def _type(row, parent):
    if parent:
        return AgreementType.PROTOCOL.value
    return (AgreementType.ARMS_CONTROL if row["chapter"] == DISARMAMENT else AgreementType.OTHER).value


def _scope(count, regions):
    """By the number of participants; of ten and more those from at least four regions of the world make it universal."""
    if count < 3:
        return Scope.BILATERAL.value
    if count < 10:
        return Scope.MINILATERAL.value
    return (Scope.UNIVERSAL if len(regions) > 3 else Scope.REGIONAL).value


def _acts(rows):
    """The acts of one participant. The earliest of several kinds of consent counts, the others are told in the note."""
    acts, notes = {"signed": "", "consent": "", "consent_means": "", "provisional": ""}, []
    for row in sorted(rows, key=lambda row: (row["date"], row["event"])):
        event, day = row["event"], row["date"]
        bounds(day)
        used = False
        if event in SIGNATURES and not acts["signed"]:
            acts["signed"], used = day, True
        if event in MEANS and not acts["consent"]:
            acts["consent"], acts["consent_means"], used = day, MEANS[event].value, True
        if event == PROVISIONAL and not acts["provisional"]:
            acts["provisional"], used = day, True
        if not used:
            notes.append(f"{event.removeprefix('other: ')}: {day}")
    if certainly_before(acts["consent"], acts["signed"]):
        notes.append(f"signature, after the consent: {acts['signed']}")
        acts["signed"] = ""
    bound = acts["consent"] or acts["provisional"] or notes
    return {
        **acts,
        "role": _role(rows, acts),
        "in_force": "unknown" if bound else "",
        "note": f"The status list also gives {'; '.join(notes)}." if notes else "",
    }


def _role(rows, acts):
    events = {row["event"] for row in rows}
    if acts["consent_means"] == ConsentMeans.SUCCESSION or "succession to signature" in events:
        return Role.SUCCESSOR.value
    if acts["consent_means"] == ConsentMeans.ACCESSION:
        return Role.ACCEDING_PARTY.value
    return (Role.ORIGINAL_SIGNATORY if acts["signed"] else Role.PARTICIPANT).value


def _body(row, title, unmatched):
    words = [
        f"The acts below are those of the depositary’s status list as of March 2015 [@{DATA_SET.source}, {row['treaty_key']}]: later ones are "
        "missing, and withdrawals are not recorded. The list does not say when the treaty entered into force."
    ]
    if len(title) > 200:
        words.append(f"Full title: {plain_markdown(title)}.")
    if unmatched:
        words.append(f"Also listed, without a page here: {plain_markdown('; '.join(sorted(unmatched)))}.")
    return "\n\n".join(words)
