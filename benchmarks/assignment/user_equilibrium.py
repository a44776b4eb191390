<<<<<<< HEAD
"""User equilibrium: CPU seconds to a relative gap, ours and the peers', in one run on the same machine.

    python benchmarks/assignment/user_equilibrium.py --bench FOLDER [--networks SiouxFalls Anaheim …] [--json FILE]

FOLDER holds `tntp/` with the networks of Transportation Networks for Research. Peers are taken if they are installed
beside karvan (`pip install pytraf`); each runs on one thread, its whole call is timed, and the best of `--repeats` counts.
Every flow is re-evaluated outside the solvers.
=======
"""User equilibrium: CPU seconds to a relative gap, ours and the peers', networks by gaps, in one run on the same machine.

    python benchmarks/assignment/user_equilibrium.py [--quick | --scale] [--bench FOLDER] [--json FILE]

FOLDER holds `tntp/` with networks of Transportation Networks for Research, which may not be shipped; without it the made
networks are run alone (`benchmarks/networks.py`). Peers are taken if they are installed beside karvan
(`pip install -r benchmarks/requirements.txt`). Solvers take turns at each gap, on one thread, and the least CPU time counts; a
solver that needed more than `--limit` CPU seconds is not asked for the next gap. Every flow is re-evaluated outside the
solvers (`evaluate.py`). `--quick` runs three small networks; `--scale` the largest one, with ours alone and the memory it took.
>>>>>>> w/bench
"""

from __future__ import annotations

import argparse
<<<<<<< HEAD
import contextlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
=======
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
>>>>>>> w/bench
from pathlib import Path
from typing import Any

import numpy as np

<<<<<<< HEAD
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.published import tntp
from tests.published.tntp import NETWORKS, relative_gap
=======
sys.path.insert(0, str(Path(__file__).resolve().parent))

import peers
import problems
from evaluate import evaluate
>>>>>>> w/bench

from karvan.engines import equilibrium

GAPS = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
<<<<<<< HEAD


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
=======
DEFAULT = ("SiouxFalls", "Anaheim", "Barcelona", "Chicago-Sketch", "made-town", "made-city")
QUICK = ("SiouxFalls", "Anaheim", "made-town")
SCALE = ("made-region",)
MARGIN = 1.5
"""A gap counts as reached when the one found is below it by this factor: AequilibraE measures its own at the costs of the point before."""
LOST = 1e-9
"""A share of all trips: flows that lose or gain more at a node are no answer, whatever their gap."""

QUOTED = {
    "SiouxFalls": {1e-4: 0.0014 / 0.0046, 1e-6: 0.0043 / 0.0239, 1e-8: 0.0071 / 0.0577, 1e-10: 0.0103 / 0.0867, 1e-12: 0.0135 / 0.13},
    "Anaheim": {1e-4: 0.0077 / 0.0282, 1e-6: 0.0140 / 0.0503, 1e-8: 0.0382 / 0.31, 1e-10: 0.0423 / 0.29, 1e-12: 0.0443 / 0.38},
    "Barcelona": {1e-4: 0.18 / 0.35, 1e-6: 0.25 / 0.72, 1e-8: 0.40 / 2.02, 1e-10: 0.46 / 2.38, 1e-12: 0.54 / 3.09},
    "Chicago-Sketch": {1e-4: 0.42 / 2.07, 1e-6: 0.77 / 3.71, 1e-8: 1.35 / 9.26, 1e-10: 1.64 / 15.1, 1e-12: 2.12 / 20.6},
}
"""CPU time of tap-b (Algorithm B in C, Boyles; reading, initial bushes and gap evaluation not counted) as a share of that of pytraf 0.3.1, from an
earlier comparison of the two on a machine of this kind. tap-b is in no package registry, so it is not run here: its time is quoted through pytraf's."""


def cold_start() -> float:
    """CPU seconds until a network of two nodes is solved, import included, by a fresh process that finds no compiled kernels."""
    code = ("import time, numpy as np; from karvan.engines import equilibrium as e; a = np.array; "
            "e.solve(e.Roads(2, 0, a([0, 0]), a([1, 1]), a([1., 2.]), a([1., 1.]), a([4., 4.]), a([1., 1.]), np.zeros((1, 2))), "
            "e.Trips(a([0]), a([1]), a([3.]), a([0]))); print(time.process_time())")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([sys.executable, "-c", code], env={**os.environ, "NUMBA_CACHE_DIR": folder}, capture_output=True, text=True, check=True)
    return round(float(run.stdout), 1)


