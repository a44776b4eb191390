"""A year played day by day, many times: which flows, which model of days, which replications, and the same under a scenario.

The flows are those of `assign` for the year; what it says about totals, this says about queues, waits and risks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from karvan.bridge.days import calendar
from karvan.bridge.days.spoken import day, named, spoken
from karvan.bridge.days.write import Days, write
from karvan.engines.arrays import Floats
from karvan.engines.simulate import ModelError
from karvan.engines.simulate.experiment import CannotRun, Experiment, Output, experiment
from karvan.engines.simulate.layout import WAITS
from karvan.engines.simulate.pairs import Comparison, compare
from karvan.tables.faults import KarvanError, UsageError
from karvan.verdict import measures, shipment
from karvan.verdict.futures import Forced
from karvan.verdict.measures import ALL, Key
from karvan.verdict.model import Answer, Model


class CannotPlay(KarvanError):
    """The case does not make a model of days that can run; says what is missing or contradictory."""


@dataclass(frozen=True)
class Options:
    """How it is played. `until`: relative half-width of the tonnes that arrive, asked for instead of a number of replications. `years`: how
    often the year is played in a row, each beginning with what the one before left behind; the last is counted."""

    replications: int = 100
    seed: int = 1
    workers: int = 2
    until: float | None = None
    antithetic: bool = False
    years: int = 1


@dataclass(frozen=True, eq=False, repr=False)
class Played:
    """A year of days: the answer of `assign` that it plays, its model, and what the replications say."""

    model: Model
    answer: Answer
    days: Days
    experiment: Experiment
    year: int
    scenario: str
    demand: float = 1.0
    """what the flows of the answer are multiplied with."""

    @property
    def hours(self) -> float:
        """Of the year that is counted."""
        return self.experiment.edges[-1] - self.experiment.edges[0]


def days_of(model: Model, year: int, forced: Forced, years: int = 1) -> tuple[Answer, Days]:
    """The flows of a year and their model of days. Raises `NotCertified`, `InvalidData` or `CannotPlay`."""
    inputs = shipment.likely_inputs(model, year, forced)
    answer = model.solve(inputs.cells, inputs.amount, inputs.level)
    model.certified(answer, str(year))
    return answer, _written(model, answer, inputs.level, 1.0, years)


def _written(model: Model, answer: Answer, level: float, demand: float, years: int) -> Days:
    try:
        return write(
            model.compiled, model.routes, model.incidence, answer.conditions, answer.cells, answer.result.route_flow * demand,
            _headline(model), _cuts(model), level, calendar.edges(years)[0],
        )  # fmt: skip
    except ModelError as error:
        raise CannotPlay("\n".join(dict.fromkeys(error.faults))) from error


def play(model: Model, year: int, forced: Forced, scenario: str, options: Options, progress: Callable[[int, int], None] | None = None) -> Played:
    """The year, as often as asked. Ctrl-C keeps what is complete.

    Raises `CannotPlay` when no replication reaches the end of the year, `UsageError` when more is asked than memory holds, and
    `KeyboardInterrupt` when it is stopped before one is complete.
    """
    answer, days = days_of(model, year, forced, options.years)
    return Played(model, answer, days, _experiment(days, options, f"{year} in {scenario}", progress), year, scenario)


def again(played: Played, forced: Forced, demand: float, options: Options, progress: Callable[[int, int], None] | None = None) -> Played:
    """The same year with `demand` times its flows on the same routes: what `assign` would choose then is not asked."""
    level = shipment.likely_inputs(played.model, played.year, forced).level
    days = _written(played.model, played.answer, level, demand, options.years)
    name = f"{played.year} in {played.scenario} with {demand:g} times its flows"
    return Played(played.model, played.answer, days, _experiment(days, options, name, progress), played.year, played.scenario, demand)


def _experiment(days: Days, options: Options, name: str, progress: Callable[[int, int], None] | None) -> Experiment:
    edges = calendar.edges(options.years)
    until: dict[Output, float] | None = None if options.until is None else {ARRIVED: options.until}
    journeys = [name for name, known in days.known.items() if known.role == "journey"]
    at = np.array([days.tables.place(name) for name in journeys], dtype=np.int64)
    lots = np.array([days.lots[name] for name in journeys])
    try:
        found = experiment(
            days.tables, edges[-1], options.seed, options.replications, edges=edges, threads=options.workers, antithetic=options.antithetic,
            until=until, outputs={ARRIVED: lambda outcome: float((outcome.sums[-1, at, WAITS] - outcome.sums[0, at, WAITS]) @ lots)},
            keep=list(days.known), progress=progress,
        )  # fmt: skip
    except CannotRun as error:
        raise UsageError(f"{error}.") from error
    found = replace(found, failed=tuple(replace(each, fault=spoken(days, each.fault)) for each in found.failed))
    if not found.complete:
        if found.failed:
            raise CannotPlay(f"No replication of {name} reached the end of the year. {_first(days, found)}")
        raise KeyboardInterrupt
    return found


def _first(days: Days, found: Experiment) -> str:
    failed = found.failed[0]
    grows = "; ".join(f"{named(days, each.name)} grows from {day(each.since)} on" for each in found.growing[:3])
    return f"The first of {len(found.failed)}, replication {failed.replication}, ended on {day(failed.time)}: {failed.fault}{f'. {grows[:1].upper()}{grows[1:]}' if grows else ''}."


ARRIVED = "arrived"
"""t that arrive at their destination in the year."""


def differences(base: Played, other: Played, level: float = 0.95) -> Comparison:
    """What the scenario changes, from the same luck on both sides."""
    return compare(base.experiment, other.experiment, level)


def _headline(model: Model) -> np.ndarray:
    """bool[arc]: the cut above the board; none where the case names none, and then everything is played."""
    headline = model.compiled.corridor.settings.headline
    return arcs_of_cut(model, headline) if headline else np.zeros(len(model.compiled.arcs), dtype=bool)


def arcs_of_cut(model: Model, cut: str) -> np.ndarray:
    """bool[arc]: the arcs over a cut, both ways."""
    found = np.zeros(len(model.compiled.arcs), dtype=bool)
    found[measures.arcs_of_key(model.compiled, Key("freight_volume", f"cut:{cut}", "both", ALL, "traffic"))] = True
    return found


def _cuts(model: Model) -> dict[str, np.ndarray]:
    return {str(cut): arcs_of_cut(model, str(cut)) for cut in model.compiled.corridor["cuts"].keys}


def total(played: Played, names: list[str], field: str) -> Floats:
    """float64[run]: a field of several places added up; nothing observed is 0."""
    runs = len(played.experiment.own[ARRIVED])
    return np.sum([np.nan_to_num(played.experiment.column((name, field))) for name in names], axis=0) if names else np.zeros(runs)
