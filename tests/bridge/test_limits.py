"""What can run out, shared by whom, and how the wait grows."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import compile_corridor
from karvan.engines.arrays import HARD, POWER, QUEUE
from karvan.engines.queueing import sakasegawa_exponent
from tests.bridge.test_compile import SHIPS
from tests.verdict import small

RESOURCES = "resource_id,name,kind,capacity,capacity_unit,members,direction\nboth_ways,Slots,slots,1000,t/yr,rail_ab;road_ab,{}"


@pytest.mark.parametrize(
    ("direction", "found"),
    [("both", ["both"]), ("each", ["forward", "reverse"]), ("forward", ["forward"]), ("reverse", ["reverse"])],
)
def test_a_shared_limit_counts_the_directions_it_says(direction: str, found: list[str]) -> None:
    compiled = compile_corridor(small.corridor(resources=RESOURCES.format(direction)))
    assert [limit.direction for limit in compiled.limits] == found
    arcs = {limit.direction: len(limit.arcs) for limit in compiled.limits}
    assert arcs == {each: 4 if each == "both" else 2 for each in found}
    assert (compiled.delay.kind == HARD).all()


def test_a_limit_that_only_a_project_brings_is_compiled() -> None:
    projects = "project_id,name,kind,status,promised,promised_on\nwall,Wall,rail,funded,2027,2026-01"
    edits = "edit_id,cause,table,id,column,op,value\nwall,project:wall,links,rail_ab,capacity,set,5"
    links = "link_id,from_node,to_node,mode_id,length,capacity_unit\nrail_ab,a,b,rail,1000,t/yr\nroad_ab,a,b,road,1000,"
    compiled = compile_corridor(small.corridor(projects=projects, edits=edits, links=links))
    assert [(limit.key, limit.direction) for limit in compiled.limits] == [("rail_ab", "forward"), ("rail_ab", "reverse")]
    assert np.isinf(compiled.capacities(compiled.cells.today, float("nan"))).all()


def test_delays_of_links_terminals_and_fleets() -> None:
    tables = {**SHIPS, "parameters": "parameter_id,meaning,value\nlink_delay_alpha,a,0.15\nlink_delay_beta,b,4"}
    tables["links"] = """
        link_id,from_node,to_node,mode_id,length,capacity,capacity_unit
        rail_am,a,m,rail,500,1e6,t/yr
        sea_mb,m,b,sea,250,,"""
    tables["terminals"] = """
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,time_sd,capacity,capacity_unit
        crane,Crane,m,crane,rail,sea,3,12,6,1e6,t/yr"""
    compiled = compile_corridor(small.corridor(**tables))
    rows = {(limit.key, limit.direction): i for i, limit in enumerate(compiled.limits)}
    line, crane, ships = (rows[name] for name in (("rail_am", "forward"), ("crane", "both"), ("feeders", "forward")))
    delay = compiled.delay
    assert delay.kind[[line, crane, ships]].tolist() == [POWER, QUEUE, QUEUE]
    assert delay.scale[line] == pytest.approx(0.15 * 10)
    assert delay.exponent[line] == 4
    assert delay.scale[crane] == pytest.approx((1 + 0.25) / 2 * 12 / 3)
    assert delay.exponent[crane] == pytest.approx(sakasegawa_exponent(3))
    assert delay.scale[ships] == pytest.approx(0.5 * 84 / 6)


def test_an_hour_is_priced_per_unit_of_capacity() -> None:
    """One price per hour and unit: the mean over what uses it of value of time by use."""
    commodities = "commodity_id,name,group,value_of_time,theta,reserve\nbox,Boxes,dry,1,0.05,100\noil,Oil,oil,3,0.05,100"
    tables = small.cheap_sea("1000", "TEU/yr")
    tables["uses"] = "use_id,unit,commodity_id,use\none,TEU,box,0.1\ntwo,TEU,oil,0.5"
    compiled = compile_corridor(small.corridor(**tables, commodities=commodities))
    assert compiled.delay.price_per_hour == pytest.approx([(1 / 0.1 + 3 / 0.5) / 2])
