"""Shocks strike at their rate, for their length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.verdict import shocks
from tests.verdict import small

HEADER = "shock_id,name,kind,rate,rate_low,rate_high,duration,duration_low,duration_high,active_until\n"
CASE = small.CASE.replace("2028", "2035")


def sampled(row: str, futures: int = 4000, seed: int = 1) -> np.ndarray:
    return shocks.sample(small.corridor(CASE, shocks=HEADER + row), seed, futures)["storm"]


@pytest.mark.parametrize(("rate", "duration"), [(0.1, 60), (0.02, 180), (1.0, 7)])
def test_the_share_of_a_year_is_rate_times_duration(rate: float, duration: float) -> None:
    """For small rates; the first year begins today and strikes have to begin after that."""
    found = sampled(f"storm,Storm,weather,{rate},,,{duration},,,", futures=20_000)
    expected = rate * duration / 365
    assert found[:, 2:].mean() == pytest.approx(expected, rel=0.06)


def test_a_range_of_durations_keeps_its_lognormal_mean() -> None:
    low, high = 20.0, 80.0
    found = sampled(f"storm,Storm,weather,0.2,,,40,{low},{high},", futures=20_000)
    spread = (np.log(high) - np.log(low)) / (2 * 1.6448536)
    mean = np.exp((np.log(low) + np.log(high)) / 2 + spread**2 / 2)
    assert found[:, 2:].mean() == pytest.approx(0.2 * mean / 365, rel=0.06)


def test_a_shock_that_runs_today_ends_about_when_expected() -> None:
    found = sampled("storm,Storm,weather,0,,,30,,,2027-06-30")
    assert found[:, 0] == pytest.approx(np.where(found[:, 1] > 0, found[:, 0].max(), found[:, 0]))
    left = found[:, :10].sum(axis=1)
    assert np.median(left) == pytest.approx(1.0, rel=0.03)
    assert np.quantile(left, 0.95) == pytest.approx(np.exp(0.5 * 1.645), rel=0.06)


def test_what_a_running_shock_took_of_this_year_counts_in_full() -> None:
    """184 of 365 days are left after 30 June; one that began on 28 February has taken 122 days already."""
    header = HEADER.replace("active_until", "active_since,active_until")
    case = small.corridor(CASE, shocks=header + "storm,Storm,weather,0,,,30,,,2026-02-28,2035-12-31")
    today = np.datetime64(case.as_of, "D")
    since = np.datetime64("2026-02-28", "D")
    found = shocks.sample(case, 1, 500)["storm"]
    whole = np.isclose(found[:, 1], 1.0)
    assert whole.mean() > 0.95
    assert found[whole, 0] == pytest.approx((np.datetime64("2027-01-01", "D") - since) / np.timedelta64(365, "D"))
    until_now = shocks.sample(small.corridor(CASE, shocks=header + f"storm,Storm,weather,0,,,30,,,2026-02-28,{today}"), 1, 5)["storm"]
    assert until_now[:, 0] == pytest.approx((today - since) / np.timedelta64(365, "D"))
    assert not until_now[:, 1:].any()


def test_nothing_runs_that_is_not_running_and_never_strikes() -> None:
    assert not sampled("storm,Storm,weather,0,,,30,,,").any()


def test_nothing_happens_before_today() -> None:
    found = sampled("storm,Storm,weather,300,,,365,,,", futures=50)
    assert found[:, 0].max() <= 0.51
    assert found[:, 1:] == pytest.approx(1.0)


@settings(max_examples=40)
@given(st.floats(0, 30), st.floats(0, 800), st.floats(1, 3), st.integers(0, 5), st.booleans())
def test_shares_lie_between_nothing_and_the_whole_year(rate: float, duration: float, wide: float, seed: int, runs: bool) -> None:
    row = f"storm,Storm,weather,{rate},{rate / wide},{rate * wide},{duration},{duration / wide},{duration * wide},{'2027' if runs else ''}"
    found = sampled(row, futures=20, seed=seed)
    assert found.shape == (20, 10)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_a_future_is_the_same_among_however_many() -> None:
    row = "storm,Storm,weather,2,0.5,6,20,5,60,"
    assert (sampled(row, futures=500)[:40] == sampled(row, futures=40)).all()


def test_onsets_that_overlap_count_their_days_once() -> None:
    found = sampled("storm,Storm,weather,20,,,36.5,,,", futures=4000)
    assert found[:, 3:].mean() == pytest.approx(1 - np.exp(-2.0), rel=0.01)  # an infinite-server queue is busy 1 - exp(-rate x length)
