"""Template words for the closed lists."""

from django import template

from actors import terms

register = template.Library()


@register.filter
def term(code, choices):
    """The word for a code of one of the closed lists: {{ part.role|term:"Role" }}."""
    return getattr(terms, choices)(code).label if code else ""
