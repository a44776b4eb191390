"""The time- and cost-distance chart of rival ways (UNESCAP): kilometres to the right, days and money upwards, a step at every stop.

One SVG drawn here, from lines and words that are given; as PNG through vl-convert, which brings its own fonts (extra [chart]). Every
way has a number, a colour that colour-blind readers tell apart (Okabe and Ito 2008) and its name at its end. Stops are named where
there is room, the longest first; all of them stand in the list below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import floor, log10
from pathlib import Path

from karvan.files.extras import load_extra
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError

WIDTH, HEIGHT = 900.0, 1100.0
_FORMATS = (".svg", ".png")
_LEFT, _RIGHT = 62.0, 676.0
_TIME, _COST = (96.0, 540.0), (596.0, 822.0)
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a34a86", "#000000", "#b07a00", "#3a9bd0", "#6b6b6b")
_DASHES = ("", "9 4", "2 4")
_LETTER = 0.5
"""Mean width of a letter over its height."""
_INK, _PALE, _PAPER = "#222222", "#6b6558", "#fdfcfa"
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Stop:
    """A stop of a way: where (km from the start), its name, how long (days), why."""

    km: float
    start: float
    name: str
    days: float
    said: str


@dataclass(frozen=True)
class Line:
    """One way: its name, what stands at its end in each panel, its corners (km, days, USD/t), P10 and P90 of its days, its stops."""

    name: str
    days_said: str
    money_said: str
    corners: tuple[tuple[float, float, float], ...]
    days_p10: float
    days_p90: float
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Words:
    """What the chart says: title and the line below it, axes, the heading of the list of stops, the lines at its foot."""

    title: str
    subtitle: str
    distance: str
    time: str
    money: str
    stops: str
    foot: tuple[str, ...]


def check(out: Path) -> None:
    """Nothing when a chart can be written to `out`. Raises `UsageError` otherwise, before anything is computed."""
    if out.suffix.lower() not in _FORMATS:
        raise UsageError(f"--chart {out}: expected a file that ends with .svg or .png. Nearest: {nearest(out.suffix or '.svg', _FORMATS)}.")
    if not out.parent.is_dir():
        raise UsageError(f"--chart {out}: there is no folder {out.parent}. Make it, or name another file.")
    if out.is_dir():
        raise UsageError(f"--chart {out}: that is a folder. Name a file.")
    if out.suffix.lower() == ".png":
        load_extra("vl_convert", "chart", "A chart as .png")


def write(lines: Sequence[Line], words: Words, out: Path) -> None:
    """Write the chart to `out`, SVG or PNG by its ending. Raises `UsageError` when the file cannot be written."""
    drawn = draw(lines, words)
    try:
        if out.suffix.lower() == ".png":
            out.write_bytes(load_extra("vl_convert", "chart", "A chart as .png").svg_to_png(drawn, scale=2))
        else:
            out.write_text(drawn, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"--chart {out}: it cannot be written ({error.strerror}).") from error


def draw(lines: Sequence[Line], words: Words) -> str:
    """The chart as the text of an SVG file."""
    listed = list(_stop_list(lines, words))
    height = max(HEIGHT, _COST[1] + 84 + 13.0 * (len(listed) + len(words.foot)))
    furthest = max((corner[0] for line in lines for corner in line.corners), default=1.0) or 1.0
    longest = max((max(line.days_p90, *(corner[1] for corner in line.corners)) for line in lines), default=1.0) or 1.0
    dearest = max((corner[2] for line in lines for corner in line.corners), default=1.0)
    cheapest = min((corner[2] for line in lines for corner in line.corners), default=0.0)
    time = _Panel(_TIME, furthest, 0.0, longest * 1.02)
    money = _Panel(_COST, furthest, min(cheapest, 0.0), max(dearest * 1.02, 1.0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" viewBox="0 0 {WIDTH:g} {height:g}" '
        'font-family="Liberation Sans, Arial, Helvetica, sans-serif" font-size="11" role="img">',
        f"<title>{escape(words.title)}</title>",
        f'<rect width="{WIDTH:g}" height="{height:g}" fill="{_PAPER}"/>',
        _text(20, 34, _cut(words.title, WIDTH - 40, 19), 18, bold=True),
        _text(20, 58, _cut(words.subtitle, WIDTH - 40, 12), 12, fill=_PALE),
        *_axes(time, words.time, ""),
        *_axes(money, words.money, words.distance),
    ]
    for panel, column in ((time, 1), (money, 2)):
        parts.extend(_way(line, i, panel, column) for i, line in reversed(list(enumerate(lines))))
    parts.extend(_whiskers(lines, time))
    parts.extend(_ends(lines, time, 1))
    parts.extend(_ends(lines, money, 2))
    parts.extend(_stop_labels(lines, time))
    y = _COST[1] + 66
    for i, (badge, text, bold) in enumerate(listed):
        base = y + 13.0 * i
        if badge:
            parts.append(_badge(27, base - 3.5, int(badge) - 1, 5.5))
        parts.append(_text(40 if not bold else 20, base, text, 10.5, bold=bold))
    foot = height - 10 - 13.0 * (len(words.foot) - 1)
    parts.extend(_text(20, foot + 13.0 * i, _cut(line, WIDTH - 40, 9.5), 9.5, fill=_PALE) for i, line in enumerate(words.foot))
    return "\n".join([*parts, "</svg>"]) + "\n"


# --- panels ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Panel:
    """One panel: where it lies from top to bottom, what its axes hold."""

    lies: tuple[float, float]
    furthest: float
    low: float
    high: float

    def place(self, km: float, value: float) -> Point:
        top, bottom = self.lies
        return _LEFT + (_RIGHT - _LEFT) * km / self.furthest, bottom - (bottom - top) * (value - self.low) / (self.high - self.low)


def _round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `most` parts."""
    step = 10.0 ** floor(log10(span / most))
    return next(step * times for times in (1, 2, 5, 10, 20) if span / (step * times) <= most)


