"""Cells and columns as other programs take them: nothing instead of NaN, real dates, and what a column means."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from karvan.tables.schema import Column
from karvan.tables.table import Table

Value = str | int | float | bool | datetime.date | list[str] | None


def value_of(column: Column, cell: Any) -> Value:
    """The cell as a plain Python value; None when it is absent. An empty list stays one: it means everything."""
    match column.kind:
        case "list":
            return list(cell)
        case "boolean":
            return bool(cell)
        case "date":
            return None if np.isnat(cell) else cell.astype("datetime64[D]").item()
        case "number":
            return None if np.isnan(cell) else float(cell)
        case "integer":
            return None if np.isnan(cell) else int(cell)
    return str(cell) or None


def values_of(table: Table, position: int) -> dict[str, Value]:
    """One row by column, in the order of the declaration."""
    return {column.name: value_of(column, table[column.name][position]) for column in table.schema}


def written(tables: Mapping[str, Table]) -> list[Table]:
    """The tables that an export holds: those with rows, and those without which there is no case."""
    return [table for table in tables.values() if len(table) or table.schema.required]


def about(column: Column) -> dict[str, str]:
    """What a reader of a column must know: its meaning, its unit or the column that holds it; only what there is."""
    told = {"meaning": column.meaning, "unit": column.unit, "unit_column": column.unit_column, "refers_to": column.refers_to}
    return {name: text for name, text in told.items() if text}
