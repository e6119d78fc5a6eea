"""Writes the entries of a made-up library as plain articles, one JSON object a line, for the sites that ours is compared with."""

import json
import os
import re
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "defcoop_site.settings")
django.setup()

from defcoop_site.library import Library  # noqa: E402 - after the setup

MARKS = re.compile(r"\[\[(.+?)\]\]|\s*\[@[^\]]*\]")


def plain(markdown):
    """Markdown without the links and citations that only ours understands."""
    return MARKS.sub(lambda match: match[1] or "", markdown)


def article(library, number):
    content = library.content(number)
    return {
        "title": content.title,
        "slug": content.slug,
        "summary": content.summary,
        "topics": [library.names[key] for key in content.topics],
        "introduction": plain(getattr(content, "introduction", "") or getattr(content, "body", "")),
        "sections": [[part.title, plain(part.body)] for part in getattr(content, "sections", [])],
    }


def main(size, path):
    library = Library(size)
    with Path(path).open("w") as file:
        for number in range(size):
            file.write(json.dumps(article(library, number)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
