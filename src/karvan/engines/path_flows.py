"""The inner loops of the user equilibrium: shortest trees, the store of paths, shifts between them; see `equilibrium`.

Arrays only. Links stand in the order of their tails; `cost[2 a]` is the time of link a and `cost[2 a + 1]` its derivative, so
that both come with one cache line. Three things were measured to matter more than the algorithm around them: an array taken
out of a tuple in an inner loop, a call with sixty arguments, and a power that the compiler evaluates for every link of a
vectorised loop, needed or not. All kernels stand in this one file, since a cached kernel is not rebuilt when one of another
file that it calls has changed (`compiled`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np

from karvan.engines.arrays import Bytes, Floats, Ints

Words = np.ndarray
"""uint64: names of paths and of segments."""

CONSTANT, LINEAR, QUARTIC, OTHER = 0, 1, 2, 3
INFINITE = 1e300


def kernel(function: Callable[..., Any]) -> Any:
    """As `karvan.engines.compiled.compiled`, with the arithmetic of the hardware (x / 0 is inf) and fused products."""
    return numba.njit(cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})(function)


def woven(function: Callable[..., Any]) -> Any:
    """A kernel that is copied into its callers: an array as an argument is seven, and a call with sixty costs more than the work."""
    return numba.njit(error_model="numpy", inline="always")(function)


class Links(NamedTuple):
    """Links in the order of their tails (compressed rows)."""

    start: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    base: np.ndarray
    scale: np.ndarray
    power: np.ndarray
    shape: np.ndarray
    mark: np.ndarray
    """a random word per link: the sum over a path is its name"""
    in_start: np.ndarray
    """the same links by their heads, without those that leave a node one may not pass through"""
    in_link: np.ndarray
    in_tail: np.ndarray


class Groups(NamedTuple):
    """Trips by class and origin."""

    root: np.ndarray
    user_class: np.ndarray
    start: np.ndarray
    destination: np.ndarray
    amount: np.ndarray


class Store(NamedTuple):
    """All paths: linked per trip entry, links in one pool. used[0] paths, used[1] entries of the pool, used[2] head of the free list."""

    first: np.ndarray
    paths: np.ndarray
    offset: np.ndarray
    length: np.ndarray
    next: np.ndarray
    flow: np.ndarray
    name: np.ndarray
    fixed: np.ndarray
    pool: np.ndarray
    used: np.ndarray


class Pairs(NamedTuple):
    """Each path against the busiest of its trip entry: the links only in the one, then the links only in the other."""

    path: np.ndarray
    against: np.ndarray
    offset: np.ndarray
    only: np.ndarray
    other: np.ndarray
    fixed: np.ndarray
    pool: np.ndarray


class Tree(NamedTuple):
    """Working space of a shortest tree."""

    dist: np.ndarray
    pred: np.ndarray
    heap: np.ndarray
    place: np.ndarray
    name: np.ndarray


@woven
def _refresh(a: int, x: Floats, cost: Floats, base: Floats, scale: Floats, power: Floats, shape: Bytes) -> None:
    """Set time and derivative of link `a` at its flow. (Arrays, not the tuple: taking one out of it costs more than this.)"""
    v = max(x[a], 0.0)
    k = scale[a]
    kind = shape[a]
    if kind == QUARTIC:
        cube = v * v * v * k
        cost[2 * a] = base[a] + cube * v
        cost[2 * a + 1] = 4.0 * cube
    elif kind == LINEAR:
        cost[2 * a] = base[a] + k * v
        cost[2 * a + 1] = k
    elif kind == OTHER:
        p = power[a]
        z = k * v ** (p - 1.0) if v > 0.0 else 0.0
        cost[2 * a] = base[a] + z * v
        cost[2 * a + 1] = p * z


@kernel
def refresh_all(x: Floats, cost: Floats, base: Floats, scale: Floats, power: Floats, shape: Bytes) -> None:
    """Set time and derivative of all links. (Two loops: in one, powers would be computed for every link, needed or not.)"""
    others = 0
    for a in range(len(x)):
        v = max(x[a], 0.0)
        k = scale[a]
        quartic = shape[a] == QUARTIC
        slope = 4.0 * v * v * v * k if quartic else k
        cost[2 * a] = base[a] + (0.25 * slope * v if quartic else slope * v)
        cost[2 * a + 1] = slope
        others += shape[a] == OTHER
    if others:
        for a in range(len(x)):
            if shape[a] == OTHER:
                _refresh(a, x, cost, base, scale, power, shape)


@kernel
def _settle(root: int, through: int, weight: Floats, links: Links, tree: Tree, order: Ints) -> int:
    """Dijkstra with a heap of four children; writes the nodes in the order in which they were settled, returns how many."""
    dist, pred, heap, place = tree.dist, tree.pred, tree.heap, tree.place
    start, head = links.start, links.head
    for i in range(len(dist)):
        dist[i] = INFINITE
        place[i] = -1
    dist[root] = 0.0
    pred[root] = -1
    heap[0] = root
    size, settled = 1, 0
    while size > 0:
        u = heap[0]
        place[u] = -2
        size -= 1
        if size > 0:
            last = heap[size]
            far = dist[last]
            i = 0
            while True:
                child = 4 * i + 1
                if child >= size:
                    break
                best = child
                nearest = dist[heap[child]]
                for j in range(child + 1, min(child + 4, size)):
                    if dist[heap[j]] < nearest:
                        nearest = dist[heap[j]]
                        best = j
                if nearest >= far:
                    break
                heap[i] = heap[best]
                place[heap[i]] = i
                i = best
            heap[i] = last
            place[last] = i
        order[settled] = u
        settled += 1
        if u < through and u != root:
            continue
        du = dist[u]
        for k in range(start[u], start[u + 1]):
            h = head[k]
            reached = du + weight[k]
            if reached < dist[h] and place[h] != -2:
                dist[h] = reached
                pred[h] = k
                i = place[h]
                if i == -1:
                    i = size
                    size += 1
                while i > 0:
                    above = (i - 1) >> 2
                    if dist[heap[above]] <= reached:
                        break
                    heap[i] = heap[above]
                    place[heap[i]] = i
                    i = above
                heap[i] = h
                place[h] = i
    return settled


@kernel
def _rescan(root: int, through: int, weight: Floats, arriving: Floats, links: Links, tree: Tree, order: Ints, settled: int) -> bool:
    """The shortest tree again: every node takes its best arrival, in the order of the last tree, until none changes
    (a node that comes after its predecessor is right at once). Returns whether that ended soon; leaves `order` sorted.

    arriving    weights in the order of `links.in_link`"""
    dist, pred = tree.dist, tree.pred
    start, head, in_start, in_link, in_tail = links.start, links.head, links.in_start, links.in_link, links.in_tail
    for v in range(len(dist)):
        dist[v] = INFINITE
    dist[root] = 0.0
    pred[root] = -1
    if root < through:
        for k in range(start[root], start[root + 1]):
            if weight[k] < dist[head[k]]:
                dist[head[k]] = weight[k]
                pred[head[k]] = k
    calm = False
    for turn in range(6):
        changed = 0
        for i in range(1, settled):
            v = order[i]
            best = dist[v]
            arrival = -1
            for z in range(in_start[v], in_start[v + 1]):
                reached = dist[in_tail[z]] + arriving[z]
                if reached < best:
                    best = reached
                    arrival = z
            if arrival >= 0:
                dist[v] = best
                pred[v] = in_link[arrival]
                changed += 1
        if turn > 0 and changed == 0:
            calm = True
            break
    if calm:
        for i in range(2, settled):
            v = order[i]
            d = dist[v]
            z = i
            while z > 1 and dist[order[z - 1]] > d:
                order[z] = order[z - 1]
                z -= 1
            order[z] = v
    return calm


@kernel
def _name_all(links: Links, tree: Tree, order: Ints, settled: int) -> None:
    """Name the tree's path to every node. (Over links of no time a node may come before its predecessor and get a name of
    its own: names only save comparing costs.)"""
    name, pred, tail, mark = tree.name, tree.pred, links.tail, links.mark
    name[order[0]] = 0
    for i in range(1, settled):
        v = order[i]
        name[v] = name[tail[pred[v]]] + mark[pred[v]]


@kernel
def _grown(array: np.ndarray, size: int) -> np.ndarray:
    out = np.empty(size, array.dtype)
    out[: len(array)] = array
    return out


@kernel
def _with_room(store: Store, paths: int, links: int) -> Store:
    """The store, grown so that so many more paths and so many more links of paths fit in."""
    if store.used[0] + paths > len(store.flow):
        size = store.used[0] + store.used[0] // 2 + paths
        store = Store(store.first, store.paths, _grown(store.offset, size), _grown(store.length, size), _grown(store.next, size),
                       _grown(store.flow, size), _grown(store.name, size), _grown(store.fixed, size), store.pool, store.used)  # fmt: skip
    if store.used[1] + links > len(store.pool):
        pool = _grown(store.pool, store.used[1] + store.used[1] // 2 + links)
        store = Store(store.first, store.paths, store.offset, store.length, store.next, store.flow, store.name, store.fixed, pool, store.used)
    return store


@woven
def _add(
    j: int, v: int, amount: float, paid: Floats, first: Ints, count: Ints, offset: Ints, length: Ints, after: Ints, flow: Floats, name:
    Words, fixed: Floats, pool: Ints, used: Ints, pred: Ints, tail: Ints, names: Words,
) -> None:  # fmt: skip
    """Add the tree's path to `v` to trip entry `j`, carrying `amount`; its links stand from its end to its start."""
    k = used[2]
    if k >= 0:
        used[2] = after[k]
    else:
        k = used[0]
        used[0] = k + 1
    name[k] = names[v]
    begin = used[1]
    i = begin
    total = 0.0
    a = pred[v]
    while a >= 0:
        pool[i] = a
        i += 1
        total += paid[a]
        a = pred[tail[a]]
    used[1] = i
    offset[k] = begin
    length[k] = i - begin
    flow[k] = amount
    fixed[k] = total
    after[k] = first[j]
    first[j] = k
    count[j] += 1


