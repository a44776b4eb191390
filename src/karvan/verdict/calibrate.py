"""Fitting the few free cells of a case and its demand to what was observed, and printing how well it does where it was not fitted.

    minimise  sum over fit years and measures of ((log modelled - log observed) / spread)^2  +  sum of ((cell - prior) / prior_sd)^2
              +  sum over groups of demand of  x' C^-1 x,    x[year] = log of what the demand of the group is multiplied with

Free cells, measures and counts to fit, groups of demand, fit and check years stand in case.toml; a measure may be a flow over a cut or
link or through a port, the hours of a step, or days and prices between two places. C is that of karvan.verdict.groups, the solver that of
karvan.engines.estimate. No figure of the check years enters the fit. Whatever else was observed and can be computed is compared
(karvan.verdict.comparison) and scored (karvan.verdict.scores). The nowcast is the same fit on the last observed year alone,
starting from the calibrated cells and demand: today's level, for forecasts only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from karvan.bridge import cells as bridge_cells
from karvan.corridor.corridor import Corridor
from karvan.engines import estimate as estimating
from karvan.engines import sensitivity
from karvan.engines.estimate import Counts, Estimate, EstimateOptions, Prior
from karvan.verdict import comparison, groups, level, measures, transit
from karvan.verdict import scores as scoring
from karvan.verdict.calibration_checks import HIGHEST, LOWEST, PRIOR_SD, SPREAD
from karvan.verdict.comparison import Comparison, Figure, Gap, Miss, Share
from karvan.verdict.groups import Factors, Group
from karvan.verdict.measures import Key, Plan
from karvan.verdict.model import Answer, Model, prepare
from karvan.verdict.scores import Score

CALIBRATION, NOWCAST = "calibration", "nowcast"
GIVEN = 0.01
"""Share by which the hours of a step may differ from an observation that they were taken from."""
_OPTIONS = EstimateOptions(tolerance=1e-6, max_iterations=40)
"""Half of a squared residual less than a millionth is no news; flows have kinks where a capacity fills, on which steps get short."""
_NUDGE = 1e-4
"""Step of the differences by which the slope in a free number is taken, as a share of it, of its spread or of its bounds."""


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
    """Free cells and factors of demand with their fitted values and standard errors, and what follows from them.

    fitted    the figures that entered the fit: (key, year); spreads  of the logarithm of each
    demand    what the demand of every group is multiplied with in every data year
    estimate  the answer of the solver: unknowns are the free numbers, then the factor of every group and fit year; None without figures
    comparisons  every figure that the model can be compared with; gaps  those it cannot
    """

    name: str
    corridor: Corridor
    free: tuple[Free, ...]
    values: np.ndarray
    errors: np.ndarray
    years: tuple[int, ...]
    fitted: tuple[tuple[Key, int], ...]
    spreads: tuple[float, ...]
    demand: Factors
    estimate: Estimate | None
    comparisons: tuple[Comparison, ...]
    gaps: tuple[Gap, ...]

    @property
    def observations(self) -> int:
        """How many figures were fitted."""
        return len(self.fitted)

    @property
    def parameters(self) -> float:
        """The effective number of parameters: how many degrees of freedom the figures have spent."""
        return self.estimate.signal if self.estimate else 0.0

    @property
    def degrees_of_freedom(self) -> float:
        """Figures fitted less effective parameters."""
        return self.observations - self.parameters

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
        return float(np.sqrt(np.mean(np.square(errors)) * self.observations / max(self.degrees_of_freedom, 1.0))) if errors else 0.0


@dataclass(frozen=True, eq=False)
class _Start:
    """Where a fit begins: free numbers, and per group of demand the mean [group, year] and covariance [group, year, year] of the
    logarithms of its factors in the years to fit; `demand` are the factors of all years before the fit."""

    values: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray
    demand: Factors


def calibrate(corridor: Corridor, with_demand: bool = True) -> Fit:
    """The fit on the calibration years; without groups of demand where `with_demand` is false, for comparison."""
    section = corridor.settings.calibration
    model = prepare(corridor, fit="none")
    free, years = free_numbers(corridor, model, section), tuple(int(year) for year in section.get("fit", ()))
    known = groups.of_case(corridor) if with_demand else ()
    shape = groups.shape(corridor)
    same = groups.covariance(years, years, *shape)
    covariance = np.array([group.spread**2 * same for group in known]).reshape(len(known), len(years), len(years))
    mean = np.zeros((len(known), len(years)))
    start = _Start(np.array([each.prior for each in free]), mean, covariance, Factors(known, (), np.ones((len(known), 0)), np.ones((len(known), 0))))
    return _fit(CALIBRATION, model, free, years, start)


def nowcast(corridor: Corridor, calibrated: Fit) -> Fit:
    """The fit of the same cells and demand to the last year that was observed by `as_of`, drawn towards the calibrated ones."""
    model = prepare(corridor, fit="none")
    seen = [year for _, year, _, _ in observed(corridor, measures_of(corridor.settings.calibration)) if year in model.compiled.data_years]
    last = (max(seen),) if seen else ()
    demand = calibrated.demand
    at = [demand.years.index(year) for year in last]
    covariance = np.array([np.diag(row[at] ** 2) for row in demand.error]).reshape(len(demand.groups), len(last), len(last))
    start = _Start(calibrated.values, np.log(demand.factor[:, at]), covariance, demand)
    return _fit(NOWCAST, model, calibrated.free, last, start)


def _fit(name: str, model: Model, free: tuple[Free, ...], years: tuple[int, ...], start: _Start) -> Fit:
    corridor = model.compiled.corridor
    section = corridor.settings.calibration
    spreads = {**counts_of(section), **measures_of(section)}
    past = _Past(model, free, start.demand.groups)
    seen = [each for each in comparison.figures(corridor)
            if each.year in model.compiled.data_years and comparison.computable(model.compiled, each.key)]  # fmt: skip
    years_known = model.compiled.data_years
    before = {year: start.demand.of_year(year) for year in years_known} | {year: np.exp(start.mean[:, i]) for i, year in enumerate(years)}
    at_prior = past.of([each for each in seen if each.key.undirected in spreads and each.year in years], start.values, before)
    to_fit = [each for each, value in at_prior.items() if np.isfinite(_log(each.key, np.array([each.value, value]))).all()]
    errors = [spreads[each.key.undirected] for each in to_fit]
    model_error = float(section.get("model_error", 0.0))
    errors = [float(np.hypot(each.error, model_error)) if np.isnan(error) else error for each, error in zip(to_fit, errors, strict=True)]
    found = _solve(past, to_fit, errors, years, start) if to_fit and (free or start.demand.groups) else None
    demand = _carried(corridor, start, years, found, years_known, len(free))
    values, unsure = (start.values.copy(), np.zeros(len(free))) if found is None else (found.value[: len(free)], found.error[: len(free)])
    factors = {year: demand.of_year(year) for year in years_known}
    check = tuple(int(year) for year in section.get("check", ()))
    first = min((int(year) for year in section.get("fit", ())), default=0)
    fitted = tuple((each.key, each.year) for each in to_fit)
    comparisons, no_way, given = [], defaultdict(list), past.given(seen, values, factors)
    for each, value in past.of(seen, values, factors).items():
        if not np.isfinite(value):
            no_way[each.key].append(each.year)
            continue
        comparisons.append(Comparison(
            each.key, each.year, each.value, value, measures.METRICS[each.key.metric].unit, each.scope,
            comparison.role_of(each.year, years, check, first), comparison.group_of(corridor, each.key), comparison.cargo_of(corridor, each.key),
            (each.key, each.year) in fitted, comparison.outside(corridor, each.key), each in given,
        ))  # fmt: skip
    gaps = comparison.gaps(model.compiled, years, [year for year in check if year not in years], no_way)
    return Fit(name, corridor, free, values, unsure, years, fitted, tuple(errors), demand, found, tuple(comparisons), gaps)


def _carried(corridor: Corridor, start: _Start, years: tuple[int, ...], found: Estimate | None, known: Sequence[int], n_free: int) -> Factors:
    """The factors of all years: those of the fitted years as found, others as before the fit or, before any, carried from the fitted ones."""
    many = start.demand.groups
    if found is None or not many:
        spreads = np.array([group.spread for group in many])
        untouched = Factors(many, tuple(known), np.ones((len(many), len(known))), np.repeat(spreads[:, None], len(known), axis=1))
        return start.demand if start.demand.years else untouched
    mean = np.log(found.value[n_free:]).reshape(len(many), len(years))
    block = found.covariance[n_free:, n_free:].reshape(len(many), len(years), len(many), len(years))
    spread = np.array([block[g, :, g, :] for g in range(len(many))])
    if not start.demand.years:
        return groups.carried(many, known, years, mean, spread, *groups.shape(corridor))
    factor, error = start.demand.factor.copy(), start.demand.error.copy()
    for i, year in enumerate(years):
        at = start.demand.years.index(year)
        factor[:, at], error[:, at] = np.exp(mean[:, i]), np.sqrt(np.maximum(spread[:, i, i], 0.0))
    return Factors(many, start.demand.years, factor, error)


class _Past:
    """What the model says of figures of the past under given values of the free numbers and factors of demand (year -> [group])."""

    def __init__(self, model: Model, free: tuple[Free, ...], many: tuple[Group, ...]):
        self.model, self.free = model, free
        self.groups = many
        self.group = groups.of_pairs(model.compiled.corridor, many, model.compiled.od_names)
        self._starts: dict[int, np.ndarray] = {}
        self._cells: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def of(self, wanted: Sequence[Figure], values: np.ndarray, factors: Mapping[int, np.ndarray]) -> dict[Figure, float]:
        """The modelled value of every figure; NaN where there is no way."""
        plan = self.plan(wanted)
        by_year = {year: self.of_plan(plan, self.answer(year, values, factors[year])) for year in sorted({each.year for each in wanted})}
        at = {key: i for i, key in enumerate(plan.keys)}
        return {each: float(by_year[each.year][at[each.key]]) for each in wanted}

    def of_plan(self, plan: Plan, answer: Answer) -> np.ndarray:
        """The values of a plan in one answer."""
        return transit.values(self.model, answer, plan)

    def given(self, wanted: Sequence[Figure], values: np.ndarray, factors: Mapping[int, np.ndarray]) -> set[Figure]:
        """The hours of steps that the tables of their year hold without any queue, to within GIVEN: inputs, not answers."""
        steps: dict[int, list[Figure]] = defaultdict(list)
        for each in wanted:
            if each.key.kind == "terminal":
                steps[each.year].append(each)
        out: set[Figure] = set()
        for year, several in steps.items():
            answer = self.answer(year, values, factors[year])
            out.update(each for each in several
                       if np.isclose(transit.of_year(self.model, answer, each.key, answer.conditions), each.value, rtol=GIVEN, atol=0.0))  # fmt: skip
        return out

    def answer(self, year: int, values: np.ndarray, factor: np.ndarray) -> Answer:
        """The solved year. Always from the same prices, so that an answer does not depend on those before it."""
        compiled = self.model.compiled
        cells, slopes = self._cells_of(year)
        cells = cells.copy()
        for each, value in zip(self.free, values, strict=True):
            for place in each.places:
                cells[place] += slopes[place] * value
        amount = compiled.amounts[compiled.data_years.index(year)] * np.append(factor, 1.0)[self.group]
        answer = self.model.solve(cells, amount, level.observed(compiled.corridor, year), self._starts.get(year))
        self._starts.setdefault(year, answer.result.price)
        return answer

    def _cells_of(self, year: int) -> tuple[np.ndarray, np.ndarray]:
        """The cells of a year with the free numbers at 0, and how they grow with them: what a year keeps of today's cell is a share of it."""
        if year not in self._cells:
            compiled, ends = self.model.compiled, []
            for value in (0.0, 1.0):
                today = compiled.cells.today.copy()
                today[[place for each in self.free for place in each.places]] = value
                ends.append(bridge_cells.of_year(replace(compiled.cells, today=today), compiled.corridor.history, year))
            self._cells[year] = ends[0], ends[1] - ends[0]
        return self._cells[year]

    def plan(self, wanted: Sequence[Figure]) -> Plan:
        """The plan of these figures' keys."""
        return measures.plan(self.model.compiled, [each.key for each in wanted])

    def slopes(self, weights: sparse.csr_matrix, answer: Answer) -> np.ndarray:
        """[flow, group]: derivative of flows in the logarithm of the factors; `weights` [flow, route] from `on_routes`."""
        problem, result, conditions = self.model.problem, answer.result, answer.conditions
        priced = sensitivity.slopes(self.model.compiled.delay, conditions.capacity, result.load, result.price, result.price_scarcity)
        by_pair = sensitivity.of_demand(problem.routes, problem.incidence, problem.theta, weights, result.route_flow, conditions.amount, priced)
        out = np.zeros((by_pair.shape[0], len(self.groups) + 1))
        np.add.at(out.T, self.group, by_pair.T)
        return out[:, :-1]

    def on_routes(self, plan: Plan) -> sparse.csr_matrix:
        """[flow, route]: what a tonne on a route adds to the flows of a plan."""
        compiled, routes = self.model.compiled, self.model.routes
        at = np.repeat(np.arange(routes.n_routes), np.diff(routes.start))
        column = compiled.demands.commodity[routes.od[at]].astype(np.int64) * len(compiled.arcs) + routes.arc
        travels = sparse.csr_matrix((np.ones(len(at)), (column, at)), shape=(plan.flows.shape[1], routes.n_routes))
        return sparse.csr_matrix(plan.flows @ travels)


