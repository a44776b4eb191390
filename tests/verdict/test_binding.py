"""What is said to hold a target back."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import assess as assessing
from karvan.verdict.assess import Options
from tests.verdict import small

TARGET = """
    target_id,name,metric,subject,commodity,measure_basis,unit,value,due,party,project_id
    {}"""
FLOW = "flow,A flow,freight_volume,cut:sea,all,traffic,t,{},2027-12-31,P,"


def binds(row: str, **tables: str) -> list[tuple[str, float]]:
    corridor = small.corridor(targets=TARGET.format(row), **tables)
    (verdict,) = assessing.assess(corridor, Options(8)).verdicts
    return [(bind.what, bind.share) for bind in verdict.judgement.binds]


def test_a_full_crane_binds() -> None:
    assert binds(FLOW.format(600_000), **small.cheap_sea("500000")) == [("terminals:crane", 1.0)]


def test_where_nothing_is_full_demand_is_missing() -> None:
    assert binds(FLOW.format(2_000_000), **small.cheap_sea("5000000")) == [("demand", 1.0)]


def test_a_target_that_is_kept_is_held_back_by_nothing() -> None:
    assert binds(FLOW.format(400_000), **small.cheap_sea("500000")) == []


def test_the_narrowest_place_binds_a_capacity() -> None:
    tables = small.cheap_sea("500000")
    tables["resources"] = "resource_id,name,kind,capacity,capacity_unit,members\nport,Port,port,3e5,t/yr,crane"
    row = "c,A capacity,route_capacity,cut:sea,all,capacity,t,1000000,2027-12-31,P,"
    assert binds(row, **tables) == [("resources:port", 1.0)]


PROJECTS = """
    project_id,name,kind,status,promised,promised_on,after
    early,Early,port,funded,2026-12-31,2026-01-01,
    late,Late,port,funded,2045-12-31,2026-01-01,
    last,Last,port,funded,2026-12-31,2026-01-01,late"""


def test_a_late_project_binds_a_capacity_as_installed() -> None:
    edits = "edit_id,cause,table,id,column,op,value\nmore,project:late,terminals,crane,capacity,add,500000"
    row = "c,A capacity,port_capacity,terminal:crane,all,capacity,t,900000,2027-12-31,P,"
    assert binds(row, **small.cheap_sea("500000"), projects=PROJECTS, edits=edits) == [("projects:late", 1.0)]
    small_edit = edits.replace("500000", "1000")
    found = dict(binds(row.replace("2027", "2028"), **small.cheap_sea("500000"), projects=PROJECTS.replace("2045", "2026"), edits=small_edit))
    assert found.get("size of the projects", 0) > 0


@pytest.mark.parametrize(("project", "expected"), [("late", "projects:late"), ("last", "projects:late")])
def test_a_date_waits_for_the_project_or_the_one_before(project: str, expected: str) -> None:
    row = f"d,A date,completion_date,project:{project},all,date,date,1,2027-12-31,P,{project}"
    found = dict(binds(row, projects=PROJECTS))
    assert found[expected] > 0.7
    assert np.isclose(sum(found.values()), 1.0)
