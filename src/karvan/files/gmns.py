"""A case out of GMNS files. What GMNS does not say is an estimate, and the note of the row and the README say so."""

from __future__ import annotations

import datetime
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from karvan.corridor import checks
from karvan.files import folder, gmns_read, place
from karvan.files.gmns_read import Network
from karvan.files.toml_text import toml_text
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import absent, nearest
from karvan.tables.faults import Fault, refuse
from karvan.tables.geometries import ALIGNMENT, ENDS_WITHIN, joins, line_text, parse_line
from karvan.tables.table import Row, Table, empty, from_cells

NO_DAY = datetime.date(2026, 1, 1)
HORIZON = 10
SOURCE = "gmns"
COMMODITY = "general"
NO_COUNTRY = "XX"
ROAD = "road"
_WORD = re.compile(r"[a-z0-9]+")
_ON_FOOT = {"walk", "walking", "ped", "pedestrian", "foot", "footway", "sidewalk", "crosswalk", "bike", "bicycle", "cycleway",
            "parking", "shoulder"}  # fmt: skip
_ON_ROAD = {"road", "auto", "car", "drive", "truck", "lorry", "hgv", "bus", "motorway", "freeway", "highway", "street",
            "arterial"}  # fmt: skip
_BY_WORD = {"rail": ("rail", "train"), "sea": ("sea", "ship", "ferry", "water", "vessel", "barge"), "pipeline": ("pipe",)}
MODES = {
    ROAD: ("road", 40.0, "a lorry over long distances with its stops"),
    "rail": ("rail", 32.0, "a goods train with its stops, about 770 km a day"),
    "sea": ("ship or ferry", 24.0, "13 knots"),
    "pipeline": ("pipeline", 6.0, "oil in a trunk line"),
}
_KINDS = {"city": "city", "centroid": "city", "zone": "city", "port": "port", "harbour": "port", "harbor": "port", "border": "border",
          "yard": "yard", "terminal": "yard", "station": "yard"}  # fmt: skip


@dataclass
class _Told:
    """What the README says was left out or assumed, sentence by sentence."""

    sentences: list[str] = field(default_factory=list)

    def __call__(self, sentence: str) -> None:
        self.sentences.append(sentence)


def import_folder(source: Path, target: Path, as_of: datetime.date = NO_DAY) -> tuple[str, ...]:
    """The files of the case written into the new folder `target`. GMNS knows no day: without `as_of` the case stands on 1 January 2026,
    and its README asks to correct that. Raises `UsageError` (no such folder, place taken) or `InvalidData` (all faults)."""
    place.refuse_taken_folder(target)
    faults: list[Fault] = []
    network = gmns_read.read(source, faults)
    refuse(faults)
    told = _Told()
    tables = _tables(network, as_of, faults, told)
    refuse(faults)
    settings = {"case": {"name": _word(target.resolve().name) or SOURCE, "title": _title(network), "as_of": as_of,
                         "first_year": as_of.year, "horizon": as_of.year + HORIZON - 1}}  # fmt: skip
    checks.load(settings, tables, {})
    if as_of == NO_DAY:
        told(f"GMNS names no day. `as_of` in case.toml is {NO_DAY}: set it to the day on which the network stood so.")
    texts = {f"{name}.csv": folder.csv_text(table) for name, table in tables.items() if len(table) or table.schema.required}
    texts |= {"case.toml": toml_text(settings), "README.md": _readme(network, told)}
    return place.fill_folder(target, lambda beside: folder.write_texts(beside, texts))


