"""What played days say, as rows: terminals, services, wagons, lines, journeys, cuts, and what the waits are put down to.

Every figure is an `Estimate`: the mean over replications with its 95 % interval; waits in hours, days where the name says so.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from karvan.bridge.days.calendar import HOUR_A_DAY
from karvan.bridge.days.places import CARGO, VEHICLE, Known
from karvan.engines.arrays import Floats
from karvan.engines.simulate.analysis import Interval, interval, prediction
from karvan.verdict.simulation import Played, total

MONTHS = range(12)
PILES = ("quay", "siding")
VISIT = "visit"
"""the unit of a terminal at which no pile is kept."""
_UNKEPT = np.empty(0)


@dataclass(frozen=True)
class Estimate:
    """A mean with the ends of its interval; nan where nothing was observed."""

    mean: float
    low: float
    high: float
    runs: Floats = field(default_factory=lambda: _UNKEPT, repr=False, compare=False)
    """float64[run], what every run says, from which pairs of runs are compared; empty where only the mean is kept, as of months."""

    @classmethod
    def of(cls, found: Interval, factor: float = 1.0, runs: Floats = _UNKEPT) -> Estimate:
        """From an interval, in another unit; `runs` in that unit already."""
        return cls(found.mean * factor, found.low * factor, found.high * factor, runs)


NOTHING = Estimate(math.nan, math.nan, math.nan)


def record(row: Any) -> dict[str, Any]:
    """A row as plain values: its fields, an estimate as mean, low and high."""
    return {each.name: _plain(getattr(row, each.name)) for each in fields(row)}


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return {"mean": value.mean, "low": value.low, "high": value.high}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class TerminalRow:
    """One terminal in a year of days."""

    terminal_id: str
    name: str
    unit: str
    throughput: Estimate
    """units a year that leave its quays, or visits of its servers where no pile is kept."""
    sent: float
    """t a year that `assign` sends by it."""
    utilisation: Estimate
    """share of its berths or servers that are busy, while they may work."""
    waiting: Estimate
    """units that have come and are not yet loaded, in the mean of the year."""
    waiting_hours: Estimate
    """from coming to being loaded."""
    visits: Estimate
    """of ships, trains or consignments at its servers."""
    visit_wait: Estimate
    """hours that they wait for a server."""
    ban_days: Estimate
    """days on which loading to it is banned."""
    closed_days: Estimate
    """days on which its weather keeps it closed."""
    waiting_by_month: tuple[Estimate, ...]
    wait_by_month: tuple[Estimate, ...]
    closed_by_month: tuple[Estimate, ...]
    ban_by_month: tuple[Estimate, ...]


@dataclass(frozen=True)
class ServiceRow:
    """One service in one direction."""

    service_id: str
    name: str
    fleet_id: str
    direction: str
    unit: str
    sailings: Estimate
    load: Estimate
    """units of one sailing."""
    carried: Estimate
    """units a year, empties included."""
    empties: Estimate
    """units a year of equipment that comes back without a load; nan where none is counted."""
    of_payload: Estimate
    """mean load over the payload at the level of the sea; nan without a fleet or in another unit."""
    of_nominal: Estimate
    """mean load over the payload as built; nan where it is not known."""
    wait: Estimate
    """hours that cargo lies for it."""
    sailings_by_month: tuple[Estimate, ...]
    load_by_month: tuple[Estimate, ...]


@dataclass(frozen=True)
class PoolRow:
    """Wagons of a fleet that stand ready in one direction."""

    fleet_id: str
    name: str
    direction: str
    unit: str
    ready: Estimate
    """share of them that stand ready."""
    wait: Estimate
    """hours that a consignment waits for them."""
    queue_by_month: tuple[Estimate, ...]
    """consignments that wait."""


@dataclass(frozen=True)
class LineRow:
    """A link in one direction, or a step of a railway, in which trains queue."""

    table: str
    key: str
    name: str
    direction: str
    utilisation: Estimate
    wait: Estimate
    passes: Estimate


@dataclass(frozen=True)
class JourneyRow:
    """Door to door: one origin, destination and commodity. Days of consignments that arrive in the year."""

    origin: str
    destination: str
    commodity: str
    sent: float
    """t a year that `assign` sends."""
    arrived: Estimate
    """t."""
    p10: Estimate
    p50: Estimate
    p90: Estimate
    mean: Estimate


@dataclass(frozen=True)
class CutRow:
    """Tonnes over a cut in one direction."""

    cut_id: str
    name: str
    direction: str
    commodity: str
    """or its group, dry or oil, or all."""
    tonnes: Estimate
    risk: tuple[float, float]
    """where one year falls with 90 %."""
    by_month: tuple[Estimate, ...]


@dataclass(frozen=True)
class CauseRow:
    """Hours waited by what they are put down to: of cargo in hours of a tonne, of ships in hours of a sailing."""

    who: str
    cause: str
    hours: Estimate
    share: float


@dataclass(frozen=True)
class GrowingRow:
    """A queue that grows without coming back."""

    place: str
    """of the model."""
    role: str
    """what waits there or for what, as `Known.role`; empty for what is no row of the case."""
    table: str
    key: str
    name: str
    direction: str
    replications: int
    """in how many, those that failed included."""
    of: int
    month: int
    """in which it starts, in the middle of those replications."""
    earliest: int
    """month, in any of them."""


@dataclass(frozen=True)
class FailedRow:
    """A replication that did not reach the end of the year, and is in no figure."""

    replication: int
    twin: bool
    """of an antithetic pair, the twin."""
    day: int
    """of the year; below 1 in the weeks before it."""
    fault: str


class Tables:
    """The rows of a played year."""

    def __init__(self, played: Played):
        self.played, self.found = played, played.experiment
        self.corridor = played.model.compiled.corridor
        self._by: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for name, known in played.days.known.items():
            self._by[known.role, known.table, known.key].append(name)
        self._role: dict[str, list[str]] = defaultdict(list)
        for name, known in played.days.known.items():
            self._role[known.role].append(name)

    def _known(self, name: str) -> Known:
        return self.played.days.known[name]

    def _names(self, role: str, table: str, key: str) -> list[str]:
        return self._by[role, table, key]

    def over(self, values: Floats, factor: float = 1.0) -> Estimate:
        """From the figures of every run, without those that observed nothing; an antithetic pair is one observation."""
        runs = np.where(np.isfinite(values), values, np.nan) * factor
        seen = self.found.independent(runs)
        return Estimate.of(interval(seen), runs=runs) if len(seen) else NOTHING

    def _whole(self, name: str, field: str, factor: float = 1.0) -> Estimate:
        """A field of a place over the year."""
        return Estimate.of(self.found.interval(name, field), factor, self.found.column((name, field)) * factor)

    def _column(self, names: Sequence[str], field: str) -> Floats:
        return total(self.played, list(names), field)

    def _months(self, name: str, field: str, factor: float = 1.0) -> tuple[Estimate, ...]:
        return tuple(Estimate.of(self.found.interval(name, field, month), factor) for month in MONTHS)

    def _name(self, table: str, key: str) -> str:
        rows = self.corridor[table]
        return str(rows.row(key)["name"] or key) if key in rows else key

    # ---- rows -------------------------------------------------------------------------------------------------------
    def terminals(self) -> list[TerminalRow]:
        """Every terminal at which something is counted, first those at which tonnes wait longest, all of them together."""
        keys = dict.fromkeys(known.key for known in self.played.days.known.values() if known.table == "terminals" and known.role in ("berth", "step", "waiting"))
        rows = [self._terminal(key) for key in keys]
        return sorted(rows, key=lambda row: -row.sent * max(np.nan_to_num(row.waiting_hours.mean), np.nan_to_num(row.visit_wait.mean)))

    def _terminal(self, key: str) -> TerminalRow:
        hours = self.played.hours
        servers = [*self._names("berth", "terminals", key), *self._names("step", "terminals", key)]
        waiting = self._names("waiting", "terminals", key)
        known = self._known((servers or waiting)[0])
        parts = self._known(waiting[0]).parts if waiting else 1.0
        level, out = self._column(waiting, "level") / parts, self._column(waiting, "units_out") / parts
        visits = self._column(servers, "waits")
        waited = np.sum([np.nan_to_num(self.found.column((name, "waits")) * self.found.column((name, "wait"))) for name in servers], axis=0) if servers else visits
        calendar = str(self.corridor["terminals"].row(key)["calendar_id"] or "")
        gates, bans = self._names("weather", "calendars", calendar), self._names("ban", "terminals", key)
        days = hours / HOUR_A_DAY
        nothing = tuple(NOTHING for _ in MONTHS)
        with np.errstate(divide="ignore", invalid="ignore"):
            return TerminalRow(
                key, self._name("terminals", key), known.unit if waiting else VISIT,
                throughput=self.over(out if waiting else visits), sent=max(self.played.days.passing.get(name, 0.0) for name in (*servers, *waiting)),
                utilisation=self._whole(servers[0], "utilisation") if servers else NOTHING,
                waiting=self.over(level) if waiting else NOTHING,
                waiting_hours=self.over(level * hours / out) if waiting else NOTHING,
                visits=self.over(visits) if servers else NOTHING, visit_wait=self.over(waited / visits),
                ban_days=self.over((1.0 - self._column(bans, "level")) * days) if bans else NOTHING,
                closed_days=self.over((1.0 - self._column(gates, "level")) * days) if gates else NOTHING,
                waiting_by_month=self._months(waiting[0], "level", 1.0 / parts) if waiting else nothing,
                wait_by_month=self._months(servers[0], "wait") if servers else nothing,
                closed_by_month=self._closed(gates), ban_by_month=self._closed(bans),
            )  # fmt: skip

    def _closed(self, gates: list[str]) -> tuple[Estimate, ...]:
        """Days of every month in which a gate is closed."""
        out = []
        edges = self.found.edges
        for month in MONTHS:
            days = (edges[month + 1] - edges[month]) / HOUR_A_DAY
            if not gates:
                out.append(NOTHING)
                continue
            found = self.found.interval(gates[0], "level", month)
            out.append(Estimate((1.0 - found.mean) * days, (1.0 - found.high) * days, (1.0 - found.low) * days))
        return tuple(out)

    def services(self) -> list[ServiceRow]:
        """Every service in either direction."""
        fleets = {fleet.key: fleet for fleet in self.played.days.fleets}
        routines = self._nominal()
        rows = []
        for name in self._role["sailing"]:
            known = self._known(name)
            sailings = self.found.column((name, "waits"))
            load = self.found.column((name, "wait")) / known.parts
            fleet = fleets.get(known.other)
            payload = fleet.payload if fleet is not None and fleet.unit == known.unit else math.nan
            nominal = routines.get(known.other, math.nan) if fleet is not None and fleet.unit == known.unit else math.nan
            piles = [pile for pile in self._names("quay", "services", known.key) if self._known(pile).direction == known.direction]
            empty = [each for each in self._names("empties", "services", known.key) if self._known(each).direction == known.direction]
            back = np.sum([self._tonnes(each) for each in empty], axis=0) / known.parts if empty else np.full(len(sailings), np.nan)
            rows.append(ServiceRow(
                known.key, self._name("services", known.key), known.other, known.direction, known.unit,
                sailings=self.over(sailings), load=self.over(load), carried=self.over(np.nan_to_num(sailings * load)), empties=self.over(back),
                of_payload=self.over(load / payload), of_nominal=self.over(load / nominal), wait=self._lies(piles),
                sailings_by_month=self._months(name, "waits"), load_by_month=self._months(name, "wait", 1.0 / known.parts),
            ))  # fmt: skip
        return sorted(rows, key=lambda row: (row.service_id, row.direction))

    def _nominal(self) -> dict[str, float]:
        table = self.corridor["routines"]
        return {str(row["subject"]): float(row["value"]) for row in table.rows() if row["quantity"] == "nominal"}

    def _lies(self, piles: list[str]) -> Estimate:
        """Mean hours that cargo lies in piles (Little: level over what goes out)."""
        level, out = self._column(piles, "level"), self._column(piles, "units_out")
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.over(np.where(out > 0, level * self.played.hours / out, np.nan))

    def pools(self) -> list[PoolRow]:
        """Every pool of wagons."""
        rows = []
        for name in self._role["pool"]:
            known = self._known(name)
            rows.append(PoolRow(
                known.key, self._name("fleets", known.key), known.direction, known.unit,
                ready=self.over(self.found.column((name, "level")) / self.found.column((name, "capacity"))),
                wait=self._whole(name, "wait"), queue_by_month=self._months(name, "queue"),
            ))  # fmt: skip
        return rows

    def lines(self) -> list[LineRow]:
        """Every line with a known capacity, the longest wait first."""
        rows = []
        for name in self._role["line"]:
            known = self._known(name)
            rows.append(LineRow(
                known.table, known.key, self._name(known.table, known.key), known.direction,
                utilisation=self._whole(name, "utilisation"), wait=self._whole(name, "wait"),
                passes=self._whole(name, "waits"),
            ))  # fmt: skip
        return sorted(rows, key=lambda row: -np.nan_to_num(row.wait.mean))

    def journeys(self) -> list[JourneyRow]:
        """Every origin, destination and commodity, most tonnes first."""
        rows = []
        for name in self._role["journey"]:
            known, sent = self._known(name), self.played.days.sent[name]
            lot = self.played.days.lots[name]
            p10, p50, p90 = (self._percentile(name, share) for share in (0.1, 0.5, 0.9))
            rows.append(JourneyRow(
                known.key, known.other, known.commodity, sent, self._whole(name, "waits", lot), p10, p50, p90,
                self._whole(name, "wait", 1.0 / HOUR_A_DAY),
            ))  # fmt: skip
        return sorted(rows, key=lambda row: -row.sent)

    def _percentile(self, name: str, share: float) -> Estimate:
        found, runs = self.found.percentile(name, share), self.found.column((name, f"p{100 * share:.0f}"))
        low = found.low if found.low > 0 else -math.inf  # too few replications to tell
        return Estimate(found.value / HOUR_A_DAY, low / HOUR_A_DAY, found.high / HOUR_A_DAY, runs / HOUR_A_DAY)

    def growing(self) -> list[GrowingRow]:
        """Every queue that grows without coming back, those first that do in most replications."""
        rows = []
        for each in self.found.growing:
            known = self.played.days.known.get(each.name, Known("", "", ""))
            rows.append(GrowingRow(each.name, known.role, known.table, known.key, self._name(known.table, known.key) if known.table else each.name, known.direction,
                                   each.replications, each.of, self._month(each.since), self._month(each.earliest)))  # fmt: skip
        return rows

    def _month(self, time: float) -> int:
        """1 to 12, of an hour of the clock; January before the year too."""
        return min(max(bisect_right(self.found.edges, time), 1), len(MONTHS))

    def failed(self) -> list[FailedRow]:
        """Every replication that failed, with its fault in words."""
        begin = self.found.edges[0]
        return [FailedRow(each.replication, each.twin, math.floor((each.time - begin) / HOUR_A_DAY) + 1, each.fault) for each in self.found.failed]

    def cuts(self) -> list[CutRow]:
        """Every cut by direction: all together, dry cargo and oil apart, and each commodity."""
        by: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in self._role["cut"]:
            by[self._known(name).key, self._known(name).direction].append(name)
        rows = []
        for (cut, direction), names in sorted(by.items()):
            rows.append(self._cut(cut, direction, "all", names))
            of_group: dict[str, list[str]] = defaultdict(list)
            for name in names:
                of_group[self._group(name)].append(name)
            rows += [self._cut(cut, direction, group, members) for group, members in sorted(of_group.items())]
            rows += [self._cut(cut, direction, self._known(name).commodity, [name]) for name in names]
        return rows

    def _cut(self, cut: str, direction: str, commodity: str, names: list[str]) -> CutRow:
        tonnes = np.sum([self._tonnes(name) for name in names], axis=0)
        months = (sum(self._month_tonnes(name, month) for name in names) for month in MONTHS)
        return CutRow(cut, self._name("cuts", cut), direction, commodity, self.over(tonnes), self._risk(tonnes),
                      tuple(Estimate(float(each), math.nan, math.nan) for each in months))  # fmt: skip

    def _group(self, name: str) -> str:
        """dry or oil."""
        return str(self.corridor["commodities"].row(self._known(name).commodity)["group"])

    def _tonnes(self, name: str) -> Floats:
        return np.nan_to_num(self.found.column((name, "waits")) * self.found.column((name, "wait")))

    def _month_tonnes(self, name: str, month: int) -> float:
        number, each = self.found.interval(name, "waits", month).mean, self.found.interval(name, "wait", month).mean
        return 0.0 if math.isnan(each) else number * each

    @staticmethod
    def _risk(values: Floats) -> tuple[float, float]:
        low, high = prediction(values, 0.9)
        return max(low, 0.0), high

    def causes(self) -> list[CauseRow]:
        """What cargo and ships wait for, most first: of cargo, hours of a tonne that is sent; of ships, hours of a sailing."""
        rows = []
        sailings = float(np.mean(self._column(self._role["sailing"], "waits")))
        for who, per in ((CARGO, sum(self.played.days.sent.values())), (VEHICLE, sailings)):
            if not per:
                continue
            sums: dict[str, Floats] = {}
            for name, known in self.played.days.known.items():
                found = self._waited(name, known, who)
                if found is not None:
                    cause, values = found
                    sums[cause] = sums.get(cause, np.zeros(len(values))) + values
            whole = float(sum(values.mean() for values in sums.values())) or 1.0
            found_rows = [CauseRow(who, cause, self.over(values, 1.0 / per), float(values.mean()) / whole) for cause, values in sums.items()]
            rows += sorted((row for row in found_rows if row.hours.mean > 0), key=lambda row: -row.hours.mean)
        return rows

    def _waited(self, name: str, known: Known, who: str) -> tuple[str, Floats] | None:
        """What is waited for at a place, and t x hours (of cargo) or hours (of ships) in every run."""
        if known.role in ("journey", "cut", "sailing", "waiting", "empties", "overdue"):
            return None
        tables = self.played.days.tables
        cause = tables.place_causes[tables.place(name)]
        if who == VEHICLE:
            if known.role == "idle":
                return "cargo", np.nan_to_num(self.found.column((name, "waits")) * self.found.column((name, "wait")))
            return (cause, self.found.column((name, "queue")) * self.played.hours) if known.who == VEHICLE and known.role != "line" else None
        tonnes = self.played.days.passing.get(name, 0.0)
        if not tonnes:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            if known.role in PILES:
                hours = self._mean_time(name)
            elif known.role == "yard":
                hours = self.found.column((name, "blocked")) * self.played.hours / self.found.column((name, "interruptions"))
            else:
                hours = self.found.column((name, "wait"))
        return cause, np.nan_to_num(hours, posinf=0.0) * tonnes

    def _mean_time(self, name: str) -> Floats:
        return self.found.column((name, "level")) * self.played.hours / self.found.column((name, "units_out"))
