"""Fitting the few free cells of a case to what was observed, and printing how well it does where it was not fitted.

    minimise  sum over fit years and measures of ((log modelled - log observed) / spread)^2  +  sum of ((cell - prior) / prior_sd)^2

Free cells, measures to fit, fit and check years stand in case.toml; a measure may be a flow over a cut or link or through a
port, the hours of a step, or days and prices between two places. No figure of the check years enters the fit. Whatever else
was observed and can be computed is compared (karvan.verdict.comparison) and scored (karvan.verdict.scores). The nowcast is the
same fit on the last observed year alone, starting from the calibrated cells: today's level, for forecasts only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import optimize

from karvan.corridor.corridor import Corridor
from karvan.verdict import comparison, measures, transit
from karvan.verdict import scores as scoring
from karvan.verdict.calibration_checks import HIGHEST, LOWEST, PRIOR_SD, SPREAD
from karvan.verdict.comparison import Comparison, Figure, Gap, Miss, Share
from karvan.verdict.measures import Key, Plan
from karvan.verdict.model import Answer, Model, prepare
from karvan.verdict.scores import Score

CALIBRATION, NOWCAST = "calibration", "nowcast"
GIVEN = 0.01
"""Share by which the hours of a step may differ from an observation that they were taken from."""


@dataclass(frozen=True)
class Free:
    """A number that calibration may set, in all the cells that hold it: its bounds, and how far from its prior it is expected."""

    name: str
    cells: tuple[tuple[str, str, str], ...]
    places: tuple[int, ...]
    prior: float
    prior_sd: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Fit:
    """Free cells with their fitted values and standard errors, and what follows from them.

    fitted   the figures that entered the fit: (key, year); spreads  of the log of every measure to fit
    comparisons  every figure that the model can be compared with; gaps  those it cannot
    """

    name: str
    corridor: Corridor
    free: tuple[Free, ...]
    values: np.ndarray
    errors: np.ndarray
    years: tuple[int, ...]
    fitted: tuple[tuple[Key, int], ...]
    spreads: Mapping[Key, float]
    comparisons: tuple[Comparison, ...]
    gaps: tuple[Gap, ...]

    @property
    def observations(self) -> int:
        """How many figures were fitted."""
        return len(self.fitted)

    @property
    def degrees_of_freedom(self) -> int:
        return self.observations - len(self.free)

    @property
    def check_years(self) -> tuple[int, ...]:
        """The check years that this fit did not see."""
        return tuple(int(year) for year in self.corridor.settings.calibration.get("check", ()) if year not in self.years)

    @property
    def scores(self) -> tuple[Score, ...]:
        """How well each group is met, and against a random walk."""
        return scoring.scores(self.comparisons, comparison.aims(self.corridor), self.years)

    @property
    def shares(self) -> tuple[Share, ...]:
        """Shares of the rivals."""
        return comparison.shares(self.corridor, self.comparisons)

    @property
    def misses(self) -> tuple[Miss, ...]:
        """Measures that miss their aim, and why."""
        return comparison.misses(self.corridor, self.comparisons)

    @property
    def discrepancy(self) -> float:
        """What the model gets wrong even where it was fitted: root mean square of the log errors of the fitted flows,
        per degree of freedom. 0 when none was fitted."""
        errors = [each.log_error for each in self.comparisons if each.fitted and each.key.how == measures.FLOW]
        return float(np.sqrt(np.mean(np.square(errors)) * self.observations / max(self.degrees_of_freedom, 1))) if errors else 0.0


def calibrate(corridor: Corridor) -> Fit:
    """The fit on the calibration years."""
    section = corridor.settings.calibration
    model = prepare(corridor, fit="none")
    free, keys = free_numbers(corridor, model, section), measures_of(section)
    years = tuple(int(year) for year in section.get("fit", ()))
    prior = np.array([each.prior for each in free])
    return _fit(CALIBRATION, corridor, model, free, keys, years, prior, section)


def nowcast(corridor: Corridor, calibrated: Fit) -> Fit:
    """The fit of the same cells to the last year that was observed by `as_of`, drawn towards the calibrated ones."""
    section = corridor.settings.calibration
    model = prepare(corridor, fit="none")
    keys = measures_of(section)
    seen = [year for _, year, _, _ in observed(corridor, keys) if year in model.compiled.data_years]
    last = (max(seen),) if seen else ()
    return _fit(NOWCAST, corridor, model, calibrated.free, keys, last, calibrated.values, section)


def _fit(
    name: str, corridor: Corridor, model: Model, free: tuple[Free, ...], spreads: Mapping[Key, float],
    years: tuple[int, ...], prior: np.ndarray, section: Mapping[str, Any],
) -> Fit:  # fmt: skip
    past = _Past(model, free)
    seen = [each for each in comparison.figures(corridor)
            if each.year in model.compiled.data_years and comparison.computable(model.compiled, each.key)]  # fmt: skip
    at_prior = past.of([each for each in seen if each.key.undirected in spreads and each.year in years], prior)
    to_fit = [each for each, value in at_prior.items() if np.isfinite(_log(each.key, np.array([each.value, value]))).all()]
    values, errors = _solve(past, to_fit, spreads, prior) if to_fit and free else (prior.copy(), np.zeros(len(free)))
    check = tuple(int(year) for year in section.get("check", ()))
    first = min((int(year) for year in section.get("fit", ())), default=0)
    fitted = tuple((each.key, each.year) for each in to_fit)
    comparisons, no_way, given = [], defaultdict(list), past.given(seen, values)
    for each, value in past.of(seen, values).items():
        if not np.isfinite(value):
            no_way[each.key].append(each.year)
            continue
        comparisons.append(Comparison(
            each.key, each.year, each.value, value, measures.METRICS[each.key.metric].unit, each.scope,
            comparison.role_of(each.year, years, check, first), comparison.group_of(corridor, each.key), comparison.cargo_of(corridor, each.key),
            (each.key, each.year) in fitted, comparison.outside(corridor, each.key), each in given,
        ))  # fmt: skip
    gaps = comparison.gaps(model.compiled, years, [year for year in check if year not in years], no_way)
    return Fit(name, corridor, free, values, errors, years, fitted, spreads, tuple(comparisons), gaps)


class _Past:
    """What the model says of figures of the past under given values of the free numbers."""

    def __init__(self, model: Model, free: tuple[Free, ...]):
        self._model, self.free = model, free
        self._starts: dict[int, np.ndarray] = {}

    def of(self, wanted: Sequence[Figure], values: np.ndarray) -> dict[Figure, float]:
        """The modelled value of every figure; NaN where there is no way."""
        plan = measures.plan(self._model.compiled, [each.key for each in wanted])
        by_year = self.of_plan(plan, sorted({each.year for each in wanted}), values)
        at = {key: i for i, key in enumerate(plan.keys)}
        return {each: float(by_year[each.year][at[each.key]]) for each in wanted}

    def of_plan(self, plan: Plan, years: Iterable[int], values: np.ndarray) -> dict[int, np.ndarray]:
        """Year -> the values of a plan."""
        overrides = self._overrides(values)
        return {year: transit.values(self._model, self._answer(year, overrides), plan) for year in years}

    def given(self, wanted: Sequence[Figure], values: np.ndarray) -> set[Figure]:
        """The hours of steps that the tables of their year hold without any queue, to within GIVEN: inputs, not answers."""
        overrides = self._overrides(values)
        steps: dict[int, list[Figure]] = defaultdict(list)
        for each in wanted:
            if each.key.kind == "terminal":
                steps[each.year].append(each)
        out: set[Figure] = set()
        for year, several in steps.items():
            answer = self._answer(year, overrides)
            out.update(each for each in several
                       if np.isclose(transit.of_year(self._model, answer, each.key, answer.conditions), each.value, rtol=GIVEN, atol=0.0))  # fmt: skip
        return out

    def _overrides(self, values: np.ndarray) -> dict[int, float]:
        return {place: float(value) for each, value in zip(self.free, values, strict=True) for place in each.places}

    def _answer(self, year: int, overrides: Mapping[int, float]) -> Answer:
        answer = self._model.past(year, overrides, self._starts.get(year))
        self._starts.setdefault(year, answer.result.price)
        return answer

    def plan(self, wanted: Sequence[Figure]) -> Plan:
        """The plan of these figures' keys."""
        return measures.plan(self._model.compiled, [each.key for each in wanted])


