"""The descriptor against the library of the standard, on a folder that karvan itself writes."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest

from karvan.corridor.settings import Settings, parse
from karvan.files import folder
from karvan.files.datapackage import FILE, datapackage, table_schema
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.table import Table, empty


def _settings(licence: str) -> Settings:
    case = {"name": "two_towns", "title": "Two towns", "as_of": date(2026, 6, 30), "first_year": 2026, "horizon": 2030}
    return parse({"case": case | {"licence": licence}}, [])


SETTINGS = _settings("CC-BY-4.0")
TEXTS = {
    "sources": "source_id,publisher\nsurvey,Office of Roads\n",
    "modes": "mode_id,speed,source_id\nrail_1520,40,survey\nroad,,\n",
    "commodities": "commodity_id\ngrain\n",
    "nodes": "node_id,name,country,kind,x_coord,y_coord\na,Aville,KZ,city,51.2,43.6\nb,Beetown,AZ,port,49.9,40.4\n",
    "zones": "zone_id,node_id\na,a\nb,b\n",
    "calendars": "calendar_id,month\nopen,1\nopen,2\n",
    "links": "link_id,from_node,to_node,mode_id,speed,length,capacity,capacity_unit,commodities,calendar_id\n"
             "ab,a,b,rail_1520,40,250 nmi,2.5e6,t/yr,grain,open\nba,b,a,road,unknown,100,,,,\n",
    "terminals": "terminal_id,node_id\n",
    "demand": "demand_id,origin,destination,commodity_id\n",
    "targets": "target_id,name,metric,subject,measure_basis,party,value,due\nten,Ten,volume,cut:all,traffic,Ministry,10,2030\n",
}  # fmt: skip


def _tables() -> dict[str, Table]:
    """Small tables; a required column that the texts above leave out is filled in."""
    tables = {name: empty(schema) for name, schema in SCHEMAS.items()}
    for name, text in TEXTS.items():
        header, *rows = [line.split(",") for line in text.splitlines()]
        for column in SCHEMAS[name]:
            if column.required and column.name not in header:
                header = [*header, column.name]
                rows = [[*row, _some(column)] for row in rows]
        faults: list[Any] = []
        written = "\n".join(",".join(row) for row in [header, *rows])
        tables[name] = folder.parse_table(f"{name}.csv", SCHEMAS[name], written, faults)
        assert faults == []
    return tables


def _some(column: Any) -> str:
    if column.choices:
        return str(column.choices[0])
    return {"date": "2026", "number": "1", "integer": "1", "boolean": "true"}.get(column.kind, "word")


@pytest.fixture
def tables() -> Mapping[str, Table]:
    return _tables()


def _put(place: Path, tables: Mapping[str, Table]) -> Path:
    folder.write(place, tables)
    path = place / FILE
    path.write_text(json.dumps(datapackage(tables, SETTINGS)), encoding="utf-8")
    return path


def _errors(path: Path) -> list[list[Any]]:
    report = frictionless.validate(str(path))
    return list(report.flatten(["type", "fieldName", "note"]))


def test_the_descriptor_is_valid(tables: Mapping[str, Table]) -> None:
    assert frictionless.Package.validate_descriptor(datapackage(tables, SETTINGS)).valid


def test_every_table_can_be_described() -> None:
    for schema in SCHEMAS.values():
        assert frictionless.Schema.validate_descriptor(table_schema(schema, set(SCHEMAS))).valid, schema.name


def test_a_written_folder_is_valid(tmp_path: Path, tables: Mapping[str, Table]) -> None:
    assert _errors(_put(tmp_path, tables)) == []


def test_only_what_is_written_is_described(tables: Mapping[str, Table], tmp_path: Path) -> None:
    described = {resource["path"] for resource in datapackage(tables, SETTINGS)["resources"]}
    _put(tmp_path, tables)
    assert described == {path.name for path in tmp_path.glob("*.csv")}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("links.csv", "ab,,a,b", "ab,,a,nowhere"), "foreign-key"),
        (("links.csv", "2500000", "much"), "type-error"),
        (("links.csv", "2500000", "-1"), "constraint-error"),
        (("nodes.csv", "city", "castle"), "constraint-error"),
        (("nodes.csv", "Aville", ""), "constraint-error"),
        (("nodes.csv", "b,Beetown", "a,Beetown"), "primary-key"),
    ],
)
def test_others_find_the_faults_too(
    tmp_path: Path, tables: Mapping[str, Table], change: tuple[str, str, str], error: str
) -> None:
    file, old, new = change
    path = _put(tmp_path, tables)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert error in {kind for kind, *_ in _errors(path)}


def test_units_meanings_and_keys_come_from_the_declaration(tables: Mapping[str, Table]) -> None:
    resources = {resource["name"]: resource for resource in datapackage(tables, SETTINGS)["resources"]}
    links = resources["links"]["schema"]
    fields = {field["name"]: field for field in links["fields"]}
    assert fields["length"]["unit"] == "km"
    assert fields["capacity"]["unitColumn"] == "capacity_unit"
    assert fields["length"]["description"] == SCHEMAS["links"]["length"].meaning
    assert links["primaryKey"] == ["link_id"]
    assert {"fields": ["mode_id"], "reference": {"resource": "modes", "fields": ["mode_id"]}} in links["foreignKeys"]


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC-BY-4.0", [{"name": "CC-BY-4.0"}]),
        ("CC BY 4.0, see README", [{"name": "other", "title": "CC BY 4.0, see README"}]),
        ("", None),
    ],
)
def test_the_licence_is_said(licence: str, said: Any) -> None:
    assert datapackage({}, _settings(licence)).get("licenses") == said
