"""Small networks for the tests of the engines: parallel arcs, random graphs, and every simple way through them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np

from karvan.engines.arrays import Choice, Conditions, Delay, Demands, Floats, Network, RouteSet, Uses, route_set
from karvan.engines.assign import AssignOptions, Problem, Result, base_cost, prepare, solve
from karvan.verdict.certify import Certificate, certificate


@dataclass(frozen=True)
class World:
    """All arrays of one case, with the answers one asks of it."""

    network: Network
    uses: Uses
    demands: Demands
    choice: Choice
    conditions: Conditions
    delay: Delay
    routes: RouteSet

    @property
    def problem(self) -> Problem:
        return prepare(self.network, self.uses, self.demands, self.choice, self.routes)

    @property
    def base(self) -> Floats:
        return base_cost(self.problem, self.conditions)

    def solve(self, base: Floats | None = None, warm: Floats | None = None, options: AssignOptions | None = None) -> Result:
        base = self.base if base is None else base
        return solve(self.problem, self.conditions, self.delay, base, warm=warm, options=options)

    def certify(self, result: Result, base: Floats | None = None) -> Certificate:
        return certificate(self.network, self.uses, self.demands, self.choice, self.conditions, self.delay, self.routes,
                           self.base if base is None else base, result)  # fmt: skip

    def but(self, **changed: object) -> World:
        """The world with some conditions or columns of the delay replaced."""
        delay = {k: v for k, v in changed.items() if k in Delay.__dataclass_fields__}
        other = {k: v for k, v in changed.items() if k not in delay}
        return replace(self, conditions=replace(self.conditions, **other), delay=replace(self.delay, **delay))  # type: ignore[arg-type]


def world(
    arcs: list[tuple[int, int]],
    *,
    n_states: int | None = None,
    cost: list[float] | Floats = (),  # type: ignore[assignment]
    time: list[float] | Floats = (),  # type: ignore[assignment]
    variance: list[float] | Floats = (),  # type: ignore[assignment]
    trips: list[tuple[int, int]],
    amount: list[float],
    ways: list[tuple[int, tuple[int, ...]]],
    capacity: dict[int, float] | None = None,
    theta: float = 0.1,
    value_of_time: float = 0.0,
    reliability: float = 0.0,
    reserve: float = 50.0,
) -> World:
    """One commodity; every arc is a resource of its own, of unlimited capacity unless `capacity` says otherwise."""
    n, m = len(arcs), len(arcs)
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*arcs, strict=True))
    network = Network(n_states or 1 + int(max(tail.max(), head.max())), tail, head, np.ones((1, n), dtype=np.bool_))
    each = np.arange(m, dtype=np.int32)
    uses = Uses(each, each, np.zeros(m, dtype=np.int32), np.ones(m), m)
    origin, destination = (np.array(column, dtype=np.int32) for column in zip(*trips, strict=True))
    demands = Demands(origin, destination, np.zeros(len(trips), dtype=np.int32))
    choice = Choice(*(np.array([x]) for x in (theta, value_of_time, reliability, reserve)))
    limits = np.full(m, np.inf)
    for resource, value in (capacity or {}).items():
        limits[resource] = value
    column = {name: np.array(x, dtype=np.float64) if len(x) else np.zeros(n) for name, x in
              (("cost", cost), ("time", time), ("variance", variance))}  # fmt: skip
    conditions = Conditions(np.ones(n, dtype=np.bool_), column["time"], column["variance"], column["cost"][None, :],
                            np.zeros((1, n)), limits, np.array(amount, dtype=np.float64))  # fmt: skip
    delay = Delay(np.zeros(m, dtype=np.int8), np.zeros(m), np.ones(m), np.zeros(m))
    return World(network, uses, demands, choice, conditions, delay, route_set(len(trips), ways))


def simple_ways(arcs: list[tuple[int, int]], origin: int, destination: int) -> list[tuple[int, ...]]:
    """Every way from origin to destination that visits no state twice, as arcs (parallel arcs apart)."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([origin, destination])
    for i, (a, b) in enumerate(arcs):
        graph.add_edge(a, b, key=i)
    return sorted(tuple(edge[2] for edge in way) for way in nx.all_simple_edge_paths(graph, origin, destination))


def random_arcs(r: np.random.Generator, n_states: int, n_arcs: int) -> list[tuple[int, int]]:
    """Random directed arcs without loops; parallel arcs may occur."""
    found = []
    while len(found) < n_arcs:
        a, b = (int(x) for x in r.integers(0, n_states, 2))
        if a != b:
            found.append((a, b))
    return found


def random_world(seed: int, n_states: int = 6, n_arcs: int = 14, n_od: int = 4) -> World:
    """Random costs, times, limits of every kind, closed arcs, empty demands and several commodities."""
    r = np.random.default_rng(seed)
    arcs = random_arcs(r, n_states, n_arcs)
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*arcs, strict=True))
    kinds, m = 2, 9
    trips = [tuple(int(x) for x in r.choice(n_states, 2, replace=False)) for _ in range(n_od)]
    origin, destination = (np.array(column, dtype=np.int32) for column in zip(*trips, strict=True))
    demands = Demands(origin, destination, r.integers(0, kinds, n_od).astype(np.int32))
    nnz = 30
    uses = Uses(r.integers(0, m, nnz).astype(np.int32), r.integers(0, n_arcs, nnz).astype(np.int32),
                r.integers(0, kinds, nnz).astype(np.int32), r.uniform(0.01, 2.0, nnz), m)  # fmt: skip
    amount = r.lognormal(4.0, 2.0, n_od) * (r.random(n_od) < 0.9)
    capacity = r.lognormal(4.0, 1.5, m)
    capacity[r.random(m) < 0.15] = np.inf
    capacity[r.random(m) < 0.08] = 0.0
    conditions = Conditions(
        r.random(n_arcs) < 0.95, r.exponential(10.0, n_arcs) * (r.random(n_arcs) < 0.9), r.exponential(20.0, n_arcs),
        r.normal(15.0, 10.0, (kinds, n_arcs)), r.normal(0.0, 2.0, (kinds, n_arcs)), capacity, amount,
    )  # fmt: skip
    choice = Choice(r.lognormal(-2.5, 1.0, kinds), r.exponential(0.5, kinds), r.random(kinds), r.exponential(60.0, kinds))
    delay = Delay(r.integers(0, 3, m).astype(np.int8), r.exponential(4.0, m) * (r.random(m) < 0.9),
                  r.uniform(0.5, 5.0, m), r.exponential(3.0, m) * (r.random(m) < 0.9))  # fmt: skip
    network = Network(n_states, tail, head, r.random((kinds, n_arcs)) < 0.95)
    ways = []
    for od, (a, b) in enumerate(trips):
        ways += [(od, way) for way in simple_ways(arcs, a, b)[:20]]
    return World(network, uses, demands, choice, conditions, delay, route_set(n_od, ways))
