"""What comes back empty: boxes, wagons, trains and lorries that find no load where they went go back over the same way.

The way back of an arc is the arc of the same link or step in the other direction, with the step that waits where it
arrives. How much of the equipment goes back so is `uses.return_share`; how much of that finds a load is read from demand:

    share(od) = 1 - min(1, tonnes wanted back / tonnes wanted out),

counted between the two countries (between the two zones within one country) and within one cargo type, in the last year
with data. The share is fixed when the case is compiled, so that the flows of a year stay one convex program.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy import sparse

from karvan.bridge.demands import Name
from karvan.bridge.expanded import WAITING, Arcs
from karvan.bridge.limits import Limit, lookup, uses_of
from karvan.corridor.corridor import Corridor
from karvan.engines import arrays

EMPTY_UNITS = ("TEU", "wagon", "train", "lorry")
"""What can come back empty. One box is counted in all of the units that carry it: TEU, wagons and trains do not add up."""


def returns_of(
    corridor: Corridor, limits: tuple[Limit, ...], arcs: Arcs, states: tuple[tuple[str, str], ...], allowed: np.ndarray,
    od_names: tuple[Name, ...], amounts: np.ndarray,
) -> arrays.Returns:  # fmt: skip
    """The way back of every arc, what empties take on it, and the share of every OD pair that finds no load."""
    start, back = ways_back(arcs, states)
    empty = uses_of(corridor, limits, arcs, allowed, empty=True)
    return arrays.Returns(start, back, empty, shares(corridor, od_names, amounts[-1] if len(amounts) else np.zeros(len(od_names))))


def ways_back(arcs: Arcs, states: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, np.ndarray]:
    """The arcs that lead back over every arc, as CSR: (int32[arc + 1], int32[nnz]).

    Of several arcs that run the other way the one of the same link, service or terminal is taken. An arc without any,
    such as a berth where oil leaves its wagon, and every connector and step on arrival, leads nothing back.
    """
    waiting = {arc_tail: arc for arc, arc_tail in enumerate(arcs.tail.tolist()) if states[arc_tail][1] == WAITING}
    base = np.arange(len(states))
    for state, arc in waiting.items():
        base[state] = arcs.head[arc]
    tail, head = base[arcs.tail], base[arcs.head]
    moves = (arcs.link >= 0) | ((arcs.terminal >= 0) & (tail != head))
    first: dict[tuple[int, ...], int] = {}
    for arc in np.flatnonzero(moves).tolist():
        for key in _likeness(arcs, arc, int(tail[arc]), int(head[arc])):
            first.setdefault(key, arc)
    start, back = [0], []
    for arc in range(len(arcs)):
        keys = _likeness(arcs, arc, int(head[arc]), int(tail[arc])) if moves[arc] else ()
        best = next((first[key] for key in keys if key in first), None)
        if best is not None:
            back.append(best)
            step = waiting.get(int(arcs.head[best]))
            if step is not None:
                back.append(step)
        start.append(len(back))
    return np.array(start, dtype=np.int32), np.array(back, dtype=np.int32)


def _likeness(arcs: Arcs, arc: int, tail: int, head: int) -> tuple[tuple[int, ...], ...]:
    """What makes another arc between these two the way back, the closest likeness first."""
    kind = int(arcs.link[arc] >= 0)
    row = int(arcs.link[arc] if kind else arcs.terminal[arc])
    return (tail, head, kind, row, int(arcs.service[arc])), (tail, head, kind, row), (tail, head, kind)


def shares(corridor: Corridor, od_names: tuple[Name, ...], amount: np.ndarray) -> np.ndarray:
    """float64[od]: the share of the equipment of every OD pair that finds no load back."""
    zones, nodes, commodities = corridor["zones"], corridor["nodes"], corridor["commodities"]
    type_of = {row["commodity_id"]: row["cargo_type"] or row["commodity_id"] for row in commodities.rows()}
    country = {row["zone_id"]: nodes.row(row["node_id"])["country"] or row["zone_id"] for row in zones.rows()}
    ends = []
    for origin, destination, commodity in od_names:
        pair = (country[origin], country[destination])
        ends.append((*(pair if pair[0] != pair[1] else (origin, destination)), type_of[commodity]))
    total: dict[tuple[str, str, str], float] = defaultdict(float)
    for each, tonnes in zip(ends, amount.tolist(), strict=True):
        total[each] += tonnes
    out = np.zeros(len(od_names))
    for i, (start, end, kind) in enumerate(ends):
        loaded = total[start, end, kind]
        out[i] = 1.0 - min(1.0, total.get((end, start, kind), 0.0) / loaded) if loaded > 0 else 1.0
    return out


def empty_flow(
    network: arrays.Network, demands: arrays.Demands, returns: arrays.Returns, routes: arrays.RouteSet, route_flow: np.ndarray
) -> np.ndarray:
    """[commodity, arc]: the tonnes whose equipment finds no load back, on the arcs over which it would go back."""
    weight = route_flow * returns.share[routes.od]
    route = np.repeat(np.arange(routes.n_routes), np.diff(routes.start))
    out = np.zeros((network.n_commodities, network.n_arcs))
    np.add.at(out, (demands.commodity[routes.od[route]], routes.arc), weight[route])
    over = np.repeat(np.arange(network.n_arcs), np.diff(returns.start))
    turned = sparse.csr_matrix((np.ones(len(over)), (over, returns.arc)), shape=(network.n_arcs, network.n_arcs))
    return np.asarray(out @ turned)


def units_of(corridor: Corridor, arcs: Arcs, limits: tuple[Limit, ...]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Per unit of equipment: (units of one tonne, units that come back of it when none finds a load), [commodity, arc] each.

    TEU count wherever something moves; wagons, trains and lorries where a limit counts in them, and on every line of a mode
    of which a line or a shared limit counts in them.
    """
    use, share = lookup(corridor, "use"), lookup(corridor, "return_share")
    kinds = range(len(corridor["commodities"]))
    out = {}
    for unit in EMPTY_UNITS:
        taken = np.array([use("", unit, k) or 0.0 for k in kinds])
        back = taken * np.nan_to_num(np.array([share("", unit, k) or 0.0 for k in kinds]))
        if back.any():
            carried = _carried(corridor, arcs, limits, unit).astype(np.float64)
            out[unit] = (taken[:, None] * carried, back[:, None] * carried)
    return out


def _carried(corridor: Corridor, arcs: Arcs, limits: tuple[Limit, ...], unit: str) -> np.ndarray:
    """bool[arc]: the links and services on which cargo travels in this unit, as far as the tables say."""
    moving = np.asarray(arcs.link >= 0)
    if unit == "TEU":
        return moving
    mode_of = np.append(corridor["links"]["mode_id"].astype(str), "")[arcs.link]
    counted, modes = np.zeros(len(arcs), dtype=bool), set()
    for limit in limits:
        if limit.unit == unit:
            counted[limit.arcs] = True
            if limit.table in ("links", "resources"):
                modes.update(mode_of[limit.arcs[moving[limit.arcs]]].tolist())
    return np.asarray(moving & (counted | np.isin(mode_of, sorted(modes)))) if modes else moving & counted
