"""Defense Cooperation Agreement Dataset (DCAD) 1.0, bilateral agreements signed 1980-2010. The mapping is in docs/importing.md."""

from collections import Counter, defaultdict

from publishing.content import SourceContent
from publishing.dates import bounds, certainly_before
from publishing.models import Source

from ..terms import Activity, AgreementType, Confidence, LegalForce, Role, Scope, TerminationCause
from .reading import FileRefused, Problem, Reading, date_text, only_once, read_rows
from .records import DataSet, Record, shorten
from .states import NoMatch

DATA_SET = DataSet(
    "dcad",
    "dcad",
    SourceContent(
        title="The Defense Cooperation Agreement Dataset (DCAD)",
        author="Kinne, Brandon J.",
        publisher="Journal of Conflict Resolution 64(4), 729-755",
        date="2020",
        url="https://doi.org/10.1177/0022002719857796",
        kind=Source.Kind.DATASET.value,
    ),
)
FILE, SIZE, PREFIX = "DCAD-v1.0-main.csv", 1871, "DCADv1.0-"
COLUMNS = [
    "ccode1", "cowName1", "ccode2", "cowName2", "signDay", "signMonth", "signYear", "EIFDay", "EIFMonth", "EIFYear", "category1", "span",
    "terminated", "categoryConf", "UNTS", "DCAid",
]  # fmt: skip
TYPES = {
    "DCA": (AgreementType.DEFENCE_COOPERATION, "Defence cooperation agreement"),
    "DIC": (AgreementType.ARMAMENTS, "Defence industry agreement"),
    "TREX": (AgreementType.DEFENCE_COOPERATION, "Military training and exchange agreement"),
    "PROCUREMENT": (AgreementType.ARMAMENTS, "Defence procurement agreement"),
    "COMMISSION": (AgreementType.DEFENCE_COOPERATION, "Agreement on a standing defence commission"),
    "RESEARCH": (AgreementType.ARMAMENTS, "Defence research agreement"),
}
ACTIVITIES = {
    "DCA": Activity.GENERAL_FRAMEWORK, "DIC": Activity.INDUSTRY, "TREX": Activity.TRAINING, "PROCUREMENT": Activity.PROCUREMENT,
    "COMMISSION": Activity.STAFF_TALKS, "RESEARCH": Activity.RESEARCH,
}  # fmt: skip
CONFIDENCE = {"high": "high", "med": "medium", "low": "low", "atypical": "an untypical case"}
# Negative numbers are words, never numbers of years.
SPANS = {"-77": "without limit", "-88": "limited, but not known for how long"}
STANDING = {
    "0": "DCAD codes it as not ended by the end of 2010, when its coding stops.",
    "1": "DCAD codes it as ended by the end of 2010; its year of end is an estimate and is left out.",
    "-88": "DCAD does not know whether it entered into force.",
    "-99": "DCAD does not know whether it had ended by the end of 2010.",
}


def read(folder, states):
    """Reading of a folder with the file of DCAD 1.0. Raises FileRefused."""
    reading = Reading()
    rows = read_rows(folder, FILE, COLUMNS)
    for row in rows:
        if not row["DCAid"].startswith(PREFIX):
            raise FileRefused(f"{row.where}: “{row['DCAid'][:30]}” is no id of DCAD 1.0. Take the file of version 1.0.")
    if len(rows) < SIZE:
        reading.notes.append(f"{FILE} has {len(rows):,} rows; the release has {SIZE:,}.")
    codes = _codes(rows)
    for row in only_once(rows, "DCAid", reading):
        try:
            _same_state(row, codes)
            reading.records.append(_record(row, states))
        except (NoMatch, ValueError) as error:
            reading.problems.append(Problem(row.where, f"{row['DCAid']}: {error}."))
    return reading


def _codes(rows):
    """{abbreviated name: the code that stands beside it most often, None where two do so equally often}."""
    counts = defaultdict(Counter)
    for row in rows:
        for place in (1, 2):
            counts[row[f"cowName{place}"]][row[f"ccode{place}"]] += 1
    common = {name: found.most_common(2) for name, found in counts.items()}
    return {name: None if len(two) > 1 and two[0][1] == two[1][1] else two[0][0] for name, two in common.items()}


def _same_state(row, codes):
    if row["ccode1"] == row["ccode2"]:
        raise ValueError(
            f"both parties have the code {row['ccode1']} ({row['cowName1']}, {row['cowName2']}); which other state is meant cannot be known"
        )
    for place in (1, 2):
        code, name = row[f"ccode{place}"], row[f"cowName{place}"]
        if codes[name] != code:
            raise ValueError(f"the code {code} and the name {name} are of two states; which is meant cannot be known")


def _known(row, name, words):
    if row[name] not in words:
        raise ValueError(f"{name} is “{row[name]}”, which DCAD 1.0 does not use")
    return words[row[name]]


def _date(row, act):
    text = date_text(row[f"{act}Year"], row[f"{act}Month"], row[f"{act}Day"])
    bounds(text)
    return text


def _span(row):
    value = row["span"]
    if not value:
        return ""
    if value in SPANS:
        return f" Term: {SPANS[value]}."
    if not value.isdigit():
        raise ValueError(f"span is “{value}”, which DCAD 1.0 does not use")
    return f" Term: {value} {'year' if value == '1' else 'years'}."


def _record(row, states):
    signed, in_force = _date(row, "sign"), _date(row, "EIF") or "unknown"
    if not signed:
        raise ValueError("no year of signature")
    before = ""
    if certainly_before(in_force, signed):
        before = f" DCAD gives {in_force} as the day of entry into force, before the signature."
        in_force = "unknown"
    slugs = [states.by_code(row[f"ccode{place}"], signed) for place in (1, 2)]
    if slugs[0] == slugs[1]:
        raise ValueError(f"the codes {row['ccode1']} and {row['ccode2']} mean one state at the date {signed}")
    kind, words = _known(row, "category1", TYPES)
    titles = sorted(states.title(slug) for slug in slugs)
    ended = "unknown" if row["terminated"] == "1" else ""
    standing = _known(row, "terminated", STANDING)
    confidence = _known(row, "categoryConf", CONFIDENCE)
    values = {
        "title": shorten(f"{words} between {titles[0]} and {titles[1]} ({signed[:4]})", 200),
        "summary": f"{words} that {titles[0]} and {titles[1]} signed in {signed[:4]}, as coded by the DCAD data set.",
        "agreement_type": kind.value,
        "legal_force": LegalForce.UNKNOWN.value,
        "scope": Scope.BILATERAL.value,
        "activity": ACTIVITIES[row["category1"]].value,
        # An untypical case has no degree; the text tells it.
        "confidence": confidence if confidence in Confidence.values else "",
        "signed": signed,
        "in_force": in_force,
        "terminated": ended,
        "termination_cause": TerminationCause.UNKNOWN.value if ended else "",
        "registration": f"UNTS {row['UNTS']}, as DCAD gives it" if row["UNTS"] else "",
        "facts_locator": row["DCAid"],
        "body": (
            f"Known here from a data set alone [@dcad, {row['DCAid']}]. {standing}{before}{_span(row)} "
            f"The coder’s confidence in the category: {confidence}."
        ),
    }
    parties = [
        {
            "actor": slug,
            "role": Role.ORIGINAL_PARTY.value,
            "signed": signed,
            "in_force": in_force,
            "locator": row["DCAid"],
        }
        for slug in slugs
    ]
    return Record(row["DCAid"], row.where, values, parties)
