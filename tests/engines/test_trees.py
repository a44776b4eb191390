"""Trees against scipy, networkx and the definition: the three kernels, blocked states, weights of any kind."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from karvan.engines import trees
from karvan.engines.trees import NegativeCycle, cheapest, forest, star
from tests.engines.worlds import random_arcs

seeds, sizes, numbers = st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 160)


def ends(r: np.random.Generator, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Random arcs, parallel ones and loops among them."""
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*random_arcs(r, n, m), strict=True))
    again = r.integers(0, len(tail), len(tail) // 4)
    loops = r.integers(0, n, 2).astype(np.int32)
    return np.concatenate([tail, tail[again], loops]), np.concatenate([head, head[again], loops])


def walked(tail: np.ndarray, head: np.ndarray, entering: np.ndarray, origin: int, state: int) -> list[int]:
    """The arcs of the tree's way from `origin` to `state`; fails when they do not get there."""
    way: list[int] = []
    while state != origin:
        arc = int(entering[state])
        assert arc >= 0
        assert head[arc] == state
        assert len(way) <= len(entering)
        way.append(arc)
        state = int(tail[arc])
    return way[::-1]


@given(seeds, sizes, numbers, st.sampled_from(["uniform", "whole", "spread", "zero", "one huge"]))
def test_many_trees_are_those_of_scipy(seed: int, n: int, m: int, kind: str) -> None:
    r = np.random.default_rng(seed)
    tail, head = ends(r, n, m)
    weight = {
        "uniform": r.uniform(0.1, 9.0, len(tail)), "whole": r.integers(0, 4, len(tail)).astype(float), "zero": np.zeros(len(tail)),
        "spread": 10.0 ** r.uniform(-9, 9, len(tail)), "one huge": np.where(np.arange(len(tail)) == 0, 1e300, r.uniform(0, 1, len(tail))),
    }[kind]  # fmt: skip
    weight[r.random(len(tail)) < 0.1] = np.inf
    distance, entering = forest(star(n, tail, head), weight, np.arange(n))
    least = np.full((n, n), np.inf)
    np.minimum.at(least, (tail, head), weight)
    expected = nx.DiGraph()
    expected.add_nodes_from(range(n))
    expected.add_weighted_edges_from((i, j, least[i, j]) for i, j in zip(*np.nonzero(least < np.inf), strict=True))
    for origin in range(n):
        found = nx.single_source_dijkstra_path_length(expected, origin)
        assert distance[origin].tolist() == [found.get(state, np.inf) for state in range(n)], "to the last bit: the least sum from the origin on"
        for state in np.flatnonzero(distance[origin] < np.inf):
            way = walked(tail, head, entering[origin], origin, int(state))
            assert sum(weight[way]) == distance[origin, state]
        one, arrivals = trees.trees(star(n, tail, head), weight, origin)
        assert one.tolist() == distance[origin].tolist(), "heap and buckets agree to the last bit"
        assert (entering[origin] >= 0).tolist() == (arrivals >= 0).tolist()


@given(seeds, sizes, numbers)
def test_nothing_passes_through_a_blocked_state(seed: int, n: int, m: int) -> None:
    r = np.random.default_rng(seed)
    tail, head = ends(r, n, m)
    weight = r.uniform(0.0, 9.0, len(tail))
    blocked = r.random(n) < 0.4
    distance, _ = forest(star(n, tail, head), weight, np.arange(n), blocked)
    signed, _ = forest(star(n + 1, np.append(tail, n).astype(np.int32), np.append(head, 0).astype(np.int32)), np.append(weight, -1.0), np.arange(n),
                       np.append(blocked, False))  # fmt: skip
    assert signed[:, :n] == pytest.approx(distance, rel=1e-9, abs=1e-9), "the queue, made to run by a negative arc out of reach"
    for origin in range(n):
        usable = ~blocked[tail] | (tail == origin)
        least = np.full((n, n), np.inf)
        np.minimum.at(least, (tail[usable], head[usable]), np.maximum(weight[usable], 1e-300))
        rows, columns = np.nonzero(least < np.inf)
        expected = dijkstra(csr_array((least[rows, columns], (rows, columns)), shape=(n, n)), indices=origin)
        assert distance[origin] == pytest.approx(expected, rel=1e-12, abs=1e-250)


@given(seeds, st.integers(2, 12), st.integers(1, 40))
def test_negative_weights_are_exact_or_the_cycle_is_named(seed: int, n: int, m: int) -> None:
    r = np.random.default_rng(seed)
    tail, head = ends(r, n, m)
    weight = r.integers(-2, 9, len(tail)).astype(float)
    least = np.full((n, n), np.inf)
    np.minimum.at(least, (tail, head), weight)
    for origin in range(n):
        best = np.full(n, np.inf)  # Bellman-Ford by its definition
        best[origin] = 0.0
        for _ in range(n):
            best = np.minimum(best, (best[:, None] + least).min(axis=0))
        endless = bool(np.any((best[:, None] + least).min(axis=0) < best))
        if endless:
            with pytest.raises(NegativeCycle) as caught:
                forest(star(n, tail, head), weight, np.array([origin]))
            around = list(caught.value.arcs)
            assert (head[around] == tail[around[1:] + around[:1]]).all(), "a cycle, in the order of travel"
            assert weight[around].sum() == caught.value.cost < 0
            with pytest.raises(NegativeCycle):
                cheapest(star(n, tail, head), weight, origin, (origin + 1) % n)
        else:
            distance, entering = forest(star(n, tail, head), weight, np.array([origin]))
            assert distance[0].tolist() == best.tolist()
            for state in np.flatnonzero(best < np.inf):
                assert sum(weight[walked(tail, head, entering[0], origin, int(state))]) == best[state]


def test_a_cycle_that_costs_nothing_but_rounding_is_no_fault() -> None:
    tail, head = np.array([0, 1, 2, 2], np.int32), np.array([1, 2, 0, 3], np.int32)
    weight = np.array([-0.3, 0.1, 0.2 - 1e-17, 1.0])
    distance, _ = forest(star(4, tail, head), weight, np.array([0]))
    assert distance[0] == pytest.approx([0, -0.3, -0.2, 0.8])


def test_a_cycle_through_a_centroid_is_not_gone_round() -> None:
    tail, head = np.array([0, 1, 0], np.int32), np.array([1, 0, 2], np.int32)
    weight = np.array([-5.0, 1.0, 3.0])
    distance, _ = forest(star(3, tail, head), weight, np.array([0, 1]), np.array([True, False, False]))
    assert distance.tolist() == [[0, -5, 3], [1, 0, np.inf]]
    with pytest.raises(NegativeCycle, match=r"(0, 1|1, 0) form a cycle that costs -4,"):
        forest(star(3, tail, head), weight, np.array([0]))


def test_weights_that_do_not_suit_buckets_end_in_the_heap() -> None:
    """Every way through the fan is a little shorter than the one taken before, and all fall into one bucket as the last arcs are so
    long: the hub's arcs would be gone through once for each."""
    n = 400
    hub = n
    fan = [(0, i, 1.0 - i / n) for i in range(1, n)] + [(i, hub, 2.0 * i / n) for i in range(1, n)]
    tail, head, weight = (np.array(column) for column in zip(*fan, *[(hub, hub + 1 + i, 1e6) for i in range(n)], strict=True))
    made = star(2 * n + 1, tail.astype(np.int32), head.astype(np.int32))
    first, arcs, _, into = trees._rows(made)
    room = np.empty(4 * len(arcs) + 2, np.uint32)
    states = 2 * n + 1
    done = trees._buckets(first, arcs, into, weight[arcs], np.zeros(states, np.bool_), 0, trees._width(weight), np.zeros(trees.RING, np.uint32), room,
                          room.copy(), np.empty(len(room)), np.empty(states), np.empty(states, np.int32))  # fmt: skip
    assert not done
    distance, _ = forest(made, weight, np.array([0, 0]))
    one, _ = trees.trees(made, weight, 0)
    assert (distance == one).all()
    assert one[hub] == 1.0 + 1.0 / n


def test_faults_are_named() -> None:
    made = star(2, np.array([0], np.int32), np.array([1], np.int32))
    with pytest.raises(ValueError, match="arc 0: nan"):
        forest(made, np.array([np.nan]), np.array([0]))
    with pytest.raises(ValueError, match="minus infinity on 1 arcs"):
        cheapest(made, np.array([-np.inf]), 0, 1)
    with pytest.raises(ValueError, match=r"origins hold a state outside 0\.\.1"):
        forest(made, np.ones(1), np.array([2]))
    with pytest.raises(ValueError, match="weight has shape"):
        forest(made, np.ones(2), np.array([0]))
    with pytest.raises(ValueError, match="blocked has shape"):
        forest(made, np.ones(1), np.array([0]), np.zeros(3, np.bool_))
    with pytest.raises(ValueError, match="head holds a state"):
        star(2, np.array([0], np.int32), np.array([2], np.int32))
    distance, entering = forest(star(3, np.zeros(0, np.int32), np.zeros(0, np.int32)), np.zeros(0), np.array([1]))
    assert distance.tolist() == [[np.inf, 0, np.inf]]
    assert entering.tolist() == [[-1, -1, -1]]
