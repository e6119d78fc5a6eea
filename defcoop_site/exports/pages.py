"""Exports for readers: what there is, and the files. No query: all is read from the folder that `manage.py export_data` fills."""

import json
from datetime import datetime

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publishing.metadata import publisher, script_text

from .describing import ABOUT, TITLE
from .making import SUMS, VERSION, versions_in
from .tables import NAME, TABLES

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "sqlite": "application/vnd.sqlite3",
}


class ExportConverter:
    """The name of an export in an address."""

    regex = VERSION.pattern.replace("(", "").replace(")", "")

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


def _not_there():
    return Http404(_("There is no page at this address."))


def _newest():
    names = versions_in(settings.EXPORT_ROOT)
    if not names:
        raise _not_there()
    return names[0]


def _sums(name):
    """{path: SHA-256} of the files of an export: nothing else in its folder is given out. Raises Http404."""
    try:
        text = (settings.EXPORT_ROOT / name / SUMS).read_text()
    except FileNotFoundError as error:
        raise _not_there() from error
    return {path: digest for digest, _gap, path in (line.partition("  ") for line in text.splitlines())}


def _described(name):
    """What the page of an export shows, from its data package. Raises Http404."""
    sums = _sums(name)
    package = json.loads((settings.EXPORT_ROOT / name / "datapackage.json").read_text())
    files = {resource["path"]: resource for resource in package["resources"]}
    return {
        "name": name,
        "created": datetime.fromisoformat(package["created"]),
        "licence": next(iter(package.get("licenses", [])), None),
        "entries": files["csv/entries.csv"]["rows"],
        "sqlite": {**files[f"{NAME}.sqlite"], "digest": sums[f"{NAME}.sqlite"]},
        "tables": [
            {"name": table.name, "csv": files[f"csv/{table.name}.csv"], "lines": files[f"jsonl/{table.name}.jsonl"]}
            for table in TABLES
        ],
    }


@require_safe
def data(request):
    """The newest export, and which others there are."""
    names = versions_in(settings.EXPORT_ROOT)
    return _page(request, _described(names[0]) if names else None, names[1:])


@require_safe
def data_version(request, export):
    """One export."""
    return _page(request, _described(export), [name for name in versions_in(settings.EXPORT_ROOT) if name != export])


def _page(request, export, others):
    context = {"export": export, "others": others}
    if export:
        context["json_ld"] = script_text(_dataset(request, export))
    response = render(request, "defcoop_site/data.html", context)
    response["Cache-Control"] = "no-cache"  # a new export raises no generation
    return response


def _dataset(request, export):
    """An export as schema.org's Dataset."""
    files = [export["sqlite"]] + [table[form] for table in export["tables"] for form in ("csv", "lines")]
    licence = (export["licence"] or {}).get("path")
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": TITLE,
        "description": ABOUT,
        "url": request.build_absolute_uri(reverse("data_version", args=[export["name"]])),
        "version": export["name"],
        "datePublished": export["created"].date().isoformat(),
        "publisher": publisher(request),
        **({"license": licence} if licence else {}),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file["path"],
                "encodingFormat": file["mediatype"],
                "contentUrl": request.build_absolute_uri(reverse("data_file", args=[export["name"], file["path"]])),
            }
            for file in files
        ],
    }


@require_safe
def data_latest(request, path=""):
    """From the address that stays to that of the newest export."""
    name = _newest()
    response = redirect("data_file", name, path) if path else redirect("data_version", name)
    response["Cache-Control"] = "no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def data_file(request, export, path):
    """A file of an export. What stands at its address never changes."""
    sums = _sums(export)
    if path not in sums and path != SUMS:
        raise _not_there()
    etag = f'"{sums.get(path, export)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        kind = TYPES.get(path.rpartition(".")[2], "text/plain; charset=utf-8")
        file = (settings.EXPORT_ROOT / export / path).open("rb")
        response = FileResponse(file, content_type=kind, filename=path.rpartition("/")[2])
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Access-Control-Allow-Origin"] = "*"
    return response
