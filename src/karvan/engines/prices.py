
"""At which prices does no resource carry more than it supplies? The inner loop of `assign`, which alone calls it.

For resource prices p >= 0 (USD per unit) demand answers in closed form: within an od with q tonnes, route r gets
    f_r = q PS_r exp(-theta (c_r + a_r p)) / (sum_s PS_s exp(-theta (c_s + a_s p)) + exp(-theta c_out)),
and the prices sought minimise the convex dual
    D(p) = sum_od q/theta ln(sum_r PS_r exp(-theta (c_r + a_r p)) + exp(-theta c_out)) + sum_resource B*(p),
    dD/dp = S(p) - load(p),   S = dB*/dp the load a resource supplies at price p.
Each resource is described by a coordinate y >= 0 in which price and supply are both tame:
    HARD   p = y                       S = capacity (any load up to it at y = 0)
    POWER  p = k y^e (y <= 1), straight on above 1       S = capacity min(y, 1)
    QUEUE  p = k y^e (1 + y)^(1 - e)   S = capacity y/(1 + y)      (y = rho/(1 - rho), hence rho < 1 always)
with k = price_per_hour * scale. A step is that of Newton: the exact Hessian theta sum f (a - mean)(a - mean)' + diag(dS/dp)
and, for the bounds p >= 0, the quadratic model minimised over the free prices by block pivoting. Far from the solution
a step is shortened as the exponential law asks (length x becomes 1 + ln x in units of 1/theta) and then halved until the
dual still falls at its end; the slope is used rather than the value because it keeps its digits near the minimum.
"""

from __future__ import annotations

import math

import numpy as np

from karvan.engines.arrays import Bytes, Floats, Ints
from karvan.engines.compiled import compiled, compiled_reordered

_AT = np.uintp
"""An index that the compiler need not test for counting from the end."""
TINY = 1e-40
"""Coordinates of POWER and QUEUE never fall below this share of the capacity."""
FLAT = 1e-100
"""A price that rises by less than this per unit of supply moves nobody: it is taken to rise by that much.

Both the model and the step from prices back to coordinates must use the same slope, or the step is off by their ratio:
at utilisation 1/1000 a queue with exponent 80 has a price near 1e-245, beyond what a quotient of floats can express."""
FALL = 0.9
"""No congestion falls by more than this share of its coordinate in one step."""
MINOR = 1e-5
"""Alternatives that carry less than this share of what their od's largest one leaves over are left out of the Hessian."""
MIXED = 1e-4
"""Where at least this share of a resource's term in the Hessian is left, its digits survive a plain difference."""
LIGHT = 1e-6
"""A congestion whose price answers its own load by less than this share moves nobody's load but its own."""


@compiled
def curve_at(kind: int, y: float, k: float, e: float) -> tuple[float, float]:
    """The price and dp/dy at a coordinate."""
    if kind == 0:
        return y, 1.0
    if kind == 1:
        if y > 1.0:
            return k * (1.0 + e * (y - 1.0)), k * e
        power = k * y ** (e - 1.0)
        return power * y, power * e
    power = k * (y / (1.0 + y)) ** (e - 1.0)
    return power * y, power * (1.0 + (e - 1.0) / (1.0 + y))


@compiled
def price_at(kind: int, y: float, k: float, e: float) -> float:
    return curve_at(kind, y, k, e)[0]


@compiled
def price_slope(kind: int, y: float, k: float, e: float) -> float:
    """dp/dy."""
    return curve_at(kind, y, k, e)[1]


@compiled
def supply_at(kind: int, y: float, capacity: float) -> float:
    if kind == 0:
        return capacity
    if kind == 1:
        return capacity * min(y, 1.0)
    return capacity * y / (1.0 + y)


@compiled
def supply_slope(kind: int, y: float, capacity: float) -> float:
    """dS/dy."""
    if kind == 0:
        return 0.0
    if kind == 1:
        return capacity if y < 1.0 else 0.0
    return capacity / (1.0 + y) ** 2


