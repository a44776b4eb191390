"""The solvers side by side: each is given a problem outside the clock and answers a gap with a call that returns link flows.

Known limits of the peers, found by running them, are met here and said: pytraf takes powers from 1 on; AequilibraE no links
without time and no power below 1, and is stopped after `ITERATIONS`; path4gmns cannot keep trips from passing through zones,
so it is asked only where all zones may be.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from problems import Problem

from karvan.engines import equilibrium

Call = Callable[[], np.ndarray]
Solver = Callable[[float], Call]

ITERATIONS = 1_000


def karvan(problem: Problem) -> Solver:
    """Ours."""
    return lambda gap: lambda: equilibrium.solve(problem.roads, problem.trips, gap=gap).flow


def _constant(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Free time, b and power with links of constant time written as b = 0, power = 1."""
    roads = problem.roads
    constant = (roads.power == 0) | (roads.b == 0)
    free = roads.free_time * np.where(roads.power == 0, 1.0 + roads.b, 1.0)
    return free, np.where(constant, 0.0, roads.b), np.where(constant, 1.0, roads.power)


def pytraf(problem: Problem) -> Solver:
    """Gradient projection on paths in Rust, one thread."""
    import pytraf as peer

    roads, trips = problem.roads, problem.trips
    free, b, power = _constant(problem)
    links = {"from_node": roads.tail, "to_node": roads.head, "capacity": roads.capacity, "free_flow_time": free, "b": b, "power": power}
    centroid = np.arange(roads.n_nodes) < roads.first_through
    network = peer.Network.from_tables(links, num_nodes=roads.n_nodes, is_centroid=centroid, allow_u_turns=True)
    demand = peer.Demand.from_table(network, {"origin": trips.origin, "destination": trips.destination, "flow": trips.amount})
    users = peer.TrafficClass(demand, extra_link_cost=roads.fixed[0])
    return lambda gap: lambda: np.asarray(network.assign(users, gap=gap, threads=1, max_iter=5000).links.flow)


def aequilibrae(problem: Problem) -> Solver:
    """Bi-conjugate Frank-Wolfe in Cython, one thread, without progress bars; its `execute` is timed."""
    os.environ["AEQ_SHOW_PROGRESS"] = "FALSE"
    import pandas as pd
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

    roads, trips = problem.roads, problem.trips
    free, b, power = _constant(problem)
    table = pd.DataFrame({
        "link_id": np.arange(1, len(roads.tail) + 1), "a_node": roads.tail + 1, "b_node": roads.head + 1, "direction": 1, "free": np.maximum(free, 1e-9),
        "capacity": np.maximum(roads.capacity, 1e-9), "alpha": b, "beta": np.maximum(power, 1.0), "fixed": roads.fixed[0],
    })  # fmt: skip
    zones = int(max(trips.origin.max(), trips.destination.max())) + 1

    def ready(gap: float) -> Call:
        graph = Graph()
        graph.network, graph.network_ok, graph.status = table, True, "OK"
        graph.prepare_graph(np.arange(1, zones + 1))
        graph.set_graph("free")
        graph.set_blocked_centroid_flows(roads.first_through > 0)
        matrix = AequilibraeMatrix()
        matrix.create_empty(zones=zones, matrix_names=["trips"], memory_only=True)
        matrix.index[:] = np.arange(1, zones + 1)
        cells = np.zeros((zones, zones))
        np.add.at(cells, (trips.origin, trips.destination), trips.amount)
        matrix.matrix["trips"][:, :] = cells
        matrix.computational_view(["trips"])
        users = TrafficClass("car", graph, matrix)
        if roads.fixed.any():
            users.set_fixed_cost("fixed")
        work = TrafficAssignment()
        work.set_classes([users])
        work.set_vdf("BPR")
        work.set_vdf_parameters({"alpha": "alpha", "beta": "beta"})
        work.set_capacity_field("capacity")
        work.set_time_field("free")
        work.set_algorithm("bfw")
        work.set_cores(1)
        work.max_iter, work.rgap_target = ITERATIONS, gap

        def run() -> np.ndarray:
            work.execute(log_specification=False)
            found = work.results()
            flow = np.zeros(len(roads.tail))
            flow[found.index.to_numpy() - 1] = np.nan_to_num(found["PCE_AB"].to_numpy())
            return flow

        return run

    return ready


def path4gmns(problem: Problem) -> Solver:
    """Column generation in Python and C++ on GMNS files; its `find_ue` and the reading of its output are timed.

    Raises `NotImplementedError` where zones are not to be passed through or capacities are not whole.
    """
    import path4gmns as peer

    roads, trips = problem.roads, problem.trips
    if roads.first_through or roads.fixed.any():
        raise NotImplementedError("path4gmns passes through zones and knows no fixed costs")

    def ready(gap: float) -> Call:
        folder = tempfile.TemporaryDirectory()
        place = Path(folder.name)
        _write(place / "node.csv", ["node_id", "zone_id", "x_coord", "y_coord"], [(i + 1, i + 1, 0, 0) for i in range(roads.n_nodes)])
        columns = (roads.tail + 1, roads.head + 1, roads.free_time, roads.capacity, roads.free_time, roads.b, roads.power, roads.capacity)
        header = ["link_id", "from_node_id", "to_node_id", "length", "capacity", "VDF_fftt1", "VDF_alpha1", "VDF_beta1", "VDF_cap1", "lanes", "free_speed", "link_type"]
        _write(place / "link.csv", header, [(k + 1, *row, 1, 60, 1) for k, row in enumerate(zip(*(c.tolist() for c in columns), strict=True))])
        _write(place / "demand.csv", ["o_zone_id", "d_zone_id", "volume"],
               zip((trips.origin + 1).tolist(), (trips.destination + 1).tolist(), trips.amount.tolist(), strict=True))  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()):
            network = peer.read_network(input_dir=str(place))
            peer.load_demand(network, input_dir=str(place))

        def run() -> np.ndarray:
            with contextlib.redirect_stdout(io.StringIO()):
                peer.find_ue(network, 20, 500, gap)
                peer.output_link_performance(network, output_dir=str(place))
            flow = np.zeros(len(roads.tail))
            for row in csv.DictReader((place / "link_performance.csv").open()):
                flow[int(row["link_id"]) - 1] = float(row["volume"])
            folder.cleanup()
            return flow

        return run

    return ready


def _write(file: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)


PEERS: dict[str, tuple[Callable[[Problem], Solver], float]] = {"pytraf": (pytraf, 0.0), "aequilibrae": (aequilibrae, 1e-6), "path4gmns": (path4gmns, 1e-4)}
"""How each is made ready, and the tightest gap it is asked for: tighter ones it was seen not to reach."""
