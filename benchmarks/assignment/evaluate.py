"""What link flows are worth, computed from the flows alone: by formula and by scipy, with nothing of karvan's engines.

No solver's own report enters a table: gap, objective and conservation are those found here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from problems import Problem
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra


@dataclass(frozen=True)
class Evaluation:
    """Relative gap (spent - on shortest paths) / spent; Beckmann objective; the largest imbalance of a node relative to all trips,
    passing through zones included."""

    gap: float
    objective: float
    imbalance: float


def evaluate(problem: Problem, flow: np.ndarray) -> Evaluation:
    """Gap, objective and imbalance of these link flows of a single class."""
    roads, trips = problem.roads, problem.trips
    n, through = roads.n_nodes, roads.first_through
    fixed = roads.fixed[0]
    grows = (roads.b > 0) & (roads.power > 0) & (roads.free_time > 0)
    use = np.where(grows, flow, 0.0) / np.where(grows, roads.capacity, 1.0)
    time = roads.free_time * np.where(grows, 1.0 + roads.b * use**roads.power, 1.0 + np.where(roads.power == 0, roads.b, 0.0))
    area = roads.free_time * flow * np.where(grows, 1.0 + roads.b * use**roads.power / (roads.power + 1.0), 1.0 + np.where(roads.power == 0, roads.b, 0.0))
    price = time + fixed
    ends = np.where(roads.head < through, roads.head + n, roads.head)  # a zone is two nodes, so that none drives through
    order = np.lexsort((price, ends, roads.tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (roads.tail[order][1:] != roads.tail[order][:-1]) | (ends[order][1:] != ends[order][:-1])
    cheapest = order[first]  # of parallel links
    graph = csr_array((np.maximum(price[cheapest], 1e-300), (roads.tail[cheapest], ends[cheapest])), shape=(n + through, n + through))
    goals = np.where(trips.destination < through, trips.destination + n, trips.destination)
    shortest = 0.0
    for origin in np.unique(trips.origin):
        mine = trips.origin == origin
        shortest += float(trips.amount[mine] @ dijkstra(graph, indices=origin)[goals[mine]])
    spent = float(flow @ price)
    out, into = np.bincount(roads.tail, flow, n), np.bincount(roads.head, flow, n)
    begun, ended = np.bincount(trips.origin, trips.amount, n), np.bincount(trips.destination, trips.amount, n)
    zones = np.arange(n) < through
    lack = np.maximum(np.abs(out - begun + ended - into), np.where(zones, np.abs(out - begun), 0.0))
    return Evaluation((spent - shortest) / spent, float(np.sum(area + fixed * flow)), float(lack.max() / trips.amount.sum()))
