"""Where the networks of the literature are, what is published of them, and how they are read. They may not be shipped."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from karvan.corridor.corridor import Corridor
from karvan.engines.equilibrium import Roads, Trips
from karvan.files import cases, tntp, tntp_read
from karvan.tables.faults import Fault, refuse

BENCH = Path(os.environ.get("KARVAN_BENCH", Path(__file__).resolve().parents[3] / "shared" / "bench"))

NETWORKS = {
    "SiouxFalls": ("SiouxFalls", 0.0, 0.0, 4231335.28710744),
    "Anaheim": ("Anaheim", 0.0, 0.0, 1286032.171096032),
    "Barcelona": ("Barcelona", 0.0, 0.0, 1265654.92203177),
    "Chicago-Sketch": ("ChicagoSketch", 0.02, 0.04, 17313018.7387478),
}
"""File name, toll factor, distance factor, Beckmann objective (see the README of the folder)."""


def corridor(name: str, folder: Path) -> Corridor:
    """The case of a network, imported into `folder`; skips the test where the files are not."""
    file, toll, distance, _ = NETWORKS[name]
    source = BENCH / "tntp" / name
    if not source.is_dir():
        pytest.skip(f"no {source}: set KARVAN_BENCH to a folder with tntp/{name}")
    tntp.import_files((source / f"{file}_net.tntp", source / f"{file}_trips.tntp"), folder / name, tntp.Reading(toll, distance))
    return cases.load(str(folder / name))


def roads(file: Path, toll_factor: float = 0.0, distance_factor: float = 0.0) -> Roads:
    """The network of a `_net.tntp` file as arrays, for what asks the engine alone; tolls and lengths as fixed costs in units of time."""
    faults: list[Fault] = []
    net = tntp_read.read_net(file, faults)
    refuse(faults)
    rows = [(each.start - 1, each.end - 1, each.free_flow_time, each.b, each.power, each.capacity, toll_factor * each.toll + distance_factor * each.length)
            for each in net.links]  # fmt: skip
    tail, head, *parameters, fixed = np.array(rows).T
    return Roads(net.nodes, net.first_through - 1, tail.astype(int), head.astype(int), *parameters, fixed[None, :])


def trips(file: Path) -> Trips:
    """The trips of a `_trips.tntp` file as arrays, those within a zone left out."""
    faults: list[Fault] = []
    pairs = tntp_read.read_trips(file, 0, faults).pairs
    refuse(faults)
    begin, end, amounts = np.array([(start - 1, end - 1, amount) for (start, end), amount in pairs.items() if start != end]).T
    return Trips(begin.astype(int), end.astype(int), amounts, np.zeros(len(amounts), dtype=int))


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
