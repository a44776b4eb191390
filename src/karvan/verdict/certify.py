
"""Is this assignment what it claims to be? Everything is worked out again from the flows given, by other means.

Called on answers of `engines.assign` before they are believed; shares no code with it beyond the arrays it reads.
Checked, each as a share (0 is perfect): that the flows are the logit answer to the costs and prices stated; that the
primal and the dual objective meet; that no capacity is exceeded; that scarcity is paid for only where capacity is full;
that what enters a state leaves it; that demand is either carried or stays home; that closed routes carry nothing; and
that loads, delays and prices stated are those of the flows stated; and that empties go back in one piece over the mirrored
arcs, load what they pass, and are as many as stated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse

from karvan.engines.arrays import (
    HARD,
    POWER,
    QUEUE,
    Bools,
    Choice,
    Conditions,
    Delay,
    Demands,
    Floats,
    Ints,
    Network,
    Returns,
    RouteSet,
    Uses,
)

TOLERANCE = 1e-6


class Answer(Protocol):
    """What is read of an assignment's result; units as in `engines.assign.Result`."""

    @property
    def route_flow(self) -> Floats: ...
    @property
    def unserved(self) -> Floats: ...
    @property
    def price(self) -> Floats: ...
    @property
    def price_congestion(self) -> Floats: ...
    @property
    def price_scarcity(self) -> Floats: ...
    @property
    def load(self) -> Floats: ...
    @property
    def delay(self) -> Floats: ...
    @property
    def arc_flow(self) -> Floats: ...


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from what it claims; every number is a share, 0 is perfect."""

    relative_gap: float
    """primal less dual objective, over what all goods cost."""
    choice_residual: float
    """largest difference between a flow and the logit answer to costs and prices, over the demand of its od."""
    capacity_violation: float
    """largest load above capacity, over the capacity."""
    complementarity: float
    """sum of scarcity price times unused capacity, over what all goods cost."""
    conservation: float
    """largest imbalance at a state, over all flow of its commodity."""
    demand_imbalance: float
    """largest difference between demand and carried plus unserved, over the demand."""
    closed_flow: float
    """flow on closed routes, over all demand."""
    statement: float
    """largest difference between a stated load, delay price or split of a price and that of the flows."""
    empties: float
    """of the empties: the share whose way back is broken, or the largest difference from those stated over the largest flow."""
    tolerance: float
    objective: float
    """the primal objective, USD a year."""

    @property
    def passed(self) -> bool:
        """Whether every share is within the tolerance (NaN is not)."""
        return all(share <= self.tolerance for share in self.shares.values())

    @property
    def shares(self) -> dict[str, float]:
        """Every share by its name, as a distance from 0."""
        names = ("relative_gap", "choice_residual", "capacity_violation", "complementarity", "conservation", "demand_imbalance",
                 "closed_flow", "statement", "empties")  # fmt: skip
        return {name: abs(float(getattr(self, name))) for name in names}

    @property
    def worst(self) -> tuple[str, float]:
        """The name and size of the largest share; NaN is larger than any number."""
        return max(self.shares.items(), key=lambda item: np.inf if math.isnan(item[1]) else item[1])


def certificate(
    network: Network,
    uses: Uses,
    demands: Demands,
    choice: Choice,
    conditions: Conditions,
    delay: Delay,
    routes: RouteSet,
    base: Floats,
    result: Answer,
    *,
    returns: Returns | None = None,
    empty_flow: Floats | None = None,
    tolerance: float = TOLERANCE,
) -> Certificate:
    """The certificate of `result`. `base` float64[od] is the cost above which `reserve` is counted, USD/t; `returns` says how
    equipment comes back, and `empty_flow` float64[commodity, arc] is what was stated of it, t of cargo that it had carried.

    Cost: a few passes over routes and arcs, some 10 ms for 1,500 routes; not meant for every year of every future. Takes any answer of the right shapes and never raises for a wrong one: it fails to pass.
    """
    with np.errstate(all="ignore"):
        return _certificate(network, uses, demands, choice, conditions, delay, routes, base, result, returns, empty_flow, tolerance)


def _certificate(
    network: Network,
    uses: Uses,
    demands: Demands,
    choice: Choice,
    conditions: Conditions,
    delay: Delay,
    routes: RouteSet,
    base: Floats,
    result: Answer,
    returns: Returns | None,
    empty_flow: Floats | None,
    tolerance: float,
) -> Certificate:
    n_routes, n_od = routes.od.shape[0], demands.origin.shape[0]
    kind_of = demands.commodity[routes.od]
    flow = np.asarray(result.route_flow, dtype=np.float64)
    home = np.asarray(result.unserved, dtype=np.float64)
    price = np.asarray(result.price, dtype=np.float64)

    # what each route adds up to, loaded and coming back
    row = np.repeat(np.arange(n_routes), np.diff(routes.start))
    n_arcs = network.tail.shape[0]
    visits = sparse.csr_matrix((np.ones(row.shape[0]), (row, routes.arc)), shape=(n_routes, n_arcs))
    turned = None if returns is None else _turned(visits, returns, routes)
    load = np.zeros(uses.n_resources)
    charge, needs_closed = np.zeros(n_routes), np.zeros(n_routes, dtype=np.bool_)
    for kind_at in range(network.allowed.shape[0]):
        mine = np.flatnonzero(kind_of == kind_at)
        takes = visits[mine] @ _table(uses, kind_at, n_arcs)
        if returns is not None and turned is not None:
            takes = takes + turned[mine] @ _table(returns.uses, kind_at, n_arcs)
        load += takes.T @ flow[mine]
        charge[mine] = takes @ price
        needs_closed[mine] = takes @ (conditions.capacity == 0).astype(np.float64) > 0

    # cost, openness and overlap of the routes
    vot, ratio = choice.value_of_time[kind_of], choice.reliability[kind_of]
    hours = np.bincount(row, conditions.time[routes.arc], n_routes)
    deviation = np.sqrt(np.bincount(row, conditions.variance[routes.arc], n_routes))
    money = (conditions.cost + conditions.perceived)[kind_of[row], routes.arc]
    shut = ~(conditions.open[routes.arc] & network.allowed[kind_of[row], routes.arc])
    cost = np.bincount(row, np.where(np.isfinite(money), money, 0.0), n_routes) + vot * (hours + ratio * deviation)
    closed = np.bincount(row, shut | ~np.isfinite(money), n_routes) > 0
    closed |= needs_closed | ~np.isfinite(hours) | ~np.isfinite(cost)
    pair = routes.od[row].astype(np.int64) * network.tail.shape[0] + routes.arc
    _, inverse = np.unique(pair, return_inverse=True)
    through = np.bincount(inverse, ~closed[row])[inverse] if pair.size else np.zeros(0)
    overlap = np.bincount(row, np.where(closed[row], 0.0, conditions.time[routes.arc] / np.maximum(through, 1)), n_routes)
    size = np.where(hours > 0, overlap / np.where(hours > 0, hours, 1.0), 1.0)

    # the logit answer to cost and price; ln of staying home's share is the (negative) log-sum
    theta = choice.theta[demands.commodity]
    stay = base + choice.reserve[demands.commodity]
    utility = np.where(closed, -np.inf, np.log(size) - theta[routes.od] * (cost + charge - stay[routes.od]))
    top = np.zeros(n_od)
    np.maximum.at(top, routes.od, utility)
    weight = np.exp(utility - top[routes.od])
    total = np.exp(-top) + np.bincount(routes.od, weight, n_od)
    wanted = conditions.amount
    moving = wanted > 0
    answer = wanted[routes.od] * weight / total[routes.od]
    unit = np.where(moving, wanted, 1.0)
    choice_residual = max(
        _largest(np.abs(flow - answer) / unit[routes.od]), _largest(np.abs(home - wanted * np.exp(-top) / total) / unit)
    )

    # objectives: the dual from the prices, the primal from the flows; staying home is the zero of cost
    dual = float(np.sum(-(wanted / theta) * (top + np.log(total))))
    k = delay.scale * delay.price_per_hour
    kind = np.where(k > 0, delay.kind, HARD)
    finite = np.isfinite(conditions.capacity) & (conditions.capacity > 0)
    capacity = np.where(finite, conditions.capacity, 1.0)
    supply = np.where(finite, _supply(kind, price, k, delay.exponent) * capacity, 0.0)
    carried = np.where(finite, load, 0.0)
    area = _area(kind, np.minimum(carried, capacity) / capacity, k, delay.exponent) * capacity
    area_supply = _area(kind, supply / capacity, k, delay.exponent) * capacity
    dual -= float(np.sum(np.where(finite, price * supply - area_supply, 0.0)))
    part = np.where(flow > 0, flow * (cost - stay[routes.od] + _log_share(flow, unit, size, routes) / theta[routes.od]), 0.0)
    stayed = np.where(home > 0, home * np.log(np.where(home > 0, home, 1.0) / unit) / theta, 0.0)
    primal = float(np.sum(part[~closed]) + np.sum(stayed) + np.sum(area))
    worth = float(np.sum(wanted * (np.abs(stay) + 1.0 / theta))) + 1e-300

    # limits and who pays for them
    violation = _largest(np.where(finite, (load - capacity) / capacity, 0.0))
    slack = np.where(finite, np.maximum(capacity - load, 0.0), 0.0)
    paid = np.asarray(result.price_scarcity, dtype=np.float64)
    complementarity = float(np.sum(paid * slack)) / worth
    if not bool((paid >= -1e-12 * (1.0 + price)).all()) or not bool((price >= 0).all()):
        complementarity = np.inf

    return Certificate(
        relative_gap=(primal - dual) / worth,
        choice_residual=choice_residual,
        capacity_violation=violation,
        complementarity=complementarity,
        conservation=_conservation(network, demands, np.bincount(routes.od, flow, n_od).astype(np.float64), np.asarray(result.arc_flow)),
        demand_imbalance=_largest(np.abs(np.bincount(routes.od, flow, n_od) + home - wanted) / unit),
        closed_flow=float(np.sum(np.abs(flow[closed]))) / max(float(np.sum(wanted)), 1e-300),
        statement=max(
            _statement(load, capacity, finite, kind, k, delay, result),
            _arcs(network, routes.arc, kind_of[row], flow[row], np.asarray(result.arc_flow)),
        ),
        empties=0.0 if returns is None or turned is None else _empties(network, returns, routes, kind_of, flow, turned, empty_flow),
        tolerance=tolerance,
        objective=primal + float(np.sum(wanted * stay)),
    )


_SMALLEST = math.log(1e-290)


def _largest(values: Floats) -> float:
    return float(values.max(initial=0.0))  # NaN passes through


def _log_share(flow: Floats, unit: Floats, size: Floats, routes: RouteSet) -> Floats:
    """ln(f / (PS q)) where something flows."""
    some = flow > 0
    return np.where(some, np.log(np.where(some, flow, 1.0) / (unit[routes.od] * np.where(some, size, 1.0))), 0.0)


def _supply(kind: Floats, price: Floats, k: Floats, exponent: Floats) -> Floats:
    """The utilisation at which the congestion price is `price`, at most 1; bisection on the monotone curve."""
    low, high = np.zeros(price.shape), np.ones(price.shape)
    for _ in range(200):
        middle = 0.5 * (low + high)
        curve = k * middle**exponent / np.where(kind == QUEUE, 1.0 - middle, 1.0)
        under = curve < price
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.where(kind == HARD, 1.0, np.where((kind == POWER) & (price >= k), 1.0, low))


def _area(kind: Floats, rho: Floats, k: Floats, exponent: Floats) -> Floats:
    """The integral of the congestion price from 0 to rho, for a capacity of one unit.

    Of the queue by s = 1 - exp(-w), which makes ds/(1-s) = dw: the integral of (1 - exp(-w))^e, composite Gauss.
    """
    power = k * rho ** (exponent + 1.0) / (exponent + 1.0)
    end = -np.log1p(-np.minimum(rho, 1.0 - 1e-15))
    node, weight = np.polynomial.legendre.leggauss(16)
    queue, steps = np.zeros(rho.shape), 24
    for step in range(steps):  # squared steps: finer where the curve is bent, near 0
        left, right = end * (step / steps) ** 2, end * ((step + 1) / steps) ** 2
        w = left[:, None] + (right - left)[:, None] * 0.5 * (node + 1.0)
        queue += 0.5 * (right - left) * ((-np.expm1(-w)) ** exponent[:, None] @ weight)
    return np.where(kind == HARD, 0.0, np.where(kind == POWER, power, k * queue))


def _table(uses: Uses, kind: int, n_arcs: int) -> sparse.csr_matrix:
    """[arc, resource]: what a tonne of a commodity takes."""
    mine = uses.commodity == kind
    return sparse.csr_matrix((uses.amount[mine], (uses.arc[mine], uses.resource[mine])), shape=(n_arcs, uses.n_resources))


def _turned(visits: sparse.csr_matrix, returns: Returns, routes: RouteSet) -> sparse.csr_matrix:
    """[route, arc]: how often the empties of one tonne on a route pass each arc on their way back."""
    n_arcs = visits.shape[1]
    back = sparse.csr_matrix((np.ones(returns.arc.shape[0]), returns.arc, returns.start), shape=(n_arcs, n_arcs))
    return sparse.diags(returns.share[routes.od]) @ visits @ back


def _empties(
    network: Network, returns: Returns, routes: RouteSet, kind_of: Ints, flow: Floats, turned: sparse.csr_matrix, stated: Floats | None
) -> float:
    """The larger of: share of the empties on a way back that is broken; largest difference from what was stated, over the
    largest flow on an arc.

    A way back is walked from the end of the route. Where an arc leads nothing back the empties may stand at either end
    of it: a check on arrival is passed once, and a berth where cargo leaves its wagon is not passed.
    """
    if not returns.uses.amount.any() and stated is None:
        return 0.0
    weight = flow * returns.share[routes.od]
    whole, torn = float(np.sum(np.abs(weight))), 0.0
    tail, head = network.tail.tolist(), network.head.tolist()
    start, back, arcs = returns.start.tolist(), returns.arc.tolist(), routes.arc.tolist()
    for j in np.flatnonzero(weight > 1e-9 * whole).tolist():
        at: set[int] = set()
        for arc in reversed(arcs[routes.start[j] : routes.start[j + 1]]):
            if start[arc] == start[arc + 1]:
                at = at | {tail[arc], head[arc]}
                continue
            for step in back[start[arc] : start[arc + 1]]:
                if at and tail[step] not in at:
                    torn += float(weight[j])
                    break
                at = {head[step]}
            else:
                continue
            break
    share = torn / whole if whole > 0 else 0.0
    if stated is not None:
        found = np.array([turned[kind_of == kind].T @ flow[kind_of == kind] for kind in range(network.allowed.shape[0])])
        gap = _largest(np.abs(found - stated))
        share = np.inf if math.isnan(gap) else max(share, gap / max(float(found.max(initial=0.0)), 1e-300) if gap > 0 else 0.0)
    return share


def _conservation(network: Network, demands: Demands, served: Floats, arc_flow: Floats) -> float:
    """The largest |in - out - what should stay| over states, as a share of the commodity's flow."""
    worst = 0.0
    for kind in range(network.allowed.shape[0]):
        mine = demands.commodity == kind
        net = np.bincount(network.head, arc_flow[kind], network.n_states)
        net -= np.bincount(network.tail, arc_flow[kind], network.n_states)
        np.add.at(net, demands.origin[mine], served[mine])
        np.add.at(net, demands.destination[mine], -served[mine])
        whole = float(np.abs(arc_flow[kind]).max(initial=0.0)) + float(np.sum(np.abs(served[mine])))
        share = _largest(np.abs(net)) / whole if whole > 0 else 0.0
        negative = float(-arc_flow[kind].min(initial=0.0)) / whole if whole > 0 else 0.0
        worst = np.inf if math.isnan(share) else max(worst, share, negative)
    return worst


