"""A case out of TNTP files: a net and one trips file per class of users.

What pays besides time becomes what it is in any case: a toll is a tariff of its link, the distance factor one of the mode, and
both are turned into time by the class's value of time. So one class can be given a toll, a ban or a value of time of its own
by an edit of a table. The numbers of the files stay as they are, with their unit beside them.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.corridor import checks
from karvan.corridor.settings import TIME_UNITS
from karvan.files import folder, place, tntp_read
from karvan.files.gmns import NO_COUNTRY, NO_DAY, table_of
from karvan.files.tntp_read import Net, Trips
from karvan.files.toml_text import toml_text
from karvan.tables import units
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.faults import Fault, UsageError, refuse
from karvan.tables.table import Row, Table, cell_text, column_texts, empty, from_cells

SOURCE, MODE, ONE_CLASS = "tntp", "road", "vehicles"
UNIT, TIME, LENGTH = "vehicle", "min", "km"
_SPELLED = {
    "minutes": "min", "minute": "min", "mins": "min", "hours": "h", "hour": "h", "hr": "h", "hrs": "h", "sec": "s", "secs": "s", "seconds": "s",
    "miles": "mile", "mi": "mile", "feet": "foot", "ft": "foot", "metres": "m", "meters": "m", "kilometers": "km", "kilometres": "km",
}  # fmt: skip
_CENTS = ("cents", "cent", "us cents")
_ROUNDING = 1e-6
"""What a total stated may miss the sum of the trips by, as a share."""


@dataclass(frozen=True)
class Reading:
    """How files are read that do not say it themselves; None: as the file says, else minutes, km, and factors of 0.

    toll_factor      time per unit of toll, in the units of the file
    distance_factor  time per unit of length
    nodes            file of coordinates
    """

    toll_factor: float | None = None
    distance_factor: float | None = None
    time_unit: str | None = None
    length_unit: str | None = None
    nodes: Path | None = None


@dataclass(frozen=True)
class Imported:
    """The files written, and what a person should know of them: ids of sentences with their values."""

    files: tuple[str, ...]
    told: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class _Given:
    """The files and how they were read, units as pint knows them."""

    net: Net
    classes: dict[str, Trips]
    toll_factor: float
    distance_factor: float
    time_unit: str
    length_unit: str
    in_cents: bool
    names: str

    @property
    def dollars(self) -> float:
        """USD in a unit of toll."""
        return 0.01 if self.in_cents else 1.0

    @property
    def value_of_time(self) -> float:
        """USD per hour: what makes a toll the time that the toll factor says. Without a toll factor an hour is the unit of account."""
        if self.toll_factor == 0:
            return 1.0
        return self.dollars / (self.toll_factor * units.factor(self.time_unit, "h"))

    @property
    def price_per_km(self) -> float:
        """USD per km: what makes a km the time that the distance factor says."""
        return self.distance_factor * units.factor(self.time_unit, "h") / units.factor(self.length_unit, LENGTH) * self.value_of_time


def import_files(sources: tuple[Path, ...], target: Path, reading: Reading = Reading(), as_of: datetime.date = NO_DAY) -> Imported:
    """The case of a net file and one trips file per class, written into the new folder `target`. TNTP knows no day: without
    `as_of` the case stands on 1 January 2026. Raises `UsageError` (files, place taken, units) or `InvalidData` (all faults)."""
    if len(sources) < 2:
        raise UsageError("import tntp needs a net file and a trips file: karvan import tntp NET TRIPS DIR, one TRIPS per class of users.")
    place.refuse_taken_folder(target)
    faults: list[Fault] = []
    net = tntp_read.read_net(sources[0], faults)
    classes: dict[str, Trips] = {}
    for name, path in _class_names(sources[1:]).items():
        classes[name] = tntp_read.read_trips(path, net.zones, faults)
    coordinates = tntp_read.read_nodes(reading.nodes, net.nodes, faults) if reading.nodes is not None else {}
    refuse(faults)
    given = _given(net, classes, reading, ", ".join(path.name for path in sources))
    drawn = bool(coordinates) and all(abs(x) <= 180 and abs(y) <= 90 for x, y in coordinates.values())
    told = list(_told(given, bool(coordinates) and not drawn))
    links = _links_text(given)
    tables = _tables(given, coordinates if drawn else {}, as_of.year, folder.parse_table("links.csv", SCHEMAS["links"], links, faults))
    refuse(faults)
    settings = {"case": {"name": re.sub(r"\W+", "_", target.resolve().name).strip("_").lower() or SOURCE, "title": f"Network of {sources[0].name}",
                         "as_of": as_of, "first_year": as_of.year, "horizon": as_of.year, "amount_unit": UNIT, "time_unit": given.time_unit}}  # fmt: skip
    checks.load(settings, tables, {})
    texts = {f"{name}.csv": folder.csv_text(table) for name, table in tables.items() if name != "demand" and (len(table) or table.schema.required)}
    texts |= {"links.csv": links, "demand.csv": _demand_text(tables["demand"]), "case.toml": toml_text(settings), "README.md": _readme(given, told, as_of, drawn)}
    return Imported(place.fill_folder(target, lambda beside: folder.write_texts(beside, texts)), tuple(told))


def _class_names(paths: Iterable[Path]) -> dict[str, Path]:
    """The files by class: one is `vehicles`, several have the names of their files. Raises `UsageError` when two are alike."""
    listed = list(paths)
    if len(listed) == 1:
        return {ONE_CLASS: listed[0]}
    named: dict[str, Path] = {}
    for path in listed:
        name = re.sub(r"[\s;,/]+", "_", re.sub(r"_?trips$", "", path.stem, flags=re.IGNORECASE)) or path.stem
        if name in named:
            raise UsageError(f"{named[name]} and {path} would both be the class {name}. Give the files names of their own.")
        named[name] = path
    return named


def _given(net: Net, classes: dict[str, Trips], reading: Reading, names: str) -> _Given:
    def factor(asked: float | None, of_file: float | None, option: str) -> float:
        if asked is not None and not 0 <= asked < 1e12:
            raise UsageError(f"--{option} {asked:g}: expected 0 or more.")
        return asked if asked is not None else of_file or 0.0

    def unit(asked: str | None, column: str, usual: str, canonical: str, option: str) -> str:
        said = net.units.get(column, usual) if asked is None else asked
        found = _SPELLED.get(said.lower(), said)
        if not _measures(found, canonical):
            if asked is not None:
                raise UsageError(f"--{option} {asked}: expected a unit that turns into {canonical}.")
            return usual
        return found

    time_unit = unit(reading.time_unit, "free_flow_time", TIME, "h", "time-unit")
    if time_unit not in TIME_UNITS:
        raise UsageError(f"--time-unit {time_unit}: expected one of {', '.join(TIME_UNITS)}.")
    return _Given(
        net, classes, factor(reading.toll_factor, net.toll_factor, "toll-factor"), factor(reading.distance_factor, net.distance_factor, "distance-factor"),
        time_unit, unit(reading.length_unit, "length", LENGTH, LENGTH, "length-unit"), net.units.get("toll") in _CENTS, names,
    )  # fmt: skip


def _measures(unit: str, canonical: str) -> bool:
    try:
        units.factor(unit, canonical)
    except ValueError:
        return False
    return True


# --- tables ----------------------------------------------------------------------------------------------------------


def _tables(given: _Given, coordinates: dict[int, tuple[float, float]], year: int, links: Table) -> dict[str, Table]:
    made: dict[str, list[Row]] = {
        "modes": [_reported({"mode_id": MODE, "name": "road", "layer": "freight"}, "every link has its own time")],
        "commodities": list(_commodities(given)),
        "nodes": list(_nodes(given.net, coordinates)),
        "zones": [_reported({"zone_id": str(zone), "name": str(zone), "node_id": str(zone)}) for zone in range(1, given.net.zones + 1)],
        "tariffs": list(_tariffs(given)),
        "sources": [{"source_id": SOURCE, "publisher": "unknown", "title": given.names}],
    }
    tables = {name: table_of(name, made[name]) if name in made else empty(schema) for name, schema in SCHEMAS.items()}
    return {**tables, "links": links, "demand": _demand(given, year)}


def _reported(row: Row, note: str = "") -> Row:
    return {**row, "basis": "reported", "source_id": SOURCE, "note": note}


def _commodities(given: _Given) -> Iterable[Row]:
    if given.toll_factor:
        note = f"1 over the toll factor of {given.toll_factor:g} {given.time_unit} per {'cent' if given.in_cents else 'USD'}"
    else:
        note = "no toll factor: money is counted in hours, which makes an hour 1 USD"
    for name in given.classes:
        row = {"commodity_id": name, "name": name, "group": "dry", "value_of_time": given.value_of_time, "reliability_ratio": 0.0}
        yield {**row, "basis": "computed", "source_id": SOURCE, "note": f"value_of_time: {note}; a class of users: group has no meaning here"}


def _nodes(net: Net, coordinates: dict[int, tuple[float, float]]) -> Iterable[Row]:
    for node in range(1, net.nodes + 1):
        row: Row = {"node_id": str(node), "name": str(node), "country": NO_COUNTRY, "kind": "junction", "through": node >= net.first_through}
        if node in coordinates:
            row["x_coord"], row["y_coord"] = coordinates[node]
        yield _reported(row)


def _names(net: Net) -> Iterable[str]:
    """A key per link: its nodes, and for parallel links a number."""
    seen: dict[tuple[int, int], int] = {}
    for link in net.links:
        ends = (link.start, link.end)
        seen[ends] = seen.get(ends, 0) + 1
        yield f"{link.start}_{link.end}" + (f"_{seen[ends]}" if seen[ends] > 1 else "")


def _links_text(given: _Given) -> str:
    """links.csv with the numbers of the file, and their unit beside them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ("link_id", "from_node", "to_node", "mode_id", "directed", "length", "time", "delay_alpha", "delay_beta", "delay_capacity",
               "commodities", "basis", "source_id", "note")  # fmt: skip
    writer.writerow(columns)
    for name, link in zip(_names(given.net), given.net.links, strict=True):
        writer.writerow((name, link.start, link.end, MODE, "true", _with_unit(link.length, given.length_unit, LENGTH), _with_unit(link.free_flow_time, given.time_unit, "h"),
                         repr(link.b), repr(link.power), repr(link.capacity) if link.capacity > 0 else "", "", "reported", SOURCE,
                         f"line {link.line}, link type {link.kind}"))  # fmt: skip
    return out.getvalue()


