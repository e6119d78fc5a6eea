"""`make messages`: collects the interface's texts, brings each catalogue up to date with them, and compiles it.

Finds what Django's makemessages finds, without GNU gettext: Python files are read by Babel, templates are first turned into calls by Django.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent
LOCALE = BASE_DIR / "defcoop_site" / "locale"
ROOMS = ("publishing", "topics", "actors", "articles", "defcoop_site")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources():
    """The files whose texts readers and editors see, in order."""
    python = [path for room in ROOMS for path in (BASE_DIR / room).rglob("*.py")]
    templates = [path for ending in ("*.html", "*.xml", "*.txt") for path in (BASE_DIR / "templates").rglob(ending)]
    kept = [path for path in python if not {"tests", "migrations"} & set(path.parts)]
    return sorted(kept + templates)


def code_of(path):
    """A file as Python that makes the calls of gettext that the file makes."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    # One line: what a template's indentation becomes is none of Python's.
    return " ".join(line for line in templatize(text).splitlines() if not line.lstrip().startswith("#"))


def template():
    """A Catalog of all texts, untranslated, with the files in which they stand."""
    places = {}
    for path in sources():
        for _line, message, _comments, context in extract("python", io.BytesIO(code_of(path).encode()), KEYWORDS):
            if message:
                places.setdefault((context, message), set()).add(path.relative_to(BASE_DIR).as_posix())
    found = Catalog(charset="utf-8", fuzzy=False)
    for (context, message), files in sorted(places.items(), key=lambda one: (min(one[1]), str(one[0]))):
        found.add(message, locations=[(file, 1) for file in sorted(files)], context=context)
    return found


def catalogue(path):
    """The Catalog in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def updated(path, found):
    """The Catalog of a language with exactly the texts that were found; new ones stand empty, those that are gone go."""
    known = catalogue(path)
    known.update(found, no_fuzzy_matching=True)
    return known


def as_po(new):
    """The text of a .po file, the same for the same texts on every day."""
    written = io.BytesIO()
    write_po(written, new, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    head = f'msgid ""\nmsgstr ""\n"Language: {new.locale}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return f'{head}"Plural-Forms: {new.plural_forms}\\n"\n\n' + written.getvalue().decode().lstrip("\n")


def as_mo(path):
    """The compiled form of a .po file, the same for the same texts on every day."""
    known = catalogue(path)
    known.creation_date = known.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    written = io.BytesIO()
    write_mo(written, known)
    return written.getvalue()


def main():
    found = template()
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        text = as_po(updated(path, found))
        path.write_text(text, encoding="utf-8")
        path.with_suffix(".mo").write_bytes(as_mo(path))
        missing = untranslated(catalogue(path))
        print(f"{path.relative_to(BASE_DIR)}: {len(found)} texts, {len(missing)} untranslated.")


def untranslated(known):
    """The texts of a Catalog that have no translation, or not for each plural."""
    return [message.id for message in known if message.id and not all(_strings(message))]


def _strings(message):
    return message.string if message.pluralizable else [message.string]


if __name__ == "__main__":
    sys.exit(main())
