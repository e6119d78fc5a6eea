"""The shapes of the world map, read once in each process from data/world.json, and which of them show whom.

Units are the file's: 2,000 from west to east, y downwards. data/README.md says where the shapes come from.
"""

import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from django.utils.html import escape, format_html
from django.utils.translation import gettext_lazy as _

from publishing.names import normalise
from publishing.public import PublicEntry

COARSE = 1.6  # patterns at this size are still seen on a phone
DATA = Path(__file__).parent / "data" / "world.json"
PARTS = [
    ("europe", _("Europe")),
    ("middle-east", _("Middle East and North Africa")),
    ("africa", _("Africa")),
    ("americas", _("Americas")),
    ("asia", _("Asia")),
    ("pacific", _("South-East Asia and the Pacific")),
]
# Points are lines of no length with round ends: the style sheet gives them one size at every width.
POINT = '<path class="map__rim" d="M{0} {1}h0"/><path class="map__point{2}" d="M{0} {1}h0"/>'
LINKED = '<a href="{}" class="map__mark map__mark--{}" aria-label="{}"><title>{}</title>{}{}</a>\n'
UNLINKED = '<g class="map__mark map__mark--{}"><title>{}</title>{}{}</g>\n'


@dataclass(frozen=True)
class World:
    """width, height: of the whole; parts: {name: [x, y, width, height]}; shapes: {ISO code: path data}; points: {ISO code: [x, y]};
    seats: {normalised name of a former state's seat: [x, y]}; uncoded: path data of land without a code."""

    width: int
    height: int
    parts: dict
    shapes: dict
    points: dict
    seats: dict
    uncoded: str


@cache
def world():
    stored = json.loads(DATA.read_text())
    # Escaped once here, as templates would do again on every page.
    return World(**{**stored, "shapes": {code: escape(path) for code, path in stored["shapes"].items()}})


@dataclass
class Mark:
    """What a map says of one actor. key: its name in the legend, a class of the style sheet; words: the same in words, with dates;
    since: the dates alone; count: the number alone; owed: the obligations alone; map: the address of the actor's own map.

    entry: the PublicEntry that it leads to, or None; address: where it leads instead; iso3, seat: where it lies; spell: the PublicParticipation of a
    party; listed_as: the name of an actor without a page.
    """

    entry: PublicEntry | None
    listed_as: str
    key: str
    words: str
    iso3: str = ""
    seat: str = ""
    address: str = ""
    spell: object = None
    since: str = ""
    count: str = ""
    owed: str = ""
    map: str = ""
    shape: str = ""
    point: tuple = ()
    is_former: bool = False

    @property
    def name(self):
        return self.entry.title if self.entry is not None else self.listed_as

    @property
    def is_drawn(self):
        return bool(self.shape or self.point)

    @cached_property
    def home(self):
        """The address of the actor's own page, "" where it has none."""
        return self.entry.get_absolute_url() if self.entry is not None and not self.entry.withdrawn else ""

    @property
    def leads_to(self):
        return self.address or self.home

    def drawing(self):
        """The mark as SVG, named in words. Here and not in the template, which takes six times as long for two hundred."""
        label = escape(f"{self.name}: {self.words}")
        shape = format_html('<path class="map__shape" d="{}"/>', self.shape) if self.shape else ""
        point = format_html(POINT, *self.point, " map__point--former" if self.is_former else "") if self.point else ""
        if self.leads_to:
            return format_html(LINKED, self.leads_to, self.key, label, label, shape, point)
        return format_html(UNLINKED, self.key, label, shape, point)


@dataclass(frozen=True)
class WorldMap:
    """What actors/_map.html draws. land: path data of all land without a mark; view: [x, y, width, height]; finer: by how much a pattern
    grows or shrinks, to look the same in a part of the world as in the whole."""

    land: str
    drawn: list
    not_drawn: list
    view: list
    legend: list = field(default_factory=list)

    @property
    def view_box(self):
        return " ".join(map(str, self.view))

    @property
    def finer(self):
        return round(COARSE * self.view[2] / world().width, 2)

    @property
    def formers(self):
        return [mark for mark in self.drawn if mark.is_former]


def draw(marks, legend, part=""):
    """The WorldMap of Marks. legend: {key: words}, of which those that occur are kept, in their order; part: a name of PARTS, "" for the whole."""
    atlas = world()
    for mark in marks:
        mark.shape = atlas.shapes.get(mark.iso3, "")
        mark.point = atlas.points.get(mark.iso3, ())
        if not mark.iso3 and mark.seat:
            mark.point = atlas.seats.get(normalise(mark.seat), ())
            mark.is_former = bool(mark.point)
    marked = {mark.iso3 for mark in marks}
    land = [path for code, path in atlas.shapes.items() if code not in marked]
    keys = {mark.key for mark in marks}
    return WorldMap(
        "".join([*land, atlas.uncoded]),
        [mark for mark in marks if mark.is_drawn],
        [mark for mark in marks if not mark.is_drawn],
        atlas.parts.get(part) or [0, 0, atlas.width, atlas.height],
        [(key, words) for key, words in legend.items() if key in keys],
    )
