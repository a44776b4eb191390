"""What can run out: links and fleets in each direction, terminals, shared resources; what a tonne takes of each, and how the
wait grows with use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from karvan.bridge.cells import Cells, Operations
from karvan.bridge.expanded import DIRECTIONS, Arcs, arcs_of_members
from karvan.corridor import cargo
from karvan.corridor.checks import EVERY, usage_unit
from karvan.corridor.corridor import Corridor
from karvan.engines import arrays
from karvan.engines.arrays import HARD, POWER, QUEUE
from karvan.engines.queueing import sakasegawa_exponent
from karvan.tables.faults import Fault, refuse
from karvan.tables.table import Table

DAYS_OF_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365.0
POISSON_ARRIVALS = 1.0
DELAYS = "delays"
"""The fit of the delay functions among the fits of a case."""


@dataclass(frozen=True, eq=False)
class Limit:
    """One resource of the engine: a link or fleet in one direction, a terminal, or a row of `resources`."""

    table: str
    position: int
    key: str
    direction: str
    arcs: np.ndarray
    unit: str


def limits_of(corridor: Corridor, arcs: Arcs, operations: Operations, cells: Cells) -> Iterator[Limit]:
    """Everything that can run out, in the order links, terminals, fleets, resources."""
    edited = set(operations.place.tolist())

    def limited(table: Table, position: int) -> bool:
        return not np.isnan(table["capacity"][position]) or cells.place(table.name, position, "capacity") in edited

    for name, positions in (("links", arcs.link), ("terminals", arcs.terminal)):
        table = corridor[name]
        for position, key in enumerate(table.keys):
            of_row = np.flatnonzero(positions == position) if limited(table, position) else np.zeros(0, dtype=np.int64)
            if not len(of_row):
                continue
            unit = usage_unit(table["capacity_unit"][position] or "t") or "t"
            split = DIRECTIONS if name == "links" else ("both",)
            for direction in split:
                chosen = of_row if direction == "both" else of_row[arcs.direction[of_row] == DIRECTIONS.index(direction)]
                if len(chosen):
                    yield Limit(name, position, key, direction, chosen, unit)
    fleets = corridor["fleets"]
    fleet_of = np.array([fleets.index[fleet] if fleet else -1 for fleet in corridor["services"]["fleet_id"]] + [-1])
    of_arc = np.where(arcs.service >= 0, fleet_of[arcs.service], -1)
    for position, key in enumerate(fleets.keys):
        for direction in DIRECTIONS:
            chosen = np.flatnonzero((of_arc == position) & (arcs.direction == DIRECTIONS.index(direction)))
            if len(chosen):
                yield Limit("fleets", position, key, direction, chosen, usage_unit(fleets["payload_unit"][position]) or "t")
    resources = corridor["resources"]
    for position, row in enumerate(resources.rows()):
        members = arcs_of_members(corridor, arcs, row["members"])
        for direction in DIRECTIONS if row["direction"] == "each" else (row["direction"],):
            chosen = members if direction == "both" else members[arcs.direction[members] == DIRECTIONS.index(direction)]
            if len(chosen):
                yield Limit("resources", position, row["resource_id"], direction, chosen, usage_unit(row["capacity_unit"]) or "t")


def uses_of(corridor: Corridor, limits: tuple[Limit, ...], arcs: Arcs, allowed: np.ndarray, *, empty: bool = False) -> arrays.Uses:
    """What a tonne takes of every limit on every arc: units of the limit, times hours of the round trip for a fleet.
    With `empty`, what its equipment takes when all of it that comes back runs empty (`uses.return_share`)."""
    round_trip = corridor["services"]["round_trip"]
    resource, arc, kind, amount = [], [], [], []
    for i, k, use in _empty_units(corridor, limits) if empty else _units(corridor, limits):
        limit = limits[i]
        chosen = limit.arcs[allowed[k, limit.arcs]]
        hours = round_trip[arcs.service[chosen]] if limit.table == "fleets" else np.ones(len(chosen))
        resource.extend([i] * len(chosen))
        arc.extend(chosen.tolist())
        kind.extend([k] * len(chosen))
        amount.extend((use * np.where(np.isnan(hours), 0.0, hours)).tolist())
    return arrays.Uses(
        resource=np.array(resource, dtype=np.int32), arc=np.array(arc, dtype=np.int32),
        commodity=np.array(kind, dtype=np.int32), amount=np.array(amount, dtype=np.float64), n_resources=len(limits),
    )  # fmt: skip


def _units(corridor: Corridor, limits: tuple[Limit, ...]) -> Iterator[tuple[int, int, float]]:
    """(limit, commodity, units that a tonne takes), without the zeros; the narrowest row of `uses` holds."""
    use_of = lookup(corridor, "use")
    for i, limit in enumerate(limits):
        for k in range(len(corridor["commodities"])):
            use = use_of(limit.key, limit.unit, k)
            if use is None:
                use = 1.0 if limit.unit == "t" else 0.0
            if use != 0.0:
                yield i, k, use


def _empty_units(corridor: Corridor, limits: tuple[Limit, ...]) -> Iterator[tuple[int, int, float]]:
    """(limit, commodity, units that the equipment of a tonne takes on its way back).

    Limits in equipment (TEU, wagon, train, lorry) count it. Limits in tonnes are of cargo: an empty brings none. A fleet
    whose vehicle carries one unit is that equipment itself, and its round trip holds the way back already.
    """
    share_of = lookup(corridor, "return_share")
    payload = corridor["fleets"]["payload"]
    for i, k, use in _units(corridor, limits):
        limit = limits[i]
        share = share_of(limit.key, limit.unit, k)
        if limit.unit != "t" and share and not np.isnan(share) and not (limit.table == "fleets" and payload[limit.position] == 1.0):
            yield i, k, use * share


def lookup(corridor: Corridor, column: str) -> Callable[[str, str, int], float | None]:
    """A column of `uses` by (limit, unit, commodity): the row of the limit beats the row for all, the narrowest word the wider."""
    words = cargo.words(corridor["commodities"])
    table = corridor["uses"]
    rows: dict[tuple[str, str, str], float] = {}
    for resource, unit, commodity, value in zip(table["resource_id"], table["unit"], table["commodity_id"], table[column], strict=True):
        rows[resource, unit, commodity] = float(value)

    def found(limit: str, unit: str, commodity: int) -> float | None:
        several = (rows.get((of, unit, word)) for of in (limit, EVERY) for word in words[commodity])
        return next((value for value in several if value is not None), None)

    return found


def delay_of(corridor: Corridor, limits: tuple[Limit, ...], uses: arrays.Uses, choice: arrays.Choice) -> arrays.Delay:
    """How the wait grows with use: a power of use on links (BPR 1964), a queue at terminals and for ships
    (Sakasegawa 1977 with Poisson arrivals), none for shared limits, which only ration."""
    parameters = corridor["parameters"]
    alpha = parameters.row("link_delay_alpha")["value"] if "link_delay_alpha" in parameters else 0.0
    beta = parameters.row("link_delay_beta")["value"] if "link_delay_beta" in parameters else 4.0
    n = len(limits)
    kind, scale, exponent = np.zeros(n, dtype=np.int8), np.zeros(n), np.ones(n)
    modes, links, terminals, fleets = (corridor[name] for name in ("modes", "links", "terminals", "fleets"))
    services = corridor["services"]
    for i, limit in enumerate(limits):
        if limit.table == "links" and alpha > 0:
            row = links.at(limit.position)
            speed = modes.row(row["mode_id"])["speed"] if np.isnan(row["speed"]) else row["speed"]
            hours = row["length"] / speed if np.isnan(row["time"]) else row["time"]
            kind[i], scale[i], exponent[i] = POWER, alpha * hours, beta
        elif limit.table == "terminals":
            row = terminals.at(limit.position)
            servers, hours = max(row["servers"], 1.0), row["time"]
            variation = (row["time_sd"] / hours) ** 2 if hours > 0 else 0.0
            kind[i], scale[i] = QUEUE, (POISSON_ARRIVALS + variation) / 2 * hours / servers
            exponent[i] = sakasegawa_exponent(int(servers))
        elif limit.table == "fleets":
            trips = services["round_trip"][np.asarray(services["fleet_id"] == limit.key, dtype=bool)]
            servers = max(fleets["number"][limit.position], 1.0)
            kind[i], scale[i] = QUEUE, POISSON_ARRIVALS / 2 * float(np.nanmean(trips)) / servers
            exponent[i] = sakasegawa_exponent(int(servers))
    kind[(kind != HARD) & (scale <= 0)] = HARD
    worth = np.zeros(n)
    weight = np.zeros(n)
    per_unit = choice.value_of_time[uses.commodity] / np.maximum(uses.amount, 1e-12)
    np.add.at(worth, uses.resource, per_unit)
    np.add.at(weight, uses.resource, 1.0)
    return arrays.Delay(kind=kind, scale=scale, exponent=exponent, price_per_hour=worth / np.maximum(weight, 1.0))


def fitted_delay(corridor: Corridor, limits: tuple[Limit, ...], delay: arrays.Delay) -> arrays.Delay:
    """The delay functions with what fitted/delays.toml says: its exponents, and the scale of each limit by the factor between the scale
    that was fitted and the one of then. Limits of which it says nothing stay as they are, and so do those without a wait.

    Raises `InvalidData` when there is no such file, it was made on other data, or one of its rows cannot be read.
    """
    file = f"fitted/{DELAYS}.toml"
    content = corridor.fitted.get(DELAYS)
    if content is None or content.get("hash") != corridor.hash:
        found = "no such file" if content is None else f"a fit to other data ({content.get('hash')})"
        refuse([Fault(file, 0, "hash" if content else "", found, f"a fit to these data ({corridor.hash})", "Run karvan delays CASE --fit --write, or leave --delays out.")])
    position = {(limit.table, limit.key, limit.direction): i for i, limit in enumerate(limits)}
    kind, scale, exponent = delay.kind.copy(), delay.scale.copy(), delay.exponent.copy()
    faults = []
    for row in content.get("limits", ()) if content else ():
        try:
            i = position[str(row["table"]), str(row["id"]), str(row["direction"])]
            fitted, used, bent = (float(row[name]) for name in ("scale", "used", "exponent"))
            if not (0 <= fitted < np.inf and 0 < used < np.inf and 0 < bent < np.inf):
                raise ValueError
        except (KeyError, TypeError, ValueError):
            faults.append(Fault(file, 0, "limits", str(dict(row)), "table, id and direction of a limit, scale >= 0, used > 0, exponent > 0",
                                "Run karvan delays CASE --fit --write again."))  # fmt: skip
            continue
        if kind[i] != HARD:
            scale[i], exponent[i] = scale[i] * fitted / used, bent
    refuse(faults)
    kind[(kind != HARD) & (scale <= 0)] = HARD
    return replace(delay, kind=kind, scale=scale, exponent=exponent)


def calendar_of(corridor: Corridor, limit: Limit) -> str:
    if limit.table == "fleets":
        return ""
    return str(corridor[limit.table]["calendar_id"][limit.position])


def calendar_matrix(corridor: Corridor, limits: tuple[Limit, ...]) -> sparse.csr_matrix:
    """[limit, calendar row]: the share of the year that a month is, where the limit follows that calendar."""
    calendars = corridor["calendars"]
    rows, columns, weights = [], [], []
    for i, limit in enumerate(limits):
        for j in np.flatnonzero(calendars["calendar_id"] == calendar_of(corridor, limit)):
            rows.append(i)
            columns.append(int(j))
            weights.append(DAYS_OF_MONTH[int(calendars["month"][j]) - 1])
    return sparse.csr_matrix((weights, (rows, columns)), shape=(len(limits), len(calendars)))


