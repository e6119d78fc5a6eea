"""Markdown in a template, rendered with the page."""

from django import template
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

register = template.Library()
MARKDOWN = MarkdownIt("commonmark", {"html": False})


@register.filter
def markdown(text):
    return mark_safe(MARKDOWN.render(text))  # noqa: S308 - made-up texts, HTML off
