"""Experiments against formulas: means of every bin, percentiles, and how often intervals hold what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.engines.simulate import Experiment, Model, experiment
from karvan.engines.simulate.analysis import interval
from karvan.engines.simulate.distributions import constant, exponential
from karvan.engines.simulate.readings import FIELDS

LOAD = 0.7


@pytest.fixture(scope="module")
def mm1() -> Experiment:
    """M/M/1 with service 1 and utilisation 0.7, after a warm-up, in ten bins."""
    model = Model("M/M/1")
    desk = model.resource("desk", 1, histogram=True, cause="clerks")
    model.arrivals("door", exponential(1 / LOAD), model.program("customer", histogram=True).serve(desk, exponential(1.0)))
    return experiment(model.build(), 20_000.0, 20, 24, edges=[1_000 + 1_900.0 * i for i in range(11)])


def z(experiment: Experiment, name: str, field: str, exact: float, bin: int | None = None) -> float:
    found = experiment.interval(name, field, bin)
    return (found.mean - exact) / (found.half_width / 2.0687)  # t of 23 degrees of freedom


@pytest.mark.parametrize("bin", [None, *range(10)])
def test_mm1(mm1: Experiment, bin: int | None) -> None:
    queue = LOAD * LOAD / (1 - LOAD)
    duration = 19_000.0 if bin is None else 1_900.0
    for name, field, exact in (
        ("desk", "queue", queue), ("desk", "wait", queue / LOAD), ("desk", "utilisation", LOAD), ("desk", "level", LOAD),
        ("customer", "wait", 1 / (1 - LOAD)), ("customer", "waits", LOAD * duration), ("desk", "units", LOAD * duration),
    ):  # fmt: skip
        assert abs(z(mm1, name, field, exact, bin)) < 4, (name, field)
    found = mm1.waited(bin)["clerks"]
    assert abs(found.mean - queue * duration) < 4 * found.half_width / 2.0687


def test_percentiles_of_mm1(mm1: Experiment) -> None:
    """The time in the system is exponential with mean 1 / (1 - load); its waits are 0 with probability 1 - load."""
    for share in (0.1, 0.5, 0.9, 0.95, 0.99):
        found = mm1.percentile("customer", share, level=0.9999)  # as |z| < 4
        exact = -math.log(1 - share) / (1 - LOAD)
        assert found.low <= exact <= found.high
        assert found.high / found.low < 1.3
    assert mm1.percentile("desk", 0.25).value == 0.0
    found = mm1.percentile("desk", 0.9, level=0.9999)
    assert found.low <= math.log(LOAD / 0.1) / (1 - LOAD) <= found.high


def test_intervals_hold_what_they_promise() -> None:
    """M/G/infinity from empty, arrivals at rate 1, services of 3: 200 experiments of 20 replications, exact at every time.

    Level at t: min(t, 3) in the mean (Poisson arrivals); arrivals up to T: T.
    """
    model = Model("many servers")
    hall = model.resource("hall", 1_000)
    model.arrivals("door", exponential(1.0), model.program("guest").serve(hall, constant(3.0)))
    found = experiment(model.build(), 12.0, 5, 4_000, edges=[0.0, 3.0, 12.0], keep=["hall"])
    exact = {"units": 12.0, "level": (4.5 + 27.0) / 12}
    for field, mean in exact.items():
        groups = found.column(("hall", field)).reshape(200, 20)
        covered = sum(each.low <= mean <= each.high for each in map(interval, groups)) / 200
        assert abs(covered - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / 200), field
    for bin, level in enumerate((1.5, 3.0)):
        month = found.interval("hall", "level", bin)
        assert abs(month.mean - level) < 4 * month.half_width / 1.96
    low, high = found.prediction(("hall", "units"))
    inside = np.mean([low <= x <= high for x in experiment(model.build(), 12.0, 6, 2_000).column(("hall", "units"))])
    assert 0.88 < inside < 0.95  # whole numbers: a little more than asked
    assert found.bins.n.shape == (2, 3, len(FIELDS))
