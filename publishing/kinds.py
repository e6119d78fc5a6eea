"""The register of kinds of entry. Each room registers its kinds once, when it starts; nothing here names one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Projection:
    """What publishing an entry writes: its public row and the rows that hang on it, all unsaved."""

    entry: object
    rows: list = field(default_factory=list)


@dataclass
class Kind:
    """One kind of entry.

    name: the word stored with entries; section: first part of its address; content: its content dataclass;
    project(key, content) -> Projection; context(public_entry) -> dict for `template`;
    public_models: every model whose rows `project` makes; desk: path of the class that reads and writes its working rows
    (named, not imported, so that public code never reaches working models).
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

    @cached_property
    def desk(self):
        return import_string(self.desk_path)

    def read(self, data, schema):
        """The content that a stored JSON means today."""
        for reader in _readers:
            data = reader(data)
        return self.content.from_json(data, schema)


_kinds: dict[str, Kind] = {}
_readers: list[Callable] = []


def register(kind):
    _kinds[kind.name] = kind


def on_reading(reader):
    """Have every stored content pass through reader(JSON) -> JSON: what a snapshot names may have another key since."""
    _readers.append(reader)


def get(name):
    return _kinds[name]


def every():
    return list(_kinds.values())
