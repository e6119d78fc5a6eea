"""Template words for entries: stored prose, dates, notes."""

from functools import lru_cache
from itertools import groupby

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from publishing import kinds
from publishing.dates import UNKNOWN, day_words, display, moment_words
from publishing.text import with_links

from .languages import lang

register = template.Library()


@register.simple_tag
def prose(html, targets):
    """Stored HTML with the links to live entries made."""
    return with_links(html, targets)


@register.filter
def marked(pieces):
    """[(piece of a text, whether it is meant)] as a text in which these are marked."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if is_meant else piece,) for piece, is_meant in pieces)
    )


@register.simple_tag
def entry_link(entry, css_class=""):
    """The title of an entry, leading to its page."""
    named = format_html('class="{}" ', css_class) if css_class else ""
    return format_html('<a {}href="{}"{}>{}</a>', named, entry.get_absolute_url(), lang(entry.language), entry.title)


@register.simple_tag
def present_title(entry):
    """Behind the name that an actor bore on the day of the page, its name of today; nothing where it bears the same."""
    name = getattr(entry, "present_title", "")
    said = _("today %(name)s") % {"name": name} if name else ""
    return format_html(' <span class="present-title">{}</span>', said) if said else ""


@register.simple_tag
def note_mark(number):
    """A note's number behind the words that it is the source of; nothing without one."""
    return _note_mark(number, get_language()) if number else ""


@lru_cache(maxsize=10_000)
def _note_mark(number, _language):
    label = _("Source: note %(number)s") % {"number": number}
    return format_html('<sup class="cite"><a href="#note-{}" aria-label="{}">{}</a></sup>', number, label, number)


@register.filter
def edtf(text):
    """A date text in words; "none" where nothing took place, "unknown" where nobody knows."""
    return _dated(text, get_language())


@lru_cache(maxsize=10_000)
def _dated(text, _language):
    """A table of parties shows the same few dates hundreds of times."""
    if not text:
        return format_html('<span class="date date--none">{}</span>', _("none"))
    if text == UNKNOWN:
        return format_html('<span class="date date--unknown">{}</span>', _("unknown"))
    return format_html('<time class="date" datetime="{}">{}</time>', text, display(text))


@register.filter
def in_words(text):
    """A date text in plain words."""
    return display(text)


@register.filter(expects_localtime=True)
def day(moment):
    """A date or moment as a day in words."""
    return day_words(moment) if moment else ""


@register.filter(expects_localtime=True)
def minute(moment, zone=""):
    """A moment in words, to the minute. zone: "zone" names the time zone too."""
    return moment_words(moment, bool(zone)) if moment else ""


@register.filter
def number(n):
    """A count as the page's language groups its digits: 58,000; in French 58 000."""
    return _grouped(n, get_language())


@lru_cache(maxsize=10_000, typed=True)
def _grouped(n, _language):
    return number_format(n, force_grouping=True)


@register.filter
def kind_label(name):
    """A kind's word for one of its entries."""
    return kinds.get(name).label


@register.filter
def kind_plural(name):
    """A kind's word for its entries."""
    return kinds.get(name).plural


@register.simple_tag
def by_kind(rows):
    """[(kind, rows)] of rows that begin with an entry and come ordered by kind."""
    return [(kind, list(lines)) for kind, lines in groupby(rows, key=lambda row: row[0].kind)]
