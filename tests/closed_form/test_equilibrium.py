"""User equilibrium against what can be reckoned by hand, and against the conditions that define it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from karvan.engines import equilibrium
from karvan.engines.equilibrium import Roads, Trips


def roads(n_nodes, links, first_through=0, fixed=None):
    """Roads of rows (tail, head, free time, b, power, capacity)."""
    columns = [np.array(column, dtype=float) for column in zip(*links, strict=True)]
    tail, head = (column.astype(np.int64) for column in columns[:2])
    return Roads(n_nodes, first_through, tail, head, *columns[2:], np.zeros((1, len(tail))) if fixed is None else np.array(fixed, dtype=float))


def trips(*rows):
    """Trips of rows (origin, destination, amount) or (origin, destination, amount, class)."""
    return Trips(*(np.array([row[i] for row in rows]) for i in range(2)), np.array([float(row[2]) for row in rows]),
                 np.array([row[3] if len(row) > 3 else 0 for row in rows]))  # fmt: skip


def imbalance(network, demand, flow):
    """The largest |out - in - begun + ended| over nodes."""
    out = np.zeros(network.n_nodes)
    for nodes, amounts in ((network.tail, flow), (network.head, -flow), (demand.origin, -demand.amount), (demand.destination, demand.amount)):
        np.add.at(out, nodes, amounts)
    return float(np.abs(out).max())




def test_braess_with_and_without_the_bridge():
    with_bridge = [(0, 2, 1e-9, 10e9, 1, 1), (2, 1, 50, 1 / 50, 1, 1), (0, 3, 50, 1 / 50, 1, 1), (3, 1, 1e-9, 10e9, 1, 1), (2, 3, 10, 0.1, 1, 1)]
    found = equilibrium.solve(roads(4, with_bridge), trips((0, 1, 6)), gap=1e-13)
    np.testing.assert_allclose(found.flow, [4, 2, 2, 4, 2], atol=1e-6)
    assert float(found.flow @ found.time) == pytest.approx(6 * 92, rel=1e-9)
    without = equilibrium.solve(roads(4, with_bridge[:4]), trips((0, 1, 6)), gap=1e-13)
    np.testing.assert_allclose(without.flow, [3, 3, 3, 3], atol=1e-6)
    assert float(without.flow @ without.time) == pytest.approx(6 * 83, rel=1e-9)


def test_the_system_optimum_of_braess_leaves_the_bridge_empty():
    links = [(0, 2, 1e-9, 10e9, 1, 1), (2, 1, 50, 1 / 50, 1, 1), (0, 3, 50, 1 / 50, 1, 1), (3, 1, 1e-9, 10e9, 1, 1), (2, 3, 10, 0.1, 1, 1)]
    found = equilibrium.solve(roads(4, links).marginal(), trips((0, 1, 6)), gap=1e-13)
    np.testing.assert_allclose(found.flow, [3, 3, 3, 3, 0], atol=1e-6)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.5, 4.0])
def test_parallel_links_share_so_that_times_are_equal(power):
    links = [(0, 1, 1.0, 1.0, power, 1.0), (0, 1, 1.0, 1.0, power, 3.0)]
    found = equilibrium.solve(roads(2, links), trips((0, 1, 8)), gap=1e-12)
    np.testing.assert_allclose(found.flow, [2.0, 6.0], rtol=1e-9)  # equal shares of capacity, equal times
    assert found.converged


def test_a_link_of_constant_time_takes_what_is_over():
    links = [(0, 1, 1.0, 1.0, 1.0, 1.0), (0, 1, 3.0, 0.0, 4.0, 1.0)]
    found = equilibrium.solve(roads(2, links), trips((0, 1, 10)), gap=1e-12)
    np.testing.assert_allclose(found.flow, [2.0, 8.0], rtol=1e-9)  # 1 + x = 3


def test_power_zero_and_no_time_are_answered():
    links = [(0, 1, 0.0, 0.15, 4.0, 1.0), (1, 2, 2.0, 0.5, 0.0, 1.0), (0, 2, 10.0, 0.0, 1.0, 1.0)]
    found = equilibrium.solve(roads(3, links), trips((0, 2, 5)), gap=1e-12)
    np.testing.assert_allclose(found.flow, [5, 5, 0])
    np.testing.assert_allclose(found.time, [0, 3, 10])  # 2 (1 + 0.5 x^0)


def test_nobody_drives_through_a_zone():
    links = [(0, 1, 1, 0, 1, 1), (1, 2, 1, 0, 1, 1), (0, 3, 5, 0, 1, 1), (3, 2, 5, 0, 1, 1)]
    found = equilibrium.solve(roads(4, links, first_through=3), trips((0, 2, 1), (1, 2, 1)), gap=1e-12)
    np.testing.assert_allclose(found.flow, [0, 1, 1, 1])


def test_a_toll_parts_classes_by_what_they_think_of_it():
    """Two roads, the fast one tolled: hurried users (toll worth 1) fill it until it is 1 slower than it would have to be for the
    others, to whom the toll is worth 5."""
    links = [(0, 1, 1.0, 1.0, 1.0, 4.0), (0, 1, 6.0, 0.0, 1.0, 1.0)]
    network = roads(2, links, fixed=[[1.0, 0.0], [5.0, 0.0]])
    found = equilibrium.solve(network, trips((0, 1, 3, 0), (0, 1, 5, 1)), gap=1e-12)
    # class 0 pays 1 + x/4 + 1 < 6 as long as x < 16: all three go there; class 1 pays 1 + x/4 + 5 > 6: none goes
    np.testing.assert_allclose(found.class_flow, [[3, 0], [0, 5]], atol=1e-9)
    crowded = equilibrium.solve(network, trips((0, 1, 30, 0), (0, 1, 5, 1)), gap=1e-12)
    np.testing.assert_allclose(crowded.class_flow[0], [16, 14], rtol=1e-9)


def test_trips_without_a_way_are_named():
    with pytest.raises(equilibrium.Unreachable) as caught:
        equilibrium.solve(roads(3, [(0, 1, 1, 0, 1, 1)]), trips((0, 1, 1), (0, 2, 1)))
    assert caught.value.trips.tolist() == [1]


def test_no_trips_no_flow():
    found = equilibrium.solve(roads(2, [(0, 1, 1, 0, 1, 1)]), Trips(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0, int)))
    assert found.converged
    assert found.flow.tolist() == [0.0]


@st.composite
def cities(draw):
    """A ring with chords, so that every node reaches every other; two classes."""
    n = draw(st.integers(3, 9))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    tail = np.concatenate([np.arange(n), rng.integers(0, n, 2 * n)])
    head = np.concatenate([(np.arange(n) + 1) % n, rng.integers(0, n, 2 * n)])
    keep = tail != head
    tail, head = tail[keep], head[keep]
    m = len(tail)
    power = rng.choice([0.0, 0.5, 1.0, 2.0, 4.0, 5.3], m)
    network = Roads(n, 0, tail, head, rng.uniform(0, 5, m), rng.uniform(0, 2, m), power, rng.uniform(1, 20, m), rng.uniform(0, 2, (2, m)))
    o, d = np.divmod(np.flatnonzero(rng.random(n * n) < 0.6), n)
    o, d = o[o != d], d[o != d]
    return network, Trips(np.tile(o, 2), np.tile(d, 2), rng.uniform(0.1, 9, 2 * len(o)), np.repeat([0, 1], len(o)))


@settings(max_examples=60, deadline=None)
@given(cities())
def test_used_paths_are_shortest_and_flow_is_conserved(city):
    network, demand = city
    found = equilibrium.solve(network, demand, gap=1e-10, iterations=300)
    assert found.converged
    assert imbalance(network, demand, found.flow) < 1e-9
    np.testing.assert_allclose(found.class_flow.sum(axis=0), found.flow, atol=1e-9)
    spent = shortest = 0.0
    for c in range(2):
        price = found.time + network.fixed[c]
        weight = np.full((network.n_nodes, network.n_nodes), np.inf)
        np.minimum.at(weight, (network.tail, network.head), price + 1e-300)
        graph = csr_matrix(np.where(np.isinf(weight), 0.0, weight))
        graph.eliminate_zeros()
        dist = dijkstra(graph)
        mine = demand.user_class == c
        spent += float(found.class_flow[c] @ price)
        shortest += float(demand.amount[mine] @ dist[demand.origin[mine], demand.destination[mine]])
    assert (spent - shortest) <= 2e-10 * max(spent, 1.0) + 1e-9
    paths = found.paths
    np.testing.assert_allclose(np.bincount(paths.trip, paths.flow, len(demand)), demand.amount, rtol=1e-12)


def test_every_fault_of_the_input_is_told_at_once():
    bad = roads(2, [(0, 1, 1, 1, 4, 0), (0, 5, np.nan, 0, 1, 1)])
    with pytest.raises(ValueError, match="free_time holds") as caught:
        equilibrium.solve(bad, trips((0, 0, -1)))
    for words in ("capacity is not above 0", "a node outside 0..1", "Trips.amount holds", "within one node"):
        assert words in str(caught.value)


def test_a_demand_of_a_million_million_and_a_tiny_one():
    links = [(0, 1, 1.0, 1.0, 4.0, 1.0), (0, 1, 1.0, 1.0, 4.0, 3.0)]
    for amount in (1e12, 1e-9):
        found = equilibrium.solve(roads(2, links), trips((0, 1, amount)), gap=1e-10)
        assert found.converged
        assert found.flow.sum() == pytest.approx(amount, rel=1e-12)