@compiled
def steepness(kind: int, y: float, capacity: float, slope: float) -> float:
    """dp/dy, given as `slope`, but at least FLAT dS/dy."""
    if kind == 0:
        return 1.0
    return max(slope, FLAT * supply_slope(kind, y, capacity), 1e-250)


@compiled
def coordinate(kind: int, price: float, k: float, e: float) -> float:
    """The y at which the price is `price`."""
    if kind == 0 or price <= 0.0:
        return max(price, 0.0)
    if kind == 1:
        return (price / k) ** (1.0 / e) if price <= k else 1.0 + (price / k - 1.0) / e
    w = math.log(price / k) / (e if price < k else 1.0)  # ln y: the slope of ln p in it lies between 1 and e
    for _ in range(60):
        y = math.exp(w)
        step = (math.log(price / k) - e * w - (1.0 - e) * math.log1p(y)) / (e + (1.0 - e) * y / (1.0 + y))
        w += step
        if abs(step) < 1e-13 * max(1.0, abs(w)):
            break
    return math.exp(w)


@compiled
def begin(kind: Bytes, capacity: Floats, k: Floats, e: Floats, price: Floats, load: Floats) -> Floats:
    """Coordinates to start from: those of `price`; of what congestion `load` causes where a price is below 0."""
    y = np.empty(kind.shape[0])
    for i in range(kind.shape[0]):
        if price[i] >= 0.0:
            y[i] = coordinate(kind[i], price[i], k[i], e[i])
        else:
            rho = min(load[i] / capacity[i], 0.9)
            y[i] = 0.0 if kind[i] == 0 else (rho if kind[i] == 1 else rho / (1.0 - rho))
        if kind[i] != 0:
            y[i] = max(y[i], TINY)
    return y


@compiled
def respond(
    price: Floats,
    od_start: Ints,
    theta: Floats,
    demand: Floats,
    out_cost: Floats,
    cost: Floats,
    log_size: Floats,
    start: Ints,
    resource: Ints,
    amount: Floats,
    flow: Floats,
    unserved: Floats,
    load: Floats,
) -> None:
    """Fills flow[route], unserved[od] and load[resource] with what demand does at these prices."""
    load[:] = 0.0
    for o in range(od_start.shape[0] - 1):
        first, last = od_start[o], od_start[o + 1]
        if demand[o] <= 0.0:
            unserved[o] = 0.0
            flow[first:last] = 0.0
            continue
        th = theta[o]
        best = -th * out_cost[o]
        for r in range(first, last):
            dear = cost[r]
            for i in range(start[r], start[r + 1]):
                dear += amount[_AT(i)] * price[_AT(resource[_AT(i)])]
            v = log_size[r] - th * dear
            flow[r] = v
            best = max(best, v)
        staying = math.exp(-th * out_cost[o] - best)
        total = staying
        for r in range(first, last):
            flow[r] = math.exp(flow[r] - best)
            total += flow[r]
        scale = demand[o] / total
        unserved[o] = staying * scale
        for r in range(first, last):
            f = flow[r] * scale
            flow[r] = f
            for i in range(start[r], start[r + 1]):
                load[_AT(resource[_AT(i)])] += amount[_AT(i)] * f


@compiled
def _places(n: int, od_start: Ints, start: Ints, resource: Ints) -> tuple[Ints, Ints, Ints]:
    """Per od the resources its routes use, ascending (CSR), and for every use of a route its place in that list."""
    n_od = od_start.shape[0] - 1
    begin = np.zeros(n_od + 1, dtype=np.int32)
    member = np.empty(resource.shape[0], dtype=np.int32)
    spot = np.empty(resource.shape[0], dtype=np.int32)
    place = np.full(n, -1, dtype=np.int32)
    count = 0
    for o in range(n_od):
        first, last = start[od_start[o]], start[od_start[o + 1]]
        for i in range(first, last):
            place[resource[i]] = 0
        for x in range(n):
            if place[x] == 0:
                place[x] = count - begin[o]
                member[count] = x
                count += 1
        begin[o + 1] = count
        for i in range(first, last):
            spot[i] = place[resource[i]]
        for a in range(begin[o], count):
            place[member[a]] = -1
    return begin, member[:count].copy(), spot


