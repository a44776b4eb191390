"""Tables that fit the line: where it is too narrow, intervals give way first, then columns, the least important first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

NONE = "–"
_GAP = 2
_LEAST_TEXT, _LEAST_WIDE, _WIDE, _MOST_TEXT = 18, 28, 120, 60
"""Characters that a column of texts takes at least: on any line, on a line as wide as the third; and at most."""
EXTRA = 3
"""Rank from which on columns go before the intervals of rank 0 do."""


@dataclass(frozen=True)
class Column:
    """One column: its cells, the same with intervals where it has any, and how soon it may go: never at rank 0."""

    title: str
    cells: Sequence[str]
    wide: Sequence[str] = field(default=())
    rank: int = 0
    text: bool = False

    def width(self, wide: bool) -> int:
        """Characters it takes when none of its cells is broken."""
        cells = self.wide if wide and self.wide else self.cells
        return max((len(each) for each in (*self.title.split("\n"), *cells)), default=0)


def fitted(title: str, columns: Sequence[Column], width: int) -> Table:
    """A table no wider than the line, if columns of rank 0 without intervals fit into it."""
    wide, kept = _choice(columns, width)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, _GAP, 0, 0), pad_edge=False)
    spare = width + _GAP - _taken(kept, wide, width)
    for column in kept:
        if column.text:
            room = _least(column, width)
            more = min(max(spare, 0), min(column.width(False), _MOST_TEXT) - room)
            spare -= more
            table.add_column(column.title, justify="left", width=room + more, overflow="fold")
        else:
            table.add_column(column.title, justify="right", no_wrap=True)
    for row in zip(*(column.wide if column in wide and column.wide else column.cells for column in kept), strict=True):
        table.add_row(*map(Text, row))
    return table


def _choice(columns: Sequence[Column], width: int) -> tuple[list[Column], list[Column]]:
    """The columns that keep their intervals, and those that stay at all."""
    wide, kept = [column for column in columns if column.wide], list(columns)

    def fits() -> bool:
        return _taken(kept, wide, width) <= width + _GAP

    ranks = sorted({column.rank for column in columns if column.rank > 0}, reverse=True)
    for rank in ranks:
        if not fits():
            wide = [column for column in wide if column.rank != rank]
    for rank in [rank for rank in ranks if rank >= EXTRA]:
        if not fits():
            kept = [column for column in kept if column.rank != rank]
    for column in reversed(list(wide)):
        if not fits():
            wide = [each for each in wide if each is not column]
    for rank in ranks:
        if not fits():
            kept = [column for column in kept if column.rank != rank]
    return wide, kept


def _taken(kept: Sequence[Column], wide: Sequence[Column], width: int) -> int:
    """Characters of a line, the gap after the last column with them."""
    return sum((_least(column, width) if column.text else column.width(column in wide)) + _GAP for column in kept)


def _least(column: Column, width: int) -> int:
    return min(column.width(False), _LEAST_WIDE if width >= _WIDE else _LEAST_TEXT)


def number(value: float, scale: float | None = None) -> str:
    """A figure to three digits, of the largest that stands beside it; thousands apart by a space; an en dash for none."""
    if not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    size = abs(value) if scale is None else scale
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:,.{digits}f}".replace(",", " ")
    return text.removeprefix("-") if float(text.replace(" ", "")) == 0 else text


def interval(mean: float, low: float, high: float) -> str:
    """A mean and the ends of its interval: 12.3 (10.1–14.5); the mean alone where one run says nothing of others."""
    if not math.isfinite(mean):
        return NONE
    if not (math.isfinite(low) or math.isfinite(high)) or mean == low == high == 0:
        return number(mean)
    size = max(abs(each) for each in (mean, low, high) if math.isfinite(each))
    ends = [number(each, size) if math.isfinite(each) else "…" for each in (low, high)]
    return f"{number(mean, size)} ({ends[0]}–{ends[1]})"