def _with_unit(value: float, unit: str, canonical: str) -> str:
    return cell_text(value) if unit == canonical else f"{cell_text(value)} {unit}"


def _tariffs(given: _Given) -> Iterable[Row]:
    if given.distance_factor:
        note = f"distance factor of {given.distance_factor:g} {given.time_unit} per {given.length_unit}, times the value of time"
        yield {"tariff_id": "distance", "applies_to": "mode", "id": MODE, "kind": "perceived", "price_per_km": given.price_per_km,
               "basis": "computed", "source_id": SOURCE, "note": note}  # fmt: skip
    if given.toll_factor:
        for name, link in zip(_names(given.net), given.net.links, strict=True):
            if link.toll:
                yield _reported({"tariff_id": f"toll_{name}", "applies_to": "link", "id": name, "price": link.toll * given.dollars, "direction": "forward"})


def _demand(given: _Given, year: int) -> Table:
    rows = [(name, origin, destination, amount) for name, trips in given.classes.items() for (origin, destination), amount in trips.pairs.items()]
    several = len(given.classes) > 1
    cells: dict[str, list[Any]] = {
        "demand_id": [f"{name}__{origin}__{destination}" if several else f"{origin}__{destination}" for name, origin, destination, _ in rows],
        "origin": [str(row[1]) for row in rows], "destination": [str(row[2]) for row in rows], "commodity_id": [row[0] for row in rows],
        "year": [float(year)] * len(rows), "amount": [row[3] for row in rows], "growth": [""] * len(rows),
        "basis": ["reported"] * len(rows), "source_id": [SOURCE] * len(rows), "note": [""] * len(rows),
    }  # fmt: skip
    return from_cells(SCHEMAS["demand"], cells)


