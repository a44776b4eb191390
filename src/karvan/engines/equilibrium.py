"""User equilibrium (Wardrop 1952) by equilibrating path flows, to the limit of double precision.

    minimise  sum over links of  integral_0^x t(v) dv  +  sum over classes of  fixed_c . x_c        (Beckmann 1956)

Link times are t(x) = free_time (1 + b (x / capacity)^power); what a class pays besides time (tolls, distance) is a fixed
cost of the link in units of time. One outer iteration: shortest trees at the present times give the gap and one new path
per pair where there is a cheaper one; then all pairs of paths of an origin-destination pair are equilibrated in turn by
second-order shifts (Jayakrishnan et al. 1994) in passes over the known paths alone (Xie, Nie & Liu 2018), which cost a
tenth of a tree. What makes it fast:

- a path is compared with the busiest path of its pair only on the links in which the two differ, laid out in order of use;
- a tree is rebuilt by letting every node take its best arrival, in the order of the last tree of its origin, until that
  order holds; a heap is needed only when much has changed;
- one set of trees an iteration gives the gap and the new paths both;
- a path is added only when it saves more than a hundredth of the last gap: where segments of equal cost abound, the cheaper one
  of the moment is another one each time.

Pair by pair creeps where the shifts of many pairs nearly cancel. Ways that differ by the same links are then first given to
those for whom they cost least beside time (`path_flows`), and all path flows move at once by an interior point (`path_interior`).
System optimum is the same with marginal times: see `Roads.marginal`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from karvan.engines import path_flows, path_interior


@dataclass(frozen=True, eq=False)
class Roads:
    """Directed links and how their time grows with flow; every array has one entry per link.

    n_nodes        nodes are 0..n_nodes-1
    first_through  nodes below it begin and end trips but are not passed through (TNTP's FIRST THRU NODE - 1)
    free_time, b, power, capacity   t(x) = free_time (1 + b (x / capacity)^power)
    fixed          float64[class, link], cost besides time in units of time; one row for a single class
    """

    n_nodes: int
    first_through: int
    tail: np.ndarray
    head: np.ndarray
    free_time: np.ndarray
    b: np.ndarray
    power: np.ndarray
    capacity: np.ndarray
    fixed: np.ndarray

    def marginal(self) -> Roads:
        """The same links with marginal times t + x t': their user equilibrium is this network's system optimum."""
        return Roads(self.n_nodes, self.first_through, self.tail, self.head, self.free_time, self.b * (1.0 + self.power), self.power,
                     self.capacity, self.fixed)  # fmt: skip

    def times(self, flow: np.ndarray) -> np.ndarray:
        """float64[link], time at this flow, without fixed costs."""
        use = np.divide(flow, self.capacity, out=np.zeros(len(flow)), where=self.b > 0)
        return np.asarray(self.free_time * (1.0 + self.b * np.maximum(use, 0.0) ** self.power))

    def integral(self, flow: np.ndarray) -> np.ndarray:
        """float64[link], time integrated from no flow to this flow."""
        use = np.divide(flow, self.capacity, out=np.zeros(len(flow)), where=self.b > 0)
        return np.asarray(self.free_time * flow * (1.0 + self.b * np.maximum(use, 0.0) ** self.power / (self.power + 1.0)))


@dataclass(frozen=True, eq=False)
class Trips:
    """Who goes where: one entry per origin, destination and class, amount > 0."""

    origin: np.ndarray
    destination: np.ndarray
    amount: np.ndarray
    user_class: np.ndarray

    def __len__(self) -> int:
        return len(self.amount)


@dataclass(frozen=True)
class Iteration:
    """Relative gap and paths in use at one outer iteration, and CPU seconds until its flows were there (on small networks several
    iterations go in one compiled call, whose time they share evenly)."""

    gap: float
    paths: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """What `solve` gives back.

    flow, time      float64[link]; class_flow float64[class, link]
    relative_gap    (what trips pay - what they would pay on shortest paths) / what they pay, at these flows
    excess          the same difference per trip: the average excess cost
    converged       the gap asked for was reached
    paths           the paths in use, see `Paths`; laid out when first asked for
    """

    flow: np.ndarray
    class_flow: np.ndarray
    time: np.ndarray
    objective: float
    relative_gap: float
    excess: float
    converged: bool
    history: tuple[Iteration, ...]
    _run: _Run = field(repr=False)

    @cached_property
    def paths(self) -> Paths:
        return _paths(self._run)


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths in use, by trip entry: path p serves `trip[p]` with `flow[p]` over links[start[p]:start[p+1]], in the order of travel."""

    trip: np.ndarray
    flow: np.ndarray
    start: np.ndarray
    links: np.ndarray


class Unreachable(ValueError):
    """Some trips have no way at all; `trips` are their positions."""

    def __init__(self, trips: np.ndarray):
        super().__init__(f"{len(trips)} trips have no way")
        self.trips = trips


REHEARSALS = 2
"""Loadings without paths before the one that counts, so that its times are near the later ones."""
ROUNDS, LEFT = 12, 0.03
"""Passes over the known paths between two sets of trees, and the share of the cost to be saved at which they stop before."""
WORTH, CHURN, ROUND_OFF = 0.1, 0.01, 1e-14
"""A path is added when it is cheaper by this share of the gap asked for, of the last gap, and by more than rounding: where two ways
cost the same, the cheaper one of the moment is another one each time. NONE is added at a share of 1."""
NONE = 1.0
AT_A_TIME = 100_000
"""Links times origins that a compiled call may go over: clocks and interrupts are heard between calls."""
SLOW, STUCK = 6, 30
DENSE, LARGEST = 1000, 5000
"""Sets of trees in which the gap should fall to a tenth, or else all path flows are moved at once, if their paths differ by no more
links than these."""


class _Run:
    """The state of one solution, and the steps on it."""

    def __init__(self, roads: Roads, trips: Trips):
        n_links, n_nodes = len(roads.tail), roads.n_nodes
        self.order = np.argsort(roads.tail, kind="stable")
        self.links = _links(roads, self.order)
        self.fixed = np.ascontiguousarray(roads.fixed[:, self.order])
        if len(self.fixed) == 1:
            self.links.base[:] += self.fixed[0]
            self.fixed = np.zeros((1, n_links))
        self.by_group = np.lexsort((trips.destination, trips.origin, trips.user_class))
        self.groups = _groups(trips, self.by_group)
        n = len(trips)
        room = 2 * n + 64
        self.store = path_flows.Store(
            first=np.full(n, -1, np.int32), paths=np.zeros(n, np.int32), offset=np.empty(room, np.int64), length=np.empty(room, np.int32),
            next=np.empty(room, np.int32), flow=np.empty(room), name=np.empty(room, np.uint64), fixed=np.empty(room),
            pool=np.empty(32 * n + n_nodes + 1024, np.int32), used=np.array([0, 0, -1], np.int64),
        )  # fmt: skip
        self.tree = path_flows.Tree(np.empty(n_nodes), np.empty(n_nodes, np.int32), np.empty(n_nodes + 1, np.int32), np.empty(n_nodes, np.int32),
                          np.zeros(n_nodes, np.uint64))  # fmt: skip
        self.orders = np.empty((len(self.groups.root), n_nodes), np.int32)
        self.settled = np.zeros(len(self.groups.root), np.int64)
        self.x = np.zeros(n_links)
        self.class_x = np.zeros((len(self.fixed), n_links))
        self.cost = np.zeros(2 * n_links)
        self.weight = np.empty(n_links)
        self.seen = np.zeros((n_links, 2), np.int64)
        self.arriving = np.empty(len(self.links.in_link))
        self.through = roads.first_through
        self.saved = 0.0
        self.rough = bool(np.any((self.links.shape == path_flows.OTHER) & (self.links.power < 1.0)))
        self.count = np.zeros(2, np.int64)
        self.turns = max(1, AT_A_TIME // (n_links * len(self.groups.root) + 1))

    def load(self) -> None:
        """Every trip on one path. Raises `Unreachable`."""
        expected, lost = np.zeros_like(self.x), np.zeros(len(self.by_group), dtype=bool)
        for sweep in range(1 + REHEARSALS):
            keep = sweep == REHEARSALS
            self.store = path_flows.load(self.through, self.fixed, self.links, self.groups, self.tree, self.orders, self.settled, self.store, self.x,
                                     expected, self.cost, self.weight, self.arriving, lost, keep)  # fmt: skip
            if lost.any():
                raise Unreachable(np.sort(self.by_group[lost]))
            expected += (self.x - expected) / (sweep + 1)

    def recount(self) -> None:
        """Link flows anew from path flows: shifts leave round-off behind."""
        path_flows.total(self.store, self.groups, self.x, self.class_x)
        path_flows.refresh_all(self.x, self.cost, *self.links[3:7])

    def measure(self) -> float:
        """The relative gap of the path flows as they stand."""
        self.recount()
        self.store, shortest, _ = path_flows.columns(self.through, self.fixed, self.links, self.groups, self.tree, self.orders, self.settled,
                                                     self.store, self.x, self.cost, self.weight, self.arriving, NONE)  # fmt: skip
        spent = path_flows.spent(self.store, self.x, self.cost, len(self.fixed) > 1)
        self.saved = spent - shortest
        return float(self.saved / spent) if spent > 0 else 0.0

    def advance(self, most: int, gap: float, gaps: np.ndarray, held: np.ndarray) -> None:
        """Some turns of new paths and shifts; all path flows at once first where the gap got stuck."""
        done = int(self.count[0])
        stuck = path_flows.since_tenfold(gaps, done)
        if stuck > SLOW:
            self._leap(stuck, gap)
        self.store, self.saved = path_flows.advance(
            min(self.turns, most), gap, max(WORTH * gap, ROUND_OFF), CHURN, SLOW, ROUNDS, LEFT, self.through, self.rough, self.fixed, self.links,
            self.groups, self.tree, self.orders, self.settled, self.store, self.x, self.class_x, self.cost, self.weight, self.arriving, self.seen,
            self.count, gaps, held,
        )  # fmt: skip

    def _leap(self, stuck: int, gap: float) -> None:
        """All path flows at once: pair by pair creeps where the shifts of many pairs nearly cancel on every link."""
        chosen, owner = path_flows.in_use(self.store, True)
        several = self.store.paths[owner] > 1
        chosen, owner = chosen[several], owner[several]
        if not len(chosen):
            return
        trip = np.cumsum(np.diff(owner, prepend=owner[0]) > 0)
        length = self.store.length[chosen]
        path = np.repeat(np.arange(len(chosen)), length)
        place = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + np.repeat(self.store.offset[chosen], length)
        effect = sparse.csc_matrix((np.ones(len(path)), (self.store.pool[place], path)), shape=(len(self.x), len(chosen)))
        flow = self.store.flow[chosen]
        varying = int(np.count_nonzero((np.diff(effect.tocsr().indptr) > 0) & (self.links.shape != path_flows.CONSTANT)))
        if varying > (DENSE if stuck < STUCK else LARGEST):
            return

        def times(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            path_flows.refresh_all(np.maximum(x, 0.0), self.cost, *self.links[3:7])
            return self.cost[::2].copy(), self.cost[1::2].copy()

        self.store.flow[chosen] = path_interior.settle(effect, trip, flow, self.store.fixed[chosen], self.x - effect @ flow, times, gap)
        self.recount()


def check(roads: Roads, trips: Trips) -> None:
    """Raises `ValueError` with every fault: arrays of unequal length, nodes that are none, numbers that are NaN or negative,
    links that grow with flow and have no capacity, trips within a node."""
    faults = []
    n = len(roads.tail)
    for name in ("head", "free_time", "b", "power", "capacity"):
        if getattr(roads, name).shape != (n,):
            faults.append(f"Roads.{name} has shape {getattr(roads, name).shape}, expected {(n,)}")
    if roads.fixed.ndim != 2 or roads.fixed.shape[1] != n or not len(roads.fixed):
        faults.append(f"Roads.fixed has shape {roads.fixed.shape}, expected (classes, {n})")
    for name in ("destination", "amount", "user_class"):
        if getattr(trips, name).shape != trips.origin.shape:
            faults.append(f"Trips.{name} has shape {getattr(trips, name).shape}, expected {trips.origin.shape}")
    if faults:
        raise ValueError("; ".join(faults))
    for name in ("free_time", "b", "power", "fixed"):
        values = getattr(roads, name)
        if not np.all(np.isfinite(values) & (values >= 0)):
            faults.append(f"Roads.{name} holds a number that is not finite or below 0")
    if not np.all(np.isfinite(trips.amount) & (trips.amount > 0)):
        faults.append("Trips.amount holds a number that is not finite or not above 0: leave such trips out")
    grows = (roads.free_time > 0) & (roads.b > 0) & (roads.power > 0)
    if not np.all(roads.capacity[grows] > 0):
        faults.append("Roads.capacity is not above 0 on a link whose time grows with flow: give it one, or set b to 0")
    for name, nodes in (("Roads.tail", roads.tail), ("Roads.head", roads.head), ("Trips.origin", trips.origin), ("Trips.destination", trips.destination)):
        if len(nodes) and not (nodes.min() >= 0 and nodes.max() < roads.n_nodes):
            faults.append(f"{name} holds a node outside 0..{roads.n_nodes - 1}")
    if len(trips) and not (trips.user_class.min() >= 0 and trips.user_class.max() < len(roads.fixed)):
        faults.append(f"Trips.user_class holds a class outside 0..{len(roads.fixed) - 1}")
    if np.any(trips.origin == trips.destination):
        faults.append("Trips hold some within one node: leave them out")
    if faults:
        raise ValueError("; ".join(faults))


def ready() -> None:
    """Compiles the loops, or loads them compiled: a clock started after it measures the work alone."""
    one = np.ones(1)
    node = np.zeros(1, np.int64)
    solve(Roads(2, 0, node, node + 1, one, one, one, one, np.zeros((1, 1))), Trips(node, node + 1, one, node))


def solve(roads: Roads, trips: Trips, gap: float = 1e-10, iterations: int = 500, seconds: float = float("inf")) -> Equilibrium:
    """The user equilibrium of `trips` on `roads`, to a relative gap, or as far as `iterations` and CPU `seconds` go.

    Raises `Unreachable` for trips without a way, and `ValueError` for what cannot be solved (see `check`).
    """
    check(roads, trips)
    begin = time.process_time()
    run = _Run(roads, trips)
    gaps, held, spent = np.zeros(iterations + 1), np.zeros(iterations + 1, np.int64), np.zeros(iterations + 1)
    done = 0
    if len(trips):
        run.load()
    while len(trips) and done < iterations:
        since = spent[done - 1] if done else 0.0
        run.advance(iterations - done, gap, gaps, held)
        done, before = int(run.count[0]), done
        spent[before:done] = np.linspace(since, time.process_time() - begin, done - before + 1)[1:]
        if gaps[done - 1] <= gap or spent[done - 1] > seconds:
            break
    found = float(gaps[done - 1]) if done else 0.0
    if found > gap:  # what the last turn shifted after its gap was taken counts too
        found = run.measure()
    history = tuple(Iteration(*each) for each in zip(gaps[:done].tolist(), held[:done].tolist(), spent[:done].tolist(), strict=True))
    return _answer(roads, trips, run, found, found <= gap, history)


def _answer(roads: Roads, trips: Trips, run: _Run, gap: float, converged: bool, history: tuple[Iteration, ...]) -> Equilibrium:
    flow, class_flow = np.empty_like(run.x), np.empty_like(run.class_x)
    flow[run.order], class_flow[:, run.order] = run.x, run.class_x
    objective = float(np.sum(roads.integral(flow)) + np.sum(roads.fixed * class_flow))
    total = float(np.sum(trips.amount))
    excess = run.saved / total if total > 0 else 0.0
    return Equilibrium(flow, class_flow, roads.times(flow), objective, gap, excess, converged, history, run)


def _paths(run: _Run) -> Paths:
    """The paths with flow, in the order of the trips given."""
    store = run.store
    chosen, owner = path_flows.in_use(store, False)
    trip = run.by_group[owner]
    length = store.length[chosen]
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    inside = np.repeat(store.offset[chosen] + length - 1 + start[:-1], length) - np.arange(start[-1])  # the store holds them from the end
    return Paths(trip, store.flow[chosen], start, run.order[store.pool[inside]])


def _links(roads: Roads, order: np.ndarray) -> path_flows.Links:
    free, b, power, capacity = (np.asarray(each, dtype=float)[order] for each in (roads.free_time, roads.b, roads.power, roads.capacity))
    varies = (free > 0) & (b > 0) & (power > 0)
    shape = np.select([~varies, power == 1.0, power == 4.0], [path_flows.CONSTANT, path_flows.LINEAR, path_flows.QUARTIC], path_flows.OTHER).astype(np.uint8)
    base = np.where(varies, free, free * (1.0 + np.where(power == 0, b, 0.0)))
    scale = np.zeros(len(order))
    scale[varies] = free[varies] * b[varies] / capacity[varies] ** power[varies]
    start = np.searchsorted(roads.tail[order], np.arange(roads.n_nodes + 1)).astype(np.int32)
    mark = np.random.default_rng(20).integers(1, 2**63, len(order), dtype=np.uint64)
    head, tail = roads.head[order].astype(np.int32), roads.tail[order].astype(np.int32)
    passing = np.flatnonzero(tail >= roads.first_through)
    in_link = passing[np.argsort(head[passing], kind="stable")].astype(np.int32)
    in_start = np.searchsorted(head[in_link], np.arange(roads.n_nodes + 1)).astype(np.int32)
    return path_flows.Links(start, head, tail, base, scale, power, shape, mark, in_start, in_link, tail[in_link])


def _groups(trips: Trips, order: np.ndarray) -> path_flows.Groups:
    origin, user_class = trips.origin[order], trips.user_class[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (origin[1:] != origin[:-1]) | (user_class[1:] != user_class[:-1])
    first = np.flatnonzero(begins)
    start = np.append(first, len(order)).astype(np.int64)
    return path_flows.Groups(origin[first].astype(np.int32), user_class[first].astype(np.int32), start, trips.destination[order].astype(np.int32),
                   np.asarray(trips.amount, dtype=float)[order])  # fmt: skip
