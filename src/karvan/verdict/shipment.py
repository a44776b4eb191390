"""One consignment: the best ways from A to B in a likely year, queues included, the rivals beside each other.

A likely year is the base solution of the year: cells at their likely values, projects delivered in the middle of what the
reference class says (or as forced), no shock, demand carried forward with likely growth. A consignment uses what stands in the middle
of the year. One that leaves on a given day uses what stands on that day, waits for the departures of the timetables, and for the
end of closures in the months in which it comes to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.bridge import emissions, label, timetables
from karvan.bridge.cells import DATED, cause_of
from karvan.bridge.compile import Compiled
from karvan.bridge.emissions import ArcEmissions
from karvan.bridge.expanded import DESTINATION, ORIGIN
from karvan.bridge.label import Leg
from karvan.engines import duration, paths, route, schedule
from karvan.engines.arrays import Conditions
from karvan.engines.schedule import Spread
from karvan.evidence import weigh
from karvan.tables.faults import UsageError
from karvan.verdict import cpmm, delivery, demand, document, level, transit
from karvan.verdict.cpmm import Indicators
from karvan.verdict.futures import Forced, dated_share
from karvan.verdict.model import Answer, Model

_MIDDLE = 401
_MANY_HOURS = 24.0
_TARIFF_SEED = 1
ONE_MODE = "one mode all the way"


@dataclass(frozen=True)
class Emissions:
    """kg CO2e per tonne of a way, well to wheel: all of it; of that handling at hubs and ways without cargo; before the vehicle and at
    it (None where a factor does not tell them apart); per mode or kind of step; whether an optimistic factor is in it; whether every step
    has a factor; the rows it comes from."""

    total: float
    hubs: float
    empties: float
    well_to_tank: float | None
    tank_to_wheel: float | None
    by_mode: tuple[tuple[str, float], ...]
    optimistic: bool
    hubs_known: bool
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Way:
    """One way door to door: days, money and who receives it, emissions, kilometres, legs, CPMM indicators, and the places where it
    changes hands. `within` is the chance to arrive within the days asked for; `best_in` says in what no listed way is better."""

    days_p10: float
    days_p50: float
    days_p90: float
    days_mean: float
    within: float | None
    money: float
    money_per_teu: float | None
    money_by_actor: tuple[tuple[str, float], ...]
    generalised: float
    emissions: Emissions
    length: float
    via: str
    shared: float
    efficient: bool
    best_in: tuple[str, ...]
    indicators: Indicators
    legs: tuple[Leg, ...]

    @property
    def co2(self) -> float:
        return self.emissions.total

    @property
    def co2_optimistic(self) -> bool:
        return self.emissions.optimistic

    @property
    def spread(self) -> float:
        """P90 over P50: 1 is certain."""
        return self.days_p90 / self.days_p50 if self.days_p50 > 0 else 1.0

    @property
    def buffer_days(self) -> float:
        """Days between P50 and P90: what a shipper adds to be late once in ten times only."""
        return self.days_p90 - self.days_p50

    def document(self) -> dict[str, Any]:
        """The way as plain values."""
        legs = [{"table": leg.kind, "id": leg.key, "name": leg.name, "from": leg.from_node, "to": leg.to_node, "mode": leg.mode,
                 "length": leg.length, "hours": leg.hours, "wait": leg.wait, "money": leg.money, "co2": leg.co2} for leg in self.legs]  # fmt: skip
        gases = self.emissions
        return {"days_p10": self.days_p10, "days_p50": self.days_p50, "days_p90": self.days_p90, "days_mean": self.days_mean,
                "buffer_days": self.buffer_days, "spread": self.spread, "within": self.within, "money": self.money,
                "money_per_teu": self.money_per_teu, "money_by_actor": [{"actor": actor, "money": money} for actor, money in self.money_by_actor],
                "generalised_cost": self.generalised, "co2": gases.total, "co2_well_to_tank": gases.well_to_tank,
                "co2_tank_to_wheel": gases.tank_to_wheel, "co2_hubs": gases.hubs, "co2_hubs_known": gases.hubs_known, "co2_empties": gases.empties,
                "co2_by_mode": [{"mode": mode, "co2": value} for mode, value in gases.by_mode], "co2_optimistic": gases.optimistic,
                "co2_factors": [f"{table}:{key}" for table, key in gases.rows], "length": self.length, "via": self.via, "shared": self.shared,
                "efficient": self.efficient, "best_in": list(self.best_in), "cpmm": self.indicators.document(), "legs": legs}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked of the ways: how many, the day on which the consignment leaves, the days within which it should arrive."""

    best: int = 4
    depart: np.datetime64 | None = None
    within: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The ways of one consignment, cheapest by generalised cost first; `frontier` are the figures of all ways that none beats in money,
    time and CO2 (USD/t, days in the mean, kg CO2e/t, USD/t generalised), listed or not; `read_as` what was made of misspelt names;
    `chart` the file in which a face is asked to draw them."""

    compiled: Compiled
    origin: str
    destination: str
    commodity: str
    year: int
    scenario: str
    asked: Asked
    ways: tuple[Way, ...]
    frontier: np.ndarray
    complete: bool
    read_as: tuple[tuple[str, str], ...] = ()
    other: Comparison | None = None
    chart: Path | None = None

    @property
    def measured(self) -> tuple[cpmm.Seen, ...]:
        """What CPMM measured on the sections of the case up to the year."""
        return cpmm.measured(self.compiled.corridor, self.year)

    @property
    def factors(self) -> tuple[dict[str, Any], ...]:
        """The emission factors behind the ways, with basis and source."""
        corridor = self.compiled.corridor
        out = []
        for table, key in sorted({each for way in self.ways for each in way.emissions.rows}):
            row = corridor[table].row(key)
            out.append({"table": table, "id": key, "energy": row["energy"] or None, "factor": float(row["factor"]),
                        "unit": corridor[table].schema["factor"].unit, "basis": row["basis"],
                        "source": weigh.citation(corridor.tables, row["source_id"]) or None})  # fmt: skip
        return tuple(out)

    def document(self) -> dict[str, Any]:
        """The comparison as a JSON document; money in USD/t, co2 in kg CO2e/t well to wheel, lengths in km."""
        depart = None if self.asked.depart is None else str(self.asked.depart)
        out: dict[str, Any] = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.compiled.corridor, year=self.year, scenario=self.scenario),
            "origin": self.origin, "destination": self.destination, "commodity": self.commodity, "year": self.year,
            "depart": depart, "within_days": self.asked.within, "read_as": [{"given": given, "read": read} for given, read in self.read_as],
            "complete": self.complete, "routes": [way.document() for way in self.ways],
            "frontier": [{"money": row[0], "days_mean": row[1], "co2": row[2], "generalised_cost": row[3]} for row in self.frontier.tolist()],
            "emission_factors": list(self.factors), "cpmm_measured": [cpmm.seen(each) for each in self.measured],
        }  # fmt: skip
        if self.other is not None:
            out["compare"] = self.other.document()
        plain: dict[str, Any] = document.plain(out)
        return plain


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a year is solved with: its cells, tonnes per OD pair, and the level of the sea in m."""

    cells: np.ndarray
    amount: np.ndarray
    level: float


