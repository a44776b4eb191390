"""Hours from door to door: those of assign beside those of played days, and what the days wait for, per origin, destination and commodity.

    remainder = played - (hours without any wait + waits at the places on the way)

is near 0 where nothing is counted twice or forgotten. It is not 0 by itself: place means are over everybody who waits there, ships that
are not full load faster than a full one, and what waits longest has not arrived by the end of the year.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from karvan.bridge.days.places import Known
from karvan.bridge.days.plan import HAUL, STEP, VOYAGE, Piece, Traffic, Ways, digest
from karvan.bridge.expanded import DIRECTIONS
from karvan.verdict import transit
from karvan.verdict.simulated import Estimate
from karvan.verdict.simulation import Played

FORMING, WAGONS, QUAY, BERTH, STEPS, LINES, BANS, SEA, YARD = "trains", "wagons", "quay", "berth", "steps", "lines", "bans", "sea", "yard"
PARTS = (BANS, WAGONS, FORMING, LINES, STEPS, YARD, QUAY, SEA, BERTH)


@dataclass(frozen=True)
class DoorRow:
    """One origin, destination and commodity; hours, weighted with the tonnes of its routes that are played."""

    origin: str
    destination: str
    commodity: str
    tonnes: float
    """a year, sent."""
    route_hours: float
    """of the way of least generalised cost with its queues, as `karvan route` has it first."""
    assigned: float
    """of assign, over the routes played: moving + headway + delay."""
    moving: float
    headway: float
    delay: float
    played: Estimate
    waits: dict[str, float]
    """what the days wait for on the way: bans, wagons, trains, lines, steps, yard (to get in), quay (for a ship), sea, berth (of arrival)."""

    @property
    def difference(self) -> float:
        """Played less assigned."""
        return self.played.mean - self.assigned

    @property
    def remainder(self) -> float:
        """Of the played hours, what neither moving nor the waits explain."""
        return self.played.mean - self.moving - sum(self.waits.values())


class Doors:
    """Door-to-door hours of a played year."""

    def __init__(self, played: Played):
        self.played, self.found = played, played.experiment
        self.compiled = played.model.compiled
        self.arcs = self.compiled.arcs
        self.queued = transit.with_queues(played.model, played.answer)
        self.headway = self.compiled.waits(played.answer.cells)[0]
        self.known = played.days.known
        self._ways = Ways(self.compiled, played.answer.cells)
        self._piles: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
        for name, known in self.known.items():
            if known.role in ("quay", "siding"):
                self._piles[self._pile_key(name, known)].append(name)

    @staticmethod
    def _pile_key(name: str, known: Known) -> tuple[str, str, str, str]:
        if known.role == "quay":
            return "quay", known.key, known.direction, known.other
        ends, arcs = name.split(":")[1:3]
        return "siding", ends, arcs, ""

    def rows(self, most: int | None = None) -> list[DoorRow]:
        """The journeys with most tonnes first."""
        by: dict[str, list[Traffic]] = defaultdict(list)
        for traffic in self.played.days.plan.traffic:
            by[f"journey:{traffic.origin}>{traffic.destination}:{traffic.kind}"].append(traffic)
        ordered = sorted(by.items(), key=lambda item: -sum(traffic.tonnes for traffic in item[1]))
        return [self._row(name, of) for name, of in ordered[:most] if name in self.known]

    def _row(self, name: str, of: list[Traffic]) -> DoorRow:
        model, routes = self.played.model, self.played.model.routes
        weights = np.array([traffic.tonnes for traffic in of])
        moving, headway, delay = np.zeros(len(of)), np.zeros(len(of)), np.zeros(len(of))
        waits: dict[str, float] = dict.fromkeys(PARTS, 0.0)
        conditions = self.played.answer.conditions
        for j, traffic in enumerate(of):
            arcs = routes.arc[routes.start[traffic.route] : routes.start[traffic.route + 1]]
            headway[j] = float(self.headway[arcs].sum())
            moving[j] = float(conditions.time[arcs].sum()) - headway[j]
            delay[j] = float((self.queued.time - conditions.time)[arcs].sum())
            for part, hours in self._waits(traffic).items():
                waits[part] += hours * traffic.tonnes / float(weights.sum())
        moves, departs, queues = (float(np.average(each, weights=weights)) for each in (moving, headway, delay))
        first = of[0]
        od = model.compiled.od_names.index((first.origin, first.destination, first.kind))
        return DoorRow(first.origin, first.destination, first.kind, float(weights.sum()), self._route(od), moves + departs + queues, moves, departs, queues,
                       Estimate.of(self.found.interval(name, "wait")), waits)  # fmt: skip

    def _route(self, od: int) -> float:
        """Hours of the route of least generalised cost, queues included."""
        routes, model = self.played.model.routes, self.played.model
        k = int(model.compiled.demands.commodity[od])
        choice = model.compiled.choice
        best, hours = math.inf, math.nan
        risk = choice.value_of_time[k] * choice.reliability[k]
        for j in range(int(routes.od_start[od]), int(routes.od_start[od + 1])):
            arcs = routes.arc[routes.start[j] : routes.start[j + 1]]
            if not self.queued.open[arcs].all():
                continue
            time = float(self.queued.time[arcs].sum())
            cost = float((self.queued.cost[k] + self.queued.perceived[k])[arcs].sum()) + choice.value_of_time[k] * time
            cost += risk * math.sqrt(max(float(self.queued.variance[arcs].sum()), 0.0))
            if cost < best:
                best, hours = cost, time
        return hours

    # ---- waits on the way -------------------------------------------------------------------------------------------
    def _waits(self, traffic: Traffic) -> dict[str, float]:
        out: dict[str, float] = dict.fromkeys(PARTS, 0.0)
        out[BANS] = sum(self._at(name) for name in self._gates(traffic))
        for piece in traffic.pieces:
            if piece.kind == HAUL:
                self._haul(piece, out)
            elif piece.kind == VOYAGE:
                self._voyage(piece, out)
            elif piece.kind == STEP:
                key = self._terminal(piece.arcs[0])
                out[STEPS] += self._at(f"step:{key}") + self._at(f"hours:{key}")
                out[YARD] += self._full(key)
            else:
                out[LINES] += self._at(self._line(piece.arcs[0]))
        return out

    def _haul(self, piece: Piece, out: dict[str, float]) -> None:
        keys = [self._key(arc) for arc in piece.arcs]
        out[FORMING] += self._lies(("siding", f"{keys[0]}>{keys[-1]}", digest(self._ways, piece.arcs), ""))
        for arc in piece.arcs:
            if self.arcs.link[arc] >= 0:
                out[LINES] += self._at(self._line(arc))
                service = int(self.arcs.service[arc])
                fleet = str(self.compiled.corridor["services"]["fleet_id"][service]) if service >= 0 else ""
                out[WAGONS] += self._at(f"pool:{fleet}:{DIRECTIONS[self.arcs.direction[arc]]}")
            else:
                out[STEPS] += self._at(f"step:{self._terminal(arc)}") + self._at(f"hours:{self._terminal(arc)}")

    def _voyage(self, piece: Piece, out: dict[str, float]) -> None:
        service, direction = self._key(piece.arcs[0]), DIRECTIONS[self.arcs.direction[piece.arcs[0]]]
        before = self._terminal(piece.before) if piece.before >= 0 else ""
        out[QUAY] += self._lies(("quay", service, direction, before))
        for arc in (piece.before, piece.after):
            if arc >= 0:
                out[SEA] += self._at(f"weather:{self._calendar(arc)}")
                out[BERTH] += self._at(f"cranes:{self._terminal(arc)}")
        if piece.after >= 0:
            out[BERTH] += self._at(f"berth:{self._terminal(piece.after)}")

    def _at(self, name: str) -> float:
        """Mean hours of a wait at a place; 0 where there is none or nobody came."""
        return float(np.nan_to_num(self.found.interval(name, "wait").mean)) if name in self.known else 0.0

    def _full(self, terminal: str) -> float:
        """Mean hours until there is room in the yard of a terminal, by Little's law."""
        corridor = self.compiled.corridor
        hours = 0.0
        for name, known in self.known.items():
            if known.role == "yard" and terminal in corridor["resources"].row(known.key)["members"]:
                puts = self.found.interval(name, "interruptions").mean
                hours += self.found.interval(name, "blocked").mean * self.played.hours / puts if puts > 0 else 0.0
        return hours

    def _lies(self, key: tuple[str, str, str, str]) -> float:
        """Mean hours in piles, by Little's law."""
        level = sum(self.found.interval(name, "level").mean for name in self._piles.get(key, ()))
        out = sum(self.found.interval(name, "units_out").mean for name in self._piles.get(key, ()))
        return level * self.played.hours / out if out > 0 else 0.0

    def _gates(self, traffic: Traffic) -> list[str]:
        arcs = [arc for piece in traffic.pieces for arc in (*piece.arcs, piece.before) if arc >= 0 and self.arcs.terminal[arc] >= 0]
        return [f"ban:{self._terminal(arc)}" for arc in arcs]

    def _key(self, arc: int) -> str:
        return str(self._ways.keys[arc])

    def _terminal(self, arc: int) -> str:
        return str(self.compiled.corridor["terminals"].keys[self.arcs.terminal[arc]])

    def _line(self, arc: int) -> str:
        return f"line:{self.compiled.corridor['links'].keys[self.arcs.link[arc]]}:{DIRECTIONS[self.arcs.direction[arc]]}"

    def _calendar(self, arc: int) -> str:
        return str(self.compiled.corridor["terminals"]["calendar_id"][self.arcs.terminal[arc]] or "")
