"""One consignment: the best ways from A to B in a likely year, queues included, the rivals beside each other.

A likely year is the base solution of the year: cells at their likely values, projects delivered in the middle of what the
reference class says (or as forced), no shock, demand carried forward with likely growth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.bridge import emissions, label
from karvan.bridge.cells import DATED, cause_of
from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import DESTINATION, ORIGIN
from karvan.bridge.label import Leg
from karvan.engines import route
from karvan.tables.faults import UsageError
from karvan.verdict import delivery, demand, document, level, transit
from karvan.verdict.futures import Forced, dated_share
from karvan.verdict.model import Answer, Model

_MIDDLE = 401
_MANY_HOURS = 24.0
_TARIFF_SEED = 1


@dataclass(frozen=True)
class Way:
    """One way door to door: days, money, emissions (and whether an optimistic factor is in them), kilometres, legs, and the
    places where it changes hands."""

    days_p10: float
    days_p50: float
    days_p90: float
    money: float
    money_per_teu: float | None
    generalised: float
    co2: float
    co2_optimistic: bool
    length: float
    via: str
    efficient: bool
    legs: tuple[Leg, ...]

    def document(self) -> dict[str, Any]:
        """The way as plain values."""
        legs = [{"table": leg.kind, "id": leg.key, "name": leg.name, "from": leg.from_node, "to": leg.to_node, "mode": leg.mode,
                 "length": leg.length, "hours": leg.hours, "money": leg.money} for leg in self.legs]  # fmt: skip
        return {"days_p10": self.days_p10, "days_p50": self.days_p50, "days_p90": self.days_p90, "money": self.money,
                "money_per_teu": self.money_per_teu, "generalised_cost": self.generalised, "co2": self.co2, "co2_optimistic": self.co2_optimistic,
                "length": self.length, "via": self.via, "efficient": self.efficient, "legs": legs}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """The ways of one consignment, cheapest by generalised cost first."""

    compiled: Compiled
    origin: str
    destination: str
    commodity: str
    year: int
    scenario: str
    ways: tuple[Way, ...]
    complete: bool
    other: Comparison | None = None

    def document(self) -> dict[str, Any]:
        """The comparison as a JSON document; money in USD/t, co2 in kg CO2e/t well to wheel, lengths in km."""
        out: dict[str, Any] = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.compiled.corridor, year=self.year, scenario=self.scenario),
            "origin": self.origin, "destination": self.destination, "commodity": self.commodity, "year": self.year,
            "complete": self.complete, "routes": [way.document() for way in self.ways],
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
    reference = delivery.fit(compiled.corridor)
    drawn = delivery.sample(compiled.corridor, reference, _TARIFF_SEED, _MIDDLE, forced.deliveries)
    operations = compiled.operations
    share = np.zeros(len(operations.causes))
    for i, cause in enumerate(operations.causes):
        if cause.startswith("project:"):
            middle = np.median(drawn.of(cause.removeprefix("project:")))
            share[i] = delivery.shares(np.array([middle]), range(year, year + 1))[0, 0]
        elif cause.startswith(DATED):
            share[i] = dated_share(next(edit for edit in operations.edits if cause_of(edit) == cause), range(year, year + 1))[0]
    cells = compiled.cells.within(operations.apply(compiled.cells.today, share, operations.likely))
    base, base_year = demand.base(compiled)
    growth = np.where(compiled.growth >= 0, cells[compiled.growth], 0.0) * (year - base_year)
    seen_year, seen = level.last_observed(compiled.corridor)
    parameters = compiled.corridor["parameters"]
    trend = float(parameters.row("level_trend")["value"]) if "level_trend" in parameters else 0.0
    sea = seen + trend * (year - seen_year) if np.isnan(forced.level) else forced.level
    return Inputs(cells, base * forced.demand * np.exp(growth), sea)


def compare(model: Model, answer: Answer, origin: str, destination: str, commodity: str, best: int, year: int, scenario: str) -> Comparison:
    """The best ways between two nodes for a commodity in a solved year."""
    compiled = model.compiled
    k = compiled.commodities.index(commodity)
    conditions = transit.with_queues(model, answer)
    length, factors = lengths(compiled), emissions.link_factors(compiled.corridor, commodity)
    co2 = length * np.append(factors.factor, 0.0)[compiled.arcs.link]
    optimistic = np.append(factors.optimistic, False)[compiled.arcs.link]
    options = route.RouteOptions(best=best)
    found = route.best(compiled.network, compiled.choice, conditions, compiled.state_index[origin, ORIGIN],
                       compiled.state_index[destination, DESTINATION], k, co2=co2, length=length, options=options)  # fmt: skip
    teu = compiled.corridor["commodities"]["tonnes_per_teu"][k]
    ways = []
    for i in range(found.n_ways):
        way = found.arc[found.start[i] : found.start[i + 1]]
        legs = tuple(label.legs(compiled, way, k, conditions.time, conditions.cost))
        days = found.percentile[i] / _MANY_HOURS
        money = float(found.money[i])
        ways.append(Way(float(days[0]), float(days[1]), float(days[2]), money, None if np.isnan(teu) else money * float(teu),
                        float(found.generalised[i]), float(found.co2[i]), bool(optimistic[way].any()), float(length[way].sum()), via(compiled, legs),
                        bool(found.efficient[i]), legs))  # fmt: skip
    names = compiled.corridor["nodes"]
    return Comparison(compiled, names.row(origin)["name"], names.row(destination)["name"], commodity, year, scenario, tuple(ways), found.complete)


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
    return ", ".join(str(nodes.row(place)["name"]).partition(" (")[0] for place in dict.fromkeys(places)) or "one mode all the way"


def lengths(compiled: Compiled) -> np.ndarray:
    """Kilometres of every arc; 0 for steps."""
    linked = compiled.arcs.link >= 0
    out = np.zeros(len(compiled.arcs))
    out[linked] = compiled.corridor["links"]["length"][compiled.arcs.link[linked]]
    return out
