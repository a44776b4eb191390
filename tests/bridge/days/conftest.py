"""The built-in cases as days of 2025, compiled once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pytest

from karvan.bridge.days.write import Days
from karvan.verbs import scenarios
from karvan.verbs.loading import fit_of, load
from karvan.verdict import simulation
from karvan.verdict.model import Answer, Model, prepare

YEAR_PLAYED = 2025


class Real(NamedTuple):
    """A built-in case."""

    model: Model
    answer: Answer
    days: Days


@lru_cache
def real(case: str) -> Real:
    corridor = load(case)
    changed = scenarios.apply(corridor, None, ())
    model = prepare(changed.corridor, changed.dated, fit_of(corridor, YEAR_PLAYED))
    return Real(model, *simulation.days_of(model, YEAR_PLAYED, changed.forced))


@pytest.fixture(scope="session")
def middle_days() -> Real:
    return real("middle_corridor")


@pytest.fixture(scope="session", params=["middle_corridor", "lobito"])
def real_days(request: pytest.FixtureRequest) -> Real:
    return real(request.param)
