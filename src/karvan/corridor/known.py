"""What the world could know on a day of the past: the only door of back-tests.

Rows of evidence that came later are gone; what they say about later days is blanked: a promise that came true later is
still open, a project delivered later is under way, and a project holds the date last promised until then, and the cost,
progress and status last reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from karvan.corridor import record
from karvan.tables.cells import absent
from karvan.tables.table import Table

EVIDENCE = ("observations", "promises", "reports", "claims", "series", "projects", "targets", "events")
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
    out["projects"] = _as_promised(out["projects"], tables["projects"], out["promises"], day)
    out["projects"] = _as_told(out["projects"], tables["reports"], out["reports"])
    out["shocks"] = _not_yet_running(out["shocks"], day)
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


def _not_yet_running(shocks: Table, day: np.datetime64) -> Table:
    """The shocks, of which those that began later do not run; how often they strike is a judgement and stays."""
    later = np.flatnonzero(np.asarray(shocks["active_since"] > day))
    cells = {(int(i), column): _NONE for i in later for column in ("active_since", "active_until")}
    return shocks.replace(cells) if cells else shocks


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


def _as_promised(projects: Table, today: Table, promises: Table, day: np.datetime64) -> Table:
    """The projects with the date that was promised last until that day, where today's promise is younger."""
    last: dict[str, int] = {}
    for i, project in enumerate(promises["project_id"]):
        dated = np.isnan(promises["amount"][i]) and promises["promised_on"][i] <= day
        if project and dated and (project not in last or promises["promised_on"][i] >= promises["promised_on"][last[project]]):
            last[project] = i
    cells: dict[tuple[int, str], Any] = {}
    for i, project in enumerate(projects.keys):
        if project in last and today.row(project)["promised_on"] > day:
            cells.update({(i, column): promises[column][last[project]] for column in ("promised", "promised_on")})
    return projects.replace(cells) if cells else projects


def _as_told(projects: Table, all_reports: Table, known: Table) -> Table:
    """The projects with what was last told of them: of a kind that is only told later, nothing. What is delivered stays so."""
    cells: dict[tuple[int, str], Any] = {}
    last = record.latest(known)
    for project, kind in record.latest(all_reports):
        if project not in projects:
            continue
        i = projects.index[project]
        report = known.at(last[project, kind]) if (project, kind) in last else None
        if kind == "status":
            if report is not None and report["state"] != "delivered" and np.isnat(projects["delivered"][i]):
                cells[i, "status"] = report["state"]
        elif report is not None:
            cells.update({(i, column): value for column, value in record.held(report).items()})
        else:
            cells.update({(i, column): absent(projects.schema[column]) for column, _ in record.HELD.get(kind, ())})
    return projects.replace(cells) if cells else projects


_BLANKS: dict[str, Callable[[Mapping[str, Any], np.datetime64], dict[str, Any]]] = {"promises": _promise, "projects": _project}
