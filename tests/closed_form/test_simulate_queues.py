"""One station, simulated, against what queueing theory says. Each run also passes the audit (Little's law, conservation)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

from karvan.engines.queueing import erlang_b, wait_allen_cunneen, wait_mmc
from karvan.engines.simulate import Model, Tables, simulate
from karvan.engines.simulate.distributions import (
    Distribution,
    constant,
    erlang,
    exponential,
    lognormal,
    quantiles,
    uniform,
    weibull,
)
from tests.closed_form.simulated import far


def station(every: Distribution, service: Distribution, servers: int) -> Tables:
    model = Model("station")
    desk = model.resource("desk", servers)
    model.arrivals("door", every, model.program("customer").serve(desk, service))
    return model.build()


@pytest.mark.parametrize(("servers", "load"), [(1, 0.8), (3, 0.7), (10, 0.9)])
def test_mmc(servers: int, load: float) -> None:
    tables = station(exponential(1 / (load * servers)), exponential(1.0), servers)
    exact = wait_mmc(load * servers, 1.0, servers)
    assert abs(far(tables, exact, lambda found: found.at("desk").wait, 40_000 / servers, 2_000 / servers)) < 4


def test_the_share_of_busy_servers_and_the_queue_of_mm3() -> None:
    tables = station(exponential(1 / 2.1), exponential(1.0), 3)
    assert abs(far(tables, 0.7, lambda found: found.at("desk").utilisation, 20_000, 500)) < 4
    assert abs(far(tables, 2.1 * wait_mmc(2.1, 1.0, 3), lambda found: found.at("desk").queue, 20_000, 500)) < 4


def test_percentiles_of_mm1() -> None:
    """The time in the system is exponential with mean 1 / (mu - lambda): P95 = 5 ln 20 = 14.98; 2.2 % is the bins'."""
    model = Model("station")
    desk = model.resource("desk", 1)
    model.arrivals("door", exponential(1.25), model.program("customer", histogram=True).serve(desk, exponential(1.0)))
    for share in (0.5, 0.95):
        exact = -5 * math.log(1 - share)
        z = far(model.build(), exact, lambda found, share=share: found.at("customer").percentile(share)[0], 30_000, 1)  # type: ignore[misc]
        assert abs(z) < 4


MG1 = [
    (lognormal(1.0, 1.5), 1.5**2),
    (constant(1.0), 0.0),
    (erlang(1.0, 4), 0.25),
    (uniform(0.5, 1.5), 1 / 12),
    (weibull(1 / math.gamma(1.5), 2.0), math.gamma(2) / math.gamma(1.5) ** 2 - 1),
    (quantiles(lambda p: -np.log1p(-p)), 1.0),
]


@pytest.mark.parametrize(("service", "cs2"), MG1, ids=["lognormal", "constant", "erlang", "uniform", "weibull", "table of quantiles"])
def test_mg1(service: Distribution, cs2: float) -> None:
    """Pollaczek and Khinchine."""
    tables = station(exponential(1 / 0.7), service, 1)
    exact = wait_allen_cunneen(0.7, 1.0, 1, 1.0, cs2)
    assert abs(far(tables, exact, lambda found: found.at("desk").wait, 50_000, 1_000)) < 4


def losing(servers: int, room: int, load: float, service: Distribution) -> Tables:
    """At most `room` are let in; the others are counted and leave."""
    model = Model("loss")
    desk = model.resource("desk", servers)
    lost, came = model.tally("lost"), model.tally("came")
    customer = model.program("customer").record(came, 1.0).when(desk.present, ">=", room, "lost").serve(desk, service).leave()
    customer.label("lost").record(lost, 1.0).leave(counted=False)
    model.arrivals("door", exponential(1 / load), customer)
    return model.build()


