"""Intervals cover what they say, pairs gain, and the start is cut off once for all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.engines.arrays import Floats
from karvan.engines.simulate.analysis import (
    antithetic,
    difference,
    forgotten,
    interval,
    percentile,
    prediction,
    until_precise,
)

N = 2_000


def test_an_interval_of_five_by_hand() -> None:
    found = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3.0
    assert found.half_width == pytest.approx(2.776445 * math.sqrt(2.5 / 5), rel=1e-6)
    assert (found.low + found.high) / 2 == 3.0
    assert interval([1.0]).half_width == math.inf


def test_intervals_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(10, 3, (N, 8))
    covered = sum(each.low <= 10 <= each.high for each in map(interval, samples))
    assert abs(covered / N - 0.95) < 4 * math.sqrt(0.95 * 0.05 / N)
    quantile = -math.log(0.1)
    ends = [percentile(sample, 0.9) for sample in rng.exponential(1, (N, 100))]
    share = sum(low <= quantile <= high for _, low, high in ends) / N
    assert 0.93 < share < 0.98  # order statistics: at least what is asked, a little more
    predicted = [low <= sample[-1] <= high for sample in samples for low, high in [prediction(sample[:-1])]]
    assert abs(sum(predicted) / N - 0.9) < 4 * math.sqrt(0.9 * 0.1 / N)


def test_too_few_for_a_percentile_leave_it_open() -> None:
    assert percentile([1.0, 2.0, 3.0], 0.9)[2] == math.inf
    assert percentile([1.0, 2.0, 3.0], 0.1)[1] == -math.inf


def test_pairs_gain_what_they_share() -> None:
    rng = np.random.default_rng(2)
    common = rng.normal(0, 10, 500)
    found = difference(common + rng.normal(0, 1, 500), common + 0.5 + rng.normal(0, 1, 500))
    assert abs(found.mean - 0.5) < 4 * found.half_width / 1.96
    assert found.gain == pytest.approx(101, rel=0.25)
    twins = antithetic(5 + common, 5 - common)
    assert twins.mean == 5.0
    assert twins.half_width == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match="pairs are needed: 2 and 1"):
        difference([1.0, 2.0], [1.0])


def test_a_sequential_rule_stops_when_it_is_precise_and_covers() -> None:
    """Law's correction, twenty at the start: at least .92 of the intervals cover."""
    covered, sizes = 0, []
    for k in range(300):
        rng = np.random.default_rng(1000 + k)
        draws = rng.lognormal(0, 0.8, (4_000, 1))
        found, (one,) = until_precise(lambda numbers, draws=draws: draws[numbers.start : numbers.stop], 0.1)  # type: ignore[misc]
        assert one.half_width <= 0.1 / 1.1 * one.mean
        covered += one.low <= math.exp(0.32) <= one.high
        sizes.append(len(found))
    assert covered / 300 > 0.92 - 3 * math.sqrt(0.92 * 0.08 / 300)
    assert 200 < np.mean(sizes) < 600


def test_a_sequential_rule_asks_for_what_is_missing_only() -> None:
    asked: list[range] = []

    def more(numbers: range) -> Floats:
        asked.append(numbers)
        return np.random.default_rng(numbers.start).normal(10, 20, (len(numbers), 2))

    found, intervals = until_precise(more, 0.2, most=5_000)
    assert [each.start for each in asked] == [0, *[each.stop for each in asked[:-1]]]
    assert len(found) == asked[-1].stop < 2_000
    assert all(each.half_width <= 0.2 / 1.2 * each.mean for each in intervals)
    for least, relative in ((3, 0.1), (20, 0.0)):
        with pytest.raises(ValueError, match=r"replications are needed|must be > 0"):
            until_precise(more, relative, least=least)


def test_the_start_is_cut_off_where_it_ends() -> None:
    rng = np.random.default_rng(3)
    series = rng.normal(5, 1, (50, 1_000)) - 5 * np.exp(-np.arange(1_000) / 40)
    assert 100 <= forgotten(series) <= 300
    assert forgotten(rng.normal(5, 1, (50, 1_000))) <= 250
    with pytest.raises(ValueError, match="simulate longer"):
        forgotten(np.arange(1_000.0)[None, :] ** 2)
    with pytest.raises(ValueError, match="at least 50"):
        forgotten(np.ones((3, 20)))


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [[1.0, 2.0]]])
def test_what_is_no_column_of_numbers_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="one finite number per replication"):
        interval(values)
