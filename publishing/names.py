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


def normalise(text):
    """One form for all spellings of a name: no accents, no case, single spaces, no invisible characters."""
    decomposed = unicodedata.normalize("NFKD", str(text))
    kept = "".join(
        c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) not in ("Cf", "Cc", "Co")
    )
    return re.sub(r"\s+", " ", kept.translate(PLAIN).casefold()).strip()


def address(text):
    """A slug of at most 80 characters, cut at a word's end."""
    slug = slugify(normalise(text))
    return slug if len(slug) <= 80 else slug[:80].rsplit("-", 1)[0]
