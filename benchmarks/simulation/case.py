"""What a year of a real case by days costs: writing the model, one replication, many of them on one thread and on two, memory.

    python benchmarks/simulation/case.py [--case middle_corridor] [--year 2025] [--replications 1000] [--json FILE]

CPU seconds of this process and wall seconds, side by side; the machine is warm (compiled) before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from karvan.bridge.days import calendar
from karvan.engines.simulate import simulate
from karvan.engines.simulate.state import begin
from karvan.verbs.loading import fit_of, load
from karvan.verdict import simulation
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    return found, time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--case", default="middle_corridor")
    asked.add_argument("--year", type=int, default=2025)
    asked.add_argument("--replications", type=int, default=1000)
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    corridor = load(given.case)
    model = prepare(corridor, (), fit_of(corridor, given.year))
    (_, days), write_cpu, _ = timed(lambda: simulation.days_of(model, given.year, Forced()))
    edges = calendar.edges()
    simulate(days.tables, edges[1], 1, 0)
    runs = [timed(partial(simulate, days.tables, edges[-1], 1, k, edges=edges)) for k in range(5)]
    state = begin(days.tables, 1, 0)
    state.advance(edges[-1])
    found: dict[str, Any] = {
        "case": given.case, "year": given.year, "places": days.tables.n_places, "rows_of_code": len(days.tables.verbs),
        "write_cpu_s": write_cpu, "events": runs[0][0].events, "verbs": runs[0][0].verbs, "replication_cpu_s": min(cpu for _, cpu, _ in runs),
        "state_mib": state.bytes / 2**20,
    }  # fmt: skip
    for workers in (1, 2):
        count = given.replications if workers == 2 else max(20, given.replications // 10)
        options = simulation.Options(count, 1, workers)
        played, cpu, wall = timed(partial(simulation.play, model, given.year, Forced(), "base", options))
        found[f"workers_{workers}"] = {"replications": played.experiment.complete, "cpu_s": cpu, "wall_s": wall, "cpu_a_replication_s": cpu / count,
                                       "wall_a_replication_s": wall / count}  # fmt: skip
    found["wall_ratio"] = found["workers_1"]["wall_a_replication_s"] / found["workers_2"]["wall_a_replication_s"]
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = json.dumps(found, indent=1)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