@compiled
def _answers(
    hessian: Floats,
    keen: Floats,
    begin: Ints,
    member: Ints,
    spot: Ints,
    od_start: Ints,
    theta: Floats,
    demand: Floats,
    start: Ints,
    resource: Ints,
    amount: Floats,
    flow: Floats,
    unserved: Floats,
) -> None:
    """Fills the lower triangle of `hessian` with -dload/dprice, and `keen` with sum theta f a a of every resource.

    Within an od it is theta (sum f a a' - m m'/q) with m = sum f a. Where nearly all who go use a resource alike, the two
    terms cancel: a is then counted less the uses of the largest alternative, so that no digits are lost.
    """
    n, flat = hessian.shape[0], hessian.reshape(-1)
    flat[:] = 0.0
    keen[:] = 0.0
    widest = 0
    for o in range(od_start.shape[0] - 1):
        widest = max(widest, begin[o + 1] - begin[o])
    block, room = np.empty((widest, widest)), np.empty(2 * widest, dtype=np.int32)
    mean, square, d = np.empty(widest), np.empty(widest), np.zeros(widest)
    for o in range(od_start.shape[0] - 1):
        first, m = begin[o], begin[o + 1] - begin[o]
        if demand[o] <= 0.0 or m == 0:
            continue
        mean[:m] = 0.0
        square[:m] = 0.0
        for r in range(od_start[o], od_start[o + 1]):
            for i in range(start[r], start[r + 1]):
                x, at = flow[r] * amount[i], _AT(spot[i])
                mean[at] += x
                square[at] += x * amount[i]
        mixed = True
        for a in range(m):
            keen[member[first + a]] += theta[o] * square[a]
            mixed &= square[a] - mean[a] * mean[a] / demand[o] >= MIXED * square[a]
        if mixed:
            for r in range(od_start[o], od_start[o + 1]):
                th = theta[o] * flow[r]
                for i in range(start[r], start[r + 1]):
                    x = th * amount[i]
                    row = resource[i] * n
                    for j in range(start[r], i + 1):
                        flat[_AT(row + resource[_AT(j)])] += x * amount[_AT(j)]
        else:
            _differences(block, mean, d, room, m, o, spot, od_start, start, amount, flow, unserved)
            for a in range(m):
                row = member[first + a] * n
                for b in range(a + 1):
                    flat[_AT(row + member[first + b])] += theta[o] * block[a, b]
        scale = theta[o] / demand[o]
        for a in range(m):
            x = scale * mean[a]
            if x != 0.0:
                row = member[first + a] * n
                for b in range(a + 1):
                    flat[_AT(row + member[_AT(first + b)])] -= x * mean[b]


@compiled
def _differences(
    block: Floats,
    mean: Floats,
    d: Floats,
    room: Ints,
    m: int,
    o: int,
    spot: Ints,
    od_start: Ints,
    start: Ints,
    amount: Floats,
    flow: Floats,
    unserved: Floats,
) -> None:
    """Fills block (lower triangle) with sum f d d' and mean with sum f d, d the uses less those of the largest alternative."""
    largest = -1  # -1 is staying home, which uses nothing
    for r in range(od_start[o], od_start[o + 1]):
        if flow[r] > (unserved[o] if largest == -1 else flow[largest]):
            largest = r
    others = unserved[o] if largest != -1 else 0.0
    for r in range(od_start[o], od_start[o + 1]):
        if r != largest:
            others += flow[r]
    block[:m, :m] = 0.0
    mean[:m] = 0.0
    for r in range(od_start[o] - 1, od_start[o + 1]):
        home = r < od_start[o]
        f = unserved[o] if home else flow[r]
        if (home and largest == -1) or (not home and r == largest) or f <= MINOR * others:
            continue
        size = 0
        if not home:
            for i in range(start[r], start[r + 1]):
                d[spot[i]] = amount[i]
                room[size] = spot[i]
                size += 1
        if largest >= 0:
            for i in range(start[largest], start[largest + 1]):
                if d[spot[i]] == 0.0:
                    room[size] = spot[i]
                    size += 1
                d[spot[i]] -= amount[i]
        for a in range(size):
            row = room[a]
            x = f * d[row]
            if x != 0.0:
                mean[row] += x
                for b in range(size):
                    if room[b] <= row:
                        block[row, room[b]] += x * d[room[b]]
        for a in range(size):
            d[room[a]] = 0.0


