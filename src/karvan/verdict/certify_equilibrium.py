"""Is this a user equilibrium, or a system optimum? Everything is worked out again from the flows given, by other means.

Called on answers of `engines.equilibrium` before they are believed; shares no code with it beyond the arrays it reads. Times
come from the formula, shortest ways from scipy's Dijkstra. Checked, each as a share (0 is perfect): that nobody could go for
less (the relative gap), that the ways stated lead from origin to destination over roads open to their class and through no
place that is only an end, that they carry the whole demand, that road flows are the sum of them, and that what enters a
place leaves it.

    relative gap = (sum_c x_c . p_c - sum_od q_od min cost_od) / sum_c x_c . p_c,
    p_c = t(x) + fixed_c, or t(x) + x t'(x) + fixed_c for a system optimum
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

TOLERANCE = 1e-9
ROUNDING = 1e-14
"""What two ways to add up the same costs may differ by, as a share of them."""
_ROWS = 64


class Ways(Protocol):
    """Way p serves trip[p] with flow[p] over links[start[p]:start[p + 1]]."""

    @property
    def trip(self) -> np.ndarray: ...
    @property
    def flow(self) -> np.ndarray: ...
    @property
    def start(self) -> np.ndarray: ...
    @property
    def links(self) -> np.ndarray: ...


class Answer(Protocol):
    """What is read of an equilibrium: float64[link] flow, float64[class, link] class_flow, and the ways in use."""

    @property
    def flow(self) -> np.ndarray: ...
    @property
    def class_flow(self) -> np.ndarray: ...
    @property
    def paths(self) -> Ways: ...


class Streets(Protocol):
    """What is read of the roads; see `engines.equilibrium.Roads`."""

    @property
    def n_nodes(self) -> int: ...
    @property
    def first_through(self) -> int: ...
    @property
    def tail(self) -> np.ndarray: ...
    @property
    def head(self) -> np.ndarray: ...
    @property
    def free_time(self) -> np.ndarray: ...
    @property
    def b(self) -> np.ndarray: ...
    @property
    def power(self) -> np.ndarray: ...
    @property
    def capacity(self) -> np.ndarray: ...
    @property
    def fixed(self) -> np.ndarray: ...


class Asked(Protocol):
    """What is read of the trips; see `engines.equilibrium.Trips`."""

    @property
    def origin(self) -> np.ndarray: ...
    @property
    def destination(self) -> np.ndarray: ...
    @property
    def amount(self) -> np.ndarray: ...
    @property
    def user_class(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from what it claims; numbers are shares but for the last three, 0 is perfect."""

    relative_gap: float
    """what trips pay less what they would pay on the cheapest ways, over what they pay."""
    conservation: float
    """largest imbalance at a place for a class, over all trips of the class."""
    demand_imbalance: float
    """largest difference between trips and the flow on their ways, over the trips."""
    astray: float
    """flow on ways that do not lead from origin to destination, that pass through an end, or whose roads their class may not use."""
    statement: float
    """largest difference between a road's flow and that of the ways over it, over all trips."""
    asked: float
    """the relative gap asked for."""
    tolerance: float
    """what the others may be."""
    objective: float
    """Beckmann's objective; for a system optimum what all pay. Unit of time times trips."""
    average_excess_cost: float
    """what a trip pays too much, unit of time."""
    total_cost: float
    """what all trips pay, tolls and distance included, unit of time times trips."""

    @property
    def passed(self) -> bool:
        """Whether the gap is the one asked for and every other share within the tolerance (NaN is not)."""
        others = (self.conservation, self.demand_imbalance, self.astray, self.statement)
        return abs(self.relative_gap) <= self.asked + ROUNDING and all(share <= self.tolerance for share in others)


def certificate(roads: Streets, allowed: np.ndarray, trips: Asked, answer: Answer, gap: float, optimum: bool = False) -> Certificate:
    """The certificate of an answer for roads, of which bool[class, link] `allowed` says who may use them, and for a relative gap.
    `optimum`: as a system optimum. Never raises for a wrong answer of the right shapes: it fails to pass."""
    with np.errstate(all="ignore"):
        flow = np.asarray(answer.class_flow, dtype=float)
        total = flow.sum(axis=0)
        grows = (roads.free_time > 0) & (roads.b > 0)
        use = np.where(grows, np.maximum(total, 0.0) / np.where(grows, roads.capacity, 1.0), 0.0)
        extra = np.where(grows, roads.free_time * roads.b * use**roads.power, 0.0)
        time = roads.free_time + extra
        price = (time + roads.power * extra if optimum else time) + roads.fixed
        paid = _sum(flow * (time + roads.fixed))
        weighed = _sum(flow * price)
        least = sum(_least(roads, allowed[k], trips, k, price[k]) for k in range(len(flow)))
        area = total * (roads.free_time + extra / (roads.power + 1.0))
        objective = paid if optimum else _sum(area) + _sum(flow * roads.fixed)
        amount = float(np.sum(trips.amount))
        excess = weighed - least
        carried, astray, statement = _ways(roads, allowed, trips, answer)
        return Certificate(
            relative_gap=excess / weighed if weighed > 0 else abs(excess),
            conservation=_conservation(roads, trips, flow),
            demand_imbalance=_largest(np.abs(carried - trips.amount) / trips.amount),
            astray=astray, statement=statement, asked=gap, tolerance=TOLERANCE, objective=objective,
            average_excess_cost=excess / amount if amount > 0 else 0.0, total_cost=paid,
        )  # fmt: skip


