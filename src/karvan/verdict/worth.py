"""What would one more unit of a capacity be worth? The slope of the optimum of a year by every limit.

A price says what one more unit of *use* costs. For a limit that is simply full the two are one. Where a queue grows,

    worth = scarcity + rho p - A(rho),     A(rho) = integral_0^rho p(s) ds,   rho = load / capacity,

which is minus the derivative of  capacity A(load / capacity)  by the capacity: what the others' waiting falls by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.engines import assign
from karvan.verdict.model import Answer, Model

LEAST = 0.5
"""USD per tonne of its cargo: below, no sentence is made of a limit (an estimate: a quarter of what counts as binding)."""
MOST = 6


@dataclass(frozen=True)
class Worth:
    """One limit that binds: what one more unit of it is worth, that per tonne of what uses it, and per vehicle of a fleet."""

    table: str
    id: str
    name: str
    direction: str
    unit: str
    per_unit: float
    """USD per unit of yearly capacity."""
    per_tonne: float
    """USD per tonne a year of the cargo that uses it now."""
    per_vehicle: float | None
    """USD a year per vehicle of the fleet."""


def of_limits(model: Model, answer: Answer) -> np.ndarray:
    """float64[limit]: USD a year for one more unit of yearly capacity; 0 where no capacity is known."""
    result, delay, capacity = answer.result, model.compiled.delay, answer.conditions.capacity
    known = np.isfinite(capacity) & (capacity > 0)
    size = np.where(known, capacity, 1.0)
    paid_by = delay.scale * delay.price_per_hour
    kind = np.where(paid_by > 0, delay.kind, 0).astype(np.int8)
    area = assign.congestion(kind, np.where(known, result.load, 0.0), size, paid_by, delay.exponent)
    shared = np.maximum(result.price_congestion * result.load - area, 0.0) / size
    return np.where(known, result.price_scarcity + shared, 0.0)


def binding(model: Model, answer: Answer, most: int = MOST) -> tuple[Worth, ...]:
    """The limits that bind, those first whose whole capacity is worth most."""
    compiled, result, capacity = model.compiled, answer.result, answer.conditions.capacity
    worth = of_limits(model, answer)
    order = np.argsort(-worth * np.where(np.isfinite(capacity), capacity, 0.0), kind="stable")
    arc_total = result.arc_flow.sum(axis=0)
    out: list[Worth] = []
    for i in order.tolist():
        limit = compiled.limits[i]
        tonnes = float(arc_total[limit.arcs].sum())
        if len(out) == most or worth[i] <= 0:
            break
        if tonnes <= 0 or worth[i] * result.load[i] / tonnes < LEAST:
            continue
        row = compiled.corridor[limit.table].at(limit.position)
        fleet = limit.table == "fleets"
        out.append(Worth(limit.table, limit.key, str(row["name"] or limit.key), limit.direction,
                         f"{limit.unit}·h" if fleet else limit.unit, float(worth[i]), float(worth[i] * result.load[i] / tonnes),
                         float(worth[i] * capacity[i] / row["number"]) if fleet and row["number"] > 0 else None))  # fmt: skip
    return tuple(out)
