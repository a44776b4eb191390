"""How long one future-year of the assignment takes: a synthetic corridor, printed as JSON.

    python benchmarks/assignment/case_year.py [--od 120] [--states 150] [--resources 120] [--years 40]

Every year scales demand, capacities and times by random factors around the base; `solve` starts from the prices of the
base. CPU milliseconds of the process, one thread, the first (compiling) calls left out.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace

import numpy as np

from karvan.engines.arrays import Choice, Conditions, Delay, Demands, Network, Uses
from karvan.engines.assign import base_cost, prepare, solve
from karvan.engines.paths import PathOptions, generate_routes


def synthetic(
    n_od: int, n_states: int, n_resources: int, seed: int = 7
) -> tuple[Network, Uses, Demands, Choice, Conditions, Delay]:
    """A long thin graph (a corridor with side ways), three commodities, limits of every kind on 120 of its arcs."""
    r = np.random.default_rng(seed)
    at = np.sort(r.random(n_states))
    xy = np.column_stack((at * 4000.0, r.random(n_states) * 600.0))
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    pairs = sorted({(i, int(j)) for i in range(n_states) for j in np.argsort(distance[i])[1:5]})
    pairs = sorted(set(pairs) | {(j, i) for i, j in pairs} | {(i, i + 1) for i in range(n_states - 1)}
                   | {(i + 1, i) for i in range(n_states - 1)})  # fmt: skip
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True))
    length, arcs, kinds = distance[tail, head], len(pairs), 3
    origin = r.integers(0, n_states // 5, n_od).astype(np.int32)
    destination = r.integers(4 * n_states // 5, n_states, n_od).astype(np.int32)
    turn = r.random(n_od) < 0.4
    origin, destination = np.where(turn, destination, origin), np.where(turn, origin, destination)
    commodity = r.integers(0, kinds, n_od).astype(np.int32)
    hours = length / 25.0 + r.exponential(3.0, arcs)
    cost = length * np.array([[0.02], [0.03], [0.05]]) * r.uniform(0.8, 1.2, (kinds, arcs)) + 0.5
    network = Network(n_states, tail, head, r.random((kinds, arcs)) < 0.98)
    choice = Choice(np.array([0.06, 0.05, 0.04]), np.array([0.05, 0.3, 0.8]), np.full(kinds, 0.8), np.full(kinds, 60.0))
    conditions = Conditions(
        np.ones(arcs, dtype=np.bool_), hours, (0.3 * hours) ** 2, cost, np.zeros((kinds, arcs)),
        np.full(n_resources, np.inf), r.lognormal(12.0, 1.0, n_od),
    )  # fmt: skip
    nothing = Uses(*(np.zeros(0, dtype=np.int32) for _ in range(3)), np.zeros(0), n_resources)
    demands = Demands(origin.astype(np.int32), destination.astype(np.int32), commodity)
    hard = Delay(np.zeros(n_resources, dtype=np.int8), *(np.ones(n_resources) for _ in range(3)))
    free = solve_free(network, nothing, demands, choice, conditions, hard)
    limited = np.sort(r.choice(np.flatnonzero(free.sum(axis=0) > 0), n_resources, replace=False))
    grid = [(i, int(a), c) for i, a in enumerate(limited) for c in range(kinds)]
    resource, arc, kind = (np.array(column, dtype=np.int32) for column in zip(*grid, strict=True))
    uses = Uses(resource, arc, kind, np.tile([0.016, 0.02, 0.04], n_resources), n_resources)
    load = np.zeros(n_resources)
    np.add.at(load, resource, uses.amount * free[kind, arc])
    capacity = np.maximum(load * r.uniform(0.6, 2.0, n_resources), 1.0)
    delay = Delay(
        r.integers(0, 3, n_resources).astype(np.int8), r.uniform(1.0, 8.0, n_resources),
        r.uniform(1.0, 4.0, n_resources), np.full(n_resources, 15.0),
    )  # fmt: skip
    return network, uses, demands, choice, replace(conditions, capacity=capacity), delay


def solve_free(
    network: Network, uses: Uses, demands: Demands, choice: Choice, conditions: Conditions, delay: Delay
) -> np.ndarray:
    """Arc flows when nothing is scarce."""
    routes = generate_routes(network, uses, demands, choice, [conditions], options=PathOptions(max_routes=12))
    problem = prepare(network, uses, demands, choice, routes)
    return solve(problem, conditions, delay, base_cost(problem, conditions)).arc_flow


def main() -> None:
    """Prints one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("od", 120), ("states", 150), ("resources", 120), ("years", 40), ("routes", 12)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    network, uses, demands, choice, conditions, delay = synthetic(asked.od, asked.states, asked.resources)
    begin = time.process_time()
    options = PathOptions(max_routes=asked.routes)
    routes = generate_routes(network, uses, demands, choice, [conditions], options=options)
    generating = time.process_time() - begin
    problem = prepare(network, uses, demands, choice, routes)
    base = base_cost(problem, conditions)
    begin = time.process_time()
    first = solve(problem, conditions, delay, base)
    cold = time.process_time() - begin
    r = np.random.default_rng(11)
    times, iterations, unconverged = [], [], 0
    for _ in range(asked.years):
        year = replace(
            conditions, time=conditions.time * r.uniform(0.9, 1.1, network.n_arcs),
            amount=conditions.amount * r.uniform(0.8, 1.3, demands.n_od),
            capacity=conditions.capacity * r.uniform(0.9, 1.3, uses.n_resources),
        )  # fmt: skip
        spent = []
        for _ in range(5):
            begin = time.process_time()
            result = solve(problem, year, delay, base, warm=first.price)
            spent.append(time.process_time() - begin)
        times.append(1e3 * min(spent))
        iterations.append(result.iterations)
        unconverged += not result.converged
    print(json.dumps({
        "od": asked.od, "arcs": network.n_arcs, "routes": routes.n_routes,
        "arcs_per_route": round(routes.arc.size / routes.n_routes, 1),
        "uses_per_route": round(problem.incidence.resource.size / routes.n_routes, 1), "resources": uses.n_resources,
        "binding": int((first.price_scarcity > 0).sum()), "unserved_share": float(first.unserved.sum() / conditions.amount.sum()),
        "generate_routes_s": round(generating, 3), "cold_ms": round(1e3 * cold, 3), "cold_iterations": first.iterations,
        "warm_ms_median": round(float(np.median(times)), 3), "warm_ms_max": round(max(times), 3),
        "warm_iterations_median": float(np.median(iterations)), "unconverged": unconverged,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
