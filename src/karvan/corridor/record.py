"""The record of projects: which report of a kind is the last word on a project, and what a project holds of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from karvan.tables.table import Row, Table

HELD: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cost": (("cost", "value"), ("currency", "unit")),
    "progress": (("progress", "value"), ("progress_on", "reported_on")),
    "status": (("status", "state"),),
}
"""Kind of report -> (column of `projects`, column of `reports` that it repeats). Money (`funding`) is told in words and has no cell."""


def latest(reports: Table) -> dict[tuple[str, str], int]:
    """(project, kind) -> position of its latest report in the role `used`."""
    out: dict[tuple[str, str], int] = {}
    days = reports["reported_on"]
    for i, (project, kind, role) in enumerate(zip(reports["project_id"], reports["kind"], reports["role"], strict=True)):
        at = out.get((project, kind))
        if role == "used" and (at is None or days[i] >= days[at]):
            out[project, kind] = i
    return out


def held(report: Row) -> dict[str, object]:
    """The cells of its project that a report fills."""
    return {column: report[source] for column, source in HELD.get(report["kind"], ())}


def agree(one: object, other: object) -> bool:
    """Whether a cell of a project says the same as its report."""
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=1e-9, equal_nan=True))
    return bool(one == other)
