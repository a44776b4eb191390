"""Searches against scipy and networkx; route sets against what they promise."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from karvan.engines.arrays import Network
from karvan.engines.paths import PathOptions, cheapest, generalised_cost, generate_routes, graph, trees, way_cost
from tests.engines.worlds import random_arcs, random_world, simple_ways, world


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 160))
def test_trees_are_those_of_scipy(seed: int, n: int, m: int) -> None:
    r = np.random.default_rng(seed)
    arcs = sorted(set(random_arcs(r, n, m)))
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*arcs, strict=True))
    weight = r.uniform(0.1, 9.0, len(arcs))
    weight[r.random(len(arcs)) < 0.1] = np.inf
    network = Network(n, tail, head, np.ones((1, len(arcs)), np.bool_))
    distance, entering = trees(graph(network), weight, 0)
    usable = np.isfinite(weight)
    expected = dijkstra(csr_array((weight[usable], (tail[usable], head[usable])), shape=(n, n)), indices=0)
    assert distance == pytest.approx(expected, rel=1e-12)
    for state in range(1, n):
        if distance[state] < np.inf:
            arc = entering[state]
            assert head[arc] == state
            assert distance[state] == distance[tail[arc]] + weight[arc]
            way = cheapest(graph(network), weight, 0, state)
            assert sum(weight[list(way)]) == pytest.approx(distance[state])
        else:
            assert cheapest(graph(network), weight, 0, state) == ()


@pytest.mark.parametrize("seed", range(12))
def test_routes_keep_their_promises(seed: int) -> None:
    w = random_world(seed, n_states=8, n_arcs=24)
    opened = replace(w.conditions, open=np.ones_like(w.conditions.open))
    options = PathOptions(max_routes=6)
    routes = generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions, opened], options=options)
    seen = set()
    for j in range(routes.n_routes):
        way, od = routes.arc[routes.start[j] : routes.start[j + 1]], int(routes.od[j])
        states = [int(w.network.tail[way[0]]), *w.network.head[way].tolist()]
        assert (states[0], states[-1]) == (w.demands.origin[od], w.demands.destination[od])
        assert (w.network.head[way[:-1]] == w.network.tail[way[1:]]).all()
        assert len(states) == len(set(states)), "no state twice"
        assert w.network.allowed[w.demands.commodity[od], way].all()
        seen.add((od, tuple(way.tolist())))
    assert len(seen) == routes.n_routes, "unique"
    assert np.diff(routes.od_start).max() <= 6
    again = generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions, opened], options=options)
    assert again.arc.tobytes() == routes.arc.tobytes()


@pytest.mark.parametrize("seed", range(12))
def test_the_cheapest_way_under_each_condition_is_there(seed: int) -> None:
    w = random_world(seed, n_states=7, n_arcs=18)
    network = replace(w.network, allowed=np.ones_like(w.network.allowed))
    free = replace(w.conditions, cost=np.abs(w.conditions.cost) + 1, perceived=np.zeros_like(w.conditions.cost),
                   capacity=np.full_like(w.conditions.capacity, np.inf))  # fmt: skip
    pair = [free, replace(free, open=np.ones_like(free.open))]
    sure = replace(w.choice, reliability=np.zeros_like(w.choice.reliability))  # then the search is exact
    routes = generate_routes(network, w.uses, w.demands, sure, pair)
    arcs = list(zip(w.network.tail.tolist(), w.network.head.tolist(), strict=True))
    for od in range(w.demands.n_od):
        kind = int(w.demands.commodity[od])
        ways = simple_ways(arcs, int(w.demands.origin[od]), int(w.demands.destination[od]))
        rows = range(routes.od_start[od], routes.od_start[od + 1])
        found = [tuple(routes.arc[routes.start[j] : routes.start[j + 1]].tolist()) for j in rows]
        for one in pair:
            usable = [way for way in ways if one.open[list(way)].all()]
            if usable:
                best = min(usable, key=lambda way: way_cost(sure, one, kind, way))
                assert best in found


def test_around_every_gate_there_is_a_way() -> None:
    """Three stages of two parallel arcs each: without arc i, the way through its twin."""
    arcs = [(0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (2, 3)]
    w = world(arcs, cost=[1, 2, 1, 2, 1, 2], trips=[(0, 3)], amount=[1.0], ways=[])
    none = replace(w.uses, amount=np.zeros(6))
    options = PathOptions(rounds=0)
    gate = np.array([True, False, True, False, False, False])
    routes = generate_routes(w.network, none, w.demands, w.choice, [w.conditions], gate=gate, options=options)
    found = {tuple(routes.arc[routes.start[j] : routes.start[j + 1]].tolist()) for j in range(routes.n_routes)}
    assert found == {(0, 2, 4), (1, 2, 4), (0, 3, 4)}
    by_resource = generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions], options=options)
    assert by_resource.n_routes == 4


def test_dear_ways_and_those_without_capacity_are_left_out() -> None:
    w = world([(0, 1), (0, 1), (0, 1)], cost=[10.0, 90.0, 12.0], trips=[(0, 1)], amount=[1.0], ways=[], capacity={2: 0.0})
    routes = generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions])
    assert routes.arc.tolist() == [0], "90 is beyond 10 * 2.5 + 50, and arc 2 has no capacity"


def test_a_subsidy_is_counted_exactly_but_not_circled() -> None:
    w = world([(0, 1), (1, 0), (1, 2)], cost=[-5.0, -5.0, 3.0], trips=[(0, 2)], amount=[1.0], ways=[])
    routes = generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions])
    assert routes.arc.tolist() == [0, 2]
    assert way_cost(w.choice, w.conditions, 0, [0, 2]) == -2.0


def test_no_way_and_no_condition() -> None:
    w = world([(0, 1), (2, 1)], trips=[(0, 2)], amount=[1.0], ways=[])
    assert generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions]).n_routes == 0
    with pytest.raises(ValueError, match="conditions"):
        generate_routes(w.network, w.uses, w.demands, w.choice, [])
    with pytest.raises(ValueError, match="gate"):
        generate_routes(w.network, w.uses, w.demands, w.choice, [w.conditions], gate=np.zeros(1, np.bool_))


def test_generalised_cost_closes_what_cannot_be_used() -> None:
    w = random_world(3)
    cost = generalised_cost(w.network, w.choice, w.conditions, 0)
    usable = w.conditions.open & w.network.allowed[0]
    assert (np.isinf(cost) == ~usable).all()
    assert (cost > 0).all()


def test_networkx_agrees_on_a_grid() -> None:
    grid = nx.grid_2d_graph(9, 9).to_directed()
    names = {name: i for i, name in enumerate(grid)}
    r = np.random.default_rng(0)
    weight = r.uniform(1, 2, grid.number_of_edges())
    tail, head = (np.array([names[edge[side]] for edge in grid.edges], np.int32) for side in (0, 1))
    for edge, value in zip(grid.edges, weight, strict=True):
        grid.edges[edge]["w"] = value
    way = cheapest(graph(Network(81, tail, head, np.ones((1, len(tail)), np.bool_))), weight, 0, 80)
    assert sum(weight[list(way)]) == pytest.approx(nx.shortest_path_length(grid, (0, 0), (8, 8), weight="w"))