def _tables(network: Network, as_of: datetime.date, faults: list[Fault], told: _Told) -> dict[str, Table]:
    links = list(_links(network, told))
    lines = list(_geometries(network, {link["link_id"] for link in links}, told))
    modes = list(_modes(network, {link["mode_id"] for link in links}, told))
    layers = {mode["mode_id"]: mode["layer"] for mode in modes}
    neighbours = _neighbours([link for link in links if layers[link["mode_id"]] == "freight"])
    if not neighbours:
        faults.append(Fault("link.csv", 0, "allowed_uses", "no link for freight", "one at least", "Correct allowed_uses or facility_type."))
        return {}
    zones = list(_zones(network, neighbours, told))
    volumes = _trips(network, zones, faults, told)
    demand = list(_demand(volumes, zones, neighbours, as_of.year, told))
    _tell_the_rest(network, told)
    made = {"modes": modes, "nodes": list(_nodes(network, told)), "links": links, "geometries": lines, "zones": zones, "commodities": [_commodity(told)],
            "demand": demand, "sources": [_source(network)]}  # fmt: skip
    return {name: table_of(name, made[name]) if name in made else empty(schema) for name, schema in SCHEMAS.items()}


def table_of(name: str, rows: list[Row]) -> Table:
    """A table of these rows; cells that are not given have their default."""
    schema = SCHEMAS[name]
    return from_cells(schema, {column.name: [row.get(column.name, absent(column)) for row in rows] for column in schema})


def _reported(row: Row, note: str = "") -> Row:
    return {**row, "basis": "reported", "source_id": SOURCE, "note": note}


def _estimated(row: Row, note: str) -> Row:
    return {**row, "basis": "estimate", "note": note}


# --- the network -----------------------------------------------------------------------------------------------------


def _nodes(network: Network, told: _Told) -> Iterable[Row]:
    nowhere = 0
    for node in network.nodes.rows():
        country = node["karvan_country"] or NO_COUNTRY
        nowhere += country == NO_COUNTRY
        kinds = [_KINDS[word] for word in _words(node["node_type"]) if word in _KINDS]
        yield _reported({"node_id": node["node_id"], "name": node["name"] or node["node_id"], "country": country,
                         "kind": kinds[0] if kinds else "junction", "x_coord": node["x_coord"], "y_coord": node["y_coord"],
                         "unlocode": node["karvan_unlocode"]})  # fmt: skip
    if nowhere:
        told(f"Nodes with the country {NO_COUNTRY}, which stands for an unknown one, since GMNS has no field for it: {nowhere}.")


def _links(network: Network, told: _Told) -> Iterable[Row]:
    on_foot, straight, foreign, counted = 0, 0, 0, 0
    declared = _declared(network)
    for i, link in enumerate(network.links.rows()):
        mode = _mode(link, declared)
        if not mode:
            on_foot += 1
            continue
        notes = []
        row = {"link_id": link["link_id"], "name": link["name"], "from_node": link["from_node_id"], "to_node": link["to_node_id"],
               "mode_id": mode, "directed": link["directed"], "length": link["length"], "speed": link["free_speed"],
               "time": link["karvan_time"], "time_sd": link["karvan_time_sd"], "tracks": link["karvan_tracks"]}  # fmt: skip
        if np.isnan(link["length"]):
            straight += 1
            row["length"] = round(float(network.straight[i]), 3)
            notes.append("length: straight line between the ends")
        if link["karvan_capacity"] >= 0:
            if checks.usage_unit(link["karvan_capacity_unit"]) == "t":
                row |= {"capacity": link["karvan_capacity"], "capacity_unit": link["karvan_capacity_unit"]}
            else:
                foreign += 1
                notes.append(f"karvan_capacity {link['karvan_capacity']:g} {link['karvan_capacity_unit']} left out")
        if link["capacity"] >= 0:
            counted += 1
            lanes = f" and lane, {link['lanes']:g} lanes" if link["lanes"] >= 0 else " and lane"
            notes.append(f"GMNS capacity {link['capacity']:g} vehicles per hour{lanes}, left out")
        yield _reported(row, "; ".join(notes))
    if on_foot:
        told(f"Links left out, since only pedestrians or cyclists may use them: {on_foot}.")
    if straight:
        told(f"Links without a length in link.csv, which got that of the straight line between their ends: {straight}.")
    if foreign:
        told(f"Links whose yearly capacity was left out, since uses.csv must first say what a tonne takes of its unit: {foreign}. "
             "Their notes hold it.")  # fmt: skip
    if counted:
        told("Links whose capacity was left out, since it counts vehicles per hour and lane, and karvan's tonnes or units a year: "
             f"{counted}. Their notes hold it.")  # fmt: skip


