"""Which actor a code or a name of a data set means on a day. What `states.csv` does not say is not matched; nothing is guessed.

states.csv: one row for each state. cow: codes of the Correlates of War project, each with the days for which it means this state
(`365:1922-12-30..1991-12-25`; without days: always). un, uk: names in the UN Treaty Collection and in the UK treaty records, parted by
semicolons, likewise with days; `~` marks a former name under which the agreement lists the state.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from publishing.dates import bounds
from publishing.names import normalise

from ..models import Actor
from ..terms import ActorKind
from .records import key_of

FILE = Path(__file__).with_name("states.csv")


@dataclass(frozen=True)
class State:
    slug: str
    title: str
    iso3: str
    region: str


@dataclass(frozen=True)
class Meaning:
    """That a code or name means a state from one day to another ("" is open). former: whether it is shown as the name used."""

    slug: str
    first: str
    last: str
    former: bool

    def holds(self, day):
        return self.first <= day and (not self.last or day <= self.last)


def _meanings(slug, text, separator):
    for item in text.split(separator) if text else []:
        name, _colon, days = item.lstrip("~").partition(":")
        first, _dots, last = days.partition("..")
        yield name, Meaning(slug, first, last, item.startswith("~"))


def read_states():
    """({slug: State}, {list name: {code or name: [Meaning]}}) of states.csv."""
    states, lists = {}, {"cow": defaultdict(list), "un": defaultdict(list), "uk": defaultdict(list)}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = {name: row[name] for name in ("slug", "title", "iso3", "region")}
            states[row["slug"]] = State(**values)
            for name, separator in (("cow", " "), ("un", ";"), ("uk", ";")):
                for value, meaning in _meanings(row["slug"], row[name], separator):
                    lists[name][value].append(meaning)
    return states, lists


class NoMatch(Exception):
    """The message says why."""


class States:
    """The states of states.csv, and the actors that the library has for them."""

    def __init__(self):
        self.states, self.lists = read_states()
        self.keys, self.missing = {}, {}
        self._find_actors()

    def _find_actors(self):
        """Find each state among the library's actors: by its ISO code, else by the key of an earlier import, else by its one name."""
        rows = Actor.objects.filter(actor_kind=ActorKind.STATE, trashed=None).prefetch_related("aliases")
        by_iso, by_name, by_key = defaultdict(set), defaultdict(set), set()
        for actor in rows:
            by_key.add(actor.pk)
            if actor.iso3:
                by_iso[actor.iso3].add(actor.pk)
            for name in [actor.title, *(alias.name for alias in actor.aliases.all())]:
                by_name[normalise(name)].add((actor.pk, actor.iso3))
        self.others = defaultdict(set)
        for actor in Actor.objects.exclude(actor_kind=ActorKind.STATE).filter(trashed=None).prefetch_related("aliases"):
            for name in [actor.title, *(alias.name for alias in actor.aliases.all())]:
                self.others[normalise(name)].add(str(actor.pk))
        trashed = set(Actor.objects.exclude(trashed=None).values_list("pk", flat=True))
        for state in self.states.values():
            if key_of("state", state.slug) in trashed:
                self.missing[state.slug] = f"{state.title} is in the trash"
            named = {key for key, iso3 in by_name[normalise(state.title)] if iso3 == state.iso3 or not iso3}
            own = {key_of("state", state.slug)} & by_key
            found = (by_iso[state.iso3] if state.iso3 else set()) or own or named
            if len(found) == 1:
                self.keys[state.slug] = str(next(iter(found)))
            elif found:
                self.missing[state.slug] = f"several actors of the library are {state.title}"

    def by_code(self, code, dated):
        """The state's slug for a Correlates of War code on a date text. Raises NoMatch."""
        return self._one(self.lists["cow"].get(code, []), f"no state is known for the code {code}", code, dated).slug

    def by_name(self, source, name, dated=""):
        """(slug or key of an actor, name used or "") for a name in the UN ("un") or UK ("uk") records. Raises NoMatch."""
        meanings = self.lists[source].get(name, [])
        if not meanings:
            others = self.others.get(normalise(name), set())
            if len(others) == 1:
                return next(iter(others)), ""
        meaning = self._one(meanings, f"no actor is known by the name “{name}”", f"“{name}”", dated)
        return meaning.slug, name if meaning.former else ""

    def _one(self, meanings, unknown, what, dated):
        if not meanings:
            raise NoMatch(unknown)
        if dated:
            first, last = (str(day) for day in bounds(dated))
            held = {meaning.slug: meaning for day in (first, last) for meaning in meanings if meaning.holds(day)}
            whole = all(any(meaning.holds(day) for meaning in meanings) for day in (first, last))
            if len(held) != 1 or not whole:
                raise NoMatch(f"{what} means no one state at the date {dated}")
            meaning = next(iter(held.values()))
        elif len({meaning.slug for meaning in meanings}) == 1:
            meaning = meanings[0]
        else:
            raise NoMatch(f"{what} means several states, and no date tells which")
        if meaning.slug in self.missing:
            raise NoMatch(self.missing[meaning.slug])
        return meaning

    def key(self, slug):
        """The key of the actor as text: the library's own, or that of the one that the import makes."""
        return self.keys.get(slug) or (str(key_of("state", slug)) if slug in self.states else slug)

    def title(self, slug):
        return self.states[slug].title if slug in self.states else ""

    def to_make(self, slugs):
        """The States of these slugs that the library does not have."""
        return [self.states[slug] for slug in sorted(set(slugs)) if slug in self.states and slug not in self.keys]
