"""A case folder: what is written reads back, what is wrong is said at once and in one shape, and nothing else comes out."""

from __future__ import annotations

import datetime
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.corridor.corridor import Corridor
from karvan.files import cases, folder
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import absent
from karvan.tables.faults import Fault, InvalidData, UsageError
from karvan.tables.schema import Column, Schema
from karvan.tables.table import Table, from_cells
from tests.corridor import tiny
from tests.corridor.mutate import damaged

# --- there and back --------------------------------------------------------------------------------------------------

_WORD = st.text(st.characters(blacklist_categories=("Cs", "Zs", "Zl", "Zp", "Cc"), blacklist_characters=";,/"), min_size=1, max_size=8).filter(
    lambda word: word == word.strip()
)
_LINE = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12) | st.sampled_from(
    ['say "so"', "a,b", "two\nlines", "carriage\rreturn", "both\r\nof them", "unknown", "'", '"', ",", "=1+1"]
)
_DAYS = st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)).map(lambda day: np.datetime64(day, "D"))


def _cells(column: Column) -> st.SearchStrategy[Any]:
    """Values that a cell of this column can hold, the absent one included where it may be absent."""
    match column.kind:
        case "number" | "integer":
            low = -1e12 if column.minimum is None else column.minimum
            high = 1e12 if column.maximum is None else column.maximum
            whole = st.integers(int(np.ceil(low)), int(high)).map(float)
            found = whole if column.kind == "integer" else whole | st.floats(low, high)
        case "boolean":
            return st.booleans()
        case "date":
            found = _DAYS
        case "choice":
            found = st.sampled_from(column.choices)
        case "list":
            found = st.lists(_WORD, min_size=1, max_size=3).map(tuple)
        case "id":
            found = _WORD
        case _:
            if column.name.endswith("_unit"):
                return st.sampled_from(["t/yr", "TEU/yr", "wagon/d"])
            found = _LINE.map(str.strip).filter(bool)
    return found if column.required else found | st.just(absent(column))


@st.composite
def _tables(draw: st.DrawFn, schema: Schema) -> Table:
    rows = draw(st.lists(st.tuples(*(_cells(column) for column in schema)), max_size=5))
    columns = {column.name: [row[i] for row in rows] for i, column in enumerate(schema)}
    unknown = set()
    for column in schema:
        if column.kind in ("number", "integer", "date") and not column.required:
            for i in range(len(rows)):
                if draw(st.integers(0, 9)) == 0:
                    columns[column.name][i] = absent(column)
                    unknown.add((i, column.name))
    return from_cells(schema, columns, unknown=frozenset(unknown))


def same(one: Table, other: Table) -> bool:
    """Whether two tables hold the same cells, and the same cells unknown."""
    return one.schema is other.schema and one.unknown == other.unknown and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind in "fM") for name in one.schema.header
    )  # fmt: skip


@pytest.mark.parametrize("name", ["nodes", "links", "terminals", "fleets", "resources", "projects", "edits", "targets", "calendars", "sources", "promises"])
@given(data=st.data())
@settings(max_examples=25)
def test_any_table_reads_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    table = data.draw(_tables(SCHEMAS[name]))
    faults: list[Fault] = []
    text = folder.csv_text(table)
    again = folder.parse_table(f"{name}.csv", SCHEMAS[name], text, faults)
    assert faults == []
    assert same(again, table)
    assert folder.csv_text(again) == text


def test_a_case_reads_back_as_it_was_written(tmp_path: Path) -> None:
    first = folder.read(tiny.write(tmp_path / "one"))
    folder.write(tmp_path / "two", first.tables, (tmp_path / "one" / "case.toml").read_text(encoding="utf-8"))
    second = folder.read(tmp_path / "two")
    assert second.settings == first.settings
    assert all(same(first.tables[name], second.tables[name]) for name in SCHEMAS)
    assert cases.load(str(tmp_path / "two")).hash == cases.load(str(tmp_path / "one")).hash
    assert not (tmp_path / "two" / "events.csv").exists()


