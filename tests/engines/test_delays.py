"""Fitted delay functions against queues whose waits are known."""

import numpy as np
import pytest

from karvan.engines import delays
from karvan.engines.arrays import HARD, POWER, QUEUE
from karvan.engines.queueing import sakasegawa_exponent, wait_mmc
from karvan.engines.simulate import Model, replicate
from karvan.engines.simulate.distributions import constant, exponential

USES = np.array([0.3, 0.45, 0.6, 0.75, 0.9])
HOURS = 4.0
REPLICATIONS, HORIZON, WARM_UP = 20, 60_000.0, 4_000.0


def played(servers: int, use: float, exponential_service: bool) -> tuple[float, float]:
    """Mean wait and its standard error of a simulated queue."""
    model = Model("queue")
    post = model.resource("post", servers)
    program = model.program("load").serve(post, exponential(HOURS) if exponential_service else constant(HOURS)).leave()
    model.arrivals("source", exponential(HOURS / (servers * use)), program)
    runs = replicate(model.build(), HORIZON, 3, range(REPLICATIONS), lambda outcome: [outcome.at("post").wait], edges=[WARM_UP, HORIZON])[:, 0]
    return float(runs.mean()), float(runs.std(ddof=1)) / np.sqrt(REPLICATIONS)


def of_played(servers: int, exponential_service: bool) -> delays.Fit:
    wait, error = np.array([played(servers, use, exponential_service) for use in USES]).T
    found = delays.fit(QUEUE, USES, wait, error, sakasegawa_exponent(servers))
    assert found is not None
    return found


@pytest.mark.parametrize(("exponential_service", "scale"), [(True, HOURS), (False, HOURS / 2)])
def test_one_simulated_server_gives_the_scale_of_theory(exponential_service: bool, scale: float) -> None:
    """M/M/1: s rho / (1 - rho); M/D/1: half of that (Pollaczek and Khinchine)."""
    found = of_played(1, exponential_service)
    assert found.low <= scale <= found.high
    assert found.high / found.low < 1.3
    assert found.exponent == pytest.approx(1.0, abs=0.1)
    assert found.misfit < 0.1


def test_four_simulated_servers_give_the_scale_of_theory() -> None:
    """Erlang's C is steeper than Sakasegawa's line where little is used, so the exponent is larger; near full use both are s / c."""
    found = of_played(4, True)
    assert found.low <= HOURS / 4 <= found.high
    exact = np.array([wait_mmc(4 * use / HOURS, HOURS, 4) for use in USES])
    assert found.scale * delays.bend(QUEUE, USES, found.exponent) == pytest.approx(exact, rel=0.15)


@pytest.mark.parametrize("servers", [1, 2, 5, 12])
def test_exact_waits_of_many_servers_are_met_within_the_error_of_the_form(servers: int) -> None:
    wait = np.array([wait_mmc(servers * use / HOURS, HOURS, servers) for use in USES])
    found = delays.fit(QUEUE, USES, wait, np.zeros(5), sakasegawa_exponent(servers))
    assert found is not None
    assert found.scale == pytest.approx(HOURS / servers, rel=0.2)
    assert (found.scale * delays.bend(QUEUE, USES, found.exponent))[2:] == pytest.approx(wait[2:], rel=0.2)


@pytest.mark.parametrize("kind", [POWER, QUEUE])
def test_pairs_on_a_curve_give_the_curve(kind: int) -> None:
    found = delays.fit(kind, USES, 7.0 * delays.bend(kind, USES, 2.5), np.zeros(5), 1.0)
    assert found is not None
    assert found.free
    assert (found.scale, found.exponent) == (pytest.approx(7.0, rel=1e-4), pytest.approx(2.5, rel=1e-4))
    assert found.low <= 7.0 <= found.high


def test_the_exponent_stays_where_one_use_alone_was_seen() -> None:
    found = delays.fit(QUEUE, np.array([0.5, 0.52]), np.array([3.0, 3.2]), np.array([0.1, 0.1]), 1.8)
    assert found is not None
    assert not found.free
    assert found.exponent == 1.8


def test_an_outlier_pulls_less_than_in_least_squares() -> None:
    """With equal errors the pair that is off by ten would move a mean by a third of it."""
    wait = 5.0 * delays.bend(QUEUE, USES, 1.0)
    error = 0.05 * wait
    spoilt = wait.copy()
    spoilt[1] *= 10
    found = delays.fit(QUEUE, USES, spoilt, error, 1.0)
    assert found is not None
    assert found.scale == pytest.approx(5.0, rel=0.25)


def test_what_is_full_or_unknown_does_not_count() -> None:
    wait = np.array([1.0, 500.0, np.nan])
    found = delays.fit(QUEUE, np.array([0.5, 1.02, 0.7]), wait, np.zeros(3), 1.0)
    assert found is not None
    assert found.pairs == 1
    assert found.scale == pytest.approx(1.0)
    assert delays.fit(QUEUE, np.array([1.0, 1.1]), np.array([4.0, 9.0]), np.zeros(2), 1.0) is None
    power = delays.fit(POWER, np.array([0.5, 1.1]), 2.0 * np.array([0.5, 1.1]) ** 4, np.zeros(2), 4.0)
    assert power is not None
    assert power.pairs == 2


def test_no_wait_is_a_scale_of_nothing() -> None:
    found = delays.fit(QUEUE, USES, np.zeros(5), np.zeros(5), 1.5)
    assert found is not None
    assert (found.scale, found.high, found.exponent) == (0.0, 0.0, 1.5)


def test_a_kind_without_a_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="POWER or QUEUE"):
        delays.fit(HARD, USES, USES, USES, 1.0)
    with pytest.raises(ValueError, match="above 0"):
        delays.fit(QUEUE, USES, USES, USES, 0.0)
