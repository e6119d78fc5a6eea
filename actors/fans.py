"""A small diagram of an actor and its closest partners: two layers, one line to each, the thicker the more agreements they share.

Units are those of a drawing WIDTH wide, which is what the narrowest screen shows at its own size.
"""

from dataclasses import dataclass

from django.urls import reverse

WIDTH = 300
ROW = 26
TOP = 30
LEFT = 10
RIGHT = 104
LONGEST = 26  # letters of a name that fit
THINNEST, THICKEST = 1, 6


@dataclass(frozen=True)
class Branch:
    """One partner. path: path data of the line; y: of its end; weight: the width of the line; label: the name, cut where it is too long."""

    partner: object
    label: str
    address: str
    path: str
    y: int
    weight: float


@dataclass(frozen=True)
class Fan:
    name: str
    branches: list
    height: int
    middle: int


def fan(name, partners, query, slug):
    """The Fan of Partners, closest first, or None where there are none. slug: of the actor; query: what addresses carry on."""
    if not partners:
        return None
    height = TOP + ROW * len(partners)
    middle = (TOP + height) // 2
    most = max(partner.agreements for partner in partners)
    branches = []
    for row, partner in enumerate(partners):
        y = TOP + ROW * row + ROW // 2
        title = partner.actor.title
        half = (LEFT + RIGHT) // 2
        branches.append(
            Branch(
                partner,
                title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…",
                reverse("between_detail", args=sorted([slug, partner.actor.slug])) + query,
                f"M{LEFT} {middle}C{half} {middle} {half} {y} {RIGHT} {y}",
                y,
                round(THINNEST + (THICKEST - THINNEST) * partner.agreements / most, 1),
            )
        )
    return Fan(name, branches, height, middle)
