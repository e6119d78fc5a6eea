"""Rows for those who calculate: the same table as CSV and as JSON, with a readme that says where it is from."""

import csv
import io
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

# How a spreadsheet would begin a formula. Such a cell gets an apostrophe before it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_ADDRESS = 500
DATES = "Dates are EDTF level 0: 1949, 1949-04 or 1949-04-04, as precise as the source; “unknown”: no source says; empty: it did not happen."


@dataclass(frozen=True)
class Table:
    """title: what the rows are; columns: their names; rows: a list of values each, in the columns' order; readme: lines about all of it."""

    title: str
    columns: list
    rows: list
    readme: list = field(default_factory=list)

    def records(self):
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def cell(value):
    """A value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(FORMULA) else text


def to_csv(table):
    """RFC 4180, after the readme's lines, which begin with "# "."""
    written = io.StringIO()
    writer = csv.writer(written)
    for line in [table.title, *table.readme]:
        # Not quoted as a cell: programs know a comment by its first character.
        written.write(f"# {' '.join(str(line).split())}\r\n")
    writer.writerow(table.columns)
    writer.writerows([cell(value) for value in row] for row in table.rows)
    return written.getvalue()


def download(text, media_type, name):
    """An answer that a browser shows where it can, and saves under a speaking name."""
    response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def json_answer(data, media_type="application/json"):
    response = JsonResponse(
        data, safe=False, json_dumps_params={"ensure_ascii": False, "indent": 1}, content_type=media_type
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


def table_answer(table, form, name):
    """A Table as an answer. form: "csv" or "json"; name: of the file, without its ending."""
    if form == "csv":
        return download(to_csv(table), "text/csv", f"{name}.csv")
    return json_answer(
        {"title": table.title, "readme": table.readme, "columns": table.columns, "rows": table.records()}
    )


def readme(address, day=""):
    """The lines that every table carries. day: of which its states speak, as ISO text."""
    licence = settings.CONTENT_LICENCE or "not stated; ask the publisher"
    lines = [f"From: {address}", f"Licence: {licence}", DATES]
    return [*lines, f"Status as of {day}."] if day else lines


def page_readme(request, day=""):
    """The readme of what an address shows; the address leads to the same rows."""
    return readme(request.build_absolute_uri()[:LONGEST_ADDRESS], day)


def list_readme(request, page, day=""):
    """The readme of one page of a list."""
    lines = page_readme(request, day)
    count, number, pages = page.paginator.count, page.number, page.paginator.num_pages
    return [*lines, f"{count} in all; page {number} of {pages}. Add another page=N to the address for the others."]


def path_of(entry):
    """The address of the entry's page, "" where it has none."""
    return entry.get_absolute_url().partition("?")[0] if entry and not entry.withdrawn else ""


def key_of(entry):
    return str(entry.pk) if entry else ""


def names_table(name, entries):
    """The entries of a name."""
    rows = [[entry.title, key_of(entry), path_of(entry), entry.kind, entry.summary] for entry in entries]
    return Table(f"Entries with the name: {name}", ["title", "id", "path", "kind", "summary"], rows)


def versions_table(entry, versions):
    """The published versions of an entry, PublicVersions, at its present address."""
    columns = ["version", "published", "minor", "note", "path"]
    rows = [
        [version.number, version.published_at.isoformat(), "yes" if version.is_minor else "no", version.note]
        + [reverse(f"{entry.kind}_version", args=[entry.slug, version.number])]
        for version in versions
    ]
    return Table(f"Versions of: {entry.title}", columns, rows)


def notes_table(entry, context=None):
    """The sources of an entry, for kinds whose page shows no table of its own."""
    columns = ["number", "locator", "title", "author", "publisher", "date", "url", "archive_url"]
    rows = [[note[name] for name in columns] for note in entry.page["notes"]]
    return Table(f"Sources of: {entry.title}", columns, rows)
