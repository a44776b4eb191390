"""Whole corridors, from tables to flows, whose answers can be written down."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from karvan.verdict import measures
from karvan.verdict.model import Model, prepare
from karvan.verdict.throughput import Throughput
from tests.verdict import small

THETA, RESERVE, DEMAND = 0.05, 100.0, 1e6


def flow_over(model: Model, subject: str, amount: float | None = None) -> float:
    answer = small.solved(model, amount)
    plan = measures.plan(model.compiled, [small.flow(subject)])
    return float(plan.of_year(model.compiled, model.compiled.cells.today, answer.result.arc_flow)[0])


@pytest.mark.parametrize("road_price", [30, 35, 10, 70])
def test_two_ways_share_by_logit(road_price: float) -> None:
    """f = D exp(-theta c) / (sum exp(-theta c) + exp(-theta (c_min + reserve))), c = price + 1 USD/h x hours."""
    tariffs = f"tariff_id,applies_to,id,price\nr,link,rail_ab,20\nw,link,road_ab,{road_price}"
    model = prepare(small.corridor(tariffs=tariffs))
    rail, road = 20 + 20, road_price + 10
    weight = {"rail": math.exp(-THETA * rail), "road": math.exp(-THETA * road), "home": math.exp(-THETA * (min(rail, road) + RESERVE))}
    whole = sum(weight.values())
    for way in ("rail", "road"):
        assert flow_over(model, f"cut:{way}") == pytest.approx(DEMAND * weight[way] / whole, rel=1e-9)
    assert flow_over(model, "cut:all") == pytest.approx(DEMAND * (1 - weight["home"] / whole), rel=1e-9)


def test_the_spread_of_a_time_costs_its_reliability() -> None:
    """c = 40 + ratio x value of time x sd; two legs of variance s^2 each have sd sqrt(2) s."""
    links = "link_id,from_node,to_node,mode_id,length,time_sd\none,a,m,rail,500,3\ntwo,m,b,rail,500,4\nroad_ab,a,b,road,1000,0"
    commodities = small.TABLES["commodities"].replace("dry,1,0,", "dry,1,2,")
    tariffs = "tariff_id,applies_to,id,price\nr,link,one,20\nw,link,road_ab,30"
    model = prepare(small.corridor(links=links, commodities=commodities, tariffs=tariffs, cuts="cut_id,name,links\nrail,R,one\nroad,W,road_ab"))
    ratio = flow_over(model, "cut:rail") / flow_over(model, "cut:road")
    assert math.log(ratio) / -THETA == pytest.approx(2 * 5.0, rel=1e-6)


@pytest.mark.parametrize("capacity", [200_000, 500_000, 900_000])
def test_a_full_crane_is_worth_the_logarithm_of_who_stays_home(capacity: float) -> None:
    """K / (D - K) = exp(theta (reserve - p)):  p = reserve + ln((D - K) / K) / theta."""
    model = prepare(small.corridor(**small.cheap_sea(str(capacity))))
    answer = small.solved(model)
    crane = small.limit(model, "crane")
    assert answer.result.load[crane] == pytest.approx(capacity, rel=1e-7)
    assert answer.result.price[crane] == pytest.approx(RESERVE + math.log((DEMAND - capacity) / capacity) / THETA, rel=1e-6)
    assert answer.result.unserved.sum() == pytest.approx(DEMAND - capacity, rel=1e-7)


def test_a_full_yard_is_priced_in_its_own_unit() -> None:
    """A limit in TEU that a tonne uses a tenth of has ten times the price of one in tonnes."""
    tonnes = prepare(small.corridor(**small.cheap_sea("500000")))
    boxes = prepare(small.corridor(**small.cheap_sea("50000", "TEU/yr")))
    prices = [small.solved(model).result.price[0] for model in (tonnes, boxes)]
    assert prices[1] == pytest.approx(10 * prices[0], rel=1e-6)


def test_a_roomy_crane_is_worth_nothing() -> None:
    model = prepare(small.corridor(**small.cheap_sea("5000000")))
    assert small.solved(model).result.price.tolist() == [0.0]


@pytest.mark.parametrize("seed", range(12))
def test_the_capacity_of_a_corridor_is_its_minimum_cut(seed: int) -> None:
    """One cargo, limits on links only: the largest flow over the known ways is that of the graph."""
    r = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(5) for j in range(1, 6) if i < j and (i, j) != (0, 5)]
    chosen = [pair for pair in pairs if r.random() < 0.6 or pair in ((0, 1), (4, 5))]
    limits = r.integers(1, 20, len(chosen))
    graph = csr_array((limits.astype(np.int32), tuple(np.array(column) for column in zip(*chosen, strict=True))), shape=(6, 6))
    cut = int(maximum_flow(graph, 0, 5).flow_value)
    if not cut:
        pytest.skip("no way from end to end")
    names = [f"l{i}_{j}" for i, j in chosen]
    out = [name for name, (i, _) in zip(names, chosen, strict=True) if i == 0]
    rows = [f"{name},n{i},n{j},rail,{100 * (j - i)},true,{limit},t/yr" for name, (i, j), limit in zip(names, chosen, limits, strict=True)]
    corridor = small.corridor(
        nodes="node_id,name,country,kind,x_coord,y_coord\n" + "\n".join(f"n{i},N{i},AA,city,{i},0" for i in range(6)),
        zones="zone_id,name,node_id\nza,A,n0\nzb,B,n5",
        links="link_id,from_node,to_node,mode_id,length,directed,capacity,capacity_unit\n" + "\n".join(rows),
        tariffs="",
        cuts=f"cut_id,name,links\nout,Everything that leaves,{';'.join(out)}",
    )
    model = prepare(corridor)
    found = Throughput(model, measures.Key("route_capacity", "cut:out", "both", "all", "capacity")).of_year(small.solved(model, 1e-9))
    assert found == cut
