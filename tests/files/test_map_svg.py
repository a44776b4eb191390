"""The map: well-formed, a line for every link, places where their coordinates are, names that do not cover each other."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from math import cos, radians
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases, map_svg
from tests.corridor import tiny

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def small(tmp_path: Path) -> Corridor:
    return tiny.load(tmp_path)


@pytest.mark.parametrize("name", cases.built_in())
def test_every_link_has_its_line_and_every_mode_its_legend(name: str) -> None:
    corridor = cases.load(name)
    drawn = ElementTree.fromstring(map_svg.draw(corridor))
    assert len(drawn.findall(f".//{SVG}path")) == len(corridor["links"])
    dashed = [path for path in drawn.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert len(dashed) == int((~corridor["links"]["exists"]).sum())
    modes = set(corridor["links"]["mode_id"])
    assert len(set(map_svg.colours_of(sorted(modes)).values())) == len(modes)
    texts = [text.text for text in drawn.findall(f"{SVG}text")]
    assert len(texts) >= len(modes)


def test_a_place_lies_where_its_coordinates_are(small: Corridor) -> None:
    frame = map_svg.frame_of(small)
    drawn = ElementTree.fromstring(map_svg.draw(small))
    circles = {circle.findtext(f"{SVG}title"): (float(circle.get("cx", "nan")), float(circle.get("cy", "nan"))) for circle in drawn.iter(f"{SVG}circle")}
    assert len(circles) == len(small["nodes"])
    (x0, y0), (x1, y1) = circles["Aktau"], circles["Steppe"]
    degrees_x, degrees_y = 72.0 - 51.2, 47.0 - 43.6
    assert (x1 - x0) / degrees_x == pytest.approx(map_svg.WIDTH / (frame.east - frame.west), rel=0.01)
    assert (y0 - y1) / degrees_y == pytest.approx(frame.height / (frame.north - frame.south), rel=0.05)
    # a degree of longitude is cos(latitude) of one of latitude
    squeeze = ((x1 - x0) / degrees_x) / ((y0 - y1) / degrees_y)
    assert squeeze == pytest.approx(cos(radians((frame.south + frame.north) / 2)), rel=0.1)


def test_names_do_not_cover_each_other() -> None:
    drawn = ElementTree.fromstring(map_svg.draw(cases.load("middle_corridor")))
    names = [text for text in drawn.findall(f".//{SVG}g/{SVG}g/{SVG}text") if text.text and "°" not in text.text]
    boxes = [(float(text.get("x", "nan")), float(text.get("y", "nan")), map_svg.LETTER * len(text.text or "")) for text in names]
    assert len(boxes) > 30
    for i, (x, y, wide) in enumerate(boxes):
        assert not any(x < x2 + wide2 and x2 < x + wide and abs(y - y2) < 12 for x2, y2, wide2 in boxes[i + 1 :])


def test_lines_of_the_table_are_drawn_where_there_is_one(small: Corridor) -> None:
    # as `geometries` holds them: a link and its line as WKT
    columns = {"link_id": np.array(["ferry_line"], dtype=object), "line": np.array(["LINESTRING (51.2 43.6, 50.0 42, 49.4 39.9)"], dtype=object)}
    lines = SimpleNamespace(columns=columns)
    own = replace(small, tables={**small.tables, "geometries": lines})  # type: ignore[dict-item]
    assert map_svg.drawn_lines(own)["ferry_line"] == [[(51.2, 43.6), (50.0, 42.0), (49.4, 39.9)]]
    assert map_svg.drawn_lines(own)["branch"] == [[(72.0, 47.0), (49.9, 40.4)]]
    assert map_svg.is_schematic(own)


def test_a_line_over_the_180th_meridian_has_two_pieces(small: Corridor) -> None:
    nodes = small["nodes"].replace({(0, "x_coord"): 170.0, (0, "y_coord"): 10.0, (1, "x_coord"): -170.0, (1, "y_coord"): 20.0})
    line = map_svg.drawn_lines(replace(small, tables={**small.tables, "nodes": nodes}))["china_gate"]
    assert line == [[(170.0, 10.0), (180.0, 15.0)], [(-180.0, 15.0), (-170.0, 20.0)]]


def test_signs_of_xml_in_names_are_escaped(small: Corridor) -> None:
    nodes = small["nodes"].replace({(3, "name"): "A <b> & 'c'"})
    drawn = ElementTree.fromstring(map_svg.draw(replace(small, tables={**small.tables, "nodes": nodes})))
    assert "A <b> & 'c'" in [title.text for title in drawn.iter(f"{SVG}title")]


def test_a_single_place_has_a_frame(small: Corridor) -> None:
    one = small["nodes"].select(np.array([0]))
    frame = map_svg.frame_of(replace(small, tables={**small.tables, "nodes": one}))
    assert frame.holds(108.9, 34.3)
    assert frame.west < frame.east
    assert frame.south < frame.north


def test_the_same_case_gives_the_same_map_whatever_the_order_of_sets() -> None:
    code = "from karvan.files import cases, map_svg; c = cases.load('middle_corridor'); print(map_svg.draw(c, map_svg.close_up(c)))"
    made = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
            for seed in ("1", "2")}  # fmt: skip
    assert len(made) == 1
    assert made.pop().startswith("<svg")
