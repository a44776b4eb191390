"""Edits: resolved against the tables before they are applied, applied on a copy.

One cell under several edits has the value (set + sum of adds) x product of scales, so that the order of
adds and scales does not matter; two sets that overlap in time are a fault (decision 12).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from karvan.corridor import cargo
from karvan.tables import units
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import BadCell, nearest, parse
from karvan.tables.faults import Fault
from karvan.tables.schema import Column
from karvan.tables.table import Row, Table, cell_text

FILE = "edits.csv"
NEVER_EDITED = frozenset({"edits", "claims", "sources", "observations", "promises", "reports", "systems"})
ALL_ROWS = "*"


@dataclass(frozen=True)
class Edit:
    """One resolved edit of one cell: value, low and high stand in the unit of the cell.

    position  row of the cell in its table
    start     first day, NaT until a delivery or an onset has been drawn
    end       last day, NaT for good
    was       value before, for an edit of the past
    """

    edit_id: str
    cause: str
    table: str
    position: int
    column: str
    op: str
    value: Any
    low: float
    high: float
    shape: str
    draw: str
    start: np.datetime64
    end: np.datetime64
    was: Any

    @property
    def cell(self) -> tuple[str, int, str]:
        return self.table, self.position, self.column

    @property
    def numeric(self) -> bool:
        return isinstance(self.value, float)


def resolve(rows: Table, tables: Mapping[str, Table]) -> tuple[tuple[Edit, ...], tuple[Fault, ...]]:
    """The edits of the table `edits` and everything that keeps them from being applied."""
    edits: list[Edit] = []
    faults: list[Fault] = []
    for row, line in zip(rows.rows(), rows.lines, strict=True):
        edits.extend(_resolve_one(row, int(line), tables, faults))
    return tuple(edits), tuple(faults)


def resolve_rows(rows: Iterable[Row], tables: Mapping[str, Table]) -> tuple[tuple[Edit, ...], tuple[Fault, ...]]:
    """The same for edits that stand in no table: those of a scenario or of a fit."""
    faults: list[Fault] = []
    edits = [edit for line, row in enumerate(rows, start=1) for edit in _resolve_one(row, line, tables, faults)]
    return tuple(edits), tuple(faults)


def _resolve_one(row: Row, line: int, tables: Mapping[str, Table], faults: list[Fault]) -> Iterator[Edit]:
    def fault(column: str, found: str, expected: str, remedy: str) -> None:
        faults.append(Fault(FILE, line, column, found or "nothing", expected, remedy))

    name = row["table"]
    if name not in SCHEMAS or name in NEVER_EDITED:
        fault("table", name, "a table that can be edited", f"Nearest: {nearest(name, set(SCHEMAS) - NEVER_EDITED)}.")
        return
    table, schema = tables[name], SCHEMAS[name]
    if row["id"] != ALL_ROWS and row["id"] not in table:
        fault("id", row["id"], f"a row of {name}", f"Nearest: {nearest(row['id'], table.keys)}.")
        return
    if row["column"] not in schema or row["column"] in schema.key:
        allowed = [column.name for column in schema if column.name not in schema.key]
        fault("column", row["column"], f"a column of {name} that is not its key", f"Nearest: {nearest(row['column'], allowed)}.")
        return
    column = schema[row["column"]]
    positions = list(range(len(table))) if row["id"] == ALL_ROWS else [table.index[row["id"]]]
    if row["op"] != "set" and column.kind in ("number", "integer"):
        positions = [position for position in positions if not np.isnan(table[column.name][position])]
        if not positions:
            fault("op", row["op"], f"set, since {name}.{row['id']}.{column.name} is empty and there is nothing to {row['op']}",
                  "Use set, or fill in the cell.")  # fmt: skip
            return
    for position in positions:
        edit = _convert(row, tables, position, column, fault)
        if edit is None:
            return
        yield edit


def _convert(row: Row, tables: Mapping[str, Table], position: int, column: Column, fault: Any) -> Edit | None:
    table = tables[row["table"]]
    is_number = column.kind in ("number", "integer")
    if row["op"] in ("add", "scale") and not is_number:
        fault("op", row["op"], f"set, since {table.name}.{column.name} is no number", "Use set.")
        return None
    try:
        factor = _unit_factor(row, row["value"], table, position, column) if is_number else 1.0
        value = _value(column, row["value"], factor, is_cell=row["op"] == "set")
    except BadCell as bad:
        fault("value", row["value"], bad.expected, bad.remedy)
        return None
    except ValueError as error:
        fault("unit" if row["unit"] else "value", row["unit"] or row["value"], "a number in a unit of the cell", f"{error}.")
        return None
    if not is_number and (unfit := _unfit(value, column, tables)):
        fault("value", row["value"], *unfit)
        return None
    low, high = row["low"] * factor, row["high"] * factor
    if is_number and not (np.isnan(low) or np.isnan(high)) and not low <= value <= high:
        fault("low", f"{low:g} .. {value:g} .. {high:g}", "low <= value <= high", "Put the three in order.")
        return None
    if row["op"] == "scale" and min(value, value if np.isnan(low) else low) < 0:
        fault("value", row["value"], "a factor of at least 0", "Write the factor, 0.7 for 30 % less.")
        return None
    was: Any = None
    if row["was"]:
        try:
            factor = _unit_factor(row, row["was"], table, position, column) if is_number else 1.0
            was = _value(column, row["was"], factor, is_cell=True)
        except (BadCell, ValueError):
            fault("was", row["was"], f"a value that {table.name}.{column.name} can hold", "Correct it.")
            return None
    start, end = row["from"], row["until"]
    if not np.isnat(start) and not np.isnat(end) and end < start:
        fault("until", str(end), f"a day from {start} on", "Put from before until.")
        return None
    return Edit(row["edit_id"], row["cause"], table.name, position, column.name, row["op"], value, low, high,
                row["shape"], row["draw"] or f"edit.{row['edit_id']}", start, end, was)  # fmt: skip


def _value(column: Column, text: str, factor: float, is_cell: bool) -> Any:
    """A value in the unit of its cell; one that its cell will hold is checked against the range of the column."""
    if column.kind not in ("number", "integer"):
        return parse(column, text)
    value = float(units.split(text)[0] * factor)
    if is_cell:
        parse(column, repr(value))
    elif not np.isfinite(value):
        raise BadCell("a finite number", "Correct it.")
    return value


def _unit_factor(row: Row, text: str, table: Table, position: int, column: Column) -> float:
    """What one unit of `text` (its own unit, else that of the row) is in the unit of the cell; a scale is a share."""
    own = units.split(text)[1]
    given = own or row["unit"]
    if own and row["unit"] and own != row["unit"]:
        raise ValueError(f"{own!r} stands in the cell and {row['unit']!r} in unit")
    canonical = column.unit or (str(table[column.unit_column][position]) if column.unit_column else "")
    if row["op"] == "scale":
        canonical = "share"
    if not given:
        return 1.0
    if canonical:
        return units.factor(given, canonical)
    if column.unit_column:
        raise ValueError(f"{table.name}.{table.keys[position]} has no {column.unit_column} to turn {given!r} into")
    if own:
        raise BadCell("a bare number", "Take out the unit; it has its own column or there is none.")
    return 1.0


def _unfit(value: Any, column: Column, tables: Mapping[str, Table]) -> tuple[str, str] | None:
    """What was expected, and the remedy, when a cell may not hold this value although it is of the right kind."""
    if column.refers_to is not None:
        known = cargo.meant_by(column, tables)
        missing = [key for key in (value if isinstance(value, tuple) else (value,)) if key and key not in known]
        if missing:
            return f"a row of {column.refers_to}", f"Nearest: {nearest(missing[0], sorted(known))}."
    if column.name.endswith("_unit") and not units.is_unit(value):
        return "a unit", "Use t/yr, TEU/yr, wagon/yr, train/yr …"
    return None


def fights(edits: Iterable[Edit], lines: Mapping[str, int]) -> Iterator[Fault]:
    """Two `set` edits of one cell by dated causes whose days overlap."""
    by_cell: dict[tuple[str, int, str], list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit.op == "set":
            by_cell[edit.cell].append(edit)
    for several in by_cell.values():
        timed = sorted((e for e in several if not np.isnat(e.start)), key=lambda e: e.start)
        for i, one in enumerate(timed):
            for other in timed[i + 1 :]:
                if other.start == one.start or (not np.isnat(one.end) and other.start <= one.end):
                    yield _fight(one, other, lines)
        undated = [e for e in several if np.isnat(e.start)]
        for one, other in pairwise(undated):
            if one.value != other.value:
                yield _fight(one, other, lines)


def _fight(one: Edit, other: Edit, lines: Mapping[str, int]) -> Fault:
    return Fault(FILE, lines.get(other.edit_id, 0), "value", f"{one.edit_id} and {other.edit_id} both set the same cell",
                 "one set at a time", "Use add or scale in one of them, or end the first with until.")  # fmt: skip


def history(edits: Iterable[Edit], as_of: np.datetime64) -> tuple[Edit, ...]:
    """The edits of the past: dated, on or before today."""
    return tuple(edit for edit in edits if not np.isnat(edit.start) and edit.start <= as_of)


def undo(edits: Iterable[Edit], day: np.datetime64, passing_too: bool = True) -> Iterator[tuple[tuple[str, int, str], Any]]:
    """The cells that differ on `day` from today, with the value they had.

    A lasting edit has its value from `start` on and `was` before; one with an end has its value between
    its days and leaves the cell as it was outside of them. Without `passing_too` only the lasting state is given.
    """
    by_cell: dict[tuple[str, int, str], list[Edit]] = defaultdict(list)
    for edit in edits:
        by_cell[edit.cell].append(edit)
    for cell, several in by_cell.items():
        lasting = sorted((e for e in several if np.isnat(e.end)), key=lambda e: e.start)
        passing = sorted((e for e in several if passing_too and not np.isnat(e.end) and e.start <= day <= e.end), key=lambda e: e.start)
        later = [e for e in lasting if e.start > day]
        if passing:
            yield cell, passing[-1].value
        elif later:
            yield cell, later[0].was


def round_trip(edits: Iterable[Edit], tables: Mapping[str, Table], lines: Mapping[str, int]) -> Iterator[Fault]:
    """Where the past does not lead to today: the last edit of a cell must leave what the table holds."""
    by_cell: dict[tuple[str, int, str], list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit.was is None:
            yield Fault(FILE, lines.get(edit.edit_id, 0), "was", "nothing", "the value before an edit of the past",
                        "Fill in was, so that the past can be undone.")  # fmt: skip
        elif edit.op != "set":
            yield Fault(FILE, lines.get(edit.edit_id, 0), "op", edit.op, "set, for an edit of the past",
                        "Write the value it led to, and was.")  # fmt: skip
        else:
            by_cell[edit.cell].append(edit)
    for (name, position, column), several in by_cell.items():
        lasting = sorted((e for e in several if np.isnat(e.end)), key=lambda e: e.start)
        for one, other in pairwise(lasting):
            if not same(one.value, other.was):
                yield Fault(FILE, lines.get(other.edit_id, 0), "was", cell_text(other.was), cell_text(one.value),
                            f"{one.edit_id} left that value.")  # fmt: skip
        for edit in several:
            before = _before(edit, lasting, several[0])
            if not np.isnat(edit.end) and not same(before, edit.was):
                yield Fault(FILE, lines.get(edit.edit_id, 0), "was", cell_text(edit.was), cell_text(before),
                            "That is what the cell was on the day before.")  # fmt: skip
        today = tables[name][column][position]
        last = lasting[-1] if lasting else None
        expected = last.value if last else several[0].was
        if not same(expected, today):
            edit = last or several[0]
            yield Fault(FILE, lines.get(edit.edit_id, 0), "value" if last else "was", cell_text(expected),
                        f"{cell_text(today)}, which {name}.csv holds today", "Correct the edit or the table.")  # fmt: skip


def _before(edit: Edit, lasting: list[Edit], first: Edit) -> Any:
    """What the lasting edits of its cell had left when a passing edit began."""
    earlier = [e for e in lasting if e.start < edit.start]
    if earlier:
        return earlier[-1].value
    return lasting[0].was if lasting else first.was


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return bool(np.isclose(float(one), float(other), rtol=1e-9, atol=1e-12, equal_nan=True))
    return bool(one == other)


def apply(tables: Mapping[str, Table], edits: Iterable[Edit]) -> dict[str, Table]:
    """A copy of the tables with the edits in force: (set + adds) x scales in every cell."""
    sets: dict[tuple[str, int, str], Any] = {}
    adds: dict[tuple[str, int, str], float] = defaultdict(float)
    scales: dict[tuple[str, int, str], float] = defaultdict(lambda: 1.0)
    for edit in edits:
        if edit.op == "set":
            sets[edit.cell] = edit.value
        elif edit.op == "add":
            adds[edit.cell] += edit.value
        else:
            scales[edit.cell] *= edit.value
    cells: dict[str, dict[tuple[int, str], Any]] = defaultdict(dict)
    for cell in sets.keys() | adds.keys() | scales.keys():
        name, position, column = cell
        value = sets.get(cell, tables[name][column][position])
        if cell in adds or cell in scales:
            value = (value + adds.get(cell, 0.0)) * scales.get(cell, 1.0)
        cells[name][position, column] = value
    return {name: table.replace(cells[name]) if name in cells else table for name, table in tables.items()}
