"""An entry as Markdown: CommonMark with tables and footnotes, its links and sources made readable without this site."""

import re

from django.utils.translation import gettext as _

from publishing import citing, figures
from publishing.dates import display
from publishing.text import CITATION, MARKER, WIKI_LINK, link_target

IMAGE = re.compile(r"\]\(image:([^)\s]+)")


def entry_markdown(request, read, context, table, citation):
    """The Markdown of a ReadVersion."""
    entry, content = read.entry, read.version.content
    writer = _Writer(request, entry, content, context["around"].targets)
    parts = [f"# {_line(entry.title)}", _line(entry.summary)]
    parts.append(
        f"*{_line(citation.publication)}, version {entry.version}, {display(citation.published.isoformat())}.*"
    )
    if "facts" in context:
        parts.append("\n".join(_fact(fact) for fact in context["facts"]))
    parts += [writer.text(content[name]) for name in ("introduction", "body") if content.get(name)]
    for section in content.get("sections", ()):
        parts += ["#" * (section["level"] + 1) + " " + _line(section["title"]), writer.text(section["body"])]
    for obligation in context.get("obligations", ()) if "parties" in context else ():
        parts.append(f"- {_line(obligation['kind'])}: {_line(obligation['description'])}")
    for statement in context.get("statements", ()) if "parties" in context else ():
        parts.append(_statement(statement))
    if "facts" in context and table.rows:
        parts += [f"## {_line(table.title)}", _table(table)]
    parts += ["## " + _("Notes and sources"), *writer.notes()] if entry.page["notes"] else []
    parts += ["## " + _("Cite"), citing.apa(citation)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(text):
    return " ".join(str(text).split())


def _fact(fact):
    names = ", ".join(str(getattr(entry, "title", entry)) for entry in fact.entries)
    mark = f"[^{fact.note}]" if fact.note else ""
    return f"- **{_line(fact.label)}**: {_line(fact.words or display(fact.date) or names or fact.url)}{mark}"


def _statement(statement):
    part = statement.part
    words = [part["kind"], part["article"] and f"art. {part['article']}", display(part["made"])]
    words += [statement.withdrawn and " ".join((_("withdrawn"), display(statement.withdrawn)))]
    return f"- {_line(statement.name)} ({', '.join(word for word in words if word)}): {_line(part['description'])}"


def _cell(value):
    return _line(value).replace("\\", "\\\\").replace("|", "\\|")


def _table(table):
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows)


class _Writer:
    """Turns what only this site understands into Markdown that others do."""

    def __init__(self, request, entry, content, targets):
        self.request, self.entry, self.content, self.targets = request, entry, content, targets
        self.numbers = {(note["key"], note["locator"]): note["number"] for note in entry.page["notes"]}

    def text(self, markdown):
        text = CITATION.sub(self._mark, MARKER.sub("", markdown.replace("\r\n", "\n")))
        return IMAGE.sub(self._image, WIKI_LINK.sub(self._link, text)).strip()

    def _mark(self, match):
        number = self.numbers.get((match[1], (match[2] or "").strip()))
        return f"[^{number}]" if number else ""

    def _link(self, match):
        words, name = (match[2] or match[1]).strip(), match[1].removesuffix("\\").strip()
        target = self.targets.get(link_target(self.content["links"], name))
        if target is None or target.withdrawn:
            return words
        return f"[{words}]({self.request.build_absolute_uri(target.get_absolute_url().partition('?')[0])})"

    def _image(self, match):
        image = self.content.get("images", {}).get(match[1])
        if not image:
            return match[0]
        width = figures.sizes(image["width"], image["height"])[-1][0]
        return "](" + self.request.build_absolute_uri(figures.address(image["digest"], width, "webp"))

    def notes(self):
        for note in self.entry.page["notes"]:
            words = [note["author"], f"*{note['title']}*", note["publisher"], display(note["date"]), note["locator"]]
            yield f"[^{note['number']}]: {', '.join(_line(word) for word in words if word)}. {note['url']}".strip()
