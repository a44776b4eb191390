"""Which are the best ways for one consignment? Money, time and CO2 weighed against each other, and what time to expect.

`pareto` gives every way that no other beats in money, time and CO2 at once. `best` gives the cheapest by generalised cost, then
always the cheapest that differs from those before (`alternatives`), so that rivals stand beside the winner though it beats them in
everything, and says within which times 10, 50 and 90 % of consignments arrive. Waiting at terminals must be in `Conditions.time`
already.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from karvan.engines.alternatives import alternatives
from karvan.engines.arrays import (
    Bools,
    Choice,
    Conditions,
    Demands,
    Floats,
    Ints,
    Network,
    Uses,
    check_conditions,
    check_static,
)
from karvan.engines.compiled import compiled
from karvan.engines.duration import Family, percentiles
from karvan.engines.paths import FLOOR, Graph, Way, generalised_cost, graph, trees, way_cost

SHARES = np.array([0.1, 0.5, 0.9])


@dataclass(frozen=True)
class RouteOptions:
    """What is asked for."""

    best: int = 5
    """at most so many ways."""
    overlap: float = 0.7
    """0 <= overlap < 1: a way that runs on more than this part of the length of one already listed is not another way."""
    labels: int = 128
    """ways kept per state while searching; when they do not suffice, `Routes.complete` is false."""
    family: Family = "lognormal"
    """shape of the time of a leg."""


@dataclass(frozen=True)
class Routes:
    """The ways found, cheapest first by generalised cost."""

    start: Ints
    """int32[way + 1]: the arcs of way j are arc[start[j]:start[j + 1]]."""
    arc: Ints
    """int32[nnz]."""
    money: Floats
    """float64[way], USD/t paid."""
    generalised: Floats
    """float64[way], USD/t, with perceived cost, time and its unreliability."""
    time: Floats
    """float64[way], mean hours door to door."""
    deviation: Floats
    """float64[way], standard deviation, h."""
    percentile: Floats
    """float64[way, 3], hours within which 10, 50 and 90 % arrive."""
    co2: Floats
    """float64[way], kg/t."""
    shared: Floats
    """float64[way], the largest part of the length of a way listed before it that it runs on."""
    efficient: Bools
    """bool[way]: no way is at least as good in money, time and CO2 and better in one."""
    frontier: Floats
    """float64[unbeaten way, 4]: money USD/t, mean time h, CO2 kg/t and generalised cost USD/t of every way that none beats, cheapest
    first, whether it is listed or not."""
    complete: bool
    """whether the search kept every way that nobody beats, and looked everywhere for alternatives."""

    @property
    def n_ways(self) -> int:
        """How many ways were found; 0 when there is none."""
        return int(self.money.shape[0])


def best(
    network: Network,
    choice: Choice,
    conditions: Conditions,
    origin: int,
    destination: int,
    commodity: int,
    *,
    co2: Floats,
    length: Floats | None = None,
    third: Floats | None = None,
    options: RouteOptions | None = None,
) -> Routes:
    """The best ways for a tonne of `commodity` from state `origin` to state `destination`.

    `co2` float64[arc] kg/t >= 0; `length` float64[arc] >= 0 measures overlap (km; hours when not given); `third`
    float64[arc] h^3 are the third cumulants of the times where they are not of the family. Resources and demand are not looked at: an
    arc that is full costs what `conditions` says. No way gives a result without rows. Where an arc costs less than nothing in the mean
    of money, reluctance and time, it counts as free in the search for alternatives, and the order is that of what was found.
    Raises `ValueError` naming the array that does not fit, holds NaN or is negative, or the state that does not exist.
    """
    chosen = options or RouteOptions()
    _check(network, choice, conditions, (origin, destination, commodity), co2)
    measure = conditions.time if length is None else length
    if measure.shape != (network.n_arcs,) or not measure.min(initial=0.0) >= 0:
        raise ValueError(f"length must be {network.n_arcs} numbers >= 0")
    if third is not None and third.shape != (network.n_arcs,):
        raise ValueError(f"third must be {network.n_arcs} numbers")
    if not 0 <= chosen.overlap < 1:
        raise ValueError(f"overlap must be at least 0 and below 1, not {chosen.overlap}")
    star, back = graph(network), _reversed(network)
    trip = (origin, destination, commodity)
    found, complete = _pareto(star, back, network, choice, conditions, trip, co2, chosen.labels)
    usable = np.isfinite(generalised_cost(network, choice, conditions, commodity))
    hour = float(choice.value_of_time[commodity])
    weight = np.where(usable, conditions.cost[commodity] + conditions.perceived[commodity] + hour * conditions.time, FLOOR)
    other = alternatives(star, back, np.maximum(weight, FLOOR), conditions.variance, hour * float(choice.reliability[commodity]), measure,
                         usable, (origin, destination), best=chosen.best, overlap=chosen.overlap)  # fmt: skip

    def cost(way: Way) -> float:
        return way_cost(choice, conditions, commodity, way)

    def worth(way: Way) -> tuple[float, float, float]:
        arcs = list(way)
        return float(conditions.cost[commodity, arcs].sum()), float(conditions.time[arcs].sum()), float(co2[arcs].sum())

    listed: list[tuple[Way, float, bool]] = []
    frontier = sorted((*worth(way), cost(way)) for way in found)
    for way in sorted({*found, *other.ways}, key=lambda each: (cost(each), each)):
        shared = max((_shared(way, one, measure) for one, _, _ in listed), default=0.0)
        if len(listed) < chosen.best and shared <= chosen.overlap + CLOSE:
            mine = worth(way)
            beaten = any(_beats(np.array(each[:3]), np.array(mine)) for each in frontier)
            listed.append((way, shared, not beaten))
    return _routes(listed, frontier, choice, conditions, commodity, co2, third, complete and other.complete, chosen)


def _reversed(network: Network) -> Graph:
    return graph(Network(network.n_states, network.head, network.tail, network.allowed))


def pareto(
    network: Network,
    choice: Choice,
    conditions: Conditions,
    origin: int,
    destination: int,
    commodity: int,
    *,
    co2: Floats,
    labels: int = 128,
) -> tuple[list[Way], bool]:
    """The ways that no other beats in (money, time, CO2), and whether all of them were kept.

    Of ways alike in all three only one is given, the most reliable (least variance). Label setting (Martins 1984) with
    bounds to the destination; exact while no state needs more than `labels` ways and no cycle pays its user. Money may be
    negative on arcs; ways never visit a state twice. Raises as `best`.
    """
    _check(network, choice, conditions, (origin, destination, commodity), co2)
    return _pareto(graph(network), _reversed(network), network, choice, conditions, (origin, destination, commodity), co2, labels)


def _check(
    network: Network, choice: Choice, conditions: Conditions, trip: tuple[int, int, int], co2: Floats
) -> None:
    origin, destination, commodity = trip
    column = [np.array([value], dtype=np.int32) for value in trip]
    none = np.zeros(0, dtype=np.int32)
    n_resources, n_od = conditions.capacity.shape[0], conditions.amount.shape[0]
    if not (0 <= origin < network.n_states and 0 <= destination < network.n_states):
        raise ValueError(f"origin and destination must lie in 0..{network.n_states - 1}")
    if not 0 <= commodity < network.n_commodities:
        raise ValueError(f"commodity must lie in 0..{network.n_commodities - 1}")
    if origin == destination:
        raise ValueError("origin and destination are the same state")
    check_static(network, Uses(none, none, none, np.zeros(0), n_resources), Demands(*column), choice)
    check_conditions(network, n_resources, n_od, conditions)
    if co2.shape != (network.n_arcs,) or not (co2.min(initial=0.0) >= 0 and co2.max(initial=0.0) < np.inf):
        raise ValueError(f"co2 must be {network.n_arcs} finite numbers >= 0")


def _pareto(
    star: Graph,
    back: Graph,
    network: Network,
    choice: Choice,
    conditions: Conditions,
    trip: tuple[int, int, int],
    co2: Floats,
    labels: int,
) -> tuple[list[Way], bool]:
    origin, destination, commodity = trip
    usable = np.isfinite(generalised_cost(network, choice, conditions, commodity))
    money = np.where(usable, conditions.cost[commodity], 0.0)
    time = np.where(usable, conditions.time, 0.0)
    # the least that is still to come; all subsidies together bound what negative money can save
    saved = float(np.minimum(money, 0.0).sum())
    ahead = np.stack([
        trees(back, np.where(usable, np.maximum(column, 0.0), np.inf), destination)[0] for column in (money, time, co2)
    ])  # fmt: skip
    ahead[0] += saved
    hour = max(float(choice.value_of_time[commodity]), 0.01)
    arcs, ends, complete = _labels(
        star.first, star.arc, star.head, usable, money, time, np.ascontiguousarray(co2, dtype=np.float64),
        np.where(usable, conditions.variance, 0.0), ahead, hour, origin, destination, labels,
    )  # fmt: skip
    return [tuple(arcs[a:b].tolist()) for a, b in pairwise(ends.tolist())], bool(complete)


def _shared(way: Way, listed: Way, length: Floats) -> float:
    """The part of the length of `listed` that `way` runs on (of its arcs, when it has no length)."""
    mine = set(way)
    common = [arc for arc in listed if arc in mine]
    whole = float(length[list(listed)].sum())
    return float(length[common].sum()) / whole if whole > 0 else len(common) / len(listed)


def _beats(x: Floats, y: Floats) -> bool:
    """Whether x is at least as good as y in all criteria and better in one."""
    slack = CLOSE * (1.0 + np.abs(y))
    return bool((x <= y + slack).all() and (x < y - slack).any())


def _routes(
    listed: list[tuple[Way, float, bool]],
    frontier: list[tuple[float, float, float, float]],
    choice: Choice,
    conditions: Conditions,
    commodity: int,
    co2: Floats,
    third: Floats | None,
    complete: bool,
    options: RouteOptions,
) -> Routes:
    ways = [list(way) for way, _, _ in listed]
    variance, money = conditions.variance, conditions.cost[commodity]
    spread = [percentiles(conditions.time[way], variance[way], SHARES, options.family, None if third is None else third[way]) for way in ways]
    return Routes(
        np.concatenate(([0], np.cumsum([len(way) for way in ways]))).astype(np.int32),
        np.array([arc for way in ways for arc in way], dtype=np.int32),
        np.array([float(money[way].sum()) for way in ways]),
        np.array([way_cost(choice, conditions, commodity, way) for way in ways]),
        np.array([float(conditions.time[way].sum()) for way in ways]),
        np.array([float(np.sqrt(variance[way].sum())) for way in ways]),
        np.array(spread).reshape(len(ways), 3),
        np.array([float(co2[way].sum()) for way in ways]),
        np.array([shared for _, shared, _ in listed], dtype=np.float64),
        np.array([efficient for _, _, efficient in listed], dtype=np.bool_),
        np.array(frontier, dtype=np.float64).reshape(len(frontier), 4),
        complete,
    )


# --- compiled --------------------------------------------------------------------------------------------------------

LABELS = 2_000_000
"""The search stops, incomplete, after so many labels: about 120 MB."""
CLOSE = 1e-9
"""Sums that differ by less than this share are the same: rounding must not make two ways out of one."""


@compiled
def _no_better(x: Floats, y: Floats) -> bool:
    """Whether x is at least as good as y in all three criteria, with less or equal variance when alike."""
    alike = True
    for c in range(3):
        slack = CLOSE * (1.0 + abs(y[c]))
        if x[c] > y[c] + slack:
            return False
        if x[c] < y[c] - slack:
            alike = False
    return not alike or x[3] <= y[3] + CLOSE * (1.0 + y[3])


@compiled
def _labels(
    first: Ints,
    arcs: Ints,
    head: Ints,
    usable: Bools,
    money: Floats,
    time: Floats,
    co2: Floats,
    variance: Floats,
    ahead: Floats,
    hour: float,
    origin: int,
    destination: int,
    most: int,
) -> tuple[Ints, Ints, bool]:
    """The efficient ways as arcs and their ends, and whether no state ran out of room."""
    n = first.shape[0] - 1
    room = 1024
    value = np.empty((room, 4))  # money, time, CO2, variance
    state, entering, parent = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    alive = np.empty(room, np.bool_)
    kept = np.full((n, most), -1, dtype=np.int32)
    size = np.zeros(n, dtype=np.int32)
    heap, key = np.empty(room, np.int32), np.empty(room)
    new, hope = np.empty(4), np.empty(4)
    complete = True
    value[0, :] = 0.0
    state[0], entering[0], parent[0], alive[0] = origin, -1, -1, True
    kept[origin, 0], size[origin] = 0, 1
    heap[0], key[0] = 0, 0.0
    count, waiting = 1, 1
    while waiting > 0:
        label = heap[0]
        waiting -= 1
        moved = heap[waiting]
        at = 0
        while True:  # the last one sinks from the root
            child = 2 * at + 1
            if child >= waiting:
                break
            if child + 1 < waiting and key[heap[child + 1]] < key[heap[child]]:
                child += 1
            if key[heap[child]] >= key[moved]:
                break
            heap[at] = heap[child]
            at = child
        heap[at] = moved
        here = state[label]
        if not alive[label] or here == destination:
            continue
        for position in range(first[here], first[here + 1]):
            arc = arcs[position]
            to = head[arc]
            if not usable[arc] or not ahead[1, to] < np.inf or to == origin:
                continue
            new[0] = value[label, 0] + money[arc]
            new[1] = value[label, 1] + time[arc]
            new[2] = value[label, 2] + co2[arc]
            new[3] = value[label, 3] + variance[arc]
            beaten = False
            for i in range(size[to]):
                if _no_better(value[kept[to, i]], new):
                    beaten = True
                    break
            if not beaten and to != destination:  # even the best that may follow is already beaten at the end
                for c in range(3):
                    hope[c] = new[c] + ahead[c, to]
                hope[3] = np.inf
                for i in range(size[destination]):
                    rival = value[kept[destination, i]]
                    better, strictly = True, False
                    for c in range(3):
                        slack = CLOSE * (1.0 + abs(hope[c]))
                        if rival[c] > hope[c] - slack:
                            better = better and rival[c] <= hope[c]
                        else:
                            strictly = True
                    if better and strictly:
                        beaten = True
                        break
            if beaten:
                continue
            back = label
            while back >= 0 and state[back] != to:
                back = parent[back]
            if back >= 0:  # only a cycle that pays leads here
                continue
            left = 0
            for i in range(size[to]):
                other = kept[to, i]
                if _no_better(new, value[other]):
                    alive[other] = False
                else:
                    kept[to, left] = other
                    left += 1
            size[to] = left
            rank = new[0] + hour * new[1] + 0.1 * new[2]
            if left == most:
                complete = False
                worst = 0
                for i in range(1, left):
                    if key[kept[to, i]] > key[kept[to, worst]]:
                        worst = i
                if key[kept[to, worst]] <= rank:
                    continue
                alive[kept[to, worst]] = False
                kept[to, worst] = kept[to, left - 1]
                size[to] -= 1
            if count == LABELS:
                complete = False
                waiting = 0
                break
            if count == room:
                value = np.concatenate((value, np.empty((room, 4))))
                state = np.concatenate((state, np.empty(room, np.int32)))
                entering = np.concatenate((entering, np.empty(room, np.int32)))
                parent = np.concatenate((parent, np.empty(room, np.int32)))
                alive = np.concatenate((alive, np.empty(room, np.bool_)))
                heap = np.concatenate((heap, np.empty(room, np.int32)))
                key = np.concatenate((key, np.empty(room)))
                room *= 2
            value[count, :] = new
            state[count], entering[count], parent[count], alive[count] = to, arc, label, True
            key[count] = rank
            kept[to, size[to]] = count
            size[to] += 1
            at = waiting
            while at > 0 and key[heap[(at - 1) // 2]] > rank:
                heap[at] = heap[(at - 1) // 2]
                at = (at - 1) // 2
            heap[at] = count
            waiting += 1
            count += 1
    ends = np.zeros(size[destination] + 1, dtype=np.int32)
    for i in range(size[destination]):
        back, steps = kept[destination, i], 0
        while parent[back] >= 0:
            steps += 1
            back = parent[back]
        ends[i + 1] = ends[i] + steps
    found = np.empty(ends[-1], dtype=np.int32)
    for i in range(size[destination]):
        back, at = kept[destination, i], ends[i + 1]
        while parent[back] >= 0:
            at -= 1
            found[at] = entering[back]
            back = parent[back]
    return found, ends, complete
