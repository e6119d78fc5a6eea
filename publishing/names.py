"""How names are compared, and how addresses are made from them."""

import re
import unicodedata

from django.utils.text import slugify

# Letters that Unicode does not decompose into a base letter and an accent.
PLAIN = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
    }
)

# Accents, variation selectors and other marks (Mn, Me), joiners and direction marks (Cf), control characters (Cc), private use (Co).
UNSEEN = {"Mn", "Me", "Cf", "Cc", "Co"}


class _Seen(dict):
    """For str.translate: which characters stay. Each is looked up once."""

    def __missing__(self, code):
        self[code] = None if unicodedata.category(chr(code)) in UNSEEN else code
        return self[code]


SEEN = _Seen()


def spelt(text):
    """A text with its capitals, but without accents and invisible characters, and with single spaces."""
    decomposed = unicodedata.normalize("NFKD", re.sub(r"\s", " ", str(text)))
    return re.sub(r" +", " ", decomposed.translate(SEEN)).strip()


def uncased(words):
    """What was spelt() in its one form for all spellings."""
    return re.sub(r" +", " ", words.casefold().translate(PLAIN)).strip()


def normalise(text):
    """One form for all spellings of a name: no accents, no case, single spaces, no invisible characters."""
    return uncased(spelt(text))


def address(text):
    """A slug of at most 80 characters, cut at a word's end."""
    slug = slugify(normalise(text))
    return slug if len(slug) <= 80 else slug[:80].rsplit("-", 1)[0]


def name_address(text):
    """The last part of the address under which all entries of a name are listed; "" where the name has no letter or digit.

    Unlike an entry's own address it keeps letters of every script, as it is made from names alone.
    """
    return slugify(normalise(text), allow_unicode=True)[:400]
