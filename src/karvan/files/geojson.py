"""A case as one GeoJSON file (RFC 7946): nodes as points with their terminals, links as lines, every column.

A place without coordinates has no geometry (null), nor has a link between such places. A link has the line of geometries.csv; without one it is drawn straight, and its `line` says so.

Absent is null. What the case calls `unknown` is null too, and listed in the feature's `unknown`. Units and meanings
stand once, in the member `columns`.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.files.values import about, values_of
from karvan.tables.geometries import ALIGNMENT, SCHEMATIC, Line, Point, parse_line
from karvan.tables.table import Table

_TABLES = ("nodes", "links", "terminals")
_DRAWN = {
    ALIGNMENT: "alignment: the way itself, generalised",
    SCHEMATIC: "schematic: through places along the way",
    "": "schematic: straight between the ends; length is along the way",
}


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
            "geometry": {"type": "Point", "coordinates": _point(nodes, i)} if _is_placed(nodes, i) else None,
            "properties": {"table": "nodes", **_properties(nodes, i), "terminals": at[key]},
        }
        for i, key in enumerate(nodes.keys)
    ]


def _links(corridor: Corridor) -> list[dict[str, Any]]:
    links = corridor["links"]
    return [
        {
            "type": "Feature",
            "id": f"links/{key}",
            "geometry": _line(points) if not np.isnan(points).any() else None,
            "properties": {"table": "links", **_properties(links, i), **drawn},
        }
        for i, key in enumerate(links.keys)
        for points, drawn in [_drawn(corridor, i, key)]
    ]


def _drawn(corridor: Corridor, position: int, link: str) -> tuple[Line, dict[str, Any]]:
    """The points of a link, and what they are: the kind of line, its basis and its source."""
    geometries, nodes, links = corridor["geometries"], corridor["nodes"], corridor["links"]
    if link in geometries:
        row = geometries.row(link)
        return parse_line(row["line"]), {"line": _DRAWN[row["kind"]], "line_basis": row["basis"], "line_source_id": row["source_id"] or None}
    ends = (_point(nodes, nodes.index[links[name][position]]) for name in ("from_node", "to_node"))
    return tuple(ends), {"line": _DRAWN[""], "line_basis": None, "line_source_id": None}


def _properties(table: Table, position: int) -> dict[str, Any]:
    unknown = [column.name for column in table.schema if (position, column.name) in table.unknown]
    return {**values_of(table, position), **({"unknown": unknown} if unknown else {})}


def _is_placed(nodes: Table, position: int) -> bool:
    return not any(np.isnan(_point(nodes, position)))


def _point(nodes: Table, position: int) -> Point:
    return float(nodes["x_coord"][position]), float(nodes["y_coord"][position])


def _line(points: Line) -> dict[str, Any]:
    """The line as geometry, each step the short way. One that crosses the 180th meridian is cut there (RFC 7946, 3.1.9)."""
    parts: list[list[Point]] = [[points[0]]]
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x1 - x0) > 180:
            side = 180.0 if x0 > 0 else -180.0
            y = y0 + (y1 - y0) * (side - x0) / (x1 + 2 * side - x0)
            parts[-1].append((side, y))
            parts.append([(-side, y)])
        parts[-1].append((x1, y1))
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _iso(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"JSON has no word for {value!r}")
