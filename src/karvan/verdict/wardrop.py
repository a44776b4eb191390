"""User equilibrium and system optimum of a corridor: roads and trips of a year, the engine, its certificate, a document.

Everybody takes the cheapest way at the times that all of them cause (Wardrop 1952), or the ways that cost all of them least
together. No staying home, no logit, no hard capacities: the rules for networks of the literature and for cases like them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.bridge import label, roads
from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import DIRECTIONS
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines import equilibrium
from karvan.tables.faults import UsageError
from karvan.verdict import certify_equilibrium, document, shipment
from karvan.verdict.certify_equilibrium import Certificate
from karvan.verdict.futures import Forced

USER_EQUILIBRIUM, SYSTEM_OPTIMUM = "user-equilibrium", "system-optimum"
RULES = (USER_EQUILIBRIUM, SYSTEM_OPTIMUM)
GAP, ITERATIONS = 1e-10, 500


@dataclass(frozen=True)
class Options:
    """Which rule, the relative gap to reach, and the most iterations."""

    rule: str = USER_EQUILIBRIUM
    gap: float = GAP
    iterations: int = ITERATIONS

    def check(self) -> None:
        """Raises `UsageError` for numbers without a meaning."""
        if not 1e-15 <= self.gap < 1:
            raise UsageError(f"--gap {self.gap:g}: expected 1e-15 to 1. Double precision ends near 1e-14.")
        if not 1 <= self.iterations <= 1_000_000:
            raise UsageError(f"--iterations {self.iterations}: expected 1 to 1000000.")


@dataclass(frozen=True, eq=False)
class Balanced:
    """Flows of one year under a rule, with the certificate that re-computes them outside the engine."""

    corridor: Corridor
    network: roads.Network
    wanted: roads.Wanted
    result: equilibrium.Equilibrium
    certificate: Certificate
    options: Options
    year: int
    scenario: str
    other: Balanced | None = None

    @property
    def converged(self) -> bool:
        """The engine says so, and the certificate agrees."""
        return bool(self.result.converged) and self.certificate.passed

    @property
    def seconds(self) -> np.ndarray:
        """CPU seconds that every iteration took; the first holds the loading, and what is compiled on a first run."""
        return np.diff([0.0, *(each.seconds for each in self.result.history)])

    def document(self) -> dict[str, Any]:
        found, settings, wanted = self.certificate, self.corridor.settings, self.wanted
        flow = self.result.class_flow
        price = self.result.time + self.network.roads.fixed
        goes = np.bincount(wanted.trips.user_class, wanted.trips.amount, len(flow))
        out: dict[str, Any] = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.corridor, year=self.year, scenario=self.scenario, **asdict(self.options)),
            "objective": found.objective,
            "relative_gap": found.relative_gap,
            "average_excess_cost": found.average_excess_cost,
            "iterations": len(self.result.history),
            "converged": self.converged,
            "amount_unit": settings.amount_unit,
            "time_unit": settings.time_unit,
            "total_time": float(self.result.flow @ self.result.time),
            "total_cost": found.total_cost,
            "certificate": {**asdict(found), "passed": found.passed},
            "demand": float(wanted.wanted.sum()),
            "assigned": float(goes.sum()),
            "intrazonal": float(wanted.stays.sum()),
            "unreachable_demand": float(sum(amount for *_, amount in wanted.lost)),
            "unreachable": [{"origin": origin, "destination": destination, "commodity": commodity, "amount": amount}
                            for origin, destination, commodity, amount in wanted.lost],
            "classes": [{"commodity": name, "demand": float(wanted.wanted[k]), "assigned": float(goes[k]), "intrazonal": float(wanted.stays[k]),
                         "total_time": float(flow[k] @ self.result.time), "total_cost": float(flow[k] @ price[k])} for k, name in enumerate(self.network.names)],
            "gaps": [each.gap for each in self.result.history],
            "flows": list(self.flows()),
            "timings": {"assign": float(self.seconds.sum()), "iterations": self.seconds.tolist()},
        }  # fmt: skip
        if self.other is not None:
            out["compare"] = self.other.document()
        plain: dict[str, Any] = document.plain(out)
        return plain

    def flows(self) -> Iterable[dict[str, Any]]:
        """A row per road and class that may use it, empty ones included: flow, time and cost."""
        compiled, links = self.network.compiled, self.corridor["links"]
        price = self.result.time + self.network.roads.fixed
        for i, arc in enumerate(self.network.arc.tolist()):
            place = label.place_of(compiled, arc)
            if place is None:
                continue
            table, key = place
            row = {"table": table, "id": key, "direction": DIRECTIONS[compiled.arcs.direction[arc]]}
            link = compiled.arcs.link[arc]
            ends = {} if link < 0 else {"link_id": links["link_id"][link], "from_node": links["from_node"][link], "to_node": links["to_node"][link], "mode": links["mode_id"][link]}
            for k, name in enumerate(self.network.names):
                if self.network.allowed[k, i]:
                    yield {**row, "commodity": name, "amount": float(self.result.class_flow[k, i]), "time": float(self.result.time[i]),
                           "cost": float(price[k, i]), **ends}  # fmt: skip


def check(corridor: Corridor) -> None:
    """Raises `UsageError` or `InvalidData` when the corridor cannot be asked for a user equilibrium as it stands today."""
    compiled = roads.compile_roads(corridor)
    roads.network(corridor, compiled, compiled.cells.today)


def assign(corridor: Corridor, year: int, options: Options, scenario: Iterable[Edit] = (), forced: Forced | None = None, name: str = "base") -> Balanced:
    """The flows of a year. Raises `UsageError` (a year without demand, a corridor with hard limits, options) or `InvalidData`."""
    options.check()
    forced = forced or Forced({}, float("nan"), 1.0)
    compiled = roads.compile_roads(corridor, scenario)
    demand, settings = corridor["demand"], corridor.settings
    data_years = sorted({int(each) for each in demand["year"]})
    amount = demand["amount"].copy()
    if year < settings.first_year and year in data_years:
        cells, of_year = bridge_cells.of_year(compiled.cells, corridor.history, year), year
    elif year in settings.years:
        cells = shipment.likely_cells(compiled, year, forced)
        of_year = max((each for each in data_years if each < settings.first_year), default=data_years[0])
        amount *= forced.demand * np.exp(_growth(corridor, compiled, cells) * (year - of_year))
    else:
        raise UsageError(f"--year {year}: expected {settings.years[0]} to {settings.years[-1]}, or a data year from {data_years[0]}.")
    found = roads.network(corridor, compiled, cells)
    rows = np.flatnonzero(demand["year"] == of_year)
    wanted = roads.wanted(corridor, found, rows, amount[rows])
    optimum = options.rule == SYSTEM_OPTIMUM
    equilibrium.ready()
    weighed = found.roads.marginal() if optimum else found.roads
    result = equilibrium.solve(_without_bans(weighed, found.allowed, wanted.trips), wanted.trips, options.gap, options.iterations)
    result = replace(result, time=found.roads.times(result.flow))
    certificate = certify_equilibrium.certificate(found.roads, found.allowed, wanted.trips, result, options.gap, optimum)
    return Balanced(corridor, found, wanted, result, certificate, options, year, name)


def _growth(corridor: Corridor, compiled: Compiled, cells: np.ndarray) -> np.ndarray:
    """Growth a year of every row of demand, in logarithms."""
    parameters = corridor["parameters"]
    value = compiled.cells.of(cells, "parameters", "value")
    at = np.array([parameters.index[key] if key else -1 for key in corridor["demand"]["growth"]], dtype=np.int64)
    return np.asarray(np.append(value, 0.0)[at])


def _without_bans(found: equilibrium.Roads, allowed: np.ndarray, trips: equilibrium.Trips) -> equilibrium.Roads:
    """The same roads, where one that a class may not use costs it more than any way that it may: more than all roads together
    when all trips are on each of them. So it is in no shortest way of a trip that has another, which `bridge.roads.wanted` saw to."""
    if allowed.all():
        return found
    everybody = np.full(len(found.tail), float(np.sum(trips.amount)))
    most = float(np.sum(found.times(everybody)) + np.sum(found.fixed.max(axis=0, initial=0.0)))
    return replace(found, fixed=np.where(allowed, found.fixed, min(2.0 * most + 1.0, 1e200)))