def likely_year(model: Model, year: int, forced: Forced) -> Answer:
    """The base solution of a modelled year, or of a data year of the past. Raises `UsageError` for any other."""
    found = likely_inputs(model, year, forced)
    return model.solve(found.cells, found.amount, found.level)


def likely_inputs(model: Model, year: int, forced: Forced) -> Inputs:
    """What `likely_year` solves."""
    compiled = model.compiled
    years = compiled.corridor.settings.years
    if year in compiled.data_years and year < years[0]:
        amount = compiled.amounts[compiled.data_years.index(year)]
        return Inputs(bridge_cells.of_year(compiled.cells, compiled.corridor.history, year), amount, level.observed(compiled.corridor, year))
    if year not in years:
        raise UsageError(f"--year {year}: expected {years[0]} to {years[-1]}, or a data year from {compiled.data_years[0]}.")
    cells = likely_cells(compiled, year, forced)
    base, base_year = demand.base(compiled)
    growth = np.where(compiled.growth >= 0, cells[compiled.growth], 0.0) * (year - base_year)
    seen_year, seen = level.last_observed(compiled.corridor)
    parameters = compiled.corridor["parameters"]
    trend = float(parameters.row("level_trend")["value"]) if "level_trend" in parameters else 0.0
    sea = seen + trend * (year - seen_year) if np.isnan(forced.level) else forced.level
    return Inputs(cells, base * forced.demand * np.exp(growth), sea)


def likely_cells(compiled: Compiled, year: int, forced: Forced) -> np.ndarray:
    """The cells of a modelled year at their likely values: projects delivered in the middle of what the reference class says
    (or as forced), edits with dates in force for their share of the year, no shock."""
    operations = compiled.operations
    return compiled.cells.within(operations.apply(compiled.cells.today, _shares(compiled, forced, year, None), operations.likely))


