"""What does every way cost, how much of it is its own, and which ways are alike? The first and last step of `assign`.

Folded once per case, so that a future-year does each sum once:
    a stretch  arcs that the same routes of one demand pass; it has one cost, one time, one flow
    a kind     routes of one demand that take the same of every resource: no price tells them apart, so they answer prices
               as one way whose weight is the sum of theirs, and share its flow as their weights stand
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.engines.arrays import Bools, Bytes, Floats, Incidence, Ints, RouteSet
from karvan.engines.compiled import compiled

_AT = np.uintp
"""An index that the compiler need not test for counting from the end."""
FULL = 1.0 - 1e-9
"""The utilisation at which the delay of a queue is reported when no price holds it below 1."""


@dataclass(frozen=True)
class Ways:
    """The routes of a case, folded."""

    stretch_start: Ints
    """int32[od + 1]: the stretches of demand o are stretch_start[o]:stretch_start[o + 1]."""
    arc_start: Ints
    """int32[stretch + 1]: the arcs of stretch s are arc[arc_start[s]:arc_start[s + 1]]."""
    arc: Ints
    """int32[nnz]."""
    start: Ints
    """int32[route + 1]: the stretches of route j are stretch[start[j]:start[j + 1]]."""
    stretch: Ints
    """int32[nnz]."""
    kind_start: Ints
    """int32[od + 1]: the kinds of demand o are kind_start[o]:kind_start[o + 1]."""
    kind: Ints
    """int32[route]."""
    uses: Incidence
    """what one tonne on any route of a kind takes from each resource (CSR over kinds)."""


def fold(routes: RouteSet, uses: Incidence) -> Ways:
    """The routes folded into stretches and kinds; `uses` has a row per route. Cost: some passes over the routes' arcs."""
    n_arcs = 1 + int(routes.arc.max(initial=-1))
    stretches = _stretches(routes.od_start, routes.start, routes.arc, n_arcs)
    seen: dict[tuple[int, bytes, bytes], int] = {}
    kind = np.empty(routes.n_routes, dtype=np.int32)
    first: list[int] = []
    for j, (od, a, b) in enumerate(zip(routes.od.tolist(), uses.start[:-1].tolist(), uses.start[1:].tolist(), strict=True)):
        kind[j] = seen.setdefault((od, uses.resource[a:b].tobytes(), uses.amount[a:b].tobytes()), len(seen))
        if kind[j] == len(first):
            first.append(j)
    kind_start = np.searchsorted(routes.od[first], np.arange(len(routes.od_start))).astype(np.int32)
    length = np.diff(uses.start)[first]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.arange(int(start[-1])) + np.repeat(uses.start[:-1][first] - start[:-1], length)
    return Ways(*stretches, kind_start, kind, Incidence(start, uses.resource[at], uses.amount[at]))


