"""A map of a corridor as one SVG file: its links by mode, its places, a grid of degrees and a legend; nothing from elsewhere.

Equirectangular: x = longitude · cos(middle latitude), y = latitude. The frame holds most places, and what lies far outside
(a way around a continent) runs out of it. Lines are those of `geometries` where a case has them, else straight; a map of such
lines says that it is schematic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.tables.faults import UsageError
from karvan.tables.table import Row

WIDTH, LEGEND, LETTER = 1200.0, 26.0, 6.2
_LOWEST, _HIGHEST = 520.0, 820.0
_SHARE_OUTSIDE = 0.05
CLOSE = 12.0
_COLOURS = ("#b2182b", "#2166ac", "#8c6d31", "#1b7f79", "#6a3d9a", "#444444", "#d95f02", "#4d9221")
_OF_MODE = {"rail_1520": "#b2182b", "rail_1435": "#e08214", "rail": "#b2182b", "rail_1067": "#b2182b", "road": "#8a8a8a", "sea": "#2166ac", "ferry": "#1b9e9e",
            "pipeline": "#333333", "fibre": "#7b3294", "power": "#c9a400"}  # fmt: skip
_SIZES = {"port": 4.0, "border": 2.4, "city": 3.2, "yard": 2.4, "junction": 1.6}
_LABELLED = ("port", "city", "border")
_PAIR = re.compile(r"(-?[\d.]+)\s+(-?[\d.]+)")
Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The window in degrees, and how it lies on the sheet (pixels)."""

    west: float
    south: float
    east: float
    north: float
    height: float

    def place(self, x: float, y: float) -> Point:
        """Where a longitude and a latitude lie on the sheet."""
        return WIDTH * (x - self.west) / (self.east - self.west), self.height * (self.north - y) / (self.north - self.south)

    def holds(self, x: float, y: float) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north


def write(corridor: Corridor, out: Path) -> None:
    """Write the map to the file `out`."""
    out.write_text(draw(corridor), encoding="utf-8", newline="\n")


def draw(corridor: Corridor, frame: Frame | None = None) -> str:
    """The map as the text of an SVG file; without a frame, that of the whole. Raises `UsageError` for a case without coordinates."""
    if np.isnan(corridor["nodes"]["x_coord"]).all():
        raise UsageError("No node of this case has coordinates, so there is nothing to draw. Fill in x_coord and y_coord of nodes.csv.")
    lines = drawn_lines(corridor)
    frame = frame or frame_of(corridor)
    modes = [mode for mode in corridor["modes"].keys if mode in set(corridor["links"]["mode_id"])]
    colours = colours_of(modes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {frame.height + LEGEND:g}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(corridor.settings.title)}</title>",
        f'<rect width="{WIDTH:g}" height="{frame.height + LEGEND:g}" fill="#fbfaf7"/>',
        f'<clipPath id="frame"><rect width="{WIDTH:g}" height="{frame.height:g}"/></clipPath>',
        '<g clip-path="url(#frame)">',
        *_grid(frame),
    ]
    rows = dict(zip(corridor["links"].keys, corridor["links"].rows(), strict=True))
    for mode in sorted(modes, key=lambda mode: mode != "road"):  # roads below, since they run beside railways
        parts.append(f'<g fill="none" stroke="{colours[mode]}" stroke-width="1.6" stroke-linejoin="round">')
        parts.extend(_path(rows[key], pieces, frame) for key, pieces in lines.items() if rows[key]["mode_id"] == mode)
        parts.append("</g>")
    parts += [*_places(corridor, frame), "</g>", *_legend(corridor, modes, colours, frame), "</svg>"]
    return "\n".join(parts) + "\n"


def is_schematic(corridor: Corridor) -> bool:
    """Whether some line is only the straight one between its ends, or a row of `geometries` says that it is schematic."""
    table = corridor.tables.get("geometries")
    kinds: Iterable[str] = [] if table is None else table.columns.get("kind", [])
    return "schematic" in kinds or bool(set(corridor["links"].keys) - set(_drawn(corridor)))


def colours_of(modes: list[str]) -> dict[str, str]:
    """A colour per mode; modes that are known here always have the same."""
    spare = iter(_COLOURS * (1 + len(modes)))
    return {mode: _OF_MODE.get(mode) or next(spare) for mode in modes}


