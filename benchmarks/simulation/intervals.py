"""Do the intervals cover what they say, and what do common random numbers and antithetic pairs save? A table, JSON with --json.

    python benchmarks/simulation/intervals.py [--json FILE] [--threads 2]

Terminating: days of an M/M/1 that starts empty, 100,000 of them; blocks of n are experiments, the mean of all is the truth. Steady
state: the queue of an M/M/1 at 0.9, whose mean is known. Differences and twins: the corridor of the comparison.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import models
import numpy as np
from numpy.typing import NDArray

from karvan.engines.simulate import Model, Outcome, replicate
from karvan.engines.simulate.analysis import (
    antithetic,
    difference,
    forgotten,
    interval,
    percentile,
    prediction,
    until_precise,
)
from karvan.engines.simulate.distributions import exponential

Floats = NDArray[np.float64]
DAYS = 100_000
QUEUE = 0.9 * 0.9 / (1 - 0.9)
"""mean number that wait in an M/M/1 at 0.9."""
BINS, BIN = 200, 25.0
CHANGES: dict[str, dict[str, Any]] = {
    "feeder crane 25 → 28 TEU/h": {"crane": 28.0}, "first border 10 → 9 h": {"border": 9.0}, "first border 3 → 4 posts": {"posts": 4},
    "closures 24 → 20 h": {"closed": 20.0}, "yard 3000 → 4000": {"yard_slots": 4000}, "a fourth ferry": {"ferries": 4},
}  # fmt: skip
OUTPUTS = ("delivered", "door to door", "p95")


def share(covered: list[bool]) -> dict[str, float]:
    """How often, with its standard error."""
    found = float(np.mean(covered))
    return {"coverage": round(found, 4), "error": round(math.sqrt(found * (1 - found) / len(covered)), 4), "experiments": len(covered)}


def within(low: float, truth: float, high: float) -> bool:
    """Whether an interval covers."""
    return bool(low <= truth <= high)


def days(threads: int) -> Floats:
    """float64[day, 2]: the mean wait of a day's customers, and its 95th percentile."""
    model = Model("day")
    desk = model.resource("desk", 1, histogram=True)
    model.arrivals("door", exponential(1.25), model.program("customer").serve(desk, exponential(1.0)))

    def read(found: Outcome) -> list[float]:
        return [found.at("desk").wait, found.at("desk").percentile(0.95)[0]]

    return replicate(model.build(), 200.0, 1, range(DAYS), read, threads)


