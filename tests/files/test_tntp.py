"""TNTP files made into a case: every number traced, every fault told, nothing lost without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases, exports, tntp, tntp_read
from karvan.files.tntp import Reading
from karvan.tables.faults import Fault, InvalidData, UsageError
from tests.files import nets
from tests.published.tntp import BENCH

AS_THE_FILES_SAY = Reading()


def _import(tmp_path: Path, reading: Reading = AS_THE_FILES_SAY, **texts: str) -> tuple[Corridor, dict[str, dict[str, Any]]]:
    made = tntp.import_files(nets.write(tmp_path / "source", **texts), tmp_path / "mine", reading)
    return cases.load(str(tmp_path / "mine")), dict(made.told)


def _faults(tmp_path: Path, **texts: str) -> list[tuple[str, int, str, str]]:
    with pytest.raises(InvalidData) as caught:
        tntp.import_files(nets.write(tmp_path / "source", **texts), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
    assert all(fault.remedy and fault.expected for fault in caught.value.faults)
    return [(fault.file, fault.row, fault.column, fault.found) for fault in caught.value.faults]


NET = nets.net(3, 4, nets.THREE_ZONES, first_through=4)
TRIPS = nets.trips(3, {(1, 2): 8, (1, 3): 2.5, (2, 2): 4, (1, 1): 0})


def test_the_numbers_of_the_files_are_those_of_the_case(tmp_path: Path) -> None:
    case, told = _import(tmp_path, net=NET, trips=TRIPS)
    links, demand = case["links"], case["demand"]
    assert links.keys == ("1_4", "4_2", "1_3", "3_2", "2_4", "4_1")
    np.testing.assert_allclose(links["time"] * 60, [3, 3, 2, 1, 3, 3])
    assert links["delay_alpha"].tolist() == [0.15] * 6
    assert links["delay_beta"].tolist() == [4] * 6
    assert links["delay_capacity"].tolist() == [5] * 6
    assert np.isnan(links["capacity"]).all()
    assert links["directed"].all()
    assert dict(zip(case["nodes"].keys, case["nodes"]["through"], strict=True)) == {"1": False, "2": False, "3": False, "4": True}
    assert dict(zip(demand.keys, demand["amount"], strict=True)) == {"1__2": 8, "1__3": 2.5, "2__2": 4}
    assert (case.settings.amount_unit, case.settings.time_unit) == ("vehicle", "min")
    assert told == {"import.stay": {"name": "vehicles", "stay": "4"}, "import.units": {"time": "min", "length": "km"}}
    assert "3 min" in (tmp_path / "mine" / "links.csv").read_text(encoding="utf-8")
    readme = (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")
    assert "stay in their zone: 4" in readme
    assert "no coordinates" in readme


def test_a_case_without_coordinates_is_told_and_not_drawn(tmp_path: Path) -> None:
    case, _ = _import(tmp_path, net=NET, trips=TRIPS)
    assert np.isnan(case["nodes"]["x_coord"]).all()
    exports.export(case, "geojson", tmp_path / "out.geojson")
    features = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"]
    assert {feature["geometry"] for feature in features} == {None}
    with pytest.raises(UsageError, match="nothing to draw"):
        exports.export(case, "svg", tmp_path / "out.svg")
    exports.export(case, "gmns", tmp_path / "gmns")
    lost = (tmp_path / "gmns" / "README.md").read_text(encoding="utf-8")
    assert "no node of the case has any" in lost
    assert "how the time of a link grows" in lost


def test_coordinates_are_read_where_they_are_degrees(tmp_path: Path) -> None:
    file = nets.write(tmp_path / "source", places="node X Y ;\n1 10.5 50.25 ;\n2 11 51 ;\n3 12 52 ;\n4 13 53 ;\n")[0]
    case, told = _import(tmp_path, Reading(nodes=file), net=NET, trips=TRIPS)
    assert case["nodes"]["x_coord"].tolist() == [10.5, 11, 12, 13]
    assert "import.planar" not in told
    exports.export(case, "svg", tmp_path / "out.svg")
    file.write_text("node X Y ;\n1 690309 1976022 ;\n2 11 51 ;\n3 12 52 ;\n4 13 53 ;\n", encoding="utf-8")
    (tmp_path / "mine").rename(tmp_path / "first")
    case, told = _import(tmp_path, Reading(nodes=file), net=NET, trips=TRIPS)
    assert np.isnan(case["nodes"]["x_coord"]).all()
    assert "import.planar" in told


def test_units_come_from_the_option_then_from_the_header(tmp_path: Path) -> None:
    header = "<ORIGINAL HEADER>~\tTail\tHead\tCapacity (veh/h)\tLength (ft)\tFree Flow Time (h)\tB\tPower\tSpeed\tToll (cents)\tType\t;\n"
    text = nets.net(2, 2, [(1, 2, 10, 0.5, 0.15, 4, 5280, 100)], more=header + "<TOLL FACTOR> 0.01\n<DISTANCE FACTOR> 0.0001\n")
    trips = nets.trips(2, {(1, 2): 3})
    case, told = _import(tmp_path, net=text, trips=trips)
    assert told["import.units"] == {"time": "h", "length": "foot"}
    assert case["links"]["time"][0] == 0.5
    assert case["links"]["length"][0] == pytest.approx(1.609344)
    # 100 cents at 0.01 h a cent are an hour; 1 USD then is an hour
    assert case["commodities"]["value_of_time"][0] == pytest.approx(1.0)
    tariffs = case["tariffs"]
    assert tariffs["price"][tariffs.index["toll_1_2"]] == pytest.approx(1.0)
    assert tariffs["price_per_km"][tariffs.index["distance"]] * 1.609344 == pytest.approx(5280 * 0.0001)
    (tmp_path / "mine").rename(tmp_path / "first")
    _, told = _import(tmp_path, Reading(time_unit="min", length_unit="m"), net=text, trips=trips)
    assert told["import.units"] == {"time": "min", "length": "m"}


def test_tolls_without_a_factor_are_told(tmp_path: Path) -> None:
    case, told = _import(tmp_path, net=nets.net(2, 2, nets.CITY), trips=nets.trips(2, {(1, 2): 3}))
    assert told["import.tolls"] == {"links": 1}
    assert len(case["tariffs"]) == 0
    assert case["links"].keys == ("1_2", "1_2_2", "1_2_3")


def test_several_trips_files_are_several_classes(tmp_path: Path) -> None:
    case, _ = _import(tmp_path, net=nets.net(2, 2, nets.CITY), cars_trips=nets.trips(2, {(1, 2): 3}), trucks_trips=nets.trips(2, {(1, 2): 1, (2, 1): 2}))
    assert case["commodities"].keys == ("cars", "trucks")
    assert case["demand"].keys == ("cars__1__2", "trucks__1__2", "trucks__2__1")


def test_a_total_that_disagrees_and_zones_without_links_are_warnings(tmp_path: Path) -> None:
    case, told = _import(tmp_path, net=nets.net(3, 3, [(1, 2, 1, 1, 0, 1)]), trips=nets.trips(3, {(1, 2): 3, (1, 3): 1}, total=5))
    assert told["import.total"] == {"name": "vehicles", "total": "4", "stated": "5"}
    assert told["import.alone"] == {"zones": 1, "first": 3}
    assert case["demand"]["amount"].sum() == 4


def test_spelling_of_the_format_does_not_matter(tmp_path: Path) -> None:
    text = "<number of zones>\t2 ~ two\r\n< NUMBER OF NODES > 2\r\n<FIRST THRU NODE> 1\r\n<NUMBER OF LINKS> 1\r\n\r\n~ x\r\n1\t2\t10\t1\t1.5E0\t.15\t4\t0\t0\t1;\r\n"
    trips = "<NUMBER OF ZONES> 2\n~ a comment\norigin\t1\n 1:0.0;\n\n2  :  3.5e0 ;~ said\n"
    case, _ = _import(tmp_path, net=text, trips=trips)
    assert case["links"]["time"][0] * 60 == pytest.approx(1.5)
    assert case["demand"]["amount"].tolist() == [3.5]


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    net = ("<NUMBER OF ZONES> 3\n<NUMBER OF NODES> 2\n<NUMBER OF LINKS> 9\n<TOLL FACTOR> -1\n<END OF METADATA>\n"
           "1 2 -10 1 1 .15 4 0 0 1 ;\n1 2 10 nan 1 .15 4 0 0 1 ;\n1 7 10 1 1 .15 4 0 0 1 ;\n1 2 10 1 1 .15 4 0 0 ;\n2 2 10 1 1 .15 4 0 0 1 ;\n"
           "1 2 0 1 1 .15 4 0 0 1 ;\n1 x 10 1 1 .15 4 0 0 1 ;\n1 2 10 1 inf .15 4 0 -3 1 ;\n")  # fmt: skip
    trips = "<NUMBER OF ZONES> 5\n 2 : 4;\nOrigin 1\n 2 : -4; 9 : 1; 2 4; 1 : x; x : 1; 2 : NaN;\nOrigin 8\n 1 : 1;\nOrigin 2\n 1 : 1; 1 : 2;\n"
    found = _faults(tmp_path, net=net, trips=trips)
    assert set(found) == {
        ("net.tntp", 1, "NUMBER OF ZONES", "3"), ("net.tntp", 0, "FIRST THRU NODE", "nothing"), ("net.tntp", 3, "NUMBER OF LINKS", "9"),
        ("net.tntp", 4, "TOLL FACTOR", "-1"), ("net.tntp", 6, "capacity", "-10"), ("net.tntp", 7, "length", "nan"), ("net.tntp", 8, "term_node", "7"),
        ("net.tntp", 9, "", "9 columns"), ("net.tntp", 10, "term_node", "2"), ("net.tntp", 11, "capacity", "0"), ("net.tntp", 12, "term_node", "x"),
        ("net.tntp", 13, "free_flow_time", "inf"), ("net.tntp", 13, "toll", "-3"),
        ("trips.tntp", 1, "NUMBER OF ZONES", "5"), ("trips.tntp", 2, "", "2 : 4;"), ("trips.tntp", 4, "trips", "-4"), ("trips.tntp", 4, "destination", "9"),
        ("trips.tntp", 4, "", "2 4"), ("trips.tntp", 4, "trips", "x"), ("trips.tntp", 4, "destination", "x"), ("trips.tntp", 4, "trips", "NaN"),
        ("trips.tntp", 5, "Origin", "8"), ("trips.tntp", 8, "destination", "1"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "~ nothing\n", "hello", "\0\0\0", "<NUMBER OF ZONES> 1e9\n<NUMBER OF NODES> 0\n"])
def test_what_is_no_net_is_told(tmp_path: Path, text: str) -> None:
    found = _faults(tmp_path, net=text, trips=TRIPS)
    assert {fault[0] for fault in found if fault[0] == "net.tntp"}


@pytest.mark.parametrize("text", ["", "Origin 1\n", "Origin\n 2 : 1;", "Origin 1\n 2 : 0;\n", "<TOTAL OD FLOW> 3\n"])
def test_no_trips_are_told(tmp_path: Path, text: str) -> None:
    assert {fault[0] for fault in _faults(tmp_path, net=NET, trips="<NUMBER OF ZONES> 3\n" + text)} == {"trips.tntp"}


def test_many_faults_are_told_in_short(tmp_path: Path) -> None:
    rows = "\n".join("1 2 3" for _ in range(5000))
    found = _faults(tmp_path, net=f"<NUMBER OF ZONES> 2\n<NUMBER OF NODES> 2\n<FIRST THRU NODE> 1\n<NUMBER OF LINKS> 5000\n{rows}\n", trips=nets.trips(2, {(1, 2): 1}))
    assert len(found) == 201
    assert ("net.tntp", 0, "", "4800 more faults") in found


def test_wrong_questions(tmp_path: Path) -> None:
    net, trips = nets.write(tmp_path / "source", net=NET, trips=TRIPS)
    for sources, reading, said in (
        ((net,), Reading(), "needs a net file and a trips file"), ((net, tmp_path / "nothing"), Reading(), "cannot be read"),
        ((net, tmp_path), Reading(), "cannot be read"), ((net, trips, trips), Reading(), "would both be the class"),
        ((net, trips), Reading(toll_factor=-1.0), "--toll-factor"), ((net, trips), Reading(time_unit="parsec"), "--time-unit"),
        ((net, trips), Reading(time_unit="week"), "--time-unit"), ((net, trips), Reading(length_unit="h"), "--length-unit"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            tntp.import_files(sources, tmp_path / "mine", reading)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        tntp.import_files((net, trips), tmp_path / "mine")


@pytest.mark.parametrize("name", ["SiouxFalls", "Anaheim", "Barcelona", "Chicago-Sketch"])
def test_published_files_are_read_without_a_fault(name: str) -> None:
    folder = BENCH / "tntp" / name
    if not folder.is_dir():
        pytest.skip(f"no {folder}: set KARVAN_BENCH to a folder with tntp/{name}")
    faults: list[Fault] = []
    net = tntp_read.read_net(next(folder.glob("*_net.tntp")), faults)
    trips = tntp_read.read_trips(next(folder.glob("*_trips.tntp")), net.zones, faults)
    assert faults == []
    assert sum(trips.pairs.values()) == pytest.approx(trips.stated, rel=1e-9)