@compiled
def _stretches(od_start: Ints, start: Ints, arc: Ints, n_arcs: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The arcs of every demand parted by the routes that pass them: one route after the other splits off what it passes.

    A route that passes an arc twice has its stretch twice.
    """
    n_od, most = od_start.shape[0] - 1, 0
    for o in range(n_od):
        most = max(most, start[od_start[o + 1]] - start[od_start[o]])
    group, met = np.full(n_arcs, -1, dtype=np.int32), np.empty(most, dtype=np.int32)
    goes_to, when = np.empty(most + 1, dtype=np.int32), np.full(most + 1, -1, dtype=np.int32)
    number, size = np.empty(most + 1, dtype=np.int32), np.empty(most + 1, dtype=np.int32)
    stretch_start, route_start = np.zeros(n_od + 1, dtype=np.int32), np.zeros(start.shape[0], dtype=np.int32)
    arc_start, arcs = np.zeros(arc.shape[0] + 1, dtype=np.int32), np.empty(arc.shape[0], dtype=np.int32)
    stretch = np.empty(arc.shape[0], dtype=np.int32)
    n_stretches, n_arcs_of, put = 0, 0, 0
    for o in range(n_od):
        n_met, n_groups = 0, 1  # group 0: not met before
        when[0] = -1
        for r in range(od_start[o], od_start[o + 1]):
            for i in range(start[r], start[r + 1]):
                a = arc[i]
                if group[a] < 0:
                    group[a] = 0
                    met[n_met] = a
                    n_met += 1
                before = group[a]
                if when[before] != r:
                    when[before] = r
                    goes_to[before] = n_groups
                    when[n_groups] = -1
                    n_groups += 1
                group[a] = goes_to[before]
        for g in range(n_groups):
            size[g] = 0
        for x in range(n_met):
            size[group[met[x]]] += 1
        for x in range(n_met):  # the arcs of a stretch side by side, stretches in the order of their first arcs
            g = group[met[x]]
            if size[g] > 0:
                number[g], goes_to[g] = n_stretches, n_arcs_of
                n_arcs_of += size[g]
                size[g] = 0
                n_stretches += 1
                arc_start[n_stretches] = n_arcs_of
            arcs[goes_to[g]] = met[x]
            goes_to[g] += 1
        for r in range(od_start[o], od_start[o + 1]):
            for i in range(start[r], start[r + 1]):
                s = number[group[arc[i]]]
                if arcs[arc_start[s]] == arc[i]:
                    stretch[put] = s
                    put += 1
            route_start[r + 1] = put
        for x in range(n_met):
            group[met[x]] = -1
        stretch_start[o + 1] = n_stretches
    return (
        stretch_start, arc_start[: n_stretches + 1].copy(), arcs[:n_arcs_of].copy(), route_start, stretch[:put].copy(),
    )  # fmt: skip


@compiled
def sound(
    time: Floats,
    variance: Floats,
    money: Floats,
    perceived: Floats,
    capacity: Floats,
    amount: Floats,
    curve: Bytes,
    scale: Floats,
    exponent: Floats,
    price_per_hour: Floats,
) -> bool:
    """Whether `arrays.check_conditions` and `arrays.check_delay` have nothing to say of the values, in one pass."""
    good = True
    for i in range(time.shape[0]):
        good &= time[i] >= 0.0 and variance[i] >= 0.0
    for c in range(money.shape[0]):
        for i in range(money.shape[1]):
            good &= money[c, i] > -np.inf and perceived[c, i] > -np.inf
    for i in range(amount.shape[0]):
        good &= 0.0 <= amount[i] < np.inf
    for i in range(capacity.shape[0]):
        good &= capacity[i] >= 0.0 and 0.0 <= scale[i] < np.inf and 0.0 <= price_per_hour[i] < np.inf
        good &= 0 <= curve[i] <= 2 and 0.0 <= exponent[i] < np.inf and (exponent[i] > 0.0 or curve[i] == 0)
    return good


@compiled
def state(
    price: Floats, load: Floats, capacity: Floats, curve: Bytes, scale: Floats, exponent: Floats, hour: Floats
) -> tuple[Floats, Floats, Floats]:
    """Of every resource the part of its price that is congestion, its utilisation, and its delay in h."""
    n = price.shape[0]
    congestion, utilisation, delay = np.zeros(n), np.zeros(n), np.zeros(n)
    for x in range(n):
        if 0.0 < capacity[x] < np.inf:
            utilisation[x] = load[x] / capacity[x]
        k = scale[x] * hour[x]
        if k > 0.0 and curve[x] != 0:
            congestion[x] = min(price[x], k) if curve[x] == 1 else price[x]
            delay[x] = congestion[x] / hour[x]
        elif scale[x] > 0.0 and curve[x] != 0:  # nobody pays for the wait, yet it is there
            rho = min(utilisation[x], FULL) if curve[x] == 2 else utilisation[x]
            delay[x] = scale[x] * rho ** exponent[x] / (1.0 - rho if curve[x] == 2 else 1.0)
    return congestion, utilisation, delay


@compiled
def weigh(
    od_start: Ints,
    stretch_start: Ints,
    arc_start: Ints,
    arc: Ints,
    start: Ints,
    stretch: Ints,
    kind: Ints,
    use_start: Ints,
    use_resource: Ints,
    commodity: Ints,
    allowed: Bools,
    value_of_time: Floats,
    reliability: Floats,
    is_open: Bools,
    time: Floats,
    variance: Floats,
    money: Floats,
    perceived: Floats,
    capacity: Floats,
    everything_open: bool,
) -> tuple[Floats, Floats]:
    """cost[route] (inf: closed) and size[route] (0: closed).

    c_r = sum (cost + perceived + vot time) + vot ratio sqrt(sum variance);
    PS_r = sum over arcs a of r: time_a / time_r / (open routes of the od through a); 1 for a route that takes no time.
    """
    cost, size = np.empty(od_start[-1]), np.empty(od_start[-1])
    n_commodities, n_arcs = money.shape
    weight = money + perceived
    if not everything_open:
        for c in range(n_commodities):
            for a in range(n_arcs):
                weight[c, a] = weight[c, a] if is_open[a] & allowed[c, a] else np.inf
    shut = np.zeros(use_start.shape[0] - 1, dtype=np.bool_)
    if not everything_open:
        for x in range(shut.shape[0]):
            for i in range(use_start[x], use_start[x + 1]):
                shut[x] |= capacity[use_resource[i]] == 0.0
    widest = 0
    for o in range(od_start.shape[0] - 1):
        widest = max(widest, stretch_start[o + 1] - stretch_start[o])
    dues, hours, spread = np.empty(widest), np.empty(widest), np.empty(widest)
    through = np.empty(widest, dtype=np.int32)
    for o in range(od_start.shape[0] - 1):
        c = commodity[o]
        vot, base, row = value_of_time[c], stretch_start[o], weight[c]
        for s in range(base, stretch_start[o + 1]):
            total, lasts, varies = 0.0, 0.0, 0.0
            for i in range(arc_start[s], arc_start[s + 1]):
                at = _AT(arc[_AT(i)])
                total += row[at]
                lasts += time[at]
                varies += variance[at]
            at = _AT(s - base)
            dues[at], hours[at], spread[at], through[at] = total, lasts, varies, 0
        for r in range(od_start[o], od_start[o + 1]):
            total, lasts, varies = 0.0, 0.0, 0.0
            for i in range(start[r], start[r + 1]):
                at = _AT(stretch[_AT(i)] - base)
                total += dues[at]
                lasts += hours[at]
                varies += spread[at]
            total += vot * (lasts + reliability[c] * np.sqrt(varies))
            closed = shut[kind[r]] or not total < np.inf or not lasts < np.inf
            cost[r] = np.inf if closed else total
            size[r] = 0.0 if closed else lasts
            if not closed:
                for i in range(start[r], start[r + 1]):
                    through[_AT(stretch[_AT(i)] - base)] += 1
        for s in range(base, stretch_start[o + 1]):
            hours[s - base] /= max(through[s - base], 1)
        for r in range(od_start[o], od_start[o + 1]):
            if cost[r] < np.inf:
                own = 0.0
                for i in range(start[r], start[r + 1]):
                    own += hours[_AT(stretch[_AT(i)] - base)]
                size[r] = own / size[r] if size[r] > 0.0 else 1.0
    return cost, size


@compiled
def gather(
    od_start: Ints,
    kind_start: Ints,
    kind: Ints,
    theta: Floats,
    demand: Floats,
    cost: Floats,
    size: Floats,
    use_start: Ints,
    use_resource: Ints,
    use_amount: Floats,
    reach_start: Ints,
    reach_resource: Ints,
    reach_amount: Floats,
    capacity: Floats,
    curve: Bytes,
) -> tuple[Ints, Ints, Floats, Floats, Floats, Ints, Ints, Floats, Ints, Floats]:
    """The kinds with an open route, of real demands, and the resources that may bind, renumbered.

    Gives od_start, kind, cost (of its cheapest route), ln weight, share[route] of its kind, start, resource, amount, the
    live resources, and the most any could carry. A hard capacity that even all demand at its thirstiest would not fill
    never has a price and is left out.
    """
    n_od, n_resources, n_kinds = od_start.shape[0] - 1, capacity.shape[0], kind_start[-1]
    most = np.zeros(n_resources)
    for o in range(n_od):
        if demand[o] > 0.0:
            for i in range(reach_start[o], reach_start[o + 1]):
                most[reach_resource[i]] += demand[o] * reach_amount[i]
    index = np.full(n_resources, -1, dtype=np.int32)
    live = np.empty(n_resources, dtype=np.int32)
    n_live = 0
    for x in range(n_resources):
        if most[x] > 0.0 and 0.0 < capacity[x] < np.inf and (curve[x] != 0 or most[x] > capacity[x]):
            index[x] = n_live
            live[n_live] = x
            n_live += 1
    cheapest, weight = np.full(n_kinds, np.inf), np.zeros(n_kinds)
    share = np.zeros(cost.shape[0])
    new_start = np.zeros(n_od + 1, dtype=np.int32)
    which = np.empty(n_kinds, dtype=np.int32)
    new_cost, log_weight = np.empty(n_kinds), np.empty(n_kinds)
    start = np.zeros(n_kinds + 1, dtype=np.int32)
    resource, amount = np.empty(use_resource.shape[0], dtype=np.int32), np.empty(use_resource.shape[0])
    row, put = 0, 0
    for o in range(n_od):
        if demand[o] > 0.0:
            for r in range(od_start[o], od_start[o + 1]):
                cheapest[kind[r]] = min(cheapest[kind[r]], cost[r])
            for r in range(od_start[o], od_start[o + 1]):
                if cost[r] < np.inf:
                    dearer = theta[o] * (cost[r] - cheapest[kind[r]])
                    share[r] = size[r] * np.exp(-dearer) if dearer > 0.0 else size[r]
                    weight[kind[r]] += share[r]
            for r in range(od_start[o], od_start[o + 1]):
                if cost[r] < np.inf:
                    share[r] /= weight[kind[r]]
            for x in range(kind_start[o], kind_start[o + 1]):
                if cheapest[x] < np.inf:
                    which[row] = x
                    new_cost[row] = cheapest[x]
                    log_weight[row] = np.log(weight[x])
                    for i in range(use_start[x], use_start[x + 1]):
                        if index[use_resource[i]] >= 0:
                            resource[put] = index[use_resource[i]]
                            amount[put] = use_amount[i]
                            put += 1
                    row += 1
                    start[row] = put
        new_start[o + 1] = row
    return (
        new_start, which[:row].copy(), new_cost[:row].copy(), log_weight[:row].copy(), share, start[: row + 1].copy(),
        resource[:put].copy(), amount[:put].copy(), live[:n_live].copy(), most,
    )  # fmt: skip


@compiled
def spread(
    od_start: Ints,
    stretch_start: Ints,
    arc_start: Ints,
    arc: Ints,
    start: Ints,
    stretch: Ints,
    kind: Ints,
    use_start: Ints,
    use_resource: Ints,
    use_amount: Floats,
    commodity: Ints,
    which: Ints,
    kind_flow: Floats,
    share: Floats,
    n_resources: int,
    n_commodities: int,
    n_arcs: int,
) -> tuple[Floats, Floats, Floats]:
    """flow[route], load[resource] and arc_flow[commodity, arc] of the flows of the kinds `which`."""
    flow_of, load = np.zeros(use_start.shape[0] - 1), np.zeros(n_resources)
    for x in range(which.shape[0]):
        f = kind_flow[x]
        flow_of[which[x]] = f
        for i in range(use_start[which[x]], use_start[which[x] + 1]):
            load[use_resource[i]] += use_amount[i] * f
    flow, arc_flow = np.zeros(kind.shape[0]), np.zeros((n_commodities, n_arcs))
    passes = np.zeros(arc_start.shape[0])
    for o in range(od_start.shape[0] - 1):
        for r in range(od_start[o], od_start[o + 1]):
            f = flow_of[kind[r]] * share[r]
            if f > 0.0:
                flow[r] = f
                for i in range(start[r], start[r + 1]):
                    passes[_AT(stretch[_AT(i)])] += f
        row = arc_flow[commodity[o]]
        for s in range(stretch_start[o], stretch_start[o + 1]):
            if passes[s] > 0.0:
                for i in range(arc_start[s], arc_start[s + 1]):
                    row[_AT(arc[_AT(i)])] += passes[s]
    return flow, load, arc_flow
