"""Fans of series: what the prior says, what the data say, and that every path hangs on its own numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from karvan.engines.series import FanOptions, ar1, fan, fan_of_years


def _uniform(draws: int, horizon: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1e-9, 1 - 1e-9, (draws, horizon + 2))


def test_without_data_the_prior_speaks() -> None:
    found = fan(np.array([100.0]), 1, _uniform(200_000, 1))
    assert found.drift.mean() == pytest.approx(0.08, abs=0.002)
    assert found.drift.std() == pytest.approx(0.12, abs=0.002)
    exact = stats.invgamma(2.0, scale=2.0 * 0.09)  # scaled inverse chi-square(4, 0.3^2)
    for share in (0.05, 0.5, 0.95):
        assert np.quantile(found.sd**2, share) == pytest.approx(exact.ppf(share), rel=0.02)
    assert np.median(found.paths) == pytest.approx(100 * np.exp(0.08), rel=0.01)


def test_the_posterior_is_bayes() -> None:
    """The posterior mean of the drift by brute integration over drift and variance."""
    values = np.array([759.0, 783.0, 586.0, 1485.0, 2764.0, 4484.0, 4119.0])
    growth = np.diff(np.log(values))

    def joint(m: float, log_v: float) -> float:
        v = np.exp(log_v)
        return float(stats.norm.pdf(m, 0.08, 0.12) * v ** (-2.0) * np.exp(-4 * 0.09 / (2 * v))
                     * np.prod(stats.norm.pdf(growth, m, np.sqrt(v))))  # fmt: skip

    whole = integrate.dblquad(joint, -8, 4, -0.7, 0.9)[0]
    mean = integrate.dblquad(lambda m, v: m * joint(m, v), -8, 4, -0.7, 0.9)[0] / whole
    spread = integrate.dblquad(lambda m, v: np.exp(v / 2) * joint(m, v), -8, 4, -0.7, 0.9)[0] / whole
    found = fan(values, 1, _uniform(100_000, 1))
    assert found.drift.mean() == pytest.approx(mean, abs=0.002)
    assert found.sd.mean() == pytest.approx(spread, abs=0.003)


def test_a_gap_counts_as_one_growth_over_its_years() -> None:
    steady = 100.0 * 1.1 ** np.arange(12)
    u = _uniform(20_000, 3)
    every = fan(steady, 3, u)
    some = fan_of_years(np.column_stack((np.array([0, 4, 5, 11]) + 2000.0, steady[[0, 4, 5, 11]])), 3, u)
    assert np.median(some[:, 2]) == pytest.approx(np.median(every.paths[:, 2]), rel=0.03)


def test_shocks_have_fat_tails_and_the_spread_they_say() -> None:
    sharp = FanOptions(drift_sd=1e-9, drift=0.0, sd=0.2, weight=1e7)
    found = fan(np.array([1.0]), 1, _uniform(400_000, 1), sharp)
    log = np.log(found.paths[:, 0])
    assert log.std() == pytest.approx(0.2, rel=0.02)
    assert stats.kurtosis(log) > 2


def test_a_path_hangs_on_its_own_row_only() -> None:
    u = _uniform(10, 5)
    values = np.array([10.0, 12.0, 11.0])
    whole, part = fan(values, 5, u).paths, fan(values, 5, u[3:4]).paths
    assert part[0].tobytes() == whole[3].tobytes()
    assert fan(values, 3, u[:, :5]).paths.tobytes() == np.ascontiguousarray(whole[:, :3]).tobytes()


@pytest.mark.parametrize("values", [[0.0, 1.0], [np.nan], [-1.0], [], [np.inf]])
def test_values_that_cannot_grow_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="values"):
        fan(np.array(values), 1, _uniform(1, 1))


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="u must"):
        fan(np.array([1.0]), 2, _uniform(1, 1))
    with pytest.raises(ValueError, match="u must"):
        fan(np.array([1.0]), 1, np.array([[0.5, 1.0, 0.5]]))
    with pytest.raises(ValueError, match="years"):
        fan(np.array([1.0, 2.0]), 1, _uniform(1, 1), years=np.array([2001.0, 2001.0]))


def test_ar1_by_hand() -> None:
    found = ar1(-29.0, -0.2, 0.5, 0.1, np.array([[1.0, 0.0, -2.0]]), change_now=-0.4)
    change = [-0.2 + 0.5 * -0.2 + 0.1]
    change.append(-0.2 + 0.5 * (change[0] + 0.2))
    change.append(-0.2 + 0.5 * (change[1] + 0.2) - 0.2)
    assert found[0] == pytest.approx(-29.0 + np.cumsum(change), rel=1e-14)


def test_ar1_takes_one_trend_per_draw() -> None:
    found = ar1(-29.0, np.array([-0.1, -0.3]), 0.6, 0.0, np.zeros((2, 4)))
    assert found[:, -1] == pytest.approx([-29.4, -30.2])


@pytest.mark.parametrize(("phi", "sd", "trend"), [(1.0, 0.1, 0.0), (0.5, -0.1, 0.0), (0.5, 0.1, np.nan)])
def test_ar1_refuses_nonsense(phi: float, sd: float, trend: float) -> None:
    with pytest.raises(ValueError, match=r"phi|trend"):
        ar1(0.0, trend, phi, sd, np.zeros((1, 1)))
