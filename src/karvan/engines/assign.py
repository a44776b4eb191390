
"""How much goes which way when everybody chooses and capacity is scarce? One future-year, one answer.

Shippers choose by logit with a correction for overlapping routes (path size, Ben-Akiva & Bierlaire 1999) among the
routes of their demand and staying home; resources have hard capacities, congestion delays, or both. The flows are the
minimum of one convex function,
    sum f c + 1/theta sum f ln(f / (PS q)) + sum_resource integral_0^load price_per_hour d(x / capacity) dx,   load <= capacity,
whose dual (`prices`) is solved; its multipliers are what one more unit of a capacity would be worth.
`prepare` once per case, `solve` per future-year. `verdict/certify` recomputes whether an answer is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from karvan.engines import prices, ways
from karvan.engines.arrays import (
    HARD,
    POWER,
    QUEUE,
    Bytes,
    Choice,
    Conditions,
    Delay,
    Demands,
    Floats,
    Incidence,
    Ints,
    Network,
    Returns,
    RouteSet,
    Uses,
    check_conditions,
    check_delay,
    check_returns,
    check_static,
    incidence,
)
from karvan.engines.ways import Ways

BLUNT = 20.0
"""Where choice is sharpened step by step, the first step has theta * reserve at most this."""


@dataclass(frozen=True)
class AssignOptions:
    """When to stop."""

    tolerance: float = 1e-8
    """largest difference between what a resource carries and supplies, as a share of its capacity, or of all that demand
    could ask of it where that is less."""
    max_iterations: int = 80
    """Newton steps before a detour is taken: sharpening choice step by step, then L-BFGS-B."""


@dataclass(frozen=True)
class Problem:
    """What does not change from one future-year to the next, in the form the compiled loops read."""

    network: Network
    uses: Uses
    demands: Demands
    choice: Choice
    routes: RouteSet
    incidence: Incidence
    theta: Floats
    """float64[od], theta of the od's commodity."""
    reach: Incidence
    """per od the resources its routes may need, with the largest amount of any of them."""
    sharpness: Floats
    """float64[resource], the largest theta * amount of any route: 1/price at which use falls by a factor e."""
    ways: Ways
    """the routes folded, so that what they share is summed once."""


@dataclass(frozen=True)
class Result:
    """Flows, prices and loads of one future-year."""

    route_flow: Floats
    """float64[route], t a year."""
    unserved: Floats
    """float64[od], t a year that stay home."""
    price: Floats
    """float64[resource], USD per unit: congestion + scarcity."""
    price_congestion: Floats
    """float64[resource], USD per unit: price_per_hour * delay."""
    price_scarcity: Floats
    """float64[resource], USD per unit: what one more unit of a full hard capacity would be worth."""
    load: Floats
    """float64[resource], units a year."""
    utilisation: Floats
    """float64[resource], load / capacity; 0 where the capacity is infinite or 0."""
    delay: Floats
    """float64[resource], h."""
    arc_flow: Floats
    """float64[commodity, arc], t a year."""
    route_cost: Floats
    """float64[route], USD/t without congestion and scarcity; inf where the route is closed."""
    path_size: Floats
    """float64[route], in (0, 1]; 0 where the route is closed."""
    iterations: int
    residual: float
    """largest difference between load and supply left, as a share (see `AssignOptions.tolerance`)."""
    converged: bool


def prepare(
    network: Network, uses: Uses, demands: Demands, choice: Choice, routes: RouteSet, returns: Returns | None = None
) -> Problem:
    """The problem of a case. Raises `ValueError` naming every array that does not fit or holds NaN.

    With `returns`, what a tonne on a route takes includes the way back of its equipment; nothing else changes.
    """
    check_static(network, uses, demands, choice)
    if returns is not None:
        check_returns(network, uses, demands, returns)
    faults = []
    if routes.od_start.shape != (demands.n_od + 1,):
        faults.append(f"RouteSet.od_start has shape {routes.od_start.shape}, expected {(demands.n_od + 1,)}")
    if routes.start.shape != (routes.n_routes + 1,) or int(routes.start[-1]) != routes.arc.shape[0]:
        faults.append("RouteSet.start does not fit RouteSet.od and RouteSet.arc")
    if routes.arc.size and not (int(routes.arc.min()) >= 0 and int(routes.arc.max()) < network.n_arcs):
        faults.append(f"RouteSet.arc points outside 0..{network.n_arcs - 1}")
    if faults:
        raise ValueError("; ".join(faults))
    plain = RouteSet(*(_plain(getattr(routes, name), np.int32) for name in ("od", "start", "arc", "od_start")))
    rows = incidence(plain, uses, demands, returns)
    theta = _plain(choice.theta, np.float64)[demands.commodity]
    reach, sharpness = _reach(plain, rows, theta, uses.n_resources)
    return Problem(
        Network(network.n_states, network.tail, network.head, _plain(network.allowed, np.bool_)),
        uses,
        Demands(demands.origin, demands.destination, _plain(demands.commodity, np.int32)),
        Choice(*(_plain(getattr(choice, name), np.float64) for name in ("theta", "value_of_time", "reliability", "reserve"))),
        plain,
        rows,
        theta,
        reach,
        sharpness,
        ways.fold(plain, rows),
    )  # fmt: skip