@compiled
def _take(row: Floats, other: Floats, share: float, first: int, end: int) -> None:
    for c in range(first, end):
        row[_AT(c)] -= share * other[_AT(c)]


@compiled
def _newton(
    hessian: Floats,
    own: Floats,
    slope: Floats,
    room: Floats,
    active: Ints,
    count: int,
    table: Floats,
    step: Floats,
) -> None:
    """step[:count] minimises slope'd + d'(H + diag(own))d/2 over d >= -room, for the resources `active`.

    Where the own term dwarfs H, a step follows from the others'. Of the rest, those without a bound (room inf) are
    eliminated first, in rows of `table` (upper triangle, right-hand side last); the bounded ones are left, which are few.
    """
    order = np.empty(count, dtype=np.int32)
    n_free, n = 0, 0
    for a in range(count):
        i = active[a]
        if room[a] == np.inf and LIGHT * own[a] <= hessian[i, i]:
            order[n_free] = a
            n_free += 1
    n = n_free
    for a in range(count):
        if room[a] < np.inf:
            order[n] = a
            n += 1
    last = n
    for a in range(n):
        i = active[order[a]]
        table[a, a] = hessian[i, i] + own[order[a]]
        for b in range(a + 1, n):
            j = active[order[b]]
            table[a, b] = hessian[max(i, j), min(i, j)]
        table[a, last] = -slope[order[a]]
    for a in range(n_free):
        i = active[order[a]]
        table[a, a] = max(table[a, a], 1e-14 * (hessian[i, i] + own[order[a]]), 1e-300)
        for b in range(a + 1, n):
            if table[a, b] != 0.0:
                _take(table[b], table[a], table[a, b] / table[a, a], b, last + 1)
    if n > n_free:
        k = n - n_free
        matrix, rest, bound, lower, found = np.empty((k, k)), np.empty(k), np.empty(k), np.empty((k, k)), np.empty(k)
        for a in range(k):
            for b in range(a, k):
                matrix[b, a] = table[n_free + a, n_free + b]
            rest[a], bound[a] = -table[n_free + a, last], room[order[n_free + a]]
            i = active[order[n_free + a]]
            matrix[a, a] = max(matrix[a, a], 1e-14 * (hessian[i, i] + own[order[n_free + a]]), 1e-300)
        _bounded_step(matrix, rest, bound, lower, found)
        for a in range(k):
            step[order[n_free + a]] = found[a]
    for a in range(n_free - 1, -1, -1):
        x = table[a, last]
        for b in range(a + 1, n):
            x -= table[a, b] * step[order[b]]
        step[order[a]] = x / table[a, a]
    for a in range(count):
        i = active[a]
        if room[a] == np.inf and not LIGHT * own[a] <= hessian[i, i]:
            x = -slope[a]
            for b in range(n):
                j = active[order[b]]
                x -= hessian[max(i, j), min(i, j)] * step[order[b]]
            step[a] = x / (hessian[i, i] + own[a])


