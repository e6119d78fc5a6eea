"""The register of kinds of entry. Each room registers its kinds once, when it starts; nothing here names one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.module_loading import import_string

from .public import PublicImage, PublicSearch


@dataclass(frozen=True)
class Projection:
    """What publishing an entry writes: its public row and the rows that hang on it, all unsaved.

    under, dated: by what searches narrow to it: the keys, as text, of the topics under which it stands, and a date text.
    """

    entry: object
    rows: list = field(default_factory=list)
    under: list = field(default_factory=list)
    dated: str = ""


@dataclass
class Kind:
    """One kind of entry.

    name: the word stored with entries; section: first part of its address; content: its content dataclass;
    project(key, content) -> Projection; context(public_entry) -> dict for `template`;
    public_models: every model whose rows `project` makes, to which publishing adds the images and what search reads; desk: path of the class that reads, writes and checks its working rows
    (named, not imported, so that public code never reaches working models); links_itself: whether texts that allow it link to
    such an entry at its first mention; table(entry, context) -> tables.Table: the rows of its page for those who calculate;
    about(entry) -> dict: what the entry is about, as schema.org names it; places(entry) -> [(anchor, label)]: the sections of its page.
    """

    name: str
    section: str
    label: str
    plural: str
    content: type
    project: Callable
    context: Callable
    template: str
    public_models: list
    desk_path: str
    links_itself: bool = False
    table: Callable | None = None
    about: Callable | None = None
    places: Callable | None = None

    def __post_init__(self):
        self.public_models = [*self.public_models, PublicImage, PublicSearch]

    @cached_property
    def desk(self):
        return import_string(self.desk_path)

    def read(self, data, schema):
        """The content that a stored JSON means today."""
        for reader in _readers:
            data = reader(data)
        return self.content.from_json(data, schema)


@dataclass(frozen=True)
class Tally:
    """Counts that a room keeps over public rows.

    of(entry keys) -> Counter of what the entries add to them; change(before, after) keeps them right; rebuild() counts everything anew;
    differences() -> sentences that name wrong counts; models: where they are kept.
    """

    of: Callable
    change: Callable
    rebuild: Callable
    differences: Callable
    models: list


_kinds: dict[str, Kind] = {}
_tallies: list[Tally] = []
_readers: list[Callable] = []


def register(kind):
    _kinds[kind.name] = kind


def register_tally(tally):
    _tallies.append(tally)


def tallies():
    return list(_tallies)


def on_reading(reader):
    """Have every stored content pass through reader(JSON) -> JSON: what a snapshot names may have another key since."""
    _readers.append(reader)


def get(name):
    return _kinds[name]


def every():
    return list(_kinds.values())
