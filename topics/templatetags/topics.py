"""Template words for topics."""

from functools import lru_cache

from django import template
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from publishing.public import page_address
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
    page = lang(), get_script_prefix(), get_language()
    return mark_safe(", ".join(_link(topic.slug, topic.heading, *page) for topic in topics))  # noqa: S308 - of safe texts


@lru_cache(maxsize=10_000)
def _link(slug, heading, marked, _prefix, _language):
    """A page has the same few topics over and over, and all pages have the same hundreds."""
    return format_html('<a href="{}"{}>{}</a>', page_address("topic_detail", slug), marked, heading)


@register.filter
def of(counts, name):
    """A count by its name."""
    return counts.get(name, 0)