def _solve(past: _Past, to_fit: Sequence[Figure], errors: Sequence[float], years: tuple[int, ...], start: _Start) -> Estimate:
    """The free numbers and factors that fit best."""
    plan = past.plan(to_fit)
    at = {key: i for i, key in enumerate(plan.keys)}
    row = np.array([at[each.key] for each in to_fit])
    when = np.array([years.index(each.year) for each in to_fit])
    floor = floors(each.key for each in to_fit)
    flow_row = {int(i): j for j, i in enumerate(plan.flow_rows)}
    weights, n_free, n_groups = past.on_routes(plan), len(past.free), len(past.groups)
    low, high, sd = (np.array([getattr(cell, side) for cell in past.free]) for side in ("low", "high", "prior_sd"))
    nudges = np.minimum(sd, high - low)

    def shown(values: np.ndarray, factors: np.ndarray) -> tuple[np.ndarray, list[Answer]]:
        answers = [past.answer(year, values, factors[:, i]) for i, year in enumerate(years)]
        modelled = np.array([past.of_plan(plan, answer) for answer in answers])[when, row]
        return np.asarray(np.log(np.where(modelled + floor > 0, modelled + floor, np.nan))), answers

    def evaluate(unknown: np.ndarray) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
        values, factors = unknown[:n_free], unknown[n_free:].reshape(n_groups, len(years))
        logs, answers = shown(values, factors)

        def derivative() -> np.ndarray:
            out = np.zeros((len(to_fit), len(unknown)))
            for i in range(n_free):
                step = _NUDGE * max(abs(float(values[i])), float(nudges[i]))
                step = -step if values[i] + step > high[i] else step
                moved = values.copy()
                moved[i] += step
                out[:, i] = (shown(moved, factors)[0] - logs) / step
            if n_groups:
                by_year = [past.slopes(weights, answer) for answer in answers]
                for c, each in enumerate(to_fit):
                    if each.key.how == measures.FLOW:
                        columns = n_free + np.arange(n_groups) * len(years) + when[c]
                        out[c, columns] = by_year[when[c]][flow_row[int(row[c])]] / np.exp(logs[c]) / factors[:, when[c]]
            return out

        return logs, derivative

    prior = Prior(
        np.concatenate([np.clip(start.values, low, high), np.exp(start.mean).ravel()]), _block_diagonal([np.diag(sd**2), *start.covariance]),
        np.arange(n_free + start.mean.size) >= n_free, np.concatenate([low, np.zeros(start.mean.size)]),
        np.concatenate([high, np.full(start.mean.size, np.inf)]),
    )  # fmt: skip
    counted = np.array([float(_log(each.key, each.value)) for each in to_fit])
    return estimating.least_squares(prior, Counts(counted, np.array(errors)), evaluate, _OPTIONS)