def _reach(routes: RouteSet, rows: Incidence, theta: Floats, n_resources: int) -> tuple[Incidence, Floats]:
    od = np.repeat(routes.od, np.diff(rows.start))
    table = np.zeros((theta.shape[0], n_resources))
    np.maximum.at(table, (od, rows.resource), rows.amount)
    at_od, resource = np.nonzero(table)
    start = np.searchsorted(at_od, np.arange(theta.shape[0] + 1)).astype(np.int32)
    sharpness = (table * theta[:, None]).max(axis=0, initial=0.0)
    return Incidence(start, resource.astype(np.int32), table[at_od, resource]), sharpness


def base_cost(problem: Problem, conditions: Conditions) -> Floats:
    """float64[od], USD/t: the generalised cost of the cheapest open route under `conditions`, without any queue.

    Where no route is open it is that of the cheapest route if all were open; 0 for a demand without routes. Computed
    once under the case's base conditions; `reserve` above it is the cost of staying home in every future.
    """
    check_conditions(problem.network, problem.uses.n_resources, problem.demands.n_od, conditions)
    conditions = _plain_columns(conditions)
    cost, _ = _weigh(problem, conditions, everything_open=False)
    as_if, _ = _weigh(problem, conditions, everything_open=True)
    found = np.zeros(problem.demands.n_od)
    for od in range(problem.demands.n_od):
        rows = slice(int(problem.routes.od_start[od]), int(problem.routes.od_start[od + 1]))
        best = min(float(cost[rows].min(initial=np.inf)), np.inf)
        if best == np.inf:
            best = float(as_if[rows].min(initial=np.inf))
        found[od] = best if best < np.inf else 0.0
    return found


def solve(
    problem: Problem,
    conditions: Conditions,
    delay: Delay,
    base: Floats,
    *,
    warm: Floats | None = None,
    options: AssignOptions | None = None,
) -> Result:
    """The flows of one future-year.

    `base` float64[od] from `base_cost`; `warm` float64[resource] prices to start from (those of the case's base solution
    of that year, never of a neighbouring future). Closed routes carry nothing; a demand without an open route stays home.
    Raises `ValueError` naming every array that does not fit, holds NaN, or is negative where it must not be.
    """
    chosen = options or AssignOptions()
    n_resources, n_od = problem.uses.n_resources, problem.demands.n_od
    conditions, delay = _checked(problem, conditions, delay)
    if base.shape != (n_od,) or not np.isfinite(base).all():
        raise ValueError(f"base must be {n_od} finite numbers")
    if warm is not None and (warm.shape != (n_resources,) or not 0 <= warm.min(initial=0.0) <= warm.max(initial=0.0) < np.inf):
        raise ValueError(f"warm must be {n_resources} finite numbers >= 0")

    cost, size = _weigh(problem, conditions, everything_open=False)
    capacity, demand, exponent = conditions.capacity, conditions.amount, delay.exponent
    k = delay.scale * delay.price_per_hour
    kind = np.where(k > 0, delay.kind, HARD).astype(np.int8)  # a queue nobody pays for is a mere limit
    out_cost = base + problem.choice.reserve[problem.demands.commodity]

    folded, reach = problem.ways, problem.reach
    od_start, which, sub_cost, log_weight, share, start, resource, amount, live, most = ways.gather(
        problem.routes.od_start, folded.kind_start, folded.kind, problem.theta, demand, cost, size, folded.uses.start,
        folded.uses.resource, folded.uses.amount, reach.start, reach.resource, reach.amount, capacity, kind,
    )  # fmt: skip
    flow, unserved = np.zeros(which.shape[0]), np.zeros(n_od)
    sub_load, sub_price = np.zeros(live.shape[0]), np.zeros(live.shape[0])
    sub = (kind[live], capacity[live], k[live], exponent[live], problem.sharpness[live],
           np.minimum(capacity[live], most[live]))  # fmt: skip
    market = (od_start, problem.theta, demand, out_cost, sub_cost, log_weight, start, resource, amount)
    out = (flow, unserved, sub_load)
    y = _begin(sub, market, out, None if warm is None else warm[live])
    iterations, residual = _clear(sub, y, market, out, sub_price, chosen)
    for detour in (_blunted, _slowly):
        if residual > chosen.tolerance:
            y = detour(sub, market, out, sub_price)
            more, residual = _clear(sub, y, market, out, sub_price, chosen)
            iterations += more
    found = (live, which, flow, unserved, share, sub_price, cost, size)
    return _result(problem, conditions, delay, found, (iterations, residual, residual <= chosen.tolerance))


