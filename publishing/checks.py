"""What is missing or weak in an entry's content. Only what is blocking keeps it from being published.

Every rule here is for all kinds; a kind adds its own as `check(content)` of its desk. Nothing here asks the database.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import kinds
from .image_check import faults
from .text import PARSER, SEVERAL, cited_keys, linked_names

LONG_PARAGRAPH = 250  # words; about a screen and a half on a phone
UNSOURCED_FROM = 40  # words; less is a line that leads on to the next section
CODE = re.compile(r"(`+).+?\1", re.DOTALL)
BARE_IMAGE = re.compile(r"!\[\s*\]\((?!image:)([^()\s]*)")  # ours are in image_check
NEEDED = {
    "title": gettext_lazy("It needs a title."),
    "slug": gettext_lazy("It needs an address."),
    "summary": gettext_lazy("It needs a standfirst."),
}


@dataclass(frozen=True)
class Finding:
    """path: (field,) or (list of parts, part's key, field), as in `content.merge`; blocking: whether it stops publishing."""

    path: tuple
    message: str
    blocking: bool = False


def findings(kind_name, content):
    """The Findings of a content (its kind's dataclass): blocking ones first, else in the order of the form."""
    found = [
        Finding((name,), str(message), True) for name, message in NEEDED.items() if not getattr(content, name).strip()
    ]
    if not content.topics:
        found.append(Finding(("topics",), _("It has no topics, so no other page leads here by “See also”.")))
    for path, text in content.texts().items():
        found += [Finding(path, message) for message in _weak_text(text, content)]
    found += [Finding(fault.path, fault.message, True) for fault in faults(content)]
    found += kinds.get(kind_name).desk.check(content)
    return sorted(found, key=lambda finding: not finding.blocking)


def blocking(kind_name, content):
    """The messages that keep a content from being published."""
    return [finding.message for finding in findings(kind_name, content) if finding.blocking]


def is_unsourced(text):
    """Whether a text says enough to need a source and cites none."""
    return not cited_keys(text) and len(text.split()) >= UNSOURCED_FROM


def _weak_text(text, content):
    return [*_weak_links(text, content.links), *_unknown_sources(text, content.sources), *_weak_blocks(text)]


def _weak_links(text, links):
    for name in linked_names(text):
        if name not in links:
            yield _("“[[%(name)s]]” is the name of no entry. Readers see plain words.") % {"name": name}
        elif links[name] == SEVERAL:
            yield _("“[[%(name)s]]” is the name of several entries. Readers are led to a list of them.") % {
                "name": name
            }


def _unknown_sources(text, sources):
    for key in cited_keys(text):
        if key not in sources:
            yield _("“[@%(key)s]” was no source’s key when this was saved. Readers see nothing of it.") % {"key": key}


def _weak_blocks(text):
    """Headings that skip a level, images without words, paragraphs without end."""
    last, inside = 0, ""
    for token in PARSER.parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1])
            if level > last + 1:
                yield _("A heading skips a level: “%(found)s” where “%(wanted)s” is the next.") % {
                    "found": "#" * level,
                    "wanted": "#" * (last + 1),
                }
            last = level
        if token.type.endswith("_open"):
            inside = token.type
        if token.type == "inline":
            yield from _weak_block(token.content, inside)


def _weak_block(text, inside):
    for address in BARE_IMAGE.findall(CODE.sub("", text)):
        yield _("The image “%(address)s” has no alternative text. Write between the brackets what it shows.") % {
            "address": address
        }
    words = text.split()
    if inside == "paragraph_open" and len(words) > LONG_PARAGRAPH:
        yield _("A paragraph of %(words)d words is long to read: the one that begins with “%(start)s”.") % {
            "words": len(words),
            "start": " ".join(words[:6]),
        }
