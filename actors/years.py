"""The year of a page in time, its neighbours and their addresses: how a reader, or the script that plays them, goes from year to year."""

from dataclasses import dataclass

from django.utils import timezone

from .as_of import PARAMETER

EARLIEST = 1816


@dataclass(frozen=True)
class Years:
    """shown: the year that the page shows; previous, next, first: addresses, "" where there is none. The first is where playing begins."""

    shown: int
    previous: str
    next: str
    first: str


def years(request, when, first):
    """The Years of a request. first: the first year in which there is something to see."""
    now = timezone.localdate().year
    first = max(EARLIEST, min(first or EARLIEST, now))
    shown = when.day.year

    def address(year):
        asked = request.GET.copy()
        asked[PARAMETER] = str(year)
        return f"{request.path}?{asked.urlencode()}"

    is_today = not when.text
    return Years(
        shown,
        address(shown - 1) if shown > first else "",
        "" if is_today or shown >= now else address(shown + 1),
        address(first) if first < shown else "",
    )
