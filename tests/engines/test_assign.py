"""The assignment on random small networks: always certified, never dependent on order, and honest at the edges."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines import assign
from karvan.engines.arrays import QUEUE, Choice, Conditions, Demands, Network, Uses, route_set
from karvan.engines.assign import AssignOptions, Result, prepare, solve
from tests.engines.worlds import World, random_world, world

SEEDS = st.integers(0, 1_000_000)


@given(SEEDS)
def test_every_answer_is_certified(seed: int) -> None:
    w = random_world(seed)
    base = w.base
    result = w.solve(base)
    found = w.certify(result, base)
    assert found.passed, found
    assert result.converged


@given(SEEDS)
def test_a_warm_start_changes_the_way_not_the_answer(seed: int) -> None:
    w = random_world(seed)
    base = w.base
    cold = w.solve(base)
    shifted = w.but(amount=w.conditions.amount * 1.3)
    warm = shifted.solve(base, warm=cold.price)
    assert shifted.certify(warm, base).passed
    again = shifted.solve(base)
    scale = max(float(shifted.conditions.amount.max()), 1e-9)
    assert warm.route_flow / scale == pytest.approx(again.route_flow / scale, abs=1e-6)


@given(SEEDS)
def test_the_order_of_arcs_routes_and_resources_means_nothing(seed: int) -> None:
    w = random_world(seed)
    if not w.routes.n_routes:
        return
    r = np.random.default_rng(seed + 1)
    arc_at, resource_at = r.permutation(w.network.n_arcs), r.permutation(w.uses.n_resources)  # new position -> old
    new_arc, new_resource = np.argsort(arc_at).astype(np.int32), np.argsort(resource_at).astype(np.int32)
    c, rows = w.conditions, [w.routes.arc[w.routes.start[j] : w.routes.start[j + 1]] for j in range(w.routes.n_routes)]
    order = np.lexsort((r.permutation(w.routes.n_routes), w.routes.od))
    other = World(
        Network(w.network.n_states, w.network.tail[arc_at], w.network.head[arc_at], w.network.allowed[:, arc_at]),
        Uses(new_resource[w.uses.resource], new_arc[w.uses.arc], w.uses.commodity, w.uses.amount, w.uses.n_resources),
        w.demands, w.choice,
        Conditions(c.open[arc_at], c.time[arc_at], c.variance[arc_at], c.cost[:, arc_at], c.perceived[:, arc_at],
                   c.capacity[resource_at], c.amount),
        replace(w.delay, **{f.name: getattr(w.delay, f.name)[resource_at] for f in fields(w.delay)}),
        route_set(w.demands.n_od, [(int(w.routes.od[j]), tuple(new_arc[rows[j]].tolist())) for j in order]),
    )  # fmt: skip
    one, two = w.solve(), other.solve()
    scale = np.maximum(c.amount, 1e-9)[w.routes.od[order]]
    assert two.route_flow / scale == pytest.approx(one.route_flow[order] / scale, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_the_same_input_gives_the_same_bytes(seed: int) -> None:
    one, two = random_world(seed).solve(), random_world(seed).solve()
    for field in fields(Result):
        first, second = getattr(one, field.name), getattr(two, field.name)
        if isinstance(first, np.ndarray):
            assert first.tobytes() == second.tobytes(), field.name
        else:
            assert first == second, field.name


@pytest.mark.parametrize("seed", range(40))
def test_a_changed_answer_is_refused(seed: int) -> None:
    w = random_world(seed)
    base = w.base
    result = w.solve(base)
    busy = np.flatnonzero(result.route_flow > 1e-3 * w.conditions.amount.max())
    if not busy.size:
        return
    flow = result.route_flow.copy()
    flow[busy[0]] *= 1.001
    assert not w.certify(replace(result, route_flow=flow), base).passed
    assert not w.certify(replace(result, unserved=result.unserved * 0.99 + 1e-3), base).passed
    assert not w.certify(replace(result, price=result.price + 1.0), base).passed
    assert not w.certify(replace(result, load=result.load * 1.01 + 1.0), base).passed
    assert not w.certify(replace(result, arc_flow=result.arc_flow * 1.01), base).passed
    assert not w.certify(replace(result, route_flow=np.full_like(flow, np.nan)), base).passed
    home = result.unserved / np.maximum(w.conditions.amount, 1e-9)
    if ((home > 1e-3) & (home < 1 - 1e-3)).any():
        assert not w.certify(result, base - 5.0).passed
    priced = np.flatnonzero(result.price > 1e-3)
    if priced.size:
        price = result.price.copy()
        price[priced[0]] *= 1.01
        assert not w.certify(replace(result, price=price), base).passed


def test_a_capacity_broken_by_the_answer_is_refused() -> None:
    w = _one_way(capacity={0: 60.0})
    free = _one_way().solve()
    found = w.certify(free)
    assert not found.passed
    assert found.capacity_violation > 0.1


def _one_way(**more: object) -> World:
    return world([(0, 1)], cost=[10.0], trips=[(0, 1)], amount=[100.0], ways=[(0, (0,))], **more)  # type: ignore[arg-type]


def test_no_capacity_sends_all_home() -> None:
    w = _one_way(capacity={0: 0.0})
    result = w.solve(np.array([10.0]))
    assert result.unserved.tolist() == [100.0]
    assert result.route_flow.tolist() == [0.0]
    assert np.isinf(result.route_cost[0])
    assert w.certify(result, np.array([10.0])).passed


def test_everything_closed_sends_all_home() -> None:
    w = _one_way().but(open=np.array([False]))
    assert w.base.tolist() == [10.0], "as if it were open"
    assert w.solve().unserved.tolist() == [100.0]
    assert w.certify(w.solve()).passed


def test_infinite_cost_closes() -> None:
    w = _one_way().but(cost=np.array([[np.inf]]))
    assert w.solve(np.array([10.0])).unserved.tolist() == [100.0]


def test_no_demand_no_flow() -> None:
    w = random_world(5).but(amount=np.zeros(4))
    result = w.solve()
    assert not result.route_flow.any()
    assert not result.unserved.any()
    assert result.converged
    assert w.certify(result).passed


def test_no_routes_at_all() -> None:
    w = world([(0, 1)], trips=[(0, 1), (1, 0)], amount=[3.0, 4.0], ways=[])
    result = w.solve()
    assert result.unserved.tolist() == [3.0, 4.0]
    assert w.certify(result).passed


@pytest.mark.parametrize("demand", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("capacity", [1e-9, 1.0, 1e15])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_tiny_and_huge_numbers(demand: float, capacity: float, kind: int) -> None:
    w = _one_way(capacity={0: capacity}).but(amount=np.array([demand]), kind=np.array([kind], np.int8),
                                            scale=np.array([2.0]), exponent=np.array([1.5]), price_per_hour=np.array([4.0]))  # fmt: skip
    result = w.solve()
    assert result.converged
    assert w.certify(result).passed
    assert result.load[0] <= capacity * (1 + 1e-7)


def test_a_queue_nobody_pays_for_is_a_limit_and_its_delay_is_told() -> None:
    w = _one_way(capacity={0: 60.0}).but(kind=np.array([QUEUE], np.int8), scale=np.array([2.0]))
    result = w.solve()
    assert result.route_flow[0] == pytest.approx(60.0, rel=1e-7)
    assert result.price_congestion[0] == 0
    assert result.delay[0] > 1e6
    assert w.certify(result).passed


def test_two_limits_in_a_row_share_one_price() -> None:
    w = world([(0, 1), (1, 2)], cost=[5.0, 5.0], trips=[(0, 2)], amount=[100.0], ways=[(0, (0, 1))], capacity={0: 40.0, 1: 50.0})
    result = w.solve()
    assert result.route_flow[0] == pytest.approx(40.0, rel=1e-7)
    assert result.price[0] > 1
    assert result.price[1] == 0, "only the tighter one is scarce"
    twin = w.but(capacity=np.array([40.0, 40.0])).solve()
    assert twin.price.sum() == pytest.approx(result.price[0], rel=1e-6)


def test_more_capacity_never_lowers_what_is_carried() -> None:
    carried = [_one_way(capacity={0: c}).solve().route_flow[0] for c in (1.0, 10.0, 50.0, 90.0, 1e4)]
    assert carried == sorted(carried)


@pytest.mark.parametrize("exponent", [4.0, 40.0, 83.0, 300.0])
@pytest.mark.parametrize("utilisation", [1e-1, 1e-2, 1e-3, 1e-4, 1e-6])
def test_a_queue_too_idle_for_its_price_to_be_a_float_still_settles(utilisation: float, exponent: float) -> None:
    """A wide queue behind a narrow limit: its price is k rho^exponent, down to 10^-1806, yet load and supply must meet."""
    w = world([(0, 1), (1, 2)], cost=[5.0, 5.0], trips=[(0, 2)], amount=[1e6], ways=[(0, (0, 1))],
              capacity={0: 5e5, 1: 5e5 / utilisation})  # fmt: skip
    w = w.but(kind=np.array([0, QUEUE], np.int8), scale=np.array([0.0, 1e-3]), exponent=np.array([1.0, exponent]),
              price_per_hour=np.array([0.0, 1.4e-3]))  # fmt: skip
    for price in (None, 0.0, 1e-200, 1e-9, 1.0):
        result = w.solve(warm=None if price is None else np.array([0.0, price]))
        assert result.converged, price
        assert result.iterations < 40, price
        assert result.load[1] == pytest.approx(5e5, rel=1e-6)
        found = w.certify(result)
        told = result.price[1] > 0.0  # a price rounded to 0 no longer tells the utilisation it stands for
        assert found.passed if told else found.relative_gap < 1e-7, price


def test_a_price_that_hits_its_floor_lets_the_others_answer() -> None:
    """From far too high a price the queue's may fall by nine tenths a step; its neighbour must not reckon with more."""
    w = world([(0, 1), (1, 2)], cost=[5.0, 5.0], trips=[(0, 2)], amount=[1e6], ways=[(0, (0, 1))], capacity={0: 5e5, 1: 5e6})
    w = w.but(kind=np.array([0, QUEUE], np.int8), scale=np.array([0.0, 1e-3]), exponent=np.array([1.0, 40.0]),
              price_per_hour=np.array([0.0, 1.4e-3]))  # fmt: skip
    for price in (1e-3, 1.0, 30.0, 1e3):
        result = w.solve(warm=np.array([0.0, price]))
        assert result.iterations < 30, price
        assert w.certify(result).passed, price


