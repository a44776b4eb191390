"""How old are the figures of a case, and how many of those that matter have a source? From the rows alone.

A row with provenance is one fact, a claim is one too, and a cell with a used claim is a figure of the claim, not of its row: a row
of which nothing else is a figure is no fact of its own. Age runs from the date of the source to the day of the case. A figure
of a year is as young as its last day allows, so that nothing is called old for lack of a month.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from karvan.evidence.weigh import UNKNOWN
from karvan.tables.cells import ABSENT
from karvan.tables.provenance import BASES
from karvan.tables.schema import Column
from karvan.tables.table import Row, Table, cell_text

# The cells that matter: what engines read, what verdicts are judged by, and what moves delivery, table by table. An absent
# cell is no figure, and neither is a tariff of nothing (a row fills in one of the two prices).
MATTER: dict[str, tuple[str, ...]] = {
    "targets": ("value", "due"),
    "observations": ("value",),
    "demand": ("amount",),
    "links": ("length", "speed", "time", "capacity"),
    "terminals": ("time", "capacity"),
    "resources": ("capacity",),
    "services": ("round_trip", "frequency"),
    "fleets": ("number", "payload", "availability"),
    "tariffs": ("price", "price_per_km"),
    "uses": ("use",),
    "departures": ("hour",),
    "emission_factors": ("factor",),
    "hub_factors": ("factor",),
    "projects": ("first_promised", "promised", "delivered", "progress"),
    "edits": ("value",),
}
# Years after which a figure is called stale, and why.
STALE_AFTER: dict[str, tuple[float, str]] = {
    "measured": (3.0, "statistics of a year are out within the next, so that three years mean two counts were missed"),
    "reported": (3.0, "as for what is measured: whoever reported it has reported twice since"),
    "announced": (2.0, "plans of corridors are said anew every year or two; an older one stands for a plan that went quiet"),
    "computed": (3.0, "it ages with the figures it was computed from"),
}
CLASSES = ((1.0, "under 1"), (2.0, "1 to 2"), (3.0, "2 to 3"), (5.0, "3 to 5"), (float("inf"), "5 and more"))
UNDATED, WITHOUT_SOURCE = "undated", "without source"
DAYS_OF_A_YEAR = 365.25
# What a source said of a day that is over holds for good: it may be wrong, but it does not age.
SETTLED = ("observations", "promises", "series", "events")
STATED = ("measured", "reported", "announced")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_USED = {"observations", "claims"}


@dataclass(frozen=True)
class Fact:
    """One row with provenance.

    tier       1: it holds a cell that matters; 2: another number; 3: a rival, or no number
    date       of its source; where that is unknown, the day from which the world could know the row; else None
    age        in years at the day of the case; None without a date or a source
    settled    it speaks of a day that is over, so that it has an age and is never stale by its basis alone
    stale      older than its basis allows; never without an age
    """

    table: str
    id: str
    value: str
    basis: str
    source_id: str
    publisher: str
    date: str | None
    age: float | None
    tier: int
    settled: bool
    stale: bool

    @property
    def age_class(self) -> str:
        """The column of the summary in which it counts."""
        if not self.source_id:
            return WITHOUT_SOURCE
        if self.age is None:
            return UNDATED
        return next(name for below, name in CLASSES if self.age < below)


@dataclass(frozen=True)
class Coverage:
    """Of one table: rows and cells that matter, and how many of them name a source. A cell with a used claim stands on the
    source and the basis of the claim, any other on those of its row.

    cells_stated  of the cells with a source those that stand in it: measured, reported or announced; the others were computed from
                  it, or estimated with its help
    """

    table: str
    rows: int
    rows_with_source: int
    cells: int
    cells_with_source: int
    cells_stated: int


@dataclass(frozen=True)
class Ages:
    """Every fact, those that matter most and then the oldest first; coverage per table; sources with an unknown part."""

    facts: tuple[Fact, ...]
    coverage: tuple[Coverage, ...]
    sources: int
    unknown: Mapping[str, int]

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """Facts by basis and age class; every basis and every class has its number."""
        found = Counter((fact.basis, fact.age_class) for fact in self.facts)
        names = [name for _, name in CLASSES] + [UNDATED, WITHOUT_SOURCE]
        return {basis: {name: found[basis, name] for name in names} for basis in BASES}

    @property
    def total(self) -> Coverage:
        """The coverage of all tables together."""
        of = ("rows", "rows_with_source", "cells", "cells_with_source", "cells_stated")
        return Coverage("", *(sum(getattr(each, name) for each in self.coverage) for name in of))


def ages(tables: Mapping[str, Table], as_of: np.datetime64, older_than: float | None = None) -> Ages:
    """The facts of a case at its day. `older_than` years puts one threshold in the place of those of each basis,
    for what is settled too."""
    facts = sorted(_facts(tables, as_of, older_than), key=_rank)
    sources = tables["sources"]
    unknown = {part: sum(cell in (UNKNOWN, "") for cell in sources[part]) for part in ("title", "date", "address")}
    return Ages(tuple(facts), tuple(_coverage(tables)), len(sources), unknown)


def _rank(fact: Fact) -> tuple[int, float, str, str]:
    """Facts that matter most first, then the oldest, those without an age last."""
    return fact.tier, 0.0 if fact.age is None else -1.0 - fact.age, fact.table, fact.id


def age_of(date: str, as_of: np.datetime64) -> float | None:
    """Years from a date such as 2026, 2026-03 or 2026-03-10 to a day; the last day of a year or month counts, and no later than
    that day. None when it is no date."""
    match = _DATE.match(date)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    if not 1 <= month <= 12 or year < 1:
        return None
    last = calendar.monthrange(year, month)[1]
    day = np.datetime64(f"{year:04d}-{month:02d}-{min(int(match[3] or last), last):02d}", "D")
    return max(float((as_of - day).astype(int)), 0.0) / DAYS_OF_A_YEAR


def _facts(tables: Mapping[str, Table], as_of: np.datetime64, older_than: float | None) -> Iterator[Fact]:
    claimed = _claimed(tables["claims"])
    for name, table in tables.items():
        if "basis" not in table.schema or "source_id" not in table.schema:
            continue
        for key, whole in zip(table.keys, table.rows(), strict=True):
            row = _unclaimed(table, whole, [column for column in table.schema.header if (name, key, column) in claimed])
            if any(True for _ in _numbers(table, whole)) and not any(True for _ in _numbers(table, row)):
                continue
            date = _date(tables["sources"], row)
            age = None if date is None or not row["source_id"] else age_of(date, as_of)
            settled = _is_settled(table, row, as_of)
            limit = STALE_AFTER.get(row["basis"], (float("inf"), ""))[0] if older_than is None else older_than
            stale = age is not None and age > limit and not (settled and older_than is None)
            yield Fact(name, key, _short(table, row), row["basis"], row["source_id"], _publisher(tables["sources"], row), date if age is not None else None,
                       None if age is None else round(age, 2), _tier(table, row), settled, stale)  # fmt: skip


def _claimed(claims: Table) -> dict[tuple[str, str, str], Row]:
    """The used claim of every cell that has one."""
    return {(row["table"], row["row"], row["column"]): row for row in claims.rows() if row["role"] == "used"}


def _unclaimed(table: Table, row: Row, columns: Collection[str]) -> Row:
    """The row without the figures of these columns; the row itself where there are none."""
    return {**row, **{column: ABSENT[table.schema[column].kind] for column in columns}} if columns else row


def _numbers(table: Table, row: Row) -> Iterator[tuple[Column, Any]]:
    """The numbers and dates of a row that are there, whether they matter or not; its key and the day of its news are none."""
    for column in table.schema:
        if column.kind in ("number", "integer", "date") and column.name not in ("known_since", *table.schema.key) and _is_figure(table, row[column.name]):
            yield column, row[column.name]


def _is_settled(table: Table, row: Row, as_of: np.datetime64) -> bool:
    """Whether a row speaks of a day that is over: a figure or a demand of the past, a project delivered, an edit of history."""
    if table.name in SETTLED:
        return True
    if table.name == "demand":
        return bool(row["year"] < int(str(as_of)[:4]))
    return bool((table.name == "projects" and not np.isnat(row["delivered"])) or (table.name == "edits" and row["from"] <= as_of))


def _date(sources: Table, row: Row) -> str | None:
    """The date of the source of a row, else the day from which the row could be known."""
    if row["source_id"] in sources:
        date = str(sources.row(row["source_id"])["date"])
        if _DATE.match(date):
            return date
    known = row.get("known_since")
    return None if known is None or np.isnat(known) else str(known)


def _publisher(sources: Table, row: Row) -> str:
    return str(sources.row(row["source_id"])["publisher"]) if row["source_id"] in sources else ""


def _tier(table: Table, row: Row) -> int:
    if table.name in _USED and row["role"] == "rival":
        return 3
    if table.name == "claims":
        return 1 if row["column"] in MATTER.get(row["table"], ()) else 2
    if any(True for _ in _figures(table, row)):
        return 1
    return 2 if any(column.kind in ("number", "integer") and _is_there(row[column.name]) for column in table.schema) else 3


def _is_there(value: Any) -> bool:
    """Whether a cell holds a figure."""
    if isinstance(value, str):
        return bool(value)
    return not (np.isnat(value) if isinstance(value, np.datetime64) else np.isnan(value))


def _is_figure(table: Table, value: Any) -> bool:
    """Whether a cell holds a figure; a tariff of nothing is none, since a row fills in one of the two prices."""
    return _is_there(value) and not (table.name == "tariffs" and value == 0)


def _figures(table: Table, row: Row) -> Iterator[tuple[Column, Any]]:
    """The cells of a row that matter, and hold a figure."""
    for name in MATTER.get(table.name, ()):
        if _is_figure(table, row[name]):
            yield table.schema[name], row[name]


def _short(table: Table, row: Row) -> str:
    """The figures of a row on one line: of the cells that matter, else of its numbers, else its name."""
    if table.name == "claims":
        return f"{row['table']} {row['row']} {row['column']}: {_number(row['likely'])} {row['unit']}".rstrip()
    if table.name == "edits":
        return f"{row['table']} {row['id']} {row['column']} {row['op']} {row['value']} {row['unit']}".rstrip()
    figures = list(_figures(table, row)) or list(_numbers(table, row))
    if figures:
        return "; ".join(_figure(column, value, row) for column, value in figures)
    return next((str(row[name]) for name in ("name", "meaning", "topic", "title") if row.get(name)), "")


def _figure(column: Column, value: Any, row: Row) -> str:
    unit = (row[column.unit_column] if column.unit_column else column.unit) or (row.get("unit", "") if column.name in ("value", "amount") else "")
    said = cell_text(value) if isinstance(value, (str, np.datetime64)) else _number(value)
    return f"{column.name} {said} {unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.6g}"


def _coverage(tables: Mapping[str, Table]) -> Iterator[Coverage]:
    claimed = _claimed(tables["claims"])
    for name in MATTER:
        table = tables[name]
        if not len(table):
            continue
        cells = sourced = stated = 0
        for key, row in zip(table.keys, table.rows(), strict=True):
            for column, _ in _figures(table, row):
                cells += 1
                evidence = claimed.get((name, key, column.name), row)
                sourced += bool(evidence["source_id"])
                stated += bool(evidence["source_id"]) and evidence["basis"] in STATED
        yield Coverage(name, len(table), sum(bool(source) for source in table["source_id"]), cells, sourced, stated)
