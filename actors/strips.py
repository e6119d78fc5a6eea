"""The strip: a thin drawing of time under a title, as rectangles for the template to write down.

A stretch that holds under every reading of its dates is drawn full; one that holds only under some reading is drawn faded.
"""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby

WIDTH = 1000
BAR_HEIGHT = 8
BAR_TOP = 8
SKYLINE_HEIGHT = 28
HIGHEST_STOREY = 6
LEAST_WIDTH = 3
MOST_LABELS = 5
ALMOST_EXACT = 31  # days: a date known to the month still makes a thin tick


@dataclass(frozen=True)
class Bar:
    """A rectangle in a box of WIDTH units by Strip.height; y grows downwards."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Strip:
    """What actors/_strip.html draws. years: [(year, place in percent of the width)]; peak: the highest count, 0 for a single bar."""

    certain: tuple
    faded: tuple
    ticks: tuple
    years: tuple
    height: int
    first_year: int
    last_year: int
    peak: int = 0


class Scale:
    """Days to places: from the decade of the first known day to the given one."""

    def __init__(self, spells, on):
        edges = [
            day
            for row in spells
            for day in (row.begins_earliest, row.begins_latest, row.ends_earliest, row.ends_latest)
        ]
        known = [day for day in edges if day not in (None, date.min, date.max)]
        self.is_empty = not known or min(known) > on
        if self.is_empty:
            return
        decade = min(known).year // 10 * 10
        # An unknown begin gets a decade of its own before all that is known.
        self.first = date(decade - 10 if date.min in (row.begins_earliest for row in spells) else decade, 1, 1)
        self.last = on
        self.days = (self.last - self.first).days

    def place(self, day):
        """The place of a day (None: it never comes) within 0 to WIDTH."""
        # Written out, as a curve asks for thousands of places.
        if day is None or day >= self.last:
            return WIDTH if self.days else 0
        return round(WIDTH * (day - self.first).days / self.days) if day > self.first else 0

    def years(self):
        """At most MOST_LABELS round years with their places in percent."""
        for step in (10, 20, 50, 100, 500):
            years = range(-(-self.first.year // step) * step, self.last.year + 1, step)
            if len(years) <= MOST_LABELS:
                break
        return tuple((year, self.place(date(year, 1, 1)) / WIDTH * 100) for year in years)


def stretches(row, on):
    """(certain, possible) stretches of days of a spell up to the day, each a pair or None; an end of None reaches the day."""
    begun = row.begins_earliest is not None and row.begins_earliest <= on
    possible = (row.begins_earliest, row.ends_latest) if begun else None
    if not begun or row.begins_latest > on:
        return None, possible
    # A spell lasts at least its first day, even when its end is unknown.
    end = None if row.ends_earliest is None else max(row.ends_earliest, row.begins_latest)
    return (row.begins_latest, end), possible


def bar_of(scale, stretch, y, height):
    x, end = scale.place(stretch[0]), scale.place(stretch[1])
    width = max(end - x, LEAST_WIDTH)
    return Bar(min(x, WIDTH - width), y, width, height)


def _strip(scale, certain, faded, ticks, height, peak=0):
    return Strip(
        tuple(certain), tuple(faded), tuple(ticks), scale.years(), height, scale.first.year, scale.last.year, peak
    )


def bar(row, joined, on):
    """An agreement's time in force as one bar, with a tick where a party joined; None where no date is known.

    row: a Spell; joined: Spells of its parties; on: the day at the right edge. Every faded bar lies under a full one.
    """
    joined = [
        party for party in joined if party.begins_earliest not in (None, date.min) and party.begins_earliest <= on
    ]
    scale = Scale([row, *joined], on)
    certain, possible = stretches(row, on)
    if scale.is_empty or possible is None:
        return None
    exact = [party for party in joined if (party.begins_latest - party.begins_earliest).days <= ALMOST_EXACT]
    vague = [party for party in joined if party not in exact]
    faded = {bar_of(scale, possible, BAR_TOP, BAR_HEIGHT)} if possible != certain else set()
    faded |= {bar_of(scale, (party.begins_earliest, party.begins_latest), 0, BAR_TOP - 2) for party in vague}
    ticks = sorted({scale.place(party.begins_earliest) for party in exact})
    full = [bar_of(scale, certain, BAR_TOP, BAR_HEIGHT)] if certain else []
    return _strip(scale, full, sorted(faded, key=lambda one: (one.x, one.y)), ticks, BAR_TOP + BAR_HEIGHT)


def counts_along(spans, scale):
    """How many of the stretches of days cover each of the WIDTH places, a list."""
    changes = [0] * (WIDTH + LEAST_WIDTH)
    for begin, end in spans:
        left, right = scale.place(begin), scale.place(end)
        if left == WIDTH:
            left -= 1
        changes[left] += 1
        changes[right if right > left + LEAST_WIDTH else left + LEAST_WIDTH] -= 1
    return list(accumulate(changes[:WIDTH]))


def steps(counts, height_of):
    """The outline of counts_along(): (x, width, height) from the ground up, equal neighbours joined."""
    x = 0
    for height, run in groupby(map(height_of, counts)):
        width = sum(1 for _place in run)
        if height:
            yield x, width, height
        x += width


def skyline(rows, on):
    """How many of the spells held at each time, as an outline; None where no date is known.

    rows: Spells; on: the day at the right edge. What may have held stands faded behind what certainly did.
    """
    rows = [row for row in rows if row.begins_earliest is not None and row.begins_earliest <= on]
    scale = Scale(rows, on)
    if scale.is_empty:
        return None
    certain, possible = zip(*(stretches(row, on) for row in rows), strict=True)
    certain = [stretch for stretch in certain if stretch]
    counts = counts_along(possible, scale)
    peak = max(counts)
    height = min(SKYLINE_HEIGHT, HIGHEST_STOREY * peak)

    def bars(counts):
        return [
            Bar(x, height - high, width, high) for x, width, high in steps(counts, lambda n: -(-n * height // peak))
        ]

    faded = bars(counts) if list(possible) != certain else []
    return _strip(scale, bars(counts_along(certain, scale)), faded, (), height, peak)
