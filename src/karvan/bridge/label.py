"""From indices back to names: what an engine found, as rows that a person can read."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import DIRECTIONS
from karvan.bridge.returns import units_of
from karvan.corridor.corridor import Corridor

Flow = dict[str, Any]


@dataclass(frozen=True)
class Leg:
    """One arc of a way: what it is, where it begins and ends (as travelled), its mode or the kind of its step; km, and hours, money
    (USD) and emissions (kg CO2e) of a tonne on it; `wait` is the part of the hours spent waiting for a departure or an opening."""

    arc: int
    kind: str
    key: str
    name: str
    from_node: str
    to_node: str
    mode: str
    length: float
    hours: float
    wait: float
    money: float
    co2: float


def flows(compiled: Compiled, arc_flow: np.ndarray) -> list[Flow]:
    """Tonnes per link, service or terminal, direction and commodity, without the zeros; arc_flow[commodity, arc]."""
    arcs, corridor = compiled.arcs, compiled.corridor
    out: list[Flow] = []
    for arc in np.flatnonzero(arc_flow.sum(axis=0) > 0.5):
        place = place_of(compiled, int(arc))
        if place is None:
            continue
        table, key = place
        ends = corridor["links"].at(arcs.link[arc]) if arcs.link[arc] >= 0 else None
        for k, commodity in enumerate(compiled.commodities):
            if arc_flow[k, arc] > 0.5:
                row = {"table": table, "id": key, "direction": DIRECTIONS[arcs.direction[arc]], "commodity": commodity,
                       "amount": float(arc_flow[k, arc])}  # fmt: skip
                if ends is not None:
                    row.update(link_id=ends["link_id"], from_node=ends["from_node"], to_node=ends["to_node"], mode=ends["mode_id"])
                out.append(row)
    return out


def empties(compiled: Compiled, arc_flow: np.ndarray, empty_flow: np.ndarray) -> list[Flow]:
    """Loaded and empty units per link or service, direction, commodity and unit of equipment, of the commodities whose
    equipment comes back; both flows [commodity, arc] in tonnes, the second of what the equipment had carried."""
    arcs, corridor = compiled.arcs, compiled.corridor
    out: list[Flow] = []
    for unit, (taken, back) in units_of(corridor, arcs, compiled.limits).items():
        empty, loaded = empty_flow * back, arc_flow * np.where(back > 0, taken, 0.0)
        for arc, k in zip(*np.nonzero((empty + loaded).T > 0.5), strict=True):
            place = place_of(compiled, int(arc))
            assert place is not None
            link = corridor["links"].at(arcs.link[arc])
            out.append({
                "table": place[0], "id": place[1], "direction": DIRECTIONS[arcs.direction[arc]], "commodity": compiled.commodities[k],
                "unit": unit, "loaded": float(loaded[k, arc]), "empty": float(empty[k, arc]),
                "link_id": link["link_id"], "from_node": link["from_node"], "to_node": link["to_node"], "mode": link["mode_id"],
            })  # fmt: skip
    return out


def limits(compiled: Compiled, capacity: np.ndarray, load: np.ndarray, price: np.ndarray, delay: np.ndarray) -> list[dict[str, Any]]:
    """Every limit with a known capacity: its use, the price of one more unit, the wait; all arrays per limit."""
    out = []
    for i, limit in enumerate(compiled.limits):
        if not np.isfinite(capacity[i]):
            continue
        row = compiled.corridor[limit.table].at(limit.position)
        unit = f"{limit.unit}·h/yr" if limit.table == "fleets" else f"{limit.unit}/yr"
        out.append({
            "table": limit.table, "id": limit.key, "name": row["name"] or limit.key, "direction": limit.direction, "unit": unit,
            "capacity": float(capacity[i]), "load": float(load[i]),
            "utilisation": float(load[i] / capacity[i]) if capacity[i] > 0 else None,
            "price": float(price[i]), "delay": float(delay[i]),
        })  # fmt: skip
    return out


def legs(compiled: Compiled, way: np.ndarray, commodity: int, hours: np.ndarray, wait: np.ndarray, money: np.ndarray, co2: np.ndarray) -> list[Leg]:
    """The arcs of a way as legs; hours[leg] and wait[leg] along the way, money[commodity, arc] and co2[arc]. Connectors are left out."""
    out = []
    for i, arc in enumerate(way.tolist()):
        place = place_of(compiled, arc)
        if place is None:
            continue
        table, key = place
        corridor, arcs = compiled.corridor, compiled.arcs
        if arcs.link[arc] >= 0:
            link = corridor["links"].at(arcs.link[arc])
            ends = (link["from_node"], link["to_node"])
            start, end = ends if arcs.direction[arc] == 0 else ends[::-1]
            mode, length = link["mode_id"], float(link["length"])
            name = corridor["services"].row(key)["name"] if table == "services" else link["name"]
            name = as_travelled(name, *(_short(corridor, node) for node in (start, end)))
        else:
            step = corridor["terminals"].at(arcs.terminal[arc])
            start = end = step["node_id"]
            mode, length, name = step["kind"], 0.0, step["name"]
        out.append(Leg(arc, table, key, name, start, end, mode, length, float(hours[i]), float(wait[i]),
                       float(money[commodity, arc]), float(co2[arc])))  # fmt: skip
    return out


def as_travelled(name: str, start: str, end: str) -> str:
    """The name of a link or service read in the direction of travel: "B - A by ferry" becomes "A - B by ferry" for a tonne from A to B.
    Without a name "A - B"."""
    if not name:
        return f"{start} - {end}"
    turned = _BETWEEN.match(name)
    if turned is None:
        return name
    first, dash, second, rest = turned.groups()
    if _same(first, end) and _same(second, start):
        return f"{second}{dash}{first}{rest}"
    longer = f"{second}{rest}"  # the second name may be of several words, with nothing after it
    return f"{longer}{dash}{first}" if _same(first, end) and _same(longer, start) else name


_BETWEEN = re.compile(r"^(.+?)( [-–] )(\S+(?: \([^)]*\))?)(.*)$")


def _same(name: str, place: str) -> bool:
    return name.partition(" (")[0].casefold() == place.partition(" (")[0].casefold()


def _short(corridor: Corridor, node: str) -> str:
    return str(corridor["nodes"].row(node)["name"])


def money_by_actor(compiled: Compiled, cells: np.ndarray, way: np.ndarray, commodity: int) -> dict[str, float]:
    """USD/t of a way by who receives it (or pays it, when negative), largest first; the sum is the money of the way."""
    tariffs = compiled.corridor["tariffs"]
    length = compiled.lengths(cells)
    price, per_km = (compiled.cells.of(cells, "tariffs", column) for column in ("price", "price_per_km"))
    out: dict[str, float] = defaultdict(float)
    for arc in way.tolist():
        for i in compiled.tariffs_of(commodity, arc):
            if tariffs["kind"][i] == "price":
                out[tariffs["actor"][i]] += float(np.nan_to_num(price[i]) + np.nan_to_num(per_km[i]) * length[arc])
    return dict(sorted(((actor, money) for actor, money in out.items() if money), key=lambda each: (-each[1], each[0])))


def place_of(compiled: Compiled, arc: int) -> tuple[str, str] | None:
    """(table, key) of an arc; None for a connector."""
    arcs, corridor = compiled.arcs, compiled.corridor
    for table, positions in (("services", arcs.service), ("links", arcs.link), ("terminals", arcs.terminal)):
        if positions[arc] >= 0:
            return table, corridor[table].keys[positions[arc]]
    return None
