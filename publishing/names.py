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


def normalise(text):
    """One form for all spellings of a name: no accents, no case, single spaces, no invisible characters."""
    decomposed = unicodedata.normalize("NFKD", re.sub(r"\s", " ", str(text)))
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in UNSEEN)
    return re.sub(r" +", " ", kept.casefold().translate(PLAIN)).strip()


def address(text):
    """A slug of at most 80 characters, cut at a word's end."""
    slug = slugify(normalise(text))
    return slug if len(slug) <= 80 else slug[:80].rsplit("-", 1)[0]
