"""Numbers keyed by name: the same whatever else is drawn; ranges hit their percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.verdict import draws


def test_a_hundred_futures_are_the_first_of_a_thousand() -> None:
    for columns in (1, 3):
        long, short = draws.uniform(7, "demand.box", 1000, columns), draws.uniform(7, "demand.box", 100, columns)
        assert (long[:100] == short).all()


def test_a_stream_depends_on_its_seed_and_name_alone() -> None:
    first = draws.uniform(1, "a", 50)
    draws.uniform(1, "b", 5000)
    assert (draws.uniform(1, "a", 50) == first).all()
    assert not (draws.uniform(1, "b", 50) == first).any()
    assert not (draws.uniform(2, "a", 50) == first).any()
    assert abs(np.corrcoef(draws.uniform(1, "a", 4000)[:, 0], draws.uniform(1, "b", 4000)[:, 0])[0, 1]) < 0.05


def test_seed_and_name_do_not_run_into_each_other() -> None:
    assert not (draws.uniform(1, "1x", 20) == draws.uniform(11, "x", 20)).any()


def test_uniform_normal_and_student_have_their_moments() -> None:
    u = draws.uniform(3, "u", 40_000)[:, 0]
    assert (u > 0).all()
    assert (u < 1).all()
    assert u.mean() == pytest.approx(0.5, abs=0.01)
    assert u.var() == pytest.approx(1 / 12, rel=0.02)
    z = draws.normal(3, "z", 40_000)[:, 0]
    assert [z.mean(), z.var()] == pytest.approx([0, 1], abs=0.03)
    t = draws.student(3, "t", 40_000, 1, 6.0)[:, 0]
    assert [t.mean(), t.var()] == pytest.approx([0, 1], abs=0.05)


RANGE = st.tuples(
    st.floats(-1e4, 1e6), st.floats(1e-3, 1e5), st.floats(0.0, 1.0)
)  # fmt: skip


@settings(max_examples=60)
@given(RANGE, st.sampled_from(["pert", "triangular"]))
def test_a_range_has_its_fifth_and_ninety_fifth_percentile(given_range: tuple[float, float, float], shape: str) -> None:
    low, width, part = given_range
    high = low + width
    likely = min(max(low + part * width, low), high)
    found = draws.ranged(np.array([0.05, 0.95]), low, likely, high, shape)
    assert found == pytest.approx([low, high], abs=0.01 * (high - low))


@settings(max_examples=60)
@given(st.floats(1e-3, 1e5), st.floats(1.001, 50))
def test_a_lognormal_range_has_its_percentiles(low: float, ratio: float) -> None:
    found = draws.ranged(np.array([0.05, 0.5, 0.95]), low, low, low * ratio, "lognormal")
    assert found == pytest.approx([low, low * ratio**0.5, low * ratio], rel=1e-9)


@settings(max_examples=60)
@given(RANGE)
def test_two_points_have_the_likely_value_as_mean(given_range: tuple[float, float, float]) -> None:
    low, width, part = given_range
    high = low + width
    likely = low + part * (high - low)
    u = (np.arange(2000) + 0.5) / 2000
    found = draws.ranged(u, low, likely, high, "two-point")
    assert set(found.tolist()) <= {low, high}
    assert found.mean() == pytest.approx(likely, abs=(high - low) / 1000)


@pytest.mark.parametrize("shape", ["pert", "triangular", "lognormal", "two-point"])
def test_a_figure_without_a_range_is_fixed(shape: str) -> None:
    u = draws.uniform(1, "x", 9)[:, 0]
    for low, high in ((np.nan, np.nan), (np.nan, 8.0), (5.0, 5.0)):
        assert (draws.ranged(u, low, 5.0, high, shape) == 5.0).all()


@pytest.mark.parametrize("shape", ["pert", "triangular", "lognormal"])
def test_a_draw_rises_with_its_uniform_number(shape: str) -> None:
    found = draws.ranged(np.linspace(0.001, 0.999, 300), 2.0, 3.0, 7.0, shape)
    assert (np.diff(found) > 0).all()


def test_the_mode_of_a_symmetric_range_is_its_middle() -> None:
    for shape in ("pert", "triangular"):
        found = draws.ranged(np.array([0.25, 0.5, 0.75]), 0.0, 5.0, 10.0, shape)
        assert found[1] == pytest.approx(5.0, abs=1e-3)
        assert found[0] + found[2] == pytest.approx(10.0, abs=1e-3)
