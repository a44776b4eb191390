"""From indices back to names: what an engine found, as rows that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import DIRECTIONS
from karvan.bridge.returns import units_of

Flow = dict[str, Any]


@dataclass(frozen=True)
class Leg:
    """One arc of a way: what it is, where it begins and ends, hours and money of a tonne on it."""

    kind: str
    key: str
    name: str
    from_node: str
    to_node: str
    mode: str
    length: float
    hours: float
    money: float


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


def legs(compiled: Compiled, way: np.ndarray, commodity: int, hours: np.ndarray, money: np.ndarray) -> list[Leg]:
    """The arcs of a way as legs; hours[arc] and money[commodity, arc]. Connectors are left out."""
    out = []
    for arc in way.tolist():
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
            name = corridor["services"].row(key)["name"] if table == "services" else link["name"] or f"{start} – {end}"
        else:
            step = corridor["terminals"].at(arcs.terminal[arc])
            start = end = step["node_id"]
            mode, length, name = step["kind"], 0.0, step["name"]
        out.append(Leg(table, key, name, start, end, mode, length, float(hours[arc]), float(money[commodity, arc])))
    return out


def place_of(compiled: Compiled, arc: int) -> tuple[str, str] | None:
    """(table, key) of an arc; None for a connector."""
    arcs, corridor = compiled.arcs, compiled.corridor
    for table, positions in (("services", arcs.service), ("links", arcs.link), ("terminals", arcs.terminal)):
        if positions[arc] >= 0:
            return table, corridor[table].keys[positions[arc]]
    return None
