"""Others: what routes that are not played put on the berths, steps and lines that are."""

from __future__ import annotations

import math

from karvan.bridge.compile import HOURS
from karvan.bridge.days.calendar import HOUR_A_DAY
from karvan.bridge.days.places import Places
from karvan.engines.simulate.distributions import exponential

LEAST_SHARE = 1e-3


def write(places: Places) -> None:
    """Arrivals by chance at every such place, each as much as a train brings, or a day's work of a berth.

    Shared limits (slots, contracts, totals) are booked beforehand and are not played.
    """
    compiled = places.compiled
    mixture = [(traffic.tonnes, traffic.commodity) for traffic in places.plan.traffic]
    for i, limit in enumerate(compiled.limits):
        capacity, others = float(places.conditions.capacity[i]), float(places.plan.others[i])
        if limit.table not in ("links", "terminals") or not math.isfinite(capacity):
            continue
        if not capacity > 0 or others < LEAST_SHARE * capacity:
            continue
        names = (f"line:{limit.key}:{limit.direction}",) if limit.table == "links" else (f"berth:{limit.key}", f"step:{limit.key}")
        for name in names:
            place = places.made(name)
            if place is None:
                continue
            arc = int(limit.arcs[0])
            rate = capacity / HOURS if limit.table == "links" else places.rate(arc)
            train = 1.0 if limit.unit == "train" else places.per(limit.key, limit.unit, "", "train", mixture)
            amount = train if name.startswith(("line", "step")) and train > 0 else rate * HOUR_A_DAY
            program = places.model.program(f"other:{name}").serve(place, exponential(amount / rate)).leave(counted=False)
            places.model.arrivals(f"source:other:{name}", exponential(HOURS * amount / others), program)
