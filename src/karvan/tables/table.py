"""A table as the house carries it: immutable, columnar, every column a read-only array.

Position i of every array is the same row. Absent, zero and unknown are three things: an absent number is NaN,
an absent text "", an absent date NaT; a cell that says `unknown` is absent and listed in `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan
from types import MappingProxyType
from typing import Any

import numpy as np

from karvan.tables.schema import Schema

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of one schema.

    columns  name -> array, one entry per row: float64 (number, integer), bool, datetime64[D], object (str, tuple of str)
    lines    the line of the file that each row began at, for messages
    unknown  the (row, column) cells that say `unknown`
    """

    schema: Schema
    columns: Mapping[str, np.ndarray]
    lines: np.ndarray
    unknown: frozenset[tuple[int, str]] = field(default=frozenset())

    def __post_init__(self) -> None:
        for values in (*self.columns.values(), self.lines):
            values.flags.writeable = False
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> np.ndarray:
        return self.columns[column]

    def __reduce__(self) -> tuple[Any, ...]:
        return (Table, (self.schema, dict(self.columns), self.lines, self.unknown))

    @property
    def name(self) -> str:
        return self.schema.name

    @cached_property
    def index(self) -> dict[str, int]:
        """Key -> row. A key of several columns is joined with a slash."""
        return {key: i for i, key in reversed(list(enumerate(self.keys)))}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        parts = [self.columns[name] for name in self.schema.key]
        if len(parts) == 1:
            return tuple(column_texts(parts[0]))
        return tuple(map("/".join, zip(*map(column_texts, parts), strict=True)))

    def __contains__(self, key: object) -> bool:
        return key in self.index

    def row(self, key: str) -> Row:
        """The cells of the row with this key. Raises `KeyError`."""
        return self.at(self.index[key])

    def at(self, position: int) -> Row:
        return {name: values[position] for name, values in self.columns.items()}

    def rows(self) -> Iterator[Row]:
        names = list(self.columns)
        for cells in zip(*(self.columns[name] for name in names), strict=True):
            yield dict(zip(names, cells, strict=True))

    def select(self, keep: np.ndarray) -> Table:
        """The rows where `keep` (bool per row, or positions) holds."""
        positions = np.flatnonzero(keep) if keep.dtype == bool else keep
        moved = {int(old): new for new, old in enumerate(positions)}
        unknown = frozenset((moved[i], column) for i, column in self.unknown if i in moved)
        columns = {name: values[positions] for name, values in self.columns.items()}
        return Table(self.schema, columns, self.lines[positions], unknown)

    def replace(self, cells: Mapping[tuple[int, str], Any]) -> Table:
        """A copy with (row, column) cells set to new values; the original is untouched."""
        columns = dict(self.columns)
        for column in {column for _, column in cells}:
            columns[column] = columns[column].copy()
        for (position, column), value in cells.items():
            columns[column][position] = value
        unknown = self.unknown - set(cells)
        return Table(self.schema, columns, self.lines, unknown)


def cell_text(value: Any) -> str:
    """How a cell is written: the text of a CSV cell that reads back to the same value."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value)
    if value is None or np.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def column_texts(values: np.ndarray) -> list[str]:
    """`cell_text` of every cell of a column, several times faster for numbers and words: demand can have a million rows."""
    if values.dtype == np.float64:
        return ["" if isnan(x) else str(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x) for x in values.tolist()]
    if values.dtype == object:
        return [cell if type(cell) is str else cell_text(cell) for cell in values.tolist()]
    return [cell_text(cell) for cell in values]


def empty(schema: Schema) -> Table:
    """The table of this schema without rows."""
    return from_cells(schema, {column.name: () for column in schema})


def from_cells(schema: Schema, cells: Mapping[str, Sequence[Any]], lines: Sequence[int] | None = None,
               unknown: frozenset[tuple[int, str]] = frozenset()) -> Table:  # fmt: skip
    """A table from Python values per column, already of the right kind."""
    columns: dict[str, np.ndarray] = {}
    size = len(next(iter(cells.values()))) if cells else 0
    for column in schema:
        values = cells[column.name]
        if column.kind in ("number", "integer"):
            columns[column.name] = np.array(values, dtype=np.float64)
        elif column.kind == "boolean":
            columns[column.name] = np.array(values, dtype=bool)
        elif column.kind == "date":
            columns[column.name] = np.array(values, dtype="datetime64[D]")
        else:
            array = np.empty(size, dtype=object)
            array[:] = list(values)
            columns[column.name] = array
    given = range(2, size + 2) if lines is None else lines
    return Table(schema, columns, np.array(given, dtype=np.int64), unknown)
