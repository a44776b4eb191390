"""The shape of everything the engines take: columns of numbers, no names of places. The bridge fills them.

Positions are the meaning: `arc` i is the i-th edge of the expanded graph (place x mode), `state` s its s-th place,
`commodity` k the k-th kind of cargo, `resource` r the r-th limit, `od` o the o-th demand, `route` j the j-th way.
Arrays are read-only by convention; a change is a copy (`dataclasses.replace`). Units: t, h, USD, years.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Bytes = NDArray[np.int8]
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

HARD, POWER, QUEUE = 0, 1, 2


@dataclass(frozen=True)
class Network:
    """The expanded graph: directed arcs between states, and which commodity may use which arc."""

    n_states: int
    tail: Ints
    """int32[arc], the state an arc leaves."""
    head: Ints
    """int32[arc], the state an arc enters."""
    allowed: Bools
    """bool[commodity, arc]."""

    @property
    def n_arcs(self) -> int:
        """How many arcs there are."""
        return int(self.tail.shape[0])

    @property
    def n_commodities(self) -> int:
        """How many commodities there are."""
        return int(self.allowed.shape[0])


@dataclass(frozen=True)
class Uses:
    """What one tonne takes from a resource, as a list of (resource, arc, commodity) triples; repeated triples add up."""

    resource: Ints
    arc: Ints
    commodity: Ints
    amount: Floats
    """float64[use], units of the resource's capacity per tonne, >= 0."""
    n_resources: int


@dataclass(frozen=True)
class Demands:
    """Who wants to send what from where to where; how much stands in `Conditions.amount`."""

    origin: Ints
    """int32[od], a state (super-origins are states like any other)."""
    destination: Ints
    """int32[od], a state."""
    commodity: Ints
    """int32[od]."""

    @property
    def n_od(self) -> int:
        """How many demands there are."""
        return int(self.origin.shape[0])


@dataclass(frozen=True)
class Choice:
    """How shippers of each commodity choose."""

    theta: Floats
    """float64[commodity], t/USD, > 0: how sharply a difference of cost decides."""
    value_of_time: Floats
    """float64[commodity], USD/(t h), >= 0."""
    reliability: Floats
    """float64[commodity], the reliability ratio: worth of one hour of standard deviation over worth of one hour, >= 0."""
    reserve: Floats
    """float64[commodity], USD/t above the base cost at which staying home is as good as going."""


@dataclass(frozen=True)
class Conditions:
    """One future-year: what is open, how long it takes, what it costs, what is wanted."""

    open: Bools
    """bool[arc]."""
    time: Floats
    """float64[arc], h, >= 0, without the delay that `Delay` adds."""
    variance: Floats
    """float64[arc], h^2, >= 0."""
    cost: Floats
    """float64[commodity, arc], USD/t paid; may be negative (a subsidy); inf closes the arc for the commodity."""
    perceived: Floats
    """float64[commodity, arc], USD/t that weighs in the choice but is not paid."""
    capacity: Floats
    """float64[resource], units a year; inf is no limit, 0 closes every route that needs the resource."""
    amount: Floats
    """float64[od], t a year, >= 0."""


@dataclass(frozen=True)
class Delay:
    """How a resource slows down with its utilisation rho = load / capacity: delay d(rho) in hours.

    HARD: none. POWER: scale * rho**exponent. QUEUE: scale * rho**exponent / (1 - rho), which is Sakasegawa (1977) with
    scale = (ca2 + cs2)/2 * service time / servers and exponent = sqrt(2 (servers + 1)) - 1.
    One unit of use then costs price_per_hour * d(rho). That price depends on the sum of the uses only and is the same
    for every unit, so the effects of two routes on each other are symmetric and the equilibrium is the minimum of a
    convex function; what an hour is worth must therefore belong to the resource, not to the commodity that waits.
    """

    kind: Bytes
    """int8[resource]: HARD 0, POWER 1, QUEUE 2."""
    scale: Floats
    """float64[resource], h, >= 0."""
    exponent: Floats
    """float64[resource], > 0 (not read where kind is HARD)."""
    price_per_hour: Floats
    """float64[resource], USD per hour and unit of capacity, >= 0."""


@dataclass(frozen=True)
class RouteSet:
    """The ways each demand may choose between, as rows of arcs (CSR), grouped by od."""

    od: Ints
    """int32[route], ascending."""
    start: Ints
    """int32[route + 1]: the arcs of route j are arc[start[j]:start[j + 1]], in the order of travel."""
    arc: Ints
    """int32[nnz]."""
    od_start: Ints
    """int32[od + 1]: the routes of demand o are od_start[o]:od_start[o + 1]."""

    @property
    def n_routes(self) -> int:
        """How many routes there are over all demands."""
        return int(self.od.shape[0])


