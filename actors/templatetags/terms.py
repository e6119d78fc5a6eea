"""Template words for the closed lists."""

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from actors import terms

register = template.Library()


@register.filter
def term(code, choices):
    """The word for a code of one of the closed lists: {{ part.role|term:"Role" }}."""
    return _word(str(code), choices, get_language()) if code else ""


@cache
def _word(code, choices, _language):
    return str(getattr(terms, choices)(code).label)


@register.filter
def status(code):
    """A terms.Status in its colour and its word."""
    return _status(str(code), get_language())


@cache
def _status(code, _language):
    return format_html('<span class="status status--{}">{}</span>', code, terms.Status(code).label)


@register.filter
def consent(code):
    """A terms.ConsentMeans in words, with the letter that depositaries write for it."""
    return _consent(str(code), get_language()) if code else ""


@cache
def _consent(code, _language):
    words, letter = terms.ConsentMeans(code).label, terms.CONSENT_LETTERS.get(code)
    return format_html('{} <abbr title="{}">{}</abbr>', words, words, letter) if letter else str(words)
