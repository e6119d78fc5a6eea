"""Links that make themselves: the first mention of an entry's name in a text, where the editor allows it.

A snapshot keeps which of the text's own phrases are names (`desk.resolve_mentions`); rendering then makes the links. The longest name
goes first and whole words only, with their capitals; never in headings, links or code, and an entry once in all texts of a page.
"""

import re

from markdown_it.token import Token

from .names import spelt
from .text import MAX_LENGTH, PARSER, SEVERAL, typographic

WORD = re.compile(r"\w+")
# What joins a word to its neighbour: "Guinea" is not mentioned in "Guinea-Bissau", nor "NATO" in "www.NATO.int".
JOINERS = "-‑.@"
JOINED = re.compile(rf"[{JOINERS}]\w")
MOST_WORDS, LONGEST = 12, 200
MOST_PHRASES = 50_000  # beyond them a text of capitals alone would cost seconds; later phrases link no more


def _runs(inline):
    """[(first, last + 1, text)] of the runs of plain words among an inline token's children."""
    runs, depth, start = [], 0, None
    for place, token in enumerate([*inline.children, Token("end", "", 0)]):
        depth += (token.type == "link_open") - (token.type == "link_close")
        plain = token.type in ("text", "softbreak") and depth == 0
        if plain and start is None:
            start = place
        elif not plain and start is not None:
            run = inline.children[start:place]
            words = "".join("\n" if child.type == "softbreak" else child.content for child in run)
            runs.append((start, place, words))
            start = None
    return runs


def _inlines(tokens):
    """The inline tokens that may hold such links: all but those of headings."""
    return [
        token
        for before, token in zip([None, *tokens], tokens, strict=False)
        if token.type == "inline" and before is not None and before.type != "heading_open"
    ]


def _stands_alone(words, start, end):
    joined_before = start > 1 and words[start - 1] in JOINERS and words[start - 2].isalnum()
    return not joined_before and not JOINED.match(words, end)


def phrases(texts):
    """The phrases of Markdown texts that could be a name, as spelt(): up to 12 words, the first with a capital or figure."""
    found = {}
    for text in texts:
        tokens = PARSER.parse(text.replace("\x00", "")[:MAX_LENGTH], {})
        for words in (run[2] for inline in _inlines(tokens) for run in _runs(inline)):
            places = [match.span() for match in WORD.finditer(words)]
            for number, (start, _end) in enumerate(places):
                if not (words[start].isupper() or words[start].isdigit()):
                    continue
                for _start, end in places[number : number + MOST_WORDS]:
                    if end - start > LONGEST or len(found) >= MOST_PHRASES:
                        break
                    found[words[start:end]] = None
    return list(dict.fromkeys(spelt(phrase) for phrase in found))


class FirstMentions:
    """Makes the links of one page, text by text. `linked`: the keys of what it linked to, in reading order."""

    def __init__(self, names, taken=()):
        """names: {name as spelt(): key or SEVERAL}; taken: keys that the page links to anyway, and its own."""
        self.taken, self.linked = set(taken), []
        self.by_first_word = {}
        for name in sorted(names, key=lambda name: (-len(name), name)):
            first = WORD.match(name)
            if first:
                size = len(WORD.findall(name))
                self.by_first_word.setdefault(first[0], []).append((name, size, names[name]))

    def _match(self, words, places, number):
        """(end, how many words, key) of the longest name that begins with a word, or None."""
        start = places[number][0]
        for name, size, key in self.by_first_word.get(spelt(words[slice(*places[number])]), ()):
            if number + size > len(places):
                continue
            end = places[number + size - 1][1]
            if spelt(words[start:end]) == name and _stands_alone(words, start, end):
                return end, size, key
        return None

    def _pieces(self, words):
        """The tokens of a run with its links made; [] where it has none."""
        places, pieces, done, number = [match.span() for match in WORD.finditer(words)], [], 0, 0
        while number < len(places):
            match = self._match(words, places, number)
            if match is None:
                number += 1
                continue
            (start, _end), (end, size, key) = places[number], match
            # A name within a name is not mentioned, also where the whole links to nothing.
            number += size
            if key == SEVERAL or key in self.taken:
                continue
            self.taken.add(key)
            self.linked.append(key)
            pieces.append(Token("text", "", 0, content=words[done:start]))
            pieces.append(Token("entry_link", "", 0, meta={"key": key, "words": typographic(words[start:end])}))
            done = end
        return [*pieces, Token("text", "", 0, content=words[done:])] if pieces else []

    def link(self, tokens):
        """Put the links into parsed Markdown."""
        for inline in _inlines(tokens) if self.by_first_word else ():
            # Made in reading order, put in from the end, as each changes the places behind it.
            made = [(first, end, self._pieces(words)) for first, end, words in _runs(inline)]
            for first, end, pieces in reversed(made):
                if pieces:
                    inline.children[first:end] = pieces
