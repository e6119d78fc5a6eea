"""Reading an export back: whether it is whole, and its rows one by one."""

import json
import re

from .making import SUMS, digest_of
from .tables import FORMAT, TABLES

LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


class NotAnExport(Exception):
    """The folder holds no export, or a damaged one; the message says what is wrong."""


def read_package(folder):
    """The data package of a folder whose files are all there and unchanged. Raises NotAnExport."""
    if not (folder / SUMS).is_file():
        raise NotAnExport(f"{folder} is no export: it has no {SUMS}.")
    sums = _sums(folder)
    needed = {"datapackage.json", *(f"jsonl/{table.name}.jsonl" for table in TABLES)}
    missing = sorted(needed - sums.keys())
    if missing:
        raise NotAnExport(
            f"{SUMS} does not name {missing[0]}: this is no export of this software, or one of another release."
        )
    for path in sorted(sums):
        if not (folder / path).is_file():
            if path in needed:
                raise NotAnExport(f"{path} is missing.")
            continue  # CSV and SQLite are not read
        if digest_of(folder / path) != sums[path]:
            raise NotAnExport(f"{path} is not what it was: its checksum differs from the one in {SUMS}.")
    return _package(folder)


def _sums(folder):
    sums = {}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        found = LINE.fullmatch(line)
        if not found or ".." in found[2] or found[2].startswith("/"):
            raise NotAnExport(f"{SUMS} cannot be read: it holds a line that names no file of an export.")
        sums[found[2]] = found[1]
    return sums


def _package(folder):
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        known = package["exportFormat"]
    except (ValueError, TypeError, KeyError) as error:
        raise NotAnExport("datapackage.json cannot be read.") from error
    if known != FORMAT:
        raise NotAnExport(f"This is an export of format {known}; this release reads format {FORMAT}.")
    return package


def records(folder, name, package):
    """The rows of a table as mappings, in the order of its key. Raises NotAnExport where one is wrong or some are missing."""
    path = f"jsonl/{name}.jsonl"
    number = 0
    with (folder / path).open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):  # noqa: B007 - counted below
            try:
                record = json.loads(line)
            except ValueError as error:
                raise NotAnExport(f"{path}, line {number}: {error}") from error
            if not isinstance(record, dict):
                raise NotAnExport(f"{path}, line {number}: this is no row.")
            yield record
    resources = package.get("resources", [])
    expected = next((resource.get("rows") for resource in resources if resource.get("path") == path), None)
    if number != expected:
        raise NotAnExport(f"{path} has {number} rows; datapackage.json says {expected}.")
