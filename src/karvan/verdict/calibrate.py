"""Fitting the few free cells of a case to what was observed, and printing how well it does where it was not fitted.

    minimise  sum over fit years and measures of ((log modelled - log observed) / spread)^2  +  sum of ((cell - prior) / prior_sd)^2

Free cells, measures, fit and check years stand in case.toml. No figure of the check years enters the fit. The nowcast is
the same fit on the last observed year alone, starting from the calibrated cells: today's level, for forecasts only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from karvan.bridge.cells import collect
from karvan.corridor.corridor import Corridor
from karvan.tables.faults import Fault
from karvan.verdict import measures
from karvan.verdict.measures import Key
from karvan.verdict.model import Model, prepare

CALIBRATION, NOWCAST = "calibration", "nowcast"
FLOOR = 1000.0
"""Added to flows (t, TEU) before their logarithm is taken, so that a flow of nothing can be compared."""


def check(corridor: Corridor) -> Iterator[Fault]:
    """Free numbers, measures and years of [calibration] that the case does not have."""
    section = corridor.settings.calibration
    cells = collect(corridor.tables)
    for i, entry in enumerate(section.get("free", ()), start=1):
        name, column = str(entry.get("table", "")), str(entry.get("column", ""))
        for key in entry.get("ids", ()):
            rows = corridor.tables.get(name)
            if rows is None or key not in rows or cells.place(name, rows.index[key], column) is None:
                yield Fault("case.toml", 0, f"calibration.free[{i}]", f"{name}.{key}.{column}", "a number that an engine reads",
                            "Name a table, rows and a column of it.")  # fmt: skip
    for i, entry in enumerate(section.get("measures", ()), start=1):
        key = _key(entry)
        if key.metric not in measures.METRICS or key.how != measures.FLOW or key.name not in corridor["cuts"]:
            yield Fault("case.toml", 0, f"calibration.measures[{i}]", f"{key.metric} {key.subject}", "a flow over a cut of the case",
                        "Write metric and subject as in observations.csv.")  # fmt: skip
    years = {int(year) for year in corridor["demand"]["year"]}
    for name in ("fit", "check"):
        for year in section.get(name, ()):
            if year not in years:
                yield Fault("case.toml", 0, f"calibration.{name}", str(year), "a year of demand.csv", "Take it out, or add its demand.")


def _key(entry: Mapping[str, Any]) -> Key:
    return Key(str(entry.get("metric", "")), str(entry.get("subject", "")), str(entry.get("direction", "both")),
               str(entry.get("commodity", "all")), str(entry.get("measure_basis", "traffic")))  # fmt: skip


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


@dataclass(frozen=True)
class Comparison:
    """One observed and modelled figure; role says whether the year was fitted, checked or neither."""

    key: Key
    year: int
    observed: float
    modelled: float
    unit: str
    scope: str
    role: str

    @property
    def error(self) -> float:
        """Modelled over observed, minus one; NaN without a figure to divide by."""
        return self.modelled / self.observed - 1 if self.observed else float("nan")


@dataclass(frozen=True, eq=False)
class Fit:
    """Free cells with their fitted values and standard errors, and the table of comparisons that follows from them."""

    name: str
    corridor: Corridor
    free: tuple[Free, ...]
    values: np.ndarray
    errors: np.ndarray
    years: tuple[int, ...]
    observations: int
    comparisons: tuple[Comparison, ...]

    @property
    def degrees_of_freedom(self) -> int:
        return self.observations - len(self.free)

    @property
    def discrepancy(self) -> float:
        """What the model gets wrong even where it was fitted: root mean square of the log errors of the fitted figures,
        per degree of freedom. 0 when nothing was fitted."""
        errors = [np.log((each.modelled + FLOOR) / (each.observed + FLOOR)) for each in self.comparisons if each.role == "fit"]
        return float(np.sqrt(np.sum(np.square(errors)) / max(self.degrees_of_freedom, 1))) if errors else 0.0


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
    name: str, corridor: Corridor, model: Model, free: tuple[Free, ...], keys: Mapping[Key, float],
    years: tuple[int, ...], prior: np.ndarray, section: Mapping[str, Any],
) -> Fit:  # fmt: skip
    plan = measures.plan(model.compiled, keys)
    seen = [(key, year, value, scope) for key, year, value, scope in observed(corridor, keys) if year in model.compiled.data_years]
    fitted = [(plan.keys.index(key), year, value, keys[key]) for key, year, value, _ in seen if year in years]
    spread = np.array([cell.prior_sd for cell in free])
    starts: dict[int, np.ndarray] = {}

    def modelled(values: np.ndarray, wanted: tuple[int, ...]) -> dict[int, np.ndarray]:
        overrides = {place: float(value) for each, value in zip(free, values, strict=True) for place in each.places}
        out = {}
        for year in wanted:
            answer = model.past(year, overrides, starts.get(year))
            starts.setdefault(year, answer.result.price)
            out[year] = plan.of_year(model.compiled, model.compiled.cells.today, answer.result.arc_flow)
        return out

    def residuals(values: np.ndarray) -> np.ndarray:
        by_year = modelled(values, years)
        misses = [(np.log(by_year[year][at] + FLOOR) - np.log(value + FLOOR)) / sd for at, year, value, sd in fitted]
        return np.concatenate([misses, (values - prior) / spread])

    values, errors = prior.copy(), np.zeros(len(free))
    if fitted and len(free):
        low, high = np.array([cell.low for cell in free]), np.array([cell.high for cell in free])
        start = np.clip(prior, low + 1e-6 * (high - low), high - 1e-6 * (high - low))
        solution = optimize.least_squares(residuals, start, bounds=(low, high), x_scale=spread, diff_step=1e-4, max_nfev=200)
        values = solution.x
        covariance = np.linalg.pinv(solution.jac.T @ solution.jac)
        errors = np.sqrt(np.diag(covariance))
    check = tuple(int(year) for year in section.get("check", ()))
    wanted = tuple(sorted({year for _, year, _, _ in seen}))
    by_year = modelled(values, wanted)
    roles = {**dict.fromkeys(wanted, "other"), **dict.fromkeys(check, "check"), **dict.fromkeys(years, "fit")}
    comparisons = tuple(
        Comparison(key, year, value, float(by_year[year][plan.keys.index(key)]), measures.METRICS[key.metric].unit, scope, roles[year])
        for key, year, value, scope in seen
    )
    return Fit(name, corridor, free, values, errors, years, len(fitted), comparisons)


def document(fit: Fit) -> dict[str, Any]:
    """What fitted/NAME.toml holds: the hash of the data, the years, the cells with their standard errors."""
    return {
        "hash": fit.corridor.hash,
        "years": list(fit.years),
        "observations": fit.observations,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "discrepancy": round(fit.discrepancy, 6),
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
                        float(entry.get("prior_sd", 50.0)), float(entry.get("low", -1000.0)), float(entry.get("high", 1000.0))))  # fmt: skip
    return tuple(out)


def measures_of(section: Mapping[str, Any]) -> dict[Key, float]:
    """The measures to fit, with the spread of their logarithm that counts as one standard deviation."""
    return {_key(entry): float(entry.get("spread", 0.1)) for entry in section.get("measures", ())}


def observed(corridor: Corridor, keys: Mapping[Key, float]) -> Iterator[tuple[Key, int, float, str]]:
    """(key, year, value in the canonical unit, scope) of every used observation of a calibrated measure."""
    for row in corridor["observations"].rows():
        key = Key.of(row)
        if row["role"] == "used" and key in keys and row["period"].isdigit():
            yield key, int(row["period"]), measures.canonical(key.metric, float(row["value"]), row["unit"]), row["scope"]
