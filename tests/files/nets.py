"""Small networks of our own in the TNTP format: nothing of a published file is in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

HEADER = "~ init term capacity length free_flow_time b power speed toll type ;"


def net(zones: int, nodes: int, links: Iterable[tuple[object, ...]], first_through: int = 1, more: str = "") -> str:
    """The text of a net file. A link: from, to, capacity, free flow time, b, power, and length and toll where they are not 1 and 0."""
    rows = [f"\t{' '.join(map(str, (*row[:3], row[6] if len(row) > 6 else 1, *row[3:6], 0, row[7] if len(row) > 7 else 0, 1)))} ;" for row in links]
    return (f"<NUMBER OF ZONES> {zones}\n<NUMBER OF NODES> {nodes}\n<FIRST THRU NODE> {first_through}\n<NUMBER OF LINKS> {len(rows)}\n{more}"
            f"<END OF METADATA>\n\n{HEADER}\n" + "\n".join(rows) + "\n")  # fmt: skip


def trips(zones: int, pairs: dict[tuple[int, int], float], total: float | None = None) -> str:
    """The text of a trips file; its total is that of the pairs unless another is given."""
    out = [f"<NUMBER OF ZONES> {zones}", f"<TOTAL OD FLOW> {sum(pairs.values()) if total is None else total}", "<END OF METADATA>", ""]
    for origin in sorted({pair[0] for pair in pairs}):
        out += [f"Origin {origin}", "  " + " ".join(f"{end} : {amount};" for (start, end), amount in pairs.items() if start == origin), ""]
    return "\n".join(out)


BRIDGE = 10.0
BRAESS = (
    (1, 3, 1, 0, 0, 1), (3, 2, 1, 50, 1 / 50, 1), (1, 4, 1, 50, 1 / 50, 1), (4, 2, 1, 0, 0, 1), (3, 4, 1, BRIDGE, 0.1, 1),
)  # fmt: skip
BRAESS = tuple((a, b, 1, 1e-8, 1e9, 1) if time == 0 else (a, b, c, time, slope, power) for a, b, c, time, slope, power in BRAESS)
"""Braess (1968): two ways of 10 x + (50 + x), and a bridge of 10 + x between them; six trips from 1 to 2."""

THREE_ZONES = ((1, 4, 5, 3, 0.15, 4), (4, 2, 5, 3, 0.15, 4), (1, 3, 5, 2, 0.15, 4), (3, 2, 5, 1, 0.15, 4), (2, 4, 5, 3, 0.15, 4), (4, 1, 5, 3, 0.15, 4))
"""Zones 1 to 3 and a crossing, 4. The short way from 1 to 2 leads through zone 3, which is passed through or not; none leads from 4 to 3."""

CITY = ((1, 2, 10, 10, 1, 1), (1, 2, 20, 20, 1, 1, 1, 5), (1, 2, 1, 40, 0, 1))
"""A street of 10 + x minutes, a motorway of 20 + x with a toll of 5, a bypass of 40, all from 1 to 2."""


def write(folder: Path, **texts: str) -> tuple[Path, ...]:
    """The texts as files NAME.tntp of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.tntp"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return tuple(paths)