def standing(model: Model, answer: Answer, forced: Forced, depart: np.datetime64 | None) -> np.ndarray:
    """bool[arc]: what a consignment finds open, on the day it leaves, or, without a day, in the middle of the year: a way that opens in
    December is of no use to most of those who ask for the year."""
    compiled = model.compiled
    if depart is None:
        return compiled.exists(answer.cells) >= 0.5
    operations = compiled.operations
    share = _shares(compiled, forced, int(str(depart)[:4]), depart)
    return compiled.exists(compiled.cells.within(operations.apply(compiled.cells.today, share, operations.likely))) > 0.5


def _shares(compiled: Compiled, forced: Forced, year: int, day: np.datetime64 | None) -> np.ndarray:
    """float64[cause]: the share of the year in which each cause holds, or 0 and 1 on a day; projects in the middle of their draws."""
    reference = delivery.fit(compiled.corridor)
    drawn = delivery.sample(compiled.corridor, reference, _TARIFF_SEED, _MIDDLE, forced.deliveries)
    operations = compiled.operations
    share = np.zeros(len(operations.causes))
    for i, cause in enumerate(operations.causes):
        if cause.startswith("project:"):
            middle = float(np.median(drawn.of(cause.removeprefix("project:"))))
            share[i] = delivery.shares(np.array([middle]), range(year, year + 1))[0, 0] if day is None else float(middle <= _decimal(day))
        elif cause.startswith(DATED):
            edit = next(edit for edit in operations.edits if cause_of(edit) == cause)
            holds = edit.start <= day and (np.isnat(edit.end) or day <= edit.end) if day is not None else False
            share[i] = dated_share(edit, range(year, year + 1))[0] if day is None else float(holds)
    return share


def _decimal(day: np.datetime64) -> float:
    return float(delivery.decimal_year(day))


@dataclass(frozen=True)
class _Clocks:
    """Per arc in h: mean, variance and third cumulant of all its time, and the mean, variance and third cumulant of the wait for a
    departure in it."""

    mean: np.ndarray
    variance: np.ndarray
    third: np.ndarray
    wait: tuple[np.ndarray, np.ndarray, np.ndarray]

    def own(self, arc: int, timed: bool) -> Spread:
        """The time on an arc; without the wait for a departure where a timetable tells it."""
        parts = [float(each[arc]) for each in (self.mean, self.variance, self.third)]
        less = [float(each[arc]) for each in self.wait] if timed else [0.0, 0.0, 0.0]
        return Spread(max(parts[0] - less[0], 0.0), max(parts[1] - less[1], 0.0), parts[2] - less[2])


def _clocks(model: Model, answer: Answer, queued: Conditions) -> _Clocks:
    """Running and handling are lognormal, waits for departures as the timetable says, queues exponential."""
    waits = model.compiled.waits(answer.cells)
    bare = answer.conditions
    queue = np.where(np.isfinite(answer.result.delay), answer.result.delay, 0.0)
    drawn = model.compiled.limits_of_arc
    moving, spread = np.maximum(bare.time - waits[0], 0.0), np.maximum(bare.variance - waits[1], 0.0)
    third = duration.third_cumulant(moving, spread) + waits[2] + drawn @ (2.0 * queue**3)
    return _Clocks(queued.time, queued.variance, third, waits)


