"""Futures: seeded draws of delivery dates, ranges, growth, sea level and shocks, each keyed by its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from karvan.bridge.cells import DATED, cause_of
from karvan.bridge.compile import Compiled
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.tables import units
from karvan.tables.faults import Fault
from karvan.verdict import delivery, demand, draws, level, shocks
from karvan.verdict.delivery import Deliveries, Reference
from karvan.verdict.demand import DemandPaths, Walk

_PROJECT, _SHOCK = "project:", "shock:"


BOUNDS: dict[str, tuple[float, float]] = {
    "common_factor": (0.0, 1.0), "demand_persistence": (0.0, 1.0), "volatility_dof": (2.01, 1000.0), "level_ar": (-0.99, 0.99),
    "level_noise": (0.0, 100.0), "level_trend": (-100.0, 100.0), "practical_utilisation": (0.01, 1.0), "link_delay_alpha": (0.0, 100.0),
    "link_delay_beta": (0.1, 100.0),
}  # fmt: skip
"""Parameters that the model reads by name, and what they may be."""
_PREFIXES = {"growth_": (-10.0, 10.0), "volatility_": (0.0, 10.0), "never_": (0.0, 1.0)}


def check(corridor: Corridor) -> Iterator[Fault]:
    """Parameters of the model outside of what it can use."""
    table = corridor["parameters"]
    for key, value, line in zip(table.keys, table["value"], map(int, table.lines), strict=True):
        bounds = BOUNDS.get(key) or next((found for prefix, found in _PREFIXES.items() if key.startswith(prefix)), None)
        if bounds is not None and not bounds[0] <= value <= bounds[1]:
            yield Fault("parameters.csv", line, "value", f"{value:g}", f"{bounds[0]:g} to {bounds[1]:g} for {key}", "Correct the value.")


@dataclass(frozen=True)
class Forced:
    """What a scenario fixes instead of leaving it to the draw.

    deliveries  project -> decimal year of delivery (delivery.NEVER: never)
    level       level of the sea in m for all modelled years, NaN: drawn
    demand      factor on all demand
    """

    deliveries: Mapping[str, float] = field(default_factory=dict)
    level: float = float("nan")
    demand: float = 1.0


@dataclass(frozen=True, eq=False)
class Futures:
    """Everything drawn, for all futures.

    share   [cause, future, year]: the part of the year in which an edit's cause holds, in the order of the operations
    values  [edit, future]: the value of every edit
    places, drawn   cells with a range, and their values [cell, future]
    level   m [future, year]
    """

    seed: int
    count: int
    deliveries: Deliveries
    share: np.ndarray
    values: np.ndarray
    places: np.ndarray
    drawn: np.ndarray
    level: np.ndarray
    demand: DemandPaths
    demand_factor: float

    def today(self, compiled: Compiled, future: int) -> np.ndarray:
        """The vector of today's cells of one future: those with a range as drawn."""
        cells = compiled.cells.today.copy()
        cells[self.places] = self.drawn[:, future]
        return cells

    def cells(self, compiled: Compiled, future: int, year: int, today: np.ndarray | None = None) -> np.ndarray:
        """The vector of cells of one future in the year at index `year`, from its `today`."""
        start = self.today(compiled, future) if today is None else today
        return compiled.cells.within(compiled.operations.apply(start, self.share[:, future, year], self.values[:, future]))


