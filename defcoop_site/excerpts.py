"""Where in a text the words of a question stand, as pieces that a template may mark. Nothing here is markup."""

import re

from publishing.names import normalise
from publishing.search_words import stems, written

LENGTH = 240
MOST_HITS = 200


def _variants():
    """{letter: itself and its forms with accents}."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = normalise(chr(code))
        if len(plain) == 1:
            found.setdefault(plain, [plain]).append(chr(code))
    return {letter: f"[{''.join(forms)}]" for letter, forms in found.items()}


VARIANTS = _variants()


class Marker:
    """Finds the words of a question in texts that were not folded."""

    def __init__(self, question):
        self.stems = {stem for term in question.terms for stem in (*stems(term.text), *written(term.text))}
        self.prefixes = tuple(term.words[-1] for term in question.terms if term.prefix)
        # A stem ends in i where its words end in y or ie.
        roots = {stem[:-1] if len(stem) > 2 and stem.endswith("i") else stem for stem in self.stems}
        roots |= {"art"} if "articl" in self.stems else set()
        patterns = ["".join(VARIANTS.get(letter, re.escape(letter)) for letter in root) for root in roots]
        ways = "|".join(sorted(patterns, key=len, reverse=True))
        self.meant = {}  # {word: the stem for which it is meant, or None}
        self.pattern = re.compile(rf"(?<![^\W_])(?:{ways})[^\W_]*", re.IGNORECASE) if patterns else None

    def hits(self, text):
        """[(start, end, stem)] of the words that are meant, the first MOST_HITS."""
        found = []
        for match in self.pattern.finditer(text) if self.pattern else ():
            if match[0] not in self.meant:
                self.meant[match[0]] = self._stem(match[0])
            if stem := self.meant[match[0]]:
                found.append((*match.span(), stem))
            if len(found) == MOST_HITS:
                break
        return found

    def _stem(self, word):
        stem, own = next((stem for stem in stems(word) if stem in self.stems), None), written(word)
        return stem or (own[0] if self.prefixes and own and own[0].startswith(self.prefixes) else None)

    def pieces(self, text):
        """[(piece, whether it is meant)] of a whole text."""
        return _pieces(text, [hit[:2] for hit in self.hits(text)])

    def excerpt(self, text):
        """[(piece, whether it is meant)] of the LENGTH characters with most of the words; [] where there is none."""
        hits = self.hits(text)
        if not hits:
            return []
        start = max(range(len(hits)), key=lambda place: (_worth(hits, place), -place))
        begin = max(0, hits[start][0] - LENGTH // 4)
        begin = text.rfind(" ", 0, begin) + 1 if begin else 0
        end = text.find(" ", begin + LENGTH)
        end = len(text) if end < 0 or end > begin + 2 * LENGTH else end
        end = min(end, begin + 2 * LENGTH)
        inside = [(first - begin, last - begin) for first, last, _stem in hits if begin <= first and last <= end]
        pieces = _pieces(text[begin:end], inside)
        return [*([("… ", False)] if begin else []), *pieces, *([(" …", False)] if end < len(text) else [])]


def _worth(hits, place):
    """How many different words, and how many in all, stand within an excerpt that begins with a hit."""
    near = [hit for hit in hits[place : place + 20] if hit[1] <= hits[place][0] + LENGTH * 3 // 4]
    return len({hit[2] for hit in near}), len(near)


def _pieces(text, spans):
    pieces, at = [], 0
    for start, end in spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]
