"""The style sheet of the public pages: the files of static/css that they share, as one. One request costs less than fourteen, and one
file compresses to two thirds. What is for paper stays alone, so that an editor's preview can show it (static/js/preview.js)."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
PARTS = (
    "tokens",
    "base",
    "layout",
    "components/site",
    "components/forms",
    "components/entry",
    "components/contents",
    "components/facts",
    "components/strip",
    "components/status",
    "components/records",
    "components/see-also",
    "components/notes",
    "components/lists",
)
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


def site_sheet():
    """The text of the style sheet."""
    folder = settings.STATICFILES_DIRS[0] / "css"
    return COMMENT.sub("", "".join((folder / f"{part}.css").read_text(encoding="utf-8") for part in PARTS))


class SheetFinder(BaseFinder):
    """Finds the style sheet, written to var/ where the parts have changed."""

    def __init__(self, *_arguments):
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "var" / "sheets")

    def check(self, **_options):
        return []

    def find(self, path, find_all=False, **_options):
        if path != NAME:
            return []
        found = str(self._written())
        return [found] if find_all else found

    def list(self, _ignore_patterns):
        self._written()
        yield NAME, self.storage

    def _written(self):
        path, text = Path(self.storage.path(NAME)), site_sheet()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".new")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
        return path
