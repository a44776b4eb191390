"""Geometries: the line on the map that a link follows, and the few things one can ask of such a line.

A link without a row is drawn straight. `length` in links is the truth about how long a link is; a line on the map is
generalised and shorter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, text

EARTH_RADIUS = 6371.0
DECIMALS = 4
# A node is one point of a city or a port, and the line ends at a station or a berth of it: the stations of Moscow, Tehran or
# Chongqing lie up to 20 km from the point that gazetteers give, the berths of large ports up to 30 km.
ENDS_WITHIN = 30.0
ALIGNMENT, SCHEMATIC = "alignment", "schematic"
_LINE = re.compile(r"^\s*LINESTRING\s*\(([^()]*)\)\s*$", re.IGNORECASE)

Point = tuple[float, float]
Line = tuple[Point, ...]

SCHEMA = Schema("geometries", "the line on the map that a link follows; a link without a row is drawn straight", ("link_id",), (
    ident("link_id", "the link", required=True, refers_to="links"),
    text("line", "WKT: LINESTRING (longitude latitude, …), WGS 84, from from_node to to_node", required=True),
    choice("kind", "alignment: the way as surveyed or as ships are routed; schematic: through places along the way", ALIGNMENT, SCHEMATIC, required=True),
    *PROVENANCE,
))  # fmt: skip


def parse_line(wkt: str) -> Line:
    """The points (longitude, latitude) of a WKT LINESTRING, in degrees. Raises `ValueError`, which says what is wrong."""
    match = _LINE.match(wkt)
    if match is None:
        raise ValueError("no LINESTRING")
    points = tuple(_point(pair) for pair in match.group(1).split(","))
    if len(points) < 2:
        raise ValueError("fewer than two points")
    return points


def line_text(points: Sequence[Point]) -> str:
    """The points as WKT, four decimals at most (11 m)."""
    return "LINESTRING (" + ", ".join(f"{_degree(x)} {_degree(y)}" for x, y in points) + ")"


def great_circle(start: Point, end: Point) -> float:
    """Distance in km over a sphere: 2 R asin sqrt(sin²(Δφ/2) + cos φ0 cos φ1 sin²(Δλ/2))."""
    (x0, y0), (x1, y1) = ((math.radians(x), math.radians(y)) for x, y in (start, end))
    half = math.sin((y1 - y0) / 2) ** 2 + math.cos(y0) * math.cos(y1) * math.sin((x1 - x0) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(half, 1.0)))


def line_length(points: Sequence[Point]) -> float:
    """Length of the line in km, the sum of the great circles between its points."""
    return sum(great_circle(start, end) for start, end in pairwise(points))


def joins(points: Sequence[Point], start: Point, end: Point) -> bool:
    """Whether the line leads from about `start` to about `end`."""
    return great_circle(points[0], start) <= ENDS_WITHIN and great_circle(points[-1], end) <= ENDS_WITHIN


def _point(pair: str) -> Point:
    words = pair.split()
    try:
        x, y = (float(word) for word in words)
    except ValueError:
        raise ValueError(f"{' '.join(words) or 'nothing'!r} is no pair of longitude and latitude") from None
    if not (abs(x) <= 180 and abs(y) <= 90):
        raise ValueError(f"{x:g} {y:g} lies outside of 180 and 90 degrees")
    return x, y


def _degree(value: float) -> str:
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
