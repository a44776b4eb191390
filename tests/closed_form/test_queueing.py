"""Queues with answers in the books."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.engines.queueing import (
    closed_network,
    erlang_b,
    erlang_c,
    machine_repairman,
    sakasegawa_exponent,
    wait_allen_cunneen,
    wait_mmc,
    wait_sakasegawa,
)


@pytest.mark.parametrize(("servers", "load", "blocked"), [(1, 1.0, 0.5), (2, 1.0, 0.2), (3, 2.0, 4 / 19), (5, 0.0, 0.0)])
def test_erlang_b_of_small_systems(servers: int, load: float, blocked: float) -> None:
    assert erlang_b(servers, load) == pytest.approx(blocked, rel=1e-14)


def test_erlang_b_is_the_ratio_of_the_poisson_series() -> None:
    load, servers = 37.5, 45
    terms = [math.exp(n * math.log(load) - math.lgamma(n + 1)) for n in range(servers + 1)]
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / sum(terms), rel=1e-12)


def test_one_server_waits_as_often_as_it_is_busy() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7, rel=1e-14)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3, rel=1e-14)
    assert erlang_c(2, 2.5) == 1.0


def test_mm1_and_mm2() -> None:
    assert wait_mmc(0.8, 1.0, 1) == pytest.approx(0.8 / 0.2, rel=1e-14)
    assert wait_mmc(1.0, 1.0, 2) == pytest.approx(1 / 3, rel=1e-14)
    assert wait_mmc(2.0, 1.0, 2) == math.inf


def test_mg1_is_exact_in_allen_and_cunneen() -> None:
    """Pollaczek and Khinchine: W = rho s (1 + cs2) / (2 (1 - rho))."""
    rho, service, cs2 = 0.9, 3.0, 0.25
    expected = rho * service * (1 + cs2) / (2 * (1 - rho))
    assert wait_allen_cunneen(rho / service, service, 1, 1.0, cs2) == pytest.approx(expected, rel=1e-13)
    assert wait_allen_cunneen(0.5, 1.0, 1, 0.0, 0.0) == 0.0


@pytest.mark.parametrize("servers", [1, 2, 4, 10])
@pytest.mark.parametrize("rho", [0.5, 0.8, 0.95])
def test_sakasegawa_stays_near_mmc(servers: int, rho: float) -> None:
    exact = wait_mmc(rho * servers, 1.0, servers)
    near = wait_sakasegawa(rho, 1.0, servers)
    assert near == pytest.approx(exact, rel=1e-12 if servers == 1 else 0.15, abs=0.03)
    assert sakasegawa_exponent(1) == 1.0


def _mean_value_analysis(customers: int, service: list[float], think: float) -> tuple[float, list[float]]:
    """Reiser and Lavenberg (1980) for single servers: R_i(n) = s_i (1 + Q_i(n - 1)), X = n/(Z + sum R)."""
    queue, rate = [0.0] * len(service), 0.0
    for n in range(1, customers + 1):
        stay = [s * (1 + q) for s, q in zip(service, queue, strict=True)]
        rate = n / (think + sum(stay))
        queue = [rate * r for r in stay]
    return rate, queue


@pytest.mark.parametrize("customers", [1, 2, 7, 60, 400])
@pytest.mark.parametrize("think", [0.0, 50.0])
def test_closed_network_is_mean_value_analysis(customers: int, think: float) -> None:
    service = [0.5, 2.0, 1.9]
    rate, queue = _mean_value_analysis(customers, service, think)
    found = closed_network(customers, service, [1, 1, 1], think)
    assert found.throughput == pytest.approx(rate, rel=1e-9)
    assert found.queue == pytest.approx(queue, rel=1e-8)
    assert found.cycle_time == pytest.approx(think + found.stay.sum(), rel=1e-9)


@pytest.mark.parametrize(("machines", "repairers"), [(1, 1), (6, 1), (10, 3), (40, 5)])
def test_machine_repairman_is_its_birth_and_death_process(machines: int, repairers: int) -> None:
    running, repair = 8.0, 1.5
    weight = [1.0]
    for n in range(machines):
        weight.append(weight[-1] * (machines - n) / running / (min(n + 1, repairers) / repair))
    chance = np.array(weight) / sum(weight)
    broken = float(np.sum(np.arange(machines + 1) * chance))
    rate = float(np.sum(chance * np.minimum(np.arange(machines + 1), repairers))) / repair
    found = machine_repairman(machines, repairers, running, repair)
    assert found.throughput == pytest.approx(rate, rel=1e-10)
    assert found.queue[0] == pytest.approx(broken, rel=1e-10)
    assert found.utilisation[0] == pytest.approx(rate * repair / repairers, rel=1e-10)


def test_as_many_servers_as_customers_never_wait() -> None:
    found = closed_network(5, [2.0, 3.0], [5, 5], 10.0)
    assert found.throughput == pytest.approx(5 / 15.0, rel=1e-12)
    assert found.stay == pytest.approx([2.0, 3.0], rel=1e-12)


@pytest.mark.parametrize("call", [
    lambda: erlang_b(0, 1.0), lambda: erlang_c(1, math.nan), lambda: wait_mmc(-1.0, 1.0, 1),
    lambda: closed_network(0, [1.0], [1]), lambda: closed_network(3, [0.0], [1], 0.0), lambda: closed_network(3, [math.nan], [1]),
    lambda: wait_sakasegawa(0.5, 1.0, 1, -1.0),
])  # fmt: skip
def test_nonsense_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        call()  # type: ignore[operator]
