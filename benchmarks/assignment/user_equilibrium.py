"""User equilibrium: CPU seconds to a relative gap, ours and the peers', networks by gaps, in one run on the same machine.

    python benchmarks/assignment/user_equilibrium.py [--quick | --scale] [--bench FOLDER] [--json FILE]

FOLDER holds `tntp/` with networks of Transportation Networks for Research, which may not be shipped; without it the made
networks are run alone (`benchmarks/networks.py`). Peers are taken if they are installed beside karvan
(`pip install -r benchmarks/requirements.txt`). Solvers take turns at each gap, on one thread, and the least CPU time counts; a
solver that needed more than `--limit` CPU seconds is not asked for the next gap. Every flow is re-evaluated outside the
solvers (`evaluate.py`). `--quick` runs three small networks; `--scale` the largest one, with ours alone and the memory it took.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import peers
import problems
from evaluate import evaluate

from karvan.engines import equilibrium

GAPS = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
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
        _write(asked.json, None, rows)
    if not asked.scale:
        cold = cold_start()
        print(f"cold start: {cold} CPU s")
        _write(asked.json, cold, rows)


def _write(file: Path | None, cold: float | None, rows: list[dict[str, Any]]) -> None:
    """All rows so far: a long run that is stopped keeps the networks it has done."""
    if file:
        file.write_text(json.dumps({"cold_start_cpu_s": cold, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
