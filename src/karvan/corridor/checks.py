"""What must hold between the tables of a corridor. One check, one small function, one sentence.

`load` runs them all and speaks once. To add a check: write a function from `Tables` to faults, add it to CHECKS.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from karvan.corridor import cargo, record, routines
from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.corridor.settings import Settings
from karvan.corridor.settings import parse as parse_settings
from karvan.tables import geometries, units
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import absent, nearest
from karvan.tables.faults import Fault, refuse
from karvan.tables.schema import Column
from karvan.tables.table import Table, cell_text, column_texts

TARIFF_TABLES = {"mode": "modes", "link": "links", "terminal": "terminals", "service": "services"}
CAUSE_TABLES = {"project": "projects", "shock": "shocks"}
EVERY = "*"
_ROUNDING = 0.00011
"""What two parts with four decimals each may miss their sum by."""
FILLED = ("modes", "commodities", "nodes", "zones", "links", "demand")
# Far below and above anything of this world, and within what the engines can divide by; 0 says that nothing can pass.
SENSIBLE = {
    ("links", "capacity"): (1e-3, 1e12), ("terminals", "capacity"): (1e-3, 1e12), ("resources", "capacity"): (1e-3, 1e12),
    ("fleets", "number"): (1e-3, 1e9), ("fleets", "payload"): (1e-3, 1e9), ("uses", "use"): (1e-9, 1e6),
}  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """What the checks see."""

    settings: Settings
    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    @cached_property
    def resolved(self) -> tuple[tuple[editing.Edit, ...], tuple[Fault, ...]]:
        return editing.resolve(self["edits"], self.tables)

    @cached_property
    def edit_lines(self) -> dict[str, int]:
        table = self["edits"]
        return dict(zip(table["edit_id"], (int(line) for line in table.lines), strict=True))


def load(settings: Mapping[str, Any], tables: Mapping[str, Table], fitted: Mapping[str, Mapping[str, Any]]) -> Corridor:
    """The corridor of these tables. Raises `InvalidData` with every fault of every table and between them."""
    faults: list[Fault] = []
    parsed = parse_settings(settings, faults)
    seen = Tables(parsed, tables)
    for check in CHECKS:
        faults.extend(check(seen))
    refuse(faults)
    return Corridor(parsed, dict(tables), dict(fitted), content_hash(settings, tables))


def recheck(corridor: Corridor) -> Corridor:
    """The same corridor, if it still holds together after edits. Raises `InvalidData` with every fault.

    Claims, reports and the past need not agree any more: an edit is there to say something else.
    """
    seen = Tables(corridor.settings, corridor.tables)
    refuse(fault for check in CHECKS if check not in _OF_THE_CASE_ALONE for fault in check(seen))
    return corridor


def content_hash(settings: Mapping[str, Any], tables: Mapping[str, Table]) -> str:
    """A name for the content of a case: equal tables and settings, equal hash."""
    digest = hashlib.sha256(repr(sorted(settings.items())).encode())
    for name in sorted(tables):
        digest.update("\x1f".join(f"{i}.{column}" for i, column in sorted(tables[name].unknown)).encode())
        for column in tables[name].schema:
            cells = tables[name][column.name]
            if not (column.late and _is_untouched(column, cells)):
                digest.update("\x1f".join([name, column.name, *column_texts(cells)]).encode())
    return digest.hexdigest()[:16]


def _is_untouched(column: Column, cells: np.ndarray) -> bool:
    """Whether all cells are those of a file without this column."""
    return set(column_texts(cells)) <= {cell_text(absent(column))}


def needed_tables_are_filled(seen: Tables) -> Iterator[Fault]:
    for name in FILLED:
        if not len(seen[name]):
            yield Fault(f"{name}.csv", 2, "", "nothing", "at least one row below the header", f"Fill the table: {SCHEMAS[name].meaning}.")


def amounts_are_sensible(seen: Tables) -> Iterator[Fault]:
    for (name, column), (smallest, largest) in SENSIBLE.items():
        table = seen[name]
        of_units = table.schema[column].unit_column
        for i, (value, line) in enumerate(zip(table[column], map(int, table.lines), strict=True)):
            if value > 0 and not smallest <= value * (_per_year(table[of_units][i]) if of_units else 1.0) <= largest:
                yield Fault(f"{name}.csv", line, column, cell_text(value), f"0, or {smallest:g} to {largest:g} t, TEU or units",
                            "Correct the value or its unit; 0 says that nothing can pass.")  # fmt: skip


def _per_year(unit: str) -> float:
    """What one `unit` of a capacity or a load is in t, TEU, wagons … (a year); 1 for what another check refuses."""
    base = usage_unit(unit)
    if base is None:
        return 1.0
    return units.factor(unit, f"{base}/yr") if _same_kind(unit, f"{base}/yr") else units.factor(unit, base)


def keys_are_unique(seen: Tables) -> Iterator[Fault]:
    for name, table in seen.tables.items():
        lines: dict[str, int] = {}
        for key, line in zip(table.keys, table.lines, strict=True):
            if key in lines:
                column = "/".join(table.schema.key)
                yield Fault(f"{name}.csv", int(line), column, key, "a key used once", f"Line {lines[key]} has it too: rename one.")
            lines.setdefault(key, int(line))


def references_exist(seen: Tables) -> Iterator[Fault]:
    for name, table in seen.tables.items():
        for column in table.schema:
            if column.refers_to is None:
                continue
            target = cargo.meant_by(column, seen.tables)
            for line, cell in zip(table.lines, table[column.name], strict=True):
                for key in cell if isinstance(cell, tuple) else (cell,):
                    if key and key not in target:
                        remedy = f"Nearest: {nearest(key, sorted(target))}." if target else f"Add it to {column.refers_to}.csv."
                        yield Fault(f"{name}.csv", int(line), column.name, key, f"a row of {column.refers_to}", remedy)


def links_lead_somewhere(seen: Tables) -> Iterator[Fault]:
    links = seen["links"]
    modes = seen["modes"]
    for row, line in zip(links.rows(), links.lines, strict=True):
        if row["from_node"] == row["to_node"]:
            yield Fault("links.csv", int(line), "to_node", row["to_node"], "another node than from_node", "Correct one end.")
        mode_speed = modes.row(row["mode_id"])["speed"] if row["mode_id"] in modes else 1.0
        timeless = np.isnan(row["time"]) and np.isnan(row["speed"])
        if timeless and not mode_speed > 0 and modes.row(row["mode_id"])["layer"] == "freight":
            yield Fault("links.csv", int(line), "speed", "nothing", "a speed or a time, since its mode has none", "Fill in speed.")


def places_are_known(seen: Tables) -> Iterator[Fault]:
    """All nodes have coordinates, or none has: half a map would pass for a whole one."""
    nodes = seen["nodes"]
    if not np.isnan([nodes["x_coord"], nodes["y_coord"]]).all():
        for name, expected in (("x_coord", "the longitude"), ("y_coord", "the latitude")):
            for i in np.flatnonzero(np.isnan(nodes[name])):
                found = "unknown" if (int(i), name) in nodes.unknown else "nothing"
                yield Fault("nodes.csv", int(nodes.lines[i]), name, found, f"{expected}, since other nodes have one", "Fill it in.")


def delays_are_whole(seen: Tables) -> Iterator[Fault]:
    links = seen["links"]
    alpha, beta, capacity = (links[name] for name in ("delay_alpha", "delay_beta", "delay_capacity"))
    for i in np.flatnonzero(np.isnan(alpha) != np.isnan(beta)):
        name, other = ("delay_alpha", "delay_beta") if np.isnan(alpha[i]) else ("delay_beta", "delay_alpha")
        yield Fault("links.csv", int(links.lines[i]), name, "nothing", f"a value, since {other} has one", "Fill in both, or neither.")
    for i in np.flatnonzero((alpha > 0) & (beta > 0) & np.isnan(capacity) & ~(links["time"] == 0)):
        yield Fault("links.csv", int(links.lines[i]), "delay_capacity", "nothing", "a flow above 0, since the time grows with flow",
                    "Fill it in, or set delay_alpha to 0.")  # fmt: skip


def geometries_follow_links(seen: Tables) -> Iterator[Fault]:
    """A line can be read and leads from the node where its link begins to the node where it ends."""
    links, nodes = seen["links"], seen["nodes"]
    for row, number in zip(seen["geometries"].rows(), map(int, seen["geometries"].lines), strict=True):
        try:
            points = geometries.parse_line(row["line"])
        except ValueError as error:
            yield Fault("geometries.csv", number, "line", f"{error}, in {row['line']}", "LINESTRING (longitude latitude, …) with two points or more",
                        "Write degrees of WGS 84, longitude first.")  # fmt: skip
            continue
        ends = [links.row(row["link_id"])[name] for name in ("from_node", "to_node")] if row["link_id"] in links else []
        if not ends or any(end not in nodes for end in ends):
            continue
        start, end = ((nodes.row(name)["x_coord"], nodes.row(name)["y_coord"]) for name in ends)
        if not np.isnan([start, end]).any() and not geometries.joins(points, start, end):
            turned = geometries.joins(points[::-1], start, end)
            yield Fault("geometries.csv", number, "line", f"{geometries.line_text(points[:1])[12:-1]} to {geometries.line_text(points[-1:])[12:-1]}",
                        f"a line from {ends[0]} to {ends[1]}, each end within {geometries.ENDS_WITHIN:g} km of its node",
                        "Turn it round." if turned else "Correct the line, or take the row out: the link is then drawn straight.")  # fmt: skip


def services_of_fleets_come_back(seen: Tables) -> Iterator[Fault]:
    services = seen["services"]
    for row, line in zip(services.rows(), map(int, services.lines), strict=True):
        if row["fleet_id"] and np.isnan(row["round_trip"]):
            yield Fault("services.csv", line, "round_trip", "nothing", "the hours of a round trip, since the service takes units of a fleet",
                        "Fill it in, or empty fleet_id.")  # fmt: skip


def ranges_are_in_order(seen: Tables) -> Iterator[Fault]:
    for name, *columns in _RANGES:
        table = seen[name]
        for line, *cells in zip(table.lines, *(table[column] for column in columns), strict=True):
            given = [cell for cell in cells if not np.isnan(cell)]
            if given != sorted(given):
                yield Fault(f"{name}.csv", int(line), columns[0], " .. ".join(cell_text(cell) or "nothing" for cell in cells),
                            " <= ".join(columns), "Put them in order.")  # fmt: skip


_RANGES = (
    ("claims", "low", "likely", "high"),
    ("observations", "low", "value", "high"),
    ("shocks", "rate_low", "rate", "rate_high"),
    ("shocks", "duration_low", "duration", "duration_high"),
    ("risks", "probability_low", "probability_high"),
    ("routines", "low", "value", "high"),
)


def claims_agree_with_cells(seen: Tables) -> Iterator[Fault]:
    claims = seen["claims"]
    used: dict[tuple[str, str, str], int] = {}
    for row, line in zip(claims.rows(), map(int, claims.lines), strict=True):
        name, key, column_name = row["table"], row["row"], row["column"]
        if name not in SCHEMAS:
            yield Fault("claims.csv", line, "table", name, "a table", f"Nearest: {nearest(name, SCHEMAS)}.")
            continue
        table, schema = seen[name], SCHEMAS[name]
        if key not in table:
            yield Fault("claims.csv", line, "row", key, f"a row of {name}", f"Nearest: {nearest(key, table.keys)}.")
            continue
        if column_name not in schema or schema[column_name].kind not in ("number", "integer"):
            numbers = [column.name for column in schema if column.kind in ("number", "integer")]
            yield Fault("claims.csv", line, "column", column_name, f"a number of {name}", f"Nearest: {nearest(column_name, numbers)}.")
            continue
        if row["role"] != "used":
            continue
        cell = (name, key, column_name)
        if cell in used:
            yield Fault("claims.csv", line, "role", "used", "one used claim of a cell", f"Line {used[cell]} is used too: make one a rival.")
        used.setdefault(cell, line)
        column = schema[column_name]
        canonical = column.unit or (table.row(key)[column.unit_column] if column.unit_column else "")
        try:
            factor = units.factor(row["unit"], canonical) if row["unit"] and canonical else 1.0
        except ValueError as error:
            yield Fault("claims.csv", line, "unit", row["unit"], f"a unit of {canonical}", f"{error}.")
            continue
        value = table.row(key)[column_name]
        if not np.isclose(row["likely"] * factor, value, rtol=1e-6):
            yield Fault("claims.csv", line, "likely", cell_text(row["likely"] * factor), f"{cell_text(value) or 'nothing'}, which {name}.csv holds",
                        "The cell must hold the likely value of its used claim.")  # fmt: skip


def resource_members_exist(seen: Tables) -> Iterator[Fault]:
    members = [key for name in ("links", "terminals", "services") for key in seen[name].keys]
    known = Counter(members)
    resources = seen["resources"]
    for row, line in zip(resources.rows(), map(int, resources.lines), strict=True):
        for key in row["members"]:
            if key not in known:
                yield Fault("resources.csv", line, "members", key, "a link, terminal or service", f"Nearest: {nearest(key, members)}.")
            elif known[key] > 1:
                yield Fault("resources.csv", line, "members", key, "an id used in one table only", "Rename the link, terminal or service.")


def capacities_can_be_used(seen: Tables) -> Iterator[Fault]:
    uses = seen["uses"]
    per_unit = set(uses["unit"])
    counted = (("links", "capacity_unit"), ("terminals", "capacity_unit"), ("resources", "capacity_unit"), ("fleets", "payload_unit"))
    for name, column in counted:
        table = seen[name]
        is_flow = column == "capacity_unit"
        for unit, line in zip(table[column], map(int, table.lines), strict=True):
            if not unit:
                continue
            base = usage_unit(unit)
            if is_flow and (base is None or not _same_kind(unit, f"{base}/yr")):
                yield Fault(f"{name}.csv", line, column, unit, "t, TEU, wagon or train per year", "Write t/yr, TEU/yr, wagon/yr or train/yr.")
            elif not is_flow and base != unit:
                yield Fault(f"{name}.csv", line, column, unit, "t, TEU or wagon", "Write the load of a unit in one of them.")
            elif base != "t" and base not in per_unit:
                yield Fault(f"{name}.csv", line, column, unit, f"a row of uses.csv with unit {base}", f"Say how many {base} a tonne takes.")


@lru_cache(maxsize=256)
def usage_unit(unit: str) -> str | None:
    """What one tonne must be turned into to use a capacity in this unit: t, TEU, wagon, train; None when it is none."""
    for base in ("t", "TEU", "wagon", "train", "lorry", "container"):
        if _same_kind(unit, f"{base}/yr") or _same_kind(unit, base):
            return base
    return None


def _same_kind(unit: str, other: str) -> bool:
    try:
        units.factor(unit, other)
    except ValueError:
        return False
    return True


def tariffs_price_something(seen: Tables) -> Iterator[Fault]:
    tariffs = seen["tariffs"]
    known = (EVERY, *cargo.vocabulary(seen["commodities"]))
    for row, line in zip(tariffs.rows(), map(int, tariffs.lines), strict=True):
        table = seen[TARIFF_TABLES[row["applies_to"]]] if row["applies_to"] else None
        if table is not None and row["id"] not in table:
            yield Fault("tariffs.csv", line, "id", row["id"], f"a row of {table.name}", f"Nearest: {nearest(row['id'], table.keys)}.")
        if row["commodity_id"] not in known:
            remedy = f"Nearest: {nearest(row['commodity_id'], known)}."
            yield Fault("tariffs.csv", line, "commodity_id", row["commodity_id"], "a commodity, cargo type or group, or *", remedy)


def cargo_has_one_name(seen: Tables) -> Iterator[Fault]:
    yield from cargo.ambiguities(seen["commodities"])


def emission_factors_add_up(seen: Tables) -> Iterator[Fault]:
    yield from _factors_add_up(seen, "emission_factors", "mode_id", "links")
    yield from _factors_add_up(seen, "hub_factors", "kind", "terminals")


def _factors_add_up(seen: Tables, name: str, kind: str, named: str) -> Iterator[Fault]:
    table = seen[name]
    known = (EVERY, *cargo.vocabulary(seen["commodities"]))
    shares: dict[tuple[Any, ...], float] = defaultdict(float)
    first: dict[tuple[Any, ...], int] = {}
    for row, line in zip(table.rows(), map(int, table.lines), strict=True):
        parts = (row["well_to_tank"], row["tank_to_wheel"])
        total = float(sum(parts))
        if np.isnan(parts).sum() == 1 or abs(total - row["factor"]) > _ROUNDING:
            found = " + ".join(cell_text(part) or "nothing" for part in parts)
            yield Fault(f"{name}.csv", line, "factor", f"{found} against {cell_text(row['factor'])}", "the sum of well_to_tank and tank_to_wheel",
                        "Correct one of the three, or leave out both parts.")  # fmt: skip
        if row["commodity_id"] not in known:
            remedy = f"Nearest: {nearest(row['commodity_id'], known)}."
            yield Fault(f"{name}.csv", line, "commodity_id", row["commodity_id"], "a commodity, cargo type or group, or *", remedy)
        for place in row[named] or ("",):
            group = (row[kind], place, row["country"], row["commodity_id"])
            shares[group] += row["share"]
            first.setdefault(group, line)
    for group, share in shares.items():
        if abs(share - 1) > _ROUNDING:
            where = " ".join(part for part in group if part)
            yield Fault(f"{name}.csv", first[group], "share", f"{share:g} in all for {where}", "shares of the energy carriers that add up to 1",
                        "Correct them, or add the carrier that is missing.")  # fmt: skip


def departures_run_both_ways(seen: Tables) -> Iterator[Fault]:
    """A service on a link of one direction does not leave in the other; no departure stands twice."""
    services, links = seen["services"], seen["links"]
    table = seen["departures"]
    met: set[tuple[Any, ...]] = set()
    for row, line in zip(table.rows(), map(int, table.lines), strict=True):
        if row["service_id"] not in services:
            continue
        link = services.row(row["service_id"])["link_id"]
        if row["direction"] == "reverse" and link in links and links.row(link)["directed"]:
            yield Fault("departures.csv", line, "direction", "reverse", f"forward: {link} can be used only in one direction", "Correct it, or take out the row.")
        same = (row["service_id"], row["direction"], row["weekday"], row["hour"])
        if same in met:
            yield Fault("departures.csv", line, "hour", cell_text(row["hour"]), "a departure that no other row has", "Take out one of the two rows.")
        met.add(same)


def calendars_are_whole(seen: Tables) -> Iterator[Fault]:
    table = seen["calendars"]
    months: dict[str, list[int]] = defaultdict(list)
    first: dict[str, int] = {}
    for calendar, month, line in zip(table["calendar_id"], table["month"], map(int, table.lines), strict=True):
        months[calendar].append(int(month))
        first.setdefault(calendar, line)
    for calendar, present in months.items():
        missing = sorted(set(range(1, 13)) - set(present))
        if missing:
            yield Fault("calendars.csv", first[calendar], "month", f"{calendar} without {', '.join(map(str, missing))}", "all twelve months",
                        "Add a row for each missing month.")  # fmt: skip


def routines_fit(seen: Tables) -> Iterator[Fault]:
    yield from routines.faults(seen.tables)


def demand_leaves_its_zone(seen: Tables) -> Iterator[Fault]:
    """Trips in user equilibrium, by commodities without a logit scale, may stay: they are counted and said."""
    demand, commodities = seen["demand"], seen["commodities"]
    may_stay = set(commodities["commodity_id"][np.isnan(commodities["theta"])])
    for start, end, commodity, line in zip(demand["origin"], demand["destination"], demand["commodity_id"], demand.lines, strict=True):
        if start == end and commodity not in may_stay:
            yield Fault("demand.csv", int(line), "destination", str(end), f"another zone than origin {start}", "Leave out what stays in a zone: no link carries it.")


def projects_have_an_order(seen: Tables) -> Iterator[Fault]:
    projects = seen["projects"]
    after = dict(zip(projects.keys, projects["after"], strict=True))
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        line = int(projects.lines[projects.index[cycle[0]]]) if cycle[0] in projects else 0
        yield Fault("projects.csv", line, "after", " after ".join(cycle), "projects that do not wait for each other", "Take out one of them.")


def projects_are_consistent(seen: Tables) -> Iterator[Fault]:
    projects = seen["projects"]
    for row, line in zip(projects.rows(), map(int, projects.lines), strict=True):
        done = row["status"] == "delivered"
        if done != (not np.isnat(row["delivered"])):
            yield Fault("projects.csv", line, "delivered", cell_text(row["delivered"]) or "nothing",
                        "a date exactly when status is delivered", "Fill in or empty one of the two.")  # fmt: skip
        if row["delivered"] > seen.settings.as_of:
            yield Fault("projects.csv", line, "delivered", str(row["delivered"]), f"a day up to as_of {seen.settings.as_of}",
                        "Leave it empty until it has come, or move as_of in case.toml.")  # fmt: skip
        if not np.isnat(row["promised"]) and np.isnat(row["promised_on"]):
            yield Fault("projects.csv", line, "promised_on", "nothing", "the day on which promised was said", "Fill it in.")
        for column in ("promised_on", "started") if row["status"] in ("construction", "delivered") else ("promised_on",):
            if row[column] > seen.settings.as_of:
                yield Fault("projects.csv", line, column, str(row[column]), f"a day up to as_of {seen.settings.as_of}",
                            "Leave it empty until it has come, or move as_of in case.toml.")  # fmt: skip


def reports_are_whole(seen: Tables) -> Iterator[Fault]:
    statuses = SCHEMAS["projects"]["status"].choices
    reports = seen["reports"]
    told: dict[tuple[str, str, str], int] = {}
    for row, line in zip(reports.rows(), map(int, reports.lines), strict=True):
        kind, value, state = row["kind"], row["value"], row["state"]
        if row["reported_on"] > seen.settings.as_of:
            yield Fault("reports.csv", line, "reported_on", str(row["reported_on"]), f"a day up to as_of {seen.settings.as_of}",
                        "Leave the row out, or move as_of in case.toml.")  # fmt: skip
        if kind in ("cost", "progress") and np.isnan(value):
            yield Fault("reports.csv", line, "value", "nothing", f"the figure of a report of {kind}", "Fill it in.")
        if kind == "cost" and not row["unit"]:
            yield Fault("reports.csv", line, "unit", "nothing", "the currency of a cost", "Write USD, EUR, KZT …")
        if kind == "progress" and value > 1:
            yield Fault("reports.csv", line, "value", cell_text(value), "a share between 0 and 1", "Write 0.7 for 70 %.")
        if kind == "status" and state not in statuses:
            yield Fault("reports.csv", line, "state", state or "nothing", "one of " + ", ".join(statuses), f"Nearest: {nearest(state, statuses)}.")
        if kind == "funding" and not state and np.isnan(value):
            yield Fault("reports.csv", line, "state", "nothing", "what was said about money", "Fill in state or value.")
        key = (row["project_id"], kind, str(row["reported_on"]))
        if kind in record.HELD and row["role"] == "used":
            if key in told:
                yield Fault("reports.csv", line, "role", "used", f"one used report of {kind} a day", f"Line {told[key]} is used too: make one a rival.")
            told.setdefault(key, line)


def projects_hold_their_latest_report(seen: Tables) -> Iterator[Fault]:
    projects, reports = seen["projects"], seen["reports"]
    for (key, kind), at in record.latest(reports).items():
        if key not in projects:
            continue
        project, line = projects.row(key), int(projects.lines[projects.index[key]])
        for column, value in record.held(reports.at(at)).items():
            if not record.agree(project[column], value):
                yield Fault("projects.csv", line, column, cell_text(project[column]) or "nothing",
                            f"{cell_text(value) or 'nothing'}, as in the latest report of its {kind} (line {reports.lines[at]} of reports.csv)",
                            "Bring the two together, or make the report a rival.")  # fmt: skip


def running_shocks_end_after_they_began(seen: Tables) -> Iterator[Fault]:
    shocks, today = seen["shocks"], seen.settings.as_of
    for row, line in zip(shocks.rows(), map(int, shocks.lines), strict=True):
        since, until = row["active_since"], row["active_until"]
        if since > today:
            yield Fault("shocks.csv", line, "active_since", str(since), f"a day up to as_of {today}", "Leave it empty until it has begun.")
        if not np.isnat(since) and np.isnat(until):
            yield Fault("shocks.csv", line, "active_until", "nothing", "when a shock that runs is expected to end", "Fill it in, or empty active_since.")
        if until < since:
            yield Fault("shocks.csv", line, "active_until", str(until), f"a day from {since} on", "Put the two in order.")


def edits_resolve(seen: Tables) -> Iterator[Fault]:
    yield from seen.resolved[1]


def edits_have_a_cause(seen: Tables) -> Iterator[Fault]:
    table = seen["edits"]
    for row, line in zip(table.rows(), map(int, table.lines), strict=True):
        kind, _, name = row["cause"].partition(":")
        if row["cause"] in ("history", "scenario"):
            if kind == "history" and np.isnat(row["from"]):
                yield Fault("edits.csv", line, "from", "nothing", "the day of an edit of the past", "Fill it in.")
        elif kind not in CAUSE_TABLES:
            yield Fault("edits.csv", line, "cause", row["cause"], "project:ID, shock:ID, history or scenario", "Name the cause.")
        elif name not in seen[CAUSE_TABLES[kind]]:
            remedy = f"Nearest: {nearest(name, seen[CAUSE_TABLES[kind]].keys)}."
            yield Fault("edits.csv", line, "cause", row["cause"], f"a row of {CAUSE_TABLES[kind]}", remedy)
        elif kind == "shock" and row["op"] == "set" and row["column"] != "exists":
            yield Fault("edits.csv", line, "op", "set", "add or scale for a shock, since shocks may coincide", "Write a factor or a sum.")
        elif kind == "project":
            delivered = seen["projects"].row(name)["delivered"]
            if np.isnat(delivered) != np.isnat(row["from"]):
                found = cell_text(row["from"]) or "nothing"
                yield Fault("edits.csv", line, "from", found, "the delivery date of a delivered project, and only of one",
                            "Fill it in with `was`, or empty it.")  # fmt: skip


def edits_do_not_fight(seen: Tables) -> Iterator[Fault]:
    if not seen.resolved[1]:
        causes: dict[str, list[editing.Edit]] = defaultdict(list)
        for edit in seen.resolved[0]:
            # what projects have delivered stays for good, so that the sets of all projects meet in the end
            lasting = "projects" if edit.cause.startswith("project:") else edit.cause
            causes["dated" if not np.isnat(edit.start) else lasting].append(edit)
        for edits in causes.values():
            yield from editing.fights(edits, seen.edit_lines)


def past_leads_to_today(seen: Tables) -> Iterator[Fault]:
    if not seen.resolved[1]:
        past = editing.history(seen.resolved[0], seen.settings.as_of)
        yield from editing.round_trip(past, seen.tables, seen.edit_lines)


def nothing_is_known_too_early(seen: Tables) -> Iterator[Fault]:
    for name, table in seen.tables.items():
        if "known_since" in table.schema:
            for line, day in zip(table.lines, table["known_since"], strict=True):
                if day > seen.settings.as_of:
                    yield Fault(f"{name}.csv", int(line), "known_since", str(day), f"a day up to as_of {seen.settings.as_of}",
                                "Leave the row out, or move as_of in case.toml.")  # fmt: skip


def units_are_units(seen: Tables) -> Iterator[Fault]:
    for name in ("targets", "observations", "series", "claims", "edits"):
        table = seen[name]
        for unit, line in zip(table["unit"], map(int, table.lines), strict=True):
            if unit and unit not in ("date", "text") and not units.is_unit(unit):
                yield Fault(f"{name}.csv", line, "unit", unit, "a unit", "Use t, TEU, USD, day, t/yr …")


def targets_say_what_they_need(seen: Tables) -> Iterator[Fault]:
    targets = seen["targets"]
    for row, line in zip(targets.rows(), map(int, targets.lines), strict=True):
        if not np.isnan(row["value"]) and not row["unit"]:
            yield Fault("targets.csv", line, "unit", "nothing", "the unit of value", "Fill it in.")


CHECKS: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    needed_tables_are_filled, amounts_are_sensible, keys_are_unique, references_exist, links_lead_somewhere, places_are_known, delays_are_whole, geometries_follow_links,
    services_of_fleets_come_back, ranges_are_in_order, claims_agree_with_cells, resource_members_exist, capacities_can_be_used,
    tariffs_price_something, emission_factors_add_up, departures_run_both_ways, cargo_has_one_name, demand_leaves_its_zone, calendars_are_whole, routines_fit, projects_have_an_order,
    projects_are_consistent, reports_are_whole, projects_hold_their_latest_report, running_shocks_end_after_they_began, edits_resolve,
    edits_have_a_cause, edits_do_not_fight,
    past_leads_to_today, nothing_is_known_too_early, units_are_units, targets_say_what_they_need,
)  # fmt: skip

_OF_THE_CASE_ALONE = (claims_agree_with_cells, projects_hold_their_latest_report, past_leads_to_today, edits_do_not_fight)
"""Checks between evidence and cells, which an edit may part."""
