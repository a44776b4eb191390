"""What must hold in the table of routines: each figure is told of a thing that has it, once, and the figures of a thing fit each other.

Called by the checks of a corridor. What a quantity means stands in `karvan.tables.routines`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from karvan.corridor import cargo
from karvan.tables.cells import nearest
from karvan.tables.faults import Fault
from karvan.tables.table import Row, Table, cell_text

FILE = "routines.csv"
EVERY = "*"
CARGO, YARDS = "cargo", "yards"
SUBJECTS: dict[str, tuple[str, ...]] = {
    "spell": ("calendars", EVERY), "inspected": ("terminals", EVERY), "inspection": ("terminals", EVERY), "opens": ("terminals", EVERY),
    "closes": ("terminals", EVERY), "slots": (YARDS,), "handling": ("terminals",), "lot": (CARGO, EVERY),
    "full": ("services", "links", "fleets", "modes", EVERY), "minimum": ("services", "links", "fleets", "modes", EVERY),
    "linger": ("services", "links", "fleets", "modes", EVERY), "patience": ("services", "fleets", EVERY), "ban_above": ("terminals",), "ban_below": ("terminals",),
    "ban_least": ("terminals",), "breaks": ("terminals", "fleets", EVERY), "repair": ("terminals", "fleets", EVERY), "pace": (CARGO, "services", EVERY),
    "priority": (CARGO, "services", "modes", EVERY), "nominal": ("fleets",),
}  # fmt: skip
"""The tables of which a subject may be a row; EVERY where a row may hold for all."""
_CALLED = {CARGO: "a commodity, cargo type or group", YARDS: "a yard of resources or terminals", EVERY: "*"}
_SHARES = ("inspected", "full", "minimum")
_ABOVE_ZERO = ("spell", "slots", "handling", "lot", "full", "breaks", "nominal", "patience")
_MONTHS = range(1, 13)
_YEAR = 8760.0
_WITHIN = 0.005
"""What the mean of twelve paces may miss 1 by: they are written with two decimals."""

Line = tuple[Row, int]


def faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Every fault of the table of routines against the other tables of a case."""
    table = tables["routines"]
    known: dict[str, dict[str, None]] = {}
    held: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for row, line in zip(table.rows(), map(int, table.lines), strict=True):
        quantity = row["quantity"]
        names = known.setdefault(quantity, dict.fromkeys(_names(tables, quantity)))
        if row["subject"] not in names:
            expected = " or ".join(_CALLED.get(each, f"a row of {each}") for each in SUBJECTS[quantity])
            yield Fault(FILE, line, "subject", row["subject"], f"{expected}, since it says {quantity}", f"Nearest: {nearest(row['subject'], names)}.")
        yield from _alone(row, line)
        held[row["subject"], quantity].append((row, line))
    for (subject, quantity), lines in held.items():
        yield from _months(subject, quantity, lines)
    values = {(*key, _month(row)): (float(row["value"]), line) for key, lines in held.items() for row, line in lines}
    yield from _together(_Held(values, tables))


def _names(tables: Mapping[str, Table], quantity: str) -> Iterator[str]:
    """What a row of this quantity may be told of."""
    for each in SUBJECTS[quantity]:
        if each == EVERY:
            yield EVERY
        elif each == CARGO:
            yield from cargo.vocabulary(tables["commodities"])
        elif each == YARDS:
            for name in ("resources", "terminals"):
                yield from (key for key, kind in zip(tables[name].keys, tables[name]["kind"], strict=True) if kind == "yard")
        else:
            yield from map(str, tables[each][tables[each].schema.key[0]])


def _month(row: Row) -> int:
    """The month of a row; 0 when it holds in every month."""
    return 0 if np.isnan(row["month"]) else int(row["month"])


def _alone(row: Row, line: int) -> Iterator[Fault]:
    """A value that cannot be, whatever the others are."""
    quantity, value = row["quantity"], float(row["value"])
    if quantity in _SHARES and value > 1:
        yield Fault(FILE, line, "value", cell_text(value), f"a share between 0 and 1 for {quantity}", "Write 0.7 for 70 %.")
    if quantity in _ABOVE_ZERO and value == 0:
        yield Fault(FILE, line, "value", "0", f"more than 0 for {quantity}", "Correct it, or take out the row.")
    if quantity == "repair" and value > _YEAR:
        yield Fault(FILE, line, "value", cell_text(value), f"hours of a repair, at most those of a year ({_YEAR:g})", "What is gone for longer is not there: lower the number or the capacity.")
    if quantity in ("opens", "closes") and value > 24:
        yield Fault(FILE, line, "value", cell_text(value), f"an hour of the day, 0 to 24, for {quantity}", "Write 22.5 for half past ten in the evening.")


