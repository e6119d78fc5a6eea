"""Spells as bars on one scale of time, and how many held at each time, as steps. What is uncertain is drawn apart from what is certain.

Places are those of strips: 0 to strips.WIDTH from the first known decade to the day of the page.
"""

from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import NamedTuple

from . import strips

ROW_HEIGHT = 14
BAR_TOP = 2
BAR_HEIGHT = 10
THIN_TOP = 5
THIN_HEIGHT = 4
CURVE_HEIGHT = 160
MOST_TICKS = 4
# What the curve and the scale read: the day columns of a spell.
DAYS = ("begins_earliest", "begins_latest", "ends_earliest", "ends_latest")


class Spell(NamedTuple):
    """The four day columns alone, of many rows."""

    begins_earliest: date | None
    begins_latest: date | None
    ends_earliest: date | None
    ends_latest: date | None


def spells_of(rows):
    """Spells of a queryset of spells. One query."""
    return list(starmap(Spell, rows.order_by().values_list(*DAYS)))


@dataclass(frozen=True)
class Line:
    """The drawing of one spell, as path data in a box of strips.WIDTH by ROW_HEIGHT; "" where there is nothing to draw.

    certain: in force under every reading of its dates; perhaps: under some; halted: suspended; before: signed or provisionally applied, not yet in
    force.
    """

    certain: str = ""
    perhaps: str = ""
    halted: str = ""
    before: str = ""

    @property
    def is_empty(self):
        return not (self.certain or self.perhaps or self.before)


def line_of(row, scale, on):
    """The Line of a row of Acts up to a day."""
    certain, possible = strips.stretches(row, on)
    return Line(
        _path(scale, certain, BAR_TOP, BAR_HEIGHT),
        _path(scale, possible, BAR_TOP, BAR_HEIGHT) if possible != certain else "",
        _path(scale, _halt(row, on), THIN_TOP, THIN_HEIGHT),
        _path(scale, _before(row, on), THIN_TOP, THIN_HEIGHT),
    )


def grid(scale):
    """Path data of thin lines at the round years, as high as a Line."""
    return "".join(f"M{scale.place(date(year, 1, 1))} 0v{ROW_HEIGHT}" for year, _place in scale.years())


def _path(scale, stretch, y, height):
    if not stretch:
        return ""
    bar = strips.bar_of(scale, stretch, y, height)
    return f"M{bar.x} {bar.y}h{bar.width}v{bar.height}h-{bar.width}z"


def _halt(row, on):
    """The stretch in which a row was certainly suspended, to its resumption or its end."""
    if row.suspended_latest is None or row.suspended_latest > on:
        return None
    ends = [day for day in (row.resumed_earliest, row.ends_latest) if day is not None]
    return row.suspended_latest, min(ends, default=None)


def _before(row, on):
    """From the signature or the provisional application, the earlier known one, to the entry into force or the end; None where neither is known."""
    known = [day for day in (row.signed_earliest, row.provisional_earliest) if day not in (None, date.min)]
    if not known or min(known) > on:
        return None
    ends = [day for day in (row.begins_earliest, row.ends_latest) if day not in (None, date.min)]
    if row.begins_earliest == date.min or (ends and min(ends) <= min(known)):
        return None
    return min(known), min(ends, default=None)


@dataclass(frozen=True)
class Curve:
    """A count over time. certain, perhaps: strips.Bars in a box of strips.WIDTH by CURVE_HEIGHT; ticks: [(count, place in percent from the top)];
    years: [(year, place in percent)]; table: [(year, certain, possible)] at the end of each year in which a count changed."""

    certain: list
    perhaps: list
    ticks: list
    years: tuple
    table: list
    peak: int
    height: int = CURVE_HEIGHT


def curve_of(spells, scale, on):
    """The Curve of the number of spells that held, or None where there is nothing to draw."""
    spells = [row for row in spells if row.begins_earliest is not None and row.begins_earliest <= on]
    if scale.is_empty or not spells:
        return None
    both = [strips.stretches(row, on) for row in spells]
    possible = strips.counts_along([maybe for _sure, maybe in both], scale)
    certain = strips.counts_along([sure for sure, _maybe in both if sure], scale)
    peak = max(possible)
    return Curve(
        _steps(certain, peak),
        _steps(possible, peak) if possible != certain else [],
        _ticks(peak),
        scale.years(),
        _by_year(both, scale, on),
        peak,
    )


def _steps(counts, peak):
    bars = strips.steps(counts, lambda n: -(-n * CURVE_HEIGHT // peak))
    return [strips.Bar(x, CURVE_HEIGHT - height, width, height) for x, width, height in bars]


def _ticks(peak):
    """At most MOST_TICKS round counts above nought."""
    step = next(size for size in (n * 10**power for power in range(7) for n in (1, 2, 5)) if peak // size <= MOST_TICKS)
    return [(n, round(100 - n * 100 / peak, 1)) for n in range(step, peak + 1, step)]


def _by_year(both, scale, on):
    """[(year, certain, possible)]: the first year, those in which a count changed, and the year of the day, each at its end."""
    changes = {}
    for pair in both:
        for which, stretch in enumerate(pair):
            if stretch and (stretch[1] is None or stretch[0] <= stretch[1]):
                changes.setdefault(stretch[0].year, []).append((which, 1))
                if stretch[1] is not None and stretch[1] < on:
                    changes.setdefault(_year_without(stretch[1]), []).append((which, -1))
    first, last = scale.first.year, on.year
    counts, table = [0, 0], []
    for year in sorted({first, *changes, last}):
        before = tuple(counts)
        for which, change in changes.get(year, ()):
            counts[which] += change
        if year <= last and (tuple(counts) != before or year == last or not table):
            table.append((max(year, first), *counts))
    # What began before the scale does is counted in its first year.
    return [row for row, after in zip(table, [*table[1:], (None,)], strict=True) if row[0] != after[0]]


def _year_without(last_day):
    """The first year at whose end a spell with this last day holds no more."""
    return last_day.year + ((last_day.month, last_day.day) == (12, 31))
