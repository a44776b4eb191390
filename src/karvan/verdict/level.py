"""The level of the sea over the years: trend, persistence and noise, drawn per future.

    dh[t] = mu + phi (dh[t-1] - mu) + e[t],   h[t] = h[t-1] + dh[t]

An AR(1) on the yearly change, with the trend's own uncertainty; parameters and their ranges stand in the case.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.engines import series
from karvan.tables.cells import nearest
from karvan.tables.faults import Fault
from karvan.verdict import draws


def check(corridor: Corridor) -> Iterator[Fault]:
    """A series of the level that the case does not have."""
    name, known = corridor.settings.level.get("series"), sorted(set(corridor["series"]["series_id"]))
    if name is not None and name not in known:
        yield Fault("case.toml", 0, "level.series", str(name), "a series of series.csv", f"Nearest: {nearest(str(name), known)}.")


def observed(corridor: Corridor, year: int) -> float:
    """The observed level of a year in m, NaN where the case has none."""
    name = corridor.settings.level.get("series")
    table = corridor["series"]
    key = f"{name}/{year}"
    return float(table.row(key)["value"]) if name and key in table else float("nan")


def last_observed(corridor: Corridor) -> tuple[int, float]:
    """The last year with an observed level, and the level; (0, NaN) where there is none."""
    table = corridor["series"]
    chosen = table["series_id"] == corridor.settings.level.get("series", "")
    years = [(int(period), float(value)) for period, value in zip(table["period"][chosen], table["value"][chosen], strict=True)]
    return max(years, default=(0, float("nan")))


def sample(corridor: Corridor, seed: int, futures: int, trend: np.ndarray, phi: float, noise: float) -> np.ndarray:
    """Levels in m: [future, modelled year]; NaN when the corridor has no sea whose level matters. `trend` is m/yr per future."""
    years = corridor.settings.years
    start_year, start = last_observed(corridor)
    if not start_year:
        return np.full((futures, len(years)), np.nan)
    horizon = years[-1] - start_year
    z = draws.normal(seed, "level.noise", futures, max(horizon, 1))
    paths = series.ar1(start, trend, phi, noise, z)
    wanted = np.array(years) - start_year
    return np.asarray(np.where(wanted > 0, paths[:, np.maximum(wanted, 1) - 1], start))
