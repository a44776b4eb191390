"""How may a yearly series go on? A fan of paths for growing quantities, and an AR(1) of changes for a level.

Both are driven by numbers given from outside, so that a caller can key them by name; nothing is drawn here.

`fan`: a random walk with drift of the logarithm,
    ln x[t+1] = ln x[t] + m + sigma e[t],   e ~ Student t with 5 degrees of freedom, scaled to variance 1,
    m ~ Normal(0.08, 0.12^2),   sigma^2 ~ scaled inverse chi-square(4, 0.30^2)   before the series is seen.
The series updates both as if its own shocks were normal: given sigma^2 the drift is conjugate, and sigma^2 keeps its exact
one-dimensional posterior on a grid. A gap of g years counts as one growth with mean g m and variance g sigma^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from karvan.engines.arrays import Floats

GRID = 512
"""Points of the grid for sigma^2."""


@dataclass(frozen=True)
class FanOptions:
    """What is believed before the series is seen; per year, in logarithms."""

    drift: float = 0.08
    drift_sd: float = 0.12
    sd: float = 0.30
    """the scale of sigma."""
    weight: float = 4.0
    """degrees of freedom of sigma^2: how many years of data the scale is worth."""
    freedom: float = 5.0
    """degrees of freedom of the shocks, > 2."""


@dataclass(frozen=True)
class Fan:
    """Possible continuations of a series."""

    paths: Floats
    """float64[draw, year]: values 1, 2, … horizon years after the last one, in the unit of the series."""
    drift: Floats
    """float64[draw], per year."""
    sd: Floats
    """float64[draw], per square root of a year."""


def fan(
    values: Floats, horizon: int, u: Floats, options: FanOptions | None = None, *, years: Floats | None = None
) -> Fan:
    """The continuations of `values` over `horizon` years, one per row of `u`.

    `values` float64[n] > 0, oldest first, one a year unless `years` float64[n] (ascending) says otherwise; with a single value the
    prior alone speaks. `u` float64[draw, horizon + 2] uniform in (0, 1): column 0 draws sigma, 1 the drift, 2… the
    shocks. Raises `ValueError` for a value that is not above 0, years that do not ascend, or `u` of another shape.
    """
    chosen = options or FanOptions()
    at = np.arange(values.shape[0], dtype=np.float64) if years is None else np.asarray(years, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or not (values.min() > 0 and values.max() < np.inf):
        raise ValueError("values must be finite numbers above 0, at least one")
    gap = np.diff(at)
    if at.shape != values.shape or not bool((gap > 0).all()):
        raise ValueError("years must ascend and be as many as values")
    if u.ndim != 2 or u.shape[1] != horizon + 2 or not bool(((u > 0) & (u < 1)).all()):
        raise ValueError(f"u must have {horizon + 2} columns of numbers between 0 and 1, found shape {u.shape}")
    growth = np.diff(np.log(values))
    variance = _variance(growth, gap, u[:, 0], chosen)
    precision = 1.0 / chosen.drift_sd**2 + gap.sum() / variance
    centre = (chosen.drift / chosen.drift_sd**2 + growth.sum() / variance) / precision
    drift = centre + special.ndtri(u[:, 1]) / np.sqrt(precision)
    sd = np.sqrt(variance)
    shock = special.stdtrit(chosen.freedom, u[:, 2:]) * np.sqrt((chosen.freedom - 2.0) / chosen.freedom)
    paths = values[-1] * np.exp(np.cumsum(drift[:, None] + sd[:, None] * shock, axis=1))
    return Fan(np.asarray(paths), np.asarray(drift), np.asarray(sd))


def fan_of_years(rows: Floats, horizon: int, u: Floats, options: FanOptions | None = None) -> Floats:
    """float64[draw, year], the paths of `fan` for `rows` float64[n, 2] of (year, value), years ascending."""
    table = np.asarray(rows, dtype=np.float64)
    return fan(table[:, 1], horizon, u, options, years=table[:, 0]).paths


def ar1(
    level_now: float | Floats,
    trend: float | Floats,
    phi: float | Floats,
    sd: float | Floats,
    z: Floats,
    *,
    change_now: float | Floats | None = None,
) -> Floats:
    """float64[draw, year]: levels 1, 2, … years from now, one row per row of `z` (standard normal, float64[draw, year]).

    change[t+1] = trend + phi (change[t] - trend) + sd z[t],   level[t+1] = level[t] + change[t+1].
    `level_now` and `trend` (per year), `phi` and `sd` are numbers or one per draw; `change_now` is the last yearly
    change, the trend when not given. Raises `ValueError` unless -1 < phi < 1, sd >= 0 and all numbers are finite.
    """
    if z.ndim != 2:
        raise ValueError(f"z must have a row per draw and a column per year, found shape {z.shape}")
    start, mean, keep, noise = (np.broadcast_to(np.asarray(x, dtype=np.float64), z.shape[:1]) for x in (level_now, trend, phi, sd))
    change = mean if change_now is None else np.broadcast_to(np.asarray(change_now, dtype=np.float64), z.shape[:1])
    named = {"level_now": start, "trend": mean, "phi": keep, "sd": noise, "change_now": change, "z": z}
    for name, array in named.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds a value that is not finite")
    if bool((np.abs(keep) >= 1).any()) or bool((noise < 0).any()):
        raise ValueError("phi must lie between -1 and 1, and sd must not be negative")
    changes = np.empty(z.shape)
    for year in range(z.shape[1]):
        change = mean + keep * (change - mean) + noise * z[:, year]
        changes[:, year] = change
    return np.asarray(start[:, None] + np.cumsum(changes, axis=1))


def _variance(growth: Floats, gap: Floats, u: Floats, options: FanOptions) -> Floats:
    """sigma^2 at the quantiles `u` of its posterior, the drift integrated out.

    ln p(v) = -(weight/2 + n/2) ln v - weight sd^2/(2 v) - sum growth^2/(2 gap v) + precision centre^2/2 - ln(precision)/2,
    in ln v, where the scaled inverse chi-square has density v^(-weight/2) exp(-weight sd^2/(2 v)).
    """
    spread = float(np.max(np.abs(growth), initial=0.0)) ** 2
    low, high = np.log(options.sd**2 * 1e-4), np.log((options.sd**2 + spread) * 1e4)
    log_v = np.linspace(low, high, GRID)
    v = np.exp(log_v)
    precision = 1.0 / options.drift_sd**2 + gap.sum() / v
    pull = options.drift / options.drift_sd**2 + growth.sum() / v
    log_p = -0.5 * (options.weight + growth.size) * log_v - 0.5 * options.weight * options.sd**2 / v
    log_p += -0.5 * np.sum(growth**2 / gap) / v + 0.5 * pull**2 / precision - 0.5 * np.log(precision)
    density = np.exp(log_p - log_p.max())
    below = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))))
    rising = np.concatenate(([True], np.diff(below) > 0))
    return np.asarray(np.exp(np.interp(u, below[rising] / below[-1], log_v[rising])))
