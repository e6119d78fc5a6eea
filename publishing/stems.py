"""English words to their stems, so that "treaties" finds "treaty": M. F. Porter's rules ("An algorithm for suffix stripping", 1980).

Both databases would stem by rules of their own, and differently; stemmed here, they give the same answers.
"""

import re
from functools import lru_cache

SECOND = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "iser": "ise", "abli": "able", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "isation": "ise", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
THIRD = {"icate": "ic", "ative": "", "alize": "al", "alise": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
# -ise and its forms are the British spelling of -ize.
FOURTH = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive",
    "ize", "ise",
]  # fmt: skip
LONGEST_SUFFIX = 7


def _shape(word):
    """The word in "v" for vowels and "c" for consonants; y is a vowel after a consonant."""
    shape = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if vowel else "c"
    return shape


def _measure(word):
    """How often a vowel is followed by a consonant."""
    return len(re.findall("v+c", _shape(word)))


def _doubled(word):
    return len(word) > 1 and word[-1] == word[-2] and _shape(word).endswith("c")


def _short(word):
    """Whether it ends consonant, vowel, consonant, the last none of w, x, y."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def _plural(word):
    for suffix, kept in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(suffix):
            return word.removesuffix(suffix) + kept
    return word


def _past(word):
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        rest = word.removesuffix(suffix)
        if rest != word and "v" in _shape(rest):
            if rest.endswith(("at", "bl", "iz", "is")) or (_measure(rest) == 1 and _short(rest)):
                return rest + "e"
            return rest[:-1] if _doubled(rest) and rest[-1] not in "lsz" else rest
    return word


def _replaced(word, suffixes):
    for length in range(LONGEST_SUFFIX, 1, -1):
        suffix = word[-length:]
        if len(word) > length and suffix in suffixes:
            rest = word[:-length]
            return rest + suffixes[suffix] if _measure(rest) > 0 else word
    return word


def _bare(word):
    for suffix in sorted(FOURTH, key=len, reverse=True):
        if word.endswith(suffix):
            rest = word.removesuffix(suffix)
            if _measure(rest) > 1 and (suffix != "ion" or rest.endswith(("s", "t"))):
                return rest
            return word
    return word


def _trimmed(word):
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _short(rest)):
            word = rest
    return word[:-1] if _measure(word) > 1 and _doubled(word) and word.endswith("l") else word


@lru_cache(maxsize=50_000)
def stem(word):
    """The stem of a word in small letters without accents; a word of two letters, or of other letters than a to z, is its own."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    word = _past(_plural(word))
    if word.endswith("y") and "v" in _shape(word[:-1]):
        word = word[:-1] + "i"
    return _trimmed(_bare(_replaced(_replaced(word, SECOND), THIRD)))
