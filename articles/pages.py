"""What the page of an article shows, from public rows alone."""

from topics.pages import links_to, mentioned, surroundings


def article_context(entry):
    """Template context of an article's page."""
    sections = entry.page["sections"]
    places = {section["anchor"]: section["topics"] for section in sections if section["topics"]}
    around = surroundings(entry, links_here=links_to(entry), shown=entry.page["mentions"], places=places)
    return {
        "around": around,
        "sections": [{**section, "see_also": around.inline.get(section["anchor"], [])} for section in sections],
        "contents": contents(sections),
        "linked_from": list({link.entry_id: link.entry for link in around.links_here}.values()),
        "actors": mentioned(entry, around.targets, "actor"),
        "agreements": mentioned(entry, around.targets, "agreement"),
    }


def contents(sections):
    """The table of contents: [{title, anchor, below: [{title, anchor}]}]."""
    tree = []
    for section in sections:
        line = {"title": section["title"], "anchor": section["anchor"], "below": []}
        if section["level"] == 1 or not tree:
            tree.append(line)
        else:
            tree[-1]["below"].append(line)
    return tree


def article_places(entry):
    """[(anchor, title)] of the sections."""
    return [(section["anchor"], section["title"]) for section in entry.page["sections"]]
