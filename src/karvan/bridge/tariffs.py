"""Which tariff prices which arc: the cost stack as a matrix, so that a change of a price is a product."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from karvan.bridge.expanded import DIRECTIONS, Arcs
from karvan.corridor import cargo
from karvan.corridor.checks import EVERY
from karvan.corridor.corridor import Corridor


def tariff_matrix(corridor: Corridor, arcs: Arcs, allowed: np.ndarray) -> sparse.csr_matrix:
    """[commodity x arc, tariff]: 1 where a row prices a commodity on an arc."""
    words = cargo.words(corridor["commodities"])
    tariffs, links = corridor["tariffs"], corridor["links"]
    mode_of_arc = np.where(arcs.link >= 0, np.append(links["mode_id"], "")[arcs.link], "")
    n = len(arcs)
    rows, columns = [], []
    for i, row in enumerate(tariffs.rows()):
        if row["applies_to"] == "mode":
            chosen = mode_of_arc == row["id"]
        else:
            table = {"link": "links", "terminal": "terminals", "service": "services"}[row["applies_to"]]
            positions = {"link": arcs.link, "terminal": arcs.terminal, "service": arcs.service}[row["applies_to"]]
            chosen = positions == corridor[table].index[row["id"]]
        if row["direction"] != "both":
            chosen = chosen & (arcs.direction == DIRECTIONS.index(row["direction"]))
        for k, known in enumerate(words):
            if row["commodity_id"] in (EVERY, *known):
                priced = np.flatnonzero(chosen & allowed[k])
                rows.append(k * n + priced)
                columns.append(np.full(len(priced), i))
    row_index = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    column_index = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    shape = (len(words) * n, len(tariffs))
    return sparse.csr_matrix((np.ones(len(row_index)), (row_index, column_index)), shape=shape)