@kernel
def load(
    through: int, fixed: Floats, links: Links, groups: Groups, tree: Tree, orders: Ints, settled: Ints, store: Store, x: Floats,
    expected: Floats, cost: Floats, weight: Floats, keep: bool,
) -> tuple[Store, int]:  # fmt: skip
    """First flows: every origin in turn on its shortest tree, at the times under what was loaded before it (told anew
    fifty times) and what is `expected` of those to come. With `keep` the paths enter the store, else only flows are counted."""
    x[:] = 0.0
    total = groups.amount.sum()
    loaded, priced = 0.0, -total
    flow = np.zeros(len(tree.dist))
    ahead = np.empty(len(x))
    for g in range(len(groups.root)):
        if loaded - priced > 0.02 * total:
            priced = loaded
            rest = 1.0 - loaded / total
            for a in range(len(x)):
                ahead[a] = x[a] + rest * expected[a]
            refresh_all(ahead, cost, links.base, links.scale, links.power, links.shape)
        paid = fixed[groups.user_class[g]]
        for a in range(len(x)):
            weight[a] = cost[2 * a] + paid[a]
        order = orders[g]
        n = _settle(groups.root[g], through, weight, links, tree, order)
        settled[g] = n
        if keep:
            _name_all(links, tree, order, n)
        first_trip, last_trip = groups.start[g], groups.start[g + 1]
        for j in range(first_trip, last_trip):
            v = groups.destination[j]
            if tree.dist[v] >= INFINITE:
                return store, j
            flow[v] += groups.amount[j]
            loaded += groups.amount[j]
        if keep:
            store = _with_room(store, last_trip - first_trip, (last_trip - first_trip) * n)
            first, count, offset, length, after, path_flow, name, path_fixed, pool, used = store
            pred, tail, names = tree.pred, links.tail, tree.name
            for j in range(first_trip, last_trip):
                if used[1] + n > len(pool):
                    store = _with_room(store, 0, n)
                    pool = store.pool
                _add(j, groups.destination[j], groups.amount[j], paid, first, count, offset, length, after, path_flow, name, path_fixed, pool,
                     used, pred, tail, names)  # fmt: skip
        for i in range(n - 1, 0, -1):
            v = order[i]
            if flow[v] > 0.0:
                x[tree.pred[v]] += flow[v]
                flow[links.tail[tree.pred[v]]] += flow[v]
                flow[v] = 0.0
        flow[groups.root[g]] = 0.0
    refresh_all(x, cost, links.base, links.scale, links.power, links.shape)
    return store, -1