# --- in and out of the compiled loops --------------------------------------------------------------------------------

_Sub = tuple[Bytes, Floats, Floats, Floats, Floats, Floats]
"""Of the resources that may bind: kind, capacity, k, exponent, sharpness, scale of the residual."""
_Market = tuple[Ints, Floats, Floats, Floats, Floats, Floats, Ints, Ints, Floats]
"""od_start, theta, demand, out_cost, cost, ln weight, start, resource, amount of the kinds of open routes."""
_Out = tuple[Floats, Floats, Floats]
"""flow, unserved, load: filled in place."""
_Array = TypeVar("_Array", bound=NDArray[Any])


def _plain(array: _Array, kind: type[np.generic]) -> _Array:
    """The array as the loops were compiled for: contiguous, aligned, of one type (a copy only where it is not)."""
    if array.dtype == kind and array.flags.carray:
        return array
    return cast(_Array, np.require(array, kind, ("C", "A", "W")))


def _plain_columns(conditions: Conditions) -> Conditions:
    kinds = {"open": np.bool_}
    return Conditions(**{name: _plain(column, kinds.get(name, np.float64)) for name, column in vars(conditions).items()})


def _checked(problem: Problem, conditions: Conditions, delay: Delay) -> tuple[Conditions, Delay]:
    """Both as the loops read them. Raises `ValueError` as `check_conditions` and `check_delay` do."""
    arcs, n_resources, n_od = problem.network.n_arcs, problem.uses.n_resources, problem.demands.n_od
    table, columns = problem.network.allowed.shape, (delay.kind, delay.scale, delay.exponent, delay.price_per_hour)
    fits = (
        conditions.open.shape == conditions.time.shape == conditions.variance.shape == (arcs,)
        and conditions.cost.shape == conditions.perceived.shape == table
        and conditions.amount.shape == (n_od,)
        and all(column.shape == (n_resources,) for column in (conditions.capacity, *columns))
    )
    if fits:
        conditions = _plain_columns(conditions)
        delay = Delay(_plain(delay.kind, np.int8), *(_plain(column, np.float64) for column in columns[1:]))
        fits = ways.sound(conditions.time, conditions.variance, conditions.cost, conditions.perceived, conditions.capacity,
                          conditions.amount, delay.kind, delay.scale, delay.exponent, delay.price_per_hour)  # fmt: skip
    if not fits:
        check_conditions(problem.network, n_resources, n_od, conditions)
        check_delay(n_resources, delay)
    return conditions, delay


def _weigh(problem: Problem, conditions: Conditions, *, everything_open: bool) -> tuple[Floats, Floats]:
    network, choice, folded = problem.network, problem.choice, problem.ways
    return ways.weigh(
        problem.routes.od_start, folded.stretch_start, folded.arc_start, folded.arc, folded.start, folded.stretch,
        folded.kind, folded.uses.start, folded.uses.resource, problem.demands.commodity, network.allowed,
        choice.value_of_time, choice.reliability,
        conditions.open, conditions.time, conditions.variance, conditions.cost, conditions.perceived, conditions.capacity,
        everything_open,
    )  # fmt: skip


def _clear(
    sub: _Sub, y: Floats, market: _Market, out: _Out, price: Floats, options: AssignOptions
) -> tuple[int, float]:
    columns = (*sub, y, *market, *out, price, options.tolerance, options.max_iterations)
    return prices.clear(*columns)


def _begin(sub: _Sub, market: _Market, out: _Out, warm: Floats | None) -> Floats:
    """Coordinates to start from: those of the prices given, else those of the loads nobody prices."""
    flow, unserved, load = out
    if warm is None:
        prices.respond(np.zeros(load.shape[0]), *market, flow, unserved, load)
    return prices.begin(*sub[:4], np.full(load.shape[0], -1.0) if warm is None else warm, load)


