"""What if this were not there? One place, link, step, service, fleet, project or shared limit taken out of a year.

The year is solved again without it, from the prices with it. What is lost stays home; the rest goes another way, and the
two ways are compared. `rank` takes everything out in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import WAITING
from karvan.corridor.corridor import Corridor
from karvan.engines import arrays, assign
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError
from karvan.verdict import measures, transit
from karvan.verdict.model import Answer, Model

TABLES = ("links", "terminals", "services", "fleets", "resources", "projects")
KINDS = ("nodes", *TABLES)
RANKED = ("nodes", "links", "terminals", "fleets")
HOURS_OF_DAY = 24.0
SMALL = 0.5
"""t a year: less is nothing."""
TIGHT = 0.5
"""USD per tonne of what uses a limit: less is not said of it (an estimate: a quarter of what counts as binding)."""


@dataclass(frozen=True)
class Thing:
    """What is taken out: a row of a table, and its name."""

    table: str
    key: str
    name: str


@dataclass(frozen=True)
class Change:
    """One amount before and after, t a year."""

    id: str
    name: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, eq=False)
class Effect:
    """What a year loses without some things, and where the rest goes.

    lost      t a year that stay home in addition, per commodity (below 0: more is carried)
    through   t a year that used what is gone
    rerouted  t a year that found another way, of the pairs that used it
    money, days   USD/t and days of the ways left and of the ways taken instead, queues included; None where nobody goes
    """

    things: tuple[Thing, ...]
    lost: dict[str, float]
    through: float
    rerouted: float
    money: tuple[float | None, float | None]
    days: tuple[float | None, float | None]
    cuts: tuple[Change, ...]
    terminals: tuple[Change, ...]

    @property
    def all_lost(self) -> float:
        return sum(self.lost.values())


@dataclass(frozen=True)
class Rank:
    """What one thing is missed by: t a year that stay home, that used it, and of those that begin or end there."""

    thing: Thing
    lost: float
    through: float
    own: float


def find(corridor: Corridor, said: str) -> Thing:
    """What a person means: id, name, other name or UN/LOCODE of a place; id, name or beginning of an id of any other thing;
    TABLE:ID where that is not enough. Raises `UsageError` with the nearest."""
    table, colon, key = said.partition(":")
    if colon and table in KINDS:
        return _thing(corridor, table, corridor.find_node(key) if table == "nodes" else corridor.find_row(table, key))
    try:
        return _thing(corridor, "nodes", corridor.find_node(said))
    except UsageError:
        pass
    folded = said.strip().casefold()
    if not folded:
        raise UsageError("--without: expected a place, link, terminal, service, fleet, project or shared limit, and found nothing.")
    exact = [(name, key) for name in TABLES for key in corridor[name].keys if folded in (key.casefold(), _name(corridor, name, key).casefold())]
    begun = exact or [(name, key) for name in TABLES for key in corridor[name].keys if key.casefold().startswith(folded)]
    if len(begun) == 1:
        return _thing(corridor, *begun[0])
    if begun:
        raise UsageError(f"--without {said}: fits {', '.join(f'{name}:{key}' for name, key in begun[:8])}. Name one of them so, with its table.")
    known = {each.casefold(): each for name in KINDS for key in corridor[name].keys for each in (key, _name(corridor, name, key)) if each}
    near = nearest(folded, known)
    near = known.get(near, near)
    raise UsageError(f"--without {said}: no place, {', '.join(name[:-1] for name in TABLES[:-1])} or project is called so. Nearest: {near}.")


def _name(corridor: Corridor, table: str, key: str) -> str:
    row = corridor[table].row(key)
    return str(row.get("name") or "")


def _thing(corridor: Corridor, table: str, key: str) -> Thing:
    name = _name(corridor, table, key)
    if not name and table == "links":
        row = corridor["links"].row(key)
        ends = (str(corridor["nodes"].row(row[end])["name"]) for end in ("from_node", "to_node"))
        name = f"{' – '.join(ends)}, {row['mode_id']}"
    return Thing(table, key, name or key)


def arcs_of(compiled: Compiled, thing: Thing) -> np.ndarray:
    """bool[arc]: the arcs that close with a thing; none for a project and a shared limit."""
    arcs, corridor = compiled.arcs, compiled.corridor
    if thing.table == "nodes":
        at = np.array([corridor["terminals"].row(place)["node_id"] == thing.key if mode == WAITING else place == thing.key
                       for place, mode in compiled.states], dtype=bool)  # fmt: skip
        return np.asarray(at[arcs.tail] | at[arcs.head])
    if thing.table == "fleets":
        mine = np.append(corridor["services"]["fleet_id"] == thing.key, False).astype(bool)
        return np.asarray(mine[arcs.service])
    column = {"links": arcs.link, "terminals": arcs.terminal, "services": arcs.service}.get(thing.table)
    return np.zeros(len(arcs), dtype=bool) if column is None else np.asarray(column == corridor[thing.table].index[thing.key])


def closed(compiled: Compiled, conditions: arrays.Conditions, things: Sequence[Thing]) -> arrays.Conditions:
    """The conditions of a year without these things; a shared limit that is gone has no capacity left."""
    is_open, capacity = conditions.open.copy(), conditions.capacity.copy()
    for thing in things:
        is_open[arcs_of(compiled, thing)] = False
        if thing.table == "resources":
            capacity[[i for i, limit in enumerate(compiled.limits) if limit.table == "resources" and limit.key == thing.key]] = 0.0
    return replace(conditions, open=is_open, capacity=capacity)


def without(model: Model, before: Answer, things: Sequence[Thing]) -> Answer:
    """The year of `before` without these things."""
    there = closed(model.compiled, before.conditions, things)
    return Answer(there, assign.solve(model.problem, there, model.compiled.delay, model.base_cost, warm=before.result.price), before.cells)


def effect(model: Model, things: Sequence[Thing], before: Answer, after: Answer) -> Effect:
    """What changed between two answers of one model."""
    compiled, routes = model.compiled, model.routes
    kind = compiled.demands.commodity
    more = after.result.unserved - before.result.unserved
    lost = {name: float(more[kind == k].sum()) for k, name in enumerate(compiled.commodities)}
    flow, then = before.result.route_flow, after.result.route_flow
    gone = np.isfinite(before.result.route_cost) & ~np.isfinite(after.result.route_cost)
    used = np.zeros(len(kind), dtype=bool)
    used[routes.od[gone & (flow > SMALL)]] = True
    if any(thing.table == "projects" for thing in things):
        used[:] = True
    mine = used[routes.od]
    left, taken = np.where(mine, np.maximum(flow - then, 0.0), 0.0), np.where(mine, np.maximum(then - flow, 0.0), 0.0)
    ways = [_cost_and_days(model, answer, weight) for answer, weight in ((before, left), (after, taken))]
    return Effect(tuple(things), lost, float(flow[gone].sum()), float(taken.sum()), (ways[0][0], ways[1][0]), (ways[0][1], ways[1][1]),
                  tuple(_cuts(compiled, before, after)), tuple(_terminals(compiled, before, after)))  # fmt: skip


def _cost_and_days(model: Model, answer: Answer, weight: np.ndarray) -> tuple[float | None, float | None]:
    """Money (USD/t) and days of the ways with these weights, on the mean."""
    total = float(weight.sum())
    if total < SMALL:
        return None, None
    routes, queued = model.routes, transit.with_queues(model, answer)
    row = np.repeat(np.arange(routes.n_routes), np.diff(routes.start))
    kind = model.compiled.demands.commodity[routes.od[row]]
    money = np.where(weight[row] > 0, weight[row] * np.where(np.isfinite(queued.cost), queued.cost, 0.0)[kind, routes.arc], 0.0)
    return float(money.sum()) / total, float((weight[row] * queued.time[routes.arc]).sum()) / total / HOURS_OF_DAY


def _cuts(compiled: Compiled, before: Answer, after: Answer) -> Iterator[Change]:
    for cut in compiled.corridor["cuts"].rows():
        arcs = measures.arcs_of_key(compiled, measures.Key("freight_volume", f"cut:{cut['cut_id']}", "both", measures.ALL, "traffic"))
        both = [float(answer.result.arc_flow[:, arcs].sum()) for answer in (before, after)]
        if max(both) > SMALL:
            yield Change(cut["cut_id"], cut["name"], *both)


def _terminals(compiled: Compiled, before: Answer, after: Answer) -> Iterator[Change]:
    flows = [answer.result.arc_flow.sum(axis=0) for answer in (before, after)]
    terminals = compiled.corridor["terminals"]
    some = compiled.arcs.terminal >= 0
    sums = [np.bincount(compiled.arcs.terminal[some], flow[some], len(terminals)) for flow in flows]
    for i, key in enumerate(terminals.keys):
        if abs(sums[1][i] - sums[0][i]) > SMALL:
            yield Change(key, str(terminals["name"][i] or key), float(sums[0][i]), float(sums[1][i]))


def rank(model: Model, before: Answer) -> tuple[Rank, ...]:
    """Every place, link, step and fleet in use, taken out one at a time; first what is missed most, beyond what begins or ends there.

    Things that close the same ways are solved once. Raises nothing: who shows a rank certifies its answer.
    """
    compiled, routes = model.compiled, model.routes
    row = np.repeat(np.arange(routes.n_routes), np.diff(routes.start))
    visits = sparse.csr_matrix((np.ones(len(row)), (row, routes.arc)), shape=(routes.n_routes, len(compiled.arcs)))
    flow, unserved = before.result.route_flow, float(before.result.unserved.sum())
    ends = np.array([[compiled.states[state][0] for state in side] for side in (compiled.demands.origin, compiled.demands.destination)])
    seen: dict[bytes, float] = {}
    out = []
    for table in RANKED:
        for key in compiled.corridor[table].keys:
            thing = Thing(table, key, key)
            hit = visits @ arcs_of(compiled, thing).astype(np.float64) > 0
            through = float(flow[hit].sum())
            if through <= SMALL:
                continue
            name = np.packbits(hit).tobytes()
            if name not in seen:
                seen[name] = float(without(model, before, (thing,)).result.unserved.sum()) - unserved
            at_end = (ends == key).any(axis=0)[routes.od] if table == "nodes" else np.zeros(routes.n_routes, dtype=bool)
            out.append(Rank(_thing(compiled.corridor, table, key), seen[name], through, float(flow[at_end].sum())))
    return tuple(sorted(out, key=lambda each: (each.own - each.lost, -each.through, each.thing.table, each.thing.key)))


@dataclass(frozen=True)
class Tighter:
    """A limit that costs more than before: its use and the price of a unit of it, before and after."""

    table: str
    id: str
    name: str
    direction: str
    unit: str
    utilisation_before: float
    utilisation_after: float
    price_before: float
    price_after: float


def tighter(compiled: Compiled, before: Answer, after: Answer, most: int = 12) -> tuple[Tighter, ...]:
    """The limits whose price rose, those first on which all that is carried pays most more; at least TIGHT USD/t more."""
    first, then = before.result, after.result
    rise = then.price - first.price
    total = then.arc_flow.sum(axis=0)
    out: list[Tighter] = []
    for i in np.argsort(-rise * then.load, kind="stable").tolist():
        limit = compiled.limits[i]
        tonnes = float(total[limit.arcs].sum())
        if len(out) == most or rise[i] <= 0:
            break
        if tonnes <= SMALL or rise[i] * then.load[i] / tonnes < TIGHT:
            continue
        row = compiled.corridor[limit.table].at(limit.position)
        out.append(Tighter(limit.table, limit.key, str(row["name"] or limit.key), limit.direction, limit.unit, float(first.utilisation[i]),
                           float(then.utilisation[i]), float(first.price[i]), float(then.price[i])))  # fmt: skip
    return tuple(out)
