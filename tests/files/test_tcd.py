"""The time- and cost-distance chart: well-formed, whole, nothing written over anything else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.files import tcd
from karvan.files.tcd import Line, Stop, Words
from karvan.tables.faults import UsageError

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words("A – B: boxes, 2026", "below", "kilometres", "days", "USD/t", "Stops", ("one", "two"))


def _line(seed: int) -> Line:
    """A way of up to eight stretches with a stop after each."""
    r = np.random.default_rng(seed)
    km = days = money = 0.0
    corners, stops = [(0.0, 0.0, 0.0)], []
    for i in range(int(r.integers(1, 9))):
        km, days, money = km + float(r.uniform(1, 2000)), days + float(r.uniform(0.1, 3)), money + float(r.uniform(-5, 60))
        corners.append((km, days, money))
        stay = float(r.uniform(0.05, 6))
        stops.append(Stop(km, days, f"Place {i % 5}", stay, f"Place {i % 5} {24 * stay:.0f} h (border, change of gauge)"))
        days, money = days + stay, money + 5
        corners.append((km, days, money))
    return Line(f"by way {seed}", f"{days:.1f} d", f"{money:.0f} USD/t", tuple(corners), 0.8 * days, 1.3 * days, tuple(stops))


def _boxes(drawn: str) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every text with the rectangle it takes, by the mean width of a letter."""
    out = []
    for text in ET.fromstring(drawn).iter(f"{SVG}text"):
        said, size = "".join(text.itertext()), float(text.get("font-size", "11"))
        x, y, wide = float(text.get("x", "0")), float(text.get("y", "0")), 0.5 * size * len(said)
        left = {"end": x - wide, "middle": x - wide / 2}.get(text.get("text-anchor", "start"), x)
        out.append((said, (left, y - 0.7 * size, left + wide, y + 0.15 * size)))
    return out


def _overlapping(drawn: str) -> list[tuple[str, str]]:
    return [(one, other) for (one, a), (other, b) in combinations(_boxes(drawn), 2)
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]  # fmt: skip


@given(st.integers(1, 9), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_word_lies_on_another_and_none_leaves_the_sheet(ways: int, seed: int) -> None:
    lines = [_line(seed + i) for i in range(ways)]
    drawn = tcd.draw(lines, WORDS)
    assert _overlapping(drawn) == []
    height = float(ET.fromstring(drawn).get("height", "0"))
    for said, (left, top, right, bottom) in _boxes(drawn):
        assert left >= 0, said
        assert right <= tcd.WIDTH, said
        assert 0 <= top < bottom <= height, said


def test_every_way_has_its_line_in_both_panels_its_number_and_all_its_stops() -> None:
    lines = [_line(i) for i in range(4)]
    drawn = tcd.draw(lines, WORDS)
    sheet = ET.fromstring(drawn)
    assert (sheet.get("width"), sheet.get("height")) == ("900", "1100")
    titled = [path.findtext(f"{SVG}title") for path in sheet.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    listed = " ".join("".join(text.itertext()) for text in sheet.iter(f"{SVG}text"))
    for i, line in enumerate(lines, start=1):
        assert titled.count(line.name) == 2
        assert f">{i}</text>" in drawn
        assert all(stop.said in listed for stop in line.stops)
    for word in (WORDS.title, WORDS.distance, WORDS.time, WORDS.money, *WORDS.foot):
        assert word in listed


def test_corners_stand_where_their_figures_say() -> None:
    line = Line("w", "2.0 d", "10 USD/t", ((0, 0, 0), (100, 1, 4), (100, 1.5, 6), (200, 2, 10)), 1.8, 2.5, ())
    drawn = tcd.draw([line], WORDS)
    path = re.search(r'<path d="M([^"]+)" fill="none" stroke="#0072b2" stroke-width="2"', drawn)
    assert path is not None
    points = np.array([[float(x) for x in point.split()] for point in path[1].split("L")])
    assert points[:, 0] == pytest.approx([62, 369, 369, 676], abs=0.1)
    assert np.diff(points[:, 1]) / (points[-1, 1] - points[0, 1]) == pytest.approx([0.5, 0.25, 0.25], abs=1e-3)


def test_names_are_escaped() -> None:
    line = Line("<&>", "1 d", "1", ((0, 0, 0), (1, 1, 1)), 1, 1, (Stop(0, 0, "<x>", 1, "<x> & y"),))
    assert "<x>" in "".join(ET.fromstring(tcd.draw([line], WORDS)).itertext())


def test_a_chart_that_cannot_be_written_is_said_before_anything_is_computed(tmp_path: Path) -> None:
    for name, said in (("ways.pdf", "ends with .svg or .png"), ("ways", "ends with"), ("no/ways.svg", "there is no folder")):
        with pytest.raises(UsageError, match=said):
            tcd.check(tmp_path / name)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        tcd.check(tmp_path / "folder.svg")
    tcd.check(tmp_path / "ways.SVG")
    tcd.write([_line(1)], WORDS, tmp_path / "ways.svg")
    assert ET.fromstring((tmp_path / "ways.svg").read_text(encoding="utf-8")).tag == f"{SVG}svg"


def test_a_picture_needs_the_extra_or_is_one(tmp_path: Path) -> None:
    from importlib.util import find_spec

    if find_spec("vl_convert") is None:
        with pytest.raises(UsageError, match=r"needs the extra \[chart\]: pip install 'karvan\[chart\]'"):
            tcd.check(tmp_path / "ways.png")
    else:
        tcd.write([_line(1)], WORDS, tmp_path / "ways.png")
        assert (tmp_path / "ways.png").read_bytes().startswith(b"\x89PNG")