def prepared(problem: problems.Problem, alone: bool) -> dict[str, tuple[peers.Solver, float]]:
    """The solvers that are there and take this problem, and the tightest gap each is asked for."""
    ready = {"karvan": (peers.karvan(problem), 0.0)}
    for name, (prepare, tightest) in {} if alone else peers.PEERS.items():
        try:
            ready[f"{name} {version(name)}"] = (prepare(problem), tightest)
        except (ImportError, NotImplementedError) as reason:
            print(f"{problem.name}: without {name}: {reason}", file=sys.stderr)
    return ready


def timed(call: peers.Call) -> tuple[float, np.ndarray]:
    """CPU seconds of the whole process, and the flows."""
    begun = time.process_time()
    flow = call()
    return time.process_time() - begun, flow


def measured(problem: problems.Problem, gaps: tuple[float, ...], repeats: int, limit: float, alone: bool) -> list[dict[str, Any]]:
    """One row a solver and gap."""
    ready = prepared(problem, alone)
    rows: list[dict[str, Any]] = []
    for gap in gaps:
        asked = {name: solver for name, (solver, tightest) in ready.items() if gap >= tightest}
        least: dict[str, tuple[float, np.ndarray]] = {}
        for turn in range(repeats):
            for name, solver in asked.items():
                if turn and least[name][0] * repeats > limit / 6:
                    continue  # long enough to be measured once
                seconds, flow = timed(solver(gap))
                if name not in least or seconds < least[name][0]:
                    least[name] = seconds, flow
        ours = least["karvan"][0] if "karvan" in least else None
        for name, (seconds, flow) in least.items():
            found = evaluate(problem, flow)
            reached = found.gap <= MARGIN * gap and found.imbalance <= LOST
            row = {"network": problem.name, "size": problem.size, "solver": name, "gap": gap, "cpu_s": round(seconds, 5),
                   "ratio": round(seconds / ours, 2) if ours else None, "reached": reached, "gap_found": found.gap, "objective": found.objective,
                   "imbalance": found.imbalance, "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}  # fmt: skip
            if problem.published is not None:
                row["objective_excess"] = found.objective / problem.published - 1.0
            rows.append(row)
            print(f"{problem.name:15s} {name:18s} {gap:7.0e} {seconds:9.4f} s {row['ratio'] or 0:8.2f}x  found {found.gap:8.1e}  imbalance {found.imbalance:.0e}"
                  f"{'' if reached else '  FLOWS LOST' if found.imbalance > LOST else '  NOT REACHED'}", flush=True)  # fmt: skip
            if seconds > limit or not reached:
                del ready[name]
    _quote(problem.name, rows)
    return rows


def _quote(network: str, rows: list[dict[str, Any]]) -> None:
    """Add tap-b's times as quoted through pytraf's."""
    for row in [row for row in rows if row["solver"].startswith("pytraf")]:
        share = QUOTED.get(network, {}).get(row["gap"])
        ours = next((other["cpu_s"] for other in rows if other["solver"] == "karvan" and other["gap"] == row["gap"]), None)
        if share and ours:
            quoted = share * row["cpu_s"]
            rows.append({"network": network, "size": row["size"], "solver": "tap-b (quoted through pytraf)", "gap": row["gap"], "cpu_s": round(quoted, 5),
                         "ratio": round(quoted / ours, 2), "quoted": True})  # fmt: skip


def main() -> None:
    """Run, print a line a solver and gap, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--networks", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    names = asked.networks or (QUICK if asked.quick else SCALE if asked.scale else DEFAULT)
    rows: list[dict[str, Any]] = []
    warm = problems.MADE["made-town"]()
    equilibrium.solve(warm.roads, warm.trips, gap=1e-6)  # the kernels are compiled or loaded; the cold start is reported apart
    for name in names:
        problem = problems.load(name, asked.bench)
        if problem is None:
            print(f"{name}: not run, its files are not there (--bench FOLDER)", file=sys.stderr)
            continue
        gaps = (1e-6,) if asked.scale else GAPS
        rows += measured(problem, gaps, 1 if asked.scale else asked.repeats, asked.limit, alone=asked.scale)
    cold = None if asked.scale else cold_start()
    print(f"cold start: {cold} CPU s")
    if asked.json:
        asked.json.write_text(json.dumps({"cold_start_cpu_s": cold, "rows": rows}, indent=1) + "\n")
>>>>>>> w/bench


if __name__ == "__main__":
    main()
