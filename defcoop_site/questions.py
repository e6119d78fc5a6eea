"""What a reader types into the search field, as terms that the index is asked for."""

import re
from dataclasses import dataclass
from functools import cached_property

from publishing.search_index import Lookup
from publishing.search_words import LEAD, NAME, NAMED, WRITTEN, joined, stems, whole, written

MOST_TERMS = 8
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')
# In nearly every text: asked for only inside quotes, or where nothing else is.
COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "not",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "was",
        "were",
        "which",
        "with",
    ]
)


@dataclass(frozen=True)
class Term:
    """Words that follow each other. text: as typed; words: folded; prefix: whether the last word may go on."""

    text: str
    words: tuple
    prefix: bool

    def lookups(self, mark=""):
        """What is looked up for the term: anywhere, in names (NAME), or in names and the standfirst (LEAD)."""
        found = tuple(stems(self.text))
        ways = [Lookup(found).marked(mark)]
        if self.prefix:
            ways = [Lookup((*found[:-1], last), prefix=True).marked(mark) for last in {self.words[-1], found[-1]}]
            if len(found) == 1 and mark != LEAD:
                ways.append(Lookup((self.words[-1],), prefix=True).marked(NAMED if mark == NAME else WRITTEN))
        elif len(found) > 1:
            ways += [Lookup((word,)).marked(mark) for word in joined(self.text)]
        return ways


class Question:
    """A query taken apart: in `terms`, all of which must occur. No sign in it is an operator but quotes and a closing asterisk."""

    def __init__(self, typed):
        pieces = [self._term(*match.groups()) for match in PIECE.finditer(typed.translate(QUOTES))]
        terms = list(dict.fromkeys(term for term in pieces if term.words))
        telling = [term for term in terms if len(term.words) > 1 or term.words[0] not in COMMON]
        self.terms = (telling or terms)[:MOST_TERMS]
        self.left_out = len(telling) > MOST_TERMS
        self.typed = typed

    @staticmethod
    def _term(phrase, word):
        text = phrase if word is None else word
        return Term(text, tuple(written(text)), word is not None and word.endswith("*"))

    @cached_property
    def words(self):
        return list(dict.fromkeys(word for term in self.terms for word in term.words))

    def tiers(self):
        """Terms for `search_index.candidates`, the best answers first: what is called just so; all in a name; all in a name or the
        standfirst; all somewhere, some in a name; all somewhere."""
        if not self.terms:
            return []
        in_name = [term.lookups(NAME) for term in self.terms]
        anywhere = [term.lookups() for term in self.terms]
        tiers = [[[Lookup((whole(self.typed),))]], in_name, [term.lookups(LEAD) for term in self.terms]]
        if len(self.terms) > 1:
            tiers.append([*anywhere, [lookup for term in in_name for lookup in term]])
        return [*tiers, anywhere]
