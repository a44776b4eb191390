"""Days and money between two places in a solved year, queues included.

The way is the one of least generalised cost; percentiles of its time are those of `engines.duration`, as for a shipment.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from karvan.engines import arrays, paths
from karvan.engines.duration import percentiles
from karvan.verdict import measures
from karvan.verdict.measures import Key, Plan
from karvan.verdict.model import Answer, Model

HOURS_OF_DAY = 24.0


def values(model: Model, answer: Answer, plan: Plan) -> np.ndarray:
    """The flows, times and prices of a plan in one solved year of today's tables, in canonical units; NaN where there is no
    way, and for capacities of cuts."""
    out = plan.of_year(model.compiled, model.compiled.cells.today, answer.result.arc_flow)
    if plan.times:
        queued = with_queues(model, answer)
        for at, key in plan.times:
            out[at] = of_year(model, answer, key, queued)
    return out


def of_year(model: Model, answer: Answer, key: Key, queued: arrays.Conditions | None = None) -> float:
    """The value of a time or price measure in one solved year, in its canonical unit; NaN when there is no way. `queued` are
    the conditions of the year with its queues, where they are at hand."""
    queued = with_queues(model, answer) if queued is None else queued
    if key.kind == "terminal":
        return sum(_step(model, queued, terminal) for terminal in key.name.split("+"))
    commodity = measures.commodity_of(model.compiled, key)
    weight = paths.generalised_cost(model.compiled.network, model.compiled.choice, queued, commodity)
    way = np.array(paths.cheapest(model.star, weight, *measures.time_ends(model.compiled, key)), dtype=np.int64)
    if not len(way):
        return float("nan")
    if key.metric == "tariff_level":
        return float(queued.cost[commodity, way].sum())
    if key.metric == "box_rate":
        return float(queued.cost[commodity, way].sum() * model.compiled.corridor["commodities"]["tonnes_per_teu"][commodity])
    share = np.array([0.9 if key.metric == "transit_time_p90" else 0.5])
    return float(percentiles(queued.time[way], queued.variance[way], share)[0]) / HOURS_OF_DAY


def with_queues(model: Model, answer: Answer) -> arrays.Conditions:
    """The conditions of a solved year with the wait at every limit added to the arcs that draw on it; a wait is taken as
    exponential, so its variance is its square."""
    compiled = model.compiled
    wait = np.where(np.isfinite(answer.result.delay), answer.result.delay, 0.0)
    conditions = answer.conditions
    time, variance = (compiled.limits_of_arc @ np.column_stack((wait, wait**2))).T
    return replace(conditions, time=conditions.time + time, variance=conditions.variance + variance)


def _step(model: Model, queued: arrays.Conditions, terminal: str) -> float:
    compiled = model.compiled
    position = compiled.corridor["terminals"].index[terminal]
    arcs = np.flatnonzero(compiled.arcs.terminal == position)
    return float(queued.time[arcs[0]]) if len(arcs) else float("nan")
