"""The numeric cells that future-years may change, as one flat vector, and edits as operations on it.

A cell is (table, row, column); its place in the vector is fixed when the case is compiled, so that a
future-year is a vector and an edit is (place, operation, value). A year in which an edit holds for a part
of the days has the day-weighted cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from karvan.corridor.edits import Edit
from karvan.engines.compiled import compiled
from karvan.tables.schema import Column
from karvan.tables.table import Table

COLUMNS: dict[str, tuple[str, ...]] = {
    "modes": ("speed", "time_cv"),
    "links": ("length", "speed", "time", "time_sd", "capacity", "exists"),
    "terminals": ("servers", "time", "time_sd", "capacity", "exists"),
    "calendars": ("open_share",),
    "services": ("round_trip", "frequency", "exists"),
    "fleets": ("number", "payload", "availability", "payload_loss", "level_reference"),
    "resources": ("capacity",),
    "routines": ("value",),
    "tariffs": ("price", "price_per_km"),
    "parameters": ("value",),
}
SET, ADD, SCALE = 0, 1, 2
DATED = "dated:"
OPERATIONS = {"set": SET, "add": ADD, "scale": SCALE}


@dataclass(frozen=True, eq=False)
class Cells:
    """today[cell], the declared bounds of every cell, and the slice of every (table, column)."""

    today: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    slices: Mapping[tuple[str, str], slice]

    def place(self, table: str, position: int, column: str) -> int | None:
        """Where a cell stands in the vector; None when no engine reads it."""
        found = self.slices.get((table, column))
        return None if found is None else found.start + position

    def within(self, cells: np.ndarray) -> np.ndarray:
        """The cells kept within what their columns allow: the tail of a range may reach beyond."""
        return np.asarray(np.clip(cells, self.lowest, self.highest))

    def of(self, cells: np.ndarray, table: str, column: str) -> np.ndarray:
        """The column of a table within a vector of cells, one entry per row."""
        return cells[self.slices[table, column]]


@dataclass(frozen=True, eq=False)
class Operations:
    """Edits as arrays, in one order: place in the vector, operation, cause (index into `causes`), likely value."""

    place: np.ndarray
    operation: np.ndarray
    cause: np.ndarray
    causes: tuple[str, ...]
    edits: tuple[Edit, ...]
    likely: np.ndarray

    def apply(self, cells: np.ndarray, share: np.ndarray, values: np.ndarray) -> np.ndarray:
        """A copy of `cells` with every edit in force for `share[cause]` of the year, with values[edit].

        (set + adds) x scales, each weighted with its share; the order of adds and of scales does not matter. Of several
        sets of one cell the shocks come last, and before them the one that has held longest comes first. What is empty
        stays empty under add and scale, as in `corridor.edits.apply`.
        """
        out = cells.copy()
        _edit(out, self.place, self.operation, self.cause, self._is_shock, share, values)
        return out

    @cached_property
    def _is_shock(self) -> np.ndarray:
        return np.array([self.causes[cause].startswith("shock:") for cause in self.cause], dtype=bool)


@compiled
def _edit(
    cells: np.ndarray, place: np.ndarray, operation: np.ndarray, cause: np.ndarray, is_shock: np.ndarray, share: np.ndarray,
    values: np.ndarray,
) -> None:
    """Edits in place: sets by weight, those of shocks last; then adds; then scales."""
    sets = np.empty(place.shape[0], dtype=np.int64)
    n = 0
    for i in range(place.shape[0]):
        weight = share[cause[i]]
        if operation[i] == SET and weight > 0.0:
            at = n
            while at > 0:
                other = sets[at - 1]
                if is_shock[other] < is_shock[i] or (is_shock[other] == is_shock[i] and share[cause[other]] >= weight):
                    break
                sets[at] = other
                at -= 1
            sets[at] = i
            n += 1
    for x in range(n):
        i = sets[x]
        before = 0.0 if np.isnan(cells[place[i]]) else cells[place[i]]
        cells[place[i]] = before + share[cause[i]] * (values[i] - before)
    for i in range(place.shape[0]):
        if operation[i] == ADD and share[cause[i]] > 0.0:
            cells[place[i]] += share[cause[i]] * values[i]
    for i in range(place.shape[0]):
        if operation[i] == SCALE and share[cause[i]] > 0.0:
            cells[place[i]] *= 1.0 + share[cause[i]] * (values[i] - 1.0)


def collect(tables: Mapping[str, Table]) -> Cells:
    """The vector of today's cells."""
    parts: list[np.ndarray] = []
    bounds: list[np.ndarray] = []
    slices: dict[tuple[str, str], slice] = {}
    start = 0
    for name, columns in COLUMNS.items():
        for column in columns:
            values = tables[name][column].astype(np.float64)
            slices[name, column] = slice(start, start + len(values))
            start += len(values)
            parts.append(values)
            bounds.append(np.tile(_bounds(tables[name].schema[column]), (len(values), 1)))
    lowest, highest = np.concatenate(bounds).T
    return Cells(np.concatenate(parts), lowest, highest, slices)


