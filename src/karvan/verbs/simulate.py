"""simulate: how do the days of a year go? Queues, waits, sailings and door-to-door times, many times over."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.tables.faults import UsageError
from karvan.verbs import delays as beside_assign
from karvan.verbs import options, scenarios
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verbs.delays import Delayed
from karvan.verbs.loading import fit_of, load
from karvan.verdict import document, simulation
from karvan.verdict.model import prepare
from karvan.verdict.simulated import Tables
from karvan.verdict.simulation import Played

MOST = 100_000


@dataclass(frozen=True, eq=False)
class Simulated:
    """A year of days, and the same under a scenario."""

    played: Played
    options: simulation.Options
    other: Played | None = None

    @cached_property
    def tables(self) -> Tables:
        """The rows of the year."""
        return Tables(self.played)

    def document(self) -> dict[str, Any]:
        played, tables = self.played, self.tables
        found = played.experiment
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(
                played.model.compiled.corridor, year=played.year, scenario=played.scenario, seed=self.options.seed, replications=found.complete,
                asked=found.asked, antithetic=self.options.antithetic, until=self.options.until,
            ),
            "said": found.said,
            "sent": sum(played.days.sent.values()),
            "terminals": [asdict(row) for row in tables.terminals()],
            "services": [asdict(row) for row in tables.services()],
            "pools": [asdict(row) for row in tables.pools()],
            "lines": [asdict(row) for row in tables.lines()],
            "journeys": [asdict(row) for row in tables.journeys()],
            "cuts": [asdict(row) for row in tables.cuts()],
            "causes": [asdict(row) for row in tables.causes()],
            "growing": [asdict(each) for each in found.growing],
            "failed": [asdict(each) for each in found.failed],
        }  # fmt: skip
        return dict(document.plain(out))


def simulate(
    case: str, year: int | None, replications: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...], compare: str | None,
    until: float | None, antithetic: bool, delays: bool = False, fit_delays: bool = False, write: bool = False, progress: Progress | None = None,
) -> Simulated | Delayed:  # fmt: skip
    _check(replications, workers, until)
    how = simulation.Options(replications, seed, workers, until, antithetic)
    if delays or fit_delays or write:
        beside = tuple(name for name, given in (("--compare", compare), ("--until", until)) if given is not None)
        beside_assign.check(case, fit_delays, write, scenario is not None or bool(set), beside, how)
    corridor = load(case)
    chosen = corridor.settings.first_year if year is None else year
    if delays or fit_delays:
        forced = scenarios.apply(corridor, scenario, set).forced
        return beside_assign.of(case, _play(corridor, chosen, scenario, set, how, progress), forced, how, fit_delays, write, progress)
    first = _play(corridor, chosen, scenario, set, how, progress)
    other = None if compare is None else _play(corridor, chosen, scenarios.beside(compare), (), how, progress)
    return Simulated(first, how, other)


def _check(replications: int, workers: int, until: float | None) -> None:
    if not 1 <= replications <= MOST:
        raise UsageError(f"--replications {replications}: expected 1 to {MOST:,}.")
    if workers < 1:
        raise UsageError(f"--workers {workers}: expected 1 or more.")
    if until is not None and not 0 < until < 1:
        raise UsageError(f"--until {until:g}: expected a share of the mean between 0 and 1, as 0.01 for 1 %.")


def _play(
    corridor: Corridor, year: int, file: Path | None, switches: tuple[str, ...], how: simulation.Options, progress: Progress | None
) -> Played:  # fmt: skip
    changed = scenarios.apply(corridor, file, switches)
    model = prepare(changed.corridor, changed.dated, fit_of(corridor, year))
    return simulation.play(model, year, changed.forced, changed.name, how, progress)


VERB = Verb(
    "simulate", "How do the days of a year go? Queues, waits, sailings, door-to-door days, and what is waited for, with intervals.",
    (options.CASE_FIRST, options.YEAR, Option("replications", int, 100, "how many times the year is played", "N", "n"), options.SEED, options.WORKERS,
     options.SCENARIO, options.SET, options.COMPARE,
     Option("until", float, None, "go on until the interval of the tonnes that arrive is this share of them, 0.01 for 1 %", "SHARE"),
     Option("antithetic", bool, False, "play every year a second time with mirrored luck; the pair is one observation"),
     Option("delays", bool, False, "set the waits that assign says beside those of the played days, and hours door to door"),
     Option("fit_delays", bool, False, "play other scales of demand too, and fit the delay functions of assign to the waits"),
     Option("write", bool, False, "store that fit in CASE/fitted/, for assign --delays fitted")), simulate, progresses=True,
)  # fmt: skip
