"""Template words for topics."""

from django import template
from django.utils.html import format_html_join

from publishing.templatetags.languages import lang

register = template.Library()


@register.filter
def above(topic):
    """The topics above one, the broadest first. The chain must be loaded."""
    found, topic = [], topic.broader
    while topic is not None and topic not in found:
        found.insert(0, topic)
        topic = topic.broader
    return found


@register.simple_tag
def topic_links(topics):
    """Links to topics, with commas: a list of thirty lines has more than a hundred, each of which is four words of a template otherwise."""
    marked = lang()
    return format_html_join(
        ", ", '<a href="{}"{}>{}</a>', ((topic.get_absolute_url(), marked, topic.heading) for topic in topics)
    )


@register.filter
def of(counts, name):
    """A count by its name."""
    return counts.get(name, 0)
