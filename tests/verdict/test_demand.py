"""Departures of demand from its trend against the closed form of their variance."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import compile_corridor
from karvan.verdict import demand
from karvan.verdict.demand import Walk
from tests.verdict import small

DEMAND = """
    demand_id,origin,destination,commodity_id,year,amount,growth
    ab24,za,zb,box,2024,500,growth_one
    ab25,za,zb,box,2025,1000,growth_one
    ba25,zb,za,box,2025,300,growth_two
    ab27,za,zb,box,2027,9999,growth_one"""
PARAMETERS = "parameter_id,meaning,value\ngrowth_one,g,0.03\ngrowth_two,g,0.05"
CASE = small.CASE.replace("2028", "2035")


@pytest.fixture(scope="module")
def compiled():  # type: ignore[no-untyped-def]
    return compile_corridor(small.corridor(CASE, demand=DEMAND, parameters=PARAMETERS))


@pytest.mark.parametrize("persistence", [0.0, 0.75, 1.0])
def test_the_variance_of_departures(compiled, persistence: float) -> None:  # type: ignore[no-untyped-def]
    """Var x[t] = v^2 (1 - r^2t) / (1 - r^2), t = 1, 2, …; v^2 t for r = 1."""
    n, v = 30_000, 0.3
    volatility = {"volatility_one": np.full(n, v), "volatility_two": np.full(n, v)}
    found = demand.sample(compiled, 1, n, volatility, Walk(0.5, persistence, 8.0))
    t = np.arange(1, 11)
    expected = v**2 * (t if persistence == 1 else (1 - persistence ** (2 * t)) / (1 - persistence**2))
    assert found.noise.var(axis=1) == pytest.approx(np.tile(expected, (2, 1)), rel=0.06)
    assert np.abs(found.noise.mean(axis=1)).max() < 0.02


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_groups_share_their_common_part(compiled, common: float) -> None:  # type: ignore[no-untyped-def]
    n = 20_000
    volatility = {"volatility_one": np.full(n, 0.2), "volatility_two": np.full(n, 0.4)}
    noise = demand.sample(compiled, 1, n, volatility, Walk(common, 0.75, 8.0)).noise
    assert np.corrcoef(noise[0, :, 0], noise[1, :, 0])[0, 1] == pytest.approx(common, abs=0.03)


def test_the_base_is_the_last_year_before_the_first(compiled) -> None:  # type: ignore[no-untyped-def]
    tonnes, year = demand.base(compiled)
    assert year == 2025
    assert tonnes.tolist() == [1000, 300]


def test_without_volatility_demand_stays_on_its_trend(compiled) -> None:  # type: ignore[no-untyped-def]
    found = demand.sample(compiled, 1, 5, {"volatility_one": np.full(5, 0.2)}, Walk(0.5, 0.75, 5.0))
    assert found.noise[0].any()
    assert not found.noise[1].any()
    assert found.group.tolist() == [0, 1]
    assert found.departure(2, 4).tolist() == [found.noise[0, 2, 4], 0.0]


def test_pairs_without_growth_have_no_group() -> None:
    found = demand.sample(compile_corridor(small.corridor()), 1, 5, {}, Walk(0.5, 0.75, 5.0))
    assert found.group.tolist() == [-1]
    assert found.departure(3, 1).tolist() == [0.0]
