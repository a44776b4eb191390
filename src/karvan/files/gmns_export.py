"""A case as GMNS files: node, link, zone, use_definition, config, and a README that says what GMNS has no word for."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.files import folder
from karvan.files.gmns_fields import CONFIG, LINK, NODE, USE, VERSION, WGS_84, ZONE
from karvan.tables.schema import Schema
from karvan.tables.table import Row, cell_text

FASTEST = 200.0
_CARRIED = ("nodes", "links", "geometries", "zones", "modes")
_README = """\
# {title}

A network in the General Modeling Network Specification (GMNS) {version}, written by karvan from the case `{name}` as it
stood on {as_of}. {licence}

Fields called `karvan_…` are no part of GMNS; `karvan import gmns` reads them back.

| field | here |
|---|---|
| `link.length`, `link.free_speed` | km and km/h, along the way; the speed is a commercial one, stops included, that of the mode where a link has none, and empty above {fastest:g} km/h, the most GMNS allows |
| `link.capacity`, `link.lanes` | empty: GMNS counts vehicles per hour and lane, the case what passes in one direction in a year; see `karvan_capacity` and `karvan_capacity_unit` |
| `link.geometry` | the line of the case, where it has one; `karvan_line` says whether it is the alignment or a schematic line through places along the way; empty: straight |
| `link.facility_type`, `link.allowed_uses` | the mode |
| `node.node_type` | what the place is first of all |
| `use_definition.persons_per_vehicle`, `.pce` | 0, since GMNS requires a number and cargo has none |

What is lost:

{lost}
"""


def write(corridor: Corridor, out: Path) -> None:
    """Write the files into the folder `out`."""
    folder.write_texts(out, texts(corridor))


def texts(corridor: Corridor) -> dict[str, str]:
    """File name -> text."""
    return {
        "config.csv": _csv(CONFIG, [_config(corridor)]),
        "node.csv": _csv(NODE, _nodes(corridor)),
        "link.csv": _csv(LINK, _links(corridor)),
        "zone.csv": _csv(ZONE, _zones(corridor)),
        "use_definition.csv": _csv(USE, _uses(corridor)),
        "README.md": _readme(corridor),
    }


def _csv(schema: Schema, rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.header)
    writer.writerows([cell_text(row.get(name)) for name in schema.header] for row in rows)
    return out.getvalue()


def _config(corridor: Corridor) -> Row:
    return {"dataset_name": corridor.settings.name, "short_length": "m", "long_length": "km", "speed": "km/h", "crs": WGS_84,
            "geometry_field_format": "WKT", "currency": "USD", "version_number": VERSION, "id_type": "string"}  # fmt: skip


def _nodes(corridor: Corridor) -> Iterable[Row]:
    zones = corridor["zones"]
    zone_of = dict(zip(reversed(zones["node_id"]), reversed(zones.keys), strict=True))
    for row in corridor["nodes"].rows():
        yield {"node_id": row["node_id"], "name": row["name"], "x_coord": row["x_coord"], "y_coord": row["y_coord"], "node_type": row["kind"],
               "zone_id": zone_of.get(row["node_id"], ""), "karvan_country": row["country"], "karvan_unlocode": row["unlocode"]}  # fmt: skip


def _links(corridor: Corridor) -> Iterable[Row]:
    """The links that exist: a program that knows no `exists` would route over the others."""
    for row in corridor["links"].rows():
        if row["exists"]:
            yield {"link_id": row["link_id"], "name": row["name"], "from_node_id": row["from_node"], "to_node_id": row["to_node"],
                   "directed": row["directed"], **_line(corridor, row["link_id"]), "length": row["length"], "facility_type": row["mode_id"], "free_speed": _speed(corridor, row),
                   "allowed_uses": row["mode_id"], "karvan_time": row["time"], "karvan_time_sd": row["time_sd"],
                   "karvan_capacity": row["capacity"], "karvan_capacity_unit": row["capacity_unit"], "karvan_tracks": row["tracks"]}  # fmt: skip


def _line(corridor: Corridor, link: str) -> Row:
    geometries = corridor["geometries"]
    if link not in geometries:
        return {}
    row = geometries.row(link)
    return {"geometry": row["line"], "karvan_line": row["kind"]}


def _speed(corridor: Corridor, link: Row) -> float:
    """km/h: length over time, else the link's speed, else its mode's; NaN where GMNS has no room for it."""
    speed = float(link["speed"])
    if link["time"] > 0:
        speed = float(link["length"] / link["time"])
    elif np.isnan(speed):
        speed = float(corridor["modes"].row(link["mode_id"])["speed"])
    return speed if 0 < speed <= FASTEST else float("nan")


def _zones(corridor: Corridor) -> Iterable[Row]:
    for row in corridor["zones"].rows():
        yield {"zone_id": row["zone_id"], "name": row["name"], "karvan_node_id": row["node_id"], "karvan_country": row["country"]}


def _uses(corridor: Corridor) -> Iterable[Row]:
    for row in corridor["modes"].rows():
        yield {"use": row["mode_id"], "persons_per_vehicle": 0, "pce": 0, "description": row["name"], "karvan_name": row["name"],
               "karvan_layer": row["layer"], "karvan_speed": row["speed"], "karvan_time_cv": row["time_cv"]}  # fmt: skip


def _readme(corridor: Corridor) -> str:
    settings = corridor.settings
    licence = f"Licence: {settings.licence}." if settings.licence else "The case names no licence."
    return _README.format(title=settings.title, version=VERSION, name=settings.name, as_of=settings.as_of, licence=licence,
                          fastest=FASTEST, lost="\n".join(f"- {each}" for each in _lost(corridor)))  # fmt: skip


def _lost(corridor: Corridor) -> Iterable[str]:
    links, zones = corridor["links"], corridor["zones"]
    if np.isnan(corridor["nodes"]["x_coord"]).all():
        yield "coordinates: no node of the case has any, and GMNS asks for them"
    if not corridor["nodes"]["through"].all():
        yield "that nobody passes through some nodes"
    if np.isfinite(links["delay_alpha"]).any():
        yield "how the time of a link grows with its flow"
    planned = [key for key, exists in zip(links.keys, links["exists"], strict=True) if not exists]
    if planned:
        yield f"links that are only planned, {len(planned)}: {', '.join(planned)}"
    shared = sorted(node for node, zones_there in Counter(zones["node_id"]).items() if zones_there > 1)
    if shared:
        yield f"`node.zone_id` of nodes that stand for several zones, where it names the first: {', '.join(shared)}"
    if any(len(cell) for cell in links["commodities"]):
        yield "which commodities may use a link"
    if any(links["calendar_id"]):
        yield "the months in which a link is open"
    yield "where a figure comes from: basis, source and note of every row"
    left = [f"{name} ({len(table)})" for name, table in corridor.tables.items() if len(table) and name not in _CARRIED]
    if left:
        yield "whole tables, with their number of rows: " + ", ".join(left)
    if len(corridor["terminals"]):
        yield "that cargo changes mode only at a terminal, and what time that takes"
    if len(corridor["services"]):
        yield "that a link with services can be used only through them"
