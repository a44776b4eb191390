"""From names to indices: the union network of a corridor, compiled once.

All rows are compiled, also those that do not yet exist; a future-year is then a vector of cells that
`Compiled.conditions` turns into what an engine reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from karvan.bridge.cells import Cells, Operations, collect, compile_operations
from karvan.bridge.demands import demands_of, unreachable
from karvan.bridge.expanded import Arcs, allowed_of, arcs_of, states_of
from karvan.bridge.limits import Limit, calendar_matrix, calendar_of, delay_of, limits_of, uses_of
from karvan.bridge.returns import returns_of
from karvan.bridge.tariffs import tariff_matrix
from karvan.bridge.timetables import Weekly, weekly
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines import arrays
from karvan.tables import units
from karvan.tables.faults import refuse

HOURS = 8760.0
PAYLOAD_BOUNDS = (0.2, 1.25)


@dataclass(frozen=True, eq=False)
class Compiled:
    """A corridor as arrays, and the way back to its names.

    amounts  tonnes of every OD pair, per data year: [year, od]; data_years says which
    growth   place of each OD pair's growth parameter in the cells, -1 for none
    """

    corridor: Corridor
    cells: Cells
    operations: Operations
    states: tuple[tuple[str, str], ...]
    arcs: Arcs
    limits: tuple[Limit, ...]
    network: arrays.Network
    uses: arrays.Uses
    demands: arrays.Demands
    choice: arrays.Choice
    delay: arrays.Delay
    returns: arrays.Returns
    gates: np.ndarray
    data_years: tuple[int, ...]
    amounts: np.ndarray
    growth: np.ndarray
    od_names: tuple[tuple[str, str, str], ...]
    departures: Weekly
    _priced: sparse.csr_matrix
    _calendar_share: sparse.csr_matrix

    @cached_property
    def state_index(self) -> dict[tuple[str, str], int]:
        return {state: i for i, state in enumerate(self.states)}

    @property
    def commodities(self) -> tuple[str, ...]:
        return self.corridor["commodities"].keys

    def conditions(self, cells: np.ndarray, amount: np.ndarray, level: float = float("nan")) -> arrays.Conditions:
        """What an engine reads for one future-year: `cells` as edited, tonnes per OD pair, level of the sea in m."""
        time, variance = self._times(cells)
        cost, perceived = self._costs(cells)
        is_open = self.exists(cells) > 0
        return arrays.Conditions(open=is_open, time=time, variance=variance, cost=cost, perceived=perceived,
                                 capacity=self.capacities(cells, level), amount=amount)  # fmt: skip

    def exists(self, cells: np.ndarray) -> np.ndarray:
        """Share of the year in which each arc exists; a way that exists for a part of a year is open in it, and its
        capacity counts with that share."""
        share = np.ones(len(self.arcs))
        for name, positions in (("links", self.arcs.link), ("services", self.arcs.service), ("terminals", self.arcs.terminal)):
            has = positions >= 0
            share[has] = np.minimum(share[has], self.cells.of(cells, name, "exists")[positions[has]])
        return share

    def _times(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Hours and their variance on every arc when nobody queues; a service adds the wait for its next departure."""
        of, arcs = self.cells.of, self.arcs
        mode = self._link_mode
        speed = of(cells, "links", "speed")
        speed = np.where(np.isnan(speed), of(cells, "modes", "speed")[mode], speed)
        with np.errstate(divide="ignore", invalid="ignore"):
            running = of(cells, "links", "length") / speed
        hours = of(cells, "links", "time")
        hours = np.where(np.isnan(hours), running, hours)
        spread = of(cells, "links", "time_sd")
        spread = np.where(np.isnan(spread), of(cells, "modes", "time_cv")[mode] * hours, spread)
        time, variance = np.zeros(len(arcs)), np.zeros(len(arcs))
        linked = arcs.link >= 0
        time[linked] = hours[arcs.link[linked]]
        variance[linked] = spread[arcs.link[linked]] ** 2
        waits = self.waits(cells)
        time += waits[0]
        variance += waits[1]
        stepped = arcs.terminal >= 0
        time[stepped] = of(cells, "terminals", "time")[arcs.terminal[stepped]]
        variance[stepped] = of(cells, "terminals", "time_sd")[arcs.terminal[stepped]] ** 2
        return time, variance

    def waits(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, variance and third cumulant of the wait for the next departure, on every arc, for cargo that comes at any time: by the
        timetable, stretched to the departures a year; without a timetable by a regular headway; without either none."""
        served = self.arcs.service >= 0
        frequency = self.cells.of(cells, "services", "frequency")[self.arcs.service[served]]
        weekly_, headway = self.departures, np.zeros(len(self.arcs))
        frequency = np.where(np.isnan(frequency), weekly_.a_year[served], frequency)
        with np.errstate(divide="ignore"):
            headway[served] = np.where(frequency > 0, HOURS / frequency, 0.0)
        return weekly_.mean * headway, weekly_.variance * headway**2, weekly_.third * headway**3

    def _costs(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Money and perceived cost of one tonne, USD/t: [commodity, arc] each."""
        of = self.cells.of
        length = self.lengths(cells)
        price, per_km = of(cells, "tariffs", "price"), of(cells, "tariffs", "price_per_km")
        shape = (len(self.commodities), len(self.arcs))
        money = self._is_money
        parts = [
            (self._priced @ (price * chosen)).reshape(shape) + (self._priced @ (per_km * chosen)).reshape(shape) * length
            for chosen in (money, ~money)
        ]
        return parts[0], parts[1]

    def lengths(self, cells: np.ndarray) -> np.ndarray:
        """Kilometres of every arc; 0 for steps and connectors."""
        length = np.zeros(len(self.arcs))
        linked = self.arcs.link >= 0
        length[linked] = self.cells.of(cells, "links", "length")[self.arcs.link[linked]]
        return length

    def tariffs_of(self, commodity: int, arc: int) -> np.ndarray:
        """The rows of `tariffs` that price a commodity on an arc."""
        row = commodity * len(self.arcs) + arc
        return self._priced.indices[self._priced.indptr[row] : self._priced.indptr[row + 1]]

    def capacities(self, cells: np.ndarray, level: float) -> np.ndarray:
        """Units a year that every limit can take; inf where no capacity is known."""
        of = self.cells.of
        months = self._calendar_share @ of(cells, "calendars", "open_share") if self._calendar_share.shape[1] else 0.0
        open_share = np.where(self._has_calendar, months, 1.0)
        out = np.empty(len(self.limits))
        payload = of(cells, "fleets", "payload") * self.payload_factor(cells, level)
        round_trip = of(cells, "services", "round_trip")
        for name, chosen, position, factor in self._limit_groups:
            if name == "fleets":
                work = of(cells, "fleets", "number") * payload * of(cells, "fleets", "availability") * HOURS
                slower = self._round_trips(round_trip)
                out[chosen] = (work / slower)[position]
            else:
                capacity = of(cells, name, "capacity")[position] * factor
                if name != "resources":
                    capacity = capacity * of(cells, name, "exists")[position]
                out[chosen] = np.where(np.isnan(capacity), np.inf, capacity)
        return out * open_share

    def payload_factor(self, cells: np.ndarray, level: float) -> np.ndarray:
        """Share of its payload that a unit of every fleet can load at this level of the sea (1 when unknown)."""
        of = self.cells.of
        missing = of(cells, "fleets", "level_reference") - level
        factor = 1.0 - of(cells, "fleets", "payload_loss") * np.where(np.isnan(missing), 0.0, missing)
        return np.clip(factor, *PAYLOAD_BOUNDS)

    def _round_trips(self, round_trip: np.ndarray) -> np.ndarray:
        """Per fleet: how much longer its round trips are than when `uses` was compiled."""
        out = np.ones(len(self.corridor["fleets"]))
        compiled = self.cells.of(self.cells.today, "services", "round_trip")
        for fleet, services in self._services_of_fleet.items():
            out[fleet] = round_trip[services].sum() / compiled[services].sum()
        return out

    @cached_property
    def _services_of_fleet(self) -> dict[int, np.ndarray]:
        services, fleets = self.corridor["services"], self.corridor["fleets"]
        by_fleet: dict[int, list[int]] = defaultdict(list)
        for i, fleet in enumerate(services["fleet_id"]):
            if fleet:
                by_fleet[fleets.index[fleet]].append(i)
        return {fleet: np.array(several) for fleet, several in by_fleet.items()}

    @cached_property
    def _limit_groups(self) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
        """Per table: which limits, their rows, and the factor from the row's unit to usage units a year."""
        groups = []
        for name in ("links", "terminals", "fleets", "resources"):
            chosen = np.array([i for i, limit in enumerate(self.limits) if limit.table == name], dtype=np.int64)
            position = np.array([self.limits[i].position for i in chosen], dtype=np.int64)
            factor = np.ones(len(chosen))
            if name != "fleets":
                written = self.corridor[name]["capacity_unit"]
                factor = np.array([units.factor(written[p], f"{self.limits[i].unit}/yr") if written[p] else 1.0
                                   for i, p in zip(chosen, position, strict=True)])  # fmt: skip
            groups.append((name, chosen, position, factor))
        return groups

    @cached_property
    def _link_mode(self) -> np.ndarray:
        index = self.corridor["modes"].index
        return np.array([index[mode] for mode in self.corridor["links"]["mode_id"]], dtype=np.int64)

    @cached_property
    def _is_money(self) -> np.ndarray:
        return np.asarray(self.corridor["tariffs"]["kind"] == "price", dtype=bool)

    @cached_property
    def _has_calendar(self) -> np.ndarray:
        return np.array([bool(calendar_of(self.corridor, limit)) for limit in self.limits], dtype=bool)


def compile_corridor(corridor: Corridor, scenario: Iterable[Edit] = ()) -> Compiled:
    """The corridor as arrays, with the edits of projects, shocks and a scenario ready to be applied.
    Raises `InvalidData` when demand has no way to its destination."""
    states, index = states_of(corridor)
    arcs = arcs_of(corridor, index)
    allowed = allowed_of(corridor, arcs)
    cells = collect(corridor.tables)
    to_come = [edit for edit in corridor.edits if np.isnat(edit.start) or edit.start > corridor.as_of or edit.end > corridor.as_of]
    operations = compile_operations([*to_come, *scenario], cells)
    limits = tuple(limits_of(corridor, arcs, operations, cells))
    network = arrays.Network(n_states=len(states), tail=arcs.tail, head=arcs.head, allowed=allowed)
    demands, od_names, data_years, amounts, growth = demands_of(corridor, index, cells)
    refuse(unreachable(corridor, network, demands, od_names))
    commodities = corridor["commodities"]
    choice = arrays.Choice(theta=commodities["theta"].copy(), value_of_time=commodities["value_of_time"].copy(),
                           reliability=commodities["reliability_ratio"].copy(), reserve=commodities["reserve"].copy())  # fmt: skip
    uses = uses_of(corridor, limits, arcs, allowed)
    gates = (arcs.service >= 0) | (arcs.terminal >= 0)
    return Compiled(
        corridor=corridor, cells=cells, operations=operations, states=states, arcs=arcs, limits=limits,
        network=network, uses=uses, demands=demands, choice=choice, delay=delay_of(corridor, limits, uses, choice),
        returns=returns_of(corridor, limits, arcs, states, allowed, od_names, amounts),
        gates=gates, data_years=data_years, amounts=amounts, growth=growth, od_names=od_names,
        departures=weekly(corridor, arcs), _priced=tariff_matrix(corridor, arcs, allowed), _calendar_share=calendar_matrix(corridor, limits),
    )  # fmt: skip


