"""Who wants to send what from where to where: OD pairs, their tonnes by year, and whether there is a way at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from karvan.bridge.cells import Cells
from karvan.bridge.expanded import DESTINATION, ORIGIN
from karvan.corridor.corridor import Corridor
from karvan.engines import arrays
from karvan.tables.faults import Fault

Name = tuple[str, str, str]
"""Origin zone, destination zone, commodity."""


def demands_of(
    corridor: Corridor, index: dict[tuple[str, str], int], cells: Cells
) -> tuple[arrays.Demands, tuple[Name, ...], tuple[int, ...], np.ndarray, np.ndarray]:
    """OD pairs, their names, the years with data, tonnes [year, od], and the place of each pair's growth."""
    demand, commodities = corridor["demand"], corridor["commodities"]
    node_of = dict(zip(corridor["zones"].keys, corridor["zones"]["node_id"], strict=True))
    names = tuple(sorted(set(zip(demand["origin"], demand["destination"], demand["commodity_id"], strict=True))))
    order = {name: i for i, name in enumerate(names)}
    years = tuple(sorted({int(year) for year in demand["year"]}))
    amounts = np.zeros((len(years), len(names)))
    growth = np.full(len(names), -1, dtype=np.int64)
    for row in demand.rows():
        od = order[row["origin"], row["destination"], row["commodity_id"]]
        amounts[years.index(int(row["year"])), od] += row["amount"]
        if row["growth"]:
            place = cells.place("parameters", corridor["parameters"].index[row["growth"]], "value")
            growth[od] = -1 if place is None else place
    demands = arrays.Demands(
        origin=np.array([index[node_of[origin], ORIGIN] for origin, _, _ in names], dtype=np.int32),
        destination=np.array([index[node_of[destination], DESTINATION] for _, destination, _ in names], dtype=np.int32),
        commodity=np.array([commodities.index[commodity] for _, _, commodity in names], dtype=np.int32),
    )
    return demands, names, years, amounts, growth


def unreachable(
    corridor: Corridor, network: arrays.Network, demands: arrays.Demands, od_names: tuple[Name, ...]
) -> Iterator[Fault]:
    lines: dict[Name, int] = {}
    table = corridor["demand"]
    for line, *cells in zip(table.lines, table["origin"], table["destination"], table["commodity_id"], strict=True):
        lines.setdefault((cells[0], cells[1], cells[2]), int(line))
    reached: dict[tuple[int, int], np.ndarray] = {}
    for od, name in enumerate(od_names):
        k, origin = int(demands.commodity[od]), int(demands.origin[od])
        if (k, origin) not in reached:
            usable = network.allowed[k]
            graph = sparse.csr_matrix(
                (np.ones(int(usable.sum())), (network.tail[usable], network.head[usable])), shape=(network.n_states,) * 2
            )
            reached[k, origin] = breadth_first_order(graph, origin, return_predecessors=False)
        if int(demands.destination[od]) not in reached[k, origin]:
            yield Fault("demand.csv", lines[name], "destination", f"{name[0]} to {name[1]} with {name[2]}", "a way through the network",
                        "Add the missing link or terminal, or allow the commodity on one.")  # fmt: skip
