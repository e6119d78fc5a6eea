"""What differs between two contents of an entry, both as the JSON that snapshots keep. Pure: nothing here asks the database.

Long texts are compared word by word inside paragraphs; everything else as value against value. Rows of an entry are matched by their key, so
that a section which only moved is told apart from one whose words changed.
"""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .content import DERIVED, comparable, is_parts
from .dates import DateTextField, display

KEPT, INSERTED, DELETED, CHANGED = "kept", "inserted", "deleted", "changed"
LONG_TEXTS = ("summary", "introduction", "body", "note", "description")
# Fields of content that no column of the working row is called by.
NAMES = {
    "aliases": gettext_lazy("aliases"),
    "pins": gettext_lazy("see also: always first"),
    "exclusions": gettext_lazy("see also: never"),
}
UNCOMPARED = ("key", "position")  # what a part is known by, and where it stands: told as "moved"

WORD_LIMIT = 20_000  # words of one field; above, whole paragraphs are compared
PAIRING_LIMIT = 2_500  # pairs of paragraphs that are weighed against each other; above, they are paired as they come
MATCHING_LIMIT = 5_000  # words or paragraphs between a common start and end; above, all between counts as replaced
PAIR_FROM = 0.4  # share of common words from which two paragraphs count as one that was changed
PARAGRAPH = "\n\n"
# A word with what clings to it, a stretch of white space, or one punctuation mark; together they are the whole text.
TOKEN = re.compile(r"""\s+|[^\s.,;:!?()\[\]"“”«»*]+|[.,;:!?()\[\]"“”«»*]""")


