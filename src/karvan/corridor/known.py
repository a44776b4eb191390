"""What the world could know on a day of the past: the only door of back-tests.

Rows of evidence that came later are gone; what they say about later days is blanked: a promise that came true later is
still open, a project delivered later is under way, a progress report of later is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from karvan.tables.table import Table

EVIDENCE = ("observations", "promises", "claims", "series", "projects", "targets", "events")
_NONE = np.datetime64("NaT")


def tables_known(tables: Mapping[str, Table], day: np.datetime64) -> dict[str, Table]:
    """The tables as the world could have written them on `day`. A row of evidence without known_since was never datable
    and is left out."""
    out = dict(tables)
    for name in EVIDENCE:
        table = out[name]
        if len(table):
            out[name] = table.select(np.asarray(table["known_since"] <= day))
    for name, blank in _BLANKS.items():
        cells: dict[tuple[int, str], Any] = {}
        for i, row in enumerate(out[name].rows()):
            cells.update({(i, column): value for column, value in blank(row, day).items()})
        out[name] = out[name].replace(cells) if cells else out[name]
    projects = set(out["projects"].keys)
    causes = [cause.partition(":") for cause in out["edits"]["cause"]]
    keep = np.array([kind != "project" or name in projects for kind, _, name in causes], dtype=bool)
    edits = out["edits"].select(keep & ~np.asarray(out["edits"]["known_since"] > day))
    later = np.asarray(edits["from"] > day)
    delivered = np.array([cause.startswith("project:") for cause in edits["cause"]], dtype=bool)
    undated = {(int(i), column): value for i in np.flatnonzero(later & delivered) for column, value in (("from", _NONE), ("was", ""))}
    edits = edits.replace(undated) if undated else edits
    history = np.array([cause == "history" for cause in edits["cause"]], dtype=bool)
    out["edits"] = edits.select(~(history & np.asarray(edits["from"] > day)))
    return out


def _promise(row: Mapping[str, Any], day: np.datetime64) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    if row["delivered"] > day:
        cells.update(delivered=_NONE, unfinished_on=day)
    elif row["unfinished_on"] > day:
        cells["unfinished_on"] = day
    if row["promised"] > day:
        cells["outcome"] = float("nan")
    return cells


def _project(row: Mapping[str, Any], day: np.datetime64) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    if row["delivered"] > day:
        begun = not np.isnat(row["started"]) and row["started"] <= day
        cells.update(delivered=_NONE, status="construction" if begun else "announced")
    if row["progress_on"] > day:
        cells.update(progress=float("nan"), progress_on=_NONE)
    if row["promised_on"] > day or (np.isnat(row["promised_on"]) and not np.isnat(row["promised"])):
        first = row["first_promised"]
        cells.update(promised=first, promised_on=_NONE if np.isnat(first) else row["known_since"])
    return cells


_BLANKS: dict[str, Callable[[Mapping[str, Any], np.datetime64], dict[str, Any]]] = {"promises": _promise, "projects": _project}
