"""Every kind of measure on a corridor where it can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.engines.duration import percentiles
from karvan.tables.faults import Fault
from karvan.verdict import measures, transit
from karvan.verdict.measures import Key
from karvan.verdict.model import Model, prepare
from karvan.verdict.throughput import Throughput
from tests.verdict import small

TABLES = {
    **small.cheap_sea("50000", "TEU/yr"),
    "commodities": small.TABLES["commodities"] + "\n        oil,Oil,oil,0.5,0,0.05,200,",
    "demand": """
        demand_id,origin,destination,commodity_id,year,amount
        ab,za,zb,box,2025,100000
        ba,zb,za,box,2025,40000
        oil,za,zb,oil,2025,70000""",
    "links": """
        link_id,from_node,to_node,mode_id,length,capacity,capacity_unit,exists
        rail_am,a,m,rail,500,20,train/d,
        sea_mb,m,b,sea,250,,,
        later,a,m,rail,500,7,Mt/yr,false""",
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,time,time_sd,capacity,capacity_unit
        crane,Crane,m,crane,rail,sea,12,4,50000,TEU/yr""",
    "tariffs": """
        tariff_id,applies_to,id,price
        rail_price,link,rail_am,20
        sea_price,link,sea_mb,15""",
    "resources": """
        resource_id,name,kind,capacity,capacity_unit,members
        port,Port,port,2,Mt/yr,crane
        yard,Yard,yard,30,kTEU/yr,crane""",
    "projects": "project_id,name,kind,status,promised,promised_on,known_since\nberth,Berth,port,funded,2027-06-30,2025-01-01,2025-01-01",
    "calendars": "calendar_id,month,open_share\n" + "\n".join(f"wind,{month},0.9" for month in range(1, 13)),
    "uses": """
        use_id,unit,commodity_id,use
        box_teu,TEU,box,0.1
        oil_teu,TEU,oil,0.001
        box_wagon,wagon,box,0.02
        box_train,train,box,0.001
        oil_train,train,oil,0.0005""",
}


@pytest.fixture(scope="module")
def model() -> Model:
    return prepare(small.corridor(**TABLES))


def value(model: Model, key: Key) -> float:
    answer = small.solved(model)
    plan = measures.plan(model.compiled, [key])
    if plan.times:
        return transit.of_year(model, answer, key)
    if plan.throughputs:
        return Throughput(model, key).of_year(answer)
    return float(plan.of_year(model.compiled, model.compiled.cells.today, answer.result.arc_flow)[0])


def carried(model: Model, name: tuple[str, str, str]) -> float:
    answer = small.solved(model)
    of_od = np.bincount(model.routes.od, answer.result.route_flow, len(model.compiled.od_names))
    return float(of_od[model.compiled.od_names.index(name)])


def test_flows_by_cargo_and_direction(model: Model) -> None:
    there, back, oil = (carried(model, name) for name in (("za", "zb", "box"), ("zb", "za", "box"), ("za", "zb", "oil")))
    assert 50_000 < there < 100_000
    assert value(model, small.flow("cut:sea")) == pytest.approx(there + back + oil)
    assert value(model, small.flow("link:rail_am")) == pytest.approx(there + back + oil)
    assert value(model, small.flow("cut:sea", "dry")) == pytest.approx(there + back)
    assert value(model, small.flow("cut:sea", "oil")) == pytest.approx(oil)
    for direction, expected in (("forward", there), ("westbound", there), ("reverse", back), ("eastbound", back)):
        assert value(model, small.flow("cut:sea", "box", direction=direction)) == pytest.approx(expected)
    assert value(model, small.flow("cut:sea", metric="container_volume")) == pytest.approx((there + back) / 10)
    assert value(model, small.flow("cut:sea", metric="oil_transit_volume")) == pytest.approx(oil)
    assert value(model, small.flow("cut:sea", metric="trains_count")) == pytest.approx(0.001 * (there + back) + 0.0005 * oil)
    assert value(model, small.flow("port:m", metric="port_throughput")) == pytest.approx(there + back + oil)
    assert value(model, small.flow("port:b", metric="container_volume")) == pytest.approx((there + back) / 10)
    assert value(model, small.flow("port:a", metric="port_throughput")) == 0


def test_capacities_as_installed(model: Model) -> None:
    def installed(metric: str, subject: str) -> float:
        return value(model, Key(metric, subject, "both", "all", "capacity"))

    assert installed("port_capacity", "resource:port") == pytest.approx(2e6)
    assert installed("container_capacity", "resource:yard") == pytest.approx(30_000)
    assert installed("container_capacity", "terminal:crane") == pytest.approx(50_000)
    assert installed("container_capacity", "resource:yard+yard") == pytest.approx(60_000)
    assert installed("route_capacity", "link:rail_am") == pytest.approx(20 * 365 / 0.001)
    assert installed("route_capacity", "link:later") == 0


def test_the_capacity_of_a_corridor_is_that_of_its_narrowest_place(model: Model) -> None:
    """30,000 TEU at 0.001 TEU a tonne of oil would let 30 Mt pass; the port lets 2 Mt, the crane 50 Mt."""
    assert value(model, Key("route_capacity", "cut:sea", "both", "all", "capacity")) == pytest.approx(2e6)
    assert value(model, Key("route_capacity", "cut:sea", "both", "box", "capacity")) == pytest.approx(
        (30_000 - 0.001 * carried(model, ("za", "zb", "oil"))) / 0.1, rel=1e-5)  # fmt: skip


