"""The codes by which data sets name states, for rows that are to be joined with them. They come from the importers' states.csv."""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "importing" / "states.csv"


@cache
def _all():
    """{ISO code, or the address of a state without one: its codes of the Correlates of War project, parted by spaces}."""
    with FILE.open(encoding="utf-8", newline="") as file:
        found = {row["iso3"] or row["slug"]: row["cow"].split() for row in csv.DictReader(file)}
    # "365:1991-12-26.." is the code with the days for which it means this state; one code may stand twice.
    return {state: " ".join(dict.fromkeys(code.partition(":")[0] for code in codes)) for state, codes in found.items()}


def cow_codes(slug, iso3):
    """The codes of the Correlates of War project that ever meant an actor, parted by spaces; "" where none did."""
    return _all().get(iso3 or slug, "")


def codes_of(entry, iso3):
    """[ISO code, codes of the Correlates of War project] of a PublicEntry, or of None."""
    return [iso3, cow_codes(entry.slug if entry else "", iso3)]