@dataclass(frozen=True)
class Returns:
    """How the equipment of loaded tonnes comes back: over the mirrored arcs of the way it went.

    A tonne of demand o on arc a brings share[o] of the `uses` onto each of the arcs arc[start[a]:start[a + 1]].
    """

    start: Ints
    """int32[arc + 1]."""
    arc: Ints
    """int32[nnz], the arcs that lead back over an arc, in the order of travel; none where equipment does not go back."""
    uses: Uses
    """what the equipment of one tonne takes on an arc when all of it runs empty."""
    share: Floats
    """float64[od], the share that finds no load back, 0 to 1."""


@dataclass(frozen=True)
class Incidence:
    """What one tonne on a route takes from each resource (CSR over routes, resources ascending, no doubles)."""

    start: Ints
    """int32[route + 1]."""
    resource: Ints
    """int32[nnz]."""
    amount: Floats
    """float64[nnz], units of the resource's capacity per tonne, > 0."""


def incidence(routes: RouteSet, uses: Uses, demands: Demands, returns: Returns | None = None) -> Incidence:
    """The uses summed along every route: route j takes `amount` from `resource` at start[j]:start[j + 1].

    A resource used on several arcs of one route counts once for each arc. With `returns` the way back of the equipment is
    in it: sum over arcs of share[od] times the uses of the mirrored arcs. Cost: sorting, once per case.
    """
    n_resources = max(uses.n_resources, 1)
    route_of = np.repeat(np.arange(routes.n_routes, dtype=np.int64), np.diff(routes.start))
    parts = [_taken(uses, demands.commodity[routes.od[route_of]], route_of, routes.arc, np.ones(route_of.shape[0]))]
    if returns is not None:
        count = np.diff(returns.start)[routes.arc]
        back_of = np.repeat(route_of, count)
        position = np.arange(back_of.shape[0]) - np.repeat(np.cumsum(count) - count, count)
        arc = returns.arc[np.repeat(returns.start[routes.arc], count) + position]
        share = returns.share[routes.od[back_of]]
        parts.append(_taken(returns.uses, demands.commodity[routes.od[back_of]], back_of, arc, share))
    pair = np.concatenate([row * n_resources + resource for row, resource, _ in parts])
    taken = np.concatenate([amount for _, _, amount in parts])
    pair_order = np.argsort(pair, kind="stable")
    unique, begin = np.unique(pair[pair_order], return_index=True)
    amount = np.add.reduceat(taken[pair_order], begin) if pair.size else np.zeros(0)
    row = unique // n_resources
    start = np.searchsorted(row, np.arange(routes.n_routes + 1)).astype(np.int32)
    return Incidence(start, (unique % n_resources).astype(np.int32), amount.astype(np.float64))


def _taken(uses: Uses, kind: Ints, route: NDArray[np.int64], arc: Ints, weight: Floats) -> tuple[NDArray[np.int64], Ints, Floats]:
    """Route, resource and amount of every use on the arcs given, each weighted; what takes nothing is left out."""
    n_arcs = 1 + max(int(arc.max(initial=0)), int(uses.arc.max(initial=0)))
    kept = uses.amount > 0
    use_key = uses.commodity[kept].astype(np.int64) * n_arcs + uses.arc[kept]
    order = np.argsort(use_key, kind="stable")
    use_key, use_resource, use_amount = use_key[order], uses.resource[kept][order], uses.amount[kept][order]
    some = weight > 0
    route, arc, kind, weight = route[some], arc[some], kind[some], weight[some]
    key = kind.astype(np.int64) * n_arcs + arc
    first = np.searchsorted(use_key, key, side="left")
    count = np.searchsorted(use_key, key, side="right") - first
    ends = np.cumsum(count)
    total = int(ends[-1]) if ends.size else 0
    position = np.arange(total) - np.repeat(ends - count, count) + np.repeat(first, count)
    return np.repeat(route, count), use_resource[position], use_amount[position] * np.repeat(weight, count)


def route_set(n_od: int, ways: list[tuple[int, tuple[int, ...]]]) -> RouteSet:
    """The route set of (od, arcs) pairs; they are put in the order of od and otherwise stay as given."""
    ordered = sorted(ways, key=lambda way: way[0])
    od = np.array([way[0] for way in ordered], dtype=np.int32)
    lengths = np.array([len(way[1]) for way in ordered], dtype=np.int64)
    start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    arc = np.array([arc for way in ordered for arc in way[1]], dtype=np.int32)
    od_start = np.searchsorted(od, np.arange(n_od + 1)).astype(np.int32)
    return RouteSet(od, start, arc, od_start)


# --- what is refused -------------------------------------------------------------------------------------------------


