"""What a run costs besides its events: start, memory, what is compiled, what a second core brings; JSON on the screen.

    python benchmarks/simulation/costs.py

The machine is compiled once; another model must compile nothing, which is counted by numba's own events.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import models
from numba.core import event

from karvan.engines.simulate import Outcome, replicate, simulate, state

HERE = Path(__file__).parent
YEARS = 8
"""replications of the corridor on one thread and on two; few, and often, so that a quiet moment of the machine is found."""
FIRST = "import time; t = time.process_time(); import models; from karvan.engines.simulate import simulate; " \
        "simulate(models.mmc(0.8, 1), 10.0, 1); print(time.process_time() - t)"  # fmt: skip


def start_up() -> dict[str, float]:
    """CPU seconds of a process that simulates a little: with the compiled machine to be built, and with it on disk (best of three)."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}

        def once() -> float:
            done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, cwd=HERE, env=environment)
            return float(done.stdout)

        return {"cold_cpu_s": round(once(), 2), "warm_cpu_s": round(min(once() for _ in range(3)), 2)}


class _Compiled(event.Listener):
    """Counts what numba compiles."""

    def __init__(self) -> None:
        self.n = 0

    def on_start(self, event: Any) -> None:
        self.n += 1

    def on_end(self, event: Any) -> None:
        pass


def another_model() -> dict[str, Any]:
    """What numba compiles for the second to the fourth model of a process, and the CPU ms until the first of their events."""
    simulate(models.mmc(0.8, 1), 10.0, 1)
    counted = _Compiled()
    event.register("numba:compile", counted)
    begun = time.process_time()
    for build, _ in list(models.CASES.values())[1:]:
        simulate(build(), 1e-3, 1)
    return {"functions": counted.n, "cpu_ms_per_model": round((time.process_time() - begun) / 3 * 1000, 1)}


def in_flight() -> dict[str, Any]:
    """The bytes of one replication's arrays at the end of a corridor year, and its largest number of entities."""
    now = state.begin(models.corridor(), 1)
    now.advance(models.YEAR)
    return {"MiB": round(now.bytes / 2**20, 2), "room": now.n_entities}


def inside() -> float:
    """The share of a replication's CPU that passes inside the compiled machine, where other threads run."""
    spent, machine = 0.0, state.machine

    def timed(*arrays: Any) -> int:
        nonlocal spent
        begun = time.thread_time()
        code = machine(*arrays)
        spent += time.thread_time() - begun
        return int(code)

    tables = models.corridor()
    state.machine = timed
    begun = time.thread_time()
    for replication in range(20):
        simulate(tables, models.YEAR, 1, replication)
    whole = time.thread_time() - begun
    state.machine = machine
    return round(spent / whole, 3)


def two_cores(rounds: int = 100) -> dict[str, Any]:
    """Wall and CPU seconds of some corridor years on one thread and on two, in turns."""
    tables = models.corridor()

    def outputs(found: Outcome) -> list[float]:
        return [found.at("TEU").wait]

    spent: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for _ in range(rounds):
        for threads in (1, 2):
            wall, cpu = time.perf_counter(), time.process_time()
            replicate(tables, models.YEAR, 1, range(YEARS), outputs, threads=threads)
            spent[threads].append((time.perf_counter() - wall, time.process_time() - cpu))
    ratios = [one[0] / two[0] for one, two in zip(spent[1], spent[2], strict=True)]
    return {
        "cores": os.cpu_count(), "replications": YEARS, "inside_the_machine": inside(),
        "wall_s": {n: round(min(wall for wall, _ in found), 3) for n, found in spent.items()},
        "cpu_s": {n: round(min(cpu for _, cpu in found), 3) for n, found in spent.items()},
        "faster_by_wall": round(min(w for w, _ in spent[1]) / min(w for w, _ in spent[2]), 2),
        "rounds": rounds, "faster_by_wall_median": round(statistics.median(ratios), 2),
        "faster_by_cpu": round(2 * min(c for _, c in spent[1]) / min(c for _, c in spent[2]), 2),
        "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({"another_model": another_model(), "start": start_up(), "in_flight": in_flight(), "two_cores": two_cores()}, indent=1))