# --- Texts -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Words that were KEPT, INSERTED or DELETED."""

    standing: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph that was KEPT, INSERTED or DELETED as a whole, or CHANGED inside."""

    standing: str
    pieces: tuple[Piece, ...] = ()

    def text(self, without):
        """Its words but for those of one standing: without DELETED it is the new paragraph, without INSERTED the old one."""
        return "".join(piece.text for piece in self.pieces if piece.standing != without)


@dataclass(frozen=True)
class Gap:
    """Paragraphs in a row that did not change."""

    count: int
    standing: str = "gap"


def tokens(text):
    return TOKEN.findall(text)


def _plain(text):
    """The text with the newlines that we store by: browsers send others, which is no change of words."""
    return (text or "").replace("\r\n", "\n")


def _opcodes(old, new, junk=None):
    """[(tag, i1, i2, j1, j2)] as difflib gives them, at a bounded cost."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(a), len(b)) > MATCHING_LIMIT:
        inner = [("replace", 0, len(a), 0, len(b))]
    else:
        inner = SequenceMatcher(junk, a, b).get_opcodes()
    return [
        ("equal", 0, start, 0, start),
        *((tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in inner),
        ("equal", len(old) - end, len(old), len(new) - end, len(new)),
    ]


def _tidy(parts):
    """[(old words, new words, equal)], with white space that stands alone between two changes made part of them."""
    tidied = []
    for index, (old, new, equal) in enumerate(parts):
        inner = 0 < index < len(parts) - 1
        if equal and inner and old.isspace():
            equal = False
        if tidied and not equal and not tidied[-1][2]:
            before = tidied.pop()
            old, new = before[0] + old, before[1] + new
        tidied.append((old, new, equal))
    return tidied


def diff_words(old, new):
    """The Pieces that make one paragraph into another."""
    a, b = tokens(old), tokens(new)
    parts = [
        ("".join(a[i1:i2]), "".join(b[j1:j2]), tag == "equal") for tag, i1, i2, j1, j2 in _opcodes(a, b, str.isspace)
    ]
    pieces = []
    for before, after, equal in _tidy(parts):
        pieces += [Piece(KEPT, before)] if equal else [Piece(DELETED, before), Piece(INSERTED, after)]
    return tuple(piece for piece in pieces if piece.text)


def _whole(standing, text):
    return Paragraph(standing, (Piece(standing, text),) if text else ())


def _words(paragraph):
    return Counter(token for token in tokens(paragraph) if not token.isspace())


def _similarity(old, new):
    """Share of common words, 0 to 1."""
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 1.0


def _pairs(old, new):
    """[(index in old, index in new)], rising: the paragraphs that are best taken for one another."""
    a, b = [_words(text) for text in old], [_words(text) for text in new]
    if len(a) * len(b) > PAIRING_LIMIT:
        return [(i, i) for i in range(min(len(a), len(b))) if _similarity(a[i], b[i]) >= PAIR_FROM]
    # best[i][j]: the greatest similarity that the paragraphs from i and from j on can reach together
    weight = [[_similarity(x, y) for y in b] for x in a]
    best = [[0.0] * (len(b) + 1) for _i in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            paired = weight[i][j] + best[i + 1][j + 1] if weight[i][j] >= PAIR_FROM else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _replaced(old, new, by_words):
    """Paragraphs for a stretch of old paragraphs that a stretch of new ones took the place of."""
    pairs = _pairs(old, new) if by_words else []
    paragraphs, i, j = [], 0, 0
    for next_i, next_j in [*pairs, (len(old), len(new))]:
        paragraphs += [_whole(DELETED, text) for text in old[i:next_i]]
        paragraphs += [_whole(INSERTED, text) for text in new[j:next_j]]
        if next_i < len(old) and next_j < len(new):
            paragraphs.append(Paragraph(CHANGED, diff_words(old[next_i], new[next_j])))
        i, j = next_i + 1, next_j + 1
    return paragraphs


def diff_text(old, new):
    """[Paragraph] of both texts in reading order. Newlines are those of `_plain`."""
    a, b = (text.split(PARAGRAPH) if text else [] for text in (_plain(old), _plain(new)))
    by_words = all(sum(len(paragraph.split()) for paragraph in text) <= WORD_LIMIT for text in (a, b))
    paragraphs = []
    for tag, i1, i2, j1, j2 in _opcodes(a, b):
        if tag == "equal":
            paragraphs += [_whole(KEPT, text) for text in a[i1:i2]]
        else:
            paragraphs += _replaced(a[i1:i2], b[j1:j2], by_words)
    return paragraphs


# --- Fields ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextChange:
    """A long text that differs."""

    label: str
    paragraphs: list[Paragraph]
    form: str = "text"

    def passages(self):
        """The paragraphs that differ, and a Gap for each run of others."""
        passages = []
        for paragraph in self.paragraphs:
            if paragraph.standing != KEPT:
                passages.append(paragraph)
            elif passages and isinstance(passages[-1], Gap):
                passages[-1] = Gap(passages[-1].count + 1)
            else:
                passages.append(Gap(1))
        return passages


@dataclass(frozen=True)
class ValueChange:
    """A short value that differs, in words; "" where there was or is none."""

    label: str
    old: str
    new: str
    form: str = "value"


@dataclass(frozen=True)
class NamesChange:
    """A list of names that differs. reordered: the names in both lists stand in another order."""

    label: str
    added: list[str]
    removed: list[str]
    reordered: bool = False
    form: str = "names"


@dataclass(frozen=True)
class RowChange:
    """The entry itself, or one of its parts: INSERTED, DELETED or kept, perhaps with CHANGED fields.

    after: the name of the part that a moved one now follows, "" where it is now the first; None where it did not move.
    """

    heading: str
    standing: str
    changes: list = field(default_factory=list)
    after: str | None = None
    is_entry: bool = False

    @property
    def moved(self):
        return self.after is not None


@dataclass(frozen=True)
class Comparison:
    """All that differs. only_unseen: the contents differ, but in nothing that is shown (order numbers, data of sources, targets of links)."""

    rows: list[RowChange]
    cited: list[str]
    uncited: list[str]
    only_unseen: bool

    def __bool__(self):
        return bool(self.rows or self.cited or self.uncited)

    def parts_in_words(self):
        """What differs, as a list of names: the entry's own fields, then its parts."""
        fields = [change.label for row in self.rows if row.is_entry for change in row.changes]
        return fields + [row.heading for row in self.rows if not row.is_entry]


@dataclass(frozen=True)
class Side:
    """One of the two contents, and how its values read."""

    content: dict

    def source(self, key):
        title = self.content.get("sources", {}).get(key, {}).get("title")
        return f"{title} ({key})" if title else key

    def read(self, name, value, column=None):
        """A value in words. column: the field of the working model, where there is one."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if not value:
            return ""
        if name == "source" or name.endswith("_source"):
            return self.source(value)
        if value in self.content.get("labels", {}):
            return self.content["labels"][value]
        choices = dict(getattr(column, "flatchoices", None) or ())
        if isinstance(column, DateTextField):
            return _date(value)
        return str(choices.get(value, value))


def _date(text):
    try:
        return display(text)
    except ValueError:
        return text  # an older snapshot may hold what is refused today


def _column(model, name):
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(model, name):
    words = NAMES.get(name) or getattr(_column(model, name), "verbose_name", None) or _(name.replace("_", " "))
    return capfirst(str(words))


def _names(label, name, sides, old, new):
    before, after = ({key: side.read(name, key) for key in keys} for side, keys in zip(sides, (old, new), strict=True))
    kept = [key for key in before if key in after]
    return NamesChange(
        label,
        added=[words for key, words in after.items() if key not in before],
        removed=[words for key, words in before.items() if key not in after],
        reordered=kept != [key for key in after if key in before],
    )


def _change(model, name, sides, old, new):
    """The change of one field, or None where both are equal or empty."""
    if old == new or not (old or new):
        return None
    label = _label(model, name)
    if isinstance(old or new, list):
        return _names(label, name, sides, old or [], new or [])
    long = any(isinstance(value, str) and "\n" in value.strip() for value in (old, new))
    if long or name in LONG_TEXTS:
        return TextChange(label, diff_text(old, new)) if _plain(old) != _plain(new) else None
    column = _column(model, name)
    before, after = (side.read(name, value, column) for side, value in zip(sides, (old, new), strict=True))
    # Two things of one name are told apart by their keys.
    return ValueChange(label, before, after) if before != after else ValueChange(label, str(old or ""), str(new or ""))


def _changes(model, names, sides, old, new):
    changes = (_change(model, name, sides, old.get(name), new.get(name)) for name in names)
    return [change for change in changes if change]


# --- Parts -------------------------------------------------------------------------------------------------------------------


def moved_keys(old, new):
    """The fewest keys that must change places to bring the common ones from their old order into the new.

    old, new: lists of keys, each once. What is left over is a longest rising run (patience sorting).
    """
    place = {key: index for index, key in enumerate(old)}
    common = [key for key in new if key in place]
    ends, previous = [], {}
    for key in common:
        at = bisect_left(ends, place[key], key=place.get)
        previous[key] = ends[at - 1] if at else None
        ends[at : at + 1] = [key]
    standing, key = set(), ends[-1] if ends else None
    while key is not None:
        standing.add(key)
        key = previous[key]
    return {key for key in common if key not in standing}


def _part_name(model, side, part):
    """What a part is called: its title, else the entry that it names, else its kind and article, else its place."""
    named = [value for value in part.values() if isinstance(value, str) and value in side.content.get("labels", {})]
    if part.get("title") or named:
        return part.get("title") or side.content["labels"][named[0]]
    kind = side.read("kind", part.get("kind"), _column(model, "kind"))
    words = [word for word in (kind, part.get("article")) if word]
    return ", ".join(words) or str(part.get("actor") or part.get("position") or part["key"])


def _rows_of_parts(model, name, sides, old, new):
    """[RowChange] of one list of parts: those that stand now in their order, then those that are gone."""
    model = getattr(_column(model, name), "related_model", None)
    what = capfirst(str(model._meta.verbose_name)) if model else _label(None, name)
    before, after = ({part["key"]: part for part in parts} for parts in (old, new))
    moved, rows, last = moved_keys(list(before), list(after)), [], ""
    for key, part in {**after, **{key: before[key] for key in before if key not in after}}.items():
        side = sides[key in after]
        title = _part_name(model, side, part)
        fields = [field for field in {**part, **before.get(key, {})} if field not in UNCOMPARED]
        changes = _changes(model, fields, sides, before.get(key, {}), after.get(key, {}))
        standing = DELETED if key not in after else INSERTED if key not in before else CHANGED if changes else KEPT
        if standing != KEPT or key in moved:
            heading = _("%(what)s: %(title)s") % {"what": what, "title": title}
            rows.append(RowChange(heading, standing, changes, last if key in moved else None))
        last = title
    return rows


# --- The whole ---------------------------------------------------------------------------------------------------------------


def compare(old, new, model=None):
    """What differs between two contents (JSON as Snapshot.content), as a Comparison.

    model: the working model, whose names of fields, choices and dates make values readable.
    """
    sides = Side(old), Side(new)
    names = [name for name in {**new, **old} if name not in DERIVED]
    parts = [name for name in names if is_parts(old.get(name)) or is_parts(new.get(name))]
    changes = _changes(model, [name for name in names if name not in parts], sides, old, new)
    rows = []
    if changes:
        heading = capfirst(str(model._meta.verbose_name if model else _("entry")))
        rows.append(RowChange(heading, CHANGED, changes, is_entry=True))
    for name in parts:
        rows += _rows_of_parts(model, name, sides, old.get(name) or [], new.get(name) or [])
    before, after = (side.content.get("sources", {}) for side in sides)
    cited = [sides[1].source(key) for key in after if key not in before]
    uncited = [sides[0].source(key) for key in before if key not in after]
    unseen = not (rows or cited or uncited) and comparable(old) != comparable(new)
    return Comparison(rows, cited, uncited, unseen)