def test_cells_are_in_the_units_of_their_columns(tmp_path: Path) -> None:
    found = tiny.load(tmp_path)
    assert found["links"].row("ferry_line")["length"] == pytest.approx(463)
    assert found["modes"].row("ferry")["speed"] == pytest.approx(37.04)
    assert found["services"].row("sea_ferry")["round_trip"] == 96
    assert found["terminals"].row("gate_change")["time"] == 24
    assert found["demand"].row("cn_az_box_2025")["amount"] == 500_000
    assert found["calendars"].row("sea/11")["open_share"] == pytest.approx(0.8)
    assert found["links"].row("gate_steppe")["capacity"] == 46


def test_absent_zero_and_unknown_are_three_things(tmp_path: Path) -> None:
    links = tiny.load(tmp_path)["links"]
    position = links.index
    assert np.isnan(links["time_sd"][position["port_city"]])
    assert np.isnan(links["time_sd"][position["ferry_line"]])
    assert links.unknown == {(position["ferry_line"], "time_sd")}
    assert links["capacity"][position["branch"]] == 0.0
    assert np.isnan(links["capacity"][position["ferry_line"]])


@pytest.mark.parametrize("change", [lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n"), lambda raw: raw.replace(b"\n", b"\n\n")])
def test_bom_crlf_and_blank_lines_are_welcome(tmp_path: Path, change: Any) -> None:
    plain = tiny.load(tmp_path / "plain")
    tiny.write(tmp_path / "other")
    for path in (tmp_path / "other").iterdir():
        path.write_bytes(change(path.read_bytes()))
    assert cases.load(str(tmp_path / "other")).hash == plain.hash


def test_columns_may_stand_in_any_order_and_may_be_left_out(tmp_path: Path) -> None:
    content = tiny.texts()
    content["modes.csv"] = "\n".join(",".join(reversed(row)) for row in tiny.rows(content["modes.csv"]))
    assert tiny.load(tmp_path / "other", content).hash == tiny.load(tmp_path / "plain").hash


# --- what is wrong ---------------------------------------------------------------------------------------------------


def faults_of(place: Path) -> tuple[Fault, ...]:
    """The faults of a case that cannot be loaded; every one says what it expected and the way out."""
    with pytest.raises(InvalidData) as caught:
        cases.load(str(place))
    assert caught.value.faults
    assert all(fault.file and fault.found and fault.expected and fault.remedy for fault in caught.value.faults)
    assert caught.value.exit_code == 3
    return caught.value.faults


def one_fault(place: Path) -> Fault:
    (fault,) = faults_of(place)
    return fault


def _raw(name: str, content: bytes, place: Path) -> Path:
    tiny.write(place)
    (place / name).write_bytes(content)
    return place


HEADER = b"mode_id,name,speed\n"


@pytest.mark.parametrize(
    ("content", "row", "found", "expected", "remedy"),
    [
        (b"", 0, "nothing", "some text", "Fill the file"),
        (b" \n\n", 0, "nothing", "some text", "Fill the file"),
        (b"\xef\xbb\xbf", 1, "nothing", "a header", "mode_id,name"),
        (b"\nmode_id,name\n", 1, "nothing", "a header", "mode_id,name"),
        (HEADER + b"rail,R\xe9seau,40\n", 2, "byte 0xe9", "UTF-8", "UTF-8"),
        (HEADER + b"rail,A\0B,40\n", 0, "binary data", "text", "UTF-8"),
        (HEADER + b'rail,"never closed,40\n', 2, "unexpected end of data", "comma-separated", "Close every quotation mark"),
        (HEADER + b"rail,Rail,40,50\n", 2, "4 cells", "3 cells as in the header", "Quote cells that contain commas"),
        (HEADER + b"rail,Rail\n", 2, "2 cells", "3 cells as in the header", "Quote cells"),
        (HEADER + b'a,"two\nlines",40\nrail,Rail\n', 4, "2 cells", "3 cells as in the header", "Quote cells"),
        (b"mode_id;name;speed\nrail;Rail;40\n", 1, "mode_id;name;speed", "a column of modes", "Nearest"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes, row: int, found: str, expected: str, remedy: str) -> None:
    faults = [fault for fault in faults_of(_raw("modes.csv", content, tmp_path)) if fault.file == "modes.csv"]
    assert faults[0].row == row or faults[-1].row == row
    assert any(found in fault.found and expected in fault.expected and remedy in fault.remedy for fault in faults)


def test_columns_that_are_not_declared(tmp_path: Path) -> None:
    faults = faults_of(_raw("modes.csv", b"mode_id,name,sped,name\nrail,Rail,40,Rail\n", tmp_path))
    assert [(fault.row, fault.column, fault.found) for fault in faults] == [(1, "name", "twice"), (1, "sped", "sped")]
    assert "Delete" in faults[0].remedy
    assert "Nearest: speed" in faults[1].remedy


def test_a_required_column_that_is_missing(tmp_path: Path) -> None:
    fault = one_fault(_raw("modes.csv", b"mode_id,speed\nrail,40\n", tmp_path))
    assert (fault.row, fault.column, fault.found) == (1, "name", "nothing")
    assert "what people read" in fault.remedy


def test_a_cell_is_named_by_the_line_on_which_its_row_begins(tmp_path: Path) -> None:
    text = HEADER + b'\nrail_1435,"three\nlines\nlong",40\n\nrail_1520,Rail,fast\nferry,"two\nlines",slow\n'
    faults = faults_of(_raw("modes.csv", text, tmp_path))
    assert [(fault.row, fault.column, fault.found) for fault in faults] == [(7, "speed", "fast"), (8, "speed", "slow")]


def test_a_required_number_that_says_unknown(tmp_path: Path) -> None:
    fault = one_fault(tiny.write(tmp_path, tiny.changed(tiny.texts(), "nodes", "gate", x_coord="unknown")))
    assert (fault.file, fault.row, fault.column, fault.found) == ("nodes.csv", 3, "x_coord", "unknown")


def test_a_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LARGEST_FILE", 700)
    faults = faults_of(tiny.write(tmp_path))
    assert {fault.file for fault in faults} >= {"links.csv", "edits.csv"}
    assert all("at most" in fault.expected for fault in faults)


def test_a_directory_with_the_name_of_a_table(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "links.csv").unlink()
    (tmp_path / "links.csv").mkdir()
    fault = one_fault(tmp_path)
    assert (fault.file, fault.found, fault.expected) == ("links.csv", "a directory", "a file")


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "links.csv").unlink()
    os.symlink(tmp_path / "gone.csv", tmp_path / "links.csv")
    assert one_fault(tmp_path).found == "nothing"


def test_required_files_that_are_missing(tmp_path: Path) -> None:
    content = tiny.texts()
    for name in ("case.toml", "links.csv", "demand.csv", "services.csv"):
        del content[name]
    faults = faults_of(tiny.write(tmp_path, content))
    assert [(fault.file, fault.row) for fault in faults] == [("case.toml", 0), ("demand.csv", 0), ("links.csv", 0)]


@pytest.mark.parametrize(("name", "near"), [("link.csv", "links.csv"), ("Demand.CSV", "demand.csv"), ("nodes .csv", "nodes.csv")])
def test_a_file_of_no_table(tmp_path: Path, name: str, near: str) -> None:
    fault = one_fault(_raw(name, b"a\n1\n", tmp_path))
    assert fault.file == name
    assert f"Nearest: {near}" in fault.remedy


def test_faults_of_several_files_come_together(tmp_path: Path) -> None:
    content = tiny.texts()
    content = tiny.changed(content, "links", "ferry_line", length="far", speed="-3", capacity="5")
    content = tiny.changed(content, "nodes", "gate", kind="bordr")
    content = tiny.changed(content, "projects", "new_branch", promised="2028-13")
    content = tiny.changed(content, "demand", "cn_az_box_2025", amount="")
    content["case.toml"] = "[case\n"
    content["uses.csv"] = "use_id,unit\nx,TEU,1\n"
    found = [(fault.file, fault.row, fault.column) for fault in faults_of(tiny.write(tmp_path, content))]
    assert found == [
        ("case.toml", 0, ""),
        ("demand.csv", 2, "amount"),
        ("links.csv", 6, "capacity_unit"),
        ("links.csv", 6, "length"),
        ("links.csv", 6, "speed"),
        ("nodes.csv", 3, "kind"),
        ("projects.csv", 3, "promised"),
        ("uses.csv", 1, "commodity_id"),
        ("uses.csv", 1, "use"),
        ("uses.csv", 2, ""),
    ]


def test_units_of_numbers_that_say_their_unit_beside(tmp_path: Path) -> None:
    content = tiny.changed(tiny.texts(), "links", "ferry_line", capacity="5")
    content = tiny.changed(content, "links", "port_city", capacity_unit="bananas")
    first, second = faults_of(tiny.write(tmp_path, content))
    assert (first.row, first.column, first.found) == (6, "capacity_unit", "nothing")
    assert (second.row, second.column, second.found) == (7, "capacity_unit", "bananas")
    assert "t/yr" in first.remedy


def test_of_very_many_bad_cells_the_rest_is_counted(tmp_path: Path) -> None:
    content = tiny.texts()
    content["names.csv"] = "node_id,language,name\n" + "china,xx,China\n" * 250
    faults = faults_of(tiny.write(tmp_path, content))
    assert len(faults) == 201
    assert "50 more" in faults[0].found


@pytest.mark.parametrize(
    "text",
    ["[case", "a = 1\na = 2", "x = " + "[" * 20_000, "x = " + "9" * 10_000, "x = 0x" + "f" * 10_000, "day = 2026-02-30", "x = \x07"],
    ids=["open", "twice", "deep", "long", "long hex", "no day", "bell"],
)
def test_settings_that_are_no_toml(tmp_path: Path, text: str) -> None:
    fault = one_fault(tiny.write(tmp_path, {**tiny.texts(), "case.toml": text}))
    assert (fault.file, fault.expected) == ("case.toml", "TOML")


def test_a_fit_that_is_no_toml(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "fitted").mkdir()
    (tmp_path / "fitted" / "calibration.toml").write_text("[", encoding="utf-8")
    assert one_fault(tmp_path).file == "calibration.toml"
    (tmp_path / "fitted" / "calibration.toml").write_text("x = 1", encoding="utf-8")
    assert cases.load(str(tmp_path)).fitted == {"calibration": {"x": 1}}


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        folder.read(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        folder.read(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be read"):
        folder.read(Path("x" * 5000))
    with pytest.raises(UsageError, match="cannot be written"):
        folder.write_texts(tmp_path / "file", {"a.csv": ""})


# --- whatever happens to the files -----------------------------------------------------------------------------------


def _loads_or_says_why(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for file, raw in files.items():
            (Path(name) / file).write_bytes(raw)
        try:
            found = cases.load(name)
        except InvalidData as error:
            faults = error.faults
        else:
            found.at(np.datetime64("1950-01-01"))
            found.known(found.as_of)
            return
    assert faults
    for fault in faults:
        assert fault.file in files
        assert fault.row >= 0
        assert fault.found
        assert fault.expected
        assert fault.remedy
        assert str(fault).startswith(fault.file)


@given(damaged({name: text.encode() for name, text in tiny.texts().items()}))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_case_loads_or_says_what_is_wrong(files: dict[str, bytes]) -> None:
    _loads_or_says_why(files)


_BUILT_IN = {path.name: path.read_bytes() for path in sorted(cases.locate("middle_corridor").iterdir()) if path.suffix in (".csv", ".toml")}


def test_the_built_in_case_loads() -> None:
    assert isinstance(cases.load("middle_corridor"), Corridor)
    assert cases.is_built_in("middle_corridor")


@given(damaged(_BUILT_IN))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
def test_the_built_in_case_damaged_loads_or_says_what_is_wrong(files: dict[str, bytes]) -> None:
    _loads_or_says_why(files)
