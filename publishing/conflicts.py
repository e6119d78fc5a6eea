"""What an editor is asked when somebody else changed the same field meanwhile, and what the answers make of the two changes."""

import re
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .content import is_parts, merge
from .diff import ValueChange, compare

MINE, THEIRS = "mine", "theirs"
ANSWER = re.compile(r"choice-(\d{1,9})-([^.]+(?:\.[^.]+){0,2})")


# --- Joining -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """Fields that two changes to one base made different things of, at the snapshot of one number. All contents are JSON.

    paths: (field,), (field, part key, part field), or (field, part key) where one side removed the part.
    """

    number: int
    paths: list
    base: dict
    theirs: dict
    mine: dict


def _part(content, path):
    return next((part for part in content.get(path[0]) or [] if part["key"] == path[1]), None)


def _asked(conflicts, theirs, mine):
    """The paths to ask about: a part that one side removed is one question, however many of its fields the other changed."""
    paths = [
        path[:2] if len(path) == 3 and not (_part(theirs, path) and _part(mine, path)) else path for path in conflicts
    ]
    return list(dict.fromkeys(paths))


def take(mine, theirs, path):
    """Mine with theirs at one path."""
    if len(path) == 1:
        # A field that came later is left out while it holds its default: theirs without it is theirs with it emptied.
        rest = {name: value for name, value in mine.items() if name != path[0]}
        return rest | {name: theirs[name] for name in path if name in theirs}
    parts, part = mine.get(path[0]) or [], _part(theirs, path)
    if len(path) == 3:
        # A field that came later is left out of a part while it holds its default.
        field = {name: part[name] for name in path[2:] if name in part}
        taken = [
            {**{name: own[name] for name in own if name != path[2]}, **field} if own["key"] == path[1] else own
            for own in parts
        ]
    else:
        taken = [own for own in parts if own["key"] != path[1]] + ([part] if part else [])
    return {**mine, path[0]: taken}


def join(base, steps, mine, answers):
    """Merge my change of a base with what was saved since. Returns (content, Disagreement or None where nothing is left to ask).

    steps: [(snapshot number, content)] from old to new: those that I was asked about before, and the newest. answers: {(number, path): MINE or
    THEIRS}. What was answered about one snapshot is settled, and a newer one is compared with what came of it.
    """
    for number, theirs in steps:
        paths = _asked(merge(base, theirs, mine)[1], theirs, mine)
        disagreement = Disagreement(number, paths, base, theirs, mine)
        for path in paths:
            if answers.get((number, path)) == THEIRS:
                mine = take(mine, theirs, path)
        merged, _conflicts = merge(base, theirs, mine)
        if any((number, path) not in answers for path in paths):
            return merged, disagreement
        base, mine = theirs, merged
    return mine, None


# --- Asking ------------------------------------------------------------------------------------------------------------------


def answer_name(number, path):
    """What the answer to a question is called in the form."""
    return f"choice-{number}-{'.'.join(path)}"


def answers_in(posted):
    """{(snapshot number, path): MINE or THEIRS} of a posted form."""
    answers = {}
    for name, answer in posted.items():
        found = ANSWER.fullmatch(name)
        if found and answer in (MINE, THEIRS):
            answers[int(found[1]), tuple(found[2].split("."))] = answer
    return answers


@dataclass(frozen=True)
class View:
    """What one side made of a field: changes as in publishing.diff, against the base; removed: it took the whole part away."""

    heading: str
    changes: list
    removed: bool


@dataclass(frozen=True)
class Question:
    """One field to choose for. name: of the radio buttons; field: id of the field in the form, "" where it has none; answer: given before."""

    name: str
    label: str
    theirs: View
    mine: View
    before: str
    field: str
    answer: str


def _only(content, path, base):
    """A content in which nothing can differ but the path. What names a part is on both sides."""
    labels = {"labels": {**base.get("labels", {}), **content.get("labels", {})}}
    if len(path) == 1:
        return {**labels, path[0]: content.get(path[0])}
    part = _part(content, path)
    if len(path) == 3:
        named = _part(base, path) or part
        part = {**named, path[2]: part.get(path[2])} if part else None
    return {**labels, path[0]: [part] if part else []}


def _view(side, path, base, model):
    old, new = _only(base, path, base), _only(side, path, base)
    if len(path) == 3 and not old[path[0]]:  # no common base: the field was added on both sides
        old = {**old, path[0]: [{**new[path[0]][0], path[2]: ""}]}
    rows = compare(old, new, model).rows
    if rows:
        return View(rows[0].heading, rows[0].changes, rows[0].standing == "deleted")
    # Order numbers, which a comparison tells as moves, and what equals the base.
    before, after = (part[path[0]][0].get(path[-1]) if len(path) == 3 else "" for part in (old, new))
    return View("", [ValueChange(_("Order"), str(before or ""), str(after or ""))] if before != after else [], False)


def questions(disagreement, model, ids, answers):
    """The Questions of a Disagreement. ids: {path: id of the field in the form}."""
    base, asked = disagreement.base, []
    for path in disagreement.paths:
        theirs, mine = (_view(side, path, base, model) for side in (disagreement.theirs, disagreement.mine))
        labels = [change.label for view in (theirs, mine) for change in view.changes] if len(path) != 2 else []
        heading = theirs.heading or mine.heading or capfirst(str(model._meta.verbose_name))
        part = _part(base, path) if len(path) == 3 else None
        before = part.get(path[2]) if part else base.get(path[0]) if len(path) == 1 else None
        asked.append(
            Question(
                name=answer_name(disagreement.number, path),
                label=f"{heading}: {labels[0]}" if labels else heading,
                theirs=theirs,
                mine=mine,
                before=in_words(before, base.get("labels", {})) if before and not is_parts(before) else "",
                field=ids.get(path, ""),
                answer=answers.get((disagreement.number, path), ""),
            )
        )
    return asked


def in_words(value, labels):
    """A field's value as an editor knows it: keys by their names, lists with commas."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(item, item)) for item in values)


def conflict_message(path, who, theirs):
    """(form field or None, message) by which a form refuses to be saved before the questions are answered. theirs: the content, as JSON."""
    if len(path) > 1:
        return None, _("Somebody changed the same part meanwhile. Choose above what is to stay, then save again.")
    message = _("%(who)s changed this meanwhile, to: “%(theirs)s”. Choose above what is to stay, then save again.")
    return path[0], message % {"who": who, "theirs": in_words(theirs.get(path[0], ""), theirs["labels"])[:1000]}
