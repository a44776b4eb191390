"""Every future begins where the corridor was last seen.

Ranges of prices, fleets and times are drawn without knowing what was carried last year; drawn together they would let
most futures start from a corridor that never was. Each future therefore moves the calibrated cells (the reluctances
that no source knows) so that, with its own draws, it reproduces the last observed year as well as it can:

    v <- v + K r,   r = log observed - log modelled,   K = (J' W J + P)^-1 J' W

J is the sensitivity of the measures to the cells in the base solution, W and P the precisions of measures and cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.verdict import calibrate, level, measures
from karvan.verdict.measures import Plan
from karvan.verdict.model import Model

_STEPS = 3
_NUDGE = 1.0


@dataclass(frozen=True, eq=False)
class Anchor:
    """What is needed to set a future on the last observed year.

    places   [free] places of every free number in the vector of cells
    observed [measure] logarithms of what was seen; gain [free, measure] is K
    """

    model: Model
    plan: Plan
    year: int
    level: float
    amount: np.ndarray
    places: tuple[np.ndarray, ...]
    start: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    observed: np.ndarray
    gain: np.ndarray
    prices: np.ndarray

    def values(self, drawn: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The free numbers [free] of a future whose cells `places` are `drawn`."""
        found = self.start.copy()
        for _ in range(_STEPS):
            found = np.clip(found + self.gain @ (self.observed - self._modelled(found, drawn, places)), self.lowest, self.highest)
        return found

    def set(self, cells: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`cells` with the free numbers set, in place."""
        for places, value in zip(self.places, values, strict=True):
            cells[places] = value
        return cells

    def _modelled(self, values: np.ndarray, drawn: np.ndarray, places: np.ndarray) -> np.ndarray:
        compiled = self.model.compiled
        today = compiled.cells.today.copy()
        today[places] = drawn
        today = compiled.cells.within(self.set(today, values))
        cells = bridge_cells.of_year(replace(compiled.cells, today=today), compiled.corridor.history, self.year)
        answer = self.model.solve(cells, self.amount, self.level, self.prices)
        flows = self.plan.of_year(compiled, cells, answer.result.arc_flow)
        return np.asarray(np.log(flows + calibrate.floors(self.plan.keys)))


def prepare(model: Model) -> Anchor | None:
    """The anchor of a model; None where its case calibrates nothing or observed nothing."""
    compiled = model.compiled
    corridor = compiled.corridor
    section = corridor.settings.calibration
    keys: Mapping[measures.Key, float] = calibrate.flows_of(section)
    free = calibrate.free_numbers(corridor, model, section)
    seen = [entry for entry in calibrate.observed(corridor, keys) if entry[1] in compiled.data_years]
    if not free or not seen:
        return None
    year = max(entry[1] for entry in seen)
    figures = {key: value for key, at, value, _ in seen if at == year}
    plan = measures.plan(compiled, figures)
    amount = compiled.amounts[compiled.data_years.index(year)]
    start = np.array([compiled.cells.today[each.places[0]] for each in free])
    anchor = Anchor(
        model, plan, year, level.observed(corridor, year), amount, tuple(np.array(each.places) for each in free), start,
        np.array([each.low for each in free]), np.array([each.high for each in free]),
        np.log(np.array([figures[key] for key in plan.keys]) + calibrate.floors(plan.keys)), np.zeros((len(free), len(plan.keys))),
        np.zeros(len(compiled.limits)),
    )  # fmt: skip
    none = np.zeros(0, dtype=np.int64)
    base = anchor._modelled(start, np.zeros(0), none)
    slopes = np.empty((len(plan.keys), len(free)))
    for i in range(len(free)):
        moved = start.copy()
        moved[i] += _NUDGE
        slopes[:, i] = (anchor._modelled(moved, np.zeros(0), none) - base) / _NUDGE
    weight = np.diag([1 / keys[key] ** 2 for key in plan.keys])
    prior = np.diag([1 / each.prior_sd**2 for each in free])
    gain = np.linalg.solve(slopes.T @ weight @ slopes + prior, slopes.T @ weight)
    prices = model.past(year).result.price
    return replace(anchor, gain=gain, prices=prices)