def compare(
    model: Model, answer: Answer, origin: str, destination: str, commodity: str, year: int, scenario: str, asked: Asked | None = None,
    forced: Forced | None = None,
) -> Comparison:  # fmt: skip
    """The best ways between two nodes for a commodity in a solved year."""
    compiled, asked = model.compiled, asked or Asked()
    k = compiled.commodities.index(commodity)
    queued = transit.with_queues(model, answer)
    conditions = replace(queued, open=queued.open & standing(model, answer, forced or Forced(), asked.depart))
    clocks = _clocks(model, answer, conditions)
    length, gases = compiled.lengths(answer.cells), emissions.arc_emissions(compiled.corridor, compiled.arcs, commodity)
    ends = compiled.state_index[origin, ORIGIN], compiled.state_index[destination, DESTINATION]
    found = route.best(compiled.network, compiled.choice, conditions, *ends, k, co2=gases.total, length=length, third=clocks.third,
                       options=route.RouteOptions(best=asked.best))  # fmt: skip
    listed = [found.arc[found.start[i] : found.start[i + 1]] for i in range(found.n_ways)]
    first: tuple[int, ...] = ()
    if asked.depart is not None and listed:
        table = timetables.timetable(compiled.corridor, compiled.cells, answer.cells, compiled.arcs, compiled.departures, asked.depart)
        timed = compiled.departures.has
        usable = np.isfinite(paths.generalised_cost(compiled.network, compiled.choice, conditions, k))
        first, _ = schedule.earliest(model.star, usable, np.where(timed, conditions.time - clocks.wait[0], conditions.time), table, *ends)
        if first and all(tuple(way.tolist()) != first for way in listed):
            listed.append(np.array(first, dtype=np.int32))
    ways = []
    for i, way in enumerate(listed):
        if asked.depart is None:
            hours, wait = conditions.time[way], clocks.wait[0][way]
            days = found.percentile[i] / _MANY_HOURS
            late = None if asked.within is None else float(duration.share_within(conditions.time[way], conditions.variance[way],
                                                           np.array([asked.within * _MANY_HOURS]), third=clocks.third[way])[0])  # fmt: skip
            mean, variance = float(hours.sum()), float(conditions.variance[way].sum())
        else:
            gone = schedule.journey(way.tolist(), [clocks.own(arc, bool(timed[arc])) for arc in way.tolist()], table)
            last, after = gone.after[-1], [clock.mean for clock in gone.after]
            hours = np.diff(after, prepend=0.0)
            wait = gone.sailing + gone.closure + np.where(timed[way], 0.0, clocks.wait[0][way])
            days = last.percentiles(route.SHARES) / _MANY_HOURS
            late = None if asked.within is None else float(last.within(np.array([asked.within * _MANY_HOURS]))[0])
            mean, variance = last.mean, last.variance
        legs = tuple(label.legs(compiled, way, k, hours, wait, conditions.cost, gases.total))
        hour = float(compiled.choice.value_of_time[k])
        money = float(conditions.cost[k, way].sum())
        general = money + float(conditions.perceived[k, way].sum()) + hour * (mean + float(compiled.choice.reliability[k]) * variance**0.5)
        teu = compiled.corridor["commodities"]["tonnes_per_teu"][k]
        efficient = bool(found.efficient[i]) if i < found.n_ways else True
        ways.append(Way(
            float(days[0]), float(days[1]), float(days[2]), mean / _MANY_HOURS, late, money, None if np.isnan(teu) else money * float(teu),
            tuple(label.money_by_actor(compiled, answer.cells, way, k).items()), general, _gases(compiled, gases, way, legs),
            float(length[way].sum()), via(compiled, legs), float(found.shared[i]) if i < found.n_ways else 1.0, efficient,
            ("earliest",) if tuple(way.tolist()) == first else (), cpmm.indicators(compiled.corridor, legs, year), legs,
        ))  # fmt: skip
    frontier = found.frontier.copy()
    frontier[:, 1] /= _MANY_HOURS
    names = compiled.corridor["nodes"]
    ranked = _praised(sorted(ways, key=lambda each: each.generalised))
    return Comparison(compiled, names.row(origin)["name"], names.row(destination)["name"], commodity, year, scenario, asked, ranked, frontier, found.complete)


def _praised(ways: list[Way]) -> tuple[Way, ...]:
    """The ways with what each of them is best in."""
    def least(figure: str) -> float:
        return min((getattr(way, figure) for way in ways), default=0.0)

    sights = (("cheapest", "money"), ("fastest", "days_p50"), ("least_co2", "co2"), ("most_reliable", "buffer_days"))
    return tuple(replace(way, best_in=(*(word for word, figure in sights if getattr(way, figure) <= least(figure)), *way.best_in)) for way in ways)


def _gases(compiled: Compiled, gases: ArcEmissions, way: np.ndarray, legs: tuple[Leg, ...]) -> Emissions:
    by_mode: dict[str, float] = {}
    for leg in legs:
        by_mode[leg.mode] = by_mode.get(leg.mode, 0.0) + leg.co2
    before = float(gases.well_to_tank[way].sum())
    total = float(gases.total[way].sum())
    known = all(gases.rows[leg.arc] for leg in legs if leg.kind == "terminals")
    return Emissions(total, float(gases.hubs[way].sum()), float(gases.empties[way].sum()), None if np.isnan(before) else before,
                     None if np.isnan(before) else total - before, tuple((mode, value) for mode, value in by_mode.items() if value > 0),
                     bool(gases.optimistic[way].any()), known, tuple(sorted({row for arc in way.tolist() for row in gases.rows[arc]})))  # fmt: skip


def via(compiled: Compiled, legs: tuple[Leg, ...]) -> str:
    """The places where a way enters a country or changes its mode, in order: what tells it from its rivals."""
    nodes = compiled.corridor["nodes"]
    moves = [leg for leg in legs if leg.kind != "terminals"]
    places: list[str] = []
    for before, leg in pairwise(moves):
        if before.mode != leg.mode:
            places.append(leg.from_node)
        if leg is not moves[-1] and nodes.row(leg.from_node)["country"] != nodes.row(leg.to_node)["country"]:
            places.append(leg.to_node)
    return ", ".join(str(nodes.row(place)["name"]).partition(" (")[0] for place in dict.fromkeys(places)) or ONE_MODE