def terminating(pool: Floats) -> list[dict[str, Any]]:
    """Coverage of intervals over n replications that start alike, 95 % asked (90 % of predictions)."""
    truth, rows = pool.mean(axis=0), []
    for n in (5, 10, 20, 50):
        blocks = pool[: len(pool) // n * n].reshape(-1, n, 2)[:10_000]
        for column, name in enumerate(("mean wait", "p95 of the waits")):
            found = [interval(block[:, column]) for block in blocks]
            rows.append({"what": f"{name}, by t", "n": n, **share([within(each.low, truth[column], each.high) for each in found])})
        ahead = [prediction(block[:-1, 0]) for block in blocks]
        reached = [within(low, block[-1, 0], high) for (low, high), block in zip(ahead, blocks, strict=True)]
        rows.append({"what": "where the next replication falls (90 % asked)", "n": n - 1, **share(reached)})
    for n in (50, 100):
        blocks = pool[: len(pool) // n * n, 0].reshape(-1, n)
        quantile = float(np.quantile(pool[:, 0], 0.9))
        ends = [percentile(block, 0.9)[1:] for block in blocks]
        rows.append({"what": "P90 over replications, by order", "n": n, **share([within(low, quantile, high) for low, high in ends])})
    return rows


def sequential(pool: Floats) -> list[dict[str, Any]]:
    """Coverage of the intervals of `until_precise`, and how many replications it took."""
    truth, rows = pool.mean(axis=0), []
    for relative in (0.2, 0.1, 0.05):
        covered: list[list[bool]] = [[], []]
        used, start = [], 0
        while start + 4_000 < len(pool) and len(used) < 2_000:
            found, intervals = until_precise(_from(pool, start), relative, most=4_000)
            for column, each in enumerate(intervals):
                covered[column].append(within(each.low, truth[column], each.high))
            used.append(len(found))
            start += len(found)
        for name, each in zip(("mean wait", "p95 of the waits"), covered, strict=True):
            rows.append({"what": f"{name}, until ±{relative:.0%} of both", "n": round(float(np.mean(used)), 1), **share(each)})
    return rows


def _from(pool: Floats, start: int) -> Callable[[range], Floats]:
    def more(numbers: range) -> Floats:
        return pool[start + numbers.start : start + numbers.stop]

    return more


def steady(threads: int, replications: int = 15_000) -> list[dict[str, Any]]:
    """Coverage of the mean queue of an M/M/1 at 0.9 that starts empty, by what is left out of the start.

    Experiments in which no start can be told are refused and not counted; a replication on its own then loses half.
    """
    tables = models.mmc(0.9, 1)
    edges = [BIN * i for i in range(BINS + 1)]

    def read(found: Outcome) -> list[float]:
        return [each.queue for each in found.bins("desk")]

    series, rows = replicate(tables, edges[-1], 2, range(replications), read, threads, edges=edges), []
    for n in (10, 50):
        blocks = series.reshape(-1, n, BINS)
        for name, cut in (("nothing left out", _nothing), ("MSER-5 on the averaged series", forgotten), ("MSER-5 of each replication", None)):
            covered, cuts, refused = [], [], 0
            for block in blocks:
                try:
                    at = [_own(row) for row in block] if cut is None else [cut(block)] * n
                except ValueError:
                    refused += 1
                    continue
                found = interval([float(row[first:].mean()) for row, first in zip(block, at, strict=True)])
                covered.append(within(found.low, QUEUE, found.high))
                cuts.append(float(np.mean(at)) / BINS)
            rows.append({"what": f"mean queue, {name}", "n": n, **share(covered), "left_out": round(float(np.mean(cuts)), 3),
                         "refused": round(refused / len(blocks), 3)})  # fmt: skip
    return rows


def _own(row: Floats) -> int:
    try:
        return forgotten(row[None, :])
    except ValueError:
        return BINS // 2


def _nothing(series: Floats) -> int:
    return 0


def pairs(threads: int, n: int = 200) -> list[dict[str, Any]]:
    """How many times as many independent replications would be needed for the same interval of a difference, and of a mean."""

    def years(seed: int = 1, twin: bool = False, **change: Any) -> Floats:
        return replicate(models.corridor(**change), models.YEAR, seed, range(n), _year, threads, antithetic=twin)

    base, rows = years(), []
    for name, change in CHANGES.items():
        other = years(**change)
        rows.append({"what": name, "pairs": n, **{
            output: {"difference": round(found.mean, 3), "half_width": round(found.half_width, 3), "gain": round(found.gain, 1) if math.isfinite(found.gain) else None}
            for output, found in ((each, difference(base[:, i], other[:, i])) for i, each in enumerate(OUTPUTS))}})  # fmt: skip
    other, twins = years(seed=2, crane=28.0), years(twin=True)
    rows.append({"what": "feeder crane, other seeds", "pairs": n,
                 **{each: {"gain": round(difference(base[:, i], other[:, i]).gain, 2)} for i, each in enumerate(OUTPUTS)}})  # fmt: skip
    rows.append({"what": "antithetic twins", "pairs": n,
                 **{each: {"gain": round(_saved(base[:, i], twins[:, i]), 2)} for i, each in enumerate(OUTPUTS)}})  # fmt: skip
    return rows


def _year(found: Outcome) -> list[float]:
    box = found.at("TEU")
    return [box.waits, box.wait, box.percentile(0.95)[0]]


def _saved(base: Floats, twins: Floats) -> float:
    """Variance of the mean of two independent replications over that of a pair of twins."""
    both = np.concatenate([base, twins])
    return float(np.var(both, ddof=1) / 2 / np.var((base + twins) / 2, ddof=1)) if antithetic(base, twins).half_width else math.inf


def table(found: dict[str, list[dict[str, Any]]]) -> str:
    """What was measured, as Markdown."""
    lines = ["| interval | n | covers | experiments |", "|---|---|---|---|"]
    for each in (*found["terminating"], *found["sequential"], *found["steady"]):
        said = each["what"] + (f" ({each['left_out']:.0%} left out, refused {each['refused']:.0%})" if "left_out" in each else "")
        lines.append(f"| {said} | {each['n']} | {each['coverage']:.3f} ± {each['error']:.3f} | {each['experiments']} |")
    lines += ["", "| change | " + " | ".join(OUTPUTS) + " |", "|---|" + "---|" * len(OUTPUTS)]
    for each in found["pairs"]:
        gains = [each[output]["gain"] for output in OUTPUTS]
        lines.append(f"| {each['what']} | " + " | ".join("all pairs alike" if gain is None else f"{gain:,.3g}" for gain in gains) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", default="")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    pool = days(asked.threads)
    found = {
        "terminating": terminating(pool), "sequential": sequential(pool), "steady": steady(asked.threads), "pairs": pairs(asked.threads),
    }  # fmt: skip
    print(table(found))
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