def _solve(past: _Past, to_fit: Sequence[Figure], spreads: Mapping[Key, float], prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The free numbers that fit best, and their standard errors from the curvature at the optimum."""
    plan, years = past.plan(to_fit), sorted({each.year for each in to_fit})
    at = {key: i for i, key in enumerate(plan.keys)}
    targets = [(each, float(_log(each.key, each.value)), spreads[each.key.undirected]) for each in to_fit]
    spread, low, high = (np.array([getattr(cell, side) for cell in past.free]) for side in ("prior_sd", "low", "high"))

    def residuals(values: np.ndarray) -> np.ndarray:
        by_year = past.of_plan(plan, years, values)
        misses = [(float(_log(each.key, by_year[each.year][at[each.key]])) - target) / sd for each, target, sd in targets]
        return np.concatenate([misses, (values - prior) / spread])

    start = np.clip(prior, low + 1e-6 * (high - low), high - 1e-6 * (high - low))
    solution = optimize.least_squares(residuals, start, bounds=(low, high), x_scale=spread, diff_step=1e-4, max_nfev=200)
    covariance = np.linalg.pinv(solution.jac.T @ solution.jac)
    return solution.x, np.sqrt(np.diag(covariance))


def document(fit: Fit) -> dict[str, Any]:
    """What fitted/NAME.toml holds: the hash of the data, what was fitted on what, the cells with their standard errors."""
    return {
        "hash": fit.corridor.hash,
        "years": list(fit.years),
        "observations": fit.observations,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "discrepancy": round(fit.discrepancy, 6),
        "measures": [
            {**asdict(key), "years": sorted(year for fitted, year in fit.fitted if fitted == key), "spread": fit.spreads[key.undirected]}
            for key in dict.fromkeys(key for key, _ in fit.fitted)
        ],
        "cells": [
            {"name": each.name, "table": table, "id": key, "column": column, "value": round(float(value), 6), "error": round(float(error), 6)}
            for each, value, error in zip(fit.free, fit.values, fit.errors, strict=True)
            for table, key, column in each.cells
        ],
    }


def stale(corridor: Corridor) -> tuple[str, ...]:
    """The fits of a case that were made on other data than it holds now."""
    return tuple(name for name, content in corridor.fitted.items() if content.get("hash") != corridor.hash)


def free_numbers(corridor: Corridor, model: Model, section: Mapping[str, Any]) -> tuple[Free, ...]:
    """The numbers that calibration may set, as case.toml names them (`check` has seen that they are there)."""
    out = []
    for entry in section.get("free", ()):
        table, column = str(entry["table"]), str(entry["column"])
        cells = tuple((table, str(key), column) for key in entry["ids"])
        places = tuple(model.compiled.cells.slices[table, column].start + corridor[table].index[key] for _, key, _ in cells)
        out.append(Free(str(entry.get("name", cells[0][1])), cells, places, float(model.compiled.cells.today[places[0]]),
                        float(entry.get("prior_sd", PRIOR_SD)), float(entry.get("low", LOWEST)), float(entry.get("high", HIGHEST))))  # fmt: skip
    return tuple(out)


def measures_of(section: Mapping[str, Any]) -> dict[Key, float]:
    """The measures to fit, with the spread of their logarithm that counts as one standard deviation."""
    return {comparison.key_of(entry).undirected: float(entry.get("spread", SPREAD)) for entry in section.get("measures", ())}


def _log(key: Key, value: float | np.ndarray) -> Any:
    return comparison.logarithm(value, measures.METRICS[key.metric].unit)


def flows_of(section: Mapping[str, Any]) -> dict[Key, float]:
    """Of the measures to fit those that are flows."""
    return {key: spread for key, spread in measures_of(section).items() if key.how == measures.FLOW}


def floors(keys: Iterable[Key]) -> np.ndarray:
    """What is added to the value of every key before its logarithm is taken."""
    return np.array([comparison.FLOORS.get(measures.METRICS[key.metric].unit, 0.0) for key in keys])


def observed(corridor: Corridor, keys: Mapping[Key, float]) -> Iterator[tuple[Key, int, float, str]]:
    """(key, year, value in the canonical unit, scope) of every used observation of a calibrated measure."""
    for each in comparison.figures(corridor):
        if each.key.undirected in keys:
            yield each.key, each.year, each.value, each.scope
