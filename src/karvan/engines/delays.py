"""Which delay function do seen waits ask for? Scale and, where it shows, exponent of `arrays.Delay`, from pairs of use and wait.

    wait(rho) = scale * bend(rho),   bend = rho^exponent (POWER)   or   rho^exponent / (1 - rho) (QUEUE)

minimises the sum of Huber's loss of (seen - wait) / sqrt(error^2 + (MODEL_ERROR seen)^2). The second term says that no curve with two
numbers is exact; without it the pair seen most often would decide alone. A pair at or above full use is no point of a stationary
curve and does not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.special import stdtrit

from karvan.engines.arrays import POWER, QUEUE, Floats

MODEL_ERROR = 0.03
"""the least error of a pair, as a share of its wait; Sakasegawa's own line is off by so much from M/M/c."""
NOTHING = 1e-3
"""hours below which a wait is none."""
FULL = 0.995
"""use from which on a queue is not stationary within a year."""
OUTLIER = 1.5
"""errors beyond which Huber's loss grows linearly."""
EXPONENTS = (0.1, 120.0)
IDENTIFIED = 0.25
"""an exponent is used when its standard error is a smaller share of it than this, and the largest use is SPAN times the smallest."""
SPAN = 1.3
LEAST_PAIRS = 3


@dataclass(frozen=True)
class Fit:
    """A fitted delay function.

    scale, low, high   h, with its interval at 95 %; low and high are nan where one pair alone says it
    exponent           the one given, or the fitted one where `free`
    pairs              how many counted
    misfit             root mean square of log(fitted / seen) over pairs with a wait; nan without any
    """

    scale: float
    low: float
    high: float
    exponent: float
    exponent_error: float
    free: bool
    pairs: int
    misfit: float


def fit(kind: int, use: Floats, wait: Floats, error: Floats, exponent: float) -> Fit | None:
    """The function of `kind` (POWER or QUEUE) nearest to pairs float64[pair] of use (load over capacity), mean wait (h) and its standard
    error (h); None without a usable pair. The exponent is fitted too where it shows, else it stays as given.

    Raises `ValueError` for another kind, or an exponent that is not above 0.
    """
    if kind not in (POWER, QUEUE) or not exponent > 0:
        raise ValueError("fit needs the kind POWER or QUEUE and an exponent above 0")
    usable = np.isfinite(use) & np.isfinite(wait) & np.isfinite(error) & (use > 0) & ((use < FULL) | (kind == POWER))
    rho, seen = use[usable], np.maximum(wait[usable], 0.0)
    if not len(rho):
        return None
    if seen.max() <= NOTHING:
        return Fit(0.0, 0.0, 0.0, exponent, math.nan, False, len(rho), math.nan)
    sigma = np.sqrt(error[usable] ** 2 + (MODEL_ERROR * seen) ** 2 + NOTHING**2)
    found = _fitted(kind, rho, seen, sigma, exponent, fixed=True)
    waits = int((seen > NOTHING).sum())
    if waits >= LEAST_PAIRS and rho.max() >= SPAN * rho.min():
        other = _fitted(kind, rho, seen, sigma, exponent, fixed=False)
        if other.exponent_error < IDENTIFIED * other.exponent and EXPONENTS[0] * 1.01 < other.exponent < EXPONENTS[1] * 0.99:
            return other
    return found


def bend(kind: int, use: Floats, exponent: float) -> Floats:
    """float64[…]: the wait at a scale of 1."""
    power = np.power(use, exponent)
    return power if kind == POWER else power / np.maximum(1.0 - use, 1e-12)


def _fitted(kind: int, rho: Floats, seen: Floats, sigma: Floats, exponent: float, *, fixed: bool) -> Fit:
    """The optimum over log scale, and log exponent unless it is fixed."""
    shape = bend(kind, rho, exponent)
    start = math.log(max(float(np.sum(seen * shape / sigma**2) / np.sum((shape / sigma) ** 2)), 1e-12))

    def residuals(x: Floats) -> Floats:
        at = shape if fixed else bend(kind, rho, math.exp(x[1]))
        return np.asarray((math.exp(x[0]) * at - seen) / sigma)

    first = [start] if fixed else [start, float(np.clip(math.log(exponent), *np.log(EXPONENTS)))]
    bounds = ([-30.0], [30.0]) if fixed else ([-30.0, math.log(EXPONENTS[0])], [30.0, math.log(EXPONENTS[1])])
    found = least_squares(residuals, first, bounds=bounds, loss="huber", f_scale=OUTLIER, x_scale="jac")
    free = len(rho) - len(first)
    spread = max(1.0, 2.0 * float(found.cost) / free) if free > 0 else 1.0
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * spread
    errors = np.sqrt(np.diag(covariance))
    reach = float(stdtrit(free, 0.975)) * errors[0] if free > 0 else math.nan
    scale, chosen = math.exp(found.x[0]), exponent if fixed else math.exp(found.x[1])
    fitted = scale * bend(kind, rho, chosen)
    there = seen > NOTHING
    misfit = float(np.sqrt(np.mean(np.log(np.maximum(fitted[there], NOTHING) / seen[there]) ** 2)))
    return Fit(scale, scale * math.exp(-reach), scale * math.exp(reach), chosen, math.nan if fixed else float(errors[1] * chosen), not fixed, len(rho), misfit)
