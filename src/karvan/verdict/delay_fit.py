"""Delay functions fitted to played days: the year at several scales of demand on the same routes, and per limit the scale, and where it
shows the exponent, of the function that `assign` uses.

What is fitted stands in fitted/delays.toml of a case and is used by nobody who does not ask for it (`karvan assign --delays fitted`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.engines import arrays
from karvan.engines import delays as engine
from karvan.engines.arrays import Floats
from karvan.engines.delays import Fit
from karvan.engines.simulate.analysis import interval
from karvan.verdict import simulation
from karvan.verdict.delays import LINE, POOL, SHIPS, TERMINAL, Waits
from karvan.verdict.futures import Forced
from karvan.verdict.simulation import Options, Played

DEMANDS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.05)
"""What the flows are multiplied with; 1 is the year itself."""
GOOD, FAIR = 0.2, 0.5
"""root mean square of log(fitted / played) up to which a fit is good or fair: a fifth, and two thirds, off."""
REACH = 0.25
"""a limit that was never used more says nothing about its waits near full use."""
KINDS = {arrays.POWER: "power", arrays.QUEUE: "queue"}


@dataclass(frozen=True)
class Point:
    """One limit at one scale of demand."""

    demand: float
    use: float
    """load over capacity, as assign counts it."""
    wait: float
    """h, mean of the replications."""
    error: float
    """h, its standard error."""
    growing: bool


@dataclass(frozen=True)
class FitRow:
    """One limit: what assign uses, what the days say, how well one curve says it."""

    kind: str
    table: str
    key: str
    name: str
    direction: str
    shape: str
    """power or queue."""
    used: float
    """h, the scale in use."""
    used_exponent: float
    found: Fit | None
    """None: the queue grows at every scale, or is full."""
    points: tuple[Point, ...]

    @property
    def saturated(self) -> int:
        """At how many scales of demand the queue grows, or the limit is full in assign."""
        return sum(point.growing or (self.shape == "queue" and point.use >= engine.FULL) for point in self.points)

    @property
    def quality(self) -> str:
        """saturated: less than three steady points · none: no wait seen · narrow: no use above REACH · good · fair · poor."""
        if self.found is None or self.found.pairs < engine.LEAST_PAIRS:
            return "saturated"
        if self.found.scale == 0:
            return "none"
        if max(point.use for point in self.points) < REACH:
            return "narrow"
        return "good" if self.found.misfit <= GOOD else "fair" if self.found.misfit <= FAIR else "poor"

    @property
    def taken(self) -> bool:
        """Whether the fit is good enough to be used in place of the tables'."""
        return self.quality in ("good", "fair")

    @property
    def used_misfit(self) -> float:
        """Root mean square of log(assigned / played) of the function in use, over the same pairs."""
        steady = [point for point in self.points if not point.growing and point.wait > engine.NOTHING and (point.use < engine.FULL or self.shape == "power")]
        if not steady or self.used <= 0:
            return math.nan
        kind = arrays.POWER if self.shape == "power" else arrays.QUEUE
        said = self.used * engine.bend(kind, np.array([point.use for point in steady]), self.used_exponent)
        seen = np.array([point.wait for point in steady])
        return float(np.sqrt(np.mean(np.log(np.maximum(said, engine.NOTHING) / seen) ** 2)))


@dataclass(frozen=True, eq=False)
class DelayFit:
    """The fit of a case: every limit that is played and has a delay."""

    corridor: Corridor
    year: int
    scenario: str
    options: Options
    demands: tuple[float, ...]
    rows: tuple[FitRow, ...]
    base: Played
    """the year itself."""


def fit(base: Played, forced: Forced, options: Options, demands: Sequence[float] = DEMANDS, progress: Callable[[int, int], None] | None = None) -> DelayFit:
    """Play the year of `base` at the other scales of demand and fit. A limit whose queue grows at a scale does not count there."""
    whole = len(demands) * options.replications

    def told(i: int) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, _: progress(i * options.replications + done, whole)

    played = [base if demand == 1.0 else simulation.again(base, forced, demand, options, told(i)) for i, demand in enumerate(demands)]
    waits = [Waits(each) for each in played]
    compiled = base.model.compiled
    delay = compiled.delay
    rows = []
    for i, limit in enumerate(compiled.limits):
        kind = int(delay.kind[i])
        if kind == arrays.HARD:
            continue
        points = tuple(point for point in (_point(each, i) for each in waits) if point is not None)
        if not points:
            continue
        steady = [point for point in points if not point.growing]
        use, wait, error = (np.array([getattr(point, name) for point in steady]) for name in ("use", "wait", "error"))
        found = engine.fit(kind, use, wait, error, float(delay.exponent[i]))
        table = compiled.corridor[limit.table]
        role = {"terminals": TERMINAL, "links": LINE}.get(limit.table) or (SHIPS if waits[0].ship_piles(i) else POOL)
        rows.append(FitRow(role, limit.table, limit.key, str(table.row(limit.key)["name"] or limit.key), limit.direction, KINDS[kind], float(delay.scale[i]),
                           float(delay.exponent[i]), found, points))  # fmt: skip
    return DelayFit(compiled.corridor, base.year, base.scenario, options, tuple(demands), tuple(rows), base)


def _point(waits: Waits, i: int) -> Point | None:
    place = waits.place(i)
    piles = [] if place is not None or waits.compiled.limits[i].table != "fleets" else waits.ship_piles(i)
    if place is None and not piles:
        return None
    hours: Floats | None = waits.wait(place) if place is not None else waits.ships(i)
    assert hours is not None
    seen = waits.found.independent(hours)
    seen = seen[np.isfinite(seen)]
    if not len(seen):
        return None
    mean = interval(seen)
    error = math.inf if len(seen) < 2 else float(np.std(seen, ddof=1)) / math.sqrt(len(seen))
    return Point(waits.played.demand, float(waits.use[i]), max(mean.mean, 0.0), error, waits.grows([place] if place is not None else piles))


def document(fit: DelayFit) -> dict[str, Any]:
    """What fitted/delays.toml holds: the hash of the data, how it was made, and the limits whose fit is good enough."""
    return {
        "hash": fit.corridor.hash,
        "year": fit.year,
        "replications": fit.options.replications,
        "seed": fit.options.seed,
        "demands": list(fit.demands),
        "limits": [
            {"table": row.table, "id": row.key, "direction": row.direction, "shape": row.shape, "scale": round(found.scale, 6), "low": _known(found.low),
             "high": _known(found.high), "used": round(row.used, 6), "exponent": round(found.exponent, 6), "used_exponent": round(row.used_exponent, 6),
             "pairs": found.pairs, "misfit": _known(found.misfit)}
            for row in fit.rows if row.taken and (found := row.found) is not None
        ],
    }  # fmt: skip


def _known(value: float) -> float | str:
    """A number of the file; the word unknown where there is none."""
    return round(value, 6) if math.isfinite(value) else "unknown"
