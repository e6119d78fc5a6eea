"""Template words for languages."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlencode

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import get_language

from publishing.languages import CONTENT, is_foreign

register = template.Library()


@register.simple_tag
def lang(tag=""):
    """` lang="en"` in an element whose words are in another language than the page, else nothing. tag: of an entry's text; "" for names and topics."""
    return _marked(tag or CONTENT) if is_foreign(tag) else ""


@cache
def _marked(tag):
    return format_html(' lang="{}"', tag)


@register.filter
def written(text, tag=""):
    """Words within a sentence of the page's, in an element of their own where their language is another one. tag: as of `lang`."""
    return format_html('<span lang="{}">{}</span>', tag or CONTENT, text) if text and is_foreign(tag) else text


@register.simple_tag
def lang_here(tag):
    """Within an element that `lang` marks: the words of this one are the page's own again."""
    return format_html(' lang="{}"', get_language()) if is_foreign(tag) else ""


@dataclass(frozen=True)
class Translation:
    """A page in one language. path: with the page's parameters."""

    code: str
    name: str
    path: str

    @property
    def tag(self):
        """As HTML names the language: no reader of one country is turned away."""
        return self.code.partition("-")[0]

    @property
    def is_this(self):
        return self.code == get_language()

    @property
    def is_first(self):
        return self.code == settings.LANGUAGE_CODE


@register.simple_tag(takes_context=True)
def translations(context):
    """A Translation of the page for each of LANGUAGES; none for a page that has one language. A preview says by `page_path` where it will stand.

    They are looked up when they are first asked for: a part of a template that is kept does not.
    """
    request = context.get("request")
    return SimpleLazyObject(lambda: _translations(context.get("page_path") or (_asked(request) if request else "")))


def _translations(here):
    found = [Translation(code, name, translate_url(here, code)) for code, name in settings.LANGUAGES]
    return found if len({each.path for each in found}) > 1 else []


def _asked(request):
    """The path of a page with the parameters that say something: an empty field of a form leads to no other page."""
    path, _mark, query = request.get_full_path().partition("?")
    said = urlencode(parse_qsl(query))
    return f"{path}?{said}" if said else path
