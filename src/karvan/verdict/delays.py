"""What assign says about waits beside what played days say: per terminal, fleet, line, pool of wagons and service.

`Waits` reads the waits of a played year by the limits of `assign`, for the table here and for the fit (`delay_fit`). Which played wait
stands for which assigned one is argued in docs/explanation/delays.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from karvan.bridge.compile import HOURS
from karvan.bridge.days.places import Known
from karvan.bridge.expanded import DIRECTIONS
from karvan.bridge.limits import Limit
from karvan.engines import arrays
from karvan.engines.arrays import Floats
from karvan.engines.simulate.analysis import interval
from karvan.verdict.simulated import Estimate
from karvan.verdict.simulation import Played, total
from karvan.verdict.tell import Message

TERMINAL, LINE, POOL, SHIPS, SERVICE, TRAINS = "terminal", "line", "pool", "ships", "service", "trains"
LEAST_SHARE = 0.05
"""a background, a closure or a change of seasons is named from this share on."""
OTHER_LENGTH = 1.25
"""times of service are said to differ from this factor on."""
SERVED = 0.98
"""a pile of which less leaves than comes grows: what it says is no steady wait."""
LEAST_WAIT = 0.05
"""h below which a limit that is not played is not listed."""


@dataclass(frozen=True)
class DelayRow:
    """One wait, assigned and played. Hours; `difference` is played less assigned."""

    kind: str
    table: str
    key: str
    name: str
    direction: str
    use: float
    """load over capacity in assign; nan where nothing is limited."""
    use_played: Estimate
    """share of the servers, ways or wagons that is busy; of ships, of their time in which they do not lie and wait for cargo."""
    delay: float
    """what assign adds for use."""
    headway: float
    """what it adds for the wait for a departure."""
    berth: float
    """of a service, what it adds for its berth of loading."""
    played: Estimate
    difference: Estimate
    growing: bool
    reasons: tuple[Message, ...]

    @property
    def assigned(self) -> float:
        """All that assign says."""
        return self.delay + self.headway + self.berth

    @property
    def agrees(self) -> bool:
        """Whether what assign says lies in the interval."""
        return self.played.low <= self.assigned <= self.played.high


@dataclass(frozen=True)
class Unplayed:
    """A limit with a delay in assign on which nothing of the played year queues."""

    table: str
    key: str
    direction: str
    use: float
    delay: float
    resolved: str
    """booked: shared limits are booked beforehand; elsewhere: no played route passes; untimed: nothing says what a server does in an hour."""


class Waits:
    """The waits of a played year by limit, one figure a run."""

    def __init__(self, played: Played):
        self.played, self.found = played, played.experiment
        self.compiled = played.model.compiled
        self.known = played.days.known
        self.growing = {each.name for each in self.found.growing if each.replications * 2 > each.of}
        answer = played.answer
        with np.errstate(divide="ignore", invalid="ignore"):
            self.use = np.nan_to_num(answer.result.load * played.demand / answer.conditions.capacity, nan=0.0, posinf=0.0)
        self.delay = np.where(np.isfinite(answer.result.delay), answer.result.delay, 0.0)
        self.headway = self.compiled.waits(answer.cells)[0]
        self._limit = {(limit.table, limit.key, limit.direction): i for i, limit in enumerate(self.compiled.limits)}

    def limit(self, table: str, key: str, direction: str = "both") -> int | None:
        """The position of a limit."""
        return self._limit.get((table, key, direction))

    def place(self, i: int) -> str | None:
        """The place in which those wait who want a limit: berths, servers, a way, standing wagons; None where none is played."""
        limit = self.compiled.limits[i]
        names = {"terminals": (f"berth:{limit.key}", f"step:{limit.key}"), "links": (f"line:{limit.key}:{limit.direction}",),
                 "fleets": (f"pool:{limit.key}:{limit.direction}",)}.get(limit.table, ())  # fmt: skip
        return next((name for name in names if name in self.known and self.visited(name)), None)

    def visited(self, name: str) -> bool:
        """Whether anybody came to a place."""
        return bool(np.nansum(self.found.column((name, "waits"))) > 0)

    def wait(self, name: str) -> Floats:
        """float64[run], hours of a wait at a place."""
        return self.found.column((name, "wait"))

    def lies(self, names: Sequence[str], tonnes: Sequence[float]) -> Floats:
        """float64[run], mean hours in piles, by Little's law for each, weighted with t a year."""
        hours = []
        for name in names:
            level, out = self.found.column((name, "level")), self.found.column((name, "units_out"))
            with np.errstate(divide="ignore", invalid="ignore"):
                hours.append(np.where(out > 0, level * self.played.hours / out, np.nan))
        return _mean(hours, tonnes)

    def piles(self, service: str, direction: str) -> list[str]:
        """The piles of a service into which cargo comes; those of empties alone are left out."""
        return [name for name, known in self.known.items() if known.role == "quay" and (known.key, known.direction) == (service, direction)
                and self.played.days.passing.get(name)]  # fmt: skip

    def berth_wait(self, name: str) -> Floats:
        """float64[run], hours that ships wait for the berth at which a pile lies; 0 where none is played."""
        berth = f"berth:{self.known[name].other}"
        runs = self.found.values.shape[0]
        return np.nan_to_num(self.wait(berth)) if berth in self.known and self.visited(berth) else np.zeros(runs)

    def services(self, fleet: str, direction: str) -> Iterator[tuple[str, list[str]]]:
        """(service, its piles) of a fleet that carries something in a direction."""
        services = self.compiled.corridor["services"]
        for key, of in zip(services.keys, services["fleet_id"], strict=True):
            piles = self.piles(key, direction)
            if of == fleet and piles:
                yield key, piles

    def headway_of(self, service: str, direction: str) -> float:
        """Hours that assign adds for the wait for a departure of a service."""
        arcs = self.compiled.arcs
        mine = (arcs.service == self.compiled.corridor["services"].index[service]) & (arcs.direction == DIRECTIONS.index(direction))
        return float(self.headway[mine].mean()) if mine.any() else 0.0

    def ships(self, i: int) -> Floats | None:
        """float64[run], hours that cargo waits for a ship of a fleet: its time in piles, less the wait of ships for the berth there, which
        is the berth's, and less the headway, which assign adds beside it. Below 0 where ships come oftener than that. None: no pile."""
        limit = self.compiled.limits[i]
        parts, tonnes = [], []
        for service, piles in self.services(limit.key, limit.direction):
            for name in piles:
                weight = self.played.days.passing[name]
                parts.append(self.lies([name], [weight]) - self.berth_wait(name) - self.headway_of(service, limit.direction))
                tonnes.append(weight)
        return _mean(parts, tonnes) if parts else None

    def ship_piles(self, i: int) -> list[str]:
        """The piles that wait for a fleet in one direction."""
        limit = self.compiled.limits[i]
        return [name for _, piles in self.services(limit.key, limit.direction) for name in piles]

    def grows(self, names: Sequence[str]) -> bool:
        """Whether a queue or pile grew, or less left than came."""
        for name in names:
            if name in self.growing:
                return True
            if self.known[name].role == "quay":
                into, out = (np.nansum(self.found.column((name, field))) for field in ("units", "units_out"))
                if into > 0 and out < SERVED * into:
                    return True
        return False


