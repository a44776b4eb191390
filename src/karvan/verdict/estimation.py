"""How the figures of a fit moved demand: every count with what the tables and the fit say of it, every group with what moved it.

Reads a `karvan.verdict.calibrate.Fit`; written by `karvan.verdict.document`, shown by the faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.verdict import comparison, measures
from karvan.verdict.calibrate import Fit
from karvan.verdict.measures import Key


@dataclass(frozen=True)
class Counted:
    """A figure that entered the fit, in `unit`.

    prior, fitted   what the model says before and after; spread  standard error of the logarithm
    residual        (ln observed - ln fitted) / spread, and before the fit; leverage  how much of its own fit the figure decides
    left_out        ln fitted - ln observed had this figure not been used, to first order
    """

    key: Key
    year: int
    observed: float
    prior: float
    fitted: float
    unit: str
    spread: float
    residual_prior: float
    residual: float
    leverage: float
    left_out: float


@dataclass(frozen=True)
class Pull:
    """By how much a figure moved the logarithm of a factor: what it is less what it would be, to first order, without the figure."""

    key: Key
    year: int
    log: float


@dataclass(frozen=True)
class Moved:
    """A group of demand: its factors in all years with the standard errors of their logarithms, whether any figure sees it, and which
    figures moved its factor of `year`, the last that was fitted, the strongest first."""

    name: str
    spread: float
    seen: bool
    years: tuple[int, ...]
    factors: tuple[float, ...]
    errors: tuple[float, ...]
    year: int
    pulls: tuple[Pull, ...]

    @property
    def factor(self) -> float:
        return self.factors[self.years.index(self.year)]

    @property
    def error(self) -> float:
        return self.errors[self.years.index(self.year)]


def counts(fit: Fit) -> tuple[Counted, ...]:
    """The figures of a fit in the order of group, measure and year; none where nothing was fitted."""
    found = fit.estimate
    if found is None:
        return ()
    sides = {(each.key, each.year): each for each in fit.comparisons}
    out = []
    for i, (key, year) in enumerate(fit.fitted):
        unit = measures.METRICS[key.metric].unit
        spread = fit.spreads[i]
        prior = max(0.0, float(np.exp(found.fitted_prior[i])) - comparison.FLOORS.get(unit, 0.0))
        side = sides[key, year]
        out.append(Counted(key, year, side.observed, prior, side.modelled, unit, spread, float(found.residual_prior[i]), float(found.residual[i]),
                           float(found.leverage[i]), float(-found.left_out[i] * spread)))  # fmt: skip
    order = {name: i for i, name in enumerate(comparison.GROUPS)}
    return tuple(sorted(out, key=lambda each: (order[comparison.group_of(fit.corridor, each.key)], each.key, each.year)))


def demand(fit: Fit) -> tuple[Moved, ...]:
    """The groups of demand, those that moved most first."""
    found, factors = fit.estimate, fit.demand
    if found is None or not fit.years:
        return ()
    out = []
    for g, group in enumerate(factors.groups):
        first = len(fit.free) + g * len(fit.years)
        last = max(range(len(fit.years)), key=lambda i: fit.years[i])
        pull = found.influence[first + last]
        strongest = sorted(range(len(pull)), key=lambda i: -abs(pull[i]))
        pulls = tuple(Pull(*fit.fitted[i], float(pull[i])) for i in strongest if pull[i] != 0)
        seen = bool(found.seen[first : first + len(fit.years)].any())
        out.append(Moved(group.name, group.spread, seen, factors.years, tuple(map(float, factors.factor[g])), tuple(map(float, factors.error[g])),
                         fit.years[last], pulls))  # fmt: skip
    return tuple(sorted(out, key=lambda each: -abs(float(np.log(each.factor)))))


def left_out_error(fit: Fit) -> float:
    """Root mean square of the logarithmic errors that the figures of a fit have when each in turn is left out, to first order (the PRESS
    of Allen 1974, Technometrics 16, 125-127); NaN without figures."""
    return float(np.sqrt(np.mean([each.left_out**2 for each in counts(fit)]))) if fit.fitted and fit.estimate is not None else float("nan")
