"""Fields for Markdown on the desk: how long a text is, and the widget that offers a toolbar, completion and the count."""

import re

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from .text import CITATION, MARKER, MAX_LENGTH, WIKI_LINK

WORDS_A_MINUTE = 230  # a usual pace of silent reading in English
# static/js/markdown.js counts in the same way.
DESTINATION = re.compile(r"\]\([^()\n]*\)")
WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


def count_words(markdown):
    """How many words readers see: a link by its shown words, a citation not at all."""
    text = CITATION.sub("", MARKER.sub("", markdown))
    text = WIKI_LINK.sub(lambda match: match[2] or match[1], text)
    return len(WORD.findall(DESTINATION.sub("]", text)))


def length_in_words(words):
    """The length of a text as the desk says it."""
    minutes = max(1, round(words / WORDS_A_MINUTE))
    return _("Words: %(words)d. Reading time: %(minutes)d min.") % {"words": words, "minutes": minutes}


class MarkdownWidget(forms.Textarea):
    """A plain textarea; script adds a toolbar, shortcuts, completion of [[ and [@, and a live count."""

    template = "admin/publishing/widgets/markdown.html"

    def __init__(self, attrs=None):
        super().__init__({"class": "vLargeTextField", "data-markdown": "", **(attrs or {})})

    def render(self, name, value, attrs=None, renderer=None):
        context = {
            "textarea": super().render(name, value, attrs, renderer),
            "length": length_in_words(count_words(value or "")),
            "complete_address": reverse("admin:publishing_entry_complete"),
        }
        return render_to_string(self.template, context)


class MarkdownField(models.TextField):
    """A text in Markdown. In the database it is a TextField like any other.

    It is no longer than what a page shows: what stood behind that would be cut off without a word.
    """

    default_validators = [MaxLengthValidator(MAX_LENGTH)]

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


MARKDOWN_WIDGETS = {MarkdownField: {"widget": MarkdownWidget}}
