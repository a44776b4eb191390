"""Which arc is left at which hour, and which is closed in which month: timetables and seasons as an engine reads them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from karvan.bridge.cells import Cells
from karvan.bridge.expanded import DIRECTIONS, Arcs
from karvan.corridor.corridor import Corridor
from karvan.engines import schedule
from karvan.engines.schedule import WEEK
from karvan.tables.departures import DAYS

HOURS = 8760.0
CLOSURE = "closure_spell"
"""The parameter that says how many hours a closure lasts in the mean; without it only months without any opening count."""


@dataclass(frozen=True, eq=False)
class Weekly:
    """Per arc: its departures, hour[first[arc]:first[arc + 1]] of the week; and what the wait for a service that leaves n times a year
    is, as multiples of its headway, headway^2 and headway^3 (mean, variance, third cumulant)."""

    first: np.ndarray
    hour: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    third: np.ndarray

    @property
    def has(self) -> np.ndarray:
        """Whether an arc has a timetable."""
        return np.diff(self.first) > 0

    @property
    def a_year(self) -> np.ndarray:
        """Departures a year by the timetable; 0 without one."""
        return np.diff(self.first) * HOURS / WEEK


def weekly(corridor: Corridor, arcs: Arcs) -> Weekly:
    """The timetables of every arc; a service without one leaves at equal gaps."""
    services = corridor["services"].index
    hours: dict[tuple[int, int], set[float]] = defaultdict(set)
    for row in corridor["departures"].rows():
        at = (DAYS.index(row["weekday"]) * 24.0 + row["hour"]) % WEEK
        hours[services[row["service_id"]], DIRECTIONS.index(row["direction"])].add(at)
    n = len(arcs)
    counts, flat = np.zeros(n, dtype=np.int64), []
    shape = np.tile([1 / 2, 1 / 12, 0.0], (n, 1))
    for i in np.flatnonzero(arcs.service >= 0) if hours else ():
        mine = sorted(hours.get((int(arcs.service[i]), int(arcs.direction[i])), ()))
        if mine:
            counts[i] = len(mine)
            flat.extend(mine)
            wait, headway = schedule.wait(np.array(mine)), WEEK / len(mine)
            shape[i] = wait.mean / headway, wait.variance / headway**2, wait.third / headway**3
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return Weekly(first, np.array(flat, dtype=np.float64), *np.ascontiguousarray(shape.T))


def timetable(corridor: Corridor, cells: Cells, values: np.ndarray, arcs: Arcs, departures: Weekly, depart: np.datetime64) -> schedule.Timetable:
    """What a consignment that starts on the day `depart`, at its first hour, finds; seasons as in the cells `values`."""
    day = depart.astype("datetime64[D]")
    weekday = (int(day.astype(np.int64)) + 3) % 7  # 1970-01-01 was a Thursday
    season, names = _seasons(corridor, arcs)
    months = day.astype("datetime64[M]") + np.arange(25)
    until = (months[1:].astype("datetime64[D]") - day).astype(np.float64) * 24.0
    share = np.ones((len(names), len(until)))
    open_share = cells.of(values, "calendars", "open_share")
    calendars = corridor["calendars"]
    for position, (name, month) in enumerate(zip(calendars["calendar_id"], calendars["month"], strict=True)):
        if name in names:
            share[names.index(name), (months[:-1].astype(np.int64) % 12 + 1) == int(month)] = open_share[position]
    parameters = corridor["parameters"]
    spell = float(parameters.row(CLOSURE)["value"]) if CLOSURE in parameters else 0.0
    return schedule.Timetable(weekday * 24.0, departures.first, departures.hour, season, np.append(until[:-1], np.inf), share, spell)


def _seasons(corridor: Corridor, arcs: Arcs) -> tuple[np.ndarray, list[str]]:
    """Per arc the position of its calendar in the list, -1 without. A calendar that a step at an end of a link has too counts there:
    one storm closes the port and the sea before it once."""
    names = sorted(set(corridor["calendars"]["calendar_id"]))
    out = np.full(len(arcs), -1, dtype=np.int32)
    links, terminals = corridor["links"], corridor["terminals"]
    at_node: dict[str, set[str]] = defaultdict(set)
    for node, calendar in zip(terminals["node_id"], terminals["calendar_id"], strict=True):
        at_node[node].add(calendar)
    for i in range(len(arcs)):
        if arcs.terminal[i] >= 0:
            calendar = terminals["calendar_id"][arcs.terminal[i]]
        elif arcs.link[i] >= 0:
            link = int(arcs.link[i])
            calendar = links["calendar_id"][link]
            if calendar in at_node[links["from_node"][link]] | at_node[links["to_node"][link]]:
                calendar = ""
        else:
            calendar = ""
        if calendar:
            out[i] = names.index(calendar)
    return out, names
