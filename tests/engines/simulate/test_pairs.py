"""Two models under the same luck: what differs is found by name, and what does not differ is exactly nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines.arrays import Floats
from karvan.engines.simulate import Comparison, Experiment, compare, experiment
from karvan.engines.simulate.analysis import difference
from karvan.engines.simulate.pairs import _differences
from karvan.engines.simulate.readings import NAMES
from tests.closed_form.test_simulate_streams import YEAR, corridor
from tests.engines.simulate.test_experiment import fails

N = 30


@pytest.fixture(scope="module")
def base() -> Experiment:
    return experiment(corridor(), YEAR, 7, N, outputs={"lots": lambda found: found.at("lot").waits})


@pytest.fixture(scope="module")
def faster(base: Experiment) -> Comparison:
    return compare(base, experiment(corridor(crane=28.0), YEAR, 7, N, outputs={"lots": lambda found: found.at("lot").waits}))


def test_an_unrelated_resource_makes_no_difference(base: Experiment) -> None:
    """Places are matched by name: those put in shift all positions and change nothing."""
    found = compare(base, experiment(corridor(extra=True), YEAR, 7, N))
    assert found.names == base.kept
    assert (found.only_base, found.only_other) == ((), ("kiosk", "visitor", "visitors"))
    assert (found.mean[found.n > 0] == 0).all()
    assert (found.n > 0).sum() > 10 * len(found.names)
    assert (found.half_width[found.n > 1] == 0).all()
    assert compare(experiment(corridor(extra=True), YEAR, 7, 2), base).only_base == ("kiosk", "visitor", "visitors")


def test_a_small_change_is_seen_with_twenty_times_fewer_replications(faster: Comparison) -> None:
    found = faster.difference(("lot", "wait"))
    assert found.high < 0
    assert found.gain >= 20
    assert found.n == N


def test_every_place_says_what_the_pairs_of_one_figure_say(faster: Comparison) -> None:
    for name, field in (("lot", "wait"), ("berth A", "utilisation"), ("boxes", "level"), ("border A", "queue")):
        exact = difference(faster.base.column((name, field)), faster.other.column((name, field)))
        i, j = faster.names.index(name), NAMES.index(field)
        found = (faster.mean[i, j], faster.half_width[i, j], faster.gain[i, j], faster.n[i, j])
        assert found == pytest.approx((exact.mean, exact.half_width, exact.gain, N), rel=1e-9)
        one = faster.difference((name, field))
        assert (one.mean, one.half_width, one.gain, one.n) == pytest.approx(found)


def test_figures_of_ones_own_and_causes(faster: Comparison) -> None:
    assert faster.difference("lots") == faster.difference(("lot", "waits"))
    berths = [sum(side.column((name, "queue")) for name in ("berth A", "berth B")) for side in (faster.base, faster.other)]
    total = faster.of(*berths)  # type: ignore[arg-type]
    assert total.mean == pytest.approx(sum(faster.difference((name, "queue")).mean for name in ("berth A", "berth B")))
    waited = faster.waited()
    assert waited["berth A"].mean == pytest.approx(YEAR * faster.difference(("berth A", "queue")).mean)
    assert list(waited) == list(faster.base.cause_names)


def test_a_cause_that_only_one_has_was_no_wait_for_the_other(base: Experiment) -> None:
    found = compare(base, experiment(corridor(extra=True), YEAR, 7, N)).waited()
    assert found["kiosk"].mean > 0
    assert found["weather"].mean == 0


def test_only_pairs_that_are_complete_on_both_sides_count() -> None:
    one, other = experiment(fails(0.3), 50.0, 2, 30), experiment(fails(0.4), 50.0, 2, 24)
    found = compare(one, other)
    assert found.numbers.tolist() == sorted(set(one.numbers.tolist()) & set(other.numbers.tolist()))
    assert 0 < len(found.numbers) < min(one.complete, other.complete) or set(other.numbers.tolist()) <= set(one.numbers.tolist())
    assert found.difference(("desk", "wait")).mean == 0.0  # the door knows nothing of the truck
    assert found.difference(("desk", "wait")).n == len(found.numbers)
    none = compare(one, experiment(fails(1.0), 50.0, 2, 24))
    assert len(none.numbers) == 0
    assert math.isnan(none.difference(("desk", "wait")).mean)
    assert none.difference(("desk", "wait")).half_width == math.inf


def test_twins_are_compared_pair_by_pair() -> None:
    one, other = (experiment(corridor(crane=crane), YEAR, 7, 8, antithetic=True) for crane in (25.0, 28.0))
    found = compare(one, other).difference(("lot", "wait"))
    sides = [side.column(("lot", "wait")).reshape(-1, 2).mean(axis=1) for side in (one, other)]
    exact = difference(*sides)
    assert (found.mean, found.half_width, found.n) == pytest.approx((exact.mean, exact.half_width, 8))


def test_experiments_that_do_not_share_their_luck_are_refused(base: Experiment) -> None:
    other = experiment(corridor(), YEAR / 2, 8, 2, antithetic=True)
    with pytest.raises(ValueError, match=r"the seed must be the same on both sides, found 7 and 8; antithetic must.*; the end must"):
        compare(base, other)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=30))
def test_many_differences_at_once_are_those_one_by_one(pairs: list[tuple[float, float]]) -> None:
    x: Floats = np.array(pairs)
    n, mean, half, gain = _differences(x[:, :1], x[:, 1:], 0.95)
    exact = difference(x[:, 0], x[:, 1])
    assert n[0] == len(pairs)
    assert mean[0] == pytest.approx(exact.mean, abs=1e-6)
    assert half[0] == pytest.approx(exact.half_width, rel=1e-6, abs=1e-6)
    if np.var(x[:, 1] - x[:, 0]) > 1e-6:
        assert gain[0] == pytest.approx(exact.gain, rel=1e-6)
