"""Capacities, times and costs of a year against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import HOURS, Compiled, compile_corridor
from karvan.engines.arrays import Conditions
from karvan.verdict.model import prepare
from karvan.verdict.throughput import Throughput
from tests.verdict import small

SHIPS = {
    **small.cheap_sea(),
    "services": """
        service_id,name,link_id,fleet_id,round_trip,frequency
        feeder,Feeder,sea_mb,feeders,84,365""",
    "fleets": """
        fleet_id,name,number,payload,payload_unit,availability,payload_loss,level_reference
        feeders,Feeders,6,168,TEU,0.85,0.1,-28""",
}


def capacity(compiled: Compiled, key: str, direction: str = "both", level: float = float("nan"), cells: np.ndarray | None = None) -> float:
    at = next(i for i, limit in enumerate(compiled.limits) if (limit.key, limit.direction) == (key, direction))
    return float(compiled.capacities(compiled.cells.today if cells is None else cells, level)[at])


def conditions(compiled: Compiled, cells: np.ndarray | None = None) -> Conditions:
    return compiled.conditions(compiled.cells.today if cells is None else cells, compiled.amounts[-1])


def set_cell(compiled: Compiled, table: str, key: str, column: str, value: float) -> np.ndarray:
    cells = compiled.cells.today.copy()
    place = compiled.cells.place(table, compiled.corridor[table].index[key], column)
    assert place is not None
    cells[place] = value
    return cells


@pytest.mark.parametrize(
    ("written", "unit", "in_use_units"),
    [("46", "wagon/d", 46 * 365), ("200000", "TEU/yr", 200_000), ("5", "Mt/yr", 5e6), ("2", "kTEU/yr", 2000), ("14", "train/d", 14 * 365)],
)
def test_a_capacity_is_counted_in_units_a_year(written: str, unit: str, in_use_units: float) -> None:
    compiled = compile_corridor(small.corridor(**small.cheap_sea(written, unit)))
    assert capacity(compiled, "crane") == pytest.approx(in_use_units)


def test_what_a_tonne_takes_follows_the_unit_of_the_limit() -> None:
    compiled = compile_corridor(small.corridor(**small.cheap_sea("46", "wagon/d")))
    assert set(compiled.uses.amount.tolist()) == {0.02}
    tonnes = compile_corridor(small.corridor(**small.cheap_sea("46", "t/yr")))
    assert set(tonnes.uses.amount.tolist()) == {1.0}


def test_a_use_of_one_limit_beats_the_use_of_all() -> None:
    tables = small.cheap_sea("46", "wagon/d")
    tables["uses"] = "use_id,unit,commodity_id,resource_id,use\nall,wagon,box,*,0.02\none,wagon,box,crane,0.05"
    assert set(compile_corridor(small.corridor(**tables)).uses.amount.tolist()) == {0.05}


def test_what_has_no_capacity_is_no_limit() -> None:
    compiled = compile_corridor(small.corridor(**small.cheap_sea()))
    assert compiled.limits == ()


def test_a_link_has_its_capacity_each_way() -> None:
    links = "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,3,Mt/yr\nroad_ab,a,b,road,1000,,"
    compiled = compile_corridor(small.corridor(links=links))
    assert [(limit.key, limit.direction) for limit in compiled.limits] == [("rail_ab", "forward"), ("rail_ab", "reverse")]
    assert capacity(compiled, "rail_ab", "forward") == capacity(compiled, "rail_ab", "reverse") == 3e6


def test_a_calendar_closes_its_share_of_the_days() -> None:
    tables = small.cheap_sea()
    tables["links"] = """
        link_id,from_node,to_node,mode_id,length,capacity,capacity_unit,calendar_id
        rail_am,a,m,rail,500,,,
        sea_mb,m,b,sea,250,365000,t/yr,ice"""
    share = {1: 0.0, 2: 0.5}
    tables["calendars"] = "calendar_id,month,open_share\n" + "\n".join(f"ice,{month},{share.get(month, 1)}" for month in range(1, 13))
    compiled = compile_corridor(small.corridor(**tables))
    assert capacity(compiled, "sea_mb", "forward") == pytest.approx(1000 * (365 - 31 - 14))
    assert capacity(compiled, "sea_mb", "forward", cells=set_cell(compiled, "calendars", "ice/1", "open_share", 1.0)) == pytest.approx(351_000)


def test_what_does_not_exist_has_no_capacity_and_is_closed() -> None:
    tables = small.cheap_sea("1000")
    compiled = compile_corridor(small.corridor(**tables))
    half = set_cell(compiled, "terminals", "crane", "exists", 0.5)
    gone = set_cell(compiled, "terminals", "crane", "exists", 0.0)
    assert capacity(compiled, "crane", cells=half) == 500
    assert capacity(compiled, "crane", cells=gone) == 0
    of_crane = compiled.arcs.terminal == 0
    assert conditions(compiled, half).open.all()
    assert not conditions(compiled, gone).open[of_crane].any()
    assert conditions(compiled, gone).open[~of_crane].all()


def test_six_feeders_carry_89_352_boxes_one_way() -> None:
    """6 ships x 168 TEU x 0.85 x 8760 h / 84 h of a round trip."""
    model = prepare(small.corridor(**SHIPS))
    assert capacity(model.compiled, "feeders", "forward") == pytest.approx(6 * 168 * 0.85 * HOURS)
    over = Throughput(model, small.flow("cut:sea"))
    boxes = over.of_year(small.solved(model, 1.0)) / 10
    assert boxes == pytest.approx(89_352, abs=0.1)


def test_low_water_takes_payload_within_bounds() -> None:
    compiled = compile_corridor(small.corridor(**SHIPS))
    full = capacity(compiled, "feeders", "forward", -28.0)
    assert capacity(compiled, "feeders", "forward") == full
    assert capacity(compiled, "feeders", "forward", -29.0) == pytest.approx(0.9 * full)
    assert capacity(compiled, "feeders", "forward", -27.0) == pytest.approx(1.1 * full)
    assert capacity(compiled, "feeders", "forward", -60.0) == pytest.approx(0.2 * full)
    assert capacity(compiled, "feeders", "forward", 0.0) == pytest.approx(1.25 * full)


def test_a_longer_round_trip_leaves_less_work() -> None:
    compiled = compile_corridor(small.corridor(**SHIPS))
    longer = set_cell(compiled, "services", "feeder", "round_trip", 168.0)
    assert capacity(compiled, "feeders", "forward", cells=longer) == pytest.approx(capacity(compiled, "feeders", "forward") / 2)


def test_running_time_headway_and_steps() -> None:
    tables = {**SHIPS, "modes": "mode_id,name,speed,time_cv\nrail,Railway,50,0.2\nsea,Ships,25,0"}
    compiled = compile_corridor(small.corridor(**tables))
    found = conditions(compiled)
    rail, sea = (int(np.flatnonzero((compiled.arcs.link == i) & (compiled.arcs.direction == 0))[0]) for i in (0, 1))
    assert found.time[rail] == pytest.approx(10)
    assert found.variance[rail] == pytest.approx((0.2 * 10) ** 2)
    assert found.time[sea] == pytest.approx(250 / 25 + 24 / 2)
    assert found.variance[sea] == pytest.approx(24**2 / 12)
    connectors = (compiled.arcs.link < 0) & (compiled.arcs.terminal < 0)
    assert not found.time[connectors].any()


def test_a_time_given_beats_a_speed_given_beats_the_mode() -> None:
    links = "link_id,from_node,to_node,mode_id,length,speed,time\nrail_ab,a,b,rail,1000,40,\nroad_ab,a,b,road,1000,40,7"
    compiled = compile_corridor(small.corridor(links=links))
    found = conditions(compiled).time
    assert found[compiled.arcs.link == 0] == pytest.approx([25, 25])
    assert found[compiled.arcs.link == 1] == pytest.approx([7, 7])


def test_growth_points_at_its_parameter() -> None:
    demand = "demand_id,origin,destination,commodity_id,year,amount,growth\nab,za,zb,box,2024,1000,up\nab2,za,zb,box,2025,2 kt,up\nab3,za,zb,box,2025,500,"
    parameters = "parameter_id,meaning,value\nother,x,1\nup,growth,0.03"
    compiled = compile_corridor(small.corridor(demand=demand, parameters=parameters))
    assert compiled.data_years == (2024, 2025)
    assert compiled.amounts.ravel().tolist() == [1000, 2500]
    assert compiled.cells.today[compiled.growth].tolist() == [0.03]
