"""A table never changes: its arrays refuse, and what looks like a change is a copy."""

import pickle

import numpy as np
import pytest

from karvan.tables.catalogue import SCHEMAS
from karvan.tables.table import Table, cell_text, empty, from_cells

LINKS = SCHEMAS["links"]


def _links() -> Table:
    cells = {column.name: [{"number": np.nan, "integer": np.nan, "boolean": True, "date": "NaT", "list": ()}.get(column.kind, "")] * 3 for column in LINKS}
    cells |= {"link_id": ["a", "b", "c"], "length": [1.0, 0.0, np.nan], "commodities": [("x", "y"), ("x", "z"), ()]}
    return from_cells(LINKS, cells, [2, 5, 9], frozenset({(2, "length"), (1, "speed")}))


def test_every_array_is_read_only() -> None:
    table = _links()
    for values in (*table.columns.values(), table.lines):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = values[1]
    with pytest.raises(TypeError):
        table.columns["length"] = np.zeros(3)  # type: ignore[index]
    with pytest.raises(AttributeError):
        table.lines = np.zeros(3)  # type: ignore[misc]


def test_replacing_a_cell_leaves_the_original_and_makes_the_unknown_known() -> None:
    table = _links()
    other = table.replace({(2, "length"): 7.0, (0, "commodities"): ("q", "r", "s"), (0, "exists"): False})
    assert other["length"][2] == 7.0
    assert other["commodities"][0] == ("q", "r", "s")
    assert not other["exists"][0]
    assert other.unknown == {(1, "speed")}
    assert np.isnan(table["length"][2])
    assert table["commodities"][0] == ("x", "y")
    assert table["exists"][0]
    assert (2, "length") in table.unknown
    assert other["speed"] is table["speed"]


def test_selected_rows_keep_their_lines_and_their_unknown_cells() -> None:
    chosen = _links().select(np.array([False, True, True]))
    assert chosen.keys == ("b", "c")
    assert chosen.lines.tolist() == [5, 9]
    assert chosen.unknown == {(1, "length"), (0, "speed")}
    assert _links().select(np.array([2, 0])).unknown == {(0, "length")}


def test_a_row_is_found_by_its_key() -> None:
    table = _links()
    assert "b" in table
    assert table.row("b")["length"] == 0.0
    with pytest.raises(KeyError):
        table.row("nowhere")
    assert [row["link_id"] for row in table.rows()] == ["a", "b", "c"]


def test_a_key_of_several_columns_is_joined() -> None:
    months = from_cells(SCHEMAS["calendars"], {"calendar_id": ["sea"], "month": [3], "open_share": [0.5], "basis": [""], "source_id": [""], "note": [""]})
    assert months.keys == ("sea/3",)
    assert months.row("sea/3")["open_share"] == 0.5


def test_a_table_travels_to_another_process() -> None:
    table = _links()
    other = pickle.loads(pickle.dumps(table))
    assert other.keys == table.keys
    assert other.unknown == table.unknown
    with pytest.raises(ValueError, match="read-only"):
        other["length"][0] = 2.0


def test_an_empty_table_has_every_column() -> None:
    for schema in SCHEMAS.values():
        table = empty(schema)
        assert len(table) == 0
        assert tuple(table.columns) == schema.header
        assert list(table.rows()) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (("a", "b"), "a;b"), (True, "true"), (np.bool_(False), "false"), (1.0, "1"), (0.1, "0.1"), (1e16, "1e+16"), (-0.0, "0"),
     (np.float64(2.5), "2.5"), (float("nan"), ""), (None, ""), (np.datetime64("NaT"), ""), (np.datetime64("2026-06-30", "D"), "2026-06-30")],
)  # fmt: skip
def test_a_cell_is_written_as_it_is_read(value: object, text: str) -> None:
    assert cell_text(value) == text
