"""Routes folded into stretches and kinds against the same routes arc by arc, on generated worlds and on the built-in case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines.arrays import Conditions, Floats
from karvan.engines.assign import AssignOptions, Problem, Result
from karvan.verbs.loading import DEFAULT_CASE, load
from karvan.verdict import assess, futures
from karvan.verdict.model import Model, prepare
from tests.engines.worlds import random_world, world

SEEDS = st.integers(0, 1_000_000)


def plain(problem: Problem, conditions: Conditions, base: Floats, price: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """cost[route], path_size[route], flow[route] and arc_flow[commodity, arc] at these prices, each route by itself."""
    routes, uses, choice = problem.routes, problem.incidence, problem.choice
    cost, size = np.full(routes.n_routes, np.inf), np.zeros(routes.n_routes)
    flow, arc_flow = np.zeros(routes.n_routes), np.zeros(problem.network.allowed.shape)
    for od in range(problem.demands.n_od):
        c, theta = problem.demands.commodity[od], problem.theta[od]
        ways = {j: routes.arc[routes.start[j] : routes.start[j + 1]] for j in range(routes.od_start[od], routes.od_start[od + 1])}
        for j, arcs in ways.items():
            shut = (conditions.capacity[uses.resource[uses.start[j] : uses.start[j + 1]]] == 0).any()
            if shut or not (conditions.open & problem.network.allowed[c])[arcs].all():
                continue
            hours = conditions.time[arcs].sum() + choice.reliability[c] * np.sqrt(conditions.variance[arcs].sum())
            cost[j] = (conditions.cost + conditions.perceived)[c, arcs].sum() + choice.value_of_time[c] * hours
        open_ways = {j: arcs for j, arcs in ways.items() if cost[j] < np.inf}
        through = np.bincount([arc for arcs in open_ways.values() for arc in arcs], minlength=problem.network.n_arcs)
        for j, arcs in open_ways.items():
            whole = conditions.time[arcs].sum()
            size[j] = (conditions.time[arcs] / through[arcs]).sum() / whole if whole > 0 else 1.0
        if not open_ways or not conditions.amount[od] > 0:
            continue
        at = np.array(list(open_ways))
        dear = [cost[j] + uses.amount[s] @ price[uses.resource[s]] for j in at for s in [slice(uses.start[j], uses.start[j + 1])]]
        utility = np.log(size[at]) - theta * np.array(dear)
        stay = -theta * (base[od] + choice.reserve[c])
        top = max(float(utility.max()), float(stay))
        weight = np.exp(utility - top)
        flow[at] = conditions.amount[od] * weight / (weight.sum() + np.exp(stay - top))
        for j in at:
            np.add.at(arc_flow[c], ways[j], flow[j])
    return cost, size, flow, arc_flow


def agrees(problem: Problem, conditions: Conditions, base: Floats, result: Result) -> None:
    """Every column to 1e-9 of what route by route gives at the prices found."""
    cost, size, flow, arc_flow = plain(problem, conditions, base, result.price)
    np.testing.assert_allclose(result.route_cost, cost, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.path_size, size, rtol=1e-9)
    np.testing.assert_allclose(result.route_flow, flow, rtol=1e-9, atol=1e-9 * max(float(conditions.amount.max(initial=0.0)), 1e-300))
    np.testing.assert_allclose(result.arc_flow, arc_flow, rtol=1e-9, atol=1e-9 * max(float(arc_flow.max(initial=0.0)), 1e-300))


@given(SEEDS)
def test_folded_routes_answer_as_each_route_by_itself(seed: int) -> None:
    w = random_world(seed)
    base = w.base
    agrees(w.problem, w.conditions, base, w.solve(base))


@given(SEEDS)
def test_a_stretch_is_passed_by_the_same_routes_of_its_demand(seed: int) -> None:
    problem = random_world(seed).problem
    routes, ways = problem.routes, problem.ways
    for j in range(routes.n_routes):
        rows = ways.stretch[ways.start[j] : ways.start[j + 1]]
        arcs = [arc for s in rows for arc in ways.arc[ways.arc_start[s] : ways.arc_start[s + 1]]]
        assert sorted(arcs) == sorted(routes.arc[routes.start[j] : routes.start[j + 1]])
    for od in range(problem.demands.n_od):
        of_od = ways.arc[ways.arc_start[ways.stretch_start[od]] : ways.arc_start[ways.stretch_start[od + 1]]]
        assert len(set(of_od.tolist())) == len(of_od), "an arc belongs to one stretch"
        passed = [tuple(j for j in range(routes.od_start[od], routes.od_start[od + 1]) if s in ways.stretch[ways.start[j] : ways.start[j + 1]])
                  for s in range(ways.stretch_start[od], ways.stretch_start[od + 1])]  # fmt: skip
        assert len(set(passed)) == len(passed), "two stretches of one demand differ in their routes"


def test_an_arc_passed_twice_counts_twice() -> None:
    w = world([(0, 1), (1, 0), (1, 2)], cost=[1.0, 2.0, 4.0], time=[1.0, 1.0, 1.0], trips=[(0, 2)], amount=[10.0],
              ways=[(0, (0, 2)), (0, (0, 1, 0, 2))], capacity={0: 8.0})  # fmt: skip
    result = w.solve()
    assert result.route_cost == pytest.approx([5.0, 8.0])
    assert result.arc_flow[0, 0] == pytest.approx(result.route_flow[0] + 2 * result.route_flow[1])
    assert result.load[0] == pytest.approx(result.arc_flow[0, 0])


def test_routes_that_take_the_same_are_one_kind_and_share_as_their_weights() -> None:
    w = world([(0, 1), (1, 2), (1, 2)], cost=[1.0, 4.0, 9.0], trips=[(0, 2)], amount=[10.0], ways=[(0, (0, 1)), (0, (0, 2))],
              capacity={0: 6.0})  # fmt: skip
    shared = replace(w.uses, resource=np.zeros(3, np.int32), amount=np.array([1.0, 0.0, 0.0]))
    w = replace(w, uses=shared)
    assert w.problem.ways.kind.tolist() == [0, 0]
    result = w.solve(options=AssignOptions(tolerance=1e-13))
    assert result.route_flow.sum() == pytest.approx(6.0, rel=1e-10)
    assert result.route_flow[1] / result.route_flow[0] == pytest.approx(np.exp(-0.1 * 5.0), rel=1e-12)


def test_no_routes_fold_into_nothing() -> None:
    w = world([(0, 1)], trips=[(0, 1), (1, 0)], amount=[1.0, 1.0], ways=[])
    ways = w.problem.ways
    assert (len(ways.arc), len(ways.kind), ways.kind_start.tolist()) == (0, 0, [0, 0, 0])


@pytest.fixture(scope="module")
def middle() -> Model:
    return prepare(load(DEFAULT_CASE))


@pytest.mark.parametrize("future", [0, 7, 31])
def test_years_of_the_built_in_case_answer_as_each_route_by_itself(middle: Model, future: int) -> None:
    drawn = futures.sample(middle.compiled, 5, future + 1)
    prices = assess.base_prices(middle, drawn)
    for year in (0, 9):
        cells = drawn.cells(middle.compiled, future, year)
        amount = drawn.demand.base * np.exp(drawn.demand.departure(future, year))
        answer = middle.solve(cells, amount, float(drawn.level[future, year]), prices[year])
        agrees(middle.problem, answer.conditions, middle.base_cost, answer.result)
        cold = middle.solve(cells, amount, float(drawn.level[future, year])).result
        np.testing.assert_allclose(answer.result.route_flow, cold.route_flow, rtol=1e-6, atol=1e-7 * amount.max())


def test_what_does_not_fit_or_is_no_number_is_named() -> None:
    w = random_world(3)
    with pytest.raises(ValueError, match=r"Conditions\.amount"):
        w.but(amount=np.ones(w.demands.n_od + 1)).solve(w.base)
    with pytest.raises(ValueError, match=r"Conditions\.time holds NaN"):
        w.but(time=np.full(w.network.n_arcs, np.nan)).solve(w.base)
    with pytest.raises(ValueError, match=r"Delay\.scale"):
        w.but(scale=np.full(w.uses.n_resources, -1.0)).solve(w.base)
    with pytest.raises(ValueError, match=r"Conditions\.cost"):
        w.but(cost=np.full((2, w.network.n_arcs), -np.inf)).solve(w.base)
