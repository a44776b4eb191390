"""simulate: how do the days of a year go? Queues, waits, sailings and door-to-door times, many times over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.engines.simulate.analysis import LEAST
from karvan.tables.faults import UsageError
from karvan.verbs import options, scenarios, traces
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verbs.loading import fit_of, load
from karvan.verdict import document, simulation
from karvan.verdict.model import prepare
from karvan.verdict.simulated import Tables, record
from karvan.verdict.simulated_differences import Differences
from karvan.verdict.simulation import Played

MOST = 100_000
MOST_YEARS = 100
PAGE, ALL = "page", "all"
TABLES = ("cuts", "causes", "terminals", "months", "services", "pools", "lines", "journeys")
ROWS = tuple(name for name in TABLES if name != "months")
"""lists of the document; months stand in the rows of the terminals."""
SHOWN = (PAGE, *TABLES, ALL)
"""what a person may ask to see: a page of the most important, one table whole, or all."""


@dataclass(frozen=True, eq=False, repr=False)
class Simulated:
    """A year of days, and the same under a scenario."""

    played: Played
    options: simulation.Options
    other: Played | None = None
    halted: bool = False
    """by hand, before one replication of the compared scenario was complete."""
    show: str = PAGE
    """one of `SHOWN`, for people; the document holds all."""

    @cached_property
    def tables(self) -> Tables:
        """The rows of the year."""
        return Tables(self.played)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped by hand: the figures are of what was complete."""
        return self.halted or self.played.experiment.stopped or (self.other is not None and self.other.experiment.stopped)

    @cached_property
    def differences(self) -> Differences | None:
        """What the compared scenario changes; None without one, and where it was stopped before any of it was complete."""
        return None if self.other is None else Differences(self.tables, Tables(self.other))

    def document(self) -> dict[str, Any]:
        played, tables = self.played, self.tables
        found = played.experiment
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(
                played.model.compiled.corridor, year=played.year, scenario=played.scenario, seed=self.options.seed, replications=found.complete,
                asked=found.asked, antithetic=self.options.antithetic, until=self.options.until, years=self.options.years,
            ),
            "said": found.said,
            "sent": sum(played.days.sent.values()),
            "terminals": [record(row) for row in tables.terminals()],
            "services": [record(row) for row in tables.services()],
            "pools": [record(row) for row in tables.pools()],
            "lines": [record(row) for row in tables.lines()],
            "journeys": [record(row) for row in tables.journeys()],
            "cuts": [record(row) for row in tables.cuts()],
            "causes": [record(row) for row in tables.causes()],
            "growing": [record(row) for row in tables.growing()],
            "failed": [record(row) for row in tables.failed()],
        }  # fmt: skip
        if self.other is not None and self.differences is not None:
            out["compare"] = _compared(self.other, self.differences)
        return dict(document.plain(out))


def _compared(other: Played, found: Differences) -> dict[str, Any]:
    return {
        "scenario": other.scenario,
        "said": other.experiment.said,
        "sent": sum(other.days.sent.values()),
        "pairs": found.pairs,
        "arrived": {"difference": found.arrived.mean, "low": found.arrived.low, "high": found.arrived.high, "gain": found.arrived.gain},
        "differences": [record(row) for row in found.rows],
        "growing": [record(row) for row in found.other.growing()],
        "failed": [record(row) for row in found.other.failed()],
    }


def simulate(
    case: str, year: int | None, replications: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...], compare: str | None,
    until: float | None, antithetic: bool, years: int = 1, show: str = PAGE, trace: Path | None = None, traced: int = 0,
    progress: Progress | None = None,
) -> Simulated:  # fmt: skip
    _check(replications, workers, until, years, show)
    traces.check(trace, traced, replications, years)
    corridor = load(case)
    chosen = corridor.settings.first_year if year is None else year
    how = simulation.Options(replications, seed, workers, until, antithetic, years)
    first = _play(corridor, chosen, scenario, set, how, progress)
    if trace is not None:
        traces.write(trace, first, seed, traced)
    other, halted = None, compare is not None and first.experiment.stopped
    if compare is not None and not halted:
        try:
            other = _play(corridor, chosen, scenarios.beside(compare), (), how, progress)
        except KeyboardInterrupt:  # what is there of the first is worth more than nothing
            halted = True
    return Simulated(first, how, other, halted, show)


def _check(replications: int, workers: int, until: float | None, years: int, show: str) -> None:
    if show not in SHOWN:
        raise UsageError(f"--show {show}: expected one of {', '.join(SHOWN)}.")
    if not 1 <= replications <= MOST:
        raise UsageError(f"--replications {replications}: expected 1 to {MOST:,}.")
    if not 1 <= years <= MOST_YEARS:
        raise UsageError(f"--years {years}: expected 1 to {MOST_YEARS}: the same year is played so often in a row. For another year, give --year.")
    if workers < 1:
        raise UsageError(f"--workers {workers}: expected 1 or more.")
    if until is not None and not 0 < until < 1:
        raise UsageError(f"--until {until:g}: expected a share of the mean between 0 and 1, as 0.01 for 1 %.")
    if until is not None and replications < LEAST:
        raise UsageError(f"--replications {replications} with --until: expected {LEAST} or more, before which no interval says when to stop.")


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
     Option("years", int, 1, "play the year so many times in a row, each with what the one before left behind; the last is counted", "N"),
     Option("show", str, PAGE, f"what is printed for people: {', '.join(SHOWN[:-1])} or {ALL}", "TABLE"),
     *traces.OPTIONS), simulate, progresses=True, counts="replications",
)  # fmt: skip
