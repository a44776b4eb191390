"""How a table is declared: once, here, with name, unit, type, range, default and meaning.

CSV headers, the Frictionless data package, the reference pages, the checks of a cell and the arrays
all derive from a `Schema`. To add a column is to add one line to the file of its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["id", "text", "number", "integer", "boolean", "date", "choice", "list"]


@dataclass(frozen=True)
class Column:
    """One column.

    unit        canonical unit of a number; a cell may say another one ("250 nmi"), it is converted at the door
    unit_column the column that holds the unit of this number, where it differs from row to row
    refers_to   the table whose key the cell (or each item of a list) must name
    or_kind     the cell may also name a kind of its rows: a cargo type or group in place of a commodity
    period_end  a date given as a year or a month means its last day, not its first
    late        declared after cases were fitted: while all its cells are as if it were not there, it is no content of a case,
                so that no fit becomes stale
    """

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    unit_column: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    default: str | float | bool | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str | None = None
    or_kind: bool = False
    period_end: bool = False
    late: bool = False


@dataclass(frozen=True)
class Schema:
    """One table: its name (also the file's), what a row is, its key and its columns."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = field(default=False)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def number(name: str, meaning: str, unit: str | None = None, **how: object) -> Column:
    return Column(name, "number", meaning, unit=unit, **how)  # type: ignore[arg-type]


def integer(name: str, meaning: str, unit: str | None = None, **how: object) -> Column:
    return Column(name, "integer", meaning, unit=unit, **how)  # type: ignore[arg-type]


def text(name: str, meaning: str, **how: object) -> Column:
    return Column(name, "text", meaning, **how)  # type: ignore[arg-type]


def ident(name: str, meaning: str, **how: object) -> Column:
    return Column(name, "id", meaning, **how)  # type: ignore[arg-type]


def boolean(name: str, meaning: str, default: bool, **how: object) -> Column:
    return Column(name, "boolean", meaning, default=default, **how)  # type: ignore[arg-type]


def date(name: str, meaning: str, **how: object) -> Column:
    return Column(name, "date", meaning, **how)  # type: ignore[arg-type]


def choice(name: str, meaning: str, *choices: str, **how: object) -> Column:
    return Column(name, "choice", meaning, choices=choices, **how)  # type: ignore[arg-type]


def items(name: str, meaning: str, **how: object) -> Column:
    """A list of ids or words in one cell, separated by semicolons."""
    return Column(name, "list", meaning, **how)  # type: ignore[arg-type]
