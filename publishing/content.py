"""The structure of an entry's content, as a snapshot keeps it: plain, typed, comparable.

Every kind has a dataclass derived from `EntryContent`. Its JSON form holds strings, numbers, booleans, lists and objects only. Rows that belong to
an entry (sections, participations) are `Part`s with a UUID key that survives restore.
"""

import hashlib
import json
import typing
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache

from .text import cited_keys, image_uses

SCHEMA = 1
# Names kept beside keys, so that a page or a report can name what is gone. They are no content: a rename elsewhere is no change here.
ASIDE = ("labels",)
# Made from the texts at every snapshot; a merge joins them and the next snapshot makes them anew.
DERIVED = ("sources", "links", "first_mentions", "labels", "images")
# Fields that came after the first release, with what they held before. At that they count for nothing, so that no entry that was
# left alone looks changed.
LATER = {"link_first_mentions": False, "first_mentions": {}, "images": {}}


@dataclass(kw_only=True)
class Part:
    """A row of an entry with an identity and a place."""

    key: str
    position: int = 0


@dataclass(kw_only=True)
class SourceContent:
    """A source as it was when it was cited."""

    title: str = ""
    author: str = ""
    publisher: str = ""
    date: str = ""
    url: str = ""
    archive_url: str = ""
    kind: str = ""


@dataclass(kw_only=True)
class ImageContent:
    """An image as it was when the text used it. digest: which file; width, height: pixels of that file."""

    digest: str = ""
    width: int = 0
    height: int = 0
    credit: str = ""
    licence: str = ""
    licence_terms: str = ""
    source_url: str = ""


@dataclass(kw_only=True)
class EntryContent:
    """What every entry has. Topics, pins and exclusions are keys; `links` maps a [[name]] to a key, or to text.SEVERAL;
    `first_mentions` does so for names that stand in the texts and may link by themselves; `labels` names what keys meant."""

    title: str = ""
    slug: str = ""
    language: str = "en"
    summary: str = ""
    aliases: list[str] = field(default_factory=list)
    featured: bool = False
    topics: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    exclusions: list[str] = field(default_factory=list)
    sources: dict[str, SourceContent] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    link_first_mentions: bool = False
    first_mentions: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    images: dict[str, ImageContent] = field(default_factory=dict)

    def texts(self):
        """{path: Markdown} of all texts, in reading order; a path as in `merge`."""
        return {}

    def prose(self):
        """All Markdown texts, in reading order."""
        return list(self.texts().values())

    def source_keys(self):
        """Citation keys used anywhere, in reading order, each once."""
        return list(dict.fromkeys(key for text in self.prose() for key in cited_keys(text)))

    def image_keys(self):
        """Keys of the images used anywhere, in reading order, each once."""
        return list(dict.fromkeys(use.key for text in self.prose() for use in image_uses(text)[0]))

    def to_json(self):
        return plain(self)

    @classmethod
    def from_json(cls, data, schema=SCHEMA):
        return read(cls, cls.upcast(data, schema))

    @classmethod
    def upcast(cls, data, schema):
        """Bring the JSON of an older schema version to the present one. Version 1 is the first."""
        if schema != SCHEMA:
            raise ValueError(f"No way is known to read content of schema {schema}.")
        return data


@cache
def _shape(kind):
    """(dataclass, {field: type}) of a dataclass; (list or dict, type of what stands in it) of these; else (anything, None)."""
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return dataclass, {f.name: hints[f.name] for f in fields(kind)}
    origin = typing.get_origin(kind)
    return origin, typing.get_args(kind)[-1] if origin in (list, dict) else None


def read(kind, value):
    """Build a dataclass, or a list or dict of them, from plain JSON."""
    origin, inner = _shape(kind)
    if origin is dataclass:
        return kind(**{name: read(hint, value[name]) for name, hint in inner.items() if name in value})
    if origin is list:
        return [read(inner, item) for item in value]
    if origin is dict:
        return {key: read(inner, item) for key, item in value.items()}
    return value


def plain(value):
    """What dataclasses.asdict() gives for contents, in a third of its time: a treaty may have two hundred parties."""
    if isinstance(value, str):  # most are
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def comparable(data):
    """The JSON without what is no content."""
    return {
        name: value
        for name, value in data.items()
        if name not in ASIDE and not (name in LATER and value == LATER[name])
    }


def digest(data):
    """SHA-256 of the content in canonical JSON, as 64 hexadecimal digits."""
    canonical = json.dumps(comparable(data), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_parts(value):
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "key" in item for item in value)


def parts_of(data):
    """{key: part} of all parts of a content as JSON, in their order."""
    return {part["key"]: part for value in data.values() if is_parts(value) for part in value}


def part_digest(part):
    """SHA-256 of what a part says, wherever it stands and whatever topics it has, as 64 hexadecimal digits."""
    return digest({name: value for name, value in part.items() if isinstance(value, str)})


def _flat(data):
    """{path: value}: one path (field,) for each field, and (field, part key, part field) for each field of a part."""
    result = {}
    for name, value in ({**LATER, **data} if data else {}).items():
        if name in DERIVED:
            continue
        if is_parts(value):
            result.update({(name, part["key"], key): item for part in value for key, item in part.items()})
        else:
            result[name,] = value
    return result


MISSING = object()


def _merged_paths(base, theirs, mine):
    merged, conflicts = {}, []
    for path in dict.fromkeys([*mine, *theirs, *base]):
        b, t, m = (flat.get(path, MISSING) for flat in (base, theirs, mine))
        merged[path] = t if m == b else m
        if t not in (b, m) and m != b:
            conflicts.append(path)
    for path in conflicts:
        # Removed there and changed here: should the change stand, the whole part must.
        if len(path) == 3 and mine.get(path, MISSING) is not MISSING:
            merged.update(
                {other: value for other, value in mine.items() if other[:2] == path[:2] and merged[other] is MISSING}
            )
    return merged, conflicts


def merge(base, theirs, mine):
    """Three-way merge of two changes made to one base, all as JSON.

    Returns (merged, conflicts). What one side changed is taken from it; what both changed differently is a conflict, named by its path
    (field,) or (field, part key, part field), and `merged` holds mine. A part that one side removed and the other left alone stays
    removed; removed on one side and changed on the other is a conflict.
    """
    paths, conflicts = _merged_paths(_flat(base), _flat(theirs), _flat(mine))
    result = dict(theirs)
    parts = {}
    for path, value in paths.items():
        if value is MISSING:
            if len(path) == 1:
                result.pop(path[0], None)  # a field that stands only where it says something was emptied
            continue
        if len(path) == 3:
            parts.setdefault(path[0], {}).setdefault(path[1], {})[path[2]] = value
        elif value or not any(is_parts(side.get(path[0])) for side in (base, theirs, mine)):
            result[path[0]] = value
    for name in {path[0] for path in paths if len(path) == 3}:
        whole = [part for part in parts.get(name, {}).values() if "key" in part]
        result[name] = sorted(whole, key=lambda part: (part["position"], part["key"]))
    for name in DERIVED:
        result[name] = {**base.get(name, {}), **theirs.get(name, {}), **mine.get(name, {})}
    return result, conflicts
