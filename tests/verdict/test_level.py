"""The level of the sea against the closed form of its process."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import level
from tests.verdict import small

CASE = small.CASE.replace("2028", "2035") + '[level]\nseries = "sea"\n'
SERIES = "series_id,period,value,unit\nsea,2024,-29.0,m\nsea,2025,-29.2,m\nother,2025,7,m"


def test_mean_and_variance_of_the_level() -> None:
    """Var h[t] = s^2 sum over k of ((1 - phi^k) / (1 - phi))^2, mean h[0] + mu t."""
    corridor = small.corridor(CASE, series=SERIES)
    mu, phi, noise, n = -0.2, 0.4, 0.1, 40_000
    found = level.sample(corridor, 1, n, np.full(n, mu), phi, noise)
    years = np.arange(1, 11)
    assert found.mean(axis=0) == pytest.approx(-29.2 + mu * years, abs=0.01)
    weights = (1 - phi**years) / (1 - phi)
    assert found.var(axis=0) == pytest.approx(noise**2 * np.cumsum(weights**2), rel=0.03)


def test_a_trend_of_its_own_for_every_future() -> None:
    corridor = small.corridor(CASE, series=SERIES)
    found = level.sample(corridor, 1, 2, np.array([-0.1, 0.1]), 0.5, 0.0)
    assert found[:, -1] == pytest.approx([-30.2, -28.2])


def test_the_level_that_was_observed() -> None:
    corridor = small.corridor(CASE, series=SERIES)
    assert level.last_observed(corridor) == (2025, -29.2)
    assert level.observed(corridor, 2024) == -29.0
    assert np.isnan(level.observed(corridor, 2023))


def test_a_corridor_without_a_sea_has_no_level() -> None:
    corridor = small.corridor(series=SERIES)
    assert level.last_observed(corridor)[0] == 0
    assert np.isnan(level.observed(corridor, 2025))
    assert np.isnan(level.sample(corridor, 1, 3, np.zeros(3), 0.0, 0.0)).all()


def test_a_year_already_observed_has_its_level() -> None:
    corridor = small.corridor(CASE, series=SERIES + "\nsea,2026,-29.5,m\nsea,2027,-29.9,m")
    found = level.sample(corridor, 1, 3, np.full(3, -0.2), 0.0, 0.0)
    assert found[0, 1] == pytest.approx(-29.9)
    assert found[0, 2] == pytest.approx(-30.1)


def test_a_series_that_is_not_there_is_said() -> None:
    (fault,) = level.check(small.corridor(CASE.replace('"sea"', '"see"'), series=SERIES))
    assert (fault.found, fault.remedy) == ("see", "Nearest: sea.")
    assert list(level.check(small.corridor(CASE, series=SERIES))) == []
