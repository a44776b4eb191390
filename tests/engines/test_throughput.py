"""The largest flow under many capacities, each from the basis of the first, against a linear program solved from nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from karvan.engines.arrays import Incidence
from karvan.engines.throughput import MaximumFlow


def table_of(r: np.random.Generator, routes: int, resources: int) -> np.ndarray:
    """Uses [route, resource]; every route meets a limit, some take the same."""
    uses = r.uniform(0.01, 2.0, (routes, resources)) * (r.random((routes, resources)) < 0.4)
    uses[np.arange(routes), r.integers(0, resources, routes)] = r.choice([0.05, 1.0, 1.5], routes)
    same = r.integers(0, routes, routes)
    return np.where((r.random(routes) < 0.3)[:, None], uses[same], uses)


def program(uses: np.ndarray, chosen: np.ndarray) -> MaximumFlow:
    rows, resource = np.nonzero(uses)
    start = np.searchsorted(rows, np.arange(len(uses) + 1)).astype(np.int32)
    return MaximumFlow(Incidence(start, resource.astype(np.int32), uses[rows, resource]), chosen, uses.shape[1])


@given(st.integers(0, 1_000_000))
def test_every_answer_is_that_of_a_program_solved_from_nothing(seed: int) -> None:
    r = np.random.default_rng(seed)
    uses = table_of(r, int(r.integers(1, 12)), int(r.integers(1, 8)))
    chosen = np.flatnonzero(r.random(len(uses)) < 0.8).astype(np.int32)
    flow = program(uses, chosen)
    first = r.lognormal(3.0, 1.0, uses.shape[1])
    flow.solve(first, np.ones(len(chosen), dtype=bool))
    for _ in range(4):
        capacity = first * r.lognormal(0.0, 1.0, len(first)) * (r.random(len(first)) < 0.9)
        is_open = r.random(len(chosen)) < 0.8
        found = flow.solve(capacity, is_open)
        if not is_open.any():
            assert found == 0.0
            continue
        used = uses[chosen[is_open]]
        expected = -linprog(-np.ones(len(used)), A_ub=used.T, b_ub=capacity, method="highs").fun
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)
        worth = flow.worth()
        assert worth @ capacity == pytest.approx(found, rel=1e-7, abs=1e-7)
        assert (used @ worth >= 1 - 1e-7).all()


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    r = np.random.default_rng(4)
    uses = table_of(r, 30, 12)
    every, start = np.ones(30, dtype=bool), r.lognormal(3.0, 1.0, 12)
    years = [start * r.lognormal(0.0, 0.5, 12) for _ in range(6)]
    one, other = (program(uses, np.arange(30, dtype=np.int32)) for _ in range(2))
    one.solve(start, every)
    other.solve(start, every)
    forward = [one.solve(year, every) for year in years]
    backward = [other.solve(year, every) for year in reversed(years)][::-1]
    assert forward == backward


def test_a_way_that_meets_no_limit_carries_any_flow() -> None:
    uses = np.array([[1.0, 0.0], [0.0, 1.0]])
    flow = program(uses, np.arange(2, dtype=np.int32))
    both = np.ones(2, dtype=bool)
    assert flow.solve(np.array([5.0, 7.0]), both) == pytest.approx(12.0)
    assert flow.solve(np.array([5.0, np.inf]), both) == np.inf
    assert flow.solve(np.array([5.0, np.inf]), np.array([True, False])) == pytest.approx(5.0)
    assert flow.solve(np.array([0.0, 0.0]), both) == 0.0
    assert program(uses, np.zeros(0, dtype=np.int32)).solve(np.array([5.0, 7.0]), np.zeros(0, dtype=bool)) == 0.0
