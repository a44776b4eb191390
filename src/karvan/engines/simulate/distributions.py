"""How long, how many: the distributions a model may draw from, each by inversion of one uniform number.

Inversion makes a draw a monotone function of its uniform: common random numbers stay common when a parameter changes, and
1 - u gives the antithetic twin. Times are in the model's own unit (karvan: hours).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout

OCTAVES = 40
PIECES = 16


@dataclass(frozen=True)
class Distribution:
    """One kind with its parameters, as the machine reads them; made by the functions below."""

    kind: int
    parameters: tuple[float, ...]
    count: int = 0
    """Erlang stages, octaves of a table, choices."""
    mean: float = math.nan

    @property
    def smallest(self) -> float:
        """A lower bound of what is drawn; negative times are a fault."""
        if self.kind in (layout.FIXED, layout.UNIFORM, layout.TRIANGULAR):
            return self.parameters[0]
        if self.kind == layout.CHOICE:
            return min(self.parameters[self.count :])
        return min(self.parameters) if self.kind == layout.QUANTILES else 0.0


def constant(value: float) -> Distribution:
    """Always the same."""
    _finite("constant", value)
    return Distribution(layout.FIXED, (float(value),), mean=value)


def exponential(mean: float) -> Distribution:
    """Memoryless with this mean."""
    _positive("exponential", mean=mean)
    return Distribution(layout.EXPONENTIAL, (float(mean),), mean=mean)


def erlang(mean: float, stages: int) -> Distribution:
    """The sum of `stages` exponential times, with this mean; the coefficient of variation is 1 / sqrt(stages)."""
    _positive("erlang", mean=mean)
    if not 1 <= stages <= 100:
        raise ValueError(f"erlang: stages must be 1 to 100, found {stages}; use a lognormal or `quantiles`")
    return Distribution(layout.ERLANG, (mean / stages,), stages, mean)


def lognormal(mean: float, cv: float) -> Distribution:
    """Lognormal with this mean and coefficient of variation."""
    _positive("lognormal", mean=mean)
    if not 0 <= cv < math.inf:
        raise ValueError(f"lognormal: cv must be a number >= 0, found {cv}")
    variance = math.log1p(cv * cv)
    return Distribution(layout.LOGNORMAL, (math.log(mean) - variance / 2, math.sqrt(variance)), mean=mean)


def uniform(low: float, high: float) -> Distribution:
    """Anything from low to high alike."""
    _finite("uniform", low, high)
    if low > high:
        raise ValueError(f"uniform: low must not be above high, found {low} and {high}")
    return Distribution(layout.UNIFORM, (float(low), float(high)), mean=(low + high) / 2)


def triangular(low: float, mode: float, high: float) -> Distribution:
    """A triangle from low over mode to high."""
    _finite("triangular", low, mode, high)
    if not low <= mode <= high or low == high:
        raise ValueError(f"triangular: needs low <= mode <= high and low < high, found {low}, {mode}, {high}")
    return Distribution(layout.TRIANGULAR, (float(low), float(mode), float(high)), mean=(low + mode + high) / 3)


def weibull(scale: float, shape: float) -> Distribution:
    """Weibull: P(X > x) = exp(-(x / scale)^shape)."""
    _positive("weibull", scale=scale, shape=shape)
    return Distribution(layout.WEIBULL, (float(scale), 1.0 / shape), mean=scale * math.gamma(1 + 1 / shape))


def pareto(smallest: float, alpha: float) -> Distribution:
    """Pareto: P(X > x) = (smallest / x)^alpha; the mean is infinite for alpha <= 1."""
    _positive("pareto", smallest=smallest, alpha=alpha)
    return Distribution(layout.PARETO, (float(smallest), -1.0 / alpha), mean=alpha * smallest / (alpha - 1) if alpha > 1 else math.inf)


def choice(values: Sequence[float], weights: Sequence[float]) -> Distribution:
    """One of a few values, by weight."""
    shares = np.asarray(weights, dtype=np.float64)
    if len(values) != len(shares) or len(shares) == 0 or not (shares >= 0).all() or not 0 < shares.sum() < math.inf:
        raise ValueError("choice: needs as many weights >= 0 as values, not all of them 0")
    _finite("choice", *values)
    shares = shares / shares.sum()
    mean = float(shares @ np.asarray(values, dtype=np.float64))
    return Distribution(layout.CHOICE, (*np.cumsum(shares).tolist(), *map(float, values)), len(values), mean)


def quantiles(function: Callable[[Floats], Floats], mean: float = math.nan) -> Distribution:
    """Any distribution given by its quantile function (vectorised), as a table.

    Straight between 16 points in every halving of either tail down to 2^-41: 1,360 numbers. For a smooth function the error
    of a quantile is under 1/2000 of the step across its halving (for an exponential: under 0.0005 of the mean).
    """
    tail = np.concatenate([2.0 ** -(k + 1.0) * (0.5 + np.arange(PIECES + 1) / (2.0 * PIECES)) for k in range(OCTAVES)])
    found = np.concatenate((np.asarray(function(tail)), np.asarray(function(1.0 - tail))))
    if not np.isfinite(found).all():
        raise ValueError("quantiles: the function must be finite between 2^-41 and 1 - 2^-41")
    return Distribution(layout.QUANTILES, tuple(found.tolist()), OCTAVES, mean)


def observed(sample: Sequence[float] | Floats) -> Distribution:
    """What was measured: straight between the sorted observations, never outside them."""
    ordered = np.sort(np.asarray(sample, dtype=np.float64))
    if len(ordered) < 2 or not np.isfinite(ordered).all():
        raise ValueError("observed: needs at least two finite observations")
    places = np.linspace(0.0, 1.0, len(ordered))
    return quantiles(lambda p: np.interp(p, places, ordered), float(np.mean(ordered)))


def _finite(name: str, *values: float) -> None:
    if not all(math.isfinite(each) for each in values):
        raise ValueError(f"{name}: needs finite numbers, found {', '.join(map(str, values))}")


def _positive(name: str, **values: float) -> None:
    for key, each in values.items():
        if not 0 < each < math.inf:
            raise ValueError(f"{name}: {key} must be a number > 0, found {each}")
