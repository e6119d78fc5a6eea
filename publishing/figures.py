"""Images in texts: a line of its own, `![What it shows](image:key "Caption")`, becomes a figure.

An image that only adorns has the one word `decorative` in place of what it shows. Nothing but a key of ours can stand in the brackets:
an image from elsewhere would make the reader's browser call another host.
"""

import re
from dataclasses import dataclass
from html import escape

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .languages import is_foreign

SIDES = (400, 800, 1600)  # the longer side of each rendition, in pixels
FORMATS = ("avif", "webp")  # the last is the one that every browser reads
DECORATIVE = "decorative"
# The text's column (tokens.css, layout.css): 36rem, or the screen without its edges.
COLUMN = "(min-width: 40rem) 36rem, 92vw"
FIGURE = re.compile(
    r'!\[(?P<alternative>[^\[\]]{0,500})\]\(image:(?P<key>[a-z0-9][a-z0-9-]{0,79})(?:[ ]+"(?P<caption>[^"]{0,500})")?[ ]*\)'
)


class Licence(models.TextChoices):
    """On which terms an image may be shown. Those with a text of their own are in LICENCE_TEXTS."""

    PUBLIC_DOMAIN = "public-domain", gettext_lazy("public domain")
    CC0 = "cc0-1.0", "CC0 1.0"
    CC_BY_2 = "cc-by-2.0", "CC BY 2.0"
    CC_BY_3 = "cc-by-3.0", "CC BY 3.0"
    CC_BY_4 = "cc-by-4.0", "CC BY 4.0"
    CC_BY_SA_2 = "cc-by-sa-2.0", "CC BY-SA 2.0"
    CC_BY_SA_3 = "cc-by-sa-3.0", "CC BY-SA 3.0"
    CC_BY_SA_4 = "cc-by-sa-4.0", "CC BY-SA 4.0"
    OGL = "ogl-uk-3.0", gettext_lazy("Open Government Licence 3.0")
    PERMISSION = "permission", gettext_lazy("by permission")
    OTHER = "other", gettext_lazy("other terms")


LICENCE_TEXTS = {
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.CC_BY_2: "https://creativecommons.org/licenses/by/2.0/",
    Licence.CC_BY_3: "https://creativecommons.org/licenses/by/3.0/",
    Licence.CC_BY_4: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA_2: "https://creativecommons.org/licenses/by-sa/2.0/",
    Licence.CC_BY_SA_3: "https://creativecommons.org/licenses/by-sa/3.0/",
    Licence.CC_BY_SA_4: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.OGL: "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


# The interface's words in stored HTML. They stand there by their key, between private-use characters, and are said in the reader's language.
WORD_OPEN, WORD_CLOSE = "\ue003", "\ue004"
WORDS = {"image": gettext_lazy("Image:"), **{licence.value: licence.label for licence in Licence}}
STORED_WORD = re.compile(f"{WORD_OPEN}([^{WORD_CLOSE}]{{1,40}}){WORD_CLOSE}")


def word(key):
    return f"{WORD_OPEN}{key}{WORD_CLOSE}"


def with_words(html):
    """Stored HTML with the interface's words in the present language."""
    return STORED_WORD.sub(_said, html)


def _said(match):
    said = escape(str(WORDS.get(match[1], "")))
    return f'<span lang="{get_language()}">{said}</span>' if is_foreign("") else said


def has_licence(image):
    """Whether the terms are known. image: anything with `licence` and `licence_terms`."""
    return bool(image.licence) and (image.licence != Licence.OTHER or bool(image.licence_terms.strip()))


def sizes(width, height):
    """[(width, height)] in pixels of the renditions of an image, the smallest first; none is larger than the image."""
    longest = max(width, height)
    sides = [side for side in SIDES if side < longest] + [min(longest, SIDES[-1])]
    found = {max(1, round(width * side / longest)): max(1, round(height * side / longest)) for side in sides}
    return sorted(found.items())


# --- In the text -------------------------------------------------------------------------------------------------------------


def figure_rule(state, line, _end, silent):
    """Rule of the Markdown parser: a line that is an image of ours and nothing else."""
    if state.is_code_block(line):
        return False
    match = FIGURE.fullmatch(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip())
    if not match:
        return False
    if not silent:
        token = state.push("figure", "figure", 0)
        token.map = [line, line + 1]
        token.meta = {name: (value or "").strip() for name, value in match.groupdict().items()}
        state.line = line + 1
    return True


@dataclass(frozen=True)
class Use:
    """One image in a text. alternative: "" where nobody said what it shows."""

    key: str
    alternative: str
    caption: str

    @property
    def is_decorative(self):
        return self.alternative.lower() == DECORATIVE

    @property
    def spoken(self):
        """What a reader who does not see the image is told: "" for one that only adorns."""
        return "" if self.is_decorative else self.alternative


def use_of(token):
    """The Use that a token of the parser stands for."""
    return Use(**token.meta)


def figure_html(use, image):
    """Markup of one figure. image: its ImageContent, or None where there is no such image (drafts only)."""
    if image is None:
        said = _("There is no image “%(key)s”.") % {"key": use.key}
        return f"<p><em>{escape(said)}</em></p>\n"
    renditions = sizes(image.width, image.height)
    sets = {
        form: ", ".join(f"{address(image.digest, width, form)} {width}w" for width, _height in renditions)
        for form in FORMATS
    }
    width, height = renditions[-1]
    middle = renditions[min(1, len(renditions) - 1)][0]
    return (
        f'<figure><picture><source type="image/avif" srcset="{sets["avif"]}" sizes="{COLUMN}">'
        f'<img src="{address(image.digest, middle, "webp")}" srcset="{sets["webp"]}" sizes="{COLUMN}" width="{width}" height="{height}"'
        f' alt="{escape(use.spoken)}" loading="lazy" decoding="async"></picture>'
        f"<figcaption>{_caption(use, image)}</figcaption></figure>\n"
    )


def address(digest, width, form):
    """Where a rendition is found."""
    return reverse("media", args=[digest, width, form])


def _caption(use, image):
    words = escape(use.caption)
    credit = escape(image.credit)
    if image.source_url:
        credit = f'<a href="{escape(image.source_url)}">{credit}</a>'
    line = ", ".join(part for part in (credit, _licence(image), escape(image.licence_terms)) if part)
    return f"{words} <small>{word('image')} {line}.</small>".strip() if line else words


def _licence(image):
    if image.licence in ("", Licence.OTHER):
        return ""
    # An older version may hold a licence that the list has lost.
    label = word(image.licence) if image.licence in WORDS else escape(image.licence)
    link = LICENCE_TEXTS.get(image.licence)
    return f'<a href="{link}" rel="license">{label}</a>' if link else label
