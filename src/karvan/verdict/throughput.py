"""What a corridor could carry at most: the largest flow that all known ways over a cut can pass under the limits of a year.

Capacity is not traffic: this asks neither whether anybody wants to go nor what it costs, only what berths, ships, lines
and yards can take. What others take of the same limits in that year is subtracted, and of what is left only the
practical share counts, at which queues stay bearable (the case's parameter `practical_utilisation`, 1 without one;
UIC leaflet 406 gives 0.60 to 0.75 for railway lines).
"""

from __future__ import annotations

import numpy as np

from karvan.corridor import cargo
from karvan.engines.throughput import MaximumFlow
from karvan.verdict import measures
from karvan.verdict.measures import Key
from karvan.verdict.model import Answer, Model

PRACTICAL = "practical_utilisation"


class Throughput:
    """The capacity of a cut in any future-year of a model."""

    def __init__(self, model: Model, key: Key):
        self._chosen = routes_over(model, key)
        parameters = model.compiled.corridor["parameters"]
        self._practical = float(parameters.row(PRACTICAL)["value"]) if PRACTICAL in parameters else 1.0
        incidence = model.incidence
        rows = np.repeat(np.arange(model.routes.n_routes), np.diff(incidence.start))
        own = np.flatnonzero(np.isin(rows, self._chosen))
        self._route, self._limit, self._amount = rows[own], incidence.resource[own], incidence.amount[own]
        self._program = MaximumFlow(incidence, self._chosen, model.compiled.uses.n_resources)
        today = model.compiled.capacities(model.compiled.cells.today, float("nan"))
        self._program.solve(today, np.ones(len(self._chosen), dtype=bool))

    def of_year(self, answer: Answer) -> float:
        """Tonnes a year in a solved year, rounded to whole tonnes."""
        return float(np.round(self._program.solve(self._left(answer), np.isfinite(answer.result.route_cost[self._chosen]))))

    def tightest(self, answer: Answer) -> int:
        """The limit whose whole capacity decides most of the flow: capacity times worth of a unit is largest."""
        self.of_year(answer)
        left = self._left(answer)
        return int((self._program.worth() * np.where(np.isfinite(left), left, 0.0)).argmax())

    def _left(self, answer: Answer) -> np.ndarray:
        """What the corridor may take of every limit: the practical share of its capacity, less the load of others."""
        own = np.bincount(self._limit, self._amount * answer.result.route_flow[self._route], len(answer.conditions.capacity))
        return np.maximum(answer.conditions.capacity * self._practical - (answer.result.load - own), 0.0)


def routes_over(model: Model, key: Key) -> np.ndarray:
    """The routes that pass the arcs of a key with its commodity, int32."""
    compiled, routes = model.compiled, model.routes
    counted = np.zeros(len(compiled.arcs), dtype=bool)
    counted[measures.arcs_of_key(compiled, key)] = True
    over = np.add.reduceat(np.append(counted[routes.arc], False).astype(np.int64), routes.start[:-1]) > 0
    if key.commodity not in (measures.ALL, ""):
        kind = compiled.demands.commodity[routes.od]
        meant = np.array([key.commodity in known for known in cargo.words(compiled.corridor["commodities"])])
        over &= meant[kind]
    return np.flatnonzero(over).astype(np.int32)
