"""Computes actors/data/world.json, the shapes of the map, from Natural Earth. Run by hand when the shapes change; actors/data/README.md says from what.

    python scripts/make_world_map.py FOLDER COUNTRY_CODES > actors/data/world.json

FOLDER holds countries-110m.json, -50m and -10m of npm's world-atlas; COUNTRY_CODES is country-codes.csv, which joins the numeric codes of
ISO 3166-1 to its three-letter ones.
"""

import csv
import json
import math
import sys
from itertools import pairwise
from pathlib import Path

WIDTH = 2000
MIDDLE = 11  # degrees east: the cut through the Pacific then crosses no land at this scale
RIGHT_EDGE = 180 + MIDDLE
SMALL = 20_000  # km²: a state whose largest piece is smaller gets a point, also where it has a shape
EARTH = 6371.0072  # km, the radius of the sphere of the same area
WITHOUT_CODE = {"Kosovo": "XKX"}  # not in ISO 3166; the code that the European Union and others use
NO_STATE = {"ATA"}
# Equal Earth: Šavrič, Patterson and Jenny (2018), doi:10.1080/13658816.2018.1504949, equations 1 to 4.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
# Parts of the world to look at closely: west, south, east, north in degrees.
PARTS = {
    "europe": (-14, 35, 44, 71),
    "middle-east": (-12, 10, 64, 43),
    "africa": (-20, -36, 54, 38),
    "americas": (-128, -56, -34, 62),
    "asia": (58, -12, 150, 55),
    "pacific": (92, -48, 188, 24),
}
# Where the seats of states lie that ended and have no shape of today: degrees north and east, to a tenth.
SEATS = {
    "aden": (12.8, 45.0),
    "belgrade": (44.8, 20.5),
    "constantinople": (41.0, 29.0),
    "east berlin": (52.5, 13.4),
    "moscow": (55.8, 37.6),
    "prague": (50.1, 14.4),
    "saigon": (10.8, 106.7),
    "vienna": (48.2, 16.4),
    "zanzibar": (-6.2, 39.2),
}


def equal_earth(longitude, latitude):
    """x and y on a sphere of radius 1, y to the north."""
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    slope = 9 * A4 * theta**8 + 7 * A3 * theta**6 + 3 * A2 * theta**2 + A1
    x = 2 * math.sqrt(3) * math.radians(longitude - MIDDLE) * math.cos(theta) / (3 * slope)
    return x, A4 * theta**9 + A3 * theta**7 + A2 * theta**3 + A1 * theta


SCALE = WIDTH / 2 / equal_earth(RIGHT_EDGE, 0)[0]
TOP = equal_earth(0, 84)[1]


def place(longitude, latitude):
    """Where a point lies on the map, y downwards."""
    x, y = equal_earth(longitude, latitude)
    return WIDTH / 2 + x * SCALE, (TOP - y) * SCALE


def read_countries(path):
    """[(numeric code, name, [rings])] of a TopoJSON file; a ring is a list of degrees, its first ring of each polygon the outline."""
    topology = json.loads(path.read_text())
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(arc)

    def ring(numbers):
        points = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        return whole(points)

    found = []
    for shape in topology["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}.get(shape.get("type"), [])
        rings = [ring(numbers) for polygon in polygons for numbers in polygon]
        found.append((shape.get("id", ""), shape["properties"]["name"], rings))
    return found


def whole(points):
    """A ring in one piece between the map's edges: one that crosses 180 degrees goes on beyond it, as the right edge lies there."""
    unwrapped = []
    for x, y in points:
        last = unwrapped[-1][0] if unwrapped else x
        unwrapped.append((x - 360 * round((x - last) / 360), y))
    turn = 360 * round((sum(x for x, _y in unwrapped) / len(unwrapped) - MIDDLE) / 360)
    return [(x - turn, y) for x, y in unwrapped]


def area(points):
    """The signed area of a ring on the map, in square units."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise([*points, points[0]])) / 2


def centre(points):
    """The centre of gravity of a ring on the map."""
    size = area(points)
    if not size:
        return points[0]
    pairs = [(one, other, one[0] * other[1] - other[0] * one[1]) for one, other in pairwise([*points, points[0]])]
    return tuple(sum((one[axis] + other[axis]) * cross for one, other, cross in pairs) / (6 * size) for axis in (0, 1))


def path(rings):
    """SVG path data of rings on the map, in whole units, each step relative to the last point."""
    written = []
    for points in rings:
        exact = [(round(x), round(y)) for x, y in points]
        kept = [point for before, point in zip([None, *exact], exact, strict=False) if point != before]
        if len(set(kept)) < 3:
            continue
        steps = " ".join(f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(kept[:-1]))
        written.append(f"M{kept[0][0]} {kept[0][1]}l{steps}z".replace(" -", "-"))
    return "".join(written)


def box(west, south, east, north):
    """[x, y, width, height] on the map of what lies between the degrees."""
    sides = [place(x, y) for x in range(west, east + 1) for y in (south, north)]
    sides += [place(x, y) for x in (west, east) for y in range(south, north + 1)]
    left, top = min(x for x, _y in sides), min(y for _x, y in sides)
    return [round(left), round(top), round(max(x for x, _y in sides) - left), round(max(y for _x, y in sides) - top)]


def coded(path_of_file, codes):
    """[(three-letter code or "", rings on the map)] of the countries in a file."""
    for number, name, rings in read_countries(path_of_file):
        code = codes.get(number) or WITHOUT_CODE.get(name, "")
        if rings and code not in NO_STATE:
            yield code, [[place(*point) for point in ring] for ring in rings]


def main(folder, country_codes):
    with Path(country_codes).open(encoding="utf-8") as lines:
        codes = {row["ISO3166-1-numeric"].zfill(3): row["ISO3166-1-Alpha-3"] for row in csv.DictReader(lines)}
    shapes, points, uncoded = {}, {}, []
    square_kilometres = (EARTH / SCALE) ** 2
    for code, rings in coded(Path(folder) / "countries-110m.json", codes):
        if code:
            shapes[code] = path(rings)
        else:
            uncoded.append(path(rings))
    sizes = {}
    for scale in ("50m", "10m"):
        known = set(sizes)
        for code, rings in coded(Path(folder) / f"countries-{scale}.json", codes):
            # One code may have several features there: the largest says where it lies.
            largest = max(rings, key=lambda ring: abs(area(ring)))
            if code and code not in known and abs(area(largest)) > sizes.get(code, 0):
                sizes[code] = abs(area(largest))
                points[code] = [round(value) for value in centre(largest)]
    points = {
        code: point for code, point in points.items() if code not in shapes or sizes[code] * square_kilometres < SMALL
    }
    height = round(place(0, -57)[1])
    world = {
        "width": WIDTH,
        "height": height,
        "parts": {name: box(*degrees) for name, degrees in PARTS.items()},
        "shapes": dict(sorted(shapes.items())),
        "uncoded": "".join(uncoded),
        "points": dict(sorted(points.items())),
        "seats": {name: [round(value) for value in place(east, north)] for name, (north, east) in SEATS.items()},
    }
    print(json.dumps(world, separators=(",", ":")).replace(',"', ',\n"'))


if __name__ == "__main__":
    main(*sys.argv[1:])