def test_read_only_and_foreign_arrays_are_taken() -> None:
    w = random_world(8)
    expected = w.solve().route_flow
    frozen = {}
    for field in fields(w.conditions):
        array = getattr(w.conditions, field.name).copy(order="F")
        array.setflags(write=False)
        frozen[field.name] = array
    assert (w.but(**frozen).solve().route_flow == expected).all()


def test_what_does_not_fit_is_named() -> None:
    w = random_world(2)
    with pytest.raises(ValueError, match="base"):
        solve(w.problem, w.conditions, w.delay, np.full(4, np.nan))
    with pytest.raises(ValueError, match="warm"):
        solve(w.problem, w.conditions, w.delay, w.base, warm=np.zeros(2))
    with pytest.raises(ValueError, match=r"Conditions\.time"):
        solve(w.problem, replace(w.conditions, time=-w.conditions.time - 1), w.delay, w.base)
    with pytest.raises(ValueError, match=r"RouteSet\.arc"):
        prepare(w.network, w.uses, w.demands, w.choice, replace(w.routes, arc=w.routes.arc + 1000))
    with pytest.raises(ValueError, match=r"RouteSet\.od_start"):
        prepare(w.network, w.uses, w.demands, w.choice, replace(w.routes, od_start=w.routes.od_start[:-1]))


