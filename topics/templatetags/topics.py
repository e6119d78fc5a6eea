"""Template words for topics."""

from django import template

register = template.Library()


@register.filter
def above(topic):
    """The topics above one, the broadest first. The chain must be loaded."""
    found, topic = [], topic.broader
    while topic is not None and topic not in found:
        found.insert(0, topic)
        topic = topic.broader
    return found


@register.filter
def of(counts, name):
    """A count by its name."""
    return counts.get(name, 0)
