"""Dates as precise as their source: EDTF level 0 (ISO 8601-2:2019), and the word "unknown".

Texts have one of four forms:
    ""            the event did not take place, or does not apply
    "unknown"     it took place, or may have, and no source gives its date
    "1949", "1949-04", "1949-04-04"    known to the year, the month or the day
"""

import calendar
import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

UNKNOWN = "unknown"
FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def bounds(text):
    """The earliest and the latest day that a text can mean, both included.

    Returns None for "" and (date.min, date.max) for "unknown"; raises ValueError for a text of no known form or an impossible day.
    """
    if not text:
        return None
    if text == UNKNOWN:
        return date.min, date.max
    match = FORM.fullmatch(text)
    if not match:
        raise ValueError(
            _("“%(text)s” is not a date. Write 1949, 1949-04, 1949-04-04 or unknown.") % {"text": text[:40]}
        )
    year, month, day = (int(part) if part is not None else None for part in match.groups())
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
        if day is not None:
            return first, first
        last_month = 12 if month is None else month
        return first, date(year, last_month, calendar.monthrange(year, last_month)[1])
    except (ValueError, calendar.IllegalMonthError) as error:
        raise ValueError(_("There is no such date as “%(text)s”.") % {"text": text}) from error


def validate_date(text):
    """Form and model validator for a date text."""
    try:
        bounds(text)
    except ValueError as error:
        raise ValidationError(str(error), code="date") from error


def display(text, none=""):
    """The date in words at its own precision: "4 April 1949", "April 1949", "1949", "unknown"."""
    if not text:
        return none
    if text == UNKNOWN:
        return _("unknown")
    first, _last = bounds(text)
    return day_words(first) if len(text) == 10 else dateformat.format(first, {4: "Y", 7: "F Y"}[len(text)])


def day_words(day):
    """A date or moment as a day in words: "4 April 1949"; in French "4 avril 1949", but "1er avril 1949"."""
    number = pgettext("first day of a month", "1") if day.day == 1 else day.day
    return f"{number} {dateformat.format(day, 'F Y')}"


def moment_words(moment, zone=False):
    """A moment to the minute: "4 April 1949, 14:05". zone: whether to name the time zone."""
    return f"{day_words(moment)}, {dateformat.format(moment, 'H:i T' if zone else 'H:i')}"


def certainly_before(earlier, later):
    """Whether every day that `earlier` can mean lies before every day that `later` can mean."""
    if not earlier or not later or UNKNOWN in (earlier, later):
        return False
    return bounds(earlier)[1] < bounds(later)[0]


class DateTextField(models.CharField):
    """A date text of this module; checked, kept as written."""

    default_validators = [validate_date]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "As precise as the source: 1949, 1949-04 or 1949-04-04. “unknown” if no source says; empty if it did not happen."
            ),
        )
        super().__init__(*args, **kwargs)
