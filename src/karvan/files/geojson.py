"""A case as one GeoJSON file (RFC 7946): nodes as points with their terminals, links as straight lines, every column.

Absent is null. What the case calls `unknown` is null too, and listed in the feature's `unknown`. Units and meanings
stand once, in the member `columns`.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.files.values import about, values_of
from karvan.tables.table import Table

Point = tuple[float, float]
_TABLES = ("nodes", "links", "terminals")


def write(corridor: Corridor, out: Path) -> None:
    """Write the corridor to the file `out`."""
    text = json.dumps(feature_collection(corridor), ensure_ascii=False, allow_nan=False, indent=1, default=_iso)
    out.write_text(text + "\n", encoding="utf-8")


def feature_collection(corridor: Corridor) -> dict[str, Any]:
    """The corridor as a FeatureCollection; dates are still dates."""
    settings = corridor.settings
    return {
        "type": "FeatureCollection",
        "name": settings.name,
        "title": settings.title,
        "as_of": str(settings.as_of),
        "attribution": settings.licence or None,
        "columns": {name: {column.name: about(column) for column in corridor[name].schema} for name in _TABLES},
        "features": [*_nodes(corridor), *_links(corridor)],
    }


def _nodes(corridor: Corridor) -> list[dict[str, Any]]:
    nodes, terminals = corridor["nodes"], corridor["terminals"]
    at: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for i, node in enumerate(terminals["node_id"]):
        at[node].append(_properties(terminals, i))
    return [
        {
            "type": "Feature",
            "id": f"nodes/{key}",
            "geometry": {"type": "Point", "coordinates": _point(nodes, i)},
            "properties": {"table": "nodes", **_properties(nodes, i), "terminals": at[key]},
        }
        for i, key in enumerate(nodes.keys)
    ]


def _links(corridor: Corridor) -> list[dict[str, Any]]:
    nodes, links = corridor["nodes"], corridor["links"]
    return [
        {
            "type": "Feature",
            "id": f"links/{key}",
            "geometry": _line(_point(nodes, nodes.index[start]), _point(nodes, nodes.index[end])),
            "properties": {"table": "links", **_properties(links, i), "line": "schematic: straight between the ends; length is along the way"},
        }
        for i, (key, start, end) in enumerate(zip(links.keys, links["from_node"], links["to_node"], strict=True))
    ]  # fmt: skip


def _properties(table: Table, position: int) -> dict[str, Any]:
    unknown = [column.name for column in table.schema if (position, column.name) in table.unknown]
    return {**values_of(table, position), **({"unknown": unknown} if unknown else {})}


def _point(nodes: Table, position: int) -> Point:
    return float(nodes["x_coord"][position]), float(nodes["y_coord"][position])


def _line(start: Point, end: Point) -> dict[str, Any]:
    """The short way from start to end. One that crosses the 180th meridian is cut there (RFC 7946, 3.1.9)."""
    (x0, y0), (x1, y1) = start, end
    if abs(x1 - x0) <= 180:
        return {"type": "LineString", "coordinates": [start, end]}
    side = 180.0 if x0 > 0 else -180.0
    east = x1 + 2 * side
    y = y0 + (y1 - y0) * (side - x0) / (east - x0)
    return {"type": "MultiLineString", "coordinates": [[start, (side, y)], [(-side, y), end]]}


def _iso(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"JSON has no word for {value!r}")
