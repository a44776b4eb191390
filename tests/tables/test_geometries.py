"""Lines: text and points say the same, and lengths are those of the sphere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.tables.geometries import ENDS_WITHIN, great_circle, joins, line_length, line_text, parse_line

QUARTER = math.pi * 6371.0 / 2
POINTS = st.tuples(st.integers(-1_800_000, 1_800_000), st.integers(-900_000, 900_000)).map(lambda p: (p[0] / 1e4, p[1] / 1e4))


@given(st.lists(POINTS, min_size=2, max_size=8))
def test_what_is_written_is_read_back(points: list[tuple[float, float]]) -> None:
    assert parse_line(line_text(points)) == tuple(points)


@pytest.mark.parametrize(
    "wkt", ["LINESTRING (30 10, 10 30, 40 40)", "LINESTRING(30 10,10 30,40 40)", " linestring ( 30.0 1e1 , 10 30,  40 40.000 ) "]
)
def test_the_spellings_of_wkt(wkt: str) -> None:
    assert parse_line(wkt) == ((30, 10), (10, 30), (40, 40))


@pytest.mark.parametrize(
    ("wkt", "says"),
    [
        ("POINT (30 10)", "no LINESTRING"),
        ("MULTILINESTRING ((30 10, 10 30))", "no LINESTRING"),
        ("LINESTRING EMPTY", "no LINESTRING"),
        ("LINESTRING Z (30 10 5, 10 30 5)", "no LINESTRING"),
        ("LINESTRING (30 10)", "fewer than two"),
        ("LINESTRING ()", "'nothing' is no pair"),
        ("LINESTRING (30 10, 10)", "'10' is no pair"),
        ("LINESTRING (30 10, 10 30 5)", "'10 30 5' is no pair"),
        ("LINESTRING (30 10, ten 30)", "'ten 30' is no pair"),
        ("LINESTRING (30 10, nan 30)", "outside"),
        ("LINESTRING (30 10, 10 inf)", "outside"),
        ("LINESTRING (4300000 10, 10 30)", "outside"),
        ("LINESTRING (30 10, 10 30", "no LINESTRING"),
    ],
)
def test_what_is_no_line_is_said(wkt: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        parse_line(wkt)


def test_lengths_on_the_sphere() -> None:
    assert great_circle((0, 0), (90, 0)) == pytest.approx(QUARTER)
    assert great_circle((12, 90), (77, 0)) == pytest.approx(QUARTER)
    assert great_circle((0, 0), (180, 0)) == pytest.approx(2 * QUARTER)
    assert great_circle((179.5, 0), (-179.5, 0)) == pytest.approx(QUARTER / 90)
    assert great_circle((20, 60), (20, 60)) == 0
    assert line_length([(0, 0), (90, 0), (90, 90), (5, 0)]) == pytest.approx(3 * QUARTER)


def test_the_ends_of_a_line_are_near_its_nodes() -> None:
    degree = ENDS_WITHIN / (QUARTER / 90)
    line = [(10.0, 0.0), (11.0, 3.0), (12.0, 0.0)]
    assert joins(line, (10 - 0.999 * degree, 0), (12, 0.999 * degree))
    assert not joins(line, (10 - 1.001 * degree, 0), (12, 0))
    assert not joins(line, (10, 0), (12, 1.001 * degree))
    assert not joins(line[::-1], (10, 0), (12, 0))