def _geometries(network: Network, kept: set[str], told: _Told) -> Iterable[Row]:
    """The lines of the links that were kept; one that cannot be read, or leads elsewhere, is left out."""
    unread, astray = 0, 0
    for link in network.links.rows():
        if not link["geometry"] or link["link_id"] not in kept:
            continue
        try:
            points = parse_line(link["geometry"])
        except ValueError:
            unread += 1
            continue
        start, end = (network.nodes.row(link[name]) for name in ("from_node_id", "to_node_id"))
        if joins(points, (start["x_coord"], start["y_coord"]), (end["x_coord"], end["y_coord"])):
            yield _reported({"link_id": link["link_id"], "line": line_text(points), "kind": link["karvan_line"] or ALIGNMENT})
        else:
            astray += 1
    if unread:
        told(f"Links whose geometry was left out, since it is no WKT LINESTRING of longitudes and latitudes: {unread}. They are drawn straight.")
    if astray:
        told(f"Links whose geometry was left out, since it does not lead from {ENDS_WITHIN:g} km around one node to as near the other: {astray}. "
             "They are drawn straight.")  # fmt: skip


def _declared(network: Network) -> dict[str, Row]:
    """The uses that karvan wrote as its own modes."""
    return {use["use"]: use for use in network.uses.rows() if use["karvan_layer"]}


def _mode(link: Row, declared: Mapping[str, Row]) -> str:
    """The mode of a link: one that karvan declared, else by the words of its kind and of its uses, else road; "" when no freight may use it."""
    uses = [word.strip() for word in re.split(r"[,;|]", link["allowed_uses"]) if word.strip()]
    for word in (link["facility_type"], *uses):
        if word in declared:
            return str(word)
    by_kind, by_use = _words(link["facility_type"]), _words(link["allowed_uses"])
    if (by_use or by_kind) and set(by_use or by_kind) <= _ON_FOOT:
        return ""
    for words in (by_kind, by_use):
        if not _ON_ROAD.isdisjoint(words):
            return ROAD
        for mode, beginnings in _BY_WORD.items():
            if any(word.startswith(beginnings) for word in words):
                return mode
    return ROAD


def _modes(network: Network, used: set[str], told: _Told) -> Iterable[Row]:
    declared = _declared(network)
    for key, use in declared.items():
        yield _reported({"mode_id": key, "name": use["karvan_name"] or key, "layer": use["karvan_layer"], "speed": use["karvan_speed"],
                         "time_cv": 0.0 if np.isnan(use["karvan_time_cv"]) else use["karvan_time_cv"]})  # fmt: skip
    assumed = sorted(used - set(declared))
    for key in assumed:
        yield mode_row(key)
    if assumed:
        told(f"Speeds of modes in modes.csv are our estimate ({', '.join(assumed)}); they hold where link.csv gives no free_speed.")
    if len(used) > 1:
        told("Cargo cannot change mode yet: GMNS has no steps at terminals. Write terminals.csv where two modes meet.")


# --- zones and demand ------------------------------------------------------------------------------------------------

Neighbours = dict[tuple[str, str], list[str]]


def _neighbours(links: Iterable[Row]) -> Neighbours:
    """(node, mode) -> the nodes that one link leads to."""
    out: Neighbours = {}
    for link in links:
        ends = (link["from_node"], link["to_node"])
        for start, end in (ends,) if link["directed"] else (ends, ends[::-1]):
            out.setdefault((start, link["mode_id"]), []).append(end)
    return out


