"""Reading the files of a data set: whole and as expected, or a clear refusal; nothing is written here."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path


class FileRefused(Exception):
    """A file that cannot be imported at all. The message names the file, the row where there is one, and the reason."""


@dataclass(frozen=True)
class Problem:
    """A record, or a party of one, that is not imported. where: file and row; reason: a sentence."""

    where: str
    reason: str

    def __str__(self):
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One row of a file. number: its line as a spreadsheet counts, the heading being 1; values: {column: text}."""

    file: str
    number: int
    values: dict

    def __getitem__(self, name):
        return self.values[name].strip()

    @property
    def where(self):
        return f"{self.file}, row {self.number}"


@dataclass
class Reading:
    """What a reader made of a folder: Records in the order of the file, and what it had to leave out."""

    records: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # sentences about the files as a whole


def read_rows(folder, name, columns):
    """The Rows of a CSV file in UTF-8 that has these columns, and maybe others.

    Raises FileRefused where it is missing, in another encoding, without one of the columns, without rows, or where a row has another
    number of values than the heading, as the last one of a truncated file has.
    """
    path = Path(folder) / name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileRefused(f"{path}: cannot be read ({error.strerror}).") from error
    lines = csv.reader(io.StringIO(_text(raw, name), newline=""), strict=True)
    rows, heading, number = [], None, 0
    try:
        for number, values in enumerate(lines, 1):
            if heading is None:
                heading = _heading(values, name, columns)
            elif len(values) != len(heading):
                raise FileRefused(
                    f"{name}, row {number}: has {len(values)} values where the heading has {len(heading)}. Is the file whole?"
                )
            else:
                rows.append(Row(name, number, dict(zip(heading, values, strict=True))))
    except csv.Error as error:
        raise FileRefused(f"{name}, row {number + 1}: is no CSV ({error}). Is the file whole?") from error
    if not rows:
        raise FileRefused(f"{name}: has no rows.")
    return rows


def _text(raw, name):
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise FileRefused(
            f"{name}, row {row}: byte {raw[error.start]:#04x} is not UTF-8. Save the file as UTF-8 (it may be in Latin-1)."
        ) from error
    if "\x00" in text:
        raise FileRefused(
            f"{name}, row {text[: text.index(chr(0))].count(chr(10)) + 1}: holds a NUL byte; it is no CSV."
        )
    return text


def _heading(values, name, columns):
    missing = [column for column in columns if column not in values]
    if missing:
        raise FileRefused(f"{name}, row 1: misses the columns {', '.join(missing[:8])}. Is this the right file?")
    if len(set(values)) != len(values):
        raise FileRefused(f"{name}, row 1: names a column twice.")
    return values


def only_once(rows, name, reading):
    """The rows whose `name` no other row has. Those that share one are problems: which of them is meant cannot be known."""
    seen = {}
    for row in rows:
        seen.setdefault(row[name], []).append(row)
    for value, same in seen.items():
        if len(same) > 1:
            numbers = ", ".join(str(row.number) for row in same)
            reading.problems.append(
                Problem(same[0].where, f"{name} “{value}” stands in the rows {numbers}. None of them is imported.")
            )
    return [same[0] for same in seen.values() if len(same) == 1]


def date_text(year, month="", day=""):
    """A date text of publishing.dates from three columns; "" without a year. Raises ValueError for what is no date."""
    if not year or year == "0":
        return ""
    text = f"{int(year):04}"
    if not month or month == "0":
        return text
    text += f"-{int(month):02}"
    return f"{text}-{int(day):02}" if day and day != "0" else text
