"""The twelve months of a year, each solved by itself: closures of autumn bind although the year as a whole does not.

A month is solved at yearly rates: every limit with a calendar has the capacity of that month all year, demand goes on as in
the whole year, and flows count with the days of the month. So waits and prices are those at the pace of the month. What a
month cannot carry goes another way or stays home; that a backlog waits for the next month is the work of a simulation.
Edits and delivery dates count by the share of the year in which they hold, as in the yearly answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.bridge.limits import DAYS_OF_MONTH
from karvan.verdict import measures
from karvan.verdict.certify import Certificate
from karvan.verdict.model import Answer, Model
from karvan.verdict.shipment import Inputs

MONTHS = range(1, 13)


@dataclass(frozen=True, eq=False)
class Month:
    """One month: its share of the year, its answer at yearly rates, and the certificate of that."""

    month: int
    share: float
    answer: Answer
    certificate: Certificate

    @property
    def demand(self) -> float:
        """t in the month."""
        return float(self.answer.conditions.amount.sum()) * self.share

    @property
    def unserved(self) -> float:
        """t in the month that stay home."""
        return float(self.answer.result.unserved.sum()) * self.share


def solve(model: Model, inputs: Inputs, year: Answer, what: str) -> tuple[Month, ...]:
    """The twelve months, each from the prices of the yearly answer. Raises `NotCertified`."""
    out = []
    for month in MONTHS:
        answer = model.solve(cells_of(model.compiled, inputs.cells, month), inputs.amount, inputs.level, year.result.price)
        out.append(Month(month, float(DAYS_OF_MONTH[month - 1]), answer, model.certified(answer, f"{what}, month {month}")))
    return tuple(out)


def alike(found: Sequence[Month]) -> bool:
    """Whether nothing differs from month to month but its days: no calendar closes more of a limit in one than in another."""
    return all(np.array_equal(each.answer.conditions.capacity, found[0].answer.conditions.capacity) for each in found)


def cells_of(compiled: Compiled, cells: np.ndarray, month: int) -> np.ndarray:
    """A copy of the cells in which every calendar is as open all year as it is in this month (each has all twelve)."""
    out = cells.copy()
    calendars = compiled.corridor["calendars"]
    column = compiled.cells.slices["calendars", "open_share"]
    shares = cells[column]
    months = np.asarray(calendars["month"], dtype=np.int64)
    names = np.asarray(calendars["calendar_id"])
    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        out[np.arange(column.start, column.stop)[mine]] = shares[mine & (months == month)]
    return out


def over_cuts(compiled: Compiled, arc_flow: np.ndarray) -> dict[str, float]:
    """Tonnes over every cut, both ways, at the rate of `arc_flow` [commodity, arc]."""
    out = {}
    for cut in compiled.corridor["cuts"].keys:
        key = measures.Key("freight_volume", f"cut:{cut}", "both", measures.ALL, "traffic")
        out[str(cut)] = float(arc_flow[:, measures.arcs_of_key(compiled, key)].sum())
    return out