def test_times_and_prices_on_the_way(model: Model) -> None:
    def on_way(metric: str, commodity: str = "box") -> float:
        return value(model, Key(metric, "od:a>b", "both", commodity, "time"))

    answer = small.solved(model)
    wait = answer.result.delay[small.limit(model, "crane")]
    mean, variance = np.array([10.0, 10.0, 12.0 + wait]), np.array([0.0, 0.0, 16.0 + wait**2])
    assert wait > 0
    for metric, share in (("transit_time", 0.5), ("transit_time_p90", 0.9)):
        assert on_way(metric) == pytest.approx(percentiles(mean, variance, np.array([share]))[0] / 24)
    assert on_way("tariff_level") == pytest.approx(35)
    assert on_way("box_rate") == pytest.approx(350)
    assert value(model, Key("border_time", "terminal:crane", "both", "all", "time")) == pytest.approx(12 + wait)



def test_a_way_that_is_not_there_takes_no_number(model: Model) -> None:
    closed = model.compiled.cells.today.copy()
    place = model.compiled.cells.place("terminals", 0, "exists")
    assert place is not None
    closed[place] = 0
    shut = model.solve(closed, model.compiled.amounts[-1])
    assert np.isnan(transit.of_year(model, shut, Key("transit_time", "od:a>b", "both", "box", "time")))
    assert Throughput(model, Key("route_capacity", "cut:sea", "both", "all", "capacity")).of_year(shut) == 0


@pytest.mark.parametrize(
    ("metric", "subject", "how"),
    [("freight_volume", "cut:sea", measures.FLOW), ("port_capacity", "resource:port", measures.CAPACITY), ("transit_time", "od:a>b", measures.TIME),
     ("completion_date", "project:berth", measures.DATE), ("trade_turnover", "trade:A-B", measures.SERIES), ("jobs", "portfolio:x", measures.LEDGER),
     ("wagons_waiting", "terminal:crane", measures.DAYS), ("closed_days", "calendar:wind", measures.DAYS), ("closed_days", "terminal:crane", measures.LEDGER),
     ("freight_volume", "country:AA", measures.LEDGER)],
)  # fmt: skip
def test_how_a_key_is_computed(metric: str, subject: str, how: str) -> None:
    assert Key(metric, subject, "both", "all", "traffic").how == how


def test_units_of_a_metric() -> None:
    assert measures.canonical("freight_volume", 5.2, "Mt") == 5.2e6
    assert measures.canonical("freight_volume", 5.2, "Mt/yr") == 5.2e6
    assert measures.canonical("transit_time", 36, "h") == 1.5
    assert measures.canonical("completion_date", 1, "date") == 1
    with pytest.raises(ValueError, match="cannot be turned"):
        measures.canonical("freight_volume", 1, "TEU")


HEADER = "target_id,name,metric,subject,commodity,measure_basis,unit,value,due,party\n"


def faults_of(row: str) -> list[Fault]:
    return list(measures.check(small.corridor(**TABLES, targets=HEADER + row)))


@pytest.mark.parametrize(
    ("row", "column", "remedy"),
    [
        ("t,T,freight_volum,cut:sea,all,traffic,t,5,2027,P", "metric", "freight_volume"),
        ("t,T,freight_volume,sea,all,traffic,t,5,2027,P", "subject", "kind"),
        ("t,T,freight_volume,cut:see,all,traffic,t,5,2027,P", "subject", "sea"),
        ("t,T,port_capacity,resource:port+yart,all,capacity,t/yr,5,2027,P", "subject", "yard"),
        ("t,T,transit_time,od:a,box,time,d,5,2027,P", "subject", "two nodes"),
        ("t,T,transit_time,od:a>z,box,time,d,5,2027,P", "subject", "Nearest"),
        ("t,T,freight_volume,cut:sea,bix,traffic,t,5,2027,P", "commodity", "box"),
        ("t,T,freight_volume,cut:sea,all,traffic,TEU,5,2027,P", "unit", "in t"),
        ("t,T,closed_days,calendar:wint,all,time,day,5,2027,P", "subject", "Nearest: wind"),
        ("t,T,wagons_waiting,terminal:crame,all,stock,wagon,5,2027,P", "subject", "Nearest: crane"),
        ("t,T,wagons_waiting,terminal:crane,all,stock,t,5,2027,P", "unit", "in wagon"),
    ],
)
def test_what_cannot_be_measured_is_said(row: str, column: str, remedy: str) -> None:
    (fault,) = faults_of(row)
    assert (fault.file, fault.row, fault.column) == ("targets.csv", 2, column)
    assert remedy in fault.remedy


def test_a_target_that_fits_has_no_fault() -> None:
    assert faults_of("t,T,freight_volume,cut:sea,dry,traffic,Mt/yr,5,2027,P") == []
    assert faults_of("t,T,jobs,portfolio:any,all,stock,job,5,2027,P") == []
    assert faults_of("t,T,closed_days,calendar:wind,all,time,h,5,2027,P") == []