def _months(subject: str, quantity: str, lines: list[Line]) -> Iterator[Fault]:
    """One row for every month or twelve rows, none twice; a year of paces is a mean year."""
    first: dict[int, int] = {}
    for row, line in lines:
        month = _month(row)
        if month in first:
            yield Fault(FILE, line, "month", cell_text(row["month"]), f"one row for {quantity} of {subject} and a month", f"Line {first[month]} has it too: take one out.")
        first.setdefault(month, line)
    missing = [month for month in _MONTHS if month not in first] if set(first) != {0} else []
    if missing:
        yield Fault(FILE, lines[0][1], "month", f"{quantity} of {subject} without {', '.join(map(str, missing))}", "all twelve months, or one row without a month",
                    "Add a row for each missing month, or leave the month empty.")  # fmt: skip
    if 0 in first and len(first) > 1:
        yield Fault(FILE, first[0], "month", "nothing", f"a month, since other rows have one for {quantity} of {subject}", "Take out the row without a month, or the others.")
    mean = sum(float(row["value"]) for row, _ in lines) / len(lines)
    if quantity == "pace" and not missing and abs(mean - 1) > _WITHIN:
        yield Fault(FILE, lines[0][1], "value", f"{mean:.4g} in the mean for {subject}", "paces whose mean over the year is 1", "Divide each by that mean.")


@dataclass(frozen=True, eq=False)
class _Held:
    """The values and lines of the table by subject, quantity and month (0: every month)."""

    rows: Mapping[tuple[str, str, int], tuple[float, int]]
    tables: Mapping[str, Table]

    def find(self, subject: str, quantity: str, month: int, otherwise: float) -> tuple[float, int]:
        """The value that holds, and its line: of the month, of every month, of all subjects; `otherwise` and line 0 without any."""
        for place in ((subject, quantity, month), (subject, quantity, 0), (EVERY, quantity, month), (EVERY, quantity, 0)):
            if place in self.rows:
                return self.rows[place]
        return otherwise, 0


def _together(held: _Held) -> Iterator[Fault]:
    """Two figures of one thing that do not fit each other; each pair once a month, at the line of the narrower row."""
    for (subject, quantity, month), (_, line) in held.rows.items():
        if quantity in ("opens", "full", "ban_above"):  # met from the other side, unless nothing is there
            other = {"opens": "closes", "full": "minimum", "ban_above": "ban_below"}[quantity]
            if (subject, other, month) in held.rows:
                continue
        if quantity in ("minimum", "full"):
            least, most = (held.find(subject, name, month, default)[0] for name, default in (("minimum", 0.0), ("full", 1.0)))
            if least > most:
                yield Fault(FILE, line, "value", f"{cell_text(least)} and {cell_text(most)} for {subject}", "minimum <= full", "Put them in order.")
        if quantity in ("opens", "closes"):
            start, end = (held.find(subject, name, month, default)[0] for name, default in (("opens", 0.0), ("closes", 24.0)))
            if start >= end:
                yield Fault(FILE, line, "value", f"{cell_text(start)} to {cell_text(end)} for {subject}", "opens < closes <= 24", "Put them in order.")
        if quantity in ("ban_below", "ban_least", "ban_above"):
            above, there = held.find(subject, "ban_above", month, 0.0)
            below, also = held.find(subject, "ban_below", month, 0.0)
            if not there or not also:
                yield Fault(FILE, line, "quantity", quantity, f"ban_above and ban_below of {subject} beside it", "Say at which queue loading stops and at which it goes on.")
            elif below > above:
                yield Fault(FILE, line, "value", f"{cell_text(below)} and {cell_text(above)} for {subject}", "ban_below <= ban_above", "Put them in order.")
        if quantity in ("breaks", "repair") and subject in held.tables["terminals"]:
            other = "repair" if quantity == "breaks" else "breaks"
            if not held.find(subject, other, month, 0.0)[1]:
                yield Fault(FILE, line, "quantity", quantity, f"{other} of {subject} beside it", f"Add a row for {other}.")
