"""The past of the built-in case against what CAREC measured: a step at a border had the hours that were observed in that year."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases

YEARS = range(2019, 2024)


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return cases.load("middle_corridor")


def observed(corridor: Corridor, year: int) -> dict[str, float]:
    """Hours of a year by terminal, those that the model is compared with."""
    return {
        row["subject"].partition(":")[2]: row["value"]
        for row in corridor["observations"].rows()
        if row["metric"] == "border_time" and row["role"] == "used" and row["period"] == str(year)
    }


@pytest.mark.parametrize("year", YEARS)
def test_a_border_had_the_hours_measured_in_that_year(corridor: Corridor, year: int) -> None:
    hours = observed(corridor, year)
    then = corridor.at(np.datetime64(f"{year}-07-01"))["terminals"]
    assert hours
    assert {terminal: then.row(terminal)["time"] for terminal in hours} == pytest.approx(hours)


def test_today_has_the_last_measured_year(corridor: Corridor) -> None:
    last = {terminal: value for year in YEARS for terminal, value in observed(corridor, year).items()}
    assert {terminal: corridor["terminals"].row(terminal)["time"] for terminal in last} == pytest.approx(last)
