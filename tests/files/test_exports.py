"""Every format: what it holds, what it refuses, and that nothing is half-written."""

import datetime
import json
import math
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pyarrow.parquet as pq
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases, extras
from karvan.files.exports import FORMATS, export
from karvan.files.geojson import _line
from karvan.files.values import values_of, written
from karvan.tables.faults import UsageError
from karvan.tables.table import cell_text


def test_an_unknown_format_names_the_nearest(corridor: Corridor, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'geojsn' .* Nearest: geojson\."):
        export(corridor, "geojsn", tmp_path / "out")


@pytest.mark.parametrize("to", FORMATS)
def test_what_is_there_is_not_overwritten(corridor: Corridor, tmp_path: Path, to: str) -> None:
    out = tmp_path / "out"
    export(corridor, to, out)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="Choose another name"):
        export(corridor, to, out)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("to", FORMATS)
def test_the_files_are_named(corridor: Corridor, tmp_path: Path, to: str) -> None:
    out = tmp_path / "new" / "out"
    names = export(corridor, to, out)
    there = [out] if out.is_file() else sorted(out.rglob("*"))
    assert [path.name for path in there] == list(names)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]


@pytest.mark.parametrize(("to", "module"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_missing_extra_is_named(corridor: Corridor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, module: str) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(UsageError) as caught:
        export(corridor, to, tmp_path / "new" / "out")
    assert str(caught.value) == f"Export to {to} needs the extra [tables]: pip install 'karvan[tables]'."
    assert not (tmp_path / "new").exists()


# --- geojson ---------------------------------------------------------------------------------------------------------


def _geojson(corridor: Corridor, out: Path) -> dict[str, Any]:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    export(corridor, "geojson", out)
    return json.loads(out.read_text(encoding="utf-8"), parse_constant=refuse)  # type: ignore[no-any-return]


def test_geojson_has_every_node_and_link(corridor: Corridor, tmp_path: Path) -> None:
    read = _geojson(corridor, tmp_path / "out.geojson")
    assert read["type"] == "FeatureCollection"
    assert read["attribution"] == corridor.settings.licence
    assert len({feature["id"] for feature in read["features"]}) == len(read["features"])
    for feature in read["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
    by_id = {feature["id"]: feature for feature in read["features"]}
    assert set(by_id) == {f"{name}/{key}" for name in ("nodes", "links") for key in corridor[name].keys}
    for name in ("nodes", "links"):
        for key in corridor[name].keys:
            properties = by_id[f"{name}/{key}"]["properties"]
            assert set(corridor[name].schema.header) <= set(properties)
    assert by_id["nodes/b"]["geometry"] == {"type": "Point", "coordinates": [51.2, 43.6]}
    assert by_id["links/ab"]["geometry"] == {"type": "LineString", "coordinates": [[76.9, 43.2], [51.2, 43.6]]}


def test_geojson_says_what_is_absent_unknown_and_schematic(corridor: Corridor, tmp_path: Path) -> None:
    read = _geojson(corridor, tmp_path / "out.geojson")
    crossing = next(feature["properties"] for feature in read["features"] if feature["id"] == "links/bc")
    assert crossing["speed"] is None
    assert crossing["unknown"] == ["speed"]
    assert crossing["tracks"] is None
    assert crossing["commodities"] == []
    assert crossing["length"] == 463
    assert crossing["exists"] is True
    assert crossing["line"].startswith("alignment")
    assert (crossing["line_basis"], crossing["line_source_id"]) == ("computed", "survey")
    assert read["columns"]["links"]["length"]["unit"] == "km"
    port, town = (next(f["properties"] for f in read["features"] if f["id"] == f"nodes/{key}") for key in "ba")
    assert [(each["terminal_id"], each["capacity"], each["capacity_unit"]) for each in port["terminals"]] == [("b_berth", 3e6, "t/yr")]
    assert town["terminals"] == []
    assert town["unlocode"] is None


def test_geojson_draws_the_line_of_a_link_and_says_what_it_is(corridor: Corridor, tmp_path: Path) -> None:
    """Every line runs from node to node of its link; one of geometries.csv has its points, another is straight."""
    by_id = {feature["id"]: feature for feature in _geojson(corridor, tmp_path / "out.geojson")["features"]}
    points = {"bc": [[51.2, 43.6], [50.75, 41.5], [49.9, 40.4]], "cd": [[49.9, 40.4], [46.36, 40.68], [44.8, 41.7]]}
    for row in corridor["links"].rows():
        link = by_id[f"links/{row['link_id']}"]
        ends = [by_id[f"nodes/{row[name]}"]["geometry"]["coordinates"] for name in ("from_node", "to_node")]
        assert link["geometry"] == {"type": "LineString", "coordinates": points.get(row["link_id"], ends)}
        assert [link["geometry"]["coordinates"][0], link["geometry"]["coordinates"][-1]] == ends
    said = {key: by_id[f"links/{key}"]["properties"]["line"].split(":")[1].split()[0] for key in ("ab", "bc", "cd")}
    assert said == {"ab": "straight", "bc": "the", "cd": "through"}
    assert by_id["links/cd"]["properties"]["line_basis"] == "estimate"
    assert by_id["links/ab"]["properties"]["line_basis"] is None


def test_a_line_over_the_180th_meridian_is_cut() -> None:
    assert _line(((170.0, 10.0), (-170.0, 20.0))) == {
        "type": "MultiLineString",
        "coordinates": [[(170.0, 10.0), (180.0, 15.0)], [(-180.0, 15.0), (-170.0, 20.0)]],
    }
    west = _line(((-170.0, 20.0), (175.0, 5.0)))["coordinates"]
    assert west[0][1] == (-180.0, pytest.approx(10.0))
    assert west[1][0] == (180.0, pytest.approx(10.0))
    long = _line(((140.0, 35.0), (170.0, 10.0), (-170.0, 20.0), (-150.0, 20.0)))["coordinates"]
    assert long == [[(140.0, 35.0), (170.0, 10.0), (180.0, 15.0)], [(-180.0, 15.0), (-170.0, 20.0), (-150.0, 20.0)]]


# --- tables ----------------------------------------------------------------------------------------------------------


def test_xlsx_reads_back_equal(corridor: Corridor, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    export(corridor, "xlsx", out)
    book = openpyxl.load_workbook(out)
    tables = list(corridor.tables.values())
    assert book.sheetnames == ["columns", "case", *(table.name for table in tables)]
    for table in tables:
        sheet = book[table.name]
        header, *rows = sheet.iter_rows()
        assert sheet.freeze_panes == "A2"
        assert all(column.meaning in cell.comment.text for column, cell in zip(table.schema, header, strict=True))
        assert [cell.value for cell in header] == list(table.schema.header)
        assert len(rows) == len(table)
        for i, row in enumerate(rows):
            for column, cell in zip(table.schema, row, strict=True):
                assert cell.data_type != "f"
                expected = "unknown" if (i, column.name) in table.unknown else cell_text(table[column.name][i])
                assert _text(cell.value) == expected, (table.name, i, column.name)
    due = book["targets"]["L2"]
    assert book["targets"]["L1"].value == "due"
    assert due.value == datetime.datetime(2027, 12, 31)
    assert due.number_format == "yyyy-mm-dd"


def _text(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def test_xlsx_documents_its_columns(corridor: Corridor, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    export(corridor, "xlsx", out)
    header, *rows = openpyxl.load_workbook(out)["columns"].iter_rows(values_only=True)
    said = {(row[0], row[1]): dict(zip(header, row, strict=True)) for row in rows}
    assert said["links", "length"]["unit"] == "km"
    assert said["links", "capacity"]["unit_column"] == "capacity_unit"
    assert {name for name, _ in said} == set(corridor.tables)


def test_xlsx_refuses_a_text_too_long_for_a_cell(corridor: Corridor, tmp_path: Path) -> None:
    nodes = corridor["nodes"].replace({(0, "note"): "x" * 40_000, (1, "note"): "bell \x07"})
    with pytest.raises(UsageError, match="40000 letters"):
        export(Corridor(corridor.settings, {**corridor.tables, "nodes": nodes}, {}, ""), "xlsx", tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()
    nodes = nodes.replace({(0, "note"): ""})
    export(Corridor(corridor.settings, {**corridor.tables, "nodes": nodes}, {}, ""), "xlsx", tmp_path / "out.xlsx")
    notes = [row[-1] for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["nodes"].iter_rows(values_only=True)]
    assert "bell _x0007_" in notes  # as the format writes it; the import gives the bell back


def test_parquet_reads_back_equal(corridor: Corridor, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = export(corridor, "parquet", out)
    assert sorted(names) == sorted(f"{table.name}.parquet" for table in written(corridor.tables))
    for table in written(corridor.tables):
        read = pq.read_table(out / f"{table.name}.parquet")
        assert read.to_pylist() == [values_of(table, i) for i in range(len(table))]
        assert read.schema.metadata[b"licence"].decode() == corridor.settings.licence
    schema = pq.read_schema(out / "links.parquet")
    assert schema.field("length").metadata[b"unit"] == b"km"
    assert schema.field("capacity").metadata[b"unit_column"] == b"capacity_unit"
    assert json.loads(schema.metadata[b"unknown"]) == [[1, "speed"]]
    assert [str(schema.field(name).type) for name in ("tracks", "exists", "length", "commodities")] == ["int64", "bool", "double", "list<element: string>"]


def test_values_are_never_nan(corridor: Corridor) -> None:
    for table in corridor.tables.values():
        for i in range(len(table)):
            assert not any(isinstance(value, float) and math.isnan(value) for value in values_of(table, i).values())


def test_a_datapackage_is_valid_and_with_its_settings_a_case(corridor: Corridor, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = export(corridor, "datapackage", out)
    assert "datapackage.json" in names
    assert frictionless.validate(str(out / "datapackage.json")).valid
    (out / "case.toml").write_text((case / "case.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert cases.load(str(out)).hash == corridor.hash
