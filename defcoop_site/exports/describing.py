"""What an export says about itself: a Frictionless data package, Datasette's metadata, and a readme."""

import json

from django.conf import settings

from publishing.metadata import PUBLICATION

from .tables import FORMAT, NAME, TABLES

TITLE = f"{PUBLICATION}: all live entries"
ABOUT = (
    f"{PUBLICATION}. Facts carry their sources. Dates are EDTF level 0, as precise as their source, with the first and last day that each"
    " can mean."
)


def licence():
    """{"name" or "path", "title"} of the licence, or None where none is stated."""
    stated = settings.CONTENT_LICENCE
    if not stated:
        return None
    return {"path": stated, "title": stated} if "://" in stated else {"name": stated, "title": stated}


def _schema(table, columns):
    fields = [{"name": column.name, "type": column.type, "description": f"{column.about}."} for column in columns]
    return {"fields": fields, "missingValues": [""], "primaryKey": list(table.key)}


def _references(table):
    """The foreign keys of a table; a table refers to itself by an empty name."""
    return [
        {
            "fields": [column.name],
            "reference": {"resource": "" if column.to == table.name else column.to, "fields": [_key(column.to)]},
        }
        for column in table.columns
        if column.to
    ]


def _key(name):
    return next(table.key[0] for table in TABLES if table.name == name)


def package(name, created, generation, home, files):
    """The data package. files: {path: {"bytes", "hash", "rows"}} of everything else; home: the site's address or ""."""
    resources = []
    for table in TABLES:
        path, keys = f"csv/{table.name}.csv", _references(table)
        resources.append(
            {
                "name": table.name,
                "path": path,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "title": table.name.replace("_", " "),
                "description": table.about,
                **files[path],
                "schema": {**_schema(table, table.in_csv), **({"foreignKeys": keys} if keys else {})},
            }
        )
    for table in TABLES:
        path = f"jsonl/{table.name}.jsonl"
        described = f"{table.about} One JSON object to a line, cells as they are."
        lines = _file(f"{table.name}-jsonl", path, "application/jsonl", described, files)
        resources.append({**lines, "format": "jsonl", "encoding": "utf-8", "schema": _schema(table, table.columns)})
    resources.append(
        _file("sqlite", f"{NAME}.sqlite", "application/vnd.sqlite3", "All tables in one SQLite file.", files)
    )
    return {
        "profile": "data-package",
        "name": NAME,
        "title": TITLE,
        "description": ABOUT,
        "version": name,
        "created": created.isoformat(),
        "exportFormat": FORMAT,
        "generation": generation,
        **({"homepage": home} if home else {}),
        **({"licenses": [licence()]} if licence() else {}),
        "sources": [{"title": PUBLICATION, **({"path": home} if home else {})}],
        "resources": resources,
    }


def _file(name, path, mediatype, description, files):
    return {"name": name, "path": path, "mediatype": mediatype, "description": description, **files[path]}


def datasette():
    """Datasette's metadata.json."""
    stated = licence()
    tables = {
        table.name: {
            "description": table.about,
            "columns": {column.name: column.about for column in table.columns},
            **({"label_column": table.label} if table.label else {}),
        }
        for table in TABLES
    }
    return {
        "title": TITLE,
        **({"license": stated["title"], "license_url": stated.get("path", "")} if stated else {}),
        "databases": {NAME: {"tables": tables}},
    }


def readme(name, created, home):
    """For whoever opens the folder."""
    lines = [
        f"# {TITLE}",
        "",
        f"Export {name}, made {created:%Y-%m-%d %H:%M} UTC{f' from {home}' if home else ''}.",
        f"Licence: {settings.CONTENT_LICENCE or 'not stated; ask the publisher'}.",
        "",
        f"- `{NAME}.sqlite`: all tables in one file. `datasette {NAME}.sqlite --metadata metadata.json` opens it.",
        "- `csv/`: the same tables; `datapackage.json` says what each column means. A cell that a spreadsheet would take for a formula has an",
        "  apostrophe before it; the contents of versions are in the other forms alone.",
        "- `jsonl/`: the same tables, a JSON object to a line, every cell as it is. `manage.py import_export` reads these.",
        "- `SHA256SUMS`: `sha256sum --check SHA256SUMS` finds what was damaged on the way.",
        "",
        "Facts carry their sources: `source_key` leads to `sources`. Dates are EDTF level 0, as precise as the source; `_earliest` and `_latest` are",
        "the days that they can mean.",
        "",
    ]
    for table in TABLES:
        lines += [f"## {table.name}", "", table.about, ""]
        lines += [f"- `{column.name}`: {column.about}." for column in table.columns]
        lines.append("")
    return "\n".join(lines)


def as_json(data):
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
