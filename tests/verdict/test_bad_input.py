"""Absurd but well-formed worlds: a clear error or a correct, certified answer, in bounded time and memory; never a silent wrong flow."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.tables.faults import InvalidData
from karvan.verdict.futures import Forced
from karvan.verdict.model import NotCertified, prepare
from karvan.verdict.shipment import likely_year
from tests.verdict import small


def links(capacity: str) -> str:
    return (f"link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,{capacity},t/yr\n"
            f"road_ab,a,b,road,1000,{capacity},t/yr")  # fmt: skip


def demand(amount: str) -> str:
    return f"demand_id,origin,destination,commodity_id,year,amount\nab,za,zb,box,2025,{amount}"


def boxes(theta: str, hour: str = "1", reserve: str = "100") -> str:
    return f"commodity_id,name,group,value_of_time,reliability_ratio,theta,reserve,tonnes_per_teu\nbox,Boxes,dry,{hour},0,{theta},{reserve},10"


def tariff(price: str) -> str:
    return f"tariff_id,applies_to,id,price\nrail_price,link,rail_ab,{price}\nroad_price,link,road_ab,30"


REFUSED = {
    "disconnected": ({"links": "link_id,from_node,to_node,mode_id,length\nrail_am,a,m,rail,500", "tariffs": "", "cuts": ""}, "a way through the network"),
    "infinite capacity": ({"links": links("inf")}, "expected a number"),
    "capacity of 1e-300": ({"links": links("1e-300")}, "0.001 to 1e"),
    "capacity not a number": ({"links": links("nan")}, "expected a number"),
    "capacity below zero": ({"links": links("-1")}, "at least 0"),
    "demand of 1e12 t": ({"demand": demand("1e12")}, "at most"),
    "demand not a number": ({"demand": demand("nan")}, "expected a number"),
    "no demand": ({"demand": "demand_id,origin,destination,commodity_id,year,amount"}, "at least one row"),
    "theta of zero": ({"commodities": boxes("0")}, "at least 1e-09"),
    "infinite tariff": ({"tariffs": tariff("inf")}, "expected a number"),
    "return share above one": ({"uses": "use_id,unit,commodity_id,use,return_share\nteu,TEU,box,0.1,1.5"}, "at most 1"),
    "return share not a number": ({"uses": "use_id,unit,commodity_id,use,return_share\nteu,TEU,box,0.1,nan"}, "expected a number"),
}

CORRECT: dict[str, tuple[dict[str, str], float]] = {
    "nothing can pass": ({"links": links("0")}, 0.0),
    "hardly anything can pass": ({"links": links("0.001")}, 0.002),
    "no tonnes": ({"demand": demand("0")}, 0.0),
    "1e11 t through 2 Mt": ({"demand": demand("1e11"), "links": links("1e6")}, 2e6),
    "all choose the best of two that are equal": ({"commodities": boxes("1e9")}, 1e6),
    "sharp choice before full ways": ({"commodities": boxes("1e3"), "links": links("3e5")}, 6e5),
    "blunt choice before full ways": ({"commodities": boxes("1e-9"), "links": links("3e5")}, 6e5),
    "a subsidy of 1e12, full": ({"tariffs": tariff("-1e12"), "links": links("3e5")}, 3e5),
    "a price of 1e12, full": ({"tariffs": tariff("1e12"), "links": links("3e5")}, 3e5),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_what_was_expected(name: str) -> None:
    tables, words = REFUSED[name]
    with pytest.raises(InvalidData, match=words):
        prepare(small.corridor(**tables))


@pytest.mark.parametrize("name", CORRECT)
def test_is_answered_and_certified(name: str) -> None:
    tables, carried = CORRECT[name]
    model = prepare(small.corridor(**tables))
    answer = likely_year(model, 2026, Forced({}, float("nan"), 1.0))
    assert model.certified(answer, name).passed
    assert float(answer.result.route_flow.sum()) == pytest.approx(carried, rel=1e-5, abs=1e-9)


def test_what_does_not_clear_is_not_shown() -> None:
    model = prepare(small.corridor(commodities=boxes("1e9", reserve="1e9"), links=links("3e5")))
    answer = likely_year(model, 2026, Forced({}, float("nan"), 1.0))
    assert not answer.result.converged
    with pytest.raises(NotCertified, match=r"none are shown\. The solver stopped") as failed:
        model.certified(answer, "two ways")
    assert failed.value.exit_code == 1


def test_thousands_of_parallel_ways_give_a_bounded_route_set() -> None:
    rows = "\n".join(f"r{i},a,b,rail,{1000 + i / 100}" for i in range(2000))
    model = prepare(small.corridor(links=f"link_id,from_node,to_node,mode_id,length\n{rows}", tariffs="", cuts=""))
    answer = small.solved(model)
    assert model.routes.n_routes <= 24
    assert np.isfinite(answer.result.route_cost).all()
    assert model.certified(answer, "parallel").passed