def test_mmck() -> None:
    """p_K of M/M/3/6: p_n ~ load^n / n! up to the servers, then geometric."""
    load, servers, room = 2.4, 3, 6
    weights = [load**n / math.factorial(min(n, servers)) / servers ** max(n - servers, 0) for n in range(room + 1)]
    exact = weights[-1] / sum(weights)
    tables = losing(servers, room, load, exponential(1.0))
    assert abs(far(tables, exact, lambda found: found.at("lost").waits / found.at("came").waits, 20_000, 200)) < 4


@pytest.mark.parametrize("service", [exponential(1.0), constant(1.0), lognormal(1.0, 2.0)], ids=["exponential", "constant", "lognormal"])
def test_erlang_b_does_not_mind_the_distribution(service: Distribution) -> None:
    tables = losing(5, 5, 4.0, service)
    assert abs(far(tables, erlang_b(5, 4.0), lambda found: found.at("lost").waits / found.at("came").waits, 10_000, 200)) < 4


RATES = (0.25, 0.3, 0.2)
SERVICES = (exponential(1.0), constant(1.2), erlang(1.0, 2))
SECOND_MOMENTS = (2.0, 1.44, 1.5)


def classes(preemptive: bool) -> Tables:
    model = Model("classes")
    desk = model.resource("desk", 1, preemptive=preemptive)
    since = model.attribute("since")
    for k, (rate, service) in enumerate(zip(RATES, SERVICES, strict=True)):
        waited = model.tally(f"wait {k}")
        customer = model.program(f"customer {k}", priority=k).set(since, 0.0)
        customer.seize(desk).record(waited).delay("service", service).release(desk)
        model.arrivals(f"door {k}", exponential(1 / rate), customer)
    return model.build()


def loads(k: int) -> float:
    return sum(rate * service.mean for rate, service in zip(RATES[:k], SERVICES[:k], strict=True))


@pytest.mark.parametrize("k", [0, 1, 2])
def test_priorities(k: int) -> None:
    """Cobham 1954: W_k = W_0 / ((1 - sigma_(k-1)) (1 - sigma_k)), W_0 = sum of lambda E[S^2] / 2."""
    residual = sum(rate * second / 2 for rate, second in zip(RATES, SECOND_MOMENTS, strict=True))
    exact = residual / ((1 - loads(k)) * (1 - loads(k + 1)))
    assert abs(far(classes(False), exact, lambda found: found.at(f"wait {k}").wait, 60_000, 1_000)) < 4


@pytest.mark.parametrize("k", [0, 1, 2])
def test_preemptive_resume(k: int) -> None:
    """T_k = E[S_k] / (1 - sigma_(k-1)) + sum over i <= k of lambda E[S^2] / 2 / ((1 - sigma_(k-1)) (1 - sigma_k))."""
    residual = sum(rate * second / 2 for rate, second in zip(RATES[: k + 1], SECOND_MOMENTS, strict=False))
    exact = SERVICES[k].mean / (1 - loads(k)) + residual / ((1 - loads(k)) * (1 - loads(k + 1)))
    assert abs(far(classes(True), exact, lambda found: found.at(f"customer {k}").wait, 60_000, 1_000)) < 4


