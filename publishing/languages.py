"""In which language a page speaks: the first of LANGUAGES at an address as it is, each other one behind its code, `/fr/articles/`.

What is written (titles, texts, names) keeps its own language and is marked with it where a page speaks another one.
"""

from django.conf import settings
from django.utils.translation import get_language, override

CONTENT = "en"  # of what says nothing of its language: topics, names, facts


def language_of(path):
    """The code of the language of the page at an address. path: without scheme and host."""
    first = path.removeprefix("/").partition("/")[0]
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return first if first in others else settings.LANGUAGE_CODE


def record_language():
    """While it is entered, texts are those that are kept: in the first language, whoever is at work."""
    return override(settings.LANGUAGE_CODE)


def for_the_record(text, **words):
    """A text of the interface that is kept or sent to others: in the language of records. text: a lazy one; words: what it names."""
    with record_language():
        return str(text) % words if words else str(text)


def _base(tag):
    return tag.lower().partition("-")[0]


def is_foreign(tag):
    """Whether a text of this language stands on a page of another one. tag: as BCP 47 writes it, "" for CONTENT."""
    return _base(tag or CONTENT) != _base(get_language() or settings.LANGUAGE_CODE)