def _axes(panel: _Panel, up: str, right: str) -> Iterator[str]:
    top, bottom = panel.lies
    yield '<g stroke="#e3dfd6" stroke-width="0.8">'
    step, across = _round_step(panel.high - panel.low, 8), _round_step(panel.furthest, 10)
    ups = [panel.low // step * step + step * i for i in range(12)]
    ups = [value for value in ups if panel.low - 1e-9 <= value <= panel.high]
    kms = [across * i for i in range(int(panel.furthest / across) + 1)]
    for value in ups:
        y = panel.place(0, value)[1]
        yield f'<line x1="{_LEFT:g}" x2="{_RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
    for km in kms:
        x = panel.place(km, 0)[0]
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:g}" y2="{bottom:g}"/>'
    yield "</g>"
    yield f'<path d="M{_LEFT:g} {top:g}V{bottom:g}H{_RIGHT:g}" fill="none" stroke="{_INK}"/>'
    for value in ups:
        yield _text(_LEFT - 6, panel.place(0, value)[1] + 3.5, f"{value:g}", 10.5, anchor="end")
    for km in kms:
        yield _text(panel.place(km, 0)[0], bottom + 14, f"{km:,.0f}".replace(",", "\u202f"), 10.5, anchor="middle")
    yield _text(20, top - 8, up, 11.5, bold=True)
    if right:
        yield _text((_LEFT + _RIGHT) / 2, bottom + 30, right, 11.5, anchor="middle", bold=True)


def _way(line: Line, number: int, panel: _Panel, column: int) -> str:
    drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in (panel.place(corner[0], corner[column]) for corner in line.corners))
    dashes = f' stroke-dasharray="{_dash(number)}"' if _dash(number) else ""
    return (f'<path d="M{drawn}" fill="none" stroke="{_colour(number)}" stroke-width="2" stroke-linejoin="round"{dashes}>'
            f"<title>{escape(line.name)}</title></path>")  # fmt: skip