def _blunted(sub: _Sub, market: _Market, out: _Out, price: Floats) -> Floats:
    """Coordinates near the clearing prices, reached by making choice sharper and sharper.

    With a small theta everything moves smoothly; each stage starts from the prices of the one before. Needed where
    theta * reserve is so large that staying home has no weight left in floating point until prices are nearly right.
    """
    kind, capacity, k, e, sharpness, scale = sub
    od_start, theta, demand, out_cost, cost, log_size, start, resource, amount = market
    cheapest = np.minimum.reduceat(np.append(cost, np.inf), od_start[:-1])
    gain = np.where(np.diff(od_start) > 0, out_cost - cheapest, 0.0)
    sharp = float((theta * np.abs(gain))[demand > 0].max(initial=0.0))
    share = min(1.0, BLUNT / max(sharp, BLUNT))

    def blunt(share: float) -> _Market:
        return od_start, theta * share, demand, out_cost, cost, log_size, start, resource, amount

    y = _begin(sub, blunt(share), out, None)
    options = AssignOptions(tolerance=1e-4, max_iterations=60)
    while share < 1.0:
        _clear((kind, capacity, k, e, sharpness * share, scale), y, blunt(share), out, price, options)
        share *= 3.0
    return y


def _slowly(sub: _Sub, market: _Market, out: _Out, price: Floats) -> Floats:
    """Coordinates near the clearing prices by L-BFGS-B on the dual, from nothing; for `clear` to polish."""
    kind, capacity, k, e, sharpness, _ = sub
    theta, demand, out_cost = market[1:4]
    flow, unserved, load = out
    scale = 1.0 / np.maximum(capacity / np.maximum(sharpness, 1e-300), 1e-300).max(initial=1e-300)

    def dual(y: Floats) -> tuple[float, Floats]:
        for i in range(kind.shape[0]):
            price[i] = prices.price_at(kind[i], y[i], k[i], e[i])
        prices.respond(price, *market, flow, unserved, load)
        supply = np.array([prices.supply_at(kind[i], y[i], capacity[i]) for i in range(kind.shape[0])])
        rise = np.array([prices.price_slope(kind[i], y[i], k[i], e[i]) for i in range(kind.shape[0])])
        stays = unserved > 0
        share = np.log(unserved[stays] / demand[stays])  # ln of staying home's share gives the log-sum
        value = float(np.sum(demand[stays] / theta[stays] * (-theta[stays] * out_cost[stays] - share)))
        value += float(np.sum(price * supply - congestion(kind, supply, capacity, k, e)))
        return scale * value, scale * (supply - load) * rise

    lowest = np.where(kind == HARD, 0.0, prices.TINY)
    start_at = np.maximum(_begin(sub, market, out, None), lowest)
    bounds = list(zip(lowest.tolist(), [None] * kind.shape[0], strict=True))
    found = minimize(dual, start_at, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "maxcor": 30})
    return np.asarray(found.x, dtype=np.float64)


def congestion(kind: Bytes, load: Floats, capacity: Floats, k: Floats, e: Floats) -> Floats:
    """USD a year: the integral of the congestion price from 0 to `load`, per resource.

    POWER: capacity k rho^(e+1)/(e+1). QUEUE: capacity k (-ln(1-rho) - integral_0^rho (1-s^e)/(1-s) ds), the rest smooth.
    """
    rho = np.minimum(load / capacity, 1.0 - 1e-15)
    power = rho ** (e + 1.0) / (e + 1.0)
    node, weight = np.polynomial.legendre.leggauss(48)
    t = 0.5 * (node + 1.0)
    s = rho[:, None] * t * t  # squaring the variable takes the sting out of s^e at 0
    smooth = (rho[:, None] * t * weight * (1.0 - s ** e[:, None]) / (1.0 - s)).sum(axis=1)
    queue = -np.log1p(-rho) - smooth
    return capacity * k * np.where(kind == POWER, power, np.where(kind == QUEUE, queue, 0.0))


def _result(
    problem: Problem,
    conditions: Conditions,
    delay: Delay,
    found: tuple[Ints, Ints, Floats, Floats, Floats, Floats, Floats, Floats],
    end: tuple[int, float, bool],
) -> Result:
    """The answer of the loops, put back in the places of the case."""
    live, which, flow, unserved, share, sub_price, cost, size = found
    network, folded, n_resources = problem.network, problem.ways, problem.uses.n_resources
    price = np.zeros(n_resources)
    price[live] = sub_price
    route_flow, load, arc_flow = ways.spread(
        problem.routes.od_start, folded.stretch_start, folded.arc_start, folded.arc, folded.start, folded.stretch,
        folded.kind, folded.uses.start, folded.uses.resource, folded.uses.amount, problem.demands.commodity, which,
        flow, share, n_resources, network.n_commodities, network.n_arcs,
    )  # fmt: skip
    congested, utilisation, hours = ways.state(
        price, load, conditions.capacity, delay.kind, delay.scale, delay.exponent, delay.price_per_hour
    )  # fmt: skip
    return Result(
        route_flow, unserved, price, congested, price - congested, load, utilisation, hours, arc_flow, cost, size, *end
    )
