"""assess: will the promises be kept?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.verbs import options, scenarios
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verbs.loading import known, load
from karvan.verdict import assess as assessing
from karvan.verdict import document
from karvan.verdict.assess import Assessment


@dataclass(frozen=True, eq=False)
class Board:
    """The verdicts, and those of a scenario to compare with, under the same draws."""

    assessment: Assessment
    other: Assessment | None = None

    def document(self) -> dict[str, Any]:
        out = document.assessment(self.assessment)
        if self.other is not None:
            out["compare"] = {"scenario": self.other.scenario, "targets": [document.verdict(self.other, each) for each in self.other.verdicts]}
        return out


def assess(
    case: str, futures: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...], compare: str | None,
    as_of: str | None, target: tuple[str, ...], progress: Progress | None = None,
) -> Board:  # fmt: skip
    draws = assessing.Options(futures, seed, workers)
    corridor = known(load(case), as_of)
    if target:
        keep = {corridor.find_row("targets", name) for name in target}
        corridor = _with_targets(corridor, keep)
    first = _assess(corridor, draws, scenario, set, progress)
    other = None
    if compare is not None:
        other = _assess(corridor, draws, scenarios.beside(compare), (), progress)
    return Board(first, other)


def _assess(corridor: Corridor, draws: assessing.Options, file: Path | None, switches: tuple[str, ...], progress: Progress | None) -> Assessment:
    changed = scenarios.apply(corridor, file, switches)
    return assessing.assess(changed.corridor, draws, changed.forced, changed.name, changed.dated, progress, changed.said)


def _with_targets(corridor: Corridor, keep: set[str]) -> Corridor:
    table = corridor["targets"]
    chosen = table.select(np.array([key in keep for key in table.keys]))
    return replace(corridor, tables={**corridor.tables, "targets": chosen})


VERB = Verb(
    "assess", "Will the promises be kept? Draws futures and prints the target board.",
    (options.CASE_FIRST, options.FUTURES, options.SEED, options.WORKERS, options.SCENARIO, options.SET, options.COMPARE,
     Option("as_of", str, None, "use only what was known on this day", "DATE"),
     Option("target", str, (), "judge only this target; may be repeated", "TARGET", repeated=True)), assess, progresses=True,
)  # fmt: skip