def _whiskers(lines: Sequence[Line], panel: _Panel) -> Iterator[str]:
    """P10 to P90 at the end of each way, side by side where ways end alike."""
    for i, line in enumerate(lines):
        x = panel.place(line.corners[-1][0], 0)[0] + 3
        low, high = panel.place(0, line.days_p10)[1], panel.place(0, line.days_p90)[1]
        x += 3 * sum(abs(line.corners[-1][0] - other.corners[-1][0]) * 614 / panel.furthest < 6 for other in lines[:i])
        yield f'<path d="M{x - 3:.1f} {low:.1f}h6m-3 0V{high:.1f}m-3 0h6" fill="none" stroke="{_colour(i)}" stroke-width="1.2"/>'


def _ends(lines: Sequence[Line], panel: _Panel, column: int) -> Iterator[str]:
    """The name of every way in the margin, at the height of its end, kept apart, with a thin line to it."""
    size = (40.0 if len(lines) < 11 else 28.0) if column == 1 else 15.0
    anchors = [panel.place(line.corners[-1][0], line.corners[-1][column]) for line in lines]
    order = sorted(range(len(lines)), key=lambda i: anchors[i][1])
    top, bottom = panel.lies
    heights: dict[int, float] = {}
    least = top + 2
    for i in order:
        heights[i] = max(anchors[i][1], least)
        least = heights[i] + size
    for i in reversed(order):  # what hangs below the panel moves up again
        bottom_of = bottom if i == order[-1] else heights[order[order.index(i) + 1]] - size
        heights[i] = min(heights[i], bottom_of)
    left = _RIGHT + 26
    for i in order:
        (x, y), at = anchors[i], heights[i]
        yield f'<path d="M{x + 8:.1f} {y:.1f}L{left - 10:.1f} {at:.1f}" fill="none" stroke="{_colour(i)}" stroke-width="0.8" opacity="0.7"/>'
        yield _badge(left, at, i, 7)
        said = lines[i].days_said if column == 1 else lines[i].money_said
        yield _text(left + 12, at + 4, _cut(said, WIDTH - left - 20, 11.5), 11.5, bold=True)
        if column == 1:
            rows = _wrapped(lines[i].name, WIDTH - left - 20, 10, 2 if size > 30 else 1)
            yield from (_text(left + 12, at + 16 + 11 * j, row, 10, fill=_PALE) for j, row in enumerate(rows))


def _stop_labels(lines: Sequence[Line], panel: _Panel) -> Iterator[str]:
    """Names beside the steps of the time panel, the longest stop of each place once, where nothing is covered."""
    segments = [pair for line in lines for pair in pairwise([panel.place(corner[0], corner[1]) for corner in line.corners])]
    taken: list[Box] = []
    leaders: list[tuple[Point, Point]] = []
    by_place: dict[str, tuple[float, int, Stop]] = {}
    for i, line in enumerate(lines):
        for stop in line.stops:
            if stop.name not in by_place or stop.days > by_place[stop.name][0] + 1e-9:
                by_place[stop.name] = (stop.days, i, stop)
    top, bottom = panel.lies
    for days, number, stop in sorted(by_place.values(), key=lambda each: (-each[0], each[2].name)):
        if days < 0.01 * panel.high:
            continue
        x, y = panel.place(stop.km, stop.start + days / 2)
        wide = _LETTER * 10 * len(stop.said) + 2
        for away in (7, 16, 28, 44, 64, 88, 116, 150):
            found = next((box for box in _boxes(x, y, away, wide)
                          if box[0] > _LEFT + 2 and box[2] < _RIGHT - 2 and top < box[1] and box[3] < bottom - 2
                          and not any(_meet(box, other) for other in taken) and not any(_crosses(box, *each) for each in (*segments, *leaders))
                          and not any(_crosses(other, *_leader(box, x, y)) for other in taken)), None)  # fmt: skip
            if found is not None:
                taken.append(found)
                before = found[2] < x
                start, end = _leader(found, x, y)
                leaders.append((start, end))
                if away > 7:
                    yield f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}" stroke="{_colour(number)}" stroke-width="0.7"/>'
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{_colour(number)}"/>'
                yield _text(found[2] - 1 if before else found[0] + 1, found[3] - 3, stop.said, 10, anchor="end" if before else "start", halo=True)
                break


