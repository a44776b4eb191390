"""Demand by pair and year, and demand that has no way."""

from __future__ import annotations

import pytest

from karvan.bridge.compile import compile_corridor
from karvan.tables.faults import InvalidData
from tests.verdict import small


def test_pairs_are_sorted_and_years_without_data_are_nothing() -> None:
    demand = """
        demand_id,origin,destination,commodity_id,year,amount
        late,zb,za,box,2025,7
        early,za,zb,box,2024,5"""
    compiled = compile_corridor(small.corridor(demand=demand))
    assert compiled.od_names == (("za", "zb", "box"), ("zb", "za", "box"))
    assert compiled.amounts.tolist() == [[5, 0], [0, 7]]
    assert compiled.growth.tolist() == [-1, -1]


def test_demand_without_a_way_is_refused_by_name_and_line() -> None:
    links = "link_id,from_node,to_node,mode_id,length,directed\nrail_ab,b,a,rail,1000,true"
    tables = {"links": links, "tariffs": "", "cuts": ""}
    with pytest.raises(InvalidData) as caught:
        compile_corridor(small.corridor(**tables))
    (fault,) = caught.value.faults
    assert (fault.file, fault.row) == ("demand.csv", 2)
    assert "za" in fault.found + fault.expected


def test_cargo_that_no_way_takes_is_refused() -> None:
    links = "link_id,from_node,to_node,mode_id,length,commodities\nrail_ab,a,b,rail,1000,oil"
    commodities = small.TABLES["commodities"] + "\n        oil,Oil,oil,1,0,0.05,100,"
    with pytest.raises(InvalidData):
        compile_corridor(small.corridor(links=links, commodities=commodities, tariffs="", cuts=""))
