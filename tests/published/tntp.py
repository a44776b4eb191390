"""Read the text format of Transportation Networks for Research, as far as the published networks use it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from karvan.engines.equilibrium import Roads, Trips

BENCH = Path(os.environ.get("KARVAN_BENCH", Path(__file__).resolve().parents[3] / "shared" / "bench"))

NETWORKS = {
    "SiouxFalls": ("SiouxFalls", 0.0, 0.0, 4231335.28710744),
    "Anaheim": ("Anaheim", 0.0, 0.0, 1286032.171096032),
    "Barcelona": ("Barcelona", 0.0, 0.0, 1265654.92203177),
    "Chicago-Sketch": ("ChicagoSketch", 0.02, 0.04, 17313018.7387478),
}


def roads(file: Path, toll_factor: float = 0.0, distance_factor: float = 0.0) -> Roads:
    """The network of a `_net.tntp` file; tolls and lengths as fixed costs in units of time."""
    meta: dict[str, str] = {}
    rows = []
    for line in file.read_text().splitlines():
        header = re.match(r"<(.*)>\s*(.*)", line)
        if header:
            meta[header[1].strip()] = header[2].strip()
            continue
        cells = line.split("~")[0].split(";")[0].split()
        if cells:
            rows.append([float(cell) for cell in cells])
    tail, head, capacity, length, free_time, b, power, _, toll, _ = np.array(rows).T
    fixed = (toll_factor * toll + distance_factor * length)[None, :]
    return Roads(int(meta["NUMBER OF NODES"]), int(meta["FIRST THRU NODE"]) - 1, tail.astype(int) - 1, head.astype(int) - 1, free_time, b, power,
                 capacity, fixed)  # fmt: skip


def trips(file: Path) -> Trips:
    """The trips of a `_trips.tntp` file, those within a zone left out."""
    rows = []
    origin = 0
    for line in file.read_text().splitlines():
        if line.startswith(("<", "~")):
            continue
        if line.strip().startswith("Origin"):
            origin = int(line.split()[1]) - 1
        for destination, amount in re.findall(r"(\d+)\s*:\s*([\d.eE+-]+)", line):
            if float(amount) > 0 and int(destination) - 1 != origin:
                rows.append((origin, int(destination) - 1, float(amount)))
    begin, end, amounts = np.array(rows).T
    return Trips(begin.astype(int), end.astype(int), amounts, np.zeros(len(rows), dtype=int))


def relative_gap(network: Roads, demand: Trips, flow: np.ndarray) -> float:
    """The gap of link flows, by other means than the engine's: times by formula, distances by scipy."""
    price = network.times(flow) + network.fixed[0]
    n = network.n_nodes
    # a zone is two nodes, one where trips begin and one where they end, so that none drives through
    head = np.where(network.head < network.first_through, network.head + n, network.head)
    graph = csr_matrix((np.maximum(price, 1e-13), (network.tail, head)), shape=(2 * n, 2 * n))
    origins = np.unique(demand.origin)
    dist = dijkstra(graph, indices=origins)
    ends = np.where(demand.destination < network.first_through, demand.destination + n, demand.destination)
    shortest = float(demand.amount @ dist[np.searchsorted(origins, demand.origin), ends])
    spent = float(flow @ price)
    return (spent - shortest) / spent
