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

HERE = Path(__file__).parent
CASES = ("mm1", "mm10", "tandem", "corridor")
REPLICATIONS = {"karvan": 8, "C by hand": 8, "simpy": 2, "salabim": 1, "ciw": 1, "cimba": 3}
CORRIDOR_EVENTS = 199_000
LACKING = {"salabim": ("corridor",), "ciw": ("corridor",), "cimba": ("tandem", "corridor")}
"""not written for these: Ciw has no bulk service, the others were left at the stations."""


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


def start_up() -> dict[str, float]:
    """CPU seconds of a process that simulates a little: with the compiled machine to be built, and with it on disk."""
    program = "import time; t = time.process_time(); import models; from karvan.engines.simulate import simulate; " \
              "simulate(models.mmc(0.8, 1), 10.0, 1); print(time.process_time() - t)"  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        cold, warm = (lines_of([sys.executable, "-c", program], cwd=HERE, env=environment)[0][0] for _ in range(2))
    return {"cold_cpu_s": round(cold, 2), "warm_cpu_s": round(warm, 2)}


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
                        rows = lines_of([peers, str(HERE / "peers.py"), engine, case, str(n)]) if peers else []
                    found.setdefault(engine, {}).setdefault(case, []).extend(rows)
    return {engine: {case: summary(case, rows) for case, rows in cases.items() if rows} for engine, cases in found.items()}


def summary(case: str, rows: list[list[float]]) -> dict[str, Any]:
    """Best and median CPU seconds, events, million events per second, outputs."""
    best = min(rows)
    events = CORRIDOR_EVENTS if case == "corridor" else best[1]
    outputs = []
    for column in zip(*(row[2:] for row in rows), strict=True):
        n = len(column)
        outputs.append([round(statistics.fmean(column), 4), round(1.96 * statistics.stdev(column) / math.sqrt(n), 4) if n > 1 else None])
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
    begun = start_up()
    found = measure(asked.peers, asked.rounds)
    print("Million events per second on one core, best of all; in brackets, how many times as fast karvan is.\n")
    print(table(found))
    print(f"\nStart of a process with a small run: {begun['cold_cpu_s']} s CPU when the machine is compiled, {begun['warm_cpu_s']} s after that.")
    if asked.json:
        Path(asked.json).write_text(json.dumps({"start": begun, "engines": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
