"""Which k ways are the best that really differ? The cheapest, then always the cheapest that differs from all found so far.

A way differs from one found before when it runs on at most `overlap` of the length of that one (k shortest paths with
limited overlap, Chondrogiannis et al. 2015). The cost is the exact generalised cost, whose spread grows with the root of
the summed variances:

    cost = sum(weight) + worth * sqrt(sum(variance))

Exact: labels carry (weight, variance, shared part of every way found); one that another beats in all of them cannot lead to a
better way, and the least that is still to come in each of them, from trees towards the destination, orders and cuts the search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.engines.arrays import Bools, Floats, Ints
from karvan.engines.compiled import compiled
from karvan.engines.paths import Graph, Way, trees


@dataclass(frozen=True)
class Alternatives:
    """The ways in the order found, and whether the search could look at everything."""

    ways: tuple[Way, ...]
    complete: bool


def alternatives(
    star: Graph,
    back: Graph,
    weight: Floats,
    variance: Floats,
    worth: float,
    length: Floats,
    usable: Bools,
    ends: tuple[int, int],
    *,
    best: int,
    overlap: float,
    labels: int = 200_000,
) -> Alternatives:
    """At most `best` ways between the two states `ends`, cheapest first, each on at most `overlap` of every one before it.

    `weight` float64[arc] USD/t (may be negative where no cycle pays), `variance` float64[arc] h^2 and `length` float64[arc] km
    >= 0, `worth` USD/(t h) >= 0; `back` is the graph of the reversed arcs. Of ways of no length the number of arcs counts.
    The search for one way stops, incomplete, after `labels` labels.
    """
    origin, destination = ends
    money, spread = np.where(usable, weight, 0.0), np.where(usable, variance, 0.0)

    def ahead(column: Floats) -> Floats:
        return trees(back, np.where(usable, np.maximum(column, 0.0), np.inf), destination)[0]

    bounds = [ahead(money) + float(np.minimum(money, 0.0).sum()), ahead(spread)]
    parts: list[Floats] = []
    found: list[Way] = []
    complete = True
    while len(found) < best:
        shared = np.stack(parts) if parts else np.zeros((0, money.size))
        least = np.stack([*bounds, *(ahead(part) for part in parts)])
        arcs, whole = _next(star.first, star.arc, star.head, usable, money, spread, worth, np.ascontiguousarray(shared.T), least,
                            overlap, origin, destination, labels)  # fmt: skip
        complete = complete and bool(whole)
        way = tuple(arcs.tolist())
        if not way:
            break
        found.append(way)
        part = np.zeros(money.size)
        part[list(way)] = length[list(way)]
        if not part.sum() > 0:
            part[list(way)] = 1.0
        parts.append(part / part.sum())
    return Alternatives(tuple(found), complete)


# --- compiled --------------------------------------------------------------------------------------------------------

CLOSE = 1e-9


@compiled
def _next(
    first: Ints,
    arcs: Ints,
    head: Ints,
    usable: Bools,
    money: Floats,
    variance: Floats,
    worth: float,
    shared: Floats,
    ahead: Floats,
    overlap: float,
    origin: int,
    destination: int,
    most: int,
) -> tuple[Ints, bool]:
    """The cheapest way that shares at most `overlap` with each known one (shared[arc, known]; ahead[2 + known, state])."""
    n, known = first.shape[0] - 1, shared.shape[1]
    size = 2 + known
    room = 4096
    value = np.empty((room, size))
    state, entering, parent = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    following = np.empty(room, np.int32)  # the next label of the same state
    alive = np.empty(room, np.bool_)
    top = np.full(n, -1, dtype=np.int32)
    heap, key = np.empty(room, np.int32), np.empty(room)
    new = np.empty(size)
    none = np.empty(0, dtype=np.int32)
    if not ahead[0, origin] < np.inf:
        return none, True
    value[0, :] = 0.0
    state[0], entering[0], parent[0], following[0], alive[0] = origin, -1, -1, -1, True
    top[origin] = 0
    heap[0], key[0] = 0, 0.0
    count, waiting = 1, 1
    while waiting > 0:
        label = heap[0]
        waiting -= 1
        moved = heap[waiting]
        at = 0
        while True:
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
        if not alive[label]:
            continue
        here = state[label]
        if here == destination:
            steps, back = 0, label
            while parent[back] >= 0:
                steps += 1
                back = parent[back]
            way = np.empty(steps, dtype=np.int32)
            back = label
            while parent[back] >= 0:
                steps -= 1
                way[steps] = entering[back]
                back = parent[back]
            return way, True
        for position in range(first[here], first[here + 1]):
            arc = arcs[position]
            to = head[arc]
            if not usable[arc] or not ahead[0, to] < np.inf or to == origin:
                continue
            new[0] = value[label, 0] + money[arc]
            new[1] = value[label, 1] + variance[arc]
            within = True
            for j in range(known):
                new[2 + j] = value[label, 2 + j] + shared[arc, j]
                if new[2 + j] + ahead[2 + j, to] > overlap + CLOSE:
                    within = False
                    break
            if not within:
                continue
            other = top[to]
            beaten = False
            while other >= 0:
                if alive[other]:
                    better = True
                    for c in range(size):
                        if value[other, c] > new[c] + CLOSE * (1.0 + abs(new[c])):
                            better = False
                            break
                    if better:
                        beaten = True
                        break
                other = following[other]
            if beaten:
                continue
            back = label
            while back >= 0 and state[back] != to:
                back = parent[back]
            if back >= 0:
                continue
            before, other = -1, top[to]
            while other >= 0:  # those that the new one beats leave the list
                after = following[other]
                worse = True
                for c in range(size):
                    if new[c] > value[other, c]:
                        worse = False
                        break
                if worse:
                    alive[other] = False
                    if before < 0:
                        top[to] = after
                    else:
                        following[before] = after
                else:
                    before = other
                other = after
            if count == most:
                return none, False
            if count == room:
                value = np.concatenate((value, np.empty((room, size))))
                state = np.concatenate((state, np.empty(room, np.int32)))
                entering = np.concatenate((entering, np.empty(room, np.int32)))
                parent = np.concatenate((parent, np.empty(room, np.int32)))
                following = np.concatenate((following, np.empty(room, np.int32)))
                alive = np.concatenate((alive, np.empty(room, np.bool_)))
                heap = np.concatenate((heap, np.empty(room, np.int32)))
                key = np.concatenate((key, np.empty(room)))
                room *= 2
            value[count, :] = new
            state[count], entering[count], parent[count], alive[count] = to, arc, label, True
            following[count] = top[to]
            top[to] = count
            rank = new[0] + ahead[0, to] + worth * np.sqrt(new[1] + ahead[1, to])
            key[count] = rank
            at = waiting
            while at > 0 and key[heap[(at - 1) // 2]] > rank:
                heap[at] = heap[(at - 1) // 2]
                at = (at - 1) // 2
            heap[at] = count
            waiting += 1
            count += 1
    return none, True