def _demand_text(table: Table) -> str:
    """demand.csv without the columns that are empty in every row: it can have millions."""
    columns = [name for name in table.schema.header if name not in ("growth", "note")]
    lines = zip(*(column_texts(table[name]) for name in columns), strict=True)
    return "\n".join([",".join(columns), *(",".join(line) for line in lines)]) + "\n"


# --- what a person should know ---------------------------------------------------------------------------------------


def _told(given: _Given, planar: bool) -> Iterable[tuple[str, dict[str, Any]]]:
    for name, trips in given.classes.items():
        total = sum(trips.pairs.values())
        if trips.stated is not None and abs(total - trips.stated) > _ROUNDING * max(total, trips.stated):
            yield "import.total", {"name": name, "total": f"{total:.12g}", "stated": f"{trips.stated:.12g}"}
        stay = sum(amount for (origin, destination), amount in trips.pairs.items() if origin == destination)
        if stay > 0:
            yield "import.stay", {"name": name, "stay": f"{stay:.12g}"}
    tolled = sum(link.toll > 0 for link in given.net.links)
    if tolled and not given.toll_factor:
        yield "import.tolls", {"links": tolled}
    if planar:
        yield "import.planar", {}
    linked = {node for link in given.net.links for node in (link.start, link.end)}
    alone = [zone for zone in range(1, given.net.zones + 1) if zone not in linked]
    if alone:
        yield "import.alone", {"zones": len(alone), "first": alone[0]}
    yield "import.units", {"time": given.time_unit, "length": given.length_unit}