def sample(compiled: Compiled, seed: int, count: int, forced: Forced | None = None, reference: Reference | None = None) -> Futures:
    """`count` futures of a compiled corridor."""
    forced = forced or Forced()
    corridor = compiled.corridor
    years = corridor.settings.years
    deliveries = delivery.sample(corridor, reference or delivery.fit(corridor), seed, count, forced.deliveries)
    struck = shocks.sample(corridor, seed, count)
    operations = compiled.operations
    share = np.zeros((len(operations.causes), count, len(years)))
    for i, cause in enumerate(operations.causes):
        if cause.startswith(_PROJECT):
            share[i] = delivery.shares(deliveries.of(cause.removeprefix(_PROJECT)), years)
        elif cause.startswith(_SHOCK):
            share[i] = struck[cause.removeprefix(_SHOCK)]
        elif cause.startswith(DATED):
            share[i] = dated_share(next(e for e in operations.edits if cause_of(e) == cause), years)
    values = np.empty((len(operations.edits), count))
    for i, edit in enumerate(operations.edits):
        u = draws.uniform(seed, edit.draw, count)[:, 0]
        values[i] = draws.ranged(u, edit.low, float(edit.value), edit.high, edit.shape)
    places, drawn = _ranges(compiled, seed, count)
    parameter = _parameters(compiled, places, drawn, count)
    levels = level.sample(corridor, seed, count, parameter("level_trend", 0.0), _value(corridor, "level_ar", 0.0),
                          _value(corridor, "level_noise", 0.0))  # fmt: skip
    if not np.isnan(forced.level):
        levels = np.full_like(levels, forced.level)
    names = [key for key in corridor["parameters"].keys if key.startswith("volatility_") and key != "volatility_dof"]
    volatility = {name: parameter(name, 0.0) for name in names}
    fixed = {name: _value(corridor, name, default) for name, default in (("common_factor", 0.0), ("demand_persistence", 1.0), ("volatility_dof", 5.0))}
    walk = Walk(fixed["common_factor"], fixed["demand_persistence"], fixed["volatility_dof"])
    paths = demand.sample(compiled, seed, count, volatility, walk)
    return Futures(seed, count, deliveries, share, values, places, drawn, levels, paths, forced.demand)


def _value(corridor: Corridor, key: str, default: float) -> float:
    """The likely value of a parameter that is the same in all futures."""
    table = corridor["parameters"]
    return float(table.row(key)["value"]) if key in table else default


def dated_share(edit: Edit, years: range) -> np.ndarray:
    """Share of every year between the first and the last day of an edit."""
    start = float(delivery.decimal_year(edit.start))
    end = np.inf if np.isnat(edit.end) else float(delivery.decimal_year(edit.end + np.timedelta64(1, "D")))
    return np.array([max(0.0, min(year + 1.0, end) - max(float(year), start)) for year in years])


def ranged_cells(corridor: Corridor) -> list[tuple[str, int, str, float, float, float, str, str]]:
    """The cells that have a range: table, row, column, low, likely, high in the cell's unit, shape, draw."""
    out = []
    for row in corridor["claims"].rows():
        if row["role"] != "used" or np.isnan(row["low"]) or np.isnan(row["high"]) or row["row"] not in corridor[row["table"]]:
            continue
        table = corridor[row["table"]]
        position, column = table.index[row["row"]], table.schema[row["column"]]
        canonical = column.unit or (str(table[column.unit_column][position]) if column.unit_column else "")
        factor = units.factor(row["unit"], canonical) if row["unit"] and canonical else 1.0
        cell = (row["table"], position, row["column"])
        name = row["draw"] or f"{row['table']}.{row['row']}.{row['column']}"
        out.append((*cell, row["low"] * factor, row["likely"] * factor, row["high"] * factor, row["shape"], name))
    return out


def _ranges(compiled: Compiled, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    places: list[int] = []
    drawn: list[np.ndarray] = []
    for table, position, column, low, likely, high, shape, name in ranged_cells(compiled.corridor):
        place = compiled.cells.place(table, position, column)
        if place is not None:
            places.append(place)
            drawn.append(draws.ranged(draws.uniform(seed, name, count)[:, 0], low, likely, high, shape))
    return np.array(places, dtype=np.int64), np.array(drawn).reshape(len(places), count)


def _parameters(
    compiled: Compiled, places: np.ndarray, drawn: np.ndarray, count: int
) -> Callable[[str, float], np.ndarray]:
    """A look-up of the case's parameters: their draws where they have a range, else their value, [future]."""
    table = compiled.corridor["parameters"]
    by_place = {int(place): i for i, place in enumerate(places)}

    def parameter(key: str, default: float) -> np.ndarray:
        if key not in table:
            return np.full(count, default)
        place = compiled.cells.place("parameters", table.index[key], "value")
        if place in by_place:
            return drawn[by_place[place]]
        return np.full(count, float(table["value"][table.index[key]]))

    return parameter
