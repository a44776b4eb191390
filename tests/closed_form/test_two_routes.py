"""Two ways in parallel: what logit, a full capacity, a congestion curve and a queue give can be written down."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from karvan.engines.arrays import HARD, POWER, QUEUE
from karvan.engines.assign import AssignOptions
from tests.engines.worlds import World, world

THETA, RESERVE, WANTED = 0.1, 50.0, 1000.0
EXACT = AssignOptions(tolerance=1e-12)


def parallel(costs: list[float], **more: object) -> World:
    """One od, one arc per way."""
    n = len(costs)
    return world([(0, 1)] * n, cost=costs, trips=[(0, 1)], amount=[WANTED], ways=[(0, (i,)) for i in range(n)],
                 theta=THETA, reserve=RESERVE, **more)  # type: ignore[arg-type]  # fmt: skip


def test_shares_are_those_of_logit() -> None:
    result = parallel([10.0, 14.0]).solve(options=EXACT)
    weight = np.exp(-THETA * np.array([10.0, 14.0, 10.0 + RESERVE]))
    share = weight / weight.sum()
    assert result.route_flow == pytest.approx(WANTED * share[:2], rel=1e-12)
    assert result.unserved[0] == pytest.approx(WANTED * share[2], rel=1e-12)
    assert not result.price.any()
    assert result.converged


def test_time_and_its_unreliability_cost() -> None:
    w = parallel([10.0, 10.0], time=[20.0, 10.0], variance=[9.0, 16.0], value_of_time=2.0, reliability=0.5)
    assert w.solve(options=EXACT).route_cost == pytest.approx([10 + 40 + 3.0, 10 + 20 + 4.0], rel=1e-14)


def test_ways_that_overlap_share_one_weight() -> None:
    """Two ways with a common trunk of time t of 1 and one apart: path sizes (1 - t/2), (1 - t/2), 1."""
    trunk = 0.75
    w = world([(0, 1), (1, 2), (1, 2), (0, 2)], time=[trunk, 1 - trunk, 1 - trunk, 1.0], trips=[(0, 2)], amount=[WANTED],
              ways=[(0, (0, 1)), (0, (0, 2)), (0, (3,))], theta=THETA, reserve=1e6)  # fmt: skip
    result = w.solve(options=EXACT)
    size = np.array([1 - trunk / 2, 1 - trunk / 2, 1.0])
    assert result.path_size == pytest.approx(size, rel=1e-14)
    assert result.route_flow == pytest.approx(WANTED * size / size.sum(), rel=1e-12)
    closed = np.array([True, True, False, True])
    assert w.but(open=closed).solve(options=EXACT).path_size == pytest.approx([1.0, 0.0, 1.0]), "only open ways overlap"


def test_a_full_way_carries_its_capacity_at_a_known_price() -> None:
    """Flow = capacity; the price moves the log-odds from what they were: p = ln(odds before / odds after)/theta."""
    capacity = 120.0
    result = parallel([10.0, 14.0], capacity={0: capacity}).solve(options=EXACT)
    rest = math.exp(-THETA * 14.0) + math.exp(-THETA * (10.0 + RESERVE))
    price = math.log(math.exp(-THETA * 10.0) / rest / (capacity / (WANTED - capacity))) / THETA
    assert result.route_flow[0] == pytest.approx(capacity, rel=1e-9)
    assert result.price[0] == pytest.approx(price, rel=1e-9)
    assert result.price_scarcity[0] == result.price[0]
    assert result.utilisation[0] == pytest.approx(1.0, rel=1e-9)


def test_two_full_ways_send_the_rest_home() -> None:
    result = parallel([10.0, 14.0], capacity={0: 100.0, 1: 200.0}).solve(options=EXACT)
    assert result.route_flow == pytest.approx([100.0, 200.0], rel=1e-9)
    home = WANTED - 300.0
    assert result.unserved[0] == pytest.approx(home, rel=1e-9)
    for cost, flow, price in zip((10.0, 14.0), (100.0, 200.0), result.price, strict=True):
        assert price == pytest.approx(10.0 + RESERVE - cost + math.log(home / flow) / THETA, rel=1e-9)


@pytest.mark.parametrize(("kind", "exponent", "capacity"), [(POWER, 4.0, 900.0), (POWER, 0.7, 900.0), (QUEUE, 1.0, 400.0), (QUEUE, 2.2, 400.0)])
def test_congestion_settles_where_choice_and_delay_agree(kind: int, exponent: float, capacity: float) -> None:
    scale, hour = 3.0, 5.0
    w = parallel([10.0, 14.0], capacity={0: capacity}).but(
        kind=np.array([kind, HARD], dtype=np.int8), scale=np.array([scale, 0.0]), exponent=np.array([exponent, 1.0]),
        price_per_hour=np.array([hour, 0.0]))  # fmt: skip
    rest = math.exp(-THETA * 14.0) + math.exp(-THETA * (10.0 + RESERVE))

    def delay(flow: float) -> float:
        rho = flow / capacity
        return scale * rho**exponent / (1 - rho if kind == QUEUE else 1)

    def excess(flow: float) -> float:
        weight = math.exp(-THETA * (10.0 + hour * delay(flow)))
        return flow - WANTED * weight / (weight + rest)

    flow = brentq(excess, 1e-9, capacity * (1 - 1e-12), xtol=1e-13)
    result = w.solve(options=EXACT)
    assert result.route_flow[0] == pytest.approx(flow, rel=1e-8)
    assert result.delay[0] == pytest.approx(delay(flow), rel=1e-6)
    assert result.price_congestion[0] == pytest.approx(hour * result.delay[0], rel=1e-12)
    assert result.price_scarcity[0] == 0


def test_above_the_capacity_of_a_congested_way_scarcity_adds_to_the_delay() -> None:
    scale, hour, capacity = 3.0, 5.0, 100.0
    w = parallel([10.0, 14.0], capacity={0: capacity}).but(
        kind=np.array([POWER, HARD], dtype=np.int8), scale=np.array([scale, 0.0]), exponent=np.array([4.0, 1.0]),
        price_per_hour=np.array([hour, 0.0]))  # fmt: skip
    result = w.solve(options=EXACT)
    rest = math.exp(-THETA * 14.0) + math.exp(-THETA * (10.0 + RESERVE))
    price = math.log(math.exp(-THETA * 10.0) / rest / (capacity / (WANTED - capacity))) / THETA
    assert result.route_flow[0] == pytest.approx(capacity, rel=1e-9)
    assert result.price[0] == pytest.approx(price, rel=1e-9)
    assert result.price_congestion[0] == pytest.approx(scale * hour, rel=1e-12)
    assert result.delay[0] == pytest.approx(scale, rel=1e-12)
    assert result.price_scarcity[0] == pytest.approx(price - scale * hour, rel=1e-9)


def test_a_new_way_can_make_everybody_worse_off() -> None:
    """Braess (1968): four places, 4,000 lorries, legs of 45 h or of load/100 h; with a free link across, 80 h instead of 65."""
    arcs = [(0, 1), (1, 3), (0, 2), (2, 3), (1, 2)]
    ways = [(0, (0, 1)), (0, (2, 3)), (0, (0, 4, 3))]
    w = world(arcs, cost=[0.0, 45.0, 45.0, 0.0, 0.0], trips=[(0, 3)], amount=[4000.0], ways=ways, theta=50.0, reserve=1e4,
              capacity={0: 1e4, 3: 1e4})  # fmt: skip
    kind = np.array([POWER, HARD, HARD, POWER, HARD], dtype=np.int8)
    w = w.but(kind=kind, scale=np.where(kind == POWER, 100.0, 0.0), exponent=np.ones(5), price_per_hour=np.ones(5))
    base = np.zeros(1)
    before = w.but(open=np.array([True, True, True, True, False])).solve(base)
    after = w.solve(base, options=EXACT)

    def hours(result: object) -> float:
        cost = w.conditions.cost[0] + result.delay  # type: ignore[attr-defined]
        return float(np.sum(result.arc_flow[0] * cost)) / 4000.0  # type: ignore[attr-defined]

    assert hours(before) == pytest.approx(65.0, abs=0.05)
    assert hours(after) == pytest.approx(80.0, abs=0.05)
    assert w.certify(after, base).passed