@kernel
def columns(
    through: int, fixed: Floats, links: Links, groups: Groups, tree: Tree, orders: Ints, settled: Ints, store: Store, x: Floats, cost:
    Floats, weight: Floats, arriving: Floats, grow: bool,
) -> tuple[Store, float, int]:  # fmt: skip
    """Trees at the present times: what trips would pay on them, and (when `grow`) a path for each entry that has a cheaper one."""
    shortest = 0.0
    added = 0
    last = -1
    for g in range(len(groups.root)):
        paid = fixed[groups.user_class[g]]
        if groups.user_class[g] != last:
            last = groups.user_class[g]
            for a in range(len(x)):
                weight[a] = cost[2 * a] + paid[a]
            for z in range(len(arriving)):
                arriving[z] = weight[links.in_link[z]]
        root = groups.root[g]
        if not _rescan(root, through, weight, arriving, links, tree, orders[g], settled[g]):
            settled[g] = _settle(root, through, weight, links, tree, orders[g])
        first_trip, last_trip = groups.start[g], groups.start[g + 1]
        dist = tree.dist
        for j in range(first_trip, last_trip):
            shortest += groups.amount[j] * dist[groups.destination[j]]
        if not grow:
            continue
        _name_all(links, tree, orders[g], settled[g])
        store = _with_room(store, last_trip - first_trip, settled[g])
        first, count, offset, length, after, flow, name, path_fixed, pool, used = store
        pred, tail, names = tree.pred, links.tail, tree.name
        for j in range(first_trip, last_trip):
            v = groups.destination[j]
            wanted = names[v]
            k = first[j]
            while k >= 0 and name[k] != wanted:
                k = after[k]
            if k >= 0:
                continue
            cheapest = INFINITE
            k = first[j]
            while k >= 0:
                price = path_fixed[k]
                for i in range(offset[k], offset[k] + length[k]):
                    price += cost[2 * pool[i]]
                cheapest = min(cheapest, price)
                k = after[k]
            if dist[v] < cheapest * (1.0 - 1e-14):
                if used[1] + settled[g] > len(pool):
                    store = _with_room(store, 0, settled[g])
                    pool = store.pool
                _add(j, v, 0.0, paid, first, count, offset, length, after, flow, name, path_fixed, pool, used, pred, tail, names)
                added += 1
    return store, shortest, added


