"""Edits: resolved in the unit of their cell, applied in any order with one result, and undone day by day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import parse
from karvan.tables.faults import Fault
from tests.corridor import tiny


def row(edit_id: str = "e", cause: str = "scenario", **cells: str) -> dict[str, Any]:
    """A row of edits as the table would hold it."""
    given = {"edit_id": edit_id, "cause": cause, **{name.removesuffix("_"): cell for name, cell in cells.items()}}
    return {column.name: parse(column, given.get(column.name, "")) for column in SCHEMAS["edits"]}


def resolved(corridor: Corridor, *rows: dict[str, Any]) -> tuple[Edit, ...]:
    edits, faults = editing.resolve_rows(rows, corridor.tables)
    assert faults == ()
    return edits


def one_fault(corridor: Corridor, *rows: dict[str, Any]) -> Fault:
    _, (fault,) = editing.resolve_rows(rows, corridor.tables)
    return fault


NUMBER = {"table": "fleets", "id": "ferries", "column": "number"}


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"table": "links", "id": "ferry_line", "column": "length", "op": "set", "value": "100 nmi"}, 185.2),
        ({"table": "links", "id": "ferry_line", "column": "length", "op": "set", "value": "100", "unit": "nmi"}, 185.2),
        ({"table": "links", "id": "ferry_line", "column": "length", "op": "set", "value": "100 nmi", "unit": "nmi"}, 185.2),
        ({"table": "links", "id": "ferry_line", "column": "length", "op": "set", "value": "100"}, 100.0),
        ({"table": "links", "id": "gate_steppe", "column": "capacity", "op": "add", "value": "730", "unit": "wagon/yr"}, 2.0),
        ({"table": "resources", "id": "aktau", "column": "capacity", "op": "set", "value": "2 Mt/yr"}, 2e6),
        ({"table": "terminals", "id": "gate_change", "column": "time", "op": "add", "value": "-30 min"}, -0.5),
        ({"table": "calendars", "id": "sea/3", "column": "open_share", "op": "set", "value": "95 %"}, 0.95),
        ({"table": "links", "id": "ferry_line", "column": "time", "op": "scale", "value": "70 %"}, 0.7),
        ({"table": "links", "id": "ferry_line", "column": "time", "op": "scale", "value": "0.7"}, 0.7),
        ({"table": "links", "id": "branch", "column": "exists", "op": "set", "value": "yes"}, True),
        ({"table": "links", "id": "branch", "column": "commodities", "op": "set", "value": "box;oil"}, ("box", "oil")),
        ({"table": "projects", "id": "new_branch", "column": "promised", "op": "set", "value": "2029"}, np.datetime64("2029-12-31")),
        ({"table": "nodes", "id": "gate", "column": "kind", "op": "set", "value": "yard"}, "yard"),
    ],
)
def test_a_value_stands_in_the_unit_of_its_cell(corridor: Corridor, cells: dict[str, str], value: object) -> None:
    (edit,) = resolved(corridor, row(**cells))
    assert edit.value == pytest.approx(value) if isinstance(value, float) else edit.value == value
    assert type(edit.value) is type(value)
    after = corridor.edited([edit])
    if edit.op == "set":
        assert after[edit.table][edit.column][edit.position] == edit.value
        assert all(after[name] is corridor[name] for name in corridor.tables if name != edit.table)


def test_every_number_of_an_edit_is_converted_with_its_own_unit(corridor: Corridor) -> None:
    cells = {"table": "links", "id": "ferry_line", "column": "length", "op": "set"}
    (edit,) = resolved(corridor, row(**cells, value="100", low="90", high="120", unit="nmi", was="150", from_="2024"))
    assert (edit.low, edit.value, edit.high, edit.was) == pytest.approx((166.68, 185.2, 222.24, 277.8))
    (edit,) = resolved(corridor, row(**cells, value="185 km", was="100 nmi", from_="2024"))
    assert (edit.value, edit.was) == pytest.approx((185, 185.2))


def test_a_wildcard_edits_every_row(corridor: Corridor) -> None:
    edits = resolved(corridor, row(table="terminals", id="*", column="time", op="scale", value="0.5"))
    assert [edit.position for edit in edits] == [0, 1, 2, 3]
    assert len({edit.draw for edit in edits}) == 1
    np.testing.assert_array_equal(corridor.edited(edits)["terminals"]["time"], corridor["terminals"]["time"] / 2)


def test_a_wildcard_leaves_out_what_is_empty(corridor: Corridor, tmp_path: Path) -> None:
    edits = resolved(corridor, row(table="links", id="*", column="speed", op="scale", value="0.5"))
    assert [corridor["links"].keys[edit.position] for edit in edits] == ["gate_steppe", "port_city"]
    content = tiny.changed(tiny.texts(), "links", "ferry_line", time="")
    fault = one_fault(tiny.load(tmp_path, content), row(table="links", id="*", column="time", op="add", value="1"))
    assert (fault.column, fault.found) == ("op", "add")
    assert "there is nothing to add" in fault.expected


def test_a_set_fills_what_is_empty(corridor: Corridor) -> None:
    edits = resolved(corridor, row(table="links", id="branch", column="speed", op="set", value="40"))
    assert corridor.edited(edits)["links"].row("branch")["speed"] == 40
    edits = resolved(corridor, row(table="links", id="ferry_line", column="time_sd", op="set", value="4"))
    after = corridor.edited(edits)["links"]
    assert after.unknown == frozenset()
    assert len(corridor["links"].unknown) == 1


def test_an_edited_copy_leaves_the_corridor_as_it_was(corridor: Corridor) -> None:
    before = corridor["fleets"]["number"].copy()
    after = corridor.edited(resolved(corridor, row(**NUMBER, op="set", value="9")))
    assert after["fleets"]["number"][0] == 9
    np.testing.assert_array_equal(corridor["fleets"]["number"], before)


_AMOUNTS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
_FACTORS = st.floats(0, 10).map(lambda x: round(x, 3))


@given(
    st.none() | st.floats(0, 1e6), st.lists(_AMOUNTS, max_size=4), st.lists(_FACTORS, max_size=4), st.randoms(use_true_random=False)
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_set_plus_adds_times_scales_in_any_order(
    corridor: Corridor, put: float | None, adds: list[float], scales: list[float], random: Any
) -> None:
    cells = [("set", put)] * (put is not None) + [("add", value) for value in adds] + [("scale", value) for value in scales]
    edits = [resolved(corridor, row(f"e{i}", **NUMBER, op=op, value=repr(value)))[0] for i, (op, value) in enumerate(cells)]
    random.shuffle(edits)
    found = corridor.edited(edits)["fleets"]["number"][0]
    expected = ((5.0 if put is None else put) + sum(adds)) * float(np.prod(scales))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


# --- sets that fight -------------------------------------------------------------------------------------------------

def _set(edit_id: str, first: str, last: str, value: str) -> dict[str, Any]:
    return row(edit_id, "history", **NUMBER, op="set", value=value, from_=first, until=last, was="1")


@pytest.mark.parametrize(
    ("spans", "fight"),
    [
        ([("2024-01-01", ""), ("2024-02-01", "")], False),
        ([("2024-01-01", ""), ("2024-01-01", "")], True),
        ([("2024-01-01", "2024-03-01"), ("2024-02-01", "")], True),
        ([("2024-01-01", "2024-03-01"), ("2024-03-01", "2024-04-01")], True),
        ([("2024-01-01", "2024-02-29"), ("2024-03-01", "2024-04-01")], False),
        ([("2024-01-01", ""), ("2024-03-01", "2024-04-01")], False),
        ([("2024-01-01", "2024-12-31"), ("2024-02-01", "2024-02-10"), ("2024-03-01", "2024-03-10")], True),
        ([("2024-01-01", "2024-12-31"), ("2024-12-31", "2025-01-01"), ("2024-03-01", "2024-03-10")], True),
    ],
)
def test_sets_that_hold_on_the_same_day_fight(corridor: Corridor, spans: list[tuple[str, str]], fight: bool) -> None:
    edits = resolved(corridor, *(_set(f"e{i}", first, last, str(i)) for i, (first, last) in enumerate(spans)))
    faults = list(editing.fights(edits, {f"e{i}": i + 2 for i in range(len(spans))}))
    assert bool(faults) == fight
    assert all(fault.row >= 2 and "set the same cell" in fault.found for fault in faults)


def test_a_long_set_fights_with_every_short_one_within(corridor: Corridor) -> None:
    spans = [("2024-01-01", "2024-12-31"), ("2024-02-01", "2024-02-10"), ("2024-03-01", "2024-03-10")]
    edits = resolved(corridor, *(_set(f"e{i}", first, last, str(i)) for i, (first, last) in enumerate(spans)))
    assert [fault.row for fault in editing.fights(edits, {"e1": 3, "e2": 4})] == [3, 4]


def test_undated_sets_fight_only_when_they_differ(corridor: Corridor) -> None:
    def pair(one: str, other: str) -> list[Fault]:
        edits = resolved(corridor, *(row(f"e{i}", "project:x", **NUMBER, op="set", value=value) for i, value in enumerate((one, other))))
        return list(editing.fights(edits, {}))

    assert pair("4", "4") == []
    assert len(pair("4", "5")) == 1


def test_adds_and_scales_never_fight(corridor: Corridor) -> None:
    rows = [row(f"e{i}", "project:x", **NUMBER, op=op, value="2") for i, op in enumerate(("add", "add", "scale", "scale"))]
    assert list(editing.fights(resolved(corridor, *rows), {})) == []


# --- the past --------------------------------------------------------------------------------------------------------

FIRST = np.datetime64("2020-01-01")


@st.composite
def _past(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[float]]:
    """Edits of one cell that lead to 5 today, and the value of the cell on each of 40 days."""
    changes = sorted(draw(st.sets(st.integers(1, 39), max_size=4)))
    values = [float(draw(st.integers(0, 9))) for _ in changes] + [5.0]
    days = [values[sum(day >= change for change in changes)] for day in range(40)]
    rows = [
        row(f"l{i}", "history", **NUMBER, op="set", value=repr(values[i + 1]), from_=str(FIRST + change), was=repr(values[i]))
        for i, change in enumerate(changes)
    ]
    start = draw(st.integers(1, 39))
    before = days[start - 1]
    end = draw(st.integers(start, 39))
    if draw(st.booleans()) and all(days[day] == before for day in range(start - 1, end + 1)) and not set(changes) & set(range(start, end + 1)):
        rows.append(row("p", "history", **NUMBER, op="set", value="77", from_=str(FIRST + start), until=str(FIRST + end), was=repr(before)))
        days[start : end + 1] = [77.0] * (end - start + 1)
    return rows, days


@given(_past(), st.randoms(use_true_random=False))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_past_is_undone_day_by_day(corridor: Corridor, past: tuple[list[dict[str, Any]], list[float]], random: Any) -> None:
    rows, days = past
    random.shuffle(rows)
    edits = resolved(corridor, *rows)
    assert list(editing.fights(edits, {})) == []
    assert list(editing.round_trip(edits, corridor.tables, {})) == []
    for day, expected in enumerate(days):
        found = dict(editing.undo(edits, FIRST + day))
        assert found.get(("fleets", 0, "number"), 5.0) == expected


def test_the_past_ends_today(corridor: Corridor) -> None:
    rows = [_set("a", "2026-06-30", "", "5"), _set("b", "2026-07-01", "", "6"), row("c", "project:new_branch", **NUMBER, op="set", value="7")]
    edits = resolved(corridor, *rows)
    assert [edit.edit_id for edit in editing.history(edits, corridor.as_of)] == ["a"]
