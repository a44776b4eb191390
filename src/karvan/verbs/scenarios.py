"""What scenario files and --set switches make of a corridor; the file that --compare names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from karvan.bridge.cells import COLUMNS
from karvan.corridor import checks
from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.files import scenario
from karvan.tables.faults import Fault, InvalidData, UsageError, refuse
from karvan.verdict import document
from karvan.verdict.futures import Forced
from karvan.verdict.model import delivery_year


@dataclass(frozen=True, eq=False)
class Changed:
    """A corridor under a scenario: its undated edits in force, forced dates and levels, dated edits, name, and what was changed
    as plain values for the manifest."""

    corridor: Corridor
    forced: Forced
    dated: tuple[editing.Edit, ...]
    name: str
    said: dict[str, Any]


def apply(corridor: Corridor, file: Path | None, switches: tuple[str, ...]) -> Changed:
    """What a scenario file and --set switches make of a corridor."""
    chosen = scenario.read(file) if file is not None else scenario.Scenario()
    projects = {corridor.find_row("projects", name): when for name, when in chosen.projects.items()}
    switched: dict[str, str] = {}
    for switch in switches:
        name, equals, when = switch.partition("=")
        if not equals:
            raise UsageError(f"--set {switch}: expected PROJECT=DATE or PROJECT=never.")
        try:
            day = scenario.delivery_of(when)
        except ValueError as error:
            raise UsageError(f"--set {switch}: {error}.") from error
        project = corridor.find_row("projects", name)
        if project in switched:
            raise UsageError(f"--set {switch}: {switched[project]} sets the same project. Leave one out.")
        switched[project] = switch
        projects[project] = day
    refuse_past_deliveries(corridor, projects)
    edits, faults = editing.resolve_rows(chosen.edits, corridor.tables)
    faults = (*faults, *editing.fights(edits, {}))
    if faults:
        raise InvalidData(replace(fault, file=str(file)) for fault in faults)
    label_ = chosen.name if not switches else f"{chosen.name} + {', '.join(switches)}"
    forced = Forced({name: delivery_year(when) for name, when in projects.items()},
                    float("nan") if chosen.level is None else chosen.level, chosen.demand)  # fmt: skip
    first_day = np.datetime64(f"{corridor.settings.first_year}-01-01", "D")
    read = {(table, column) for table, columns in COLUMNS.items() for column in columns}
    deaf = [edit for edit in edits if not np.isnat(edit.start) and (edit.table, edit.column) not in read]
    refuse(Fault(str(file), 0, f"{edit.table}.{edit.column}", "a date", "no date, since no engine reads this cell by the year",
                 "Take out from and until.") for edit in deaf)  # fmt: skip
    dated = tuple(replace(edit, start=first_day) if np.isnat(edit.start) else edit for edit in edits if (edit.table, edit.column) in read)
    undated = [edit for edit in edits if np.isnat(edit.start) and (edit.table, edit.column) not in read]
    said = {
        "projects": {name: str(when) for name, when in sorted(projects.items())}, "level": chosen.level, "demand": chosen.demand,
        "edits": [{key: document.plain(row[key]) for key in ("table", "id", "column", "op", "value", "from", "until")} for row in chosen.edits],
    }  # fmt: skip
    edited = checks.recheck(corridor.edited(undated)) if undated else corridor
    return Changed(edited, forced, dated, label_, said)


def refuse_past_deliveries(corridor: Corridor, projects: dict[str, np.datetime64 | str]) -> None:
    """A scenario is about days to come: it cannot deliver before the day of the case, nor undo what stands."""
    table, today = corridor["projects"], corridor.as_of
    for project, when in projects.items():
        if table.row(project)["status"] == "delivered":
            raise UsageError(f"{project} was delivered on {table.row(project)['delivered']}; a scenario cannot move it. Edit the tables of a copy instead.")
        if isinstance(when, np.datetime64) and when < today:
            raise UsageError(f"{project}={when}: the case stands on {today}. Give a later day, or never.")


def beside(compare: str) -> Path | None:
    """The scenario file that --compare names; None is the case as it stands, which it calls `base`."""
    return None if compare == "base" else Path(compare)
