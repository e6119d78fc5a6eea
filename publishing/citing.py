"""How a version of an entry is cited: one small table of fields, and its writers. Pure.

Entries name no authors, so they are cited by their title, as an entry in a reference work is. BibTeX has no type for that: @misc; RIS
and CSL-JSON have one.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
# What BibTeX or TeX would read as a command. BibTeX counts braces even behind a backslash, so they are written as words.
TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
}  # fmt: skip
UNPRINTED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Citation:
    """What there is to cite. key: unique among entries and versions; published: the day of this version; url: its permanent address."""

    key: str
    title: str
    publication: str
    version: int
    published: date
    url: str
    language: str = "en"


def one_line(text):
    """The text without line ends and control characters."""
    return UNPRINTED.sub(" ", text).strip()


def _plain_url(url):
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def apa(citation):
    day = citation.published
    title = one_line(citation.title)
    stop = "" if title.endswith((".", "?", "!")) else "."
    return (
        f"{title}{stop} ({day.year}, {MONTHS[day.month - 1]} {day.day}). In {citation.publication} "
        f"(Version {citation.version}). {_plain_url(citation.url)}"
    )


def chicago(citation):
    day = citation.published
    title = one_line(citation.title)
    stop = "" if title.endswith((".", "?", "!")) else "."
    return (
        f"“{title}{stop}” {citation.publication}, version {citation.version}, {MONTHS[day.month - 1]} {day.day}, {day.year}. "
        f"{_plain_url(citation.url)}."
    )


def _tex(text):
    return "".join(TEX.get(character, character) for character in one_line(text))


def bibtex(citation):
    """One @misc entry. The doubled braces keep the title's capitals."""
    day = citation.published
    fields = {
        "title": f"{{{_tex(citation.title)}}}",
        "howpublished": _tex(citation.publication),
        "year": str(day.year),
        "month": str(day.month),
        "day": str(day.day),
        "note": f"Version {citation.version}",
        "language": _tex(citation.language),
        "url": _plain_url(citation.url),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{citation.key},\n{lines}}}\n"


def ris(citation):
    """One record, its lines ended as the format asks."""
    day = citation.published
    lines = [
        ("TY", "ENCYC"),
        ("ID", citation.key),
        ("TI", one_line(citation.title)),
        ("T2", one_line(citation.publication)),
        ("PY", f"{day.year:04}"),
        ("DA", f"{day.year:04}/{day.month:02}/{day.day:02}/"),
        ("ET", f"Version {citation.version}"),
        ("LA", one_line(citation.language)),
        ("UR", _plain_url(citation.url)),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def csl(citation):
    """A list of one CSL-JSON item."""
    day = citation.published
    return [
        {
            "id": citation.key,
            "type": "entry-encyclopedia",
            "title": one_line(citation.title),
            "container-title": citation.publication,
            "version": str(citation.version),
            "issued": {"date-parts": [[day.year, day.month, day.day]]},
            "language": citation.language,
            "URL": citation.url,
        }
    ]
