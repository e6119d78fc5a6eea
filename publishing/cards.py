"""The picture that stands beside a link to a page elsewhere: its title and what it is, drawn here (Open Graph).

The font is DejaVu Serif (fonts/LICENCE.txt), as Pillow's own has no accents.
"""

import io
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .metadata import PUBLICATION

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
# As in tokens.css, the light ones.
PAPER, INK, QUIET, ACCENT = "#fbfaf6", "#1c2024", "#5b6168", "#1d4e89"
SIZES = (76, 66, 56, 48)  # of the title, the largest that fits
MOST_LINES, SPACING = 5, 1.18
FONT = Path(__file__).parent / "fonts" / "DejaVuSerif.ttf"


@cache
def _font(size):
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _lines(text, font, most):
    """The text broken at spaces into lines no wider than `most`; a word that is wider is broken where it must be."""
    lines = [""]
    for word in text.split():
        while word:
            joined = f"{lines[-1]} {word}".strip()
            if font.getlength(joined) <= most:
                lines[-1] = joined
                break
            if lines[-1]:
                lines.append("")
                continue
            length = bisect_right(range(1, len(word)), most, key=lambda n, word=word: font.getlength(word[:n]))
            lines[-1], word = word[: max(1, length)], word[max(1, length) :]
            if word:
                lines.append("")
    return lines


def _set(title):
    """(font, lines) of a title: as large as it fits, cut with an ellipsis where it fits at no size."""
    room = HEIGHT - 2 * MARGIN - 150
    for size in SIZES:
        font = _font(size)
        lines = _lines(title, font, WIDTH - 2 * MARGIN)
        if len(lines) <= MOST_LINES and len(lines) * size * SPACING <= room:
            return font, lines
    fitting = min(MOST_LINES, int(room / (SIZES[-1] * SPACING)))
    return font, [*lines[: fitting - 1], f"{lines[fitting - 1][:-1].rstrip()}…"]


@lru_cache(maxsize=200)
def card(title, label):
    """A PNG of 1200 by 630 pixels. label: what the page is, in a word or two."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    draw.text((MARGIN, MARGIN), label, font=_font(34), fill=ACCENT)
    font, lines = _set(title)
    top = MARGIN + 72
    for line in lines:
        draw.text((MARGIN, top), line, font=font, fill=INK)
        top += int(font.size * SPACING)
    draw.line((MARGIN, HEIGHT - MARGIN - 40, WIDTH - MARGIN, HEIGHT - MARGIN - 40), fill=QUIET, width=1)
    draw.text((MARGIN, HEIGHT - MARGIN - 22), PUBLICATION, font=_font(30), fill=QUIET)
    written = io.BytesIO()
    # A few dozen greys and blues are all that the edges of letters need.
    image.quantize(32).save(written, "PNG", optimize=True)
    return written.getvalue()
