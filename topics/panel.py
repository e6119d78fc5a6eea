"""What See also will offer for a draft, as editors see it beside the form."""

from dataclasses import dataclass, field

from publishing import kinds


@dataclass
class Panel:
    """at_end: Suggestions; in_text: [(heading, Suggestions)] of sections with topics of their own; has_topics, is_linked: truths."""

    at_end: list
    in_text: list = field(default_factory=list)
    has_topics: bool = True
    is_linked: bool = True


def panel_of(row):
    """The Panel of a working entry's newest snapshot; None where it was never saved."""
    if row is None or not row.head_id:
        return None
    kind = kinds.get(row.KIND)
    content = kind.read(row.head.content, row.head.schema)
    entry = kind.project(row.pk, content).entry
    context = kind.context(entry)
    around = context["around"]
    headings = {section["anchor"]: section["title"] for section in context.get("sections", [])}
    return Panel(
        at_end=around.see_also,
        in_text=[(headings.get(place, place), found) for place, found in around.inline.items()],
        has_topics=bool(content.topics),
        is_linked=bool(around.links_here),
    )
