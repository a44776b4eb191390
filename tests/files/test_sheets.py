"""A workbook out and back: unchanged it is the same case byte for byte, changed it says so, and what cannot be is told."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.corridor.corridor import Corridor
from karvan.files import cases, folder, sheets, sheets_read
from karvan.tables.faults import Fault, InvalidData, UsageError
from karvan.tables.table import Table
from tests.corridor import tiny


def _texts(corridor: Corridor) -> dict[str, str]:
    return {name: folder.csv_text(table) for name, table in corridor.tables.items()}


def _back(source: Path, target: Path) -> Corridor:
    sheets_read.import_workbook(source, target)
    return cases.load(str(target))


@pytest.mark.parametrize("name", cases.built_in())
def test_an_unchanged_workbook_is_the_same_case(tmp_path: Path, name: str) -> None:
    corridor = cases.load(name)
    sheets.write(corridor, tmp_path / "case.xlsx")
    back = _back(tmp_path / "case.xlsx", tmp_path / "back")
    assert _texts(back) == _texts(corridor)
    assert back.hash == corridor.hash
    assert back.fitted == corridor.fitted
    assert back.settings == corridor.settings


def test_a_workbook_opened_and_saved_is_still_the_same_case(tmp_path: Path) -> None:
    corridor = cases.load("middle_corridor")
    assert corridor.fitted
    sheets.write(corridor, tmp_path / "case.xlsx")
    openpyxl.load_workbook(tmp_path / "case.xlsx").save(tmp_path / "saved.xlsx")
    back = _back(tmp_path / "saved.xlsx", tmp_path / "back")
    assert (back.hash, back.fitted) == (corridor.hash, corridor.fitted)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corridor:
    return tiny.load(tmp_path_factory.mktemp("tiny"))


WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30).map(str.strip)
ODD = st.sampled_from(["=1+1", "+1", "-", "@x", "'quoted", "_x000D_", "_x005F_", "a\rb", "a\r\nb", "a\nb", "TRUE", "1e5", "007", "2026-03", "unknown", "\x07", "\ufffe"])
DEGREES = st.floats(-180, 180, allow_nan=False).map(lambda x: x + 0.0)
TONNES = st.one_of(st.floats(0, 1e11), st.integers(0, 10**11).map(float), st.just(5e-324))
DAYS = st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(WORDS | ODD, min_size=6, max_size=6), longitudes=st.lists(DEGREES, min_size=6, max_size=6), amount=TONNES, promised=DAYS)
def test_any_content_comes_back(small: Corridor, tmp_path_factory: pytest.TempPathFactory, notes: list[str], longitudes: list[float],
                                amount: float, promised: datetime.date) -> None:  # fmt: skip
    nodes = small["nodes"].replace({(i, "note"): note for i, note in enumerate(notes)} | {(i, "x_coord"): x for i, x in enumerate(longitudes)})
    demand = small["demand"].replace({(0, "amount"): amount})
    targets = small["targets"].replace({(0, "due"): np.datetime64(promised)})
    corridor = replace(small, tables={**small.tables, "nodes": nodes, "demand": demand, "targets": targets})
    place = tmp_path_factory.mktemp("book")
    sheets.write(corridor, place / "case.xlsx")
    _, tables, _ = sheets_read.read(place / "case.xlsx")
    assert {name: folder.csv_text(table) for name, table in tables.items()} == _texts(corridor)


@given(text=WORDS | ODD)
def test_escapes_are_undone(text: str) -> None:
    assert sheets.unescaped(sheets.escaped(text)) == text
    assert "\r" not in sheets.escaped(text)


# --- edited by people ------------------------------------------------------------------------------------------------


@pytest.fixture
def book(small: Corridor, tmp_path: Path) -> Path:
    sheets.write(small, tmp_path / "case.xlsx")
    return tmp_path / "case.xlsx"


def _put(book: Path, sheet: str, key: str, column: str, value: Any, number_format: str | None = None) -> int:
    """Write a cell of the row with this key; the number of that row."""
    loaded = openpyxl.load_workbook(book)
    header = [cell.value for cell in loaded[sheet][1]]
    row = next(row for row in loaded[sheet].iter_rows(min_row=2) if row[0].value == key)
    cell = row[header.index(column)]
    cell.value = value
    if number_format is not None:
        cell.number_format = number_format
    loaded.save(book)
    return int(cell.row)


def test_a_cell_changed_in_the_sheet_is_changed_in_the_case(book: Path, small: Corridor, tmp_path: Path) -> None:
    _put(book, "terminals", "west_berth", "servers", 3)
    _put(book, "terminals", "west_berth", "capacity", 3e6)
    _put(book, "links", "gate_steppe", "name", 2026)
    back = _back(book, tmp_path / "back")
    assert back["terminals"].row("west_berth")["servers"] == 3
    assert back["terminals"].row("west_berth")["capacity"] == 3e6
    assert back["links"].row("gate_steppe")["name"] == "2026"
    wanted = dict(_texts(small))
    wanted["terminals"] = wanted["terminals"].replace("2,12,8,2000000,t/yr", "3,12,8,3000000,t/yr")
    wanted["links"] = wanted["links"].replace("gate_steppe,,", "gate_steppe,2026,")
    assert _texts(back) == wanted


def test_a_row_added_after_empty_ones_and_a_row_deleted(book: Path, tmp_path: Path) -> None:
    loaded = openpyxl.load_workbook(book)
    sheet = loaded["names"]
    sheet.delete_rows(2)
    sheet.cell(row=40, column=1, value="gate")
    sheet.cell(row=40, column=2, value="en")
    sheet.cell(row=40, column=3, value="Gate")
    loaded.save(book)
    names = _back(book, tmp_path / "back")["names"]
    assert list(names["name"]) == ["Chine", "Gate"]


@pytest.mark.parametrize(
    ("value", "number_format", "day"),
    [(datetime.datetime(2027, 3, 1), "mmm-yy", "2027-03-31"), (datetime.datetime(2027, 3, 1), "yyyy-mm-dd", "2027-03-01"),
     (datetime.datetime(2027, 1, 1), "yyyy", "2027-12-31"), (datetime.datetime(2027, 3, 1), '[$-409]d" of "mmm', "2027-03-01"),
     (2028, "General", "2028-12-31"), ("2028-02", None, "2028-02-29")],
)  # fmt: skip
def test_a_date_is_as_exact_as_it_is_shown(book: Path, tmp_path: Path, value: Any, number_format: str | None, day: str) -> None:
    _put(book, "targets", "five_mt", "due", value, number_format)
    assert str(_back(book, tmp_path / "back")["targets"].row("five_mt")["due"]) == day


def _stored(book: Path, formula: str, value: str) -> None:
    """Put the value beside the formula, as a spreadsheet program does when it saves."""
    with zipfile.ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    found = [name for name, content in parts.items() if f"<f>{formula}</f>".encode() in content]
    assert len(found) == 1
    for empty in (b"<v></v>", b"<v />", b"<v/>", b""):
        if (old := f"<f>{formula}</f>".encode() + empty) in parts[found[0]]:
            parts[found[0]] = parts[found[0]].replace(old, f"<f>{formula}</f><v>{value}</v>".encode())
            break
    with zipfile.ZipFile(book, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def test_a_formula_counts_with_its_stored_value(book: Path, tmp_path: Path) -> None:
    row = _put(book, "terminals", "west_berth", "capacity", "=1000000*3")
    faults = _refused(book, tmp_path)
    assert faults == [Fault("case.xlsx, sheet terminals", row, "capacity", "=1000000*3", "a formula with its value",
                            "Open and save the workbook in a spreadsheet program, or type the value.")]  # fmt: skip
    _stored(book, "1000000*3", "3000000")
    assert _back(book, tmp_path / "back")["terminals"].row("west_berth")["capacity"] == 3e6


def _refused(book: Path, tmp_path: Path) -> list[Fault]:
    with pytest.raises(InvalidData) as caught:
        sheets_read.import_workbook(book, tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    assert all(fault.found and fault.expected and fault.remedy for fault in caught.value.faults)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("sheet", "key", "column", "value", "found", "expected"),
    [
        ("links", "steppe_port", "length", datetime.datetime(2026, 5, 1), "2026-05-01 00:00:00", "a number"),
        ("links", "steppe_port", "length", "1,900", "1,900", "a number in km"),
        ("links", "steppe_port", "length", -1, "-1", "at least 0"),
        ("links", "steppe_port", "length", None, "nothing", "a value"),
        ("links", "steppe_port", "length", True, "true", "a number in km"),
        ("links", "steppe_port", "capacity", "#DIV/0!", "#DIV/0!", "a value"),
        ("links", "steppe_port", "directed", "maybe", "maybe", "true or false"),
        ("links", "steppe_port", "to_node", "west port", "west port", "an id without spaces, commas, semicolons or slashes"),
        ("links", "steppe_port", "to_node", "west_prt", "west_prt", "a row of nodes"),
        ("targets", "five_mt", "due", datetime.datetime(2027, 3, 1, 14, 30), "2027-03-01 14:30:00", "a day without a time"),
        ("targets", "five_mt", "due", 2028, "1905-07-20 00:00:00", "a date as 2027, 2027-06 or 2027-06-30"),
        ("terminals", "west_berth", "kind", "berht", "berht", "one of berth, crane, gauge_change, border, yard"),
        ("claims", "sea_length", "likely", 500, "926", "463, which links.csv holds"),
    ],
)
def test_a_bad_cell_is_told_by_sheet_row_and_column(book: Path, tmp_path: Path, sheet: str, key: str, column: str, value: Any, found: str,
                                                    expected: str) -> None:  # fmt: skip
    row = _put(book, sheet, key, column, value)
    fault = next(fault for fault in _refused(book, tmp_path) if fault.column == column)
    assert (fault.file, fault.row, fault.found, fault.expected) == (f"case.xlsx, sheet {sheet}", row, found, expected)
    assert str(fault).startswith(f"case.xlsx, sheet {sheet}, line {row}, column {column}: found ")


def _header(loaded: Any) -> None:
    loaded["links"]["A1"] = "link"


def _two(loaded: Any) -> None:
    loaded["links"]["B1"] = "link_id"


def _beyond(loaded: Any) -> None:
    loaded["links"]["AZ3"] = "a thought"


def _sheet(loaded: Any) -> None:
    loaded.create_sheet("Linkss").append(["x"])


def _gone(loaded: Any) -> None:
    del loaded["nodes"]


def _settings(loaded: Any) -> None:
    loaded["case"]["A3"] = "as_of is today"


def _no_settings(loaded: Any) -> None:
    del loaded["case"]


def _day(loaded: Any) -> None:
    for (cell,) in loaded["case"].iter_rows():
        if str(cell.value).startswith("horizon"):
            cell.value = "horizon = 1999"


@pytest.mark.parametrize(
    ("change", "said"),
    [(_header, "sheet links, line 1, column link: "), (_two, "found 'twice', expected each column once"), (_beyond, "a thought in AZ3"),
     (_sheet, "Nearest: links"), (_gone, "sheet nodes: found nothing, expected this sheet"), (_settings, "sheet case"),
     (_no_settings, "sheet case: found nothing"), (_day, "sheet case, column horizon")],
)  # fmt: skip
def test_a_wrong_sheet_is_told(book: Path, tmp_path: Path, change: Callable[[Any], None], said: str) -> None:
    loaded = openpyxl.load_workbook(book)
    change(loaded)
    loaded.save(book)
    assert any(said in str(fault) for fault in _refused(book, tmp_path)), [str(fault) for fault in _refused(book, tmp_path)]


@pytest.mark.parametrize("content", [b"", b"link_id,name\n", b"PK\x03\x04 not a zip"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    with pytest.raises(UsageError, match="no workbook that can be read"):
        sheets_read.import_workbook(tmp_path / "book.xlsx", tmp_path / "mine")
    with pytest.raises(UsageError, match="is no file"):
        sheets_read.import_workbook(tmp_path / "none.xlsx", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as packed:
        packed.writestr("hello.txt", "hello")
    with pytest.raises(UsageError, match="no workbook that can be read"):
        sheets_read.import_workbook(tmp_path / "book.xlsx", tmp_path / "mine")


def test_nothing_is_overwritten(book: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        sheets_read.import_workbook(book, tmp_path / "taken")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["letter.txt"]


def test_rows_of_a_table_keep_the_line_of_their_sheet(book: Path) -> None:
    tables: dict[str, Table] = sheets_read.read(book)[1]
    assert list(tables["links"].lines) == list(range(2, 2 + len(tables["links"])))