def frame_of(corridor: Corridor) -> Frame:
    """The window that holds all places but the few farthest out on each side, with a margin, no flatter and no higher than a
    sheet can be."""
    x, y = corridor["nodes"]["x_coord"], corridor["nodes"]["y_coord"]
    cut = _SHARE_OUTSIDE if len(x) >= 20 else 0.0
    west, east = np.quantile(x, [cut, 1 - cut])
    south, north = np.quantile(y, [cut, 1 - cut])
    squeeze = cos(radians(min(abs(south + north) / 2, 80.0)))
    width, height = max(east - west, 0.5) * 1.1, max(north - south, 0.5) * 1.16
    sheet = float(np.clip(WIDTH * height / (width * squeeze), _LOWEST, _HIGHEST))
    width, height = max(width, WIDTH * height / (sheet * squeeze)), max(height, sheet * width * squeeze / WIDTH)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Frame(float(middle_x - width / 2), float(middle_y - height / 2), float(middle_x + width / 2), float(middle_y + height / 2), round(sheet))


def close_up(corridor: Corridor) -> Frame | None:
    """The window around the headline cut, where places stand close; None for a case without one, or small enough as a whole."""
    cut, nodes, links = corridor.settings.headline, corridor["nodes"], corridor["links"]
    whole = frame_of(corridor)
    if cut not in corridor["cuts"] or whole.east - whole.west < 3 * CLOSE:
        return None
    members = [links.row(key.removeprefix("-")) for key in corridor["cuts"].row(cut)["links"] if key.removeprefix("-") in links]
    keys = sorted({row[end] for row in members for end in ("from_node", "to_node")})
    if not keys:
        return None
    x, y = (float(np.mean([nodes.row(key)[name] for key in keys])) for name in ("x_coord", "y_coord"))
    high = CLOSE * cos(radians(y)) * 2 / 3 * 1.1
    return Frame(x - CLOSE, y - high, x + CLOSE, y + high, round(WIDTH * high / (CLOSE * cos(radians(y)))))


def drawn_lines(corridor: Corridor) -> dict[str, list[list[Point]]]:
    """Link -> the pieces of its line in degrees; a line over the 180th meridian has two."""
    nodes, own = corridor["nodes"], _drawn(corridor)
    ends = {key: (float(x), float(y)) for key, x, y in zip(nodes.keys, nodes["x_coord"], nodes["y_coord"], strict=True)}
    links = corridor["links"]
    straight = {key: [ends[a], ends[b]] for key, a, b in zip(links.keys, links["from_node"], links["to_node"], strict=True)}
    return {key: _pieces(own.get(key, line)) for key, line in straight.items()}


def _drawn(corridor: Corridor) -> dict[str, list[Point]]:
    """The lines of the table `geometries`, where a case has one."""
    table = corridor.tables.get("geometries")
    if table is None:
        return {}
    lines = {str(link): [(float(x), float(y)) for x, y in _PAIR.findall(line)] for link, line in zip(table.columns["link_id"], table.columns["line"], strict=True)}
    return {link: line for link, line in lines.items() if len(line) > 1}


def _pieces(line: list[Point]) -> list[list[Point]]:
    pieces = [[line[0]]]
    for (x0, y0), (x1, y1) in pairwise(line):
        if abs(x1 - x0) > 180:
            side = 180.0 if x0 > 0 else -180.0
            at = y0 + (y1 - y0) * (side - x0) / (x1 + 2 * side - x0)
            pieces[-1].append((side, at))
            pieces.append([(-side, at)])
        pieces[-1].append((x1, y1))
    return pieces


def _path(link: Row, pieces: list[list[Point]], frame: Frame) -> str:
    drawn = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (frame.place(*point) for point in piece)) for piece in pieces)
    dashes = "" if link["exists"] else ' stroke-dasharray="5 4"'
    return f'<path d="{drawn}"{dashes}><title>{escape(link["name"] or link["link_id"])}</title></path>'


