
"""Which ways lead from here to there? Cheapest ways on the expanded graph, and the sets of ways shippers choose between.

`generate_routes` is called once per case on the union of all that exists and may be built; a future-year only masks what
it finds. The searches themselves are in `trees`.

Generalised cost of an arc, USD/t:  cost + perceived + vot * time + vot * ratio * sqrt(variance).
Along a route the standard deviation is sqrt(sum of variances), which is not additive; the search adds the arcs' own
deviations (an upper bound) and the routes found are then weighed by the exact value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from karvan.engines.arrays import (
    Bools,
    Choice,
    Conditions,
    Demands,
    Floats,
    Ints,
    Network,
    RouteSet,
    Uses,
    check_conditions,
    check_static,
    route_set,
)
from karvan.engines.trees import Graph, Way, cheapest, graph, trees

__all__ = ["FLOOR", "Graph", "PathOptions", "Way", "cheapest", "generalised_cost", "generate_routes", "graph", "trees", "way_cost"]

FLOOR = 1e-6
"""USD/t: in the search an arc never costs less, so that a subsidy (negative cost) cannot make going in circles pay.

The costs of the routes found stay exact; only the order in which a search finds ways through subsidised arcs suffers.
"""

@dataclass(frozen=True)
class PathOptions:
    """How many ways to look for."""

    max_routes: int = 24
    """at most so many routes per demand, the cheapest ones."""
    rounds: int = 8
    """penalty rounds per demand and condition."""
    penalty_low: float = 1.05
    """the first round multiplies the generalised cost of the arcs used so far by this …"""
    penalty_high: float = 1.4
    """… and the last one by this."""
    stretch: float = 1.5
    """a route is dropped when its generalised cost exceeds the best by more than this share of the best …"""
    slack: float = 50.0
    """… plus this, USD/t."""


def generalised_cost(network: Network, choice: Choice, conditions: Conditions, commodity: int) -> Floats:
    """float64[arc], USD/t: what the search adds up for `commodity`; inf where closed, forbidden or of infinite cost."""
    vot = choice.value_of_time[commodity]
    deviation = choice.reliability[commodity] * np.sqrt(conditions.variance)
    money = conditions.cost[commodity] + conditions.perceived[commodity]
    with np.errstate(invalid="ignore"):  # 0 * inf where an hour is worth nothing and an arc never ends
        weight = money + vot * (conditions.time + deviation)
    usable = conditions.open & network.allowed[commodity] & np.isfinite(weight)
    return np.where(usable, np.maximum(weight, FLOOR), np.inf)


def way_cost(choice: Choice, conditions: Conditions, commodity: int, way: Sequence[int] | Ints) -> float:
    """The exact generalised cost of one way, USD/t, as if every arc of it were open."""
    arcs = np.asarray(way, dtype=np.int64)
    vot = float(choice.value_of_time[commodity])
    money = float(np.sum(conditions.cost[commodity, arcs] + conditions.perceived[commodity, arcs]))
    deviation = float(np.sqrt(np.sum(conditions.variance[arcs])))
    return money + vot * float(np.sum(conditions.time[arcs])) + vot * float(choice.reliability[commodity]) * deviation


def generate_routes(
    network: Network,
    uses: Uses,
    demands: Demands,
    choice: Choice,
    conditions: Sequence[Conditions],
    *,
    gate: Bools | None = None,
    options: PathOptions | None = None,
) -> RouteSet:
    """The ways of every demand: unique, without a state visited twice, at most `max_routes`, best first.

    Under each of the `conditions` (for instance: nothing built, everything built) the union of (a) the cheapest way;
    (b) `rounds` ways, each found after the arcs used so far were made dearer (link penalty, de la Barra et al. 1993);
    (c) for every arc of the cheapest way that uses a resource or is a `gate` (bool[arc]), the best way without that arc,
    and for every resource the best way that does not need it. When there are too many, the conditions take turns, each
    keeping its next best, so that what is planned does not crowd out what there is; the rows stand by least excess. A demand without a way has no rows. The same input gives the same rows.

    Raises `ValueError` when an array does not fit or holds NaN, or when there are no conditions.
    """
    chosen = options or PathOptions()
    check_static(network, uses, demands, choice)
    if not conditions:
        raise ValueError("conditions must hold at least one element")
    for one in conditions:
        check_conditions(network, uses.n_resources, demands.n_od, one)
    if gate is not None and gate.shape != (network.n_arcs,):
        raise ValueError(f"gate has shape {gate.shape}, expected {(network.n_arcs,)}")
    gates = np.zeros(network.n_arcs, dtype=np.bool_) if gate is None else gate
    star = graph(network)
    kinds = sorted(set(demands.commodity.tolist()))
    users = {kind: _users(uses, kind) for kind in kinds}
    weights = {(kind, i): _weights(network, choice, one, users[kind], kind)
               for kind in kinds for i, one in enumerate(conditions)}  # fmt: skip
    ways: list[tuple[int, Way]] = []
    for od in range(demands.n_od):
        kind = int(demands.commodity[od])
        ends = int(demands.origin[od]), int(demands.destination[od])
        found: dict[Way, None] = {}
        for i in range(len(conditions)):
            for way in _candidates(star, weights[kind, i], ends, users[kind], gates, chosen):
                found[way] = None
        ranked = _rank(list(found), choice, conditions, [weights[kind, i] for i in range(len(conditions))], kind, chosen)
        ways.extend((od, way) for way in ranked)
    return route_set(demands.n_od, ways)


@dataclass(frozen=True)
class _Users:
    """Which arcs use which resource, for one commodity."""

    arcs_of: dict[int, Ints]
    resources_of: dict[int, list[int]]


def _users(uses: Uses, kind: int) -> _Users:
    mine = (uses.commodity == kind) & (uses.amount > 0)
    arcs_of: dict[int, list[int]] = {}
    resources_of: dict[int, list[int]] = {}
    for resource, arc in sorted(set(zip(uses.resource[mine].tolist(), uses.arc[mine].tolist(), strict=True))):
        arcs_of.setdefault(resource, []).append(arc)
        resources_of.setdefault(arc, []).append(resource)
    return _Users({r: np.array(a, dtype=np.int32) for r, a in arcs_of.items()}, resources_of)


def _weights(network: Network, choice: Choice, conditions: Conditions, users: _Users, kind: int) -> Floats:
    """The search weights with the arcs of resources that have no capacity closed too."""
    weight = generalised_cost(network, choice, conditions, kind)
    for resource, arcs in users.arcs_of.items():
        if conditions.capacity[resource] == 0:
            weight[arcs] = np.inf
    return weight


def _candidates(
    star: Graph, weight: Floats, ends: tuple[int, int], users: _Users, gate: Bools, options: PathOptions
) -> Iterable[Way]:
    best = cheapest(star, weight, *ends)
    if not best:
        return
    yield best
    dearer, way = weight.copy(), best
    for factor in np.linspace(options.penalty_low, options.penalty_high, options.rounds):
        dearer[list(way)] *= factor
        way = cheapest(star, dearer, *ends)
        yield way
    without = weight.copy()
    critical = [[arc] for arc in best if gate[arc] or arc in users.resources_of]
    resources = sorted({r for arc in best for r in users.resources_of.get(arc, ())})
    critical += [users.arcs_of[r].tolist() for r in resources if users.arcs_of[r].size > 1]
    for arcs in critical:
        without[arcs] = np.inf
        way = cheapest(star, without, *ends)
        if way:
            yield way
        without[arcs] = weight[arcs]


def _rank(
    ways: list[Way],
    choice: Choice,
    conditions: Sequence[Conditions],
    weights: list[Floats],
    kind: int,
    options: PathOptions,
) -> list[Way]:
    excess = np.full((len(conditions), len(ways)), np.inf)
    for i, (one, weight) in enumerate(zip(conditions, weights, strict=True)):
        usable = np.array([bool(np.isfinite(weight[list(way)]).all()) for way in ways], dtype=np.bool_)
        if not usable.any():
            continue
        exact = np.array([way_cost(choice, one, kind, way) if ok else np.inf for way, ok in zip(ways, usable, strict=True)])
        best = float(exact.min())
        over = exact - best
        excess[i] = np.where(over <= options.stretch * abs(best) + options.slack, over, np.inf)
    turns = [[j for over, _, j in sorted((over, ways[j], j) for j, over in enumerate(row.tolist()) if over < np.inf)] for row in excess]
    taken = dict.fromkeys(j for turn in zip_longest(*turns) for j in turn if j is not None)
    least = excess.min(axis=0)
    return [ways[j] for j in sorted(list(taken)[: options.max_routes], key=lambda j: (least[j], ways[j]))]
