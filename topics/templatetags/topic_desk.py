"""Template words for the desk's forms of entries."""

from django import template

from topics.panel import panel_of

register = template.Library()


@register.simple_tag
def see_also_panel(entry):
    """What See also will offer for the draft of an entry."""
    return panel_of(entry)
