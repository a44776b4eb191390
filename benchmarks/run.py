"""What karvan costs on the built-in case: phases, CPU seconds and memory, as JSON; `make bench` runs it.

Phases: load, compile and routes, calibration, the stages of a future-year on one core (`--stages` futures, best of three
rounds), and `--futures` futures to the horizon on `--workers` processes.
Peers of the engines are measured in the folders beside this file.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

from karvan.bridge.compile import Compiled
from karvan.engines import assign, ways
from karvan.verbs.loading import DEFAULT_CASE, load
from karvan.verdict import assess, calibrate, futures, measures, model, transit
from karvan.verdict.futures import Futures
from karvan.verdict.throughput import Throughput


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What `work` gives back, and its wall and CPU seconds, children included."""
    wall, own, children = time.perf_counter(), time.process_time(), _children()
    found = work()
    cpu = time.process_time() - own + _children() - children
    return found, {"wall_s": round(time.perf_counter() - wall, 3), "cpu_s": round(cpu, 3)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


STAGES: dict[str, tuple[Any, str]] = {
    "cells and edits": (Futures, "cells"), "conditions": (Compiled, "conditions"), "cost and overlap of routes": (assign, "_weigh"),
    "kinds of open routes": (ways, "gather"), "clearing prices": (assign, "_clear"), "flows, loads and delays": (assign, "_result"),
    "flows measured": (measures.Plan, "of_year"), "days and prices": (transit, "of_year"), "capacity of cuts": (Throughput, "of_year"),
}  # fmt: skip


def stages(prepared: model.Model, futures_of: int) -> dict[str, Any]:
    """CPU ms per future and year of every stage, on one core; the anchor's solves are in those of the engine."""
    corridor = prepared.compiled.corridor
    drawn = futures.sample(prepared.compiled, 1, futures_of)
    keys = tuple(dict.fromkeys(measures.Key.of(row) for row in corridor["targets"].rows() if assess._is_asked(row)) | assess._headline(corridor))
    assess._remember(prepared, drawn, measures.plan(prepared.compiled, keys))
    chunks = range(0, futures_of, assess._CHUNK)
    assess._chunk(0, 0)
    years = futures_of * len(corridor.settings.years)
    whole = min(_round(chunks) for _ in range(3))
    spent, calls, kept = dict.fromkeys(STAGES, 0.0), dict.fromkeys(STAGES, 0), {}
    for name, (owner, function) in STAGES.items():
        kept[name] = getattr(owner, function)
        setattr(owner, function, _timed(kept[name], name, spent, calls))
    best = dict.fromkeys(STAGES, float("inf"))
    for _ in range(3):
        spent.update(dict.fromkeys(STAGES, 0.0))
        calls.update(dict.fromkeys(STAGES, 0))
        _round(chunks)
        best = {name: min(best[name], spent[name]) for name in STAGES}
    for name, (owner, function) in STAGES.items():
        setattr(owner, function, kept[name])
    table = {name: {"cpu_ms": round(1000 * best[name] / years, 3), "calls": round(calls[name] / years, 2)} for name in STAGES}
    rest = whole - sum(best.values())
    return {"futures": futures_of, "whole_cpu_ms": round(1000 * whole / years, 3), "stages": table, "rest_cpu_ms": round(1000 * rest / years, 3)}


def _round(chunks: range) -> float:
    begun = time.process_time()
    for first in chunks:
        assess._chunk(first, 0)
    return time.process_time() - begun


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float], calls: dict[str, int]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        found = function(*given, **named)
        spent[name] += time.process_time() - begun
        calls[name] += 1
        return found

    return timed


def main() -> None:
    """Run every phase and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--stages", type=int, default=100)
    parser.add_argument("--case", default=DEFAULT_CASE)
    asked = parser.parse_args()
    phases: dict[str, Any] = {}
    corridor, phases["load and check"] = measured(lambda: load(asked.case))
    prepared, phases["compile and generate routes, cold"] = measured(lambda: model.prepare(corridor))
    _, phases["compile and generate routes"] = measured(lambda: model.prepare(corridor))
    _, phases["calibrate"] = measured(lambda: calibrate.calibrate(corridor))
    compiled = prepared.compiled
    phases["one future-year, one core"] = stages(prepared, asked.stages)
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
