"""What a reader makes of a record before it is known which entries its parties are."""

import uuid
from dataclasses import dataclass, field

from publishing.content import SourceContent

NAMESPACE = uuid.UUID("6f2a4e0c-55a1-5d0e-9d1b-8a3d0f6c7b21")


def key_of(*parts):
    """The key of what an import makes: the same on every machine."""
    return uuid.uuid5(NAMESPACE, "/".join(parts))


@dataclass(frozen=True)
class DataSet:
    """name: as in the command; source: the citation key; cited: the Source that is made where that key is not there yet."""

    name: str
    source: str
    cited: SourceContent


@dataclass
class Record:
    """An agreement of a data set.

    id: its id there; where: file and row; values: fields of AgreementContent; parties: one mapping of the fields of ParticipationContent for
    each spell, `actor` being the slug of a state in states.csv or the key of an actor as text; obligations: mappings likewise;
    parent: the id of the record that it amends, or "".
    """

    id: str
    where: str
    values: dict
    parties: list
    obligations: list = field(default_factory=list)
    parent: str = ""

    @property
    def days(self):
        """The days by which it can be known again: those known to the day of its signature and adoption."""
        return [text for text in (self.values.get("signed"), self.values.get("adopted")) if text and len(text) == 10]


def shorten(text, length):
    """A text of at most so many characters, cut at a word's end."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"


def plain_markdown(text):
    """A text in which Markdown finds no marks."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>#|~!&" else letter for letter in " ".join(text.split()))