@kernel
def lay_out(store: Store, seen: Ints, stamp: int) -> tuple[Pairs, int]:
    """Drop paths without flow that lost, and lay out every other path against the busiest of its entry."""
    n, longest, room = 0, 0, 1024
    for j in range(len(store.first)):
        if store.paths[j] > 1:
            n += store.paths[j] - 1
            k = store.first[j]
            while k >= 0:
                longest = max(longest, store.length[k])
                k = store.next[k]
    room += 16 * n + 2 * longest
    path, against = np.empty(n, np.int32), np.empty(n, np.int32)
    offset = np.empty(n, np.int64)
    only, other = np.empty(n, np.int32), np.empty(n, np.int32)
    fixed = np.empty(n)
    pool = np.empty(room, np.int32)
    n, at = 0, 0
    for j in range(len(store.first)):
        if store.paths[j] < 2:
            continue
        busiest = store.first[j]
        k = store.next[busiest]
        while k >= 0:
            if store.flow[k] > store.flow[busiest]:
                busiest = k
            k = store.next[k]
        stamp += 1
        a, b = store.offset[busiest], store.offset[busiest] + store.length[busiest]
        for i in range(a, b):
            seen[store.pool[i], 0] = stamp
        k = store.first[j]
        while k >= 0:
            if k != busiest:
                if at + 2 * longest > len(pool):
                    pool = _grown(pool, at + at // 2 + 2 * longest)
                offset[n] = at
                for i in range(store.offset[k], store.offset[k] + store.length[k]):
                    link = store.pool[i]
                    seen[link, 1] = stamp
                    if seen[link, 0] != stamp:
                        pool[at] = link
                        at += 1
                only[n] = at - offset[n]
                for i in range(a, b):
                    link = store.pool[i]
                    if seen[link, 1] != stamp:
                        pool[at] = link
                        at += 1
                other[n] = at - offset[n] - only[n]
                path[n], against[n] = k, busiest
                fixed[n] = store.fixed[k] - store.fixed[busiest]
                n += 1
                for i in range(store.offset[k], store.offset[k] + store.length[k]):
                    seen[store.pool[i], 1] = 0
            k = store.next[k]
    return Pairs(path, against, offset, only, other, fixed, pool), stamp


@kernel
def drop(store: Store) -> int:
    """Take paths without flow out of their entries; returns how many links live paths have."""
    live = 0
    for j in range(len(store.first)):
        before = -1
        k = store.first[j]
        while k >= 0:
            after = store.next[k]
            if store.flow[k] <= 0.0:
                if before < 0:
                    store.first[j] = after
                else:
                    store.next[before] = after
                store.paths[j] -= 1
                store.next[k] = store.used[2]
                store.used[2] = k
            else:
                live += store.length[k]
                before = k
            k = after
    return live


@kernel
def tidy(store: Store, live: int) -> Store:
    """The store with the links of live paths only, entry by entry, and a quarter of room."""
    pool = np.empty(live + live // 4 + 1024, np.int32)
    at = 0
    for j in range(len(store.first)):
        k = store.first[j]
        while k >= 0:
            begin = store.offset[k]
            store.offset[k] = at
            for i in range(begin, begin + store.length[k]):
                pool[at] = store.pool[i]
                at += 1
            k = store.next[k]
    store.used[1] = at
    return Store(store.first, store.paths, store.offset, store.length, store.next, store.flow, store.name, store.fixed, pool, store.used)


@kernel
def _root(fixed: float, o: int, middle: int, end: int, limit: float, pool: Ints, x: Floats, links: Links) -> float:
    """The shift at which both paths pay the same, or `limit` (of either sign) where even that does not equal them: bisection, for
    powers below one, whose derivative is infinite where nothing flows."""
    near, far = 0.0, limit
    for step in range(60):
        shift = far if step == 0 else 0.5 * (near + far)
        gain = fixed
        for z in range(o, end):
            a = pool[z]
            v = max(x[a] - shift if z < middle else x[a] + shift, 0.0)
            price = links.base[a] + (links.scale[a] * v ** links.power[a] if links.shape[a] != CONSTANT else 0.0)
            gain += price if z < middle else -price
        if gain * limit >= 0.0:
            if step == 0:
                return limit
            near = shift
        else:
            far = shift
    return near


@kernel
def _pass(chosen: Ints, pairs: Pairs, saving: Floats, flow: Floats, x: Floats, cost: Floats, links: Links, rough: bool) -> float:
    """Shift flow once between the two paths of each chosen pair, by Newton's step; returns (and notes in `saving`) what
    the shifts could save at most."""
    path, against, offset, only, other, fixed, pool = pairs
    base, scale, power, shape = links.base, links.scale, links.power, links.shape
    excess = 0.0
    for i in chosen:
        o = offset[i]
        middle = o + only[i]
        end = middle + other[i]
        gain, slope = fixed[i], 0.0
        for z in range(o, middle):
            slot = 2 * pool[z]
            gain += cost[slot]
            slope += cost[slot + 1]
        for z in range(middle, end):
            slot = 2 * pool[z]
            gain -= cost[slot]
            slope += cost[slot + 1]
        k, c = path[i], against[i]
        if gain > 0.0:
            limit = flow[k]
            shift = gain / slope if slope * limit > gain else limit
        else:
            limit = flow[c]
            shift = gain / slope if slope * limit > -gain else -limit
        saving[i] = abs(gain) * limit
        if rough and saving[i] > 0.0:
            shift = _root(fixed[i], o, middle, end, limit if gain > 0.0 else -limit, pool, x, links)
        excess += saving[i]
        if shift == 0.0:
            continue
        flow[k] -= shift
        flow[c] += shift
        for z in range(o, middle):
            link = pool[z]
            x[link] -= shift
            _refresh(link, x, cost, base, scale, power, shape)
        for z in range(middle, end):
            link = pool[z]
            x[link] += shift
            _refresh(link, x, cost, base, scale, power, shape)
    return excess


@kernel
def _segments(pairs: Pairs, links: Links) -> tuple[Words, np.ndarray, Bytes, Floats]:
    """(name, order, way, constant): pairs sorted so that those that differ by the same links of varying time stand together;
    whether a pair's path is the first of the two ways (1) or the second (-1); what its path pays more whatever the flows."""
    n = len(pairs.path)
    name = np.empty(n, np.uint64)
    way = np.empty(n, np.int8)
    constant = pairs.fixed.copy()
    for i in range(n):
        middle = pairs.offset[i] + pairs.only[i]
        here = np.uint64(0)
        there = np.uint64(0)
        for z in range(pairs.offset[i], middle + pairs.other[i]):
            a = pairs.pool[z]
            if links.shape[a] == CONSTANT:
                constant[i] += links.base[a] if z < middle else -links.base[a]
            elif z < middle:
                here += links.mark[a]
            else:
                there += links.mark[a]
        way[i] = 1 if here < there else -1
        name[i] = here - there if here < there else there - here
    order = np.argsort(name)
    return name[order], order, way, constant


@kernel
def _exchange(name: Words, order: Ints, way: Ints, constant: Floats, pairs: Pairs, flow: Floats) -> None:
    """Let those for whom the second of two ways costs less beside time have it first: link flows stay as they are."""
    n = len(order)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and name[end] == name[begin]:
            end += 1
        if end - begin > 1 and name[begin] != 0:
            mine = order[begin:end]
            prefers = np.empty(end - begin)
            second = 0.0
            for z in range(end - begin):
                i = mine[z]
                prefers[z] = -constant[i] * way[i]
                second += flow[pairs.against[i]] if way[i] > 0 else flow[pairs.path[i]]
            for z in np.argsort(prefers):
                i = mine[z]
                k, c = pairs.path[i], pairs.against[i]
                total = flow[k] + flow[c]
                taken = min(total, second)
                second -= taken
                if way[i] > 0:
                    flow[k], flow[c] = total - taken, taken
                else:
                    flow[k], flow[c] = taken, total - taken
        begin = end


@kernel
def equilibrate(
    pairs: Pairs, flow: Floats, x: Floats, cost: Floats, links: Links, rough: bool, many: bool, rounds: int, fraction: float,
) -> int:  # fmt: skip
    """Shifts until what they could still save fell to `fraction`; returns shifts tried.

    A round goes once over all pairs, then some times over those that had something left to save."""
    n = len(pairs.path)
    everyone = np.arange(n)
    saving = np.empty(n)
    begin = 0.0
    tried = 0
    segments = _segments(pairs, links)
    for done in range(rounds):
        _exchange(*segments, pairs, flow)
        excess = _pass(everyone, pairs, saving, flow, x, cost, links, rough)
        tried += n
        if done == 0:
            begin = excess
        if excess <= fraction * begin:
            break
        busy = np.flatnonzero(saving > 0.1 * excess / n)
        for _ in range(4):
            _pass(busy, pairs, saving, flow, x, cost, links, rough)
        tried += 4 * len(busy)
    return tried


@kernel
def total(store: Store, groups: Groups, x: Floats, class_x: Floats) -> None:
    """Link flows from path flows, all classes and each."""
    first, after, flow, offset, length, pool = store.first, store.next, store.flow, store.offset, store.length, store.pool
    x[:] = 0.0
    class_x[:] = 0.0
    for g in range(len(groups.root)):
        mine = class_x[groups.user_class[g]]
        for j in range(groups.start[g], groups.start[g + 1]):
            k = first[j]
            while k >= 0:
                f = flow[k]
                for i in range(offset[k], offset[k] + length[k]):
                    mine[pool[i]] += f
                k = after[k]
    for c in range(len(class_x)):
        x += class_x[c]


@kernel
def paid(store: Store) -> float:
    """Fixed costs that all flow pays."""
    paid = 0.0
    for j in range(len(store.first)):
        k = store.first[j]
        while k >= 0:
            paid += store.flow[k] * store.fixed[k]
            k = store.next[k]
    return paid


@kernel
def in_use(store: Store) -> tuple[Ints, Ints]:
    """(path, entry) of every path, by entry."""
    chosen, owner = np.empty(store.paths.sum(), np.int64), np.empty(store.paths.sum(), np.int64)
    n = 0
    for j in range(len(store.first)):
        k = store.first[j]
        while k >= 0:
            if store.flow[k] > 0.0:
                chosen[n], owner[n] = k, j
                n += 1
            k = store.next[k]
    return chosen[:n], owner[:n]
