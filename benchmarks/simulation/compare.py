"""The simulator beside its peers, in one run on one machine: a table on the screen, JSON with --json.

    python benchmarks/simulation/compare.py --peers PYTHON [--json FILE] [--rounds 3]

PYTHON is an interpreter with the peers installed (`pip install simpy salabim ciw cimba`); those it lacks are said to be missing.
A C compiler builds the same models by hand (`by_hand.c`); without one they are left out. Every engine runs in a process of its own,
one after the other, round after round; CPU time, the best of all replications.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scipy.special import stdtrit

HERE = Path(__file__).parent
CASES = ("mm1", "mm10", "tandem", "corridor")
REPLICATIONS = {"karvan": 20, "C by hand": 20, "simpy": 2, "salabim": 1, "ciw": 1, "cimba": 6}
CORRIDOR_EVENTS = 199_000
LACKING = {"ciw": ("corridor",)}
"""Ciw serves one customer at a time, or all at fixed times: a train that leaves when it is full, and a ship that leaves when it is full or
has waited long enough, cannot be said in it."""


def karvan(case: str, replications: int, turn: int) -> list[list[float]]:
    """CPU seconds, events and outputs of replications in this process, statistics and audit included, after one that warms up."""
    from models import CASES as models
    from models import read

    from karvan.engines.simulate import simulate

    build, horizon = models[case]
    tables = build()
    simulate(tables, horizon / 100, 1)
    rows = []
    for replication in range(replications):
        begun = time.process_time()
        found = simulate(tables, horizon, turn, replication)
        used = time.process_time() - begun
        rows.append([used, found.events, *read(case, found).values()])
    return rows


def lines_of(command: list[str], **options: Any) -> list[list[float]]:
    """The numbers a process prints; empty when it cannot."""
    done = subprocess.run(["nice", *command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        print(f"not run: {' '.join(command[1:4])}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    return [[float(x) for x in line.split()] for line in done.stdout.splitlines()]


def measure(peers: str, rounds: int) -> dict[str, dict[str, Any]]:
    """engine -> case -> best and median CPU, events, rate, outputs with their 95 % half-widths."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    found: dict[str, dict[str, list[list[float]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        by_hand = str(Path(folder) / "by_hand")
        if compiler:
            subprocess.run([compiler, "-O2", str(HERE / "by_hand.c"), "-o", by_hand, "-lm"], check=True)
        for turn in range(rounds):
            for case in CASES:
                for engine, n in REPLICATIONS.items():
                    if case in LACKING.get(engine, ()):
                        continue
                    if engine == "C by hand":
                        rows = lines_of([by_hand, case, str(n), str(turn + 1)]) if compiler else []
                    elif engine == "karvan":
                        rows = lines_of([sys.executable, str(HERE / "compare.py"), "--one", case, str(n), str(turn + 1)])
                    else:
                        rows = lines_of([peers, str(HERE / "peers.py"), engine, case, str(n), str(turn)]) if peers else []
                    found.setdefault(engine, {}).setdefault(case, []).extend(rows)
    return {engine: {case: summary(case, rows) for case, rows in cases.items() if rows} for engine, cases in found.items()}


def summary(case: str, rows: list[list[float]]) -> dict[str, Any]:
    """Best and median CPU seconds, events, million events per second, outputs."""
    best = min(rows)
    events = CORRIDOR_EVENTS if case == "corridor" else best[1]
    outputs = []
    for column in zip(*(row[2:] for row in rows), strict=True):
        n = len(column)
        reach = float(stdtrit(n - 1, 0.975)) * statistics.stdev(column) / math.sqrt(n) if n > 1 else None
        outputs.append([round(statistics.fmean(column), 4), None if reach is None else round(reach, 4)])
    return {"cpu_s": round(best[0], 6), "cpu_s_median": round(statistics.median(row[0] for row in rows), 6), "events": events,
            "events_per_us": round(events / best[0] / 1e6, 4), "replications": len(rows), "outputs": outputs}  # fmt: skip


def table(found: dict[str, dict[str, Any]]) -> str:
    """Million events per second, and in brackets how many times as fast karvan is."""
    lines = ["| engine | " + " | ".join(CASES) + " |", "|---|" + "---|" * len(CASES)]
    for engine, cases in found.items():
        cells = []
        for case in CASES:
            if case not in cases:
                cells.append("–")
                continue
            rate = cases[case]["events_per_us"]
            times = found["karvan"][case]["events_per_us"] / rate
            cells.append(f"{rate:.3g} ({times:.3g}×)")
        lines.append(f"| {engine} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def bars(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """How many times as fast karvan is, by engine and case: best against best, and median against median."""
    ours = found["karvan"]
    return {
        engine: {case: round(ours[case]["events_per_us"] / cases[case]["events_per_us"], 3) for case in CASES if case in cases}
        | {f"{case}, medians": round(_median(ours[case]) / _median(cases[case]), 3) for case in CASES if case in cases}
        for engine, cases in found.items() if engine != "karvan"
    }  # fmt: skip


def _median(each: dict[str, Any]) -> float:
    return float(each["events"] / each["cpu_s_median"])


def versions(peers: str) -> dict[str, str]:
    """What was compared."""
    names = "simpy", "salabim", "ciw", "cimba", "numba", "numpy"
    asks = f"import importlib.metadata as m\nfor n in {names}:\n try: print(n, m.version(n))\n except m.PackageNotFoundError: pass"
    found = {}
    for interpreter, asked in ((peers, names[:4]), (sys.executable, names[4:])):
        done = subprocess.run([interpreter, "-c", asks], capture_output=True, text=True, check=False) if interpreter else None
        said = dict(line.split() for line in done.stdout.splitlines()) if done else {}
        found |= {name: said[name] for name in asked if name in said}
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", help="a Python with simpy, salabim, ciw and cimba")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", default="")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        for row in karvan(asked.one[0], int(asked.one[1]), int(asked.one[2])):
            print(*row)
        return
    load = os.getloadavg()[0]
    found = measure(asked.peers, asked.rounds)
    print("Million events per second on one core, best of all; in brackets, how many times as fast karvan is.\n")
    print(table(found))
    costs = json.loads(subprocess.run([sys.executable, str(HERE / "costs.py")], capture_output=True, text=True, check=True).stdout)
    print(f"\n{json.dumps(costs, indent=1)}")
    if asked.json:
        whole = {"versions": versions(asked.peers), "load_before_and_after": [round(load, 2), round(os.getloadavg()[0], 2)],
                 "karvan_is_faster_by": bars(found), "costs": costs, "engines": found}  # fmt: skip
        Path(asked.json).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
