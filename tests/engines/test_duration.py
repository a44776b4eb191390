"""Percentiles of door-to-door time against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from karvan.engines.duration import Family, percentiles, share_within, third_cumulant

SHARES = np.array([0.1, 0.5, 0.9])


def _simulated(mean: np.ndarray, variance: np.ndarray, family: Family, n: int = 400_000) -> np.ndarray:
    r = np.random.default_rng(0)
    total = np.zeros(n)
    for m, v in zip(mean, variance, strict=True):
        if family == "lognormal":
            s2 = np.log1p(v / m**2)
            total += r.lognormal(np.log(m) - s2 / 2, np.sqrt(s2), n)
        else:
            total += r.gamma(m**2 / v, v / m, n)
    return np.quantile(total, SHARES)


@pytest.mark.parametrize("family", ["lognormal", "gamma"])
@pytest.mark.parametrize(("mean", "spread"), [
    ([48.0], [0.6]), ([30.0, 12.0], [0.3, 0.9]), ([60.0, 24.0, 18.0, 40.0, 6.0], [0.15, 0.8, 1.0, 0.2, 1.2]), ([5.0] * 30, [0.7] * 30),
])  # fmt: skip
def test_percentiles_are_those_of_simulation(family: Family, mean: list[float], spread: list[float]) -> None:
    mu = np.array(mean)
    variance = (mu * np.array(spread)) ** 2
    found = percentiles(mu, variance, SHARES, family)
    assert found == pytest.approx(_simulated(mu, variance, family), rel=0.03)


def test_one_leg_is_exact() -> None:
    mean, sd = 20.0, 9.0
    s2 = np.log1p((sd / mean) ** 2)
    exact = stats.lognorm(np.sqrt(s2), scale=mean * np.exp(-s2 / 2)).ppf(SHARES)
    assert percentiles(np.array([mean]), np.array([sd**2]), SHARES) == pytest.approx(exact, rel=1e-9)
    gamma = stats.gamma((mean / sd) ** 2, scale=sd**2 / mean).ppf(SHARES)
    assert percentiles(np.array([mean]), np.array([sd**2]), SHARES, "gamma") == pytest.approx(gamma, rel=1e-9)


def test_it_is_not_the_sum_of_percentiles() -> None:
    mean, variance = np.full(10, 10.0), np.full(10, 64.0)
    one = percentiles(mean[:1], variance[:1], SHARES)
    ten = percentiles(mean, variance, SHARES)
    assert ten[2] < 0.85 * 10 * one[2]
    assert ten[0] > 1.3 * 10 * one[0]


def test_certain_legs_have_one_time() -> None:
    assert percentiles(np.array([3.0, 4.0]), np.zeros(2), SHARES).tolist() == [7.0, 7.0, 7.0]
    assert percentiles(np.zeros(0), np.zeros(0), SHARES).tolist() == [0.0, 0.0, 0.0]


def test_nearly_certain_and_very_many_legs_approach_the_normal() -> None:
    for family in ("lognormal", "gamma"):
        found = percentiles(np.full(10**6, 1.0), np.full(10**6, 1e-4), SHARES, family)
        assert found == pytest.approx(stats.norm(10**6, 10.0).ppf(SHARES), rel=1e-7)


@pytest.mark.parametrize(("mean", "variance", "shares"), [([np.nan], [1.0], [0.5]), ([-1.0], [1.0], [0.5]), ([1.0], [-1.0], [0.5]), ([1.0], [1.0], [1.0])])
def test_nonsense_is_refused(mean: list[float], variance: list[float], shares: list[float]) -> None:
    with pytest.raises(ValueError, match="must"):
        percentiles(np.array(mean), np.array(variance), np.array(shares))


@pytest.mark.parametrize("family", ["lognormal", "gamma"])
def test_the_share_within_a_time_undoes_the_percentile(family: Family) -> None:
    mean, variance = np.array([30.0, 12.0, 70.0]), np.array([80.0, 100.0, 900.0])
    for turn in (1.0, 0.0, -1.0):
        third = turn * third_cumulant(mean, variance, family)
        hours = percentiles(mean, variance, SHARES, family, third)
        assert share_within(mean, variance, hours, family, third) == pytest.approx(SHARES, abs=1e-9)
    assert share_within(mean, variance, np.array([0.0, 1e6]), family) == pytest.approx([0.0, 1.0], abs=1e-6)
    assert share_within(mean, np.zeros(3), np.array([111.9, 112.0]), family).tolist() == [0.0, 1.0]


def test_legs_of_other_shapes_bring_their_own_third_cumulant() -> None:
    """A wait for a weekly ship (uniform), a queue (exponential), two lognormal legs; and the mirror image of a skewed leg."""
    r = np.random.default_rng(5)
    n = 400_000
    mean, variance = np.array([84.0, 20.0, 60.0, 40.0]), np.array([168.0**2 / 12, 400.0, 144.0, 100.0])
    third = third_cumulant(mean, variance)
    third[:2] = 0.0, 2 * 20.0**3
    played = r.uniform(0, 168, n) + r.exponential(20.0, n)
    for m, v in zip(mean[2:], variance[2:], strict=True):
        s2 = np.log1p(v / m**2)
        played += r.lognormal(np.log(m) - s2 / 2, np.sqrt(s2), n)
    assert percentiles(mean, variance, SHARES, third=third) == pytest.approx(np.quantile(played, SHARES), rel=0.03)
    one, sd, skewed = np.array([50.0]), np.array([64.0]), np.array([300.0])
    assert percentiles(one, sd, SHARES, third=-skewed) == pytest.approx(100.0 - percentiles(one, sd, 1 - SHARES, third=skewed))
