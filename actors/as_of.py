"""The day that a page speaks of: today, or the one that the address asks for as ?on=1990-10-03, ?on=1990-10 or ?on=1990."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.dates import UNKNOWN, bounds, display

from .public import names_on

PARAMETER = "on"
FIRST_YEAR = 1000  # nothing that this publication is about is older
CARRYING = ("actor", "agreement")  # kinds whose pages understand the parameter
LONGEST_QUERY = 500


@dataclass(frozen=True)
class AsOf:
    """day: the day that the page speaks of; text: what the reader asked for, "" for today; problem: why that was not possible, in words;
    today_address: the same page without the day."""

    day: date
    text: str = ""
    problem: str = ""
    today_address: str = ""

    @property
    def query(self):
        """What a link to a page that understands it carries on: "?on=1990-10-03", or "" for today."""
        return f"?{PARAMETER}={self.text}" if self.text else ""

    @cached_property
    def names(self):
        """{key: name} of the actors that bore another name on the day that was asked for. One query, none for today."""
        return names_on(self.day) if self.text else {}

    @property
    def iso(self):
        """The day as text; "" for today, so that a page of today names no day."""
        return self.day.isoformat() if self.text else ""

    @property
    def is_period(self):
        """Whether a whole year or month was asked for, of which the last day stands."""
        return bool(self.text) and len(self.text) < len("1990-10-03")

    @property
    def period(self):
        """Which day of the year or month asked for it is, in words; "" where a day was asked for."""
        if not self.is_period:
            return ""
        words = {"period": display(self.text)}
        is_over = bounds(self.text)[1] == self.day
        return _("the last day of %(period)s") % words if is_over else _("%(period)s so far") % words

    @property
    def status(self):
        """The HTTP status of the page."""
        return 400 if self.problem else 200


def today():
    return AsOf(timezone.localdate())


def read_day(text, now):
    """The day that a text asks for: its last one, or today where that lies in the text's year or month. Raises ValueError with the reason."""
    if text == UNKNOWN:
        raise ValueError(_("“unknown” is no day. Write 1949, 1949-04 or 1949-04-04."))
    first, last = bounds(text)
    if first > now:
        raise ValueError(_("That day lies in the future. What it will bring, nobody knows."))
    if last.year < FIRST_YEAR:
        raise ValueError(_("Nothing is recorded before the year %(year)d.") % {"year": FIRST_YEAR})
    return min(last, now)


def as_of(request):
    """The AsOf of a request. A value that names no day gives today, with the problem."""
    asked = [text.strip() for text in request.GET.getlist(PARAMETER)]
    if not any(asked):
        return today()
    now = timezone.localdate()
    address = _without_day(request)
    try:
        if len(asked) > 1:
            raise ValueError(_("The address names several days. Give one."))
        return AsOf(read_day(asked[0], now), asked[0], today_address=address)
    except ValueError as error:
        return AsOf(now, problem=str(error), today_address=address)


def _without_day(request):
    """The request's address without the parameter; without any where they are too long to be a reader's."""
    rest = urlencode([(name, value) for name, values in request.GET.lists() if name != PARAMETER for value in values])
    return f"{request.path}?{rest}" if rest and len(rest) <= LONGEST_QUERY else request.path


def carry(entries, as_of):
    """Let the addresses of the PublicEntries whose pages understand it lead to the same day, and give actors the names that they then bore.

    Nones are passed over. An actor that bore another name has its own of today as present_title.
    """
    if as_of.text:
        for entry in entries:
            if entry is not None and entry.kind in CARRYING:
                entry.carried = as_of.query
                if entry.pk in as_of.names and not entry.present_title:
                    entry.present_title, entry.title = entry.title, as_of.names[entry.pk]


def name_then(row, as_of):
    """The name of the actor of a row on the day: the one under which it is listed, or another that it bore on the day that was asked for.

    "" for a row that tells of no actor.
    """
    return as_of.names.get(getattr(row, "actor_id", None)) or getattr(row, "name", "")


def as_known(text, on):
    """A date text as one could know it on a day: "" where it certainly had not come."""
    return text if text and bounds(text)[0] <= on else ""
