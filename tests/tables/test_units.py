"""Units at the door: known factors, counted things kept apart, and no unit that can stall or break the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.tables import units


@pytest.mark.parametrize(
    ("found", "canonical", "factor"),
    [
        ("nmi", "km", 1.852),
        ("wagon/d", "wagon/yr", 365),
        ("1/d", "1/yr", 365),
        ("min", "h", 1 / 60),
        ("d", "h", 24),
        ("knot", "km/h", 1.852),
        ("Mt/yr", "t/yr", 1e6),
        ("kt", "t", 1e3),
        ("FEU", "TEU", 2),
        ("kTEU/yr", "TEU/yr", 1e3),
        ("%", "share", 0.01),
        ("m³", "m**3", 1),
        ("t·km", "t*km", 1),
    ],
)
def test_a_unit_turns_into_another(found: str, canonical: str, factor: float) -> None:
    assert units.factor(found, canonical) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("found", "canonical"),
    [("TEU", "wagon"), ("t", "km"), ("wagon/d", "wagon"), ("USD", "EUR"), ("nonsense", "km"), ("", "km"), ("5", "km"), ("(", "km")],
)
def test_unlike_things_do_not_turn_into_each_other(found: str, canonical: str) -> None:
    with pytest.raises(ValueError, match=r"unit|turned"):
        units.factor(found, canonical)


@pytest.mark.parametrize("unit", ["km*9**9**9**9", "9⁹⁹⁹⁹⁹⁹⁹⁹", "9⁹**9**9", "((((9**9)**9)**9)**9)**9", "m^99999999", "km**1e9", "(" * 5000])
def test_a_unit_with_a_tower_of_powers_is_refused_at_once(unit: str) -> None:
    assert not units.is_unit(unit)


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_not(text: str) -> None:
    assert units.is_unit(text) in (True, False)


@given(st.text(alphabet="0123456789*^()/. kmtyr%²³⁹e-+", max_size=80))
def test_any_text_that_looks_like_a_unit_is_a_unit_or_not(text: str) -> None:
    assert units.is_unit(text) in (True, False)


@pytest.mark.parametrize(
    ("cell", "number", "unit"),
    [("250 nmi", 250, "nmi"), ("250nmi", 250, "nmi"), (" -1.5e3 t/yr ", -1500, "t/yr"), (".5", 0.5, ""), ("1_000", 1000, ""), ("12 1/yr", 12, "1/yr")],
)
def test_a_cell_splits_into_number_and_unit(cell: str, number: float, unit: str) -> None:
    assert units.split(cell) == (number, unit)


@pytest.mark.parametrize("cell", ["", "km", "1,000", "1 000", "1'000", "1.000.000", "- 5", "1" * 100, "1" * 70_000 + "\nx", "nan", "inf", "½"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        units.split(cell)
