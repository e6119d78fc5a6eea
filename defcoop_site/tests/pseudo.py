"""A language in which each text of the interface stands in brackets, so that what no catalogue can reach shows itself."""

import re
import sys
from contextlib import contextmanager
from html.parser import HTMLParser
from unittest import mock

from django.template.autoreload import reset_loaders
from django.utils.translation import trans_real

OPEN, CLOSE = "⟦", "⟧"
SAID = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "content", "value")
SILENT = {"script", "style", "code", "pre"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Bracketed:
    """In place of the catalogue of French."""

    def gettext(self, message):
        words = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return f"{OPEN}{words}{CLOSE}"

    def ngettext(self, singular, plural, number):
        return self.gettext(singular if number == 1 else plural)

    def language(self):
        return "fr"

    to_language = language


@contextmanager
def bracketed():
    """French pages speak the language of brackets; formats of dates and numbers stay."""
    _forget_words()
    try:
        with mock.patch.dict(trans_real._translations, {"fr": Bracketed()}):
            yield
    finally:
        _forget_words()


def _forget_words():
    """Templates, and template words, may keep what they said in a language."""
    reset_loaders()
    for name, module in list(sys.modules.items()):
        if ".templatetags." in name:
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


class Reader(HTMLParser):
    """Collects what a page says in its own language and yet without brackets."""

    def __init__(self):
        super().__init__()
        self.open, self.left, self.depth = [], [], 0

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        foreign = self.foreign if "lang" not in attributes else not attributes["lang"].startswith("fr")
        silent = bool(self.open and self.open[-1][2]) or tag in SILENT
        here = (tag, foreign, silent)
        if not foreign and not silent:
            for name in ATTRIBUTES:
                if name in attributes and _is_shown(tag, name, attributes):
                    self.look(attributes[name] or "", f"{tag} {name}")
        if tag not in VOID:
            self.open.append(here)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open and not self.foreign and not self.open[-1][2]:
            self.look(self.outside(data), self.open[-1][0])

    def outside(self, data):
        """What of it stands outside brackets, which may close in a later element."""
        kept = []
        for character in data:
            self.depth += character == OPEN
            kept.append(" " if self.depth else character)
            self.depth -= character == CLOSE
        return "".join(kept)

    @property
    def foreign(self):
        return bool(self.open and self.open[-1][1])

    def look(self, words, where):
        before = None
        while before != words:  # one text may hold another
            before, words = words, SAID.sub(" ", words)
        rest = " ".join(ADDRESS.sub("", words).split())
        if re.search(r"[^\W\d_]{2,}", rest):
            self.left.append((where, rest))


def _is_shown(tag, name, attributes):
    if name == "value":
        return attributes.get("type") in ("submit", "button", "reset")
    if name == "content":
        return attributes.get("name") == "description"
    return True


def unsaid(html, names=()):
    """[(element, words)] of a page's texts that no catalogue can translate. names: what is the same in every language."""
    reader = Reader()
    reader.feed(html)
    return [(where, words) for where, words in dict.fromkeys(reader.left) if words not in names]