_SENTENCES = {
    "import.total": "The trips of {name} add up to {total}, and their file says {stated}. The sum was taken.",
    "import.stay": "Trips of {name} that stay in their zone: {stay}. They are rows of demand.csv and use no link.",
    "import.tolls": "Links with a toll: {links}. They were left out, since there is no toll factor: give one with --toll-factor.",
    "import.planar": "The coordinates are no longitudes and latitudes and were left out.",
    "import.alone": "Zones without a link: {zones}, the first of them {first}. Their trips have no way.",
    "import.units": "Times were read as {time} and lengths as {length}. If that is wrong, import again with --time-unit and --length-unit.",
}
"""The same sentences as in the catalogue of messages, for the README."""


def _readme(given: _Given, told: list[tuple[str, dict[str, Any]]], as_of: datetime.date, drawn: bool) -> str:
    net = given.net
    lines = [
        f"- `amount` of demand and `delay_capacity` of links count vehicles in the period that the files mean (an hour, a day): TNTP does not say which. The year {as_of.year} stands for it.",
        "- The numbers of links.csv are those of the net file, with their unit; `note` names the line. Link types and speeds have no use here; the type stands in `note`.",
        f"- {f'Toll factor {given.toll_factor:g}' if given.toll_factor else 'No toll factor'}, {f'distance factor {given.distance_factor:g}' if given.distance_factor else 'no distance factor'}. "
        f"Tolls were read as {'cents' if given.in_cents else 'USD'}. Cost is time + price / value_of_time: tariffs.csv has the prices, commodities.csv the value of time of each class.",
        f"- Nodes that nobody passes through: {min(net.first_through - 1, net.nodes)} (`through` in nodes.csv). The country of nodes is {NO_COUNTRY}, unknown.",
        *([] if drawn else ["- The nodes have no coordinates: the case cannot be drawn on a map."]),
        "- Networks in this format are often for academic use only: see where you have them from before you pass this case on, and fill in sources.csv.",
        *(f"- {_SENTENCES[key].format(**values)}" for key, values in told),
    ]
    return (f"# Network of {given.names}\n\nMade by `karvan import tntp`: {net.zones} zones, {net.nodes} nodes, {len(net.links)} links.\n\n"
            "    karvan assign . --rule user-equilibrium\n\n" + "\n".join(lines) + "\n")  # fmt: skip
