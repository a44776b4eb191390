"""Factors of demand: which rows a group has, how years hang together, and that a stored factor reaches the demand and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import groups
from karvan.verdict.groups import Group
from tests.verdict import small

DEMAND = """
    demand_id,origin,destination,commodity_id,year,amount
    ab2024,za,zb,box,2024,100
    ab2025,za,zb,box,2025,110
    ba2025,zb,za,box,2025,40"""
CASE = small.CASE + """
[calibration]
[[calibration.demand]]
name = "there"
spread = 0.3
commodities = ["box"]
origins = ["za"]
"""
ONE = (Group("there", 0.3, np.array([True, True, False])),)


def test_a_group_has_the_rows_that_its_entry_means() -> None:
    (found,) = groups.of_case(small.corridor(CASE, demand=DEMAND))
    assert found.rows.tolist() == [True, True, False]
    assert (found.name, found.spread) == ("there", 0.3)
    assert groups.of_case(small.corridor(demand=DEMAND)) == ()


def test_pairs_know_their_group() -> None:
    corridor = small.corridor(CASE, demand=DEMAND)
    assert groups.of_pairs(corridor, groups.of_case(corridor), (("za", "zb", "box"), ("zb", "za", "box"))).tolist() == [0, -1]


def test_a_year_later_keeps_the_lasting_share_and_what_persists() -> None:
    """x 0.4 in one year, known exactly: 0.5 + 0.5 * 0.8 of it a year on, 0.5 + 0.5 * 0.64 two years on; what is not known is the rest."""
    found = groups.carried(ONE, (2023, 2024, 2025), (2023,), np.array([[0.4]]), np.zeros((1, 1, 1)), 0.5, 0.8)
    share = np.array([1.0, 0.9, 0.82])
    assert np.log(found.factor[0]) == pytest.approx(0.4 * share)
    assert found.error[0] == pytest.approx(0.3 * np.sqrt(1 - share**2), abs=1e-9)
    assert found.of_year(2024) == pytest.approx(np.exp([0.36]))
    assert found.of_year(2031) == pytest.approx([1.0])


def test_what_nothing_was_learnt_of_stays_as_it_was() -> None:
    years = (2022, 2023)
    prior = 0.09 * groups.covariance(years, years, 0.5, 0.8)
    found = groups.carried(ONE, (2021, 2022, 2023, 2024), years, np.zeros((1, 2)), prior[None], 0.5, 0.8)
    assert found.factor[0] == pytest.approx(np.ones(4))
    assert found.error[0] == pytest.approx(np.full(4, 0.3))


def test_several_years_agree_with_the_formula_of_a_conditional_normal() -> None:
    """x of 2022 and 2023 seen with an error of 0.1: the mean and variance of 2025 by the joint normal of all three."""
    seen, asked = (2022, 2023), (2025,)
    prior = 0.09 * groups.covariance(seen + asked, seen + asked, 0.3, 0.7)
    noisy = prior[:2, :2] + 0.01 * np.eye(2)
    observed = np.array([0.2, 0.5])
    mean = prior[:2, :2] @ np.linalg.solve(noisy, observed)
    spread = prior[:2, :2] - prior[:2, :2] @ np.linalg.solve(noisy, prior[:2, :2])
    found = groups.carried(ONE, asked, seen, mean[None], spread[None], 0.3, 0.7)
    assert np.log(found.factor[0]) == pytest.approx(prior[2:, :2] @ np.linalg.solve(noisy, observed))
    assert found.error[0] ** 2 == pytest.approx(prior[2, 2] - prior[2:, :2] @ np.linalg.solve(noisy, prior[:2, 2:])[:, 0])


def test_a_stored_factor_scales_its_rows_and_years_and_nothing_else() -> None:
    corridor = small.corridor(CASE, demand=DEMAND)
    stored = [{"name": "there", "years": [2025], "factors": [1.5], "errors": [0.1]}, {"name": "gone", "years": [2024], "factors": [9.0], "errors": [0.1]}]
    found = groups.scaled(corridor, stored)
    assert found["demand"]["amount"].tolist() == [100, 165, 40]
    assert corridor["demand"]["amount"].tolist() == [100, 110, 40]
    assert found["links"] is corridor["links"]
    assert groups.scaled(corridor, ()) is corridor
