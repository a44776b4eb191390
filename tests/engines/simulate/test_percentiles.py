"""Percentiles of all replications together: right value, and an interval that covers although entities are not independent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import bdtr

from karvan.engines.simulate import Model, layout, simulate
from karvan.engines.simulate.analysis import interval
from karvan.engines.simulate.distributions import exponential
from karvan.engines.simulate.percentiles import Pooled, percentiles


def counted(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """int64[bin], as the machine counts."""
    bins = np.zeros(len(values), dtype=np.int64)
    positive = values > 0
    bins[positive] = np.clip(1 + ((np.log2(values[positive]) - layout.FIRST_OCTAVE) * layout.PER_OCTAVE).astype(np.int64), 1, layout.BINS - 1)
    return np.bincount(bins, minlength=layout.BINS)


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=300), st.floats(0.01, 0.99))
def test_a_percentile_is_at_most_two_percent_off(values: list[float], share: float) -> None:
    x = np.sort(values)
    exact = x[max(math.ceil(share * len(x) - 1e-9), 1) - 1]
    assert percentiles(counted(x), [share])[0] == pytest.approx(exact, rel=0.0222)


def test_nothing_counted_is_nan_and_zeros_are_zero() -> None:
    none = np.zeros((2, layout.BINS), dtype=np.int64)
    none[1, 0] = 7
    found = percentiles(none, [0.1, 0.9])
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [0.0, 0.0]


@given(st.lists(st.lists(st.floats(0.0, 1e5), max_size=30), min_size=2, max_size=12), st.lists(st.floats(0.01, 0.99), min_size=2, max_size=2))
def test_ends_enclose_the_value_and_rise_with_the_share(samples: list[list[float]], shares: list[float]) -> None:
    pooled = Pooled(1)
    for sample in samples:
        pooled.add(np.cumsum(counted(np.array(sample)))[None, :])
    low, high = (pooled.percentile(0, share) for share in sorted(shares))
    everything = np.concatenate([np.array(sample) for sample in samples])
    assert np.array_equal(pooled.counts(0), counted(everything))
    if not len(everything):
        assert math.isnan(low.value)
        return
    assert low.value == percentiles(counted(everything), [low.share])[0]
    assert low.value <= high.value
    for each in (low, high):
        assert each.low <= each.value <= each.high
        assert (each.n, each.observations) == (len(samples), len(everything))
        assert pooled.percentile(0, each.share, 0.8).high <= each.high


def test_one_replication_gives_no_interval() -> None:
    pooled = Pooled(1)
    pooled.add(np.cumsum(counted(np.array([1.0, 2.0, 3.0])))[None, :])
    found = pooled.percentile(0, 0.5)
    assert (found.low, found.high) == (0.0, math.inf)
    with pytest.raises(ValueError, match="between 0 and 1, found 1"):
        pooled.percentile(0, 1.0)


def test_intervals_cover_where_other_ways_would_not() -> None:
    """Times in a queue of utilisation 0.9, some 45 in a replication: 150 experiments of 20 against all 3,000 replications."""
    model = Model("queue")
    desk = model.resource("desk", 1)
    model.arrivals("door", exponential(1.0), model.program("who", histogram=True).serve(desk, exponential(0.9)))
    tables = model.build()
    below = np.array([np.cumsum(simulate(tables, 50.0, 3, number).histograms) for number in range(3_000)])
    everything = Pooled(1)
    for each in below:
        everything.add(each[None, :])
    groups = below.reshape(150, 20, 1, layout.BINS)
    for share in (0.5, 0.9):
        truth = everything.percentile(0, share).value
        covered, naive, biased = 0, 0, 0
        for group in groups:
            pooled = Pooled(1)
            for each in group:
                pooled.add(each)
            found = pooled.percentile(0, share)
            covered += found.low <= truth <= found.high
            n = found.observations
            orders = bdtr(np.arange(n), n, share)  # as if entities were independent: order statistics of all of them
            ends = percentiles(np.diff(group.sum(axis=0)[0], prepend=0), [np.searchsorted(orders, tail) / n for tail in (0.025, 0.975)])
            naive += ends[0] / 1.0222 <= truth <= ends[1] * 1.0222
            mean = interval(percentiles(np.diff(group[:, 0], prepend=0), [share])[:, 0])  # each replication's own percentile
            biased += mean.low <= truth <= mean.high
        assert abs(covered / 150 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 150)
        assert naive / 150 < 0.75
        assert biased / 150 < 0.9
