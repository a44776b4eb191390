"""When staying home costs far more than any way, what is carried is the maximum flow, which is the minimum cut."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from tests.engines.worlds import random_arcs, simple_ways, world


@pytest.mark.parametrize("seed", range(25))
def test_what_is_served_is_the_minimum_cut(seed: int) -> None:
    r = np.random.default_rng(seed)
    n = int(r.integers(4, 8))
    arcs = sorted(set(random_arcs(r, n, int(r.integers(2 * n, 4 * n)))) | {(i, i + 1) for i in range(n - 1)})
    ways = [(0, way) for way in simple_ways(arcs, 0, n - 1)]
    limit = r.integers(1, 20, len(arcs))
    graph = csr_array((limit.astype(np.int32), tuple(np.array(column) for column in zip(*arcs, strict=True))), shape=(n, n))
    cut = int(maximum_flow(graph, 0, n - 1).flow_value)
    w = world(arcs, n_states=n, cost=r.uniform(1, 5, len(arcs)), trips=[(0, n - 1)], amount=[2.0 * cut + 5.0], ways=ways,
              theta=10.0, reserve=1e4, capacity=dict(enumerate(limit.astype(float).tolist())))  # fmt: skip
    base = w.base
    result = w.solve(base)
    assert result.route_flow.sum() == pytest.approx(cut, rel=1e-7)
    assert w.certify(result, base).passed


@pytest.mark.parametrize("seed", range(8))
def test_half_the_cut_is_carried_whole(seed: int) -> None:
    r = np.random.default_rng(100 + seed)
    arcs = sorted(set(random_arcs(r, 6, 16)) | {(i, i + 1) for i in range(5)})
    limit = r.integers(1, 20, len(arcs)).astype(np.int32)
    graph = csr_array((limit, tuple(np.array(column) for column in zip(*arcs, strict=True))), shape=(6, 6))
    cut = int(maximum_flow(graph, 0, 5).flow_value)
    ways = [(0, way) for way in simple_ways(arcs, 0, 5)]
    w = world(arcs, n_states=6, cost=[1.0] * len(arcs), trips=[(0, 5)], amount=[0.5 * cut], ways=ways, theta=10.0,
              reserve=1e4, capacity=dict(enumerate(limit.astype(float).tolist())))  # fmt: skip
    assert w.solve().unserved[0] == pytest.approx(0.0, abs=1e-9)
