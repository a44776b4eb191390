"""What karvan costs on the built-in case: phases, CPU seconds and memory, as JSON; `make bench` runs it.

Phases: load, compile and routes, calibration, one warm year, and `--futures` futures to the horizon on `--workers` processes.
Peers of the engines are measured in the folders beside this file.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from karvan import verbs
from karvan.verdict import assess, calibrate, demand, model


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What `work` gives back, and its wall and CPU seconds, children included."""
    wall, own, children = time.perf_counter(), time.process_time(), _children()
    found = work()
    cpu = time.process_time() - own + _children() - children
    return found, {"wall_s": round(time.perf_counter() - wall, 3), "cpu_s": round(cpu, 3)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run every phase and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--case", default=verbs.DEFAULT_CASE)
    asked = parser.parse_args()
    phases: dict[str, Any] = {}
    corridor, phases["load and check"] = measured(lambda: verbs.load(asked.case))
    prepared, phases["compile and generate routes, cold"] = measured(lambda: model.prepare(corridor))
    _, phases["compile and generate routes"] = measured(lambda: model.prepare(corridor))
    _, phases["calibrate"] = measured(lambda: calibrate.calibrate(corridor))
    compiled = prepared.compiled
    amount, _year = demand.base(compiled)
    today = compiled.cells.today
    start = prepared.solve(today, amount).result.price
    times = []
    for i in range(50):
        wish = amount * (0.8 + 0.01 * i)
        begun = time.process_time()
        prepared.solve(today, wish, start=start)
        times.append(time.process_time() - begun)
    phases["one year, warm"] = {"cpu_ms_median": round(1000 * float(np.median(times)), 3), "cpu_ms_max": round(1000 * max(times), 3)}
    options = assess.Options(futures=asked.futures, workers=asked.workers)
    found, phases["assess"] = measured(lambda: assess.assess(corridor, options))
    phases["assess"].update(futures=asked.futures, workers=asked.workers, solves=found.solves, unconverged=found.unconverged,
                            certified=found.certified, certificate_failures=found.certificate_failures)  # fmt: skip
    memory = {"parent_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
              "largest_worker_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}  # fmt: skip
    size = {"arcs": len(compiled.arcs), "limits": len(compiled.limits), "od_pairs": len(compiled.od_names), "routes": prepared.routes.n_routes}
    print(json.dumps({"case": corridor.settings.name, "case_hash": corridor.hash, "size": size, "phases": phases, "memory": memory}, indent=1))


if __name__ == "__main__":
    main()
