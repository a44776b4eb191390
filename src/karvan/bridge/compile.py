"""From names to indices: the union network of a corridor, compiled once.

All rows are compiled, also those that do not yet exist; a future-year is then a vector of cells that
`Compiled.conditions` turns into what an engine reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from karvan.bridge.cells import Cells, Operations, collect, compile_operations
from karvan.bridge.demands import demands_of, unreachable
from karvan.bridge.expanded import Arcs, allowed_of, arcs_of, states_of
from karvan.bridge.limits import Limit, calendar_matrix, calendar_of, delay_of, fitted_delay, limits_of, uses_of
from karvan.bridge.returns import returns_of
from karvan.bridge.tariffs import tariff_matrix
from karvan.bridge.timetables import Weekly, weekly
from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines import arrays
from karvan.engines.arrays import Bools, Floats, Ints
from karvan.engines.compiled import compiled
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

    @cached_property
    def words(self) -> list[tuple[str, ...]]:
        """The words by which every commodity is meant: see `corridor.cargo`."""
        return cargo.words(self.corridor["commodities"])

    def conditions(self, cells: np.ndarray, amount: np.ndarray, level: float = float("nan")) -> arrays.Conditions:
        """What an engine reads for one future-year: `cells` as edited, tonnes per OD pair, level of the sea in m."""
        arcs = self.arcs
        is_open, time, variance, length = _along(cells, self._columns, self._link_mode, arcs.link, arcs.service, arcs.terminal, self._wait)
        cost, perceived = _charge(
            self.cells.of(cells, "tariffs", "price"), self.cells.of(cells, "tariffs", "price_per_km"), self._is_money,
            self._priced.indptr, self._priced.indices, length, len(self.commodities),
        )  # fmt: skip
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
        out = np.full(len(self.limits), np.inf)
        chosen, place, factor, there, exists = self._stated
        capacity = cells[place] * factor
        capacity[there] *= cells[exists]
        out[chosen] = np.where(np.isnan(capacity), np.inf, capacity)
        chosen, position = self._worked
        if len(chosen):
            work = of(cells, "fleets", "number") * of(cells, "fleets", "payload") * self.payload_factor(cells, level)
            work = work * of(cells, "fleets", "availability") * HOURS / self._round_trips(of(cells, "services", "round_trip"))
            out[chosen] = work[position]
        chosen, share = self._calendars
        if len(chosen):
            out[chosen] *= share @ of(cells, "calendars", "open_share")
        return out

    def payload_factor(self, cells: np.ndarray, level: float) -> np.ndarray:
        """Share of its payload that a unit of every fleet can load at this level of the sea (1 when unknown)."""
        of = self.cells.of
        missing = of(cells, "fleets", "level_reference") - level
        factor = 1.0 - of(cells, "fleets", "payload_loss") * np.where(np.isnan(missing), 0.0, missing)
        return np.clip(factor, *PAYLOAD_BOUNDS)

    def _round_trips(self, round_trip: np.ndarray) -> np.ndarray:
        """Per fleet: how much longer its round trips are than when `uses` was compiled."""
        services, fleet, before = self._services_of_fleets
        now = np.bincount(fleet, round_trip[services], len(before))
        return np.where(before > 0, now / np.where(before > 0, before, 1.0), 1.0)

    @cached_property
    def _services_of_fleets(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Services that have a fleet, their fleets, and the sum of the round trips of each fleet today."""
        fleets = self.corridor["fleets"]
        fleet_of = np.array([fleets.index[fleet] if fleet else -1 for fleet in self.corridor["services"]["fleet_id"]], dtype=np.int64)
        services = np.flatnonzero(fleet_of >= 0)
        today = self.cells.of(self.cells.today, "services", "round_trip")
        return services, fleet_of[services], np.bincount(fleet_of[services], today[services], len(fleets))

    @cached_property
    def _stated(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Limits whose capacity stands in a cell: which, the place of the cell, the factor from its unit to usage units a year;
        which of these may not exist yet, and the place of that cell."""
        chosen = np.array([i for i, limit in enumerate(self.limits) if limit.table != "fleets"], dtype=np.int64)
        limits = [self.limits[i] for i in chosen]
        places = [self.cells.place(limit.table, limit.position, "capacity") for limit in limits]
        exists = [self.cells.place(limit.table, limit.position, "exists") for limit in limits]
        written = [self.corridor[limit.table]["capacity_unit"][limit.position] for limit in limits]
        factor = [units.factor(unit, f"{limit.unit}/yr") if unit else 1.0 for unit, limit in zip(written, limits, strict=True)]
        there = np.array([place is not None for place in exists], dtype=bool)
        return (chosen, np.array(places, dtype=np.int64), np.array(factor), there,
                np.array([place for place in exists if place is not None], dtype=np.int64))  # fmt: skip

    @cached_property
    def _worked(self) -> tuple[np.ndarray, np.ndarray]:
        """Limits that are the work of a fleet, and the rows of their fleets."""
        chosen = [i for i, limit in enumerate(self.limits) if limit.table == "fleets"]
        return np.array(chosen, dtype=np.int64), np.array([self.limits[i].position for i in chosen], dtype=np.int64)

    @cached_property
    def _calendars(self) -> tuple[np.ndarray, np.ndarray]:
        """Limits that follow a calendar, and the share of the year of each row of the calendars: [of these, calendar row]."""
        chosen = np.flatnonzero([bool(calendar_of(self.corridor, limit)) for limit in self.limits])
        return chosen, self._calendar_share[chosen].toarray()

    @cached_property
    def _wait(self) -> np.ndarray:
        """What `_along` adds for waiting, of every arc: see there."""
        return np.array([self.departures.mean, self.departures.variance, self.departures.a_year])

    @cached_property
    def _columns(self) -> np.ndarray:
        """Where the columns that `_along` reads begin in the vector of cells."""
        return np.array([self.cells.slices[column].start for column in _ALONG], dtype=np.int64)

    @cached_property
    def limits_of_arc(self) -> sparse.csr_matrix:
        """[arc, limit]: 1 where an arc draws on a limit."""
        drawn = sparse.csr_matrix((np.ones(len(self.uses.arc)), (self.uses.arc, self.uses.resource)), shape=(len(self.arcs), len(self.limits)))
        drawn.sum_duplicates()
        drawn.data[:] = 1.0
        return drawn

    @cached_property
    def _link_mode(self) -> np.ndarray:
        index = self.corridor["modes"].index
        return np.array([index[mode] for mode in self.corridor["links"]["mode_id"]], dtype=np.int64)

    @cached_property
    def _is_money(self) -> np.ndarray:
        return np.asarray(self.corridor["tariffs"]["kind"] == "price", dtype=bool)


_ALONG = (
    ("modes", "speed"), ("modes", "time_cv"), ("links", "length"), ("links", "speed"), ("links", "time"), ("links", "time_sd"),
    ("links", "exists"), ("services", "frequency"), ("services", "exists"), ("terminals", "time"), ("terminals", "time_sd"),
    ("terminals", "exists"),
)  # fmt: skip


@compiled
def _along(
    cells: Floats, at: np.ndarray, mode: np.ndarray, link: Ints, service: Ints, terminal: Ints, wait: Floats
) -> tuple[Bools, Floats, Floats, Floats]:
    """Of every arc whether it is open, hours and their variance when nobody queues, km; `at` as in _ALONG.

    A way that exists for a part of a year is open in it, and its capacity counts with that share. A service adds the wait
    for its next departure: `wait` holds its mean and variance per arc as multiples of the headway and its square, and the
    departures a year where the service does not say how many.
    """
    n = link.shape[0]
    is_open, time, variance, length = np.ones(n, dtype=np.bool_), np.zeros(n), np.zeros(n), np.zeros(n)
    for a in range(n):
        i = link[a]
        if i >= 0:
            is_open[a] = cells[at[6] + i] > 0.0
            length[a], hours, spread = cells[at[2] + i], cells[at[4] + i], cells[at[5] + i]
            if np.isnan(hours):
                speed = cells[at[3] + i]
                if np.isnan(speed):
                    speed = cells[at[0] + mode[i]]
                hours = length[a] / speed if speed != 0.0 else (np.inf if length[a] > 0.0 else np.nan)
            time[a] = hours
            variance[a] = (cells[at[1] + mode[i]] * hours if np.isnan(spread) else spread) ** 2
        i = service[a]
        if i >= 0:
            is_open[a] &= cells[at[8] + i] > 0.0
            frequency = cells[at[7] + i]
            if np.isnan(frequency):
                frequency = wait[2, a]
            headway = HOURS / frequency if frequency > 0.0 else 0.0
            time[a] += wait[0, a] * headway
            variance[a] += wait[1, a] * headway**2
        i = terminal[a]
        if i >= 0:
            is_open[a] &= cells[at[11] + i] > 0.0
            time[a] = cells[at[9] + i]
            variance[a] = cells[at[10] + i] ** 2
    return is_open, time, variance, length


@compiled
def _charge(
    price: Floats, per_km: Floats, is_money: Bools, start: Ints, tariff: Ints, length: Floats, n_commodities: int
) -> tuple[Floats, Floats]:
    """Money and perceived cost of one tonne, USD/t: [commodity, arc] each. start, tariff: the tariffs of every commodity
    and arc (CSR)."""
    n = length.shape[0]
    money, perceived = np.zeros((n_commodities, n)), np.zeros((n_commodities, n))
    for c in range(n_commodities):
        for a in range(n):
            for i in range(start[c * n + a], start[c * n + a + 1]):
                t = tariff[i]
                if is_money[t]:
                    money[c, a] += price[t] + per_km[t] * length[a]
                else:
                    perceived[c, a] += price[t] + per_km[t] * length[a]
    return money, perceived


def compile_corridor(corridor: Corridor, scenario: Iterable[Edit] = (), *, delays_fitted: bool = False) -> Compiled:
    """The corridor as arrays, with the edits of projects, shocks and a scenario ready to be applied; with the delay functions of
    fitted/delays.toml where `delays_fitted`. Raises `InvalidData` when demand has no way to its destination, or that fit cannot be used."""
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
    delay = delay_of(corridor, limits, uses, choice)
    return Compiled(
        corridor=corridor, cells=cells, operations=operations, states=states, arcs=arcs, limits=limits,
        network=network, uses=uses, demands=demands, choice=choice, delay=fitted_delay(corridor, limits, delay) if delays_fitted else delay,
        returns=returns_of(corridor, limits, arcs, states, allowed, od_names, amounts),
        gates=gates, data_years=data_years, amounts=amounts, growth=growth, od_names=od_names,
        departures=weekly(corridor, arcs), _priced=tariff_matrix(corridor, arcs, allowed), _calendar_share=calendar_matrix(corridor, limits),
    )  # fmt: skip


