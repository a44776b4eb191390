"""Others: what routes that are not played put on the berths, steps and lines that are."""

from __future__ import annotations

import math
from collections import defaultdict

from karvan.bridge.compile import HOURS
from karvan.bridge.days.calendar import HOUR_A_DAY
from karvan.bridge.days.places import Places
from karvan.engines.simulate.distributions import exponential

LEAST_SHARE = 1e-3


def write(places: Places) -> None:
    """Arrivals by chance at every such place, each as much as a train brings, or a day's work of a berth. At lines and steps they are served
    by the priority of what is sent, as trains are; at berths in their turn, as ships are.

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
            for priority, share in _by_priority(places, i, name):
                key = f"other:{name}:{priority}"
                program = places.model.program(key, priority=priority).serve(place, exponential(amount / rate)).leave(counted=False)
                places.model.arrivals(f"source:{key}", exponential(HOURS * amount / (others * share)), program)


def _by_priority(places: Places, limit: int, name: str) -> list[tuple[int, float]]:
    """(priority, share of the load of others) at a place."""
    if name.startswith("berth"):
        return [(0, 1.0)]
    loads: dict[int, float] = defaultdict(float)
    for k, load in enumerate(places.plan.others_by[limit]):
        if load > 0:
            loads[places.priority(places.ways.commodity(k))] += float(load)
    whole = sum(loads.values())
    return [(priority, load / whole) for priority, load in sorted(loads.items())]
