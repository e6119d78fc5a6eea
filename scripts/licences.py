"""Writes docs/licences.md: what each library that the site runs on is licensed under, by what the library itself says.

.venv/bin/python -m scripts.licences
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker

BASE_DIR = Path(__file__).resolve().parent.parent
PAGE = BASE_DIR / "docs" / "licences.md"
LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==[^;\s]+(?: ; ([^\\\n]+))?", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
# What may be used without asking anybody: each lets the site be run and passed on under any terms. Tested.
ALLOWED = (
    "0BSD",
    "Apache",
    "BSD",
    "HPND",
    "ISC",
    "LGPL",
    "Lesser General Public",
    "MIT",
    "MPL",
    "Mozilla Public",
    "PSF",
    "Python Software Foundation",
    "Unlicense",
)
HEAD = """# Licences

The libraries of `requirements/prod.txt`, and what each says of itself. `python -m scripts.licences` writes this page; a test compares the two, and holds
every licence against the list of those that may be used (`scripts/licences.py`). `make sbom` writes the same as CycloneDX for machines.

| library | licence |
| --- | --- |
"""


def libraries():
    """The names in the lock, in order, without those that its markers leave out on this machine."""
    locked = LOCKED.findall((BASE_DIR / "requirements" / "prod.txt").read_text(encoding="utf-8"))
    return [name for name, marker in locked if not marker or Marker(marker).evaluate()]


def licence_of(name):
    """What a library says of its licence; "" where it says nothing, None where it is not needed on this machine."""
    try:
        library = distribution(name)
    except PackageNotFoundError:
        return None
    about = library.metadata
    classified = [
        line.removeprefix(CLASSIFIER) for line in about.get_all("Classifier", []) if line.startswith(CLASSIFIER)
    ]
    said = about.get("License-Expression") or " and ".join(classified) or about.get("License") or _title(library)
    return said.strip().splitlines()[0] if said.strip() else ""


def _title(library):
    """The first line of a library's own licence, for one that says nothing elsewhere."""
    file = next((file for file in library.files or [] if file.name.upper().startswith("LICEN")), None)
    return file.read_text() if file else ""


def is_allowed(licence):
    return any(word in licence for word in ALLOWED)


def page():
    rows = [(name, licence_of(name)) for name in libraries()]
    return HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in rows if licence is not None)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
