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
from functools import cached_property

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.bridge.cells import Past
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
    past     the last observed year as a change of today's cells; prices those of its base solution
    """

    model: Model
    plan: Plan
    year: int
    past: Past
    level: float
    amount: np.ndarray
    places: tuple[np.ndarray, ...]
    start: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    observed: np.ndarray
    gain: np.ndarray
    prices: np.ndarray

    def values(self, drawn: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The free numbers [free] of a future whose cells `places` are `drawn`, and its prices of the limits when it was last
        seen [limit], from which its years may start."""
        found, prices = self.start.copy(), self.prices
        for _ in range(_STEPS):
            modelled, prices = self._modelled(found, drawn, places, prices)
            found = np.clip(found + self.gain @ (self.observed - modelled), self.lowest, self.highest)
        return found, prices

    def set(self, cells: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`cells` with the free numbers set, in place."""
        for places, value in zip(self.places, values, strict=True):
            cells[places] = value
        return cells

    def _modelled(self, values: np.ndarray, drawn: np.ndarray, places: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logarithms of the measures [measure], and the prices of the limits."""
        compiled = self.model.compiled
        today = compiled.cells.today.copy()
        today[places] = drawn
        cells = self.past.of(compiled.cells.within(self.set(today, values)))
        answer = self.model.solve(cells, self.amount, self.level, start)
        flows = self.plan.of_year(compiled, cells, answer.result.arc_flow)
        return np.log(flows + self._floors), answer.result.price

    @cached_property
    def _floors(self) -> np.ndarray:
        return np.asarray(calibrate.floors(self.plan.keys))


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
        model, plan, year, bridge_cells.past(compiled.cells, corridor.history, year), level.observed(corridor, year), amount,
        tuple(np.array(each.places) for each in free), start,
        np.array([each.low for each in free]), np.array([each.high for each in free]),
        np.log(np.array([figures[key] for key in plan.keys]) + calibrate.floors(plan.keys)), np.zeros((len(free), len(plan.keys))),
        np.zeros(len(compiled.limits)),
    )  # fmt: skip
    none = np.zeros(0, dtype=np.int64)
    cold = anchor.prices
    base, _ = anchor._modelled(start, np.zeros(0), none, cold)
    slopes = np.empty((len(plan.keys), len(free)))
    for i in range(len(free)):
        moved = start.copy()
        moved[i] += _NUDGE
        slopes[:, i] = (anchor._modelled(moved, np.zeros(0), none, cold)[0] - base) / _NUDGE
    weight = np.diag([1 / keys[key] ** 2 for key in plan.keys])
    prior = np.diag([1 / each.prior_sd**2 for each in free])
    gain = np.linalg.solve(slopes.T @ weight @ slopes + prior, slopes.T @ weight)
    prices = model.past(year).result.price
    return replace(anchor, gain=gain, prices=prices)