def stationary(rates: dict[tuple[int, int], float], states: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The stationary distribution of a Markov chain in continuous time."""
    equations = lil_matrix((states, states))
    for (i, j), rate in rates.items():
        equations[j, i] += rate
        equations[i, i] -= rate
    equations[0, :] = 1.0
    right = np.zeros(states)
    right[0] = 1.0
    return np.asarray(spsolve(equations.tocsr(), right))


def test_a_server_that_breaks_down() -> None:
    """M/M/1 whose server works 10 and is repaired 2 on average, at any time; who is served goes on after the repair."""
    arrive, serve, fail, mend, most = 0.6, 1.0, 0.1, 0.5, 300
    rates = {}
    for n in range(most):
        for up in (0, 1):
            if n + 1 < most:
                rates[2 * n + up, 2 * n + 2 + up] = arrive
            if up and n:
                rates[2 * n + 1, 2 * n - 1] = serve
        rates[2 * n + 1, 2 * n] = fail
        rates[2 * n, 2 * n + 1] = mend
    chance = stationary(rates, 2 * most)
    exact = float(sum(n * (chance[2 * n] + chance[2 * n + 1]) for n in range(most))) / arrive
    model = Model("breakdown")
    crane = model.resource("crane", 1, interruptible=True)
    model.arrivals("door", exponential(1 / arrive), model.program("box").serve(crane, exponential(1 / serve)))
    breaker = model.program("breakdown").label("works").delay("works", exponential(1 / fail)).change(crane, -1, interrupt=True)
    model.start(breaker.delay("repair", exponential(1 / mend)).change(crane, 1).goto("works"))
    tables = model.build()
    assert abs(far(tables, exact, lambda found: found.at("box").wait, 60_000, 2_000)) < 4
    assert abs(far(tables, 10 / 12, lambda found: found.at("crane").capacity, 60_000, 2_000)) < 4


@pytest.mark.parametrize(("least", "most"), [(1, 4), (3, 5), (4, 4)])
def test_bulk_service(least: int, most: int) -> None:
    """M/M^[a,b]/1: a free server takes all who wait, at most b, as soon as there are a."""
    arrive, serve, states = 2.4, 1.0, 300
    rates: dict[tuple[int, int], float] = {}

    def add(i: int, j: int, rate: float) -> None:
        rates[i, j] = rates.get((i, j), 0.0) + rate

    for n in range(states):  # busy with n waiting: 2 n + 1; idle with n < a waiting: 2 n
        if n + 1 < states:
            add(2 * n + 1, 2 * n + 3, arrive)
        add(2 * n + 1, 2 * n if n < least else 2 * (n - min(n, most)) + 1, serve)
        if n < least:
            add(2 * n, 2 * n + 2 if n + 1 < least else 2 * (n + 1 - min(n + 1, most)) + 1, arrive)
        else:
            add(2 * n, 1, 1.0)  # never reached
    chance = stationary(rates, 2 * states)
    exact = float(sum(n * (chance[2 * n] + chance[2 * n + 1]) for n in range(states)))
    model = Model("bulk")
    pile = model.store("pile")
    model.arrivals("door", exponential(1 / arrive), model.program("wagon").store(pile))
    ferry = model.program("ferry").label("again").take(pile, most, minimum=least, linger=0.0).delay("trip", exponential(1 / serve))
    model.start(ferry.unload().goto("again"))
    assert abs(far(model.build(), exact, lambda found: found.at("pile").level, 20_000, 500)) < 4


def test_as_many_servers_as_come() -> None:
    """M/G/inf: as many are there as arrive in a service time (Little), Poisson; some 2,000 events wait in the list at once."""
    model = Model("many")
    model.arrivals("door", exponential(0.005), model.program("guest").delay("stay", lognormal(10.0, 0.5)))
    tables = model.build()
    assert abs(far(tables, 10.0, lambda found: found.at("guest").wait, 200.0, 60.0)) < 4
    assert abs(far(tables, 200.0, lambda found: found.at("guest").rate, 200.0, 60.0)) < 4


def test_a_small_request_of_higher_priority_passes_a_large_one() -> None:
    """The head of the queue wants two desks and one is free: who comes with a smaller number takes it."""
    model = Model("pass")
    desk = model.resource("desk", 2)
    model.start(model.program("first").serve(desk, 10.0))
    model.start(model.program("large", priority=5).delay("comes", 1.0).seize(desk, 2).delay("work", 1.0).release(desk, 2))
    model.start(model.program("small", priority=1).delay("comes", 2.0).serve(desk, 3.0))
    model.start(model.program("behind", priority=5).delay("comes", 3.0).serve(desk, 1.0))
    found = simulate(model.build(), 50.0, 1)
    assert [found.at(name).wait for name in ("small", "large", "behind")] == [5.0, 11.0, 12.0]
