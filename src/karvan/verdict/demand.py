"""How much wants to go: the OD matrix carried forward with growth, its uncertainty and its shocks.

    log D[t] = trend[t] + x[t],   trend[t] = trend[t-1] + g[t]
    x[t] = r x[t-1] + v (sqrt(c) F[t] + sqrt(1 - c) e[t]),   x = 0 in the base year

g is the growth parameter of the pair's group (with the shocks of that year), v its volatility, r how much of a
departure from the trend is still there a year later, F a factor that all groups share, c its share of the variance;
F and e are Student t scaled to variance 1, because volumes on young corridors halve and double.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.verdict import draws

_GROWTH, _VOLATILITY = "growth_", "volatility_"


@dataclass(frozen=True)
class Walk:
    """How departures from the trend behave: share of the variance in common, persistence from year to year, degrees of
    freedom of the t distribution."""

    common: float
    persistence: float
    freedom: float


@dataclass(frozen=True, eq=False)
class DemandPaths:
    """base[od]: tonnes of the base year; group[od]: index into noise, -1 for none; noise[group, future, year] is x."""

    base: np.ndarray
    base_year: int
    group: np.ndarray
    noise: np.ndarray

    def departure(self, future: int, year: int) -> np.ndarray:
        """The departure x of every OD pair from its trend in one future and the year at this index; 0 for a pair without growth."""
        out = np.zeros(len(self.group))
        grows = self.group >= 0
        out[grows] = self.noise[self.group[grows], future, year]
        return out


def sample(compiled: Compiled, seed: int, futures: int, volatility: Mapping[str, np.ndarray], walk: Walk) -> DemandPaths:
    """Noise of every growth group in every future and modelled year; the base is the last data year before the first."""
    years = compiled.corridor.settings.years
    tonnes, base_year = base(compiled)
    parameters = compiled.corridor["parameters"]
    start = compiled.cells.slices["parameters", "value"].start
    places = sorted({int(place) for place in compiled.growth if place >= 0})
    group = np.array([places.index(int(place)) if place >= 0 else -1 for place in compiled.growth], dtype=np.int64)
    shared = draws.student(seed, "demand.common", futures, len(years), walk.freedom)
    noise = np.zeros((len(places), futures, len(years)))
    for i, place in enumerate(places):
        name = str(parameters["parameter_id"][place - start]).removeprefix(_GROWTH)
        spread = volatility.get(_VOLATILITY + name)
        if spread is not None:
            own = draws.student(seed, f"demand.{name}", futures, len(years), walk.freedom)
            push = spread[:, None] * (np.sqrt(walk.common) * shared + np.sqrt(1 - walk.common) * own)
            for year in range(len(years)):
                before = noise[i, :, year - 1] if year else 0.0
                noise[i, :, year] = walk.persistence * before + push[:, year]
    return DemandPaths(tonnes, base_year, group, noise)


def base(compiled: Compiled) -> tuple[np.ndarray, int]:
    """Tonnes per OD pair in the last data year before the first modelled one, and that year."""
    first = compiled.corridor.settings.first_year
    before = [i for i, year in enumerate(compiled.data_years) if year < first]
    at = before[-1] if before else 0
    return compiled.amounts[at], compiled.data_years[at]