def _mean(parts: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The mean of float64[run] of several places, weighted, over those that saw anything."""
    values, weight = np.stack(parts), np.asarray(weights)[:, None] * np.isfinite(np.stack(parts))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sum(np.nan_to_num(values) * weight, axis=0) / weight.sum(axis=0))


class Delays:
    """The table of a played year."""

    def __init__(self, played: Played):
        self.waits, self.played = Waits(played), played
        self.compiled, self.corridor = played.model.compiled, played.model.compiled.corridor
        self._closed: dict[str, float] = {}

    def _over(self, runs: Floats) -> Estimate:
        """The mean of a figure of every run."""
        seen = self.played.experiment.independent(runs)
        return Estimate.of(interval(seen)) if len(seen) else Estimate(math.nan, math.nan, math.nan)

    def rows(self) -> list[DelayRow]:
        """Every wait that both sides have, the largest difference first within a kind."""
        found = [*self._limits(), *self._services(), *self._trains()]
        order = (TERMINAL, SHIPS, SERVICE, TRAINS, POOL, LINE)
        return sorted(found, key=lambda row: (order.index(row.kind), -abs(np.nan_to_num(row.difference.mean))))

    def unplayed(self) -> list[Unplayed]:
        """Limits with a delay in assign that are not played, the longest first."""
        out = []
        for i, limit in enumerate(self.compiled.limits):
            if self.waits.delay[i] < LEAST_WAIT or self._place(i) is not None:
                continue
            carried = self.compiled.limits[i].table == "terminals" and any(known.key == limit.key for known in self.waits.known.values())
            out.append(Unplayed(limit.table, limit.key, limit.direction, float(self.waits.use[i]), float(self.waits.delay[i]), "untimed" if carried else "elsewhere"))
        return sorted(out, key=lambda each: -each.delay)

    def _place(self, i: int) -> str | None:
        return self.waits.place(i) or next(iter(self.waits.ship_piles(i)), None) if self.compiled.limits[i].table == "fleets" else self.waits.place(i)

    # ---- rows -------------------------------------------------------------------------------------------------------
    def _limits(self) -> Iterator[DelayRow]:
        for i, limit in enumerate(self.compiled.limits):
            place = self.waits.place(i)
            piles = self.waits.ship_piles(i) if limit.table == "fleets" else []
            if place is not None and self.compiled.delay.kind[i] != arrays.HARD:
                yield self._served(i, limit, place)
            elif piles:
                yield self._ships(i, limit, piles)

    def _row(self, kind: str, table: str, key: str, direction: str, use: float, use_played: Estimate, assigned: tuple[float, float, float],
             played: Estimate, growing: bool, reasons: list[Message]) -> DelayRow:  # fmt: skip
        rows = self.corridor[table]
        name = str(rows.row(key)["name"] or key) if key in rows else key
        whole = sum(assigned)
        difference = Estimate(played.mean - whole, played.low - whole, played.high - whole)
        if growing:
            reasons = [Message("delays.growing", {}), *reasons]
        return DelayRow(kind, table, key, name, direction, use, use_played, *assigned, played, difference, growing, tuple(reasons))

    def _served(self, i: int, limit: Limit, place: str) -> DelayRow:
        found, waits = self.played.experiment, self.waits
        kind = {"terminals": TERMINAL, "links": LINE, "fleets": POOL}[limit.table]
        if kind == POOL:
            use_played = self._over(1.0 - found.column((place, "level")) / found.column((place, "capacity")))
        else:
            use_played = Estimate.of(found.interval(place, "utilisation"))
        reasons = [*self._rate(limit), *self._length(i, limit, place), *self._weather(limit), *self._background(i), *self._shape(i, kind, place)]
        return self._row(kind, limit.table, limit.key, limit.direction, float(waits.use[i]), use_played, (float(waits.delay[i]), 0.0, 0.0),
                         self._over(waits.wait(place)), waits.grows([place]), reasons)  # fmt: skip

    def _ships(self, i: int, limit: Limit, piles: list[str]) -> DelayRow:
        waits = self.waits
        beside = waits.ships(i)
        assert beside is not None
        fleet = next((each for each in self.played.days.fleets if each.key == limit.key), None)
        idle = f"idle:{limit.key}"
        busy = Estimate(math.nan, math.nan, math.nan)
        if fleet is not None and idle in waits.known:
            lay = total(self.played, [idle], "waits") * np.nan_to_num(waits.wait(idle))
            busy = self._over(1.0 - lay / (fleet.ships * self.played.hours))
        several = len(list(waits.services(limit.key, limit.direction)))
        reasons = [Message("delays.loads", {})] + ([Message("delays.shared", {"services": several})] if several > 1 else [])
        reasons += self._closed_ports(piles) + self._season(piles)
        return self._row(SHIPS, "fleets", limit.key, limit.direction, float(waits.use[i]), busy, (float(waits.delay[i]), 0.0, 0.0),
                         self._over(beside), waits.grows(piles), reasons)  # fmt: skip

    def _services(self) -> Iterator[DelayRow]:
        waits = self.waits
        services = self.corridor["services"]
        for service, fleet in zip(services.keys, services["fleet_id"], strict=True):
            for direction in DIRECTIONS:
                piles = waits.piles(service, direction)
                if not piles:
                    continue
                tonnes = [self.played.days.passing[name] for name in piles]
                berths = [waits.limit("terminals", self.waits.known[name].other) for name in piles]
                berth = float(np.average([0.0 if i is None else waits.delay[i] for i in berths], weights=tonnes))
                i = waits.limit("fleets", fleet, direction) if fleet else None
                assigned = (0.0 if i is None else float(waits.delay[i]), waits.headway_of(service, direction), berth)
                reasons = ([Message("delays.loads", {})] if fleet else [Message("delays.departures", {})]) + self._closed_ports(piles) + self._season(piles)
                yield self._row(SERVICE, "services", service, direction, math.nan if i is None else float(waits.use[i]),
                                Estimate(math.nan, math.nan, math.nan), assigned, self._over(waits.lies(piles, tonnes)), waits.grows(piles), reasons)  # fmt: skip

    def _trains(self) -> Iterator[DelayRow]:
        """What trains are waited for, by mode: the headways on the way of a train beside the time in the siding."""
        by: dict[str, list[str]] = {}
        arcs = self.compiled.arcs
        for name, known in self.waits.known.items():
            if known.role == "siding" and self.played.days.passing.get(name) and known.table == "links":
                mode = str(self.corridor["links"].row(known.key)["mode_id"])
                by.setdefault(mode, []).append(name)
        headway: dict[str, list[tuple[float, float]]] = {}
        for traffic in self.played.days.plan.traffic:
            for piece in traffic.pieces:
                linked = [arc for arc in piece.arcs if arcs.link[arc] >= 0]
                if piece.kind == "haul" and linked:
                    mode = str(self.corridor["links"]["mode_id"][arcs.link[linked[0]]])
                    headway.setdefault(mode, []).append((traffic.tonnes, float(self.waits.headway[list(piece.arcs)].sum())))
        for mode, names in sorted(by.items()):
            tonnes = [self.played.days.passing[name] for name in names]
            hours = self._over(self.waits.lies(names, tonnes))
            said = headway.get(mode, [])
            mean = sum(weight * each for weight, each in said) / sum(weight for weight, _ in said) if said else 0.0
            yield self._row(TRAINS, "modes", mode, "", math.nan, Estimate(math.nan, math.nan, math.nan), (0.0, mean, 0.0), hours, False,
                            [Message("delays.forming", {})])  # fmt: skip

    # ---- why they differ --------------------------------------------------------------------------------------------
    def _length(self, i: int, limit: Limit, place: str) -> list[Message]:
        """What keeps a server busy: the hours of the terminal in assign, a load at the rate of the capacity in the days."""
        if limit.table != "terminals":
            return []
        busy = self._busy(place)
        said = float(self.compiled.cells.of(self.played.answer.cells, "terminals", "time")[limit.position])
        if not said or not busy or max(busy / said, said / busy) < OTHER_LENGTH:
            return []
        return [Message("delays.length", {"busy": busy, "said": said})]

    def _busy(self, place: str) -> float:
        """Hours for which one visit keeps a server or a line."""
        found = self.played.experiment
        return float(np.nansum(found.column((place, "level"))) * self.played.hours / np.nansum(found.column((place, "waits"))))

    def _rate(self, limit: Limit) -> list[Message]:
        """Units an hour at one server, where a routine says another figure than the capacity."""
        table = self.corridor["routines"]
        said = next((float(row["value"]) for row in table.rows() if row["quantity"] == "handling" and row["subject"] == limit.key), None)
        if limit.table != "terminals" or not said:
            return []
        servers = max(1.0, float(self.compiled.cells.of(self.played.answer.cells, "terminals", "servers")[limit.position]))
        i = self.waits.limit(limit.table, limit.key)
        yearly = math.inf if i is None else float(self.played.answer.conditions.capacity[i]) / (servers * HOURS)
        return [Message("delays.rate", {"played": said, "said": yearly})] if max(said / yearly, yearly / said) >= OTHER_LENGTH else []

    def _weather(self, limit: Limit) -> list[Message]:
        if limit.table == "fleets":
            return []
        return self._closure(str(self.corridor[limit.table]["calendar_id"][limit.position] or ""))

    def _closure(self, calendar: str) -> list[Message]:
        gate = f"weather:{calendar}"
        if not calendar or gate not in self.waits.known:
            return []
        if gate not in self._closed:
            self._closed[gate] = 1.0 - self.played.experiment.interval(gate, "level").mean
        return [Message("delays.weather", {"share": self._closed[gate]})] if self._closed[gate] > LEAST_SHARE else []

    def _closed_ports(self, piles: Sequence[str]) -> list[Message]:
        calendars = {str(self.corridor["terminals"].row(known.other)["calendar_id"] or "")
                     for known in map(self._known, piles) if known.other in self.corridor["terminals"]}  # fmt: skip
        found = [message for calendar in sorted(calendars) for message in self._closure(calendar)]
        return sorted(found, key=lambda message: -float(message.values["share"]))[:1]

    def _known(self, name: str) -> Known:
        return self.waits.known[name]

    def _background(self, i: int) -> list[Message]:
        load = float(self.played.answer.result.load[i])
        share = float(self.played.days.plan.others[i]) / (load * self.played.demand) if load else 0.0
        return [Message("delays.background", {"share": min(share, 1.0)})] if share > LEAST_SHARE else []

    def _shape(self, i: int, kind: str, place: str) -> list[Message]:
        if kind == LINE:
            return [Message("delays.line", {"hours": self._busy(place)})]
        return [Message("delays.wagons", {"exponent": float(self.compiled.delay.exponent[i])})] if kind == POOL else []

    def _season(self, piles: Sequence[str]) -> list[Message]:
        """How far the busiest month of a pile is from the mean month."""
        most = 0.0
        for name in piles:
            months = np.array([self.played.experiment.interval(name, "units", month).mean for month in range(12)])
            if months.sum() > 0:
                most = max(most, float(months.max() / months.mean()))
        return [Message("delays.season", {"factor": most})] if most > OTHER_LENGTH else []