def _leader(box: Box, x: float, y: float) -> tuple[Point, Point]:
    """The thin line from a stop to its label."""
    return (x, y), (box[2] + 1 if box[2] < x else box[0] - 1, (box[1] + box[3]) / 2)


def _boxes(x: float, y: float, away: float, wide: float) -> Iterator[Box]:
    """Places for a label of this width around a point: to the left above, to the right below, level, and straight above and below."""
    for across, down in ((-1.0, 0.0), (-1.0, -0.5), (1.0, 0.5), (1.0, 0.0), (-1.0, -0.85), (1.0, 0.85), (-1.0, -1.3), (1.0, 1.3)):
        left = x + across * away if across > 0 else x + across * away - wide
        middle = y + down * away
        yield left, middle - 6.5, left + wide, middle + 6.5


def _stop_list(lines: Sequence[Line], words: Words) -> Iterator[tuple[str, str, bool]]:
    """(number of the way or "", a line of text, whether bold): every stop of every way, wrapped."""
    if lines:
        yield "", words.stops, True
    for i, line in enumerate(lines, start=1):
        rows = [""]
        for stop in line.stops:
            more = f"{rows[-1]} · {stop.said}" if rows[-1] else stop.said
            if len(more) * _LETTER * 10.5 > WIDTH - 64 and rows[-1]:
                rows.append(stop.said)
            else:
                rows[-1] = more
        for j, row in enumerate(rows):
            yield str(i) if j == 0 else "", row, False


# --- small parts -----------------------------------------------------------------------------------------------------


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _dash(number: int) -> str:
    return _DASHES[number // len(_COLOURS) % len(_DASHES)]


def _badge(x: float, y: float, number: int, radius: float) -> str:
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{_colour(number)}"/>'
            f'<text x="{x:.1f}" y="{y + radius * 0.55:.1f}" font-size="{radius * 1.5:g}" fill="#ffffff" text-anchor="middle" font-weight="bold">{number + 1}</text>')  # fmt: skip


def _text(x: float, y: float, said: str, size: float, *, fill: str = _INK, anchor: str = "start", bold: bool = False, halo: bool = False) -> str:
    how = f' text-anchor="{anchor}"' if anchor != "start" else ""
    how += ' font-weight="bold"' if bold else ""
    how += f' stroke="{_PAPER}" stroke-width="2.6" paint-order="stroke"' if halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{how}>{escape(said)}</text>'


def _cut(said: str, wide: float, size: float) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    most = int(wide / (_LETTER * size))
    return said if len(said) <= most else said[: most - 1].rstrip(" ,·") + "…"


def _wrapped(said: str, wide: float, size: float, most: int) -> list[str]:
    """The text in at most so many rows, broken at spaces; the last one cut where it must be."""
    rows, letters = [""], int(wide / (_LETTER * size))
    for word in said.split(" "):
        if rows[-1] and len(rows[-1]) + 1 + len(word) > letters and len(rows) < most:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return [*rows[:-1], _cut(rows[-1], wide, size)]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _crosses(box: Box, start: Point, end: Point) -> bool:
    """Whether a segment runs through a box (Liang and Barsky 1984)."""
    enters, leaves = 0.0, 1.0
    for origin, delta, low, high in ((start[0], end[0] - start[0], box[0], box[2]), (start[1], end[1] - start[1], box[1], box[3])):
        if abs(delta) < 1e-12:
            if not low <= origin <= high:
                return False
            continue
        first, last = sorted(((low - origin) / delta, (high - origin) / delta))
        enters, leaves = max(enters, first), min(leaves, last)
    return enters <= leaves
