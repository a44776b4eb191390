"""User equilibrium: CPU seconds to a relative gap, ours and the peers', in one run on the same machine.

    python benchmarks/assignment/user_equilibrium.py --bench FOLDER [--networks SiouxFalls Anaheim …] [--json FILE]

FOLDER holds `tntp/` with the networks of Transportation Networks for Research. Peers are taken if they are installed
beside karvan (`pip install pytraf`); each runs on one thread, its whole call is timed, and the best of `--repeats` counts.
Every flow is re-evaluated outside the solvers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.published import tntp
from tests.published.tntp import NETWORKS, relative_gap

from karvan.engines import equilibrium

GAPS = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12)


def ours(roads: equilibrium.Roads, trips: equilibrium.Trips, gap: float) -> np.ndarray:
    return equilibrium.solve(roads, trips, gap=gap).flow


def pytraf(roads: equilibrium.Roads, trips: equilibrium.Trips) -> Callable[[float], np.ndarray]:
    """The peer's call, network and trips built outside the clock; links of constant time written so that it takes them."""
    import pytraf as peer

    constant = (roads.power == 0) | (roads.b == 0)
    free = roads.free_time * np.where(roads.power == 0, 1.0 + roads.b, 1.0)
    links = {"from_node": roads.tail, "to_node": roads.head, "capacity": roads.capacity, "free_flow_time": free,
             "b": np.where(constant, 0.0, roads.b), "power": np.where(constant, 1.0, roads.power)}  # fmt: skip
    centroid = np.arange(roads.n_nodes) < roads.first_through
    network = peer.Network.from_tables(links, num_nodes=roads.n_nodes, is_centroid=centroid, allow_u_turns=True)
    demand = peer.Demand.from_table(network, {"origin": trips.origin, "destination": trips.destination, "flow": trips.amount})
    users = peer.TrafficClass(demand, extra_link_cost=roads.fixed[0])
    return lambda gap: np.asarray(network.assign(users, gap=gap, threads=1, max_iter=5000).links.flow)


def best(work: Callable[[], np.ndarray], repeats: int) -> tuple[float, np.ndarray]:
    """Least CPU seconds, and the flows."""
    least, flow = float("inf"), np.zeros(0)
    for _ in range(repeats):
        begun = time.process_time()
        flow = work()
        least = min(least, time.process_time() - begun)
    return least, flow


def main() -> None:
    """Run and print a table; write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in asked.networks:
        file, toll, distance, _ = NETWORKS[name]
        roads = tntp.roads(asked.bench / "tntp" / name / f"{file}_net.tntp", toll, distance)
        trips = tntp.trips(asked.bench / "tntp" / name / f"{file}_trips.tntp")
        equilibrium.solve(roads, trips, gap=1e-2)  # compilation is reported apart
        solvers: dict[str, Callable[[float], np.ndarray]] = {"karvan": lambda gap, r=roads, t=trips: ours(r, t, gap)}
        with contextlib.suppress(PackageNotFoundError):
            solvers[f"pytraf {version('pytraf')}"] = pytraf(roads, trips)
        for solver, solve in solvers.items():
            for gap in GAPS:
                seconds, flow = best(lambda solve=solve, gap=gap: solve(gap), asked.repeats)
                rows.append({"network": name, "solver": solver, "gap": gap, "cpu_s": round(seconds, 5), "gap_found": relative_gap(roads, trips, flow)})
                print(f"{name:15s} {solver:15s} {gap:7.0e} {seconds:9.4f} s  {rows[-1]['gap_found']:.1e}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
