"""Running moments are those of the whole sample."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines.simulate.analysis import interval
from karvan.engines.simulate.moments import Moments, between

VALUES = st.one_of(st.floats(-1e6, 1e6), st.just(math.nan))


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=40))
def test_they_are_those_of_the_sample_without_gaps(rows: list[tuple[float, float, float]]) -> None:
    found = Moments((3,))
    for row in rows:
        found.add(np.array(row))
    for i in range(3):
        seen = [row[i] for row in rows if not math.isnan(row[i])]
        assert found.n[i] == len(seen)
        one = found.interval((i,))
        if not seen:
            assert math.isnan(found.mean[i])
            assert math.isnan(found.largest[i])
            assert math.isnan(one.mean)
            continue
        exact = interval(seen)
        assert found.mean[i] == one.mean == pytest.approx(exact.mean, rel=1e-9, abs=1e-6)
        assert found.half_width()[i] == pytest.approx(exact.half_width, rel=1e-6, abs=1e-5)
        assert one.half_width == pytest.approx(exact.half_width, rel=1e-6, abs=1e-5)
        assert found.largest[i] == max(seen)
        if len(seen) > 1:
            assert found.deviation[i] == pytest.approx(np.std(seen, ddof=1), rel=1e-6, abs=1e-5)


def test_spread_survives_a_large_mean() -> None:
    found = Moments((1,))
    for x in (1e9, 1e9 + 1, 1e9 + 2):
        found.add(np.array([x]))
    assert found.deviation[0] == pytest.approx(1.0)


def test_twins_count_as_one_and_the_largest_is_of_both() -> None:
    found = Moments((2,))
    found.add(np.array([1.0, math.nan]), np.array([3.0, 5.0]))
    assert found.mean.tolist() == [2.0, 5.0]
    assert found.n.tolist() == [1, 1]
    assert found.largest.tolist() == [3.0, 5.0]
    assert between(np.array([math.nan]), np.array([math.nan])).tolist() == pytest.approx([math.nan], nan_ok=True)