def _sum(values: np.ndarray) -> float:
    return float(np.sum(values))


def _largest(values: np.ndarray) -> float:
    return float(values.max(initial=0.0))  # NaN passes through


def _least(roads: Streets, may: np.ndarray, trips: Asked, user_class: int, price: np.ndarray) -> float:
    """What the trips of a class would pay on the cheapest ways. A place that is only an end is two, to leave and to arrive."""
    mine = np.flatnonzero(trips.user_class == user_class)
    if not len(mine):
        return 0.0
    n = roads.n_nodes
    tail, head, cost = roads.tail[may], roads.head[may], price[may]
    head = np.where(head < roads.first_through, head + n, head)
    cheapest = np.lexsort((cost, head, tail))  # of parallel roads the cheapest; a sparse matrix would add them up
    first = np.ones(len(cheapest), dtype=bool)
    first[1:] = (np.diff(tail[cheapest]) != 0) | (np.diff(head[cheapest]) != 0)
    kept = cheapest[first]
    graph = sparse.csr_matrix((cost[kept], (tail[kept], head[kept])), shape=(2 * n, 2 * n))
    end = np.where(trips.destination < roads.first_through, trips.destination + n, trips.destination)
    origins, row = np.unique(trips.origin[mine], return_inverse=True)
    least = 0.0
    for begin in range(0, len(origins), _ROWS):
        distance = dijkstra(graph, indices=origins[begin : begin + _ROWS])
        here = (row >= begin) & (row < begin + _ROWS)
        least += float(trips.amount[mine[here]] @ distance[row[here] - begin, end[mine[here]]])
    return least


def _conservation(roads: Streets, trips: Asked, flow: np.ndarray) -> float:
    """The largest |out - in - begun + ended|; where nobody passes through, |out - begun| and |in - ended| each by itself."""
    worst = 0.0
    for k, of_class in enumerate(flow):
        mine = trips.user_class == k
        whole = float(np.sum(trips.amount[mine]))
        out, into = (np.bincount(nodes, of_class, roads.n_nodes) for nodes in (roads.tail, roads.head))
        begun, ended = (np.bincount(nodes[mine], trips.amount[mine], roads.n_nodes) for nodes in (trips.origin, trips.destination))
        gone, come = out - begun, into - ended
        off = np.abs(gone - come)
        off[: roads.first_through] = np.maximum(np.abs(gone), np.abs(come))[: roads.first_through]
        share = max(_largest(off), -float(of_class.min(initial=0.0))) / whole if whole > 0 else _largest(np.abs(of_class))
        worst = np.inf if np.isnan(share) else max(worst, share)
    return worst


def _ways(roads: Streets, allowed: np.ndarray, trips: Asked, answer: Answer) -> tuple[np.ndarray, float, float]:
    """Flow per trip, the share of flow that goes astray, and the largest difference between roads and ways."""
    ways = answer.paths
    whole = max(float(np.sum(trips.amount)), 1e-300)
    carried = np.bincount(ways.trip, ways.flow, len(trips.amount))
    length = np.diff(ways.start)
    way = np.repeat(np.arange(len(length)), length)
    user_class = trips.user_class[ways.trip]
    links = ways.links[_from_origin(roads, trips, ways, way)]
    tail, head = roads.tail[links], roads.head[links]
    astray = (length == 0) | ~(ways.flow >= 0)
    inner = np.ones(len(links), dtype=bool)
    inner[ways.start[:-1][length > 0]] = False
    breaks = inner.copy()
    breaks[1:] &= (tail[1:] != head[:-1]) | (tail[1:] < roads.first_through)
    np.logical_or.at(astray, way[breaks], True)
    np.logical_or.at(astray, way[~allowed[user_class[way], links]], True)
    some = length > 0
    first, last = ways.start[:-1][some], ways.start[1:][some] - 1
    trip = ways.trip[some]
    astray[some] |= (tail[first] != trips.origin[trip]) | (head[last] != trips.destination[trip])
    n_links = len(roads.tail)
    stated = np.asarray(answer.class_flow, dtype=float)
    summed = np.bincount(user_class[way] * n_links + links, ways.flow[way], len(stated) * n_links).reshape(stated.shape)
    statement = max(_largest(np.abs(summed - stated)), _largest(np.abs(np.asarray(answer.flow) - stated.sum(axis=0)))) / whole
    return carried, _sum(np.abs(ways.flow[astray])) / whole, np.inf if np.isnan(statement) else statement


def _from_origin(roads: Streets, trips: Asked, ways: Ways, way: np.ndarray) -> np.ndarray:
    """Positions of the links of all ways, each from origin to destination: a way may be stated from its end."""
    position = np.arange(len(ways.links))
    length = np.diff(ways.start)
    some = np.flatnonzero(length)
    backward = np.zeros(len(length), dtype=bool)
    first = ways.links[ways.start[:-1][some]]
    backward[some] = roads.tail[first] != trips.origin[ways.trip[some]]
    mirrored = ways.start[:-1][way] + ways.start[1:][way] - 1 - position
    return np.where(backward[way], mirrored, position)
