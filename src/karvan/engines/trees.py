"""How far is everything from here, and which way? Shortest path trees on compressed rows.

`forest` grows the trees of many origins in one compiled call; `trees` and `cheapest` serve whoever needs one. Three kernels
give the same distances to the last bit, since each ends at the least sum over ways, added from the origin on:

- buckets a quarter of the median weight wide (Denardo & Fox 1979; Cherkassky, Goldberg & Radzik 1996), for `forest`:
  half the time of a heap on road networks. Work is bounded; weights that do not suit it go to the heap;
- an indexed heap of four children with the keys inside (Dijkstra 1959; Johnson 1975);
- a queue (Moore 1959) once a weight is negative, as a subsidy makes it, with the cycles among the predecessors looked for
  (Cherkassky & Goldberg 1999), so that a cycle that costs less than nothing is named and never run round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Bools, Floats, Ints, Network
from karvan.engines.compiled import compiled

Naturals = NDArray[np.uint32]
Numbers = NDArray[np.integer[Any]]
Way = tuple[int, ...]
"""Arcs in the order of travel."""

ANY = -1
"""As a target: none, go through all."""
ONE, FOUR, ABSENT = np.uint64(1), np.uint64(4), np.uint64(0xFFFFFFFF)
"""Unsigned, since for a signed index the compiled code asks each time whether it counts from the end: a quarter of the time."""
RING = 4096
FINE, NEGATIVE, NOT_A_NUMBER = 0, 1, 2
SLACK = 1e-12
"""With negative weights: a gain below this share of the largest weight is rounding and not pursued."""


@dataclass(frozen=True, eq=False)
class Graph:
    """The arcs sorted by the state they leave (CSR)."""

    first: Ints
    """int32[state + 1]: the arcs leaving s are arc[first[s]:first[s + 1]]."""
    arc: Ints
    """int32[arc]."""
    tail: Ints
    head: Ints
    into: Ints
    """int32[arc]: head[arc], the heads in the sorted order."""


class NegativeCycle(ValueError):
    """There is no cheapest way: going round these `arcs`, in the order of travel, costs `cost` < 0 each time."""

    def __init__(self, arcs: Way, cost: float):
        named = ", ".join(map(str, arcs[:12])) + (f" and {len(arcs) - 12} more" if len(arcs) > 12 else "")
        super().__init__(f"the arcs {named} form a cycle that costs {cost:g}, so no way is the cheapest: raise their costs until it costs 0 or more")
        self.arcs = arcs
        self.cost = cost


def graph(network: Network) -> Graph:
    """The forward star of the network; arcs of one state stay in their order."""
    return star(network.n_states, network.tail, network.head)


def star(n_states: int, tail: Ints, head: Ints) -> Graph:
    """As `graph`, of arcs from `tail` to `head` between states 0..n_states-1.

    Raises `ValueError` for an arc that begins or ends elsewhere.
    """
    for name, ends in (("tail", tail), ("head", head)):
        if len(ends) and not (ends.min() >= 0 and ends.max() < n_states):
            raise ValueError(f"{name} holds a state outside 0..{n_states - 1}")
    order = np.argsort(tail, kind="stable").astype(np.int32)
    first = np.searchsorted(tail[order], np.arange(n_states + 1)).astype(np.int32)
    heads = np.ascontiguousarray(head, dtype=np.int32)
    return Graph(first, order, np.ascontiguousarray(tail, dtype=np.int32), heads, heads[order])


def forest(graph: Graph, weight: Floats, origins: Numbers, blocked: Bools | None = None) -> tuple[Floats, Ints]:
    """Distances float64[origin, state] (inf when out of reach) and entering arcs int32[origin, state] (-1 at the origin and
    out of reach).

    `weight` float64[arc], inf closes an arc; `blocked` bool[state] are states where a way may begin and end but which it
    does not pass through, such as centroids. With negative weights distances are right to `SLACK`.

    Raises `NegativeCycle`, and `ValueError` for a weight that is NaN or minus infinity and for an origin that is no state.
    """
    n = len(graph.first) - 1
    roots = np.ascontiguousarray(origins, dtype=np.int32)
    closed = np.zeros(n, np.bool_) if blocked is None else np.ascontiguousarray(blocked, dtype=np.bool_)
    _fit(graph, weight, roots)
    if closed.shape != (n,):
        raise ValueError(f"blocked has shape {closed.shape}, expected {(n,)}")
    distance, entering = np.empty((len(roots), n)), np.empty((len(roots), n), np.int32)
    status, cycle = _forest(*_rows(graph), weight, closed, roots, _width(weight), distance, entering)
    _speak(status, cycle, weight)
    return distance, entering


def trees(graph: Graph, weight: Floats, origin: int) -> tuple[Floats, Ints]:
    """The distance of every state from `origin` and the arc by which its best way enters: `forest` of one origin, by heap."""
    _fit(graph, weight, np.array([origin]))
    distance, entering, status, cycle = _one(*_rows(graph), weight, origin, ANY)
    _speak(status, cycle, weight)
    return distance, entering


def cheapest(graph: Graph, weight: Floats, origin: int, destination: int) -> Way:
    """The cheapest way from `origin` to `destination`, empty when there is none. `weight` and errors as in `forest`."""
    way, status, cycle = _way(*_rows(graph), weight, origin, destination)
    _speak(status, cycle, weight)
    return tuple(way.tolist())


def _fit(graph: Graph, weight: Floats, origins: Numbers) -> None:
    if weight.shape != graph.arc.shape:
        raise ValueError(f"weight has shape {weight.shape}, expected {graph.arc.shape}")
    n = len(graph.first) - 1
    if len(origins) and not (origins.min() >= 0 and origins.max() < n):
        raise ValueError(f"origins hold a state outside 0..{n - 1}")


def _rows(graph: Graph) -> tuple[Naturals, Ints, Ints, Naturals]:
    return graph.first.view(np.uint32), graph.arc, graph.tail, graph.into.view(np.uint32)


def _width(weight: Floats) -> float:
    """How wide a bucket should be; 0 where buckets do not suit the weights.

    A quarter of the median of the weights that are not closed, but not below an eighth of their mean, which bounds the empty
    buckets to be gone through to eight an arc, nor so narrow that the largest weight leaves the ring.
    """
    finite = weight[np.abs(weight) < np.inf]
    if not len(finite):
        return 0.0
    with np.errstate(over="ignore"):
        width = max(0.25 * float(np.median(finite)), 0.125 * float(finite.mean()), float(finite.max()) / (RING - 4))
    return width if 1e-200 < width < 1e200 else 0.0


def _speak(status: int, cycle: Ints, weight: Floats) -> None:
    if status == NOT_A_NUMBER:
        wrong = np.flatnonzero(~(weight > -np.inf))
        raise ValueError(f"weight is not a number or minus infinity on {len(wrong)} arcs, the first is arc {wrong[0]}: {weight[wrong[0]]}")
    if status == NEGATIVE:
        raise NegativeCycle(tuple(cycle.tolist()), float(weight[cycle].sum()))


# --- compiled --------------------------------------------------------------------------------------------------------


@compiled
def _sort(weight: Floats, arcs: Ints, out: Floats) -> int:
    """Put the weights in the order of `arcs`, and say whether one is negative or not a number."""
    status = FINE
    for position in range(len(arcs)):
        w = weight[arcs[position]]
        out[position] = w
        if not w >= 0.0:
            status = max(status, NEGATIVE if w > -np.inf else NOT_A_NUMBER)
    return status


@compiled
def _buckets(
    first: Naturals, arcs: Ints, into: Naturals, weight: Floats, blocked: Bools, root: int, width: float, ring: Naturals,
    node: Naturals, below: Naturals, key: Floats, distance: Floats, entering: Ints,
) -> bool:  # fmt: skip
    """The tree by buckets; False, and the ring is left dirty, when four times the arcs were not enough.

    An entry of a bucket is a state, the distance it was put in with and the entry below it; one that is outdated is passed over.
    """
    for each in range(len(distance)):
        distance[each] = np.inf
        entering[each] = -1
    distance[root] = 0.0
    mask = np.uint64(len(ring) - 1)
    scale = 1.0 / width
    left = 4 * len(arcs)
    node[1], below[1], key[1] = root, 0, 0.0
    ring[0] = 1
    used, cursor, waiting = np.uint64(2), np.uint64(0), 1
    while waiting > 0:
        entry = ring[cursor & mask]
        while entry == 0:
            cursor += ONE
            entry = ring[cursor & mask]
        ring[cursor & mask] = below[entry]
        waiting -= 1
        state = node[entry]
        base = key[entry]
        if distance[state] < base:
            continue
        begin, end = first[state], first[state + ONE]
        left -= int(end) - int(begin)
        if left < 0:
            return False
        for position in range(begin, end):
            other = into[position]
            reached = base + weight[position]
            if reached < distance[other]:
                distance[other] = reached
                entering[other] = arcs[position]
                if not blocked[other]:
                    slot = np.uint64(int(reached * scale)) & mask
                    node[used] = other
                    key[used] = reached
                    below[used] = ring[slot]
                    ring[slot] = used
                    used += ONE
                    waiting += 1
    return True


@compiled
def _heap(
    first: Naturals, arcs: Ints, into: Naturals, weight: Floats, blocked: Bools, root: int, target: int, node: Naturals,
    place: Naturals, key: Floats, distance: Floats, entering: Ints,
) -> None:  # fmt: skip
    """The tree by heap, until `target` is settled. `place` is where a state stands in the heap, `ABSENT` before it is reached."""
    for each in range(len(distance)):
        distance[each] = np.inf
        entering[each] = -1
        place[each] = ABSENT
    distance[root] = 0.0
    node[0], key[0], place[root] = root, 0.0, 0
    size = np.uint64(1)
    while size > 0:
        state, base = node[0], key[0]
        if state == target:
            break
        size -= ONE
        if size > 0:  # the last one moves to the root and sinks
            moved, far = node[size], key[size]
            at = np.uint64(0)
            while True:
                child = FOUR * at + ONE
                if child >= size:
                    break
                least, nearest = child, key[child]
                for sibling in range(child + ONE, min(child + FOUR, size)):
                    if key[sibling] < nearest:
                        least, nearest = np.uint64(sibling), key[sibling]
                if nearest >= far:
                    break
                key[at], node[at] = nearest, node[least]
                place[node[at]] = at
                at = least
            key[at], node[at], place[moved] = far, moved, at
        for position in range(first[state], first[state + ONE]):
            other = into[position]
            reached = base + weight[position]
            if reached < distance[other]:
                distance[other] = reached
                entering[other] = arcs[position]
                if blocked[other]:
                    continue
                at = np.uint64(place[other])
                if at == ABSENT:
                    at = size
                    size += ONE
                while at > 0:
                    parent = (at - ONE) // FOUR
                    if key[parent] <= reached:
                        break
                    key[at], node[at] = key[parent], node[parent]
                    place[node[at]] = at
                    at = parent
                key[at], node[at], place[other] = reached, other, at


@compiled
def _queue(
    first: Naturals, arcs: Ints, tail: Ints, into: Naturals, weight: Floats, blocked: Bools, root: int,
    distance: Floats, entering: Ints,
) -> int:  # fmt: skip
    """The tree by queue, for weights of any sign; -1, or a state on a cycle that costs less than nothing."""
    n = len(distance)
    queue, mark = np.empty(n, np.int32), np.zeros(n, np.int32)  # a mark of 1: in the queue
    largest = 0.0
    for position in range(len(weight)):
        if weight[position] < np.inf:
            largest = max(largest, abs(weight[position]))
    for state in range(n):
        distance[state] = np.inf
        entering[state] = -1
    distance[root] = 0.0
    queue[0], mark[root] = root, 1
    front, waiting, taken = 0, 1, 0
    while waiting > 0:
        state = queue[front]
        front = front + 1 if front + 1 < n else 0
        waiting -= 1
        mark[state] = 0
        base = distance[state]
        for position in range(first[state], first[state + 1]):
            other = into[position]
            reached = base + weight[position]
            gain = distance[other] - reached
            if gain > SLACK * largest and not (other == root and blocked[root]):
                distance[other] = reached
                entering[other] = arcs[position]
                if not blocked[other] and mark[other] == 0:
                    mark[other] = 1
                    queue[(front + waiting) % n] = other
                    waiting += 1
        taken += 1
        if taken >= n:
            taken = 0
            found = _circle(tail, entering, mark)
            if found >= 0:
                return found
    return -1


@compiled
def _circle(tail: Ints, entering: Ints, mark: Ints) -> int:
    """A state from which the entering arcs lead back to itself, -1 if there is none. Uses mark beyond its lowest bit."""
    n = len(entering)
    found = -1
    for state in range(n):
        at = state
        while mark[at] < 2:
            mark[at] += 2 * (state + 1)
            if entering[at] < 0:
                break
            at = tail[entering[at]]
            if mark[at] // 2 == state + 1:
                found = at
                break
        if found >= 0:
            break
    for state in range(n):
        mark[state] %= 2
    return found


@compiled
def _round(tail: Ints, entering: Ints, start: int) -> Ints:
    """The arcs of the cycle through `start`, in the order of travel."""
    length, at = 0, start
    while length == 0 or at != start:
        length += 1
        at = tail[entering[at]]
    cycle = np.empty(length, np.int32)
    while length > 0:
        length -= 1
        cycle[length] = entering[at]
        at = tail[entering[at]]
    return cycle


@compiled
def _forest(
    first: Naturals, arcs: Ints, tail: Ints, into: Naturals, weight: Floats, blocked: Bools, origins: Ints, width: float,
    distance: Floats, entering: Ints,
) -> tuple[int, Ints]:  # fmt: skip
    n, m = len(first) - 1, len(arcs)
    cycle = np.empty(0, np.int32)
    ordered = np.empty(m)
    status = _sort(weight, arcs, ordered)
    if status == NOT_A_NUMBER:
        return status, cycle
    ring = np.zeros(RING, np.uint32)
    room = max(4 * m + 2, n)
    node, other, key = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room)
    for i in range(len(origins)):
        root = origins[i]
        if status == NEGATIVE:
            found = _queue(first, arcs, tail, into, ordered, blocked, root, distance[i], entering[i])
            if found >= 0:
                return status, _round(tail, entering[i], found)
            continue
        if width > 0.0 and not _buckets(
            first, arcs, into, ordered, blocked, root, width, ring, node, other, key, distance[i], entering[i]
        ):
            width = 0.0
        if width == 0.0:
            _heap(first, arcs, into, ordered, blocked, root, ANY, node, other, key, distance[i], entering[i])
    return FINE, cycle


@compiled
def _one(
    first: Naturals, arcs: Ints, tail: Ints, into: Naturals, weight: Floats, origin: int, target: int
) -> tuple[Floats, Ints, int, Ints]:
    n = len(first) - 1
    distance, entering = np.empty(n), np.empty(n, np.int32)
    cycle = np.empty(0, np.int32)
    ordered = np.empty(len(arcs))
    status = _sort(weight, arcs, ordered)
    blocked = np.zeros(n, np.bool_)
    if status == FINE:
        node, place = np.empty(n, np.uint32), np.empty(n, np.uint32)
        _heap(first, arcs, into, ordered, blocked, origin, target, node, place, np.empty(n), distance, entering)
    elif status == NEGATIVE:
        found = _queue(first, arcs, tail, into, ordered, blocked, origin, distance, entering)
        if found >= 0:
            return distance, entering, status, _round(tail, entering, found)
        status = FINE
    return distance, entering, status, cycle


@compiled
def _way(
    first: Naturals, arcs: Ints, tail: Ints, into: Naturals, weight: Floats, origin: int, target: int
) -> tuple[Ints, int, Ints]:
    distance, entering, status, cycle = _one(first, arcs, tail, into, weight, origin, target)
    if status != FINE or origin == target or not distance[target] < np.inf:
        return np.empty(0, dtype=np.int32), status, cycle
    length = 0
    state = target
    while state != origin:
        length += 1
        state = tail[entering[state]]
    way = np.empty(length, dtype=np.int32)
    state = target
    while state != origin:
        length -= 1
        way[length] = entering[state]
        state = tail[entering[state]]
    return way, status, cycle