def test_stopping_early_is_admitted() -> None:
    w = random_world(17)
    result = w.solve(options=AssignOptions(tolerance=0.0, max_iterations=1))
    assert not result.converged


def test_choice_between_commodities_is_their_own() -> None:
    """Two commodities on the same arcs, one in a hurry: it takes the fast way and pays for it."""
    network = Network(2, np.zeros(2, np.int32), np.ones(2, np.int32), np.ones((2, 2), np.bool_))
    uses = Uses(np.zeros(2, np.int32), np.ones(2, np.int32), np.arange(2, dtype=np.int32), np.array([1.0, 1.0]), 1)
    demands = Demands(np.zeros(2, np.int32), np.ones(2, np.int32), np.arange(2, dtype=np.int32))
    choice = Choice(np.full(2, 0.2), np.array([0.1, 10.0]), np.zeros(2), np.full(2, 500.0))
    conditions = Conditions(np.ones(2, np.bool_), np.array([20.0, 10.0]), np.zeros(2), np.array([[5.0, 20.0]] * 2),
                            np.zeros((2, 2)), np.array([100.0]), np.array([100.0, 100.0]))  # fmt: skip
    w = replace(random_world(0), network=network, uses=uses, demands=demands, choice=choice, conditions=conditions,
                routes=route_set(2, [(0, (0,)), (0, (1,)), (1, (0,)), (1, (1,))]))  # fmt: skip
    w = replace(w, delay=replace(w.delay, kind=np.zeros(1, np.int8), scale=np.zeros(1), exponent=np.ones(1), price_per_hour=np.zeros(1)))
    result = w.solve()
    assert result.route_flow[3] > 0.9 * 100
    assert result.arc_flow[1, 1] == result.route_flow[3]
    assert w.certify(result).passed


@pytest.mark.parametrize("detour", ["_blunted", "_slowly"])
def test_each_detour_alone_leads_to_the_answer(detour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newton's first attempt is cut short; what follows must still find the prices."""
    for other in {"_blunted", "_slowly"} - {detour}:
        monkeypatch.setattr(assign, other, getattr(assign, detour))
    attempts = 0
    whole = assign._clear

    def cut_short(*columns: Any) -> tuple[int, float]:
        nonlocal attempts
        attempts += 1
        return (0, 1.0) if attempts == 1 else whole(*columns)

    monkeypatch.setattr(assign, "_clear", cut_short)
    for seed in range(25):
        attempts = 0
        w = random_world(seed)
        base = w.base
        result = w.solve(base)
        assert result.converged, seed
        assert w.certify(result, base).passed, seed
        assert attempts > 1
