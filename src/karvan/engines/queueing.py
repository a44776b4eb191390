"""How long does one wait when servers are shared? Closed forms of queueing theory, for whoever needs a wait.

Rates are per hour, times in hours; any other unit of time does if it is one throughout. `load` is arrival rate times
service time, in busy servers (erlang). A saturated queue waits `inf`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from karvan.engines.arrays import Floats


def erlang_b(servers: int, load: float) -> float:
    """The share of arrivals turned away when nobody can wait (M/G/c/c), Erlang 1917.

    B(0) = 1, B(n) = load B(n-1) / (n + load B(n-1)).
    """
    _check(servers, load)
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """The share of arrivals that wait when all may (M/M/c): C = c B / (c - load (1 - B)); 1 when saturated."""
    if load >= servers:
        _check(servers, load)
        return 1.0
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1.0 - blocked))


def wait_mmc(arrival_rate: float, service_time: float, servers: int) -> float:
    """The mean wait before service of M/M/c: C s / (c - load)."""
    load = arrival_rate * service_time
    _check(servers, load)
    if load >= servers:
        return math.inf
    return erlang_c(servers, load) * service_time / (servers - load)


def wait_allen_cunneen(arrival_rate: float, service_time: float, servers: int, ca2: float, cs2: float) -> float:
    """The mean wait before service of G/G/c, approximately (Allen 1978): (ca2 + cs2)/2 times that of M/M/c.

    `ca2`, `cs2` are the squared coefficients of variation of times between arrivals and of service times. Exact for
    M/M/c and M/G/1.
    """
    if not (ca2 >= 0 and cs2 >= 0):
        raise ValueError("ca2 and cs2 must be numbers >= 0")
    wait = wait_mmc(arrival_rate, service_time, servers)
    if ca2 + cs2 == 0 and wait < math.inf:
        return 0.0
    return 0.5 * (ca2 + cs2) * wait


def wait_sakasegawa(utilisation: float, service_time: float, servers: int, ca2: float = 1.0, cs2: float = 1.0) -> float:
    """The mean wait before service of G/G/c in one smooth line (Sakasegawa 1977).

    (ca2 + cs2)/2 * s/c * rho^(sqrt(2 (c + 1)) - 1) / (1 - rho); exact for M/M/1. This is the QUEUE of `arrays.Delay`.
    """
    _check(servers, utilisation)
    if not (ca2 >= 0 and cs2 >= 0):
        raise ValueError("ca2 and cs2 must be numbers >= 0")
    if utilisation >= 1:
        return math.inf
    bend = math.pow(utilisation, sakasegawa_exponent(servers)) / (1.0 - utilisation)
    return 0.5 * (ca2 + cs2) * service_time / servers * bend


def sakasegawa_exponent(servers: int) -> float:
    """sqrt(2 (servers + 1)) - 1."""
    return math.sqrt(2.0 * (servers + 1)) - 1.0


@dataclass(frozen=True)
class Closed:
    """A closed network in the long run: the same customers go round and round."""

    throughput: float
    """rounds an hour, of all customers together."""
    cycle_time: float
    """hours for one round of one customer, thinking (travelling) included."""
    queue: Floats
    """float64[station], customers waiting or served, on average."""
    stay: Floats
    """float64[station], hours at the station per round."""
    utilisation: Floats
    """float64[station], busy servers over servers."""


def closed_network(
    customers: int, service: Sequence[float] | Floats, servers: Sequence[int], think_time: float = 0.0
) -> Closed:
    """Throughput, cycle time and queues of `customers` that visit every station once a round (ships, wagons, locomotives).

    `service` hours of service per round at each station (visits times service time), `servers` their number,
    `think_time` hours per round without any queue. Exact for exponential service and first come, first served: the
    product form of Gordon & Newell (1967), summed by Buzen's convolution (1973), which gives what exact mean value
    analysis (Reiser & Lavenberg 1980) gives and stays exact with many servers. Raises `ValueError` when there is no customer, no
    time at all, or a negative or missing number.
    """
    hours = np.asarray(service, dtype=np.float64)
    if customers < 1 or hours.shape != (len(servers),) or any(count < 1 for count in servers):
        raise ValueError("closed_network needs at least one customer, and at least one server for every service")
    if not (hours.min(initial=0.0) >= 0 and think_time >= 0) or not float(hours.sum()) + think_time < math.inf:
        raise ValueError("service and think_time must be finite numbers >= 0")
    whole = float(hours.sum()) + think_time
    if whole == 0:
        raise ValueError("service and think_time must not all be 0")
    limit = min((count / time for count, time in zip(servers, hours.tolist(), strict=True) if time > 0), default=math.inf)
    guess = min(customers / whole, limit)  # weights tilted by it keep their peak near the number of customers

    def weights(time: float, count: int) -> Floats:
        n = np.arange(1, customers + 1)
        with np.errstate(divide="ignore"):
            logs = np.concatenate(([0.0], np.cumsum(np.log(time * guess) - np.log(np.minimum(n, count)))))
        return np.asarray(np.exp(logs - logs.max()))

    parts = [weights(time, count) for time, count in zip(hours.tolist(), servers, strict=True)]
    delay = weights(think_time, customers)
    together = delay
    for part in parts:
        together = _convolve(together, part, customers)
    throughput = guess * float(together[customers - 1] / together[customers])
    queue = np.zeros(len(parts))
    for i, part in enumerate(parts):
        others = delay
        for j, other in enumerate(parts):
            if j != i:
                others = _convolve(others, other, customers)
        share = part * others[::-1]
        queue[i] = float(np.sum(np.arange(customers + 1) * share) / np.sum(share))
    return Closed(
        throughput, customers / throughput, queue, queue / throughput, throughput * hours / np.array(servers, dtype=np.float64)
    )


def machine_repairman(machines: int, repairers: int, running_time: float, repair_time: float) -> Closed:
    """The machine repairman (M/M/c with a finite population): machines run, break down, queue and are repaired.

    The closed network with one station; `throughput` is repairs an hour, `stay` hours from breakdown to running again.
    """
    return closed_network(machines, [repair_time], [repairers], running_time)


def _convolve(one: Floats, other: Floats, customers: int) -> Floats:
    """The first customers + 1 terms of the product, scaled so that the largest is 1 (only ratios matter)."""
    product = np.convolve(one, other)[: customers + 1]
    return np.asarray(product / product.max())


def _check(servers: int, load: float) -> None:
    if servers < 1:
        raise ValueError(f"servers must be at least 1, found {servers}")
    if not load >= 0:
        raise ValueError(f"the load must be a number >= 0, found {load}")
