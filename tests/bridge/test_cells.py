"""Edits on the flat vector of cells against the same edits on the tables, and years of the past against their days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.bridge import cells as bridge
from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from tests.corridor.test_edits import resolved, row

FAST = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _operations(corridor: Corridor, edits: list[Edit]) -> tuple[bridge.Cells, bridge.Operations]:
    cells = bridge.collect(corridor.tables)
    return cells, bridge.compile_operations(edits, cells)


def _full(operations: bridge.Operations) -> np.ndarray:
    return np.ones(len(operations.causes))


def test_every_cell_has_its_place(corridor: Corridor) -> None:
    cells = bridge.collect(corridor.tables)
    assert len(cells.today) == sum(len(corridor[name]) * len(columns) for name, columns in bridge.COLUMNS.items())
    for name, columns in bridge.COLUMNS.items():
        for column in columns:
            expected = corridor[name][column].astype(float)
            np.testing.assert_array_equal(cells.of(cells.today, name, column), expected)
            for position, value in enumerate(expected):
                np.testing.assert_array_equal(cells.today[cells.place(name, position, column)], value)
    assert cells.place("nodes", 0, "x_coord") is None


def test_cells_stay_within_what_their_columns_allow(corridor: Corridor) -> None:
    cells = bridge.collect(corridor.tables)
    low, high = cells.within(cells.today - 1e9), cells.within(cells.today + 1e9)
    assert set(cells.of(low, "fleets", "availability")) == {0.0}
    assert set(cells.of(high, "fleets", "availability")) == {1.0}
    assert set(cells.of(low, "links", "exists")) == {0.0}
    np.testing.assert_array_equal(cells.within(cells.today), cells.today)


_CELLS = [(name, column) for name, columns in bridge.COLUMNS.items() for column in columns]


@st.composite
def _rows(draw: st.DrawFn, corridor: Corridor) -> list[dict[str, Any]]:
    """Edits of cells of the corridor that can be resolved and do not fight."""
    rows, put = [], set()
    for i in range(draw(st.integers(0, 8))):
        name, column = draw(st.sampled_from([(name, column) for name, column in _CELLS if len(corridor[name])]))
        table = corridor[name]
        position = draw(st.integers(0, len(table) - 1))
        op = draw(st.sampled_from(["set", "add", "scale"]))
        declared = table.schema[column]
        if declared.kind == "boolean":
            op, value = "set", draw(st.sampled_from(["true", "false"]))
        elif op == "set":
            low, high = declared.minimum or 0.0, 1e6 if declared.maximum is None else declared.maximum
            value = repr(float(draw(st.integers(1, 50)))) if declared.kind == "integer" else repr(draw(st.floats(low, high)))
        else:
            value = repr(draw(st.floats(-100, 100) if op == "add" else st.floats(0, 3)))
        if (op == "set" and (name, position, column) in put) or (op != "set" and np.isnan(table[column][position])):
            continue
        put |= {(name, position, column)} if op == "set" else set()
        rows.append(row(f"e{i}", f"project:p{i % 3}", table=name, id=table.keys[position], column=column, op=op, value=value))
    return rows


@given(data=st.data())
@FAST
def test_edits_in_full_give_what_the_tables_give(corridor: Corridor, data: st.DataObject) -> None:
    edits = list(resolved(corridor, *data.draw(_rows(corridor))))
    cells, operations = _operations(corridor, edits)
    expected = bridge.collect(editing.apply(corridor.tables, edits)).today
    found = operations.apply(cells.today, _full(operations), operations.likely)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(data=st.data())
@FAST
def test_shares_do_not_care_for_order(corridor: Corridor, data: st.DataObject) -> None:
    rows = data.draw(_rows(corridor))
    share = {f"project:p{i}": data.draw(st.floats(0, 1)) for i in range(3)}
    results = []
    for chosen in (rows, rows[::-1]):
        renamed = [{**each, "edit_id": f"{i}_{each['edit_id']}"} for i, each in enumerate(chosen)]
        cells, operations = _operations(corridor, list(resolved(corridor, *renamed)))
        results.append(operations.apply(cells.today, np.array([share[cause] for cause in operations.causes]), operations.likely))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-9, atol=1e-9)


def _apply(corridor: Corridor, share: dict[str, float], *rows: dict[str, Any]) -> np.ndarray:
    cells, operations = _operations(corridor, list(resolved(corridor, *rows)))
    return operations.apply(cells.today, np.array([share[cause] for cause in operations.causes]), operations.likely)


def test_a_part_of_a_year_is_a_part_of_the_change(corridor: Corridor) -> None:
    number = {"table": "fleets", "id": "ferries", "column": "number"}
    rows = [
        row("a", "project:a", **number, op="set", value="9"),
        row("b", "project:b", **number, op="add", value="2"),
        row("c", "project:c", **number, op="scale", value="0.5"),
    ]
    cells = bridge.collect(corridor.tables)

    def number_with(**share: float) -> float:
        shares = {f"project:{name}": share.get(name, 0.0) for name in "abc"}
        return float(cells.of(_apply(corridor, shares, *rows), "fleets", "number")[0])

    assert number_with() == 5
    assert number_with(a=0.25) == 6
    assert number_with(b=0.25) == 5.5
    assert number_with(c=0.25) == 5 * 0.875
    assert number_with(a=1, b=1, c=1) == 5.5
    assert number_with(a=0.5, b=0.5, c=0.5) == (7 + 1) * 0.75


def test_nothing_in_force_changes_nothing(corridor: Corridor) -> None:
    cells, operations = _operations(corridor, list(corridor.edits))
    found = operations.apply(cells.today, np.zeros(len(operations.causes)), operations.likely)
    np.testing.assert_array_equal(found, cells.today)
    assert found is not cells.today
    cells, operations = _operations(corridor, [])
    np.testing.assert_array_equal(operations.apply(cells.today, np.zeros(0), operations.likely), cells.today)


def test_of_several_sets_the_latest_counts_and_shocks_come_last(corridor: Corridor) -> None:
    link = {"table": "links", "id": "branch", "column": "exists", "op": "set"}
    place = bridge.collect(corridor.tables).place("links", corridor["links"].index["branch"], "exists")
    assert place is not None
    opens = [row("z_opens", "project:a", **link, value="true"), row("a_shuts", "shock:s", **link, value="false")]
    assert _apply(corridor, {"project:a": 1.0, "shock:s": 0.1}, *opens)[place] == pytest.approx(0.9)
    assert _apply(corridor, {"project:a": 0.5, "shock:s": 1.0}, *opens)[place] == 0.0
    length = {**link, "column": "length"}
    stages = [row("z", "project:first", **length, value="100"), row("a", "project:second", **length, value="200")]
    place = bridge.collect(corridor.tables).place("links", corridor["links"].index["branch"], "length")
    assert place is not None
    assert _apply(corridor, {"project:first": 1.0, "project:second": 0.25}, *stages)[place] == pytest.approx(125)


def test_a_dated_edit_has_its_own_cause(corridor: Corridor) -> None:
    edits = {edit.edit_id: edit for edit in corridor.edits}
    assert bridge.cause_of(edits["port_closed"]) == "dated:port_closed"
    assert bridge.cause_of(edits["branch_opens"]) == "project:new_branch"
    assert bridge.cause_of(edits["storm_takes"]) == "shock:storm"


@pytest.mark.parametrize(
    ("year", "ferries", "capacity", "is_open"),
    [
        (2022, 3, 12, 1),
        (2023, (90 * 3 + 275 * 4) / 365, 12, 1),
        (2024, 4, 12, (366 - 51) / 366),
        (2025, 5, (272 * 12 + 93 * 46) / 365, 1),
        (2026, 5, 46, 1),
    ],
)
def test_a_year_of_the_past_is_weighted_by_its_days(corridor: Corridor, year: int, ferries: float, capacity: float, is_open: float) -> None:
    cells = bridge.collect(corridor.tables)
    found = bridge.of_year(cells, corridor.history, year)
    links = corridor["links"].index
    assert cells.of(found, "fleets", "number")[0] == pytest.approx(ferries, rel=1e-12)
    assert cells.of(found, "links", "capacity")[links["gate_steppe"]] == pytest.approx(capacity, rel=1e-12)
    assert cells.of(found, "links", "exists")[links["port_city"]] == pytest.approx(is_open, rel=1e-12)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_a_year_of_the_built_in_case_is_the_mean_of_its_days(middle: Corridor, year: int) -> None:
    cells = bridge.collect(middle.tables)
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    starts = np.unique([max(day, days[0]) for edit in middle.history for day in (edit.start, edit.end + 1) if not np.isnat(day)] + [days[0]])
    starts = starts[starts <= days[-1]]
    lengths = np.diff(np.append(starts, days[-1] + 1)).astype(float)
    mean = sum(bridge.collect(middle.at(day).tables).today * length for day, length in zip(starts, lengths, strict=True)) / len(days)
    np.testing.assert_allclose(bridge.of_year(cells, middle.history, year), mean, rtol=1e-12)
