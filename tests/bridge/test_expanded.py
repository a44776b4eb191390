"""The expanded graph: what may follow what, seen from the names of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import Compiled, compile_corridor
from karvan.bridge.expanded import DESTINATION, DIRECTIONS, ORIGIN, WAITING
from karvan.bridge.label import place_of
from karvan.tables.faults import InvalidData
from karvan.verdict import shipment
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare
from tests.corridor import tiny
from tests.verdict import small

BORDER = {
    "links": """
        link_id,from_node,to_node,mode_id,length
        west,a,m,rail,500
        east,m,b,rail,500""",
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,from_node,time
        from_a,Arrivals from A,m,border,rail,rail,a,5
        from_b,Arrivals from B,m,border,rail,rail,b,50""",
    "tariffs": "",
    "cuts": "",
    "demand": """
        demand_id,origin,destination,commodity_id,year,amount
        ab,za,zb,box,2025,1000
        ba,zb,za,box,2025,1000""",
}


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_corridor(tiny.load(tmp_path_factory.mktemp("tiny")))


def test_every_arc_has_a_place_or_connects_a_zone_to_a_mode(crossing: Compiled) -> None:
    for arc in range(len(crossing.arcs)):
        tail, head = crossing.states[crossing.arcs.tail[arc]], crossing.states[crossing.arcs.head[arc]]
        if place_of(crossing, arc) is None:
            assert tail[0] == head[0]
            assert (tail[1] == ORIGIN) != (head[1] == DESTINATION)
        else:
            assert ORIGIN not in (tail[1], head[1])
            assert DESTINATION not in (tail[1], head[1])


def test_a_link_has_an_arc_each_way_and_a_directed_one_only_one(crossing: Compiled) -> None:
    links = crossing.corridor["links"]
    for position, row in enumerate(links.rows()):
        arcs = np.flatnonzero(crossing.arcs.link == position)
        found = sorted(DIRECTIONS[crossing.arcs.direction[arc]] for arc in arcs)
        services = int((crossing.corridor["services"]["link_id"] == row["link_id"]).sum())
        assert found == sorted((["forward"] if row["directed"] else ["forward", "reverse"]) * max(services, 1))


def test_a_link_leads_from_its_first_node_to_its_last(crossing: Compiled) -> None:
    links, terminals = crossing.corridor["links"], crossing.corridor["terminals"]
    for arc in np.flatnonzero(crossing.arcs.link >= 0):
        row = links.at(crossing.arcs.link[arc])
        ends = (row["from_node"], row["to_node"]) if crossing.arcs.direction[arc] == 0 else (row["to_node"], row["from_node"])
        tail, head = crossing.states[crossing.arcs.tail[arc]], crossing.states[crossing.arcs.head[arc]]
        at = terminals.row(head[0])["node_id"] if head[1] == WAITING else head[0]
        assert (tail[0], at) == ends
        assert tail[1] == row["mode_id"]


def test_a_link_with_a_service_is_used_only_through_it(crossing: Compiled) -> None:
    sea = crossing.arcs.link == crossing.corridor["links"].index["ferry_line"]
    assert (crossing.arcs.service[sea] >= 0).all()


def test_a_service_that_does_not_carry_a_cargo_bars_the_way() -> None:
    tables = small.cheap_sea()
    services = "service_id,name,link_id,round_trip,commodities\nships,Ships,sea_mb,48,{}"
    commodities = small.TABLES["commodities"] + "\n        oil,Oil,oil,1,0,0.05,100,"
    compile_corridor(small.corridor(**tables, commodities=commodities, services=services.format("box")))
    with pytest.raises(InvalidData, match=r"demand\.csv"):
        compile_corridor(small.corridor(**tables, commodities=commodities, services=services.format("oil")))


def test_the_step_on_arrival_depends_on_where_one_comes_from() -> None:
    corridor = small.corridor(**BORDER)
    model = prepare(corridor)
    answer = shipment.likely_year(model, 2026, Forced())
    legs = {ends: shipment.compare(model, answer, *ends, "box", 2026, "base", shipment.Asked(best=1)).ways[0].legs for ends in (("a", "b"), ("b", "a"))}
    steps = {ends: [(leg.key, leg.hours) for leg in way if leg.kind == "terminals"] for ends, way in legs.items()}
    assert steps == {("a", "b"): [("from_a", 5.0)], ("b", "a"): [("from_b", 50.0)]}
    assert sum(leg.hours for leg in legs["a", "b"]) == pytest.approx(1000 / 50 + 5)


def test_a_step_without_a_neighbour_is_passed_by_every_other_arrival() -> None:
    tables = {**BORDER, "terminals": BORDER["terminals"].replace("rail,rail,b,50", "rail,rail,,7")}
    model = prepare(small.corridor(**tables))
    answer = shipment.likely_year(model, 2026, Forced())
    hours = [sum(leg.hours for leg in shipment.compare(model, answer, *ends, "box", 2026, "base", shipment.Asked(best=1)).ways[0].legs)
             for ends in (("a", "b"), ("b", "a"))]  # fmt: skip
    assert hours == pytest.approx([25, 27])


def test_two_steps_for_one_arrival_are_refused() -> None:
    tables = {**BORDER, "terminals": BORDER["terminals"].replace("rail,rail,b,50", "rail,rail,a,50")}
    with pytest.raises(InvalidData, match=r"terminals.csv, line 3, column from_node"):
        compile_corridor(small.corridor(**tables))


def test_power_and_fibre_carry_no_freight() -> None:
    modes = "mode_id,name,layer,speed\nrail,Railway,freight,50\nroad,Road,freight,100\nfibre,Cable,fibre,"
    links = small.TABLES["links"] + "\n        cable,a,b,fibre,10"
    compiled = compile_corridor(small.corridor(modes=modes, links=links))
    assert not (compiled.arcs.link == 2).any()
    assert all(mode != "fibre" for _, mode in compiled.states)
