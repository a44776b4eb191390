"""The mode-expanded graph: which states there are, which arcs join them, and what may use which arc.

State = (node, mode), plus two at every node where cargo begins and ends, plus one before every step on arrival. Arcs are
links or the services on them, steps at terminals, and connectors.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.tables.faults import Fault, refuse

FORWARD, REVERSE = 0, 1
DIRECTIONS = ("forward", "reverse")
ORIGIN, DESTINATION, WAITING = "origin", "destination", "arrival"




@dataclass(frozen=True, eq=False)
class Arcs:
    """Where every arc comes from: positions in the tables, -1 where it has none; direction FORWARD or REVERSE."""

    tail: np.ndarray
    head: np.ndarray
    link: np.ndarray
    service: np.ndarray
    terminal: np.ndarray
    direction: np.ndarray

    def __len__(self) -> int:
        return len(self.tail)


def states_of(corridor: Corridor) -> tuple[tuple[tuple[str, str], ...], dict[tuple[str, str], int]]:
    """(node, mode) of every state; every node has two more where cargo begins and ends, a step on arrival one."""
    states: dict[tuple[str, str], None] = {}
    freight = _freight_modes(corridor)
    links, terminals = corridor["links"], corridor["terminals"]
    for start, end, mode in zip(links["from_node"], links["to_node"], links["mode_id"], strict=True):
        if mode in freight:
            states[start, mode] = states[end, mode] = None
    for key, node, before, after in zip(terminals.keys, terminals["node_id"], terminals["from_mode"], terminals["to_mode"], strict=True):
        states[node, before] = states[node, after] = None
        if before == after:
            states[key, WAITING] = None
    for node in corridor["nodes"].keys:
        states[node, ORIGIN] = states[node, DESTINATION] = None
    listed = tuple(states)
    return listed, {state: i for i, state in enumerate(listed)}


def _freight_modes(corridor: Corridor) -> set[str]:
    modes = corridor["modes"]
    return {mode for mode, layer in zip(modes.keys, modes["layer"], strict=True) if layer == "freight"}


def arcs_of(corridor: Corridor, index: dict[tuple[str, str], int]) -> Arcs:
    rows: list[tuple[int, int, int, int, int, int]] = []
    arrival = _arrivals(corridor, index)
    links, services, terminals = corridor["links"], corridor["services"], corridor["terminals"]
    on_link: dict[str, list[int]] = defaultdict(list)
    for i, link in enumerate(services["link_id"]):
        on_link[link].append(i)
    freight = _freight_modes(corridor)
    for i, row in enumerate(links.rows()):
        if row["mode_id"] not in freight:
            continue
        ends = (row["from_node"], row["to_node"])
        for direction in (FORWARD,) if row["directed"] else (FORWARD, REVERSE):
            start, end = ends if direction == FORWARD else ends[::-1]
            tail = index[start, row["mode_id"]]
            head = arrival.get((end, row["mode_id"], start), arrival.get((end, row["mode_id"], ""), index[end, row["mode_id"]]))
            rows.extend((tail, head, i, service, -1, direction) for service in on_link.get(row["link_id"], [-1]))
    for i, row in enumerate(terminals.rows()):
        before, after = index[row["node_id"], row["from_mode"]], index[row["node_id"], row["to_mode"]]
        if row["from_mode"] == row["to_mode"]:
            rows.append((index[row["terminal_id"], WAITING], after, -1, -1, i, FORWARD))
        else:
            rows.append((before, after, -1, -1, i, FORWARD))
            if not row["directed"]:
                rows.append((after, before, -1, -1, i, REVERSE))
    hubs = set(links["mode_id"]) & freight
    for node in corridor["nodes"].keys:
        for mode in sorted(hubs):
            if (node, mode) in index:
                rows.append((index[node, ORIGIN], index[node, mode], -1, -1, -1, FORWARD))
                rows.append((index[node, mode], index[node, DESTINATION], -1, -1, -1, FORWARD))
    columns = np.array(rows, dtype=np.int32).reshape(-1, 6).T
    return Arcs(*(np.ascontiguousarray(column) for column in columns))


def _arrivals(corridor: Corridor, index: dict[tuple[str, str], int]) -> dict[tuple[str, str, str], int]:
    """(node, mode, neighbour or "") -> the state in which an arrival waits for its step. Two steps for the same
    arrival are a fault."""
    out: dict[tuple[str, str, str], int] = {}
    faults = []
    terminals = corridor["terminals"]
    for row, line in zip(terminals.rows(), map(int, terminals.lines), strict=True):
        if row["from_mode"] != row["to_mode"]:
            continue
        key = (row["node_id"], row["from_mode"], row["from_node"])
        if key in out:
            faults.append(Fault("terminals.csv", line, "from_node", row["from_node"] or "nothing", "one step on arrival per neighbour and mode",
                                "Merge the two rows, or give them different from_node."))  # fmt: skip
        out[key] = index[row["terminal_id"], WAITING]
    refuse(faults)
    return out


def allowed_of(corridor: Corridor, arcs: Arcs) -> np.ndarray:
    """Which commodity may use which arc: [commodity, arc]."""
    words = cargo.words(corridor["commodities"])
    out = np.ones((len(words), len(arcs)), dtype=bool)
    for name, positions in (("links", arcs.link), ("services", arcs.service), ("terminals", arcs.terminal)):
        lists = corridor[name]["commodities"]
        for arc in np.flatnonzero(positions >= 0):
            only = lists[positions[arc]]
            if only:
                out[:, arc] &= np.array([not set(only).isdisjoint(known) for known in words])
    return out


def arcs_of_members(corridor: Corridor, arcs: Arcs, members: tuple[str, ...]) -> np.ndarray:
    """The arcs of these links, terminals and services."""
    chosen = np.zeros(len(arcs), dtype=bool)
    for name, positions in (("links", arcs.link), ("terminals", arcs.terminal), ("services", arcs.service)):
        rows = [corridor[name].index[key] for key in members if key in corridor[name]]
        chosen |= np.isin(positions, rows) if rows else False
    return np.flatnonzero(chosen)