def _bounds(column: Column) -> tuple[float, float]:
    if column.kind == "boolean":
        return 0.0, 1.0
    return (-np.inf if column.minimum is None else column.minimum), (np.inf if column.maximum is None else column.maximum)


def cause_of(edit: Edit) -> str:
    """What decides when an edit holds: its project or shock, or its own days."""
    return edit.cause if np.isnat(edit.start) else f"{DATED}{edit.edit_id}"


def compile_operations(edits: Iterable[Edit], cells: Cells) -> Operations:
    """The edits that touch a cell of the vector, in the order of their ids, as arrays."""
    chosen: list[tuple[Edit, int]] = []
    for edit in sorted(edits, key=lambda e: (e.edit_id, e.position)):
        place = cells.place(edit.table, edit.position, edit.column)
        if place is not None:
            chosen.append((edit, place))
    causes = tuple(sorted({cause_of(edit) for edit, _ in chosen}))
    index = {cause: i for i, cause in enumerate(causes)}
    return Operations(
        place=np.array([place for _, place in chosen], dtype=np.int64),
        operation=np.array([OPERATIONS[edit.op] for edit, _ in chosen], dtype=np.int8),
        cause=np.array([index[cause_of(edit)] for edit, _ in chosen], dtype=np.int64),
        causes=causes,
        edits=tuple(edit for edit, _ in chosen),
        likely=np.array([float(edit.value) for edit, _ in chosen], dtype=np.float64),
    )


@dataclass(frozen=True, eq=False)
class Past:
    """A year of the past as a change of today's cells: where history differs, the share of the days on which today's value
    held already, and what the other days add to the mean."""

    places: np.ndarray
    today: np.ndarray
    other: np.ndarray

    def of(self, cells: np.ndarray) -> np.ndarray:
        """The day-weighted cells of the year, if today's are `cells`."""
        out = cells.copy()
        out[self.places] = np.where(self.today > 0, cells[self.places] * self.today, 0.0) + self.other
        return out


def past(cells: Cells, history: Iterable[Edit], year: int) -> Past:
    """How a year of the past differs from today."""
    days = np.arange(np.datetime64(f"{year}-01-01", "D"), np.datetime64(f"{year + 1}-01-01", "D"))
    by_place: dict[int, list[Edit]] = defaultdict(list)
    for edit in history:
        place = cells.place(edit.table, edit.position, edit.column)
        if place is not None:
            by_place[place].append(edit)
    today, other = np.empty(len(by_place)), np.empty(len(by_place))
    for i, edits in enumerate(by_place.values()):
        value, is_today = np.zeros(len(days)), np.ones(len(days), dtype=bool)
        lasting = sorted((e for e in edits if np.isnat(e.end)), key=lambda e: e.start, reverse=True)
        for edit in lasting:
            value[days < edit.start] = float(edit.was)
            is_today[days < edit.start] = False
        for edit in sorted(edits, key=lambda e: e.start):
            if not np.isnat(edit.end):
                held = (days >= edit.start) & (days <= edit.end)
                value[held] = float(edit.value)
                is_today[held] = False
        today[i], other[i] = is_today.mean(), value.mean()
    return Past(np.array(list(by_place), dtype=np.int64), today, other)


def of_year(cells: Cells, history: Iterable[Edit], year: int) -> np.ndarray:
    """The day-weighted cells of a year of the past."""
    return past(cells, history, year).of(cells.today)
