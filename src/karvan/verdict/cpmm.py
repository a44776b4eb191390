"""What CAREC's corridor measurement (CPMM) would read on a way, and what it did read: the four trade facilitation indicators.

    TFI1  hours to clear a border crossing point          TFI3  money for 20 t over 500 km of a section
    TFI2  money for 20 t at a border crossing point       TFI4  km over hours: in motion (without delay), all in all (with delay)

CPMM follows trains and lorries: links of modes that are railways or roads count, and every step on land. A crossing point is a place
with border checks or a change of gauge; its hours are those of all its checks and of the change. Hours hold queues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.bridge.label import Leg
from karvan.corridor.corridor import Corridor
from karvan.evidence import weigh

TONNES, SECTION = 20.0, 500.0
LAND = ("rail", "road")
_CLEARED = ("border", "gauge_change")
_SECTIONS = ("border_cost", "section_cost", "speed_with_delay", "speed_without_delay")


@dataclass(frozen=True)
class Seen:
    """A measured figure and who says so; `place` is a country and a mode, or a step."""

    metric: str
    place: str
    year: int
    value: float
    source: str


@dataclass(frozen=True)
class Crossing:
    """One border crossing point on a way: hours and USD per 20 t of its steps, and what was measured in them."""

    node: str
    name: str
    mode: str
    hours: float
    cost: float
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class Indicators:
    """The indicators of one way; None where it has no border, or no kilometre on land."""

    tfi1: float | None
    tfi2: float | None
    tfi3: float | None
    speed_without_delay: float | None
    speed_with_delay: float | None
    crossings: tuple[Crossing, ...]

    def document(self) -> dict[str, Any]:
        """The indicators as plain values."""
        crossings = [{"node": each.node, "name": each.name, "mode": each.mode, "hours": each.hours, "cost_20t": each.cost,
                      "observed": [seen(one) for one in each.seen]} for each in self.crossings]  # fmt: skip
        return {"tfi1_hours": self.tfi1, "tfi2_cost_20t": self.tfi2, "tfi3_cost_20t_500km": self.tfi3,
                "tfi4_speed_without_delay": self.speed_without_delay, "tfi4_speed_with_delay": self.speed_with_delay, "crossings": crossings}  # fmt: skip


def seen(one: Seen) -> dict[str, Any]:
    """A measured figure as plain values."""
    return {"metric": one.metric, "place": one.place, "year": one.year, "value": one.value, "source": one.source}


def indicators(corridor: Corridor, legs: Sequence[Leg], year: int) -> Indicators:
    """The indicators of a way in a year, and the last figures measured up to that year in its border steps."""
    moving = [leg for leg in legs if leg.kind != "terminals" and leg.mode.startswith(LAND)]
    crossings: list[Crossing] = []
    for leg in legs:
        if leg.kind != "terminals" or leg.mode not in _CLEARED:
            continue
        mode = str(corridor["terminals"].row(leg.key)["from_mode"])
        figures = _last(corridor, "border_time", f"terminal:{leg.key}", leg.name, year)
        if crossings and crossings[-1].node == leg.from_node:
            before = crossings.pop()
            crossings.append(Crossing(before.node, before.name, before.mode, before.hours + leg.hours, before.cost + leg.money * TONNES, (*before.seen, *figures)))
        else:
            name = str(corridor["nodes"].row(leg.from_node)["name"])
            crossings.append(Crossing(leg.from_node, name, mode, leg.hours, leg.money * TONNES, figures))
    length, running = sum(leg.length for leg in moving), sum(leg.hours - leg.wait for leg in moving)
    stops = sum(leg.hours for leg in _on_land(legs)) + sum(leg.wait for leg in moving)
    money = sum(leg.money for leg in moving) + sum(leg.money for leg in _on_land(legs))
    return Indicators(
        float(np.mean([each.hours for each in crossings])) if crossings else None,
        float(np.mean([each.cost for each in crossings])) if crossings else None,
        money * TONNES * SECTION / length if length > 0 else None,
        length / running if running > 0 else None,
        length / (running + stops) if running + stops > 0 and length > 0 else None,
        tuple(crossings),
    )


def measured(corridor: Corridor, year: int) -> tuple[Seen, ...]:
    """What CPMM measured up to a year, the last figure per indicator and place (country and mode), as the case holds it."""
    table = corridor["observations"]
    subjects = sorted({(metric, subject) for metric, subject in zip(table["metric"], table["subject"], strict=True) if metric in _SECTIONS})
    return tuple(found for metric, subject in subjects for found in _last(corridor, metric, subject, subject.partition(":")[2], year))


def _on_land(legs: Sequence[Leg]) -> list[Leg]:
    """The steps between links on land: those next to water belong to the voyage."""
    out: list[Leg] = []
    before, pending = "", []
    for leg in legs:
        if leg.kind == "terminals":
            pending.append(leg)
            continue
        if before.startswith(LAND) and leg.mode.startswith(LAND):
            out.extend(pending)
        before, pending = leg.mode, []
    return out


def _last(corridor: Corridor, metric: str, subject: str, place: str, year: int) -> tuple[Seen, ...]:
    table = corridor["observations"]
    chosen = [i for i in np.flatnonzero((table["metric"] == metric) & (table["subject"] == subject) & (table["role"] == "used"))
              if str(table["period"][i])[:4].isdigit() and int(str(table["period"][i])[:4]) <= year and not np.isnan(table["value"][i])]  # fmt: skip
    if not chosen:
        return ()
    i = max(chosen, key=lambda each: str(table["period"][each]))
    source = weigh.citation(corridor.tables, table["source_id"][i]) or str(table["basis"][i])
    return (Seen(metric, place, int(str(table["period"][i])[:4]), float(table["value"][i]), source),)
