"""From names to indices for user equilibrium: a corridor as roads and trips, without routes and without limits.

The expanded graph of `expanded` is drawn together: a node with one mode is one vertex, a node with several keeps a vertex per
mode and one where trips begin and end. Classes of users are the commodities; what they pay is turned into time by their value
of time. Hard limits have no place in a user equilibrium: a corridor that has some is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from karvan.bridge.compile import Compiled, compile_corridor
from karvan.bridge.expanded import DESTINATION, ORIGIN, WAITING
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines.equilibrium import Roads, Trips
from karvan.tables import units
from karvan.tables.faults import Fault, UsageError, refuse
from karvan.tables.table import empty


@dataclass(frozen=True, eq=False)
class Network:
    """The roads of a corridor in one year; times in the case's time unit.

    classes     commodities, as positions in their table; they are the rows of roads.fixed and of allowed
    arc         int[link], the arc of `compiled.arcs` that a road is
    allowed     bool[class, link], what may use it; fixed is 0 where it may not
    vertex      zone -> vertex where its trips begin and end
    """

    compiled: Compiled
    roads: Roads
    classes: np.ndarray
    arc: np.ndarray
    allowed: np.ndarray
    vertex: dict[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """The classes by name."""
        return tuple(self.compiled.commodities[k] for k in self.classes)


@dataclass(frozen=True, eq=False)
class Wanted:
    """Who wants to go: trips with a way, one entry per origin, destination and class, and what has none.

    wanted, stays   float[class]: everything, and what begins and ends at one place
    lost            rows of demand without a way, as (origin, destination, commodity, amount)
    """

    trips: Trips
    wanted: np.ndarray
    stays: np.ndarray
    lost: tuple[tuple[str, str, str, float], ...]


def compile_roads(corridor: Corridor, scenario: Iterable[Edit] = ()) -> Compiled:
    """The expanded graph of a corridor, with edits ready to be applied and without demand. Raises `UsageError` for a corridor with
    hard limits."""
    compiled = compile_corridor(replace(corridor, tables={**corridor.tables, "demand": empty(corridor["demand"].schema)}), scenario)
    if compiled.limits:
        kinds = ", ".join(dict.fromkeys(limit.table for limit in compiled.limits))
        raise UsageError(f"User equilibrium knows no hard capacities, and this case has {len(compiled.limits)} ({kinds}): use --rule logit, or give "
                         "links a delay function (delay_alpha, delay_beta, delay_capacity) in place of a capacity.")  # fmt: skip
    return compiled


def network(corridor: Corridor, compiled: Compiled, cells: np.ndarray) -> Network:
    """The roads under these cells. Raises `InvalidData` for what has no meaning here: a value of time of 0 where something is
    paid, tariffs that add up to less than nothing, a delay function on a link with several services."""
    conditions = compiled.conditions(cells, np.zeros(0))
    arcs, links, commodities = compiled.arcs, corridor["links"], corridor["commodities"]
    vertex_of, n_vertices, first_through = _vertices(corridor, compiled)
    tail, head = vertex_of[arcs.tail], vertex_of[arcs.head]
    arc = np.flatnonzero(conditions.open & np.isfinite(conditions.time) & (tail != head))
    classes = np.array(sorted({commodities.index[key] for key in set(corridor["demand"]["commodity_id"])}), dtype=np.int64)
    money = (conditions.cost + conditions.perceived)[np.ix_(classes, arc)]
    allowed = compiled.network.allowed[np.ix_(classes, arc)] & np.isfinite(money)
    money = np.where(allowed, money, 0.0)
    value_of_time = commodities["value_of_time"][classes]
    refuse(_faults(compiled, classes, arc, money, value_of_time))
    unit = units.factor("h", corridor.settings.time_unit)
    fixed = money / np.where(value_of_time > 0, value_of_time, 1.0)[:, None] * unit
    on_link = arcs.link[arc] >= 0
    delays = {}
    for name, otherwise in (("delay_alpha", 0.0), ("delay_beta", 1.0), ("delay_capacity", 1.0)):
        of_link = np.append(links[name], np.nan)[np.where(on_link, arcs.link[arc], -1)]
        delays[name] = np.where(np.isnan(of_link), otherwise, of_link)
    roads = Roads(n_vertices, first_through, tail[arc], head[arc], conditions.time[arc] * unit, delays["delay_alpha"], delays["delay_beta"],
                  delays["delay_capacity"], fixed)  # fmt: skip
    zones = corridor["zones"]
    vertex = {zone: int(vertex_of[compiled.state_index[node, ORIGIN]]) for zone, node in zip(zones.keys, zones["node_id"], strict=True)}
    return Network(compiled, roads, classes, arc, allowed, vertex)


def _vertices(corridor: Corridor, compiled: Compiled) -> tuple[np.ndarray, int, int]:
    """The vertex of every state, how many there are, and the first of those that may be passed through."""
    nodes = corridor["nodes"]
    hubs: dict[str, list[int]] = defaultdict(list)
    for i, (place, mode) in enumerate(compiled.states):
        if mode not in (ORIGIN, DESTINATION, WAITING):
            hubs[place].append(i)
    ends_only: list[list[int]] = []
    passed: list[list[int]] = []
    for node, through in zip(nodes.keys, nodes["through"], strict=True):
        ends = [compiled.state_index[node, ORIGIN], compiled.state_index[node, DESTINATION]]
        if not through:
            ends_only.append([*ends, *hubs[node]])
        elif len(hubs[node]) == 1:
            passed.append([*ends, *hubs[node]])
        else:
            ends_only.append(ends)
            passed.extend([hub] for hub in hubs[node])
    passed.extend([i] for i, (_, mode) in enumerate(compiled.states) if mode == WAITING)
    vertex_of = np.zeros(len(compiled.states), dtype=np.int64)
    for vertex, states in enumerate((*ends_only, *passed)):
        vertex_of[states] = vertex
    return vertex_of, len(ends_only) + len(passed), len(ends_only)


def _faults(compiled: Compiled, classes: np.ndarray, arc: np.ndarray, money: np.ndarray, value_of_time: np.ndarray) -> Iterator[Fault]:
    commodities, links = compiled.corridor["commodities"], compiled.corridor["links"]
    for k, paid, worth in zip(classes, money, value_of_time, strict=True):
        if not worth > 0 and paid.any():
            yield Fault("commodities.csv", int(commodities.lines[k]), "value_of_time", "0", "more than 0, since tariffs are turned into time by it", "Fill it in.")
        for i in np.flatnonzero(paid < 0)[:1]:
            where = compiled.arcs.link[arc[i]]
            place = f"link {links.keys[where]}" if where >= 0 else "a terminal"
            yield Fault("tariffs.csv", 0, "price", f"{paid[i]:g} in all for {compiled.commodities[k]} on {place}", "0 or more in all, since a circle could pay",
                        "Lower the subsidy.")  # fmt: skip
    served = compiled.arcs.service >= 0
    for link in np.unique(compiled.arcs.link[served & (compiled.arcs.link >= 0)]):
        if links["delay_alpha"][link] > 0:
            yield Fault("links.csv", int(links.lines[link]), "delay_alpha", f"{links['delay_alpha'][link]:g}", "nothing on a link with services",
                        "Leave it empty: services share a link, and its delay cannot be told for each.")  # fmt: skip


def wanted(corridor: Corridor, found: Network, rows: np.ndarray, amount: np.ndarray) -> Wanted:
    """The trips of these rows of demand (positions) with these amounts."""
    demand, n = corridor["demand"], len(found.classes)
    rows, amount = rows[amount > 0], amount[amount > 0]
    position = {found.compiled.commodities[k]: i for i, k in enumerate(found.classes)}
    user_class = np.array([position[key] for key in demand["commodity_id"][rows]], dtype=np.int64)
    origin, destination = (np.array([found.vertex[zone] for zone in demand[name][rows]], dtype=np.int64) for name in ("origin", "destination"))
    total = np.bincount(user_class, amount, n)
    stays = origin == destination
    reached = _reached(found, origin, destination, user_class)
    lost = tuple((str(demand["origin"][row]), str(demand["destination"][row]), str(demand["commodity_id"][row]), float(tonnes))
                 for row, tonnes in zip(rows[~reached & ~stays], amount[~reached & ~stays], strict=True))  # fmt: skip
    goes = reached & ~stays
    vertices = found.roads.n_nodes
    key = (user_class[goes] * vertices + origin[goes]) * vertices + destination[goes]
    pairs, inverse = np.unique(key, return_inverse=True)
    trips = Trips(pairs // vertices % vertices, pairs % vertices, np.bincount(inverse, amount[goes], len(pairs)), pairs // vertices**2)
    return Wanted(trips, total, np.bincount(user_class[stays], amount[stays], n), lost)


def _reached(found: Network, origin: np.ndarray, destination: np.ndarray, user_class: np.ndarray) -> np.ndarray:
    """bool[row]: whether a way leads there. A vertex that is not passed through is two, one to leave and one to arrive at."""
    roads, n = found.roads, found.roads.n_nodes
    head = np.where(roads.head < roads.first_through, roads.head + n, roads.head)
    end = np.where(destination < roads.first_through, destination + n, destination)
    out = np.zeros(len(origin), dtype=bool)
    group = user_class * n + origin
    order = np.argsort(group, kind="stable")
    graphs = [sparse.csr_matrix((np.ones(int(may.sum())), (roads.tail[may], head[may])), shape=(2 * n, 2 * n)) for may in found.allowed]
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []:
        k, start = int(user_class[rows[0]]), int(origin[rows[0]])
        visited = np.zeros(2 * n, dtype=bool)
        visited[breadth_first_order(graphs[k], start, return_predecessors=False)] = True
        out[rows] = visited[end[rows]]
    return out
