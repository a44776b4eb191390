"""What the ways of one consignment cost on the built-in case, warm, stage by stage, in CPU milliseconds, as JSON.

    python benchmarks/routing/pareto.py [--case CASE] [--repeat N]

Stages of one answer: `pareto` (every way that none beats in money, time and CO2), `best` (that, the rivals that differ, percentiles),
`emissions` (factors of every arc), `answer` (all of it with legs, money by actor and indicators, as the verb gives it), `dated` (the same
for a day). Apart stand what is done once per case: load, compile, solve the year. Best of N; the first call, which compiles or loads
machine code, is not counted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from karvan.bridge import emissions
from karvan.bridge.expanded import DESTINATION, ORIGIN
from karvan.engines import route
from karvan.verbs.loading import DEFAULT_CASE, load
from karvan.verdict import shipment, transit
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare

TRIPS = (
    ("xian", "istanbul", "container"), ("xian", "duisburg", "container"), ("shanghai", "rotterdam", "container"),
    ("moscow", "mumbai", "container"), ("qingdao", "baku", "manufactures"), ("almaty", "poti", "metals"), ("astana", "baku", "grain"),
    ("atyrau", "ceyhan", "crude_oil"),
)  # fmt: skip
DAY, SIX = np.datetime64("2026-11-16"), route.RouteOptions(best=6)


def cpu_ms(work: Callable[[], Any], repeat: int) -> float:
    """CPU milliseconds of the best of `repeat` calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return round(1000 * min(times), 2)


def main() -> None:
    """Measure every trip and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default=DEFAULT_CASE)
    parser.add_argument("--repeat", type=int, default=7)
    asked = parser.parse_args()
    once: dict[str, float] = {}

    def phase(name: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        found = work()
        once[name] = round(1000 * (time.process_time() - begun), 1)
        return found

    corridor = phase("load and check", lambda: load(asked.case))
    model = phase("compile and routes", lambda: prepare(corridor))
    year = corridor.settings.first_year
    answer = phase("solve the year", lambda: shipment.likely_year(model, year, Forced()))
    compiled = model.compiled
    trips = [trip for trip in TRIPS if trip[0] in corridor["nodes"] and trip[1] in corridor["nodes"] and trip[2] in compiled.commodities]
    rows = []
    for origin, destination, commodity in trips:
        k = compiled.commodities.index(commodity)
        gases = emissions.arc_emissions(corridor, compiled.arcs, commodity)
        queued = transit.with_queues(model, answer)
        ends = compiled.state_index[origin, ORIGIN], compiled.state_index[destination, DESTINATION]
        where = (compiled.network, compiled.choice, queued, *ends, k)
        length = compiled.lengths(answer.cells)

        question = (model, answer, origin, destination, commodity, year, "base")
        rows.append({
            "from": origin, "to": destination, "commodity": commodity,
            "unbeaten_ways": len(route.pareto(*where, co2=gases.total)[0]),
            "listed_ways": route.best(*where, co2=gases.total, length=length, options=SIX).n_ways,
            "cpu_ms": {
                "pareto": cpu_ms(lambda where=where, gases=gases: route.pareto(*where, co2=gases.total), asked.repeat),
                "best": cpu_ms(lambda where=where, gases=gases, length=length: route.best(*where, co2=gases.total, length=length, options=SIX),
                               asked.repeat),
                "emissions": cpu_ms(lambda commodity=commodity: emissions.arc_emissions(corridor, compiled.arcs, commodity), asked.repeat),
                "answer": cpu_ms(lambda question=question: shipment.compare(*question, shipment.Asked(best=6)), asked.repeat),
                "dated": cpu_ms(lambda question=question: shipment.compare(*question, shipment.Asked(best=6, depart=DAY)), asked.repeat),
            },
        })  # fmt: skip
    print(json.dumps({"case": asked.case, "states": compiled.network.n_states, "arcs": compiled.network.n_arcs, "cpu_ms_once": once, "trips": rows}, indent=1))


if __name__ == "__main__":
    main()