def check_static(network: Network, uses: Uses, demands: Demands, choice: Choice) -> None:
    """Nothing when what does not change over futures fits together; else `ValueError` with every fault, by array."""
    arcs, kinds, od = network.n_arcs, network.n_commodities, demands.n_od
    faults: list[str] = []
    _shape(faults, "Network.head", network.head, (arcs,))
    _shape(faults, "Network.allowed", network.allowed, (kinds, arcs))
    for name in ("resource", "arc", "commodity", "amount"):
        _shape(faults, f"Uses.{name}", getattr(uses, name), uses.resource.shape)
    for name in ("origin", "destination", "commodity"):
        _shape(faults, f"Demands.{name}", getattr(demands, name), (od,))
    for field in fields(choice):
        _shape(faults, f"Choice.{field.name}", getattr(choice, field.name), (kinds,))
    _speak(faults)
    _index(faults, "Network.tail", network.tail, network.n_states)
    _index(faults, "Network.head", network.head, network.n_states)
    _index(faults, "Uses.resource", uses.resource, uses.n_resources)
    _index(faults, "Uses.arc", uses.arc, arcs)
    _index(faults, "Uses.commodity", uses.commodity, kinds)
    _index(faults, "Demands.origin", demands.origin, network.n_states)
    _index(faults, "Demands.destination", demands.destination, network.n_states)
    _index(faults, "Demands.commodity", demands.commodity, kinds)
    _finite(faults, "Uses.amount", uses.amount)
    for field in fields(choice):
        _finite(faults, f"Choice.{field.name}", getattr(choice, field.name))
    if not faults and bool((choice.theta <= 0).any()):
        faults.append("Choice.theta must be above zero")
    if bool((demands.origin == demands.destination).any()):
        faults.append("Demands.destination equals Demands.origin in some rows; drop what does not travel")
    _speak(faults)


def check_returns(network: Network, uses: Uses, demands: Demands, returns: Returns) -> None:
    """Nothing when the returns fit the network; else `ValueError` with every fault, by array."""
    faults: list[str] = []
    _shape(faults, "Returns.start", returns.start, (network.n_arcs + 1,))
    _shape(faults, "Returns.share", returns.share, (demands.n_od,))
    _speak(faults)
    if int(returns.start[0]) != 0 or bool((np.diff(returns.start) < 0).any()) or int(returns.start[-1]) != returns.arc.shape[0]:
        faults.append("Returns.start does not fit Returns.arc")
    _index(faults, "Returns.arc", returns.arc, network.n_arcs)
    _index(faults, "Returns.uses.arc", returns.uses.arc, network.n_arcs)
    _index(faults, "Returns.uses.resource", returns.uses.resource, uses.n_resources)
    _finite(faults, "Returns.uses.amount", returns.uses.amount)
    _finite(faults, "Returns.share", returns.share)
    if returns.share.max(initial=0.0) > 1.0:
        faults.append("Returns.share holds a value above 1")
    _speak(faults)


def check_conditions(network: Network, n_resources: int, n_od: int, conditions: Conditions) -> None:
    """Nothing when the conditions fit the network; else `ValueError` with every fault, by array."""
    arcs, kinds = network.n_arcs, network.n_commodities
    shapes: dict[str, tuple[int, ...]] = {
        "open": (arcs,), "time": (arcs,), "variance": (arcs,), "cost": (kinds, arcs), "perceived": (kinds, arcs),
        "capacity": (n_resources,), "amount": (n_od,),
    }  # fmt: skip
    faults: list[str] = []
    for name, shape in shapes.items():
        _shape(faults, f"Conditions.{name}", getattr(conditions, name), shape)
    _speak(faults)
    for name in ("time", "variance", "capacity"):
        _never_negative(faults, f"Conditions.{name}", getattr(conditions, name))
    _finite(faults, "Conditions.amount", conditions.amount)
    for name in ("cost", "perceived"):
        values = getattr(conditions, name)
        low = values.min(initial=0.0)  # the minimum is NaN as soon as one value is
        if not low > -np.inf:
            faults.append(f"Conditions.{name} holds NaN or minus infinity")
    _speak(faults)


def check_delay(n_resources: int, delay: Delay) -> None:
    """Nothing when the delay is well formed; else `ValueError` with every fault, by array."""
    faults: list[str] = []
    for field in fields(delay):
        _shape(faults, f"Delay.{field.name}", getattr(delay, field.name), (n_resources,))
    _speak(faults)
    for name in ("scale", "exponent", "price_per_hour"):
        _finite(faults, f"Delay.{name}", getattr(delay, name))
    if bool(((delay.kind < HARD) | (delay.kind > QUEUE)).any()):
        faults.append("Delay.kind must be 0 (hard), 1 (power) or 2 (queue)")
    if bool(((delay.kind != HARD) & (delay.exponent <= 0)).any()):
        faults.append("Delay.exponent must be above zero where the kind is power or queue")
    _speak(faults)


def _shape(faults: list[str], name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        faults.append(f"{name} has shape {array.shape}, expected {shape}")


def _index(faults: list[str], name: str, array: Ints, size: int) -> None:
    if array.size and (int(array.min()) < 0 or int(array.max()) >= size):
        faults.append(f"{name} points outside 0..{size - 1}")


def _never_negative(faults: list[str], name: str, array: Floats) -> None:
    if not array.min(initial=0.0) >= 0:  # also false for NaN
        faults.append(f"{name} holds NaN or a negative value")


def _finite(faults: list[str], name: str, array: Floats) -> None:
    _never_negative(faults, name, array)
    if array.max(initial=0.0) == np.inf:
        faults.append(f"{name} holds infinity")


def _speak(faults: list[str]) -> None:
    if faults:
        raise ValueError("; ".join(faults))
