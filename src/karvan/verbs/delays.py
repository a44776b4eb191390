"""delays: do played days wait as long as assign says? And delay functions fitted to what they waited."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from karvan.bridge.limits import DELAYS
from karvan.files import cases
from karvan.files.folder import write_texts
from karvan.files.toml_text import toml_text
from karvan.tables.faults import UsageError
from karvan.verbs import options, scenarios
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verbs.loading import fit_of, load
from karvan.verdict import delay_fit, document, simulation
from karvan.verdict.delay_fit import DelayFit
from karvan.verdict.delays import DelayRow, Delays, Unplayed
from karvan.verdict.door_to_door import DoorRow, Doors
from karvan.verdict.model import prepare
from karvan.verdict.simulated import record
from karvan.verdict.simulation import Played

MOST_DOORS = 10
LEAST_REPLICATIONS = 5

@dataclass(frozen=True, eq=False, repr=False)
class Delayed:
    """The waits of assign beside those of a played year; the fit, where it was asked for, and where it was written."""

    played: Played
    options: simulation.Options
    fit: DelayFit | None = None
    written: Path | None = None

    @cached_property
    def _table(self) -> Delays:
        return Delays(self.played)

    @cached_property
    def rows(self) -> list[DelayRow]:
        """Every wait that both sides have."""
        return self._table.rows()

    @cached_property
    def unplayed(self) -> list[Unplayed]:
        """Limits with a delay in assign on which nothing of the played year queues."""
        return self._table.unplayed()

    @cached_property
    def doors(self) -> list[DoorRow]:
        """Hours door to door of the largest flows."""
        return Doors(self.played).rows(MOST_DOORS)

    def document(self) -> dict[str, Any]:
        played = self.played
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(
                played.model.compiled.corridor, year=played.year, scenario=played.scenario, seed=self.options.seed, replications=played.experiment.complete,
                asked=played.experiment.asked, antithetic=self.options.antithetic,
            ),
            "said": played.experiment.said,
            "delays": [{**record(row), "assigned": row.assigned, "agrees": row.agrees, "reasons": [asdict(each) for each in row.reasons]} for row in self.rows],
            "unplayed": [asdict(each) for each in self.unplayed],
            "journeys": [{**record(row), "difference": row.difference, "remainder": row.remainder} for row in self.doors],
        }  # fmt: skip
        if self.fit is not None:
            out["fit"] = {
                "demands": list(self.fit.demands), "written": self.written is not None,
                "limits": [{**asdict(row), "quality": row.quality, "taken": row.taken, "saturated": row.saturated, "used_misfit": row.used_misfit}
                           for row in self.fit.rows],
            }  # fmt: skip
        return dict(document.plain(out))


def delays(
    case: str, year: int | None, replications: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...], fit: bool, write: bool,
    progress: Progress | None = None,
) -> Delayed:  # fmt: skip
    _check(case, fit, write, scenario is not None or bool(set), replications, workers)
    corridor = load(case)
    chosen = corridor.settings.first_year if year is None else year
    changed = scenarios.apply(corridor, scenario, set)
    how = simulation.Options(replications, seed, workers)
    model = prepare(changed.corridor, changed.dated, fit_of(corridor, chosen))
    played = simulation.play(model, chosen, changed.forced, changed.name, how, progress)
    if not fit:
        return Delayed(played, how)
    found = delay_fit.fit(played, changed.forced, how, progress=progress)
    return Delayed(played, how, found, _write(case, found) if write else None)


def _check(case: str, fit: bool, write: bool, changed: bool, replications: int, workers: int) -> None:
    if not 2 <= replications <= 10_000:
        raise UsageError(f"--replications {replications}: expected 2 to 10,000.")
    if workers < 1:
        raise UsageError(f"--workers {workers}: expected 1 or more.")
    if write and not fit:
        raise UsageError("--write stores a fit: ask for --fit too.")
    if fit and replications < LEAST_REPLICATIONS:
        raise UsageError(f"--replications {replications}: --fit needs {LEAST_REPLICATIONS} or more, to know how sure each wait is.")
    if write and changed:
        raise UsageError("--write stores a fit to the case as it stands: leave --scenario and --set out.")
    if write and cases.is_built_in(case):
        raise UsageError("A built-in case is read-only. `karvan new DIR` makes a copy of your own; fit that one.")


def _write(case: str, found: DelayFit) -> Path:
    folder = cases.locate(case) / "fitted"
    write_texts(folder, {f"{DELAYS}.toml": toml_text(delay_fit.document(found))})
    return folder / f"{DELAYS}.toml"


VERB = Verb(
    "delays", "Do played days wait as long as assign says? Both waits side by side, and delay functions fitted to the days.",
    (options.CASE_FIRST, options.YEAR, Option("replications", int, 40, "how many times the year is played", "N", "n"), options.SEED, options.WORKERS,
     options.SCENARIO, options.SET,
     Option("fit", bool, False, "play other scales of demand too, and fit the delay functions of assign to the waits"),
     Option("write", bool, False, "store that fit in CASE/fitted/, for assign --delays fitted")), delays, progresses=True, counts="replications",
)  # fmt: skip