def _grid(frame: Frame) -> Iterator[str]:
    """Lines of round degrees, with their numbers at the edge."""
    step = next(step for step in (1, 2, 5, 10, 20, 30, 60) if (frame.east - frame.west) / step <= 14 or step == 60)
    yield '<g stroke="#e3dfd6" stroke-width="0.8">'
    xs = [x for x in range(-180, 181, step) if frame.west < x < frame.east]
    ys = [y for y in range(-90, 91, step) if frame.south < y < frame.north]
    for x in xs:
        yield f'<line x1="{frame.place(x, 0)[0]:.1f}" x2="{frame.place(x, 0)[0]:.1f}" y1="0" y2="{frame.height:g}"/>'
    for y in ys:
        yield f'<line x1="0" x2="{WIDTH:g}" y1="{frame.place(0, y)[1]:.1f}" y2="{frame.place(0, y)[1]:.1f}"/>'
    yield '</g><g fill="#a39c8c" font-size="9">'
    for x in xs:
        yield f'<text x="{frame.place(x, 0)[0] + 2:.1f}" y="10">{_degrees(x, "E", "W")}</text>'
    for y in ys:
        yield f'<text x="2" y="{frame.place(0, y)[1] - 2:.1f}">{_degrees(y, "N", "S")}</text>'
    yield "</g>"


def _degrees(value: int, plus: str, minus: str) -> str:
    return f"{abs(value)}°{plus if value > 0 else minus if value < 0 else ''}"


def _places(corridor: Corridor, frame: Frame) -> Iterator[str]:
    """A dot for every place in the frame, and names as long as they do not cover others: ports first, then cities, then borders."""
    nodes = [row for row in corridor["nodes"].rows() if frame.holds(row["x_coord"], row["y_coord"])]
    yield '<g fill="#ffffff" stroke="#222222" stroke-width="0.9">'
    for row in nodes:
        x, y = frame.place(row["x_coord"], row["y_coord"])
        fill = ' fill="#222222"' if row["kind"] == "port" else ""
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SIZES[row["kind"]]:g}"{fill}><title>{escape(row["name"])}</title></circle>'
    yield '</g><g fill="#222222" stroke="#fbfaf7" stroke-width="2.4" paint-order="stroke">'
    taken: list[tuple[float, float, float, float]] = []
    for kind in _LABELLED:
        for row in (row for row in nodes if row["kind"] == kind):
            x, y = frame.place(row["x_coord"], row["y_coord"])
            wide = LETTER * len(row["name"])
            for left, base in ((x + 5, y + 4), (x - 5 - wide, y + 4), (x - wide / 2, y - 6), (x - wide / 2, y + 14)):
                box = (left, base - 10, left + wide, base + 2)
                inside = box[0] > 0 and box[2] < WIDTH and box[1] > 12 and box[3] < frame.height
                if inside and not any(box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken):
                    taken.append(box)
                    yield f'<text x="{left:.1f}" y="{base:.1f}">{escape(row["name"])}</text>'
                    break
    yield "</g>"


def _legend(corridor: Corridor, modes: list[str], colours: dict[str, str], frame: Frame) -> Iterator[str]:
    names = dict(zip(corridor["modes"].keys, corridor["modes"]["name"], strict=True))
    entries = [(names[mode].partition(",")[0] if mode.split("_")[-1].isalpha() else names[mode], colours[mode], "") for mode in modes]
    if not all(corridor["links"]["exists"]):
        entries.append(("planned", "#222222", ' stroke-dasharray="5 4"'))
    x, y = 10.0, frame.height + 17
    yield f'<line x1="0" x2="{WIDTH:g}" y1="{frame.height:g}" y2="{frame.height:g}" stroke="#222222" stroke-width="0.8"/>'
    for name, colour, dashes in entries:
        yield f'<line x1="{x:.0f}" x2="{x + 22:.0f}" y1="{y - 4:.0f}" y2="{y - 4:.0f}" stroke="{colour}" stroke-width="2.4"{dashes}/>'
        yield f'<text x="{x + 27:.0f}" y="{y:.0f}" fill="#222222">{escape(name)}</text>'
        x += 27 + LETTER * len(name) + 16
    if is_schematic(corridor):
        yield f'<text x="{WIDTH - 8:g}" y="{frame.height - 8:g}" fill="#6b6558" text-anchor="end">schematic: lines lead through places, not along tracks</text>'
