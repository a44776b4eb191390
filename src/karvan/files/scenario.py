"""A scenario file: TOML that says what is different, by name.

    name = "Hub in time, sea falls"
    [projects]
    port_hub = 2026-12-31         # or "never"
    [sea]
    level = -30.5                 # m, all modelled years
    [demand]
    factor = 1.2
    [[edits]]                     # as a row of edits.csv
    table = "fleets"
    id = "feeders"
    column = "number"
    op = "add"
    value = 2
    from = 2027-01-01
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import BadCell, nearest, parse
from karvan.tables.faults import Fault, InvalidData, UsageError
from karvan.tables.table import Row

NEVER = "never"
_SECTIONS = ("name", "projects", "sea", "demand", "edits")
_KEYS = {"sea": ("level",), "demand": ("factor",)}


@dataclass(frozen=True)
class Scenario:
    """What a scenario changes: project -> date or NEVER, level of the sea, factor on demand, rows of edits."""

    name: str = "base"
    projects: Mapping[str, np.datetime64 | str] = field(default_factory=dict)
    level: float | None = None
    demand: float = 1.0
    edits: tuple[Row, ...] = ()


def read(path: Path) -> Scenario:
    """The scenario of a file. Raises `UsageError` (no such file) or `InvalidData` (all faults)."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        repr(raw)  # raises for a number of more digits than Python writes
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Name a scenario file.") from error
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number of too many digits, brackets without end
        raise InvalidData([Fault(path.name, 0, "", str(error), "TOML in UTF-8", "Correct the line named.")]) from error
    faults: list[Fault] = []

    def fault(column: str, found: object, expected: str, remedy: str) -> None:
        faults.append(Fault(path.name, 0, column, str(found), expected, remedy))

    for key in raw:
        if key not in _SECTIONS:
            fault(key, key, "one of " + ", ".join(_SECTIONS), f"Nearest: {nearest(key, _SECTIONS)}.")
    for key in ("projects", "sea", "demand"):
        if not isinstance(raw.get(key, {}), dict):
            fault(key, raw[key], f"a section [{key}]", f"Write [{key}] and its keys below.")
            raw[key] = {}
    for section, keys in _KEYS.items():
        for key in raw.get(section, {}):
            if key not in keys:
                fault(f"{section}.{key}", key, "one of " + ", ".join(keys), f"Nearest: {nearest(key, keys)}.")
    if not isinstance(raw.get("name", ""), str):
        fault("name", raw["name"], "a text", 'Write name = "…".')
    projects = {}
    for project, when in raw.get("projects", {}).items():
        try:
            projects[project] = delivery_of(when)
        except ValueError as error:
            fault(f"projects.{project}", when, "a date or never", f"{error}.")
    level = raw.get("sea", {}).get("level")
    if level is not None and not (_is_number(level) and -100 <= level <= 100):
        fault("sea.level", level, "a level in m", "Write a number such as -30.5.")
        level = None
    factor = raw.get("demand", {}).get("factor", 1.0)
    if not (_is_number(factor) and 0 <= factor <= 1000):
        fault("demand.factor", factor, "a factor between 0 and 1000", "Write 1.2 for 20 % more.")
        factor = 1.0
    rows = []
    entries = raw.get("edits", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        fault("edits", entries, "a list of [[edits]]", "Write [[edits]] with double brackets.")
        entries = []
    for i, entry in enumerate(entries, start=1):
        rows.append(_edit_row(i, entry, fault))
    if faults:
        raise InvalidData(faults)
    name = str(raw.get("name", path.stem))
    return Scenario(name, projects, None if level is None else float(level), float(factor), tuple(row for row in rows if row))


def delivery_of(when: Any) -> np.datetime64 | str:
    """A day, or NEVER, from what a person writes: 2027, 2027-06, 2027-06-30 or never. Raises `ValueError`."""
    text = str(when).strip()[:10] if isinstance(when, datetime.date) else str(when).strip()
    if text.lower() == NEVER:
        return NEVER
    try:
        return parse_day(text)
    except BadCell as bad:
        raise ValueError(f"expected {bad.expected}, or never") from bad


def parse_day(text: str) -> np.datetime64:
    from karvan.tables.cells import parse_date

    return parse_date(text, period_end=True)


def _edit_row(i: int, entry: Mapping[str, Any], fault: Any) -> Row | None:
    schema = SCHEMAS["edits"]
    row: Row = {}
    good = True
    for key in entry:
        if key not in schema:
            fault(f"edits[{i}].{key}", key, "a column of edits", f"Nearest: {nearest(key, schema.header)}.")
            good = False
    given = {"edit_id": f"scenario_{i}", "cause": "scenario", "basis": "estimate", **{k: _text(v) for k, v in entry.items()}}
    for column in schema:
        try:
            row[column.name] = parse(column, given.get(column.name, ""))
        except BadCell as bad:
            fault(f"edits[{i}].{column.name}", given.get(column.name) or "nothing", bad.expected, bad.remedy)
            good = False
    return row if good else None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(_text(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
