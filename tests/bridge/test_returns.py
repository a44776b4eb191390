"""Which way leads back, whose equipment finds no load, and how many empties stand on a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from karvan.bridge.compile import Compiled, compile_corridor
from karvan.bridge.expanded import WAITING
from karvan.bridge.returns import empty_flow, units_of
from karvan.verdict.model import prepare
from tests.corridor import tiny
from tests.verdict import small

CHECK = """
    terminal_id,name,node_id,kind,from_mode,to_mode,from_node,directed,time
    border,Border,m,border,rail,rail,a,false,5
    home,Home check,a,border,rail,rail,m,false,2
    crane,Crane,m,crane,rail,sea,,false,1
    hose,Hose,b,berth,sea,road,,true,1"""
LINES = """
    link_id,from_node,to_node,mode_id,length
    rail_am,a,m,rail,500
    sea_mb,m,b,sea,250
    road_ba,b,a,road,900"""


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_corridor(small.corridor(links=LINES, terminals=CHECK, tariffs="", cuts="cut_id,name,links\nsea,Sea,sea_mb"))


def names_back(compiled: Compiled, table: str, key: str, direction: int) -> list[str]:
    """What leads back over the arc of a link or terminal, in words."""
    arcs, returns = compiled.arcs, compiled.returns
    positions = arcs.link if table == "links" else arcs.terminal
    (arc,) = np.flatnonzero((positions == compiled.corridor[table].index[key]) & (arcs.direction == direction))
    found = returns.arc[returns.start[arc] : returns.start[arc + 1]].tolist()
    said = {"links": compiled.corridor["links"].keys, "terminals": compiled.corridor["terminals"].keys}
    return [f"{said['links'][arcs.link[i]]} {arcs.direction[i]}" if arcs.link[i] >= 0 else f"{said['terminals'][arcs.terminal[i]]} {arcs.direction[i]}"
            for i in found]  # fmt: skip


@pytest.mark.parametrize(("table", "key", "direction", "expected"), [
    ("links", "rail_am", 0, ["rail_am 1", "home 0"]),  # back over the line, and through the check where it arrives
    ("links", "rail_am", 1, ["rail_am 0", "border 0"]),
    ("terminals", "border", 0, []),  # passed on the way out only
    ("terminals", "crane", 0, ["crane 1"]),
    ("terminals", "crane", 1, ["crane 0"]),
    ("links", "sea_mb", 0, ["sea_mb 1"]),
    ("terminals", "hose", 0, []),  # one way: the cargo leaves its equipment there
])  # fmt: skip
def test_the_way_back(compiled: Compiled, table: str, key: str, direction: int, expected: list[str]) -> None:
    assert names_back(compiled, table, key, direction) == expected


def test_connectors_lead_nothing_back(compiled: Compiled) -> None:
    arcs, returns = compiled.arcs, compiled.returns
    bare = (arcs.link < 0) & (arcs.terminal < 0)
    assert bare.any()
    assert not np.diff(returns.start)[bare].any()


def test_every_way_back_of_a_case_joins_up(tmp_path: Path) -> None:
    """From where an arc ends to where it begins, checks on arrival aside."""
    case = compile_corridor(tiny.load(tmp_path))
    base = np.arange(len(case.states))
    for arc, tail in enumerate(case.arcs.tail):
        if case.states[tail][1] == WAITING:
            base[tail] = case.arcs.head[arc]
    returns, arcs = case.returns, case.arcs
    for arc in range(len(arcs)):
        way = returns.arc[returns.start[arc] : returns.start[arc + 1]]
        if len(way):
            assert base[arcs.tail[way[0]]] == base[arcs.head[arc]]
            assert arcs.head[way[-1]] == base[arcs.tail[arc]]
            assert (arcs.head[way[:-1]] == arcs.tail[way[1:]]).all()


@pytest.mark.parametrize(("unit", "counted"), [("TEU/yr", True), ("t/yr", False)])
def test_limits_in_equipment_count_empties_and_those_in_tonnes_do_not(unit: str, counted: bool) -> None:
    links = f"link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,5e6,{unit}\nroad_ab,a,b,road,1000,,"
    found = compile_corridor(small.corridor(links=links, uses="use_id,unit,commodity_id,use,return_share\nteu,TEU,box,0.1,0.5"))
    assert bool(found.returns.uses.amount.size) is counted
    if counted:
        assert found.returns.uses.amount == pytest.approx(0.05)


@pytest.mark.parametrize(("payload", "counted"), [(30, True), (1, False)])
def test_a_fleet_that_is_the_equipment_has_its_way_back_in_the_round_trip(payload: int, counted: bool) -> None:
    tables = small.cheap_sea()
    tables["uses"] = "use_id,unit,commodity_id,use,return_share\nbox_wagon,wagon,box,0.02,1"
    tables["fleets"] = f"fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,2,{payload},wagon,0.9"
    tables["services"] = "service_id,name,link_id,fleet_id,round_trip,frequency\nline,Line,sea_mb,ferries,48,300"
    found = compile_corridor(small.corridor(**tables))
    assert bool(found.returns.uses.amount.size) is counted


def test_shares_are_counted_between_countries_and_cargo_types() -> None:
    commodities = """
        commodity_id,name,group,cargo_type,value_of_time,reliability_ratio,theta,reserve,tonnes_per_teu
        box,Boxes,dry,container,1,0,0.05,100,10
        ore,Ore,dry,dry_bulk,1,0,0.05,100,
        grain,Grain,dry,dry_bulk,1,0,0.05,100,"""
    nodes = "node_id,name,country,kind,x_coord,y_coord\na,Aa,AA,city,10,40\nb,Be,BB,city,20,40\nm,Em,AA,border,15,40"
    demand = """
        demand_id,origin,destination,commodity_id,year,amount
        1,za,zb,box,2025,100
        2,zb,zm,box,2025,40
        3,za,zb,ore,2025,80
        4,zb,za,grain,2025,20
        5,za,zm,box,2025,10"""
    links = "link_id,from_node,to_node,mode_id,length\nrail_am,a,m,rail,500\nrail_mb,m,b,rail,500\nroad_ab,a,b,road,1000\nroad_am,a,m,road,500"
    zones = "zone_id,name,node_id\nza,A,a\nzb,B,b\nzm,M,m"
    found = compile_corridor(small.corridor(commodities=commodities, nodes=nodes, demand=demand, links=links, zones=zones, tariffs="",
                                            cuts="cut_id,name,links\nrail,Railway,rail_mb"))  # fmt: skip
    share = dict(zip(found.od_names, found.returns.share.tolist(), strict=True))
    assert share == pytest.approx({
        ("za", "zb", "box"): 0.6,  # 100 out of the country, 40 into it, wherever they end
        ("zb", "zm", "box"): 0.0,
        ("za", "zb", "ore"): 0.75,  # grain fills the wagons of ore
        ("zb", "za", "grain"): 0.0,
        ("za", "zm", "box"): 1.0,  # within a country each pair of zones counts for itself
    })  # fmt: skip


def test_empties_on_a_line_are_those_of_its_loads() -> None:
    uses = "use_id,unit,commodity_id,use,return_share\nteu,TEU,box,0.1,0.5"
    model = prepare(small.corridor(uses=uses))
    answer = small.solved(model, 1e6)
    found = model.compiled
    back = empty_flow(found.network, found.demands, found.returns, model.routes, answer.result.route_flow)
    for link in ("rail_ab", "road_ab"):
        position = found.arcs.link == found.corridor["links"].index[link]
        out, home = (np.flatnonzero(position & (found.arcs.direction == way))[0] for way in (0, 1))
        assert back[0, home] == pytest.approx(answer.result.arc_flow[0, out])
        assert back[0, out] == 0.0
    taken, empty = units_of(found.corridor, found.arcs, found.limits)["TEU"]
    moving = found.arcs.link >= 0
    assert (taken[0, moving] == 0.1).all()
    assert (empty[0, moving] == 0.05).all()
    assert not taken[0, ~moving].any()
