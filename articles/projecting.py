"""From the content of articles to their public rows."""

import re
from functools import partial

from publishing.kinds import Projection
from publishing.names import address
from publishing.projecting import link_rows, mentions_of, name_rows, notes_of, public_entry
from publishing.text import split_at_marker, to_html
from topics.public import standing_under, tagging_rows

# What the page's own parts are called.
TAKEN_ANCHORS = {"main", "contents", "notes", "see-also", "facts", "linked-from", "site-search"}
NOTE_ANCHOR = re.compile(r"(note|cite)(-\d+)+")


def _anchors(titles):
    """An anchor for each heading, unique on the page."""
    used, result = set(TAKEN_ANCHORS), []
    for title in titles:
        base = address(title) or "section"
        if NOTE_ANCHOR.fullmatch(base):
            base = f"section-{base}"
        anchor, number = base, 2
        while anchor in used:
            anchor, number = f"{base}-{number}", number + 1
        used.add(anchor)
        result.append(anchor)
    return result


def _section(part, anchor, render):
    before, after = split_at_marker(part.body)
    top = part.level + 2  # the section's own heading is h2 or h3
    return {
        "anchor": anchor,
        "level": part.level,
        "title": part.title,
        "topics": part.topics,
        "before": render(before, top_heading=top),
        "after": render(after, top_heading=top),
    }


def project_article(key, content):
    """Projection of an article."""
    notes, mentions = notes_of(content), mentions_of(key, content)
    render = partial(to_html, links=content.links, notes=notes, images=content.images, mentions=mentions)
    introduction = render(content.introduction)
    anchors = _anchors(part.title for part in content.sections)
    sections = [_section(part, anchor, render) for part, anchor in zip(content.sections, anchors, strict=True)]
    page = {"introduction": introduction, "sections": sections}
    entry = public_entry("article", key, content, category="", page=page, notes=notes, linked=mentions.linked)
    under = standing_under(content.topics)
    rows = [*tagging_rows(entry, under), *link_rows(entry, []), *name_rows(entry)]
    return Projection(entry, rows, list(under))
