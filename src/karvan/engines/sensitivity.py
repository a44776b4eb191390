"""How do flows answer when a demand grows by a little? The derivative of an assignment in its demands, queues and full capacities included.

The flows of `assign` are those of a logit f = q P(pi) at prices pi that clear every resource. With A the uses per tonne, for a
small change of the demands

    df   = f dln q - theta (f A - f (sum over the od's routes of f A) / q) dpi
    dpi  = s (A' df)   where a queue makes the price (s its slope in the load),   A' df = 0   where a full capacity does

so that dpi solves a linear system as large as there are priced resources; with prices held it is 0 and what is left are
the shares of routes. (Tobin and Friesz 1988, Transportation Science 22, 242-250, for the user equilibrium.)
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from karvan.engines.arrays import POWER, QUEUE, Delay, Floats, Incidence, RouteSet

_PRICED = 1e-9
"""USD per unit of a resource below which its price is nought."""


def of_demand(routes: RouteSet, uses: Incidence, theta: Floats, weights: sparse.csr_matrix, flow: Floats, amount: Floats,
              slope: Floats | None) -> Floats:  # fmt: skip
    """float64[measure, od]: d measure / d ln(amount), for measures that are `weights` [measure, route] times the flow of routes.

    `theta`, `amount` float64[od], `flow` float64[route] as solved; `slope` float64[resource] from `slopes` (None: prices held).
    A demand of nothing changes nothing. Raises `ValueError` for arrays that do not fit.
    """
    n_od, n_routes = len(routes.od_start) - 1, routes.n_routes
    if theta.shape != (n_od,) or amount.shape != (n_od,) or flow.shape != (n_routes,) or weights.shape[1] != n_routes:
        raise ValueError(f"theta and amount must be {n_od} numbers, flow and the columns of weights {n_routes}")
    at_od = sparse.csr_matrix((flow, (np.arange(n_routes), routes.od)), shape=(n_routes, n_od))
    held = np.asarray((weights @ at_od).todense())
    if slope is None or not (slope >= 0).any():
        return held
    priced = np.flatnonzero(slope >= 0)
    used = sparse.csr_matrix((uses.amount, uses.resource, uses.start), shape=(n_routes, len(slope)))[:, priced]
    asked = np.asarray((used.T @ at_od).todense())
    sharp = sparse.diags(theta[routes.od] * flow)
    with np.errstate(divide="ignore"):
        per_od = np.where(amount > 0, theta / amount, 0.0)
    yields = np.asarray((used.T @ sharp @ used).todense()) - (asked * per_od) @ asked.T
    shown = np.asarray((weights @ sharp @ used).todense()) - (held * per_od) @ asked.T
    with np.errstate(divide="ignore"):
        yields[np.diag_indices_from(yields)] += np.where(slope[priced] < np.inf, 1.0 / slope[priced], 0.0)
    return np.asarray(held - shown @ np.linalg.lstsq(yields, asked, rcond=1e-12)[0])


def slopes(delay: Delay, capacity: Floats, load: Floats, price: Floats, scarcity: Floats) -> Floats:
    """float64[resource]: d price / d load of every resource that has a price; inf where a full capacity makes it, -1 where it has none.

    All float64[resource], as `assign.Result` gives them: load in units a year, price and scarcity in USD per unit.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = np.where(np.isfinite(capacity) & (capacity > 0), load / capacity, 0.0)
        rho = np.minimum(rho, 1.0 - 1e-12)
        e, k = delay.exponent, delay.scale * delay.price_per_hour
        power = np.where(rho > 0, e * rho ** (e - 1.0), 0.0)
        rise = np.where(delay.kind == POWER, power, np.where(delay.kind == QUEUE, power / (1.0 - rho) + rho**e / (1.0 - rho) ** 2, 0.0))
        found = np.where(np.isfinite(capacity) & (capacity > 0), k * rise / capacity, 0.0)
    full = scarcity > _PRICED
    return np.where(full, np.inf, np.where((price > _PRICED) & (found > 0), found, -1.0))
