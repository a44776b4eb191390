"""GMNS files of others and our own, made into cases that load; what is wrong with them is said in their own words."""

import datetime
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.bridge.compile import compile_corridor
from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.files.exports import export
from karvan.files.gmns import import_folder
from karvan.tables.faults import InvalidData, UsageError

NODE = "node_id,x_coord,y_coord,zone_id\n1,50.0,40.0,1.0\n2,51.0,40.0,\n3,52.0,40.0,2.0\n"
LINK = "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes,capacity,allowed_uses\n1,1,2,1,95,50,2,1800,auto\n2,2,3,1,95,50,1,,auto\n"
DEMAND = "o_zone_id,d_zone_id,volume\n1,2,100\n1,2,20\n1,1,7\n"


def _import(put: Any, tmp_path: Path, files: dict[str, str]) -> Corridor:
    import_folder(put(tmp_path / "source", files), tmp_path / "mine")
    return cases.load(str(tmp_path / "mine"))


def _readme(tmp_path: Path) -> str:
    return (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")


def _faults(put: Any, tmp_path: Path, files: dict[str, str]) -> list[tuple[str, int, str, str]]:
    with pytest.raises(InvalidData) as caught:
        import_folder(put(tmp_path / "source", files), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
    assert all(fault.remedy for fault in caught.value.faults)
    return [(fault.file, fault.row, fault.column, fault.found) for fault in caught.value.faults]


def test_round_trip(corridor: Corridor, tmp_path: Path) -> None:
    export(corridor, "gmns", tmp_path / "gmns")
    names = import_folder(tmp_path / "gmns", tmp_path / "mine")
    assert {"case.toml", "README.md", "targets.csv"} <= set(names)
    read = cases.load(str(tmp_path / "mine"))
    for table, columns in {
        "nodes": ("node_id", "name", "country", "kind", "x_coord", "y_coord", "unlocode"),
        "zones": ("zone_id", "name", "node_id", "country"),
        "modes": ("mode_id", "name", "layer", "speed", "time_cv"),
        "geometries": ("link_id", "line", "kind"),
    }.items():
        for column in columns:
            assert list(read[table][column]) == list(corridor[table][column]), (table, column)
    kept = corridor["links"].select(corridor["links"]["exists"])
    for column in ("link_id", "name", "from_node", "to_node", "mode_id", "directed", "length"):
        assert list(read["links"][column]) == list(kept[column]), column
    for column in ("time", "time_sd", "tracks"):
        np.testing.assert_array_equal(read["links"][column], kept[column])
    capacity = dict(zip(read["links"].keys, zip(read["links"]["capacity"], read["links"]["capacity_unit"], strict=True), strict=True))
    assert capacity["ab"] == (5e6, "t/yr")
    assert np.isnan(capacity["bc"][0])
    assert "200000 TEU/yr" in read["links"].row("bc")["note"]


def test_files_of_others(put: Any, tmp_path: Path) -> None:
    read = _import(put, tmp_path, {"Node.CSV": NODE.upper(), "link.csv": LINK, "demand.csv": DEMAND})
    assert list(read["zones"]["node_id"]) == ["1", "3"]
    assert list(read["links"]["mode_id"]) == ["road", "road"]
    assert list(read["links"]["directed"]) == [True, True]
    assert np.isnan(read["links"]["capacity"]).all()
    assert "1800 vehicles per hour and lane, 2 lanes" in read["links"]["note"][0]
    assert [(row["origin"], row["destination"], row["amount"]) for row in read["demand"].rows()] == [("1", "2", 120)]
    assert set(read["nodes"]["country"]) == {"XX"}
    compile_corridor(read)
    for table in ("modes", "commodities", "demand"):
        assert set(read[table]["basis"]) == {"estimate"}
        assert all(read[table]["note"])
    text = _readme(tmp_path)
    for word in ("read as tonnes in 2026", "stay within a zone: 1.", "has no field for it: 3.", "lengths were read as km", "as_of"):
        assert word in text


def test_units_of_config_are_turned(put: Any, tmp_path: Path) -> None:
    config = "dataset_name,long_length,speed,crs\nSmall town,mile,mph,4326\n"
    read = _import(put, tmp_path, {"node.csv": NODE, "link.csv": LINK, "config.csv": config})
    assert read["links"]["length"] == pytest.approx([95 * 1.609344] * 2)
    assert read["links"]["speed"] == pytest.approx([50 * 1.609344] * 2)
    assert read.settings.title == "Small town"


def test_the_day_is_asked_for(put: Any, tmp_path: Path) -> None:
    source = put(tmp_path / "source", {"node.csv": NODE, "link.csv": LINK})
    import_folder(source, tmp_path / "mine", datetime.date(2024, 5, 6))
    case = tomllib.loads((tmp_path / "mine" / "case.toml").read_text(encoding="utf-8"))["case"]
    assert (case["as_of"], case["first_year"], case["horizon"]) == (datetime.date(2024, 5, 6), 2024, 2033)
    assert "GMNS names no day" not in _readme(tmp_path)
    import_folder(source, tmp_path / "other")
    assert "set it to the day" in (tmp_path / "other" / "README.md").read_text(encoding="utf-8")


def test_without_zones_and_demand_the_case_is_whole(put: Any, tmp_path: Path) -> None:
    node = "NODE_ID,X_COORD,Y_COORD\n9,53.0,40.0\n1,50.0,40.0\n2,51.0,40.0\n3,52.0,40.0\n"
    read = _import(put, tmp_path, {"node.csv": node, "link.csv": LINK})
    assert list(read["zones"]["node_id"]) == ["1", "3"]
    assert list(read["demand"]["amount"]) == [0.0]
    assert len(read["targets"]) == 0
    compile_corridor(read)
    assert "one row of 0 t" in _readme(tmp_path)


def test_zones_are_named_by_their_file(put: Any, tmp_path: Path) -> None:
    zone = "zone_id,name\n1,West\n2,East\n7,Nowhere\n"
    read = _import(put, tmp_path, {"node.csv": NODE + "4,53.0,40.0,2\n", "link.csv": LINK, "zone.csv": zone})
    assert list(read["zones"]["name"]) == ["West", "East"]
    assert read["zones"].row("2")["note"] == "enters at the first of its 2 nodes"
    assert "in zone_id: 1 (7)." in _readme(tmp_path)


@pytest.mark.parametrize(
    ("kind", "uses", "mode"),
    [
        ("", "", "road"), ("Light rail", "", "rail"), ("ferry", "auto", "sea"), ("trail", "truck", "road"), ("pipeline", "", "pipeline"),
        ("", "cargo_ship", "sea"), ("street", "auto;rail", "road"), ("", "walk, bike", ""), ("sidewalk", "", ""), ("", "train", "rail"),
    ],
)  # fmt: skip
def test_modes_from_words(put: Any, tmp_path: Path, kind: str, uses: str, mode: str) -> None:
    link = f'link_id,from_node_id,to_node_id,directed,length,facility_type,allowed_uses\nx,1,2,0,90,{kind},"{uses}"\ny,1,3,0,180,road,\n'
    read = _import(put, tmp_path, {"node.csv": NODE, "link.csv": link})
    assert list(read["links"]["mode_id"]) == [each for each in (mode, "road") if each]
    assert ("pedestrians" in _readme(tmp_path)) == (not mode)
    assert ("cannot change mode" in _readme(tmp_path)) == (mode not in ("", "road"))


def test_what_is_missing_is_filled_in_and_said(put: Any, tmp_path: Path) -> None:
    link = "link_id,from_node_id,to_node_id,toll,geometry,geometry_id\n1,1,2,2.5,x,7\n2,2,3,,\"LINESTRING (0 0, 1 1)\",8\n"
    read = _import(put, tmp_path, {"node.csv": NODE, "link.csv": link})
    assert read["links"]["length"] == pytest.approx([85.2, 85.2], abs=0.1)
    assert "straight line" in read["links"]["note"][0]
    for word in ("no field `directed`", "Tolls were left out", "geometry_id of links was left out", "no WKT LINESTRING of longitudes and latitudes: 1.", "to as near the other: 1.", "between their ends: 2."):
        assert word in _readme(tmp_path)


def test_the_line_of_a_link_is_kept(put: Any, tmp_path: Path) -> None:
    """GMNS says what a geometry is by its name only: it is the way itself."""
    lines = ["LINESTRING (50 40, 50.5 40.25, 51 40)", "LINESTRING (52 40, 51 40)"]
    link = f'link_id,from_node_id,to_node_id,directed,geometry\n1,1,2,1,"{lines[0]}"\n2,2,3,1,"{lines[1]}"\n3,3,1,1,\n'
    read = _import(put, tmp_path, {"node.csv": NODE, "link.csv": link})
    assert [(row["link_id"], row["line"], row["kind"], row["basis"]) for row in read["geometries"].rows()] == [("1", lines[0], "alignment", "reported")]
    assert "to as near the other: 1." in _readme(tmp_path)


def test_every_fault_is_said_at_once(put: Any, tmp_path: Path) -> None:
    node = "node_id,x_coord,y_coord\n1,50,40\n1,51,40\n3,52,95\n"
    link = "link_id,from_node_id,to_node_id,length,directed\n1,1,8,-5,1\n2,3,3,x,maybe\n"
    config = "crs,speed,long_length\nEPSG:32638,parsec,furlongs per day\n"
    faults = _faults(put, tmp_path, {"node.csv": node, "link.csv": link, "config.csv": config})
    assert {(file, row, column) for file, row, column, _ in faults} == {
        ("config.csv", 0, "crs"), ("config.csv", 0, "speed"), ("config.csv", 0, "long_length"), ("node.csv", 4, "y_coord"),
        ("link.csv", 2, "length"), ("link.csv", 3, "length"), ("link.csv", 3, "directed"),
    }  # fmt: skip
    config = "crs\nEPSG:4326\n"
    faults = _faults(put, tmp_path, {"node.csv": node.replace("95", "45"), "link.csv": link.replace("-5", "5").replace("x,maybe", "4,0"), "config.csv": config})
    assert {fault[:3] for fault in faults} == {("node.csv", 3, "node_id"), ("link.csv", 2, "to_node_id"), ("link.csv", 3, "to_node_id")}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"node.csv": NODE}, ("link.csv", 0, "", "nothing")),
        ({"node.csv": "node_id,x_coord\n1,1\n", "link.csv": LINK}, ("node.csv", 1, "y_coord", "nothing")),
        ({"node.csv": NODE, "link.csv": ""}, ("link.csv", 1, "link_id", "nothing")),
        ({"node.csv": NODE, "link.csv": LINK.splitlines()[0]}, ("link.csv", 0, "", "no rows")),
        ({"node.csv": NODE, "link.csv": LINK + "3,1,3,1,190,50,1,,auto,truck\n"}, ("link.csv", 4, "", "10 cells")),
        ({"node.csv": NODE, "link.csv": LINK + '"3,1\n'}, ("link.csv", 4, "", "unexpected end of data")),
        ({"node.csv": NODE, "link.csv": LINK.replace("auto", "walk")}, ("link.csv", 0, "allowed_uses", "no link for freight")),
        ({"node.csv": NODE, "link.csv": LINK.replace(",95,", ",85000,")}, ("link.csv", 0, "length", "a median of 998 times the straight line")),
        ({"node.csv": NODE, "link.csv": LINK, "demand.csv": DEMAND + "1,5,3\n5,1,3\n"}, ("demand.csv", 5, "d_zone_id", "5")),
        ({"node.csv": NODE, "link.csv": LINK, "od.csv": "o_zone_id,d_zone_id,volume\n1,2,many\n"}, ("od.csv", 2, "volume", "many")),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_field_and_what_was_found(put: Any, tmp_path: Path, files: dict[str, str], fault: tuple[str, int, str, str]) -> None:
    assert fault in _faults(put, tmp_path, files)


def test_bytes_that_are_no_text_are_a_fault(put: Any, tmp_path: Path) -> None:
    put(tmp_path / "source", {"link.csv": LINK})
    (tmp_path / "source" / "node.csv").write_bytes(b"node_id\n\xff\xfe")
    assert ("node.csv", 0, "", "byte 0xff") in _faults(put, tmp_path, {})


def test_places_are_refused(put: Any, tmp_path: Path) -> None:
    source = put(tmp_path / "source", {"node.csv": NODE, "link.csv": LINK})
    with pytest.raises(UsageError, match="not empty"):
        import_folder(source, source)
    with pytest.raises(UsageError, match="is no folder"):
        import_folder(tmp_path / "none", tmp_path / "mine")
    with pytest.raises(UsageError, match="is a file"):
        import_folder(source, source / "node.csv")
