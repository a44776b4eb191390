"""GMNS files as others read them: the specification's own names, units and limits, and nothing that means another thing there."""

import csv
from pathlib import Path

import pytest

from karvan.corridor.corridor import Corridor
from karvan.files.exports import export
from karvan.files.gmns_fields import CONFIG, LINK, NODE, USE, ZONE

# The fields of GMNS 0.96 that a reader may count on.
SPECIFIED = {
    "config": "dataset_name short_length long_length speed crs geometry_field_format currency version_number id_type",
    "node": "node_id name x_coord y_coord z_coord node_type ctrl_type zone_id parent_node_id",
    "link": "link_id name from_node_id to_node_id directed geometry_id geometry parent_link_id dir_flag length grade facility_type capacity "
            "free_speed lanes bike_facility ped_facility parking allowed_uses toll jurisdiction row_width",
    "zone": "zone_id name boundary super_zone",
    "use_definition": "use persons_per_vehicle pce special_conditions description",
}  # fmt: skip


@pytest.fixture
def files(corridor: Corridor, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    names = export(corridor, "gmns", tmp_path / "gmns")
    read = {}
    for name in names:
        if name.endswith(".csv"):
            with (tmp_path / "gmns" / name).open(encoding="utf-8", newline="") as file:
                read[name.removesuffix(".csv")] = list(csv.DictReader(file))
    return read


@pytest.mark.parametrize("schema", [CONFIG, NODE, LINK, ZONE, USE], ids=lambda schema: schema.name)
def test_every_field_is_specified_or_marked_as_ours(schema: object) -> None:
    ours = [name for name in schema.header if name not in SPECIFIED[schema.name].split()]  # type: ignore[attr-defined]
    assert all(name.startswith("karvan_") for name in ours)


def test_the_files_hold_what_exists(files: dict[str, list[dict[str, str]]], corridor: Corridor) -> None:
    assert set(files) == {"config", "node", "link", "zone", "use_definition"}
    assert [row["node_id"] for row in files["node"]] == ["a", "b", "c", "d"]
    assert [row["link_id"] for row in files["link"]] == ["ab", "bc", "cd", "ad", "bc_fibre"]
    assert [(row["node_id"], row["zone_id"]) for row in files["node"] if row["zone_id"]] == [("a", "steppe"), ("d", "coast")]
    uses = {row["use"] for row in files["use_definition"]}
    assert {row["allowed_uses"] for row in files["link"]} <= uses
    assert files["config"][0]["long_length"] == "km"
    assert files["config"][0]["version_number"] == "0.96"


def test_lines_are_wkt(files: dict[str, list[dict[str, str]]]) -> None:
    assert files["config"][0]["geometry_field_format"] == "WKT"
    lines = {row["link_id"]: (row["geometry"], row["karvan_line"]) for row in files["link"]}
    assert lines["bc"] == ("LINESTRING (51.2 43.6, 50.75 41.5, 49.9 40.4)", "alignment")
    assert lines["ab"] == ("", "")


def test_capacity_is_not_taken_for_theirs(files: dict[str, list[dict[str, str]]]) -> None:
    assert {row["capacity"] for row in files["link"]} == {""}
    ours = {row["link_id"]: (row["karvan_capacity"], row["karvan_capacity_unit"]) for row in files["link"]}
    assert ours["ab"] == ("5000000", "t/yr")
    assert ours["bc"] == ("200000", "TEU/yr")


def test_speeds_are_theirs_or_none(files: dict[str, list[dict[str, str]]]) -> None:
    speeds = {row["link_id"]: row["free_speed"] for row in files["link"]}
    assert speeds == {"ab": "40", "bc": "23.15", "cd": "35", "ad": "30", "bc_fibre": ""}


def test_the_readme_says_what_is_lost(files: dict[str, list[dict[str, str]]], tmp_path: Path) -> None:
    text = (tmp_path / "gmns" / "README.md").read_text(encoding="utf-8")
    for word in ("bd", "names the first: d", "demand (1)", "terminals (2)", "CC BY 4.0", "vehicles per hour and lane"):
        assert word in text
