"""Measures: one number out of one outcome, in the key by which observations, targets and outcomes meet.

A metric is a word of the closed list METRICS; it knows its unit and how it is measured. `plan` turns keys into
weights on the arrays of an outcome once per case, so that a future-year costs a few products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from karvan.bridge.compile import Compiled
from karvan.bridge.expanded import DESTINATION, DIRECTIONS, ORIGIN, arcs_of_members
from karvan.corridor import cargo
from karvan.corridor.checks import usage_unit
from karvan.corridor.corridor import Corridor
from karvan.tables import units
from karvan.tables.cells import nearest
from karvan.tables.faults import Fault
from karvan.tables.table import Row

FLOW, CAPACITY, TIME, DATE, SERIES, LEDGER, DAYS = "flow", "capacity", "time", "date", "series", "ledger", "days"
SHOWN = (LEDGER, DAYS)
"""Ways of measuring for which a solved year has no number: shown beside it, never scored by it."""
PORT_MODES = ("sea", "ferry")
ALL, DRY, OIL = "all", "dry", "oil"


@dataclass(frozen=True)
class Metric:
    """What a metric means, its canonical unit, how it is computed, and the kinds of subject it can be asked of."""

    meaning: str
    unit: str
    how: str
    subjects: tuple[str, ...]


METRICS: dict[str, Metric] = {
    "freight_volume": Metric("tonnes carried over a cut in a year", "t", FLOW, ("cut", "link")),
    "container_volume": Metric("TEU carried over a cut, or through a port, in a year", "TEU", FLOW, ("cut", "link", "port")),
    "oil_transit_volume": Metric("tonnes of oil carried over a cut in a year", "t", FLOW, ("cut", "link")),
    "port_throughput": Metric("tonnes that enter or leave a port by ship in a year", "t", FLOW, ("port",)),
    "trains_count": Metric("trains over a cut or link in a year", "train", FLOW, ("cut", "link")),
    "port_capacity": Metric("what ports can handle in a year, as installed", "t", CAPACITY, ("resource", "terminal")),
    "container_capacity": Metric("TEU that a yard or port can handle in a year, as installed", "TEU", CAPACITY, ("resource", "terminal")),
    "route_capacity": Metric("most tonnes that all known ways over a cut, or a link in one direction, can pass in a year", "t", CAPACITY, ("cut", "link", "resource")),
    "transit_time": Metric("median days between two places on the best way", "day", TIME, ("od",)),
    "transit_time_p90": Metric("days between two places that nine of ten shipments keep", "day", TIME, ("od",)),
    "tariff_level": Metric("money for a tonne between two places on the best way", "USD/t", TIME, ("od",)),
    "box_rate": Metric("money for a TEU between two places on the best way", "USD/TEU", TIME, ("od",)),
    "border_time": Metric("hours in a step, or in steps one after the other, queue included", "h", TIME, ("terminal",)),
    "border_cost": Metric("money for 20 tonnes at a border crossing point, as CPMM counts it (TFI2)", "USD", LEDGER, ("country",)),
    "section_cost": Metric("money for 20 tonnes over 500 km, as CPMM counts it (TFI3)", "USD", LEDGER, ("country",)),
    "speed_with_delay": Metric("kilometres over all hours of a corridor section, as CPMM counts it (TFI4)", "km/h", LEDGER, ("country",)),
    "speed_without_delay": Metric("kilometres over the hours in motion, as CPMM counts it (TFI4)", "km/h", LEDGER, ("country",)),
    "completion_date": Metric("day on which a project is delivered", "date", DATE, ("project",)),
    "event_date": Metric("day on which something happens", "event", DATE, ("event", "project")),
    "trade_turnover": Metric("goods traded between two countries in a year, by reporting side", "USD", SERIES, ("trade",)),
    "investment_stock": Metric("investment held by one country in another", "USD", LEDGER, ("investment",)),
    "projects_count": Metric("projects of a portfolio", "project", LEDGER, ("portfolio",)),
    "project_cost": Metric("cost of a project", "USD", LEDGER, ("project",)),
    "financing": Metric("money committed or paid for a project", "USD", LEDGER, ("project", "portfolio")),
    "agreements_count": Metric("agreements signed or in force", "agreement", LEDGER, ("agreements", "event")),
    "visits_count": Metric("visits in a stated window", "visit", LEDGER, ("visits", "event")),
    "energy_output": Metric("electricity delivered in a year", "MWh", LEDGER, ("project",)),
    "jobs": Metric("jobs created", "job", LEDGER, ("portfolio",)),
    "wagons_waiting": Metric("most wagons told to wait for a terminal on one day of the period", "wagon", DAYS, ("terminal",)),
    "lorries_waiting": Metric("most lorries told to wait for a terminal on one day of the period", "lorry", DAYS, ("terminal",)),
    "trains_waiting": Metric("most trains told to wait for a terminal on one day of the period", "train", DAYS, ("terminal",)),
    "wagons_a_day": Metric("wagons that pass a terminal in a mean day of the period", "wagon/day", DAYS, ("terminal", "service")),
    "lorries_a_day": Metric("lorries that pass a terminal in a mean day of the period", "lorry/day", DAYS, ("terminal", "service")),
    "trains_a_day": Metric("trains that pass a terminal in a mean day of the period", "train/day", DAYS, ("terminal", "service")),
    "wagons_carried": Metric("wagons that pass a terminal, or ride with a fleet, in the period", "wagon", DAYS, ("terminal", "service", "fleet")),
    "lorries_carried": Metric("lorries that pass a terminal, or ride with a fleet, in the period", "lorry", DAYS, ("terminal", "service", "fleet", "port")),
    "ban_days": Metric("days of the period on which a railway does not load to a terminal", "day", DAYS, ("terminal",)),
    "closed_days": Metric("days of the period on which weather closes a port or road, as a calendar has it", "day", DAYS, ("calendar",)),
    "sailings_count": Metric("ships that leave on a service or call at a port in the period", "ship", DAYS, ("service", "fleet", "port")),
    "load_mean": Metric("tonnes on one ship in the mean of the period", "t", DAYS, ("fleet", "service")),
    "load_share": Metric("load of one ship over what it was built for, in the mean of the period", "share", DAYS, ("fleet", "service")),
    "utilisation": Metric("what a fleet carries one way over the most it could", "share", DAYS, ("fleet", "service")),
    "wait_time": Metric("hours that cargo waits before a step, in the mean of the period", "h", DAYS, ("terminal", "service")),
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Key:
    """The key of decision 1 without its period: what is measured, of what, which way, of which cargo, on which basis."""

    metric: str
    subject: str
    direction: str
    commodity: str
    measure_basis: str

    @classmethod
    def of(cls, row: Row) -> Key:
        return cls(row["metric"], row["subject"], row["direction"], row["commodity"], row["measure_basis"])

    @property
    def how(self) -> str:
        """How the key is computed; LEDGER when its metric cannot be computed for its kind of subject."""
        metric = METRICS[self.metric]
        return metric.how if self.kind in metric.subjects else LEDGER

    @property
    def undirected(self) -> Key:
        """The key by which figures of one thing meet: between two places, and in a step, the direction is in the subject."""
        return replace(self, direction="both") if self.kind in ("od", "terminal") else self

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def name(self) -> str:
        return self.subject.partition(":")[2]


def canonical(metric: str, value: float, unit: str) -> float:
    """A value in the canonical unit of its metric; "t/yr" and "t" mean the same for a yearly flow. Raises `ValueError`."""
    wanted = METRICS[metric].unit
    if not unit or wanted in ("date", "event"):
        return value
    try:
        return value * units.factor(unit, wanted)
    except ValueError:
        return value * units.factor(unit, f"{wanted}/yr")


def check(corridor: Corridor) -> Iterator[Fault]:
    """Targets and observations whose metric is none, whose subject is not in the case, or whose unit measures something else;
    and a headline that is no cut."""
    headline = corridor.settings.headline
    if headline and headline not in corridor["cuts"]:
        yield Fault("case.toml", 0, "headline", headline, "a cut", f"Nearest: {nearest(headline, corridor['cuts'].keys)}.")
    for table_name in ("targets", "observations"):
        table = corridor[table_name]
        for row, line in zip(table.rows(), map(int, table.lines), strict=True):
            metric = METRICS.get(row["metric"])
            file = f"{table_name}.csv"
            if metric is None:
                yield Fault(file, line, "metric", row["metric"], "a metric", f"Nearest: {nearest(row['metric'], METRICS)}.")
                continue
            key = Key.of(row)
            if key.kind not in SUBJECTS or not key.name:
                near = nearest(key.kind, SUBJECTS)
                yield Fault(file, line, "subject", row["subject"] or "nothing", "KIND:NAME", f"Nearest kind: {near}.")
            else:
                yield from subject_faults(corridor, key, file, line)
            known = (*cargo.vocabulary(corridor["commodities"]), ALL, DRY, OIL)
            if row["commodity"] not in known:
                yield Fault(file, line, "commodity", row["commodity"], "a commodity, cargo type, dry, oil or all", f"Nearest: {nearest(row['commodity'], known)}.")
            if row["unit"] and not np.isnan(row["value"]) and key.how != LEDGER:
                try:
                    canonical(row["metric"], 1.0, row["unit"])
                except ValueError:
                    yield Fault(file, line, "unit", row["unit"], f"a unit of {metric.unit}", f"Write the value in {metric.unit}.")


SUBJECTS = ("cut", "link", "port", "resource", "terminal", "service", "calendar", "od", "project", "event", "trade", "flow", "country", "fleet",
            "investment", "portfolio", "agreements", "visits")  # fmt: skip
"""Kinds of subject. A metric asked of a kind that it cannot be computed for is observed only: shown, compared, not modelled."""

_TABLE_OF = {"cut": "cuts", "link": "links", "resource": "resources", "terminal": "terminals", "fleet": "fleets",
             "service": "services", "calendar": "calendars", "project": "projects", "port": "nodes"}  # fmt: skip


def subject_faults(corridor: Corridor, key: Key, file: str, line: int, column: str = "subject") -> Iterator[Fault]:
    """Names in the subject of a key that the case does not have."""
    table_name = _TABLE_OF.get(key.kind)
    names: Sequence[str] = key.name.split("+") if key.kind in ("resource", "terminal", "link") else (key.name,)
    if key.kind == "od":
        table_name, names = "nodes", key.name.split(">")
        if len(names) != 2:
            yield Fault(file, line, column, key.subject, "od:FROM>TO", "Name two nodes.")
            return
    if table_name is None:
        return
    table = corridor[table_name]
    known = table.keys if len(table.schema.key) == 1 else tuple(dict.fromkeys(map(str, table[table.schema.key[0]])))
    for name in names:
        if name not in known:
            yield Fault(file, line, column, name, f"a row of {table_name}", f"Nearest: {nearest(name, known)}.")


@dataclass(frozen=True, eq=False)
class Plan:
    """Keys compiled against a case.

    keys        every key, in the order of the values that `of_year` gives
    flows       [flow key, commodity x arc] weights
    installed   per key the cells that add up to a capacity
    throughputs, times  keys that need the solved year: see karvan.verdict.throughput and karvan.verdict.transit
    """

    keys: tuple[Key, ...]
    flow_rows: np.ndarray
    flows: sparse.csr_matrix
    installed: tuple[tuple[int, tuple[tuple[int, int, float], ...]], ...]
    throughputs: tuple[tuple[int, Key], ...]
    times: tuple[tuple[int, Key], ...]

    def of_year(self, compiled: Compiled, cells: np.ndarray, arc_flow: np.ndarray) -> np.ndarray:
        """The values of flow and capacity keys in one future-year, NaN for the others; canonical units."""
        out = np.full(len(self.keys), np.nan)
        if len(self.flow_rows):
            out[self.flow_rows] = self.flows @ arc_flow.ravel()
        for row, parts in self.installed:
            total = 0.0
            for place, exists, factor in parts:
                capacity = cells[place]
                present = 1.0 if exists < 0 else cells[exists]
                total += 0.0 if np.isnan(capacity) else capacity * present * factor
            out[row] = total
        return out


def plan(compiled: Compiled, keys: Iterable[Key]) -> Plan:
    """The measures of these keys (duplicates once) as weights on the arrays of an outcome."""
    ordered = tuple(dict.fromkeys(keys))
    arcs, corridor = compiled.arcs, compiled.corridor
    rows, columns, weights = [], [], []
    flow_rows: list[int] = []
    installed: list[tuple[int, tuple[tuple[int, int, float], ...]]] = []
    throughputs: list[tuple[int, Key]] = []
    times: list[tuple[int, Key]] = []
    for i, key in enumerate(ordered):
        how = key.how
        if how == FLOW:
            chosen = arcs_of_key(compiled, key)
            for k, weight in _commodity_weights(corridor, key):
                rows.append(np.full(len(chosen), len(flow_rows)))
                columns.append(k * len(arcs) + chosen)
                weights.append(np.full(len(chosen), weight))
            flow_rows.append(i)
        elif how == CAPACITY and key.kind == "cut":
            throughputs.append((i, key))
        elif how == CAPACITY:
            installed.append((i, tuple(parts_of(compiled, key))))
        elif how == TIME:
            times.append((i, key))
    n = len(compiled.commodities) * len(arcs)
    flat = [np.concatenate(part) if part else np.zeros(0) for part in (weights, rows, columns)]
    flows = sparse.csr_matrix((flat[0], (flat[1].astype(np.int64), flat[2].astype(np.int64))), shape=(len(flow_rows), n))
    return Plan(ordered, np.array(flow_rows, dtype=np.int64), flows, tuple(installed), tuple(throughputs), tuple(times))


def arcs_of_key(compiled: Compiled, key: Key) -> np.ndarray:
    """The arcs whose flow a flow key counts."""
    corridor, arcs = compiled.corridor, compiled.arcs
    if key.kind == "port":
        links = corridor["links"]
        at_port = (links["from_node"] == key.name) | (links["to_node"] == key.name)
        by_ship = np.isin(links["mode_id"].astype(str), PORT_MODES)
        chosen = np.flatnonzero((arcs.link >= 0) & np.append(at_port & by_ship, False)[arcs.link])
        direction = "both"
    elif key.kind == "cut":
        row = corridor["cuts"].row(key.name)
        chosen, direction = arcs_of_members(corridor, arcs, row["links"]), row["direction"]
    else:
        chosen, direction = arcs_of_members(corridor, arcs, tuple(key.name.split("+"))), "both"
    wanted = along(key.direction)
    if wanted not in DIRECTIONS:
        wanted = direction
    if wanted in DIRECTIONS:
        chosen = chosen[arcs.direction[chosen] == DIRECTIONS.index(wanted)]
    return chosen


def along(direction: str) -> str:
    """The direction of a link by which the words of a figure are meant: the links of a corridor to the west are written from east to west."""
    return {"westbound": "forward", "eastbound": "reverse"}.get(direction, direction)


def _commodity_weights(corridor: Corridor, key: Key) -> Iterator[tuple[int, float]]:
    """(commodity, units of the metric per tonne) of the commodities that a flow key counts."""
    table = corridor["commodities"]
    train = {row["commodity_id"]: row["use"] for row in corridor["uses"].rows() if row["unit"] == "train" and row["resource_id"] == "*"}
    words = cargo.words(table)
    for k, row in enumerate(table.rows()):
        if key.commodity not in (ALL, *words[k]):
            continue
        if key.metric == "oil_transit_volume" and row["group"] != OIL:
            continue
        if METRICS[key.metric].unit == "TEU":
            if not np.isnan(row["tonnes_per_teu"]):
                yield k, 1.0 / row["tonnes_per_teu"]
        elif METRICS[key.metric].unit == "train":
            yield k, next((train[word] for word in words[k] if word in train), 0.0)
        else:
            yield k, 1.0


def parts_of(compiled: Compiled, key: Key) -> Iterator[tuple[int, int, float]]:
    """(place of capacity, place of exists or -1, factor to the metric's unit) of every part of a capacity subject.

    A capacity in trains or wagons counts with the tonnes of its most frequent cargo: the first commodity of `uses`
    in that unit."""
    corridor = compiled.corridor
    table = corridor[_TABLE_OF[key.kind]]
    per_unit = {row["unit"]: row["use"] for row in reversed(list(corridor["uses"].rows())) if row["use"] > 0}
    for name in key.name.split("+"):
        position = table.index[name]
        place = compiled.cells.place(table.name, position, "capacity")
        exists = compiled.cells.place(table.name, position, "exists")
        assert place is not None
        unit = str(table["capacity_unit"][position]) or "t/yr"
        base = usage_unit(unit) or "t"
        factor = units.factor(unit, f"{base}/yr")
        wanted = METRICS[key.metric].unit
        if base != wanted:
            factor = factor / per_unit[base] if wanted == "t" and base in per_unit else float("nan")
        yield place, -1 if exists is None else exists, factor


def time_ends(compiled: Compiled, key: Key) -> tuple[int, int]:
    """The states where an od subject begins and ends."""
    start, end = key.name.split(">")
    return compiled.state_index[start, ORIGIN], compiled.state_index[end, DESTINATION]


def commodity_of(compiled: Compiled, key: Key) -> int:
    """The commodity whose shipment a time or price is asked for: the first that the key's word means, else the first of the case."""
    return next((i for i, words in enumerate(compiled.words) if key.commodity in words), 0)