def _arcs(network: Network, arc: Ints, kind: Ints, flow: Floats, stated: Floats) -> float:
    """The largest difference between the arc flows stated and those of the routes, as a share of all."""
    summed = np.zeros(network.allowed.shape)
    np.add.at(summed, (kind, arc), flow)
    share = _largest(np.abs(summed - stated)) / max(float(np.max(summed, initial=0.0)), 1e-300) if summed.any() else _largest(np.abs(stated))
    return np.inf if math.isnan(share) else share


def _statement(
    load: Floats, capacity: Floats, finite: Bools, kind: Floats, k: Floats, delay: Delay, result: Answer
) -> float:
    """The largest difference between what is stated of resources and what the flows say, as a share.

    A price is compared through the utilisation that it stands for: near a full queue the price hangs on the last digits.
    """
    price = np.asarray(result.price)
    scale = np.where(finite, capacity, np.maximum(load, 1.0))
    of_load = _largest(np.abs(np.asarray(result.load) - load) / scale)
    curved = finite & (kind != HARD)
    stands_for = _supply(kind, np.asarray(result.price_congestion), k, delay.exponent)
    used = np.minimum(load / scale, 1.0)
    with np.errstate(divide="ignore"):  # an idle queue's price is no number that a double can hold: nothing is stated by it
        told = np.log(np.maximum(k, 1e-300)) + delay.exponent * np.log(used) > _SMALLEST
    of_price = _largest(np.where(curved & (told | (result.price_congestion > 0)), np.abs(stands_for - used), 0.0))
    parts = np.asarray(result.price_congestion) + np.asarray(result.price_scarcity)
    of_split = _largest(np.abs(parts - price) / (1.0 + np.abs(price)))
    hours = np.asarray(result.delay) * delay.price_per_hour
    of_delay = _largest(np.where(curved, np.abs(hours - result.price_congestion) / (1.0 + np.abs(price)), 0.0))
    unpriced = _largest(np.where(finite, 0.0, np.abs(price)))
    shares = (of_load, of_price, of_split, of_delay, unpriced)
    return np.inf if any(math.isnan(share) for share in shares) else max(shares)
