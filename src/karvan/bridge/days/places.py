"""Where things wait: berths, cranes, yards, lines, borders, the sea and its weather, pools of wagons; each once, named by its row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from karvan.bridge.compile import HOURS, Compiled
from karvan.bridge.days.calendar import HOUR_A_DAY, MONTH_LENGTHS, YEAR, by_day
from karvan.bridge.days.plan import Plan, Ways
from karvan.corridor.checks import usage_unit
from karvan.engines.arrays import Conditions, Floats
from karvan.engines.simulate import Model, Place
from karvan.engines.simulate.distributions import Distribution, constant, exponential, lognormal
from karvan.engines.simulate.pool import MANY
from karvan.engines.simulate.stations import ban, breakdowns
from karvan.tables import units
from karvan.tables.faults import Fault

PARTS = 10
"""sizes are whole numbers: tenths of a unit, or tonnes."""
TRAIN_PARTS = 1000
"""a train is full with thousandths of it."""
LEAST_OPEN = 0.01
"""the share of a month that a calendar is open at least: one that is shut is so for a hundred spells for every hour that it opens."""
MONTHS = 12
BERTH, CRANE, YARD, WEATHER, WAGONS, BORDER, SHIP, TRAIN_CAUSE, LINE, BAN, SERVERS, PIPE_CAUSE = (
    "berth", "crane", "yard", "weather", "wagons", "border", "ship", "train", "line", "ban", "terminal", "pipe",
)  # fmt: skip
CARGO, VEHICLE = "cargo", "vehicle"


@dataclass(frozen=True)
class Known:
    """What a place of the model is in the case: its role, its row, its unit, how many parts of its size make one, who waits there."""

    role: str
    table: str
    key: str
    direction: str = ""
    unit: str = ""
    parts: float = 1.0
    who: str = CARGO
    other: str = ""
    """a second row that tells it apart: the berth of a pile, the fleet of a sailing, the destination of a journey."""
    commodity: str = ""


def near(mean: float, deviation: float) -> Distribution:
    """A time with this mean and deviation, never below 0: lognormal."""
    if mean <= 0:
        return constant(0.0)
    return lognormal(mean, deviation / mean) if deviation > 0 else constant(mean)


@dataclass(eq=False)
class Places:
    """The places of a model while it is written."""

    model: Model
    ways: Ways
    plan: Plan
    conditions: Conditions
    cells: Floats
    known: dict[str, Known] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    """yard or pool -> how many parts of its unit it holds."""
    faults: list[Fault] = field(default_factory=list)
    """what cannot be played."""
    passing: dict[str, float] = field(default_factory=dict)
    """place of the model -> t a year that assign sends by it."""
    _made: dict[str, Place] = field(default_factory=dict)
    _gangs: dict[str, list[tuple[str, int, float]]] = field(default_factory=dict)
    _closing: dict[str, list[tuple[Place, int]]] = field(default_factory=dict)
    _bans: dict[str, Place] = field(default_factory=dict)

    @property
    def compiled(self) -> Compiled:
        return self.ways.compiled

    # ---- times ------------------------------------------------------------------------------------------------------
    @cached_property
    def hours(self) -> Floats:
        """float64[arc], hours on the way or in the step, without the wait for a departure."""
        return self.conditions.time - self.compiled.waits(self.cells)[0]

    @cached_property
    def deviation(self) -> Floats:
        """float64[arc], their standard deviation."""
        return np.sqrt(np.maximum(self.conditions.variance - self.compiled.waits(self.cells)[1], 0.0))

    def time(self, arc: int, busy: float = 0.0) -> Distribution:
        """The time on an arc, less the hours in which its way was kept."""
        mean = float(self.hours[arc])
        rest = max(mean - busy, 0.0)
        return near(rest, float(self.deviation[arc]) * (rest / mean if mean > 0 else 0.0))

    def inspection(self, arc: int) -> tuple[float, float]:
        """Of a border: the share that is looked into, and the hours that this takes; (0, 0) elsewhere. The hours of the terminal hold them."""
        row, routines = self.ways.terminal(arc), self.ways.routines
        if row["kind"] != "border":
            return 0.0, 0.0
        key = str(row["terminal_id"])
        share, hours = routines.get("inspected", key), routines.get("inspection", key)
        return (min(share, 1.0), hours) if share and hours else (0.0, 0.0)

    def spare(self, arc: int, busy: float) -> Distribution:
        """The time in a step less what its servers and its inspections take of it in the mean."""
        share, hours = self.inspection(arc)
        mean, deviation = float(self.hours[arc]), float(self.deviation[arc])
        if share * hours > mean:
            key = self.ways.keys[arc]
            self.fault("routines.csv", self.ways.routines.row("inspection", key), "value", f"{share:g} x {hours:g} h of inspections at {key}",
                       f"no more than its {mean:g} h, which hold them", "Lower the share or the hours, or raise the time of the terminal.")  # fmt: skip
        rest = max(mean - busy - share * hours, 0.0)
        return near(rest, deviation * (rest / mean if mean > 0 else 0.0))

    # ---- what a terminal is -----------------------------------------------------------------------------------------
    def unit(self, arc: int) -> str:
        """In what a terminal counts; t when it says nothing."""
        return usage_unit(str(self.ways.terminal(arc)["capacity_unit"] or "t")) or "t"

    def parts(self, unit: str) -> float:
        """How many parts of a size make one unit."""
        return 1.0 if unit == "t" else TRAIN_PARTS if unit == "train" else PARTS

    def capacity(self, arc: int) -> float:
        """Units a year of a terminal as its row says, weather not taken off; nan when not known."""
        position = int(self.compiled.arcs.terminal[arc])
        said = str(self.compiled.corridor["terminals"]["capacity_unit"][position] or "")
        found = float(self.compiled.cells.of(self.cells, "terminals", "capacity")[position])
        return found * units.factor(said, f"{usage_unit(said)}/yr") if said and not math.isnan(found) else found

    def servers(self, arc: int) -> int:
        """Berths, cranes or tracks of a terminal."""
        return max(1, round(float(self.compiled.cells.of(self.cells, "terminals", "servers")[self.compiled.arcs.terminal[arc]])))

    def rate(self, arc: int) -> float:
        """Units an hour at one server of a terminal; nan when not known. Where ports share less than their berths could do together,
        as slow as makes all of them together do what they share."""
        key = self.ways.keys[arc]
        said = self.ways.routines.get("handling", key)
        rate = said if said else self.capacity(arc) / (self.servers(arc) * HOURS)
        return rate * self.slower(arc)

    def slower(self, arc: int) -> float:
        """By how much the shared limits of a port slow its berths: the capacity of the gangs over what they would do."""
        return min((factor for _, _, factor in self._gangs_of(arc)), default=1.0)

    # ---- faults -----------------------------------------------------------------------------------------------------
    def fault(self, file: str, key: str, column: str, found: str, expected: str, remedy: str) -> None:
        """Note that a row cannot be played; `key` is (the first part of) its key."""
        table = self.compiled.corridor[file.removesuffix(".csv")]
        mine = [int(line) for row, line in zip(table.keys, table.lines, strict=True) if key in (row, row.partition("/")[0])]
        self.faults.append(Fault(file, mine[0] if mine else 0, column, found, expected, remedy))

    def fits(self, place: Place, units: int, file: str, column: str) -> None:
        """Note a fault when one consignment is larger than a yard or pool will ever be."""
        if units > self.rooms[place.name]:
            known = self.known[place.name]
            what = "slots" if known.role == "yard" else "in wagons that stand ready"
            subject = self.ways.routines.row("slots", known.key) if known.role == "yard" else known.key
            self.fault(file, subject, column, f"{self.rooms[place.name] / known.parts:,.4g} {known.unit} {what} of {known.key}",
                       f"room for one consignment, {units / known.parts:,.4g} {known.unit}", "Enlarge it, or make the lot smaller with a routine `lot`.")  # fmt: skip

    # ---- places -----------------------------------------------------------------------------------------------------
    def note(self, name: str, place: Place, known: Known) -> Place:
        """Remember a place that was made, and what it is in the case."""
        self._made[name], self.known[place.name] = place, known
        return place

    def passes(self, place: Place, tonnes: float) -> None:
        """So many t a year pass this place."""
        self.passing[place.name] = self.passing.get(place.name, 0.0) + tonnes

    def made(self, name: str) -> Place | None:
        """A place that is there already; None when it is not."""
        return self._made.get(name)

    def place(self, name: str) -> Place:
        """A place that was made."""
        return self._made[name]

    def berth(self, arc: int) -> Place | None:
        """The berths of a terminal; None where nothing says how much they can do."""
        if math.isnan(self.rate(arc)):
            return None
        key = self.ways.keys[arc]
        name = f"berth:{key}"
        if name not in self._made:
            servers = self.servers(arc)
            place = self.model.resource(name, servers, interruptible=True, cause=BERTH)
            self.note(name, place, Known("berth", "terminals", key, unit=self.unit(arc), who=VEHICLE))
            self._closing.setdefault(str(self.ways.terminal(arc)["calendar_id"] or ""), []).append((place, servers))
        return self._made[name]

    def cranes(self, arc: int) -> list[Place]:
        """What a ship needs beside its berth, in the order in which it is seized: gangs that several berths share, cranes that break."""
        out = []
        for key, gangs, _ in self._gangs_of(arc):
            name = f"gangs:{key}"
            if name not in self._made:
                self.note(name, self.model.resource(name, gangs, cause=CRANE), Known("gangs", "resources", key, who=VEHICLE))
            out.append(self._made[name])
        key = self.ways.keys[arc]
        works, repair = self.ways.routines.get("breaks", key), self.ways.routines.get("repair", key)
        if works and repair:
            name = f"cranes:{key}"
            if name not in self._made:
                place = self.note(name, self.model.resource(name, self.servers(arc), cause=CRANE), Known("cranes", "terminals", key, who=VEHICLE))
                breakdowns(self.model, f"breakdowns:{key}", place, exponential(works), exponential(repair), interrupt=False)
            out.append(self._made[name])
        return out

    def _gangs_of(self, arc: int) -> list[tuple[str, int, float]]:
        """(resource, gangs, slowdown) of the port limits of a terminal that bind before its berths do together."""
        key = self.ways.keys[arc]
        if key not in self._gangs:
            self._gangs[key] = self._bind(key)
        return self._gangs[key]

    def _bind(self, terminal: str) -> list[tuple[str, int, float]]:
        corridor, cells = self.compiled.corridor, self.compiled.cells
        terminals, resources = corridor["terminals"], corridor["resources"]
        out = []
        for i, row in enumerate(resources.rows()):
            if row["kind"] != "port" or terminal not in row["members"]:
                continue
            total = float(cells.of(self.cells, "resources", "capacity")[i])
            together, servers = 0.0, 0.0
            for key in row["members"]:
                if key in terminals:
                    position = terminals.index[key]
                    if cells.of(self.cells, "terminals", "exists")[position] <= 0:
                        continue
                    one = float(cells.of(self.cells, "terminals", "capacity")[position])
                    together += one * self._into(str(terminals["capacity_unit"][position] or ""), str(row["capacity_unit"]))
                    servers += max(1.0, float(cells.of(self.cells, "terminals", "servers")[position]))
            if not 0 < total < together:
                continue
            mean = together / servers
            gangs = max(1, math.ceil(total / mean))
            out.append((str(row["resource_id"]), gangs, min(1.0, total / (gangs * mean))))
        return out

    def _into(self, unit: str, wanted: str) -> float:
        """What one of a unit is in another, over the cargo that is played; 0 when they cannot be compared."""
        of, to = usage_unit(unit) or "t", usage_unit(wanted) or "t"
        if of == to:
            return 1.0
        total = into = 0.0
        for k, tonnes in self._by_commodity.items():
            a, b = self.ways.tonnes("", of, k), self.ways.tonnes("", to, k)
            if a and b:
                total, into = total + tonnes, into + tonnes * a / b
        return into / total if total else 0.0

    @cached_property
    def _by_commodity(self) -> dict[int, float]:
        """t a year of every commodity that is played."""
        out: dict[int, float] = {}
        for traffic in self.plan.traffic:
            out[traffic.commodity] = out.get(traffic.commodity, 0.0) + traffic.tonnes
        return out

    def waiting(self, arc: int) -> Place:
        """A tank without end: the units that have come to a terminal and are not yet through it."""
        key = self.ways.keys[arc]
        name = f"waiting:{key}"
        if name not in self._made:
            unit = self.unit(arc)
            self.note(name, self.model.tank(name), Known("waiting", "terminals", key, unit=unit, parts=self.parts(unit)))
        return self._made[name]

    def yard(self, arc: int) -> Place | None:
        """The yard to which a terminal belongs, as large as a routine says and without end when none does; None when it belongs to none."""
        corridor = self.compiled.corridor
        for row in corridor["resources"].rows():
            key = str(row["resource_id"])
            if row["kind"] != "yard" or self.ways.keys[arc] not in row["members"]:
                continue
            name = f"yard:{key}"
            if name not in self._made:
                unit = usage_unit(str(row["capacity_unit"])) or "t"
                slots, parts = self.ways.routines.get("slots", key), self.parts(unit)
                room = None if slots is None else max(1, round(slots * parts))
                self.rooms[name] = room or MANY
                self.note(name, self.model.tank(name, 0, room, cause=YARD), Known("yard", "resources", key, unit=unit, parts=parts))
            return self._made[name]
        return None

    def step(self, arc: int) -> Place | None:
        """The servers of a step; None where nothing says how much they can do: then only its time passes."""
        if math.isnan(self.rate(arc)):
            return None
        key = self.ways.keys[arc]
        name = f"step:{key}"
        if name not in self._made:
            kind = str(self.ways.terminal(arc)["kind"])
            cause = BORDER if kind in ("border", "gauge_change") else SERVERS
            place = self.model.resource(name, self.servers(arc), interruptible=True, cause=cause)
            self.note(name, place, Known("step", "terminals", key, unit=self.unit(arc)))
            self._closing.setdefault(str(self.ways.terminal(arc)["calendar_id"] or ""), []).append((place, self.servers(arc)))
        return self._made[name]

    def hours_of(self, arc: int) -> Place | None:
        """The opening hours of a terminal; None when it is always open."""
        key = self.ways.keys[arc]
        opens, closes = self.ways.routines.get("opens", key), self.ways.routines.get("closes", key)
        if opens is None and closes is None:
            return None
        name = f"hours:{key}"
        if name not in self._made:
            shut = [pair for pair in ((0.0, opens or 0.0), (closes or HOUR_A_DAY, HOUR_A_DAY)) if pair[1] > pair[0]]
            self.note(name, self.model.calendar(name, shut, HOUR_A_DAY, cause=BORDER), Known("hours", "terminals", key))
        return self._made[name]

    def line(self, arc: int) -> Place | None:
        """The way of a link in one direction, which one train or parcel enters after the other; None where no capacity is known."""
        for i in self._limits_of(arc):
            limit = self.compiled.limits[i]
            if limit.table == "links" and math.isfinite(self.conditions.capacity[i]):
                name = f"line:{limit.key}:{limit.direction}"
                if name not in self._made:
                    self.note(name, self.model.resource(name, 1, cause=LINE), Known("line", "links", limit.key, limit.direction, limit.unit, who=VEHICLE))
                return self._made[name]
        return None

    def line_hours(self, arc: int, unit: str, mixture: Iterable[tuple[float, int]]) -> float:
        """Hours that one unit of this kind, of this (t, commodity) mixture, keeps the way of a link."""
        for i in self._limits_of(arc):
            limit = self.compiled.limits[i]
            if limit.table == "links" and math.isfinite(self.conditions.capacity[i]) and self.conditions.capacity[i] > 0:
                working = HOURS * self.open_share(self.calendar_of(arc))  # closures are played, and are not to slow it a second time
                return working / float(self.conditions.capacity[i]) * self.per(limit.key, limit.unit, "", unit, mixture)
        return 0.0

    def open_share(self, calendar: str) -> float:
        """The share of a year in which a calendar is open, as the yearly capacities count it: the mean of its months; 1 without one."""
        table = self.compiled.corridor["calendars"]
        mine = np.asarray(table["calendar_id"] == calendar)
        months = np.ones(MONTHS)
        months[np.asarray(table["month"])[mine].astype(int) - 1] = self.compiled.cells.of(self.cells, "calendars", "open_share")[mine]
        return float(np.average(months, weights=MONTH_LENGTHS))

    def per(self, limit: str, unit: str, other: str, other_unit: str, mixture: Iterable[tuple[float, int]]) -> float:
        """Units of one limit for every unit of another, over a mixture of cargo."""
        of_one = of_other = 0.0
        for tonnes, k in mixture:
            one, another = self.ways.tonnes(limit, unit, k), self.ways.tonnes(other, other_unit, k)
            if one and another:
                of_one, of_other = of_one + tonnes / one, of_other + tonnes / another
        return of_one / of_other if of_other > 0 else 0.0

    def _limits_of(self, arc: int) -> np.ndarray:
        drawn = self.compiled.limits_of_arc
        return np.asarray(drawn.indices[drawn.indptr[arc] : drawn.indptr[arc + 1]])

    def pool(self, arc: int) -> tuple[Place, str, float, float] | None:
        """Of a railway link with a fleet: the wagons standing ready for this direction, their unit, the units of one, hours of a round trip."""
        fleet = self.ways.fleet(arc)
        service = int(self.compiled.arcs.service[arc])
        if not fleet:
            return None
        corridor, of = self.compiled.corridor, self.compiled.cells.of
        position = corridor["fleets"].index[fleet]
        direction = "forward" if self.compiled.arcs.direction[arc] == 0 else "reverse"
        unit = usage_unit(str(corridor["fleets"]["payload_unit"][position])) or "t"
        payload = float(of(self.cells, "fleets", "payload")[position])
        name = f"pool:{fleet}:{direction}"
        if name not in self._made:
            number = float(of(self.cells, "fleets", "number")[position] * of(self.cells, "fleets", "availability")[position])
            level = self.rooms[name] = min(max(1, round(number * payload * self.parts(unit))), MANY)
            self.note(name, self.model.tank(name, level, level, cause=WAGONS), Known("pool", "fleets", fleet, direction, unit, self.parts(unit)))
        return self._made[name], unit, payload, float(of(self.cells, "services", "round_trip")[service])

    # ---- gates ------------------------------------------------------------------------------------------------------
    def sea(self, calendar: str) -> Place | None:
        """The gate that weather closes; None without a calendar."""
        if not calendar:
            return None
        name = f"weather:{calendar}"
        if name not in self._made:
            self.note(name, self.model.gate(name, cause=WEATHER), Known("weather", "calendars", calendar, who=VEHICLE))
            self._closing.setdefault(calendar, [])
        return self._made[name]

    def calendar_of(self, arc: int) -> str:
        """The calendar of a terminal or link."""
        arcs = self.compiled.arcs
        table, position = ("terminals", arcs.terminal[arc]) if arcs.terminal[arc] >= 0 else ("links", arcs.link[arc])
        return str(self.compiled.corridor[table]["calendar_id"][position] or "")

    def ban(self, arc: int) -> Place | None:
        """The gate at the origins that a railway closes while too much waits at this terminal; None when nothing says when."""
        key = self.ways.keys[arc]
        above = self.ways.routines.get("ban_above", key)
        if above is None:
            return None
        name = f"ban:{key}"
        if name not in self._made:
            parts = self.parts(self.unit(arc))
            below = self.ways.routines.get("ban_below", key)
            least = self.ways.routines.get("ban_least", key) or 0.0
            gate = self.note(name, self.model.gate(name, cause=BAN), Known("ban", "terminals", key))
            ban(self.model, f"watch:{key}", gate, self.waiting(arc).level, above * parts, (above if below is None else below) * parts, least * HOUR_A_DAY)
        return self._made[name]

    def priority(self, words: tuple[str, ...]) -> int:
        """Who is served first: smaller numbers before larger; 0 where nothing is said."""
        return round(self.ways.routines.get("priority", *words) or 0.0)

    def write_weather(self) -> None:
        """What closes and opens the gates, and stops who works at the berths behind them, month by month."""
        for calendar, places in self._closing.items():
            if not calendar:
                continue
            gate = self.sea(calendar)
            assert gate is not None
            self._weather(calendar, gate, places)

    def _weather(self, calendar: str, gate: Place, places: list[tuple[Place, int]]) -> None:
        """Closures come by chance, each as long as one of the month in which it begins; so that a month is open for its share:
        of onsets an hour and a mean spell S, the open share in the long run is 1 / (1 + onsets S)."""
        table = self.compiled.corridor["calendars"]
        mine = np.asarray(table["calendar_id"] == calendar)
        share = np.ones(MONTHS)
        share[np.asarray(table["month"])[mine].astype(int) - 1] = self.compiled.cells.of(self.cells, "calendars", "open_share")[mine]
        if share.max() <= 0:
            self.fault("calendars.csv", calendar, "open_share", "0 in every month", "a part of the year above 0",
                       "Open it in some months, or take the links and terminals that name it out.")  # fmt: skip
            return
        spells = self.ways.routines.of_months("spell", (calendar,), self._spell())
        share = np.maximum(share, LEAST_OPEN)
        onsets = (1.0 - share) / (share * spells)
        most = float(onsets.max())
        if most <= 0:
            return
        program = self.model.program(f"wind:{calendar}").label("fair").delay("fair", exponential(1.0 / most))
        program.branch("season", [1.0 - x / most for x in by_day(onsets)], "fair", period=YEAR).close(gate)
        for place, servers in places:
            program.change(place, -servers, interrupt=True)
        lengths = sorted(set(spells[share < 1.0].tolist()))
        for hours in lengths[1:]:
            program.branch(f"month of {hours:g} h", by_day((spells == hours).astype(float)), f"foul {hours:g}", period=YEAR)
        program.delay("foul", exponential(lengths[0])).goto("calm")
        for hours in lengths[1:]:
            program.label(f"foul {hours:g}").delay("foul", exponential(hours)).goto("calm")
        program.label("calm")
        for place, servers in places:
            program.change(place, servers)
        self.model.start(program.open(gate).goto("fair"))

    def _spell(self) -> float:
        parameters = self.compiled.corridor["parameters"]
        return float(parameters.row("closure_spell")["value"]) if "closure_spell" in parameters else HOUR_A_DAY
