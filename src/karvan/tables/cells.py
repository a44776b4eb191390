"""From the text of a cell to its value, or to a fault that says why not."""

from __future__ import annotations

import calendar
import re
from typing import Any

import numpy as np

from karvan.tables import units
from karvan.tables.schema import Column

_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_ID = re.compile(r"^[^\s;,/]+$")
ABSENT: dict[str, Any] = {
    "id": "", "text": "", "choice": "", "list": (), "number": float("nan"), "integer": float("nan"),
    "boolean": False, "date": np.datetime64("NaT"),
}  # fmt: skip


class BadCell(ValueError):
    """A cell that cannot be read: what was expected, and the remedy."""

    def __init__(self, expected: str, remedy: str):
        self.expected, self.remedy = expected, remedy
        super().__init__(f"expected {expected}. {remedy}")


def parse(column: Column, cell: str) -> Any:
    """The value of `cell` in the canonical unit of `column`. Raises `BadCell`."""
    cell = cell.strip()
    if not cell:
        if column.required:
            raise BadCell("a value", f"Fill in {column.name}: {column.meaning}.")
        return absent(column)
    match column.kind:
        case "number" | "integer":
            return _number(column, cell)
        case "boolean":
            return _boolean(cell)
        case "date":
            return parse_date(cell, column.period_end)
        case "choice":
            if cell not in column.choices:
                raise BadCell("one of " + ", ".join(column.choices), f"Nearest: {nearest(cell, column.choices)}.")
            return cell
        case "list":
            parts = tuple(part.strip() for part in cell.split(";") if part.strip())
            if column.required and not parts:
                raise BadCell("at least one word", f"Fill in {column.name}: {column.meaning}.")
            if not all(_ID.match(part) for part in parts):
                raise BadCell("words separated by semicolons", "Take out spaces, commas and slashes inside a word.")
            return parts
        case "id":
            if not _ID.match(cell):
                raise BadCell("an id without spaces, commas, semicolons or slashes", "Shorten it to one word.")
            return cell
    return cell


def absent(column: Column) -> Any:
    """The value of an empty cell: the declared default, else the absent value of the kind."""
    if column.default is None:
        return ABSENT[column.kind]
    if column.kind == "date":
        return np.datetime64(str(column.default), "D")
    return column.default


def parse_date(cell: str, period_end: bool) -> np.datetime64:
    """The day a date names; a year or a month is its first day, or its last with `period_end`."""
    match = _DATE.match(cell)
    if match is None:
        raise BadCell("a date as 2027, 2027-06 or 2027-06-30", "Write it in that order, with four digits of year.")
    year_text, month_text, day_text = match.groups()
    year, month = int(year_text), int(month_text or (12 if period_end else 1))
    if not 1800 <= year <= 2200 or not 1 <= month <= 12:
        raise BadCell("a date between 1800 and 2200", "Check the year and the month.")
    last = calendar.monthrange(year, month)[1]
    day = int(day_text or (last if period_end else 1))
    if not 1 <= day <= last:
        raise BadCell(f"a day that {year}-{month:02d} has", f"That month has {last} days.")
    return np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D")


def nearest(word: str, words: Any) -> str:
    """The known word most like `word`, or the first few when none is close, or that there is none at all."""
    import difflib

    known = [str(each) for each in words]
    if not known:
        return "none, since there is none yet"
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return close[0] if close else ", ".join(known[:6]) + ("…" if len(known) > 6 else "")


def _number(column: Column, cell: str) -> float:
    try:
        value, unit = units.split(cell)
    except ValueError:
        raise BadCell("a number" + (f" in {column.unit}" if column.unit else ""),
                      "Use a point for decimals and no thousands separator.") from None  # fmt: skip
    if unit:
        if column.unit is None:
            raise BadCell("a bare number", "Take out the unit; it has its own column or there is none.")
        try:
            value *= units.factor(unit, column.unit)
        except ValueError:
            raise BadCell(f"a unit that turns into {column.unit}", f"Write the number in {column.unit}.") from None
    if not np.isfinite(value):
        raise BadCell("a finite number", "Leave the cell empty when there is none.")
    if column.kind == "integer" and not float(value).is_integer():
        raise BadCell("a whole number", "Round it, or correct it.")
    if column.minimum is not None and value < column.minimum:
        raise BadCell(f"at least {column.minimum:g}", "Correct the sign or the unit.")
    if column.maximum is not None and value > column.maximum:
        raise BadCell(f"at most {column.maximum:g}", "Correct the value or the unit.")
    return value


def _boolean(cell: str) -> bool:
    lowered = cell.lower()
    if lowered in ("true", "yes", "1"):
        return True
    if lowered in ("false", "no", "0"):
        return False
    raise BadCell("true or false", "Write true or false.")
