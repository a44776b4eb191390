"""Tables that fit the line: where it is too narrow, intervals give way first, then columns, the least important first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

NONE = "–"
_GAP = 2
_LEAST_TEXT, _MOST_TEXT = 18, 44
"""Characters that a column of texts takes at least, and at most."""
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
        """Characters it takes."""
        cells = self.wide if wide and self.wide else self.cells
        found = max((len(each) for each in (*self.title.split("\n"), *cells)), default=0)
        return min(found, _LEAST_TEXT) if self.text else found


def fitted(title: str, columns: Sequence[Column], width: int) -> Table:
    """A table no wider than the line, if columns of rank 0 without intervals fit into it."""
    wide, kept = _choice(columns, width)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, _GAP, 0, 0), pad_edge=False)
    texts = sum(column.text for column in kept)
    spare = width - sum(column.width(column in wide) + _GAP for column in kept)
    for column in kept:
        if column.text:
            room = min(_LEAST_TEXT + max(0, spare) // max(texts, 1), _MOST_TEXT)
            table.add_column(column.title, justify="left", max_width=room, overflow="fold")
        else:
            table.add_column(column.title, justify="right", no_wrap=True)
    for row in zip(*(column.wide if column in wide and column.wide else column.cells for column in kept), strict=True):
        table.add_row(*map(Text, row))
    return table


def _choice(columns: Sequence[Column], width: int) -> tuple[list[Column], list[Column]]:
    """The columns that keep their intervals, and those that stay at all."""
    wide, kept = [column for column in columns if column.wide], list(columns)

    def fits() -> bool:
        return sum(column.width(column in wide) + _GAP for column in kept) <= width + _GAP

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