def _reached(start: str, neighbours: Neighbours) -> set[str]:
    """The nodes that cargo reaches from `start` without a change of mode."""
    states = {(start, mode) for node, mode in neighbours if node == start}
    queue = deque(states)
    while queue:
        node, mode = queue.popleft()
        for state in ((end, mode) for end in neighbours.get((node, mode), ())):
            if state not in states:
                states.add(state)
                queue.append(state)
    return {node for node, _ in states} - {start}


def _zones(network: Network, neighbours: Neighbours, told: _Told) -> Iterable[Row]:
    named = dict(zip(network.zones.keys, network.zones.rows(), strict=True))
    nodes_of: dict[str, list[str]] = {}
    for node, zone in zip(network.nodes.keys, network.nodes["zone_id"], strict=True):
        if zone and (zone in named or (not named and zone not in ("0", "-1"))):
            nodes_of.setdefault(zone, []).append(node)
    for key, zone in named.items():
        if zone["karvan_node_id"] in network.nodes:
            nodes_of[key] = [zone["karvan_node_id"]]
    homeless = [key for key in named if key not in nodes_of]
    if homeless:
        told(f"Zones left out, since no node names them in zone_id: {len(homeless)} ({_some(homeless)}).")
    if len(nodes_of) < 2:
        yield from _two_zones(network, neighbours, told)
        return
    for key in [key for key in named if key in nodes_of] or nodes_of:
        several = nodes_of[key]
        zone = named.get(key, {})
        note = "" if len(several) == 1 else f"enters at the first of its {len(several)} nodes"
        country = zone.get("karvan_country", "")
        yield _reported({"zone_id": key, "name": zone.get("name") or key, "node_id": several[0], "country": country}, note)


def _two_zones(network: Network, neighbours: Neighbours, told: _Told) -> Iterable[Row]:
    """The first node with a way out of it, and the last that can be reached from there."""
    first = next(node for node in network.nodes.keys if any(start == node for start, _ in neighbours))
    reached = _reached(first, neighbours)
    last = [node for node in network.nodes.keys if node in reached][-1]
    told(f"The files name fewer than two zones that stand at a node. Two were made, at the nodes {first} and {last}: replace them in zones.csv.")
    for node in (first, last):
        name = network.nodes.row(node)["name"] or node
        yield _estimated({"zone_id": node, "name": name, "node_id": node}, "made by the import, so that the case has two ends; replace it")


def _trips(network: Network, zones: list[Row], faults: list[Fault], told: _Told) -> dict[tuple[str, str], float]:
    """(origin, destination) -> volume, summed over the rows of demand.csv. An unknown zone is a fault where it is met first."""
    known = {zone["zone_id"] for zone in zones}
    strange: set[str] = set()
    volumes: dict[tuple[str, str], float] = {}
    within = 0
    for trip, line in zip(network.demand.rows(), map(int, network.demand.lines), strict=True):
        ends = (trip["o_zone_id"], trip["d_zone_id"])
        for name, zone in zip(("o_zone_id", "d_zone_id"), ends, strict=True):
            if zone not in known and zone not in strange:
                strange.add(zone)
                faults.append(Fault("demand.csv", line, name, zone, "a zone that stands at a node", f"Nearest: {nearest(zone, known)}."))
        if ends[0] == ends[1]:
            within += 1
        else:
            volumes[ends] = volumes.get(ends, 0.0) + trip["volume"]
    if within:
        told(f"Rows of demand.csv left out, since they stay within a zone: {within}.")
    return volumes


