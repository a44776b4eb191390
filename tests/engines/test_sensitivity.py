"""Derivatives of the assignment agree with finite differences, with the formula of the logit, and with what a full capacity forbids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from karvan.engines import sensitivity
from karvan.engines.arrays import HARD, POWER, QUEUE, Floats
from karvan.engines.assign import Result
from tests.engines.worlds import World, random_world, world

STEP = 1e-5


def derivative(w: World, result: Result, prices_held: bool = False) -> Floats:
    """d route flow / d ln amount by the formula."""
    slope = sensitivity.slopes(w.delay, w.conditions.capacity, result.load, result.price, result.price_scarcity)
    problem = w.problem
    every = sparse.identity(w.routes.n_routes, format="csr")
    return sensitivity.of_demand(problem.routes, problem.incidence, problem.theta, every, result.route_flow, w.conditions.amount, None if prices_held else slope)


def difference(w: World, base: Floats, prices: Floats) -> Floats:
    """The same by solving anew on both sides."""
    columns = []
    for od in range(w.demands.n_od):
        sides = []
        for sign in (1.0, -1.0):
            amount = w.conditions.amount.copy()
            amount[od] *= np.exp(sign * STEP)
            sides.append(replace(w, conditions=replace(w.conditions, amount=amount)).solve(base, warm=prices).route_flow)
        columns.append((sides[0] - sides[1]) / (2 * STEP))
    return np.array(columns).T


def smooth(w: World, result: Result) -> bool:
    """Whether no capacity is on the verge of binding: there the flows have a kink and no derivative."""
    full = result.price_scarcity > 1e-9
    brink = ~full & (w.delay.kind != QUEUE) & (result.utilisation > 0.999)
    return result.residual < 1e-9 and not bool((brink | (full & (result.price_scarcity < 1e-3))).any())


def test_the_formula_agrees_with_solving_anew() -> None:
    compared = 0
    for seed in range(150):
        w = random_world(seed)
        if not w.routes.n_routes:
            continue
        base = w.base
        result = w.solve(base)
        if smooth(w, result):
            compared += 1
            scale = float(w.conditions.amount.max())
            assert derivative(w, result) / scale == pytest.approx(difference(w, base, result.price) / scale, abs=2e-4), seed
    assert compared > 20


def two_routes(capacity: float, kind: int = HARD) -> World:
    w = world([(0, 1), (0, 1)], cost=[10.0, 14.0], trips=[(0, 1)], amount=[100.0], ways=[(0, (0,)), (0, (1,))], capacity={0: capacity}, reserve=1e4)
    return w.but(kind=np.full(2, kind, dtype=np.int8), scale=np.array([6.0, 0.0]), exponent=np.array([2.0, 1.0]), price_per_hour=np.array([3.0, 0.0]))


def test_without_congestion_a_demand_grows_by_its_shares() -> None:
    w = two_routes(1e9)
    result = w.solve()
    share = 1 / (1 + np.exp(0.1 * -4.0))
    assert derivative(w, result)[:, 0] == pytest.approx([100 * share, 100 * (1 - share)], rel=1e-6)


def test_what_grows_passes_by_a_full_capacity() -> None:
    w = two_routes(20.0)
    result = w.solve()
    assert result.price_scarcity[0] > 1
    assert derivative(w, result)[:, 0] == pytest.approx([0.0, 100.0], abs=1e-6)
    assert derivative(w, result, prices_held=True)[:, 0] == pytest.approx([20.0, 80.0], rel=1e-6)


@pytest.mark.parametrize("kind", [POWER, QUEUE])
def test_a_queue_keeps_a_part_away(kind: int) -> None:
    w = two_routes(60.0, kind)
    result = w.solve()
    found = derivative(w, result)[:, 0]
    assert found.sum() == pytest.approx(100.0, rel=1e-9)
    assert 0 < found[0] < result.route_flow[0]
    assert found == pytest.approx(difference(w, w.base, result.price)[:, 0], rel=1e-5)


def test_what_does_not_fit_is_refused() -> None:
    w = two_routes(60.0)
    problem, result = w.problem, w.solve()
    with pytest.raises(ValueError, match="columns of weights"):
        sensitivity.of_demand(problem.routes, problem.incidence, problem.theta, sparse.csr_matrix((1, 5)), result.route_flow, w.conditions.amount, None)
