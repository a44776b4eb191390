"""Which tariff prices which arc: the cost stack as a matrix, so that a change of a price is a product."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from karvan.bridge.expanded import DIRECTIONS, Arcs
from karvan.corridor import cargo
from karvan.corridor.checks import EVERY
from karvan.corridor.corridor import Corridor


class _Rows:
    """The arcs of every row of a table, found without a look at all of them: there can be a toll on each of many links."""

    def __init__(self, positions: np.ndarray):
        self.order = np.argsort(positions, kind="stable")
        self.sorted = positions[self.order]

    def of(self, row: int) -> np.ndarray:
        first, last = np.searchsorted(self.sorted, [row, row + 1])
        return np.asarray(self.order[first:last])


def tariff_matrix(corridor: Corridor, arcs: Arcs, allowed: np.ndarray) -> sparse.csr_matrix:
    """[commodity x arc, tariff]: 1 where a row prices a commodity on an arc."""
    words = cargo.words(corridor["commodities"])
    tariffs, links = corridor["tariffs"], corridor["links"]
    mode_of_arc = np.where(arcs.link >= 0, np.append(links["mode_id"], "")[arcs.link], "")
    n = len(arcs)
    places = {"link": _Rows(arcs.link), "terminal": _Rows(arcs.terminal), "service": _Rows(arcs.service)}
    rows, columns = [], []
    for i, row in enumerate(tariffs.rows()):
        if row["applies_to"] == "mode":
            chosen = np.flatnonzero(mode_of_arc == row["id"])
        else:
            table = {"link": "links", "terminal": "terminals", "service": "services"}[row["applies_to"]]
            chosen = places[row["applies_to"]].of(corridor[table].index[row["id"]])
        if row["direction"] != "both":
            chosen = chosen[arcs.direction[chosen] == DIRECTIONS.index(row["direction"])]
        for k, known in enumerate(words):
            if row["commodity_id"] in (EVERY, *known):
                priced = chosen[allowed[k, chosen]]
                rows.append(k * n + priced)
                columns.append(np.full(len(priced), i))
    row_index = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    column_index = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    shape = (len(words) * n, len(tariffs))
    return sparse.csr_matrix((np.ones(len(row_index)), (row_index, column_index)), shape=shape)