def _block_diagonal(blocks: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(sparse.block_diag([block for block in blocks if block.size], format="csr").todense())


def document(fit: Fit) -> dict[str, Any]:
    """What fitted/NAME.toml holds: the hash of the data, what was fitted on what, the cells with their standard errors."""
    return {
        "hash": fit.corridor.hash,
        "years": list(fit.years),
        "observations": fit.observations,
        "parameters": round(fit.parameters, 3),
        "degrees_of_freedom": round(fit.degrees_of_freedom, 3),
        "discrepancy": round(fit.discrepancy, 6),
        "measures": [
            {**asdict(key), "years": sorted(spreads), "spreads": [spreads[year] for year in sorted(spreads)]}
            for key, spreads in _by_key(fit).items()
        ],
        "cells": [
            {"name": each.name, "table": table, "id": key, "column": column, "value": round(float(value), 6), "error": round(float(error), 6)}
            for each, value, error in zip(fit.free, fit.values, fit.errors, strict=True)
            for table, key, column in each.cells
        ],
        **({"demand": groups.document(fit.demand)} if fit.demand.groups else {}),
    }


def _by_key(fit: Fit) -> dict[Key, dict[int, float]]:
    """Key -> year -> spread of the figures that entered a fit."""
    out: dict[Key, dict[int, float]] = defaultdict(dict)
    for (key, year), spread in zip(fit.fitted, fit.spreads, strict=True):
        out[key][year] = round(spread, 6)
    return out


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


def counts_of(section: Mapping[str, Any]) -> dict[Key, float]:
    """The counts that the fit sees besides the measures, with the spread of their logarithm; NaN where each figure's own is meant."""
    return {comparison.key_of(entry).undirected: float(entry.get("spread", np.nan)) for entry in section.get("counts", ())}


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