def _demand(volumes: dict[tuple[str, str], float], zones: list[Row], neighbours: Neighbours, year: int, told: _Told) -> Iterable[Row]:
    if volumes:
        told(f"volume in demand.csv was read as tonnes in {year}. If it counts vehicles or trips, correct `amount` in demand.csv.")
        note = f"volume of the GMNS files, read as tonnes in {year}"
    else:
        volumes = {_joined(zones, neighbours): 0.0}
        told("The files hold no demand. demand.csv has one row of 0 t, so that the case is whole: fill in what wants to go where.")
        note = "no demand in the GMNS files: 0 stands for what is to be filled in"
    for (origin, destination), amount in volumes.items():
        yield _estimated({"demand_id": f"{origin}__{destination}", "origin": origin, "destination": destination,
                          "commodity_id": COMMODITY, "year": float(year), "amount": amount}, note)  # fmt: skip


def _joined(zones: list[Row], neighbours: Neighbours) -> tuple[str, str]:
    """The first two zones between which cargo can go, else the first two."""
    for origin in zones:
        reached = _reached(origin["node_id"], neighbours)
        for destination in zones:
            if destination["node_id"] in reached:
                return origin["zone_id"], destination["zone_id"]
    return zones[0]["zone_id"], zones[1]["zone_id"]


# --- what GMNS has no word for ---------------------------------------------------------------------------------------


def _commodity(told: _Told) -> Row:
    told("GMNS knows no commodities. commodities.csv has one, and its values are estimates: replace them by those of your cargo.")
    return general_cargo()


def mode_row(key: str) -> Row:
    """One of MODES as a row of modes, an estimate."""
    name, speed, why = MODES[key]
    return _estimated({"mode_id": key, "name": name, "layer": "freight", "speed": speed},
                      f"own reading: {why}; holds where a link gives no speed")  # fmt: skip


def general_cargo() -> Row:
    """A commodity to begin with, an estimate."""
    return _estimated({"commodity_id": COMMODITY, "name": "general cargo", "group": "dry", "value": 2000.0, "value_of_time": 0.05,
                       "reliability_ratio": 0.8, "theta": 0.05, "reserve": 90.0},
                      "Own reading: cargo worth 2,000 USD/t at some 22 % a year for capital, decay and stock costs 0.05 USD per "
                      "tonne and hour; theta and reserve as for general cargo on a long land route; replace all of them")  # fmt: skip


def _source(network: Network) -> Row:
    return {"source_id": SOURCE, "publisher": network.config.get("dataset_name") or "unknown", "title": "GMNS files node.csv and link.csv",
            "date": "unknown", "address": "unknown", "licence": "unknown"}  # fmt: skip


def _tell_the_rest(network: Network, told: _Told) -> None:
    told("There are no tariffs: until tariffs.csv says what a way costs, only time decides the route.")
    told("There are no targets: targets.csv waits for the promises to be judged.")
    told("Publisher, date, address and licence of the data are to be filled in in sources.csv, the licence in case.toml too.")
    fields = network.fields["link"]
    if "directed" not in fields:
        told("link.csv has no field `directed`; every link was read as one-way.")
    if np.nansum(network.links["toll"]) > 0:
        told("Tolls were left out: they are prices of a vehicle, and tariffs are prices of a tonne.")
    if not network.config.get("long_length"):
        told("No config.csv names the unit of length; lengths were read as km.")
    if not network.config.get("speed") and not np.isnan(network.links["free_speed"]).all():
        told("No config.csv names the unit of speed; free_speed was read as km/h.")
    if "geometry_id" in fields:
        told("geometry_id of links was left out: karvan reads lines from the field `geometry` only.")


def _readme(network: Network, told: _Told) -> str:
    made = f"# {_title(network)}\n\nMade by `karvan import gmns` out of files in the General Modeling Network Specification (GMNS).\n"
    return made + "\nBefore you trust an answer:\n\n" + "\n".join(f"- {each}" for each in told.sentences) + "\n"


def _title(network: Network) -> str:
    return network.config.get("dataset_name") or "Network out of GMNS files"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _word(text: str) -> str:
    return "_".join(_words(text))


def _some(words: list[str]) -> str:
    return ", ".join(words[:10]) + (" …" if len(words) > 10 else "")
