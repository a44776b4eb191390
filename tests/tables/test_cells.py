"""Every kind of cell: what it reads, what it refuses and with which way out, and what an empty one means."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.tables.cells import BadCell, absent, nearest, parse, parse_date
from karvan.tables.schema import Column, boolean, choice, date, ident, integer, items, number, text

LENGTH = number("length", "how long", "km", minimum=0, maximum=1000)
TRACKS = integer("tracks", "how many", minimum=1)
SHARE = number("share", "of it", "share", minimum=0, maximum=1)
BARE = number("capacity", "of it", unit_column="capacity_unit")
OPEN = boolean("open", "whether", True)
FIRST = date("first", "day")
LAST = date("last", "day", period_end=True)
KIND = choice("kind", "which", "rail", "road", default="rail")
WORDS = items("words", "some")
KEY = ident("key", "the key", required=True)
NOTE = text("note", "anything")


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (LENGTH, "12.5", 12.5),
        (LENGTH, "250 nmi", 463.0),
        (LENGTH, "250nmi", 463.0),
        (LENGTH, "1e2", 100.0),
        (LENGTH, " 7 ", 7.0),
        (LENGTH, "0", 0.0),
        (SHARE, "12.5 %", 0.125),
        (TRACKS, "2", 2.0),
        (TRACKS, "2.0", 2.0),
        (BARE, "46", 46.0),
        (OPEN, "true", True),
        (OPEN, "No", False),
        (OPEN, "0", False),
        (OPEN, "YES", True),
        (KIND, "road", "road"),
        (WORDS, "a; b;;c ", ("a", "b", "c")),
        (WORDS, "a", ("a",)),
        (KEY, "Ak-tau_2", "Ak-tau_2"),
        (NOTE, "  a, b; c/d  ", "a, b; c/d"),
        (FIRST, "2027", np.datetime64("2027-01-01")),
        (FIRST, "2027-06", np.datetime64("2027-06-01")),
        (FIRST, "2027-06-30", np.datetime64("2027-06-30")),
        (LAST, "2027", np.datetime64("2027-12-31")),
        (LAST, "2028-02", np.datetime64("2028-02-29")),
        (LAST, "2027-02", np.datetime64("2027-02-28")),
        (LAST, "2027-06-01", np.datetime64("2027-06-01")),
    ],
)
def test_a_cell_is_read(column: Column, cell: str, value: object) -> None:
    found = parse(column, cell)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("column", "cell", "expected", "remedy"),
    [
        (LENGTH, "far", "a number in km", "thousands"),
        (LENGTH, "1,000", "a number in km", "thousands"),
        (LENGTH, "12 t", "a unit that turns into km", "in km"),
        (LENGTH, "5 km km", "a unit that turns into km", "in km"),
        (LENGTH, "-1", "at least 0", "sign or the unit"),
        (LENGTH, "1000 nmi", "at most 1000", "value or the unit"),
        (LENGTH, "1e999", "a finite number", "empty"),
        (LENGTH, "nan", "a number in km", "point"),
        (TRACKS, "2.5", "a whole number", "Round"),
        (TRACKS, "0", "at least 1", "Correct"),
        (BARE, "46 wagon/d", "a bare number", "own column"),
        (OPEN, "perhaps", "true or false", "Write true or false"),
        (KIND, "raod", "one of rail, road", "Nearest: road"),
        (WORDS, "a b; c", "words separated by semicolons", "spaces"),
        (KEY, "two words", "an id without spaces", "one word"),
        (KEY, "a;b", "an id without spaces", "one word"),
        (KEY, "  ", "a value", "Fill in key: the key"),
        (FIRST, "27-06-30", "a date as 2027", "four digits"),
        (FIRST, "30.06.2027", "a date as 2027", "order"),
        (FIRST, "2027-13", "a date between", "month"),
        (FIRST, "2027-00", "a date between", "month"),
        (FIRST, "2027-00-15", "a date between", "month"),
        (FIRST, "2027-06-00", "a day that 2027-06 has", "30 days"),
        (FIRST, "2027-02-29", "a day that 2027-02 has", "28 days"),
        (LAST, "2027-06-31", "a day that 2027-06 has", "30 days"),
        (FIRST, "0027", "a date between", "year"),
        (FIRST, "9999", "a date between", "year"),
    ],
)
def test_a_bad_cell_says_what_was_expected_and_the_way_out(column: Column, cell: str, expected: str, remedy: str) -> None:
    with pytest.raises(BadCell) as caught:
        parse(column, cell)
    assert expected in caught.value.expected
    assert remedy in caught.value.remedy


def test_a_required_list_of_nothing_but_semicolons_is_empty() -> None:
    assert parse(WORDS, " ; ;") == ()
    with pytest.raises(BadCell, match="at least one"):
        parse(items("members", "who", required=True), " ; ;")


def test_absent_and_zero_are_two_things() -> None:
    assert math.isnan(parse(LENGTH, ""))
    assert parse(LENGTH, "0") == 0.0
    assert parse(OPEN, "") is True
    assert parse(KIND, "") == "rail"
    assert parse(WORDS, "") == ()
    assert parse(NOTE, "") == ""
    assert np.isnat(parse(FIRST, ""))
    assert absent(date("since", "day", default="2020-01-31")) == np.datetime64("2020-01-31")
    assert absent(number("price", "money", default=0.0)) == 0.0


@given(st.sampled_from([LENGTH, TRACKS, SHARE, BARE, OPEN, FIRST, LAST, KIND, WORDS, KEY, NOTE]), st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_remedy(column: Column, cell: str) -> None:
    said = ("read", "as it is")
    try:
        parse(column, cell)
    except BadCell as bad:
        said = (bad.expected, bad.remedy)
    assert all(said)


@given(st.dates(), st.booleans())
def test_a_whole_date_is_itself_at_both_ends(day: object, period_end: bool) -> None:
    if 1800 <= day.year <= 2200:  # type: ignore[attr-defined]
        assert parse_date(str(day), period_end) == np.datetime64(str(day))


def test_the_nearest_word_is_named() -> None:
    assert nearest("lenght", ["length", "speed"]) == "length"
    assert nearest("zzz", ["a", "b"]) == "a, b"
    assert nearest("zzz", list("abcdefgh")) == "a, b, c, d, e, f…"
    assert "none" in nearest("zzz", [])