@compiled_reordered
def _dot(x: Floats, y: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += x[i] * y[i]
    return total


@compiled
def _solve_free(matrix: Floats, rhs: Floats, free: Ints, n_free: int, lower: Floats, step: Floats) -> None:
    """step[free] = matrix[free, free]^-1 rhs[free] by Cholesky; `lower` is room for the factor."""
    for a in range(n_free):
        row = free[a]
        for b in range(a + 1):
            lower[a, b] = matrix[row, free[b]]
        for b in range(a):
            lower[a, b] = (lower[a, b] - _dot(lower[a], lower[b], b)) / lower[b, b]
        pivot = lower[a, a] - _dot(lower[a], lower[a], a)
        lower[a, a] = math.sqrt(max(pivot, 1e-14 * lower[a, a], 1e-300))
        step[a] = (rhs[row] - _dot(lower[a], step, a)) / lower[a, a]
    for a in range(n_free - 1, -1, -1):
        step[a] /= lower[a, a]
        for b in range(a):
            step[b] -= lower[a, b] * step[a]


@compiled
def _bounded_step(matrix: Floats, slope: Floats, room: Floats, lower: Floats, step: Floats) -> None:
    """step minimises slope'd + d'Md/2 over d >= -room (lower triangle of M given), found by block pivoting."""
    n = slope.shape[0]
    held = np.zeros(n, dtype=np.bool_)
    free = np.empty(n, dtype=np.int32)
    rhs = np.empty(n)
    part = np.empty(n)
    for turn in range(12):
        n_free = 0
        for i in range(n):
            if not held[i]:
                free[n_free] = i
                n_free += 1
        for i in range(n):
            rhs[i] = -slope[i]
        for j in range(n):
            if held[j] and room[j] > 0.0:
                for i in range(n):
                    rhs[i] += (matrix[i, j] if i >= j else matrix[j, i]) * room[j]
        _solve_free(matrix, rhs, free, n_free, lower, part)
        fell = False
        for a in range(n_free):
            i = free[a]
            step[i] = part[a]
            if part[a] < -room[i]:
                held[i] = True
                fell = True
        for i in range(n):
            if held[i]:
                step[i] = -room[i]
        if fell or turn == 11:
            continue
        worst, which = 0.0, -1  # a held price whose model slope is negative wants to rise again
        for i in range(n):
            if held[i]:
                want = slope[i]
                for j in range(n):
                    want += (matrix[i, j] if i >= j else matrix[j, i]) * step[j]
                want /= math.sqrt(matrix[i, i])
                if want < worst * (1.0 + 1e-9) - 1e-12 * abs(slope[i]) / math.sqrt(matrix[i, i]):
                    worst, which = want, i
        if which < 0:
            break
        held[which] = False


@compiled
def _shorten(
    active: Ints,
    count: int,
    step: Floats,
    slope: Floats,
    kind: Bytes,
    y: Floats,
    k: Floats,
    e: Floats,
    price: Floats,
    rise: Floats,
    keen: Floats,
    direction: Floats,
) -> float:
    """Fills direction (in y) with the step (in prices) and gives back the slope of the dual along it.

    A price that would change by more than a few 1/keen changes by the logarithm, or falls by half; no congestion falls
    by more than nine tenths at once.
    """
    direction[:] = 0.0
    fall = 0.0
    for a in range(count):
        i = active[a]
        move = step[a] / rise[i]
        change = step[a]
        if kind[i] != 0:
            move = max(move, -FALL * y[i])
            change = price_at(kind[i], y[i] + move, k[i], e[i]) - price[i]
        length = keen[i] * abs(change)
        if length > 2.0:
            share = 2.0 * (1.0 + math.log(0.5 * length)) / length
            if change < 0.0:
                share = max(share, min(1.0, 0.5 * price[i] / -change))
            move *= share
        direction[i] = move
        fall += slope[a] * move * rise[i]
    return fall


@compiled
def clear(
    kind: Bytes,
    capacity: Floats,
    k: Floats,
    e: Floats,
    sharpness: Floats,
    scale: Floats,
    y: Floats,
    od_start: Ints,
    theta: Floats,
    demand: Floats,
    out_cost: Floats,
    cost: Floats,
    log_size: Floats,
    start: Ints,
    resource: Ints,
    amount: Floats,
    flow: Floats,
    unserved: Floats,
    load: Floats,
    price: Floats,
    tolerance: float,
    max_iterations: int,
) -> tuple[int, float]:
    """Moves y to the clearing prices; gives back iterations and the residual reached.

    sharpness[resource] is the largest theta * amount of any route, 1/USD per unit: the scale of a price;
    scale[resource] is what the residual |load - supply| is a share of.
    flow, unserved, load and price are filled in accordance with y.
    """
    n = kind.shape[0]
    trial, direction, slope, keen = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    along, rise, own, room, d = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    active = np.empty(n, dtype=np.int32)
    hessian, table = np.empty((n, n)), np.empty((n, n + 1))
    begin, member, spot = _places(n, od_start, start, resource)
    damping, residual, before = 0.0, np.inf, 0.0
    for i in range(n):
        price[i], along[i] = curve_at(kind[i], y[i], k[i], e[i])
    respond(price, od_start, theta, demand, out_cost, cost, log_size, start, resource, amount, flow, unserved, load)
    for iteration in range(max_iterations):
        residual = 0.0
        count = 0
        for i in range(n):
            gap = supply_at(kind[i], y[i], capacity[i]) - load[i]
            if kind[i] != 0 or y[i] > 0.0 or gap < 0.0:
                active[count] = i
                slope[count] = gap
                count += 1
                residual = max(residual, abs(gap) / scale[i])
        if residual <= tolerance:
            return iteration, residual
        if not 20.0 * residual * residual < tolerance * before:  # else the last Hessian does for the last step
            _answers(hessian, keen, begin, member, spot, od_start, theta, demand, start, resource, amount, flow, unserved)
            for i in range(n):  # theta * amount of those who use it now, on average; of the keenest when nobody does
                keen[i] = keen[i] / load[i] if keen[i] > 1e-250 else sharpness[i]
        before = residual
        for a in range(count):
            i = active[a]
            rise[i] = steepness(kind[i], y[i], capacity[i], along[i])
            own[a] = hessian[i, i] * (1e-9 + damping) + 1e-30 * capacity[i] * sharpness[i]
            room[a] = price[i]
            if kind[i] != 0:
                room[a] = FALL * y[i] * rise[i] if damping > 0.0 else np.inf  # after a poor step, let the others know
                own[a] += supply_slope(kind[i], y[i], capacity[i]) / rise[i]
        _newton(hessian, own, slope, room, active, count, table, d)

        fall = _shorten(active, count, d, slope, kind, y, k, e, price, rise, keen, direction)
        if fall >= 0.0:  # shortening spoiled the descent: each price as if it were alone, which always descends
            for a in range(count):
                d[a] = max(-slope[a] / (hessian[active[a], active[a]] + own[a]), -room[a])
            fall = _shorten(active, count, d, slope, kind, y, k, e, price, rise, keen, direction)
            if not fall < 0.0:
                return iteration, residual

        share = 1.0
        tries = 0
        while True:
            for i in range(n):
                trial[i] = max(y[i] + share * direction[i], 0.0 if kind[i] == 0 else TINY)
                price[i], along[i] = curve_at(kind[i], trial[i], k[i], e[i])
            respond(
                price, od_start, theta, demand, out_cost, cost, log_size, start, resource, amount, flow, unserved, load
            )
            end = 0.0
            for i in range(n):
                if trial[i] > (0.0 if kind[i] == 0 else TINY):
                    end += (supply_at(kind[i], trial[i], capacity[i]) - load[i]) * direction[i] * along[i]
            tries += 1
            if end <= 0.4 * abs(fall) or tries > 30:
                break
            share *= min(0.5, max(0.1, abs(fall) / (abs(fall) + end)))
        y[:] = trial
        if tries > 2:
            damping = min(max(10.0 * damping, 1e-3), 1.0)
        elif tries == 1:
            damping = 0.1 * damping if damping > 1e-8 else 0.0
    return max_iterations, residual
