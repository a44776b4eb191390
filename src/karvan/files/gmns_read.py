"""GMNS files as tables: any capitals in names of files and fields, fields that karvan does not use passed over, every fault kept."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from karvan.files.gmns_fields import CONFIG, DEMAND, LINK, NODE, USE, WGS_84, ZONE
from karvan.tables import units
from karvan.tables.cells import ABSENT, BadCell, nearest, parse
from karvan.tables.faults import Fault, UsageError
from karvan.tables.schema import Schema
from karvan.tables.table import Row, Table, empty, from_cells

_NOTHING = {"", "nan", "none", "null", "na", "n/a"}
_WHOLE_ID = re.compile(r"^(-?\d+)\.0+$")
_DEGREES = {"4326", "epsg:4326", "wgs84", "wgs 84", "ogc:crs84", "crs84", "urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:epsg::4326"}
_UNIT_WORDS = {"mph": "mile/h", "kph": "km/h", "kmh": "km/h", "kmph": "km/h", "miles": "mile", "feet": "foot", "metres": "m", "meters": "m"}
_MOST_FAULTS = 200
_PLAUSIBLE = (0.9, 10.0)
EARTH_RADIUS = 6371.0


@dataclass(frozen=True, eq=False)
class Network:
    """What the files hold, lengths in km and speeds in km/h.

    config     the row of config.csv, cells as text; empty without the file
    straight   great-circle distance of every link in km
    fields     file -> the fields that it has
    """

    config: Row
    nodes: Table
    links: Table
    zones: Table
    uses: Table
    demand: Table
    straight: np.ndarray
    fields: dict[str, frozenset[str]]


def read(source: Path, faults: list[Fault]) -> Network:
    """The network of a folder; what is wrong is appended to `faults`. Raises `UsageError` when there is no such folder."""
    if not source.is_dir():
        raise UsageError(f"{source} is no folder. Name the folder that holds node.csv and link.csv.")
    paths = {path.name.lower(): path for path in sorted(source.iterdir())}
    if "demand.csv" not in paths and "od.csv" in paths:
        paths["demand.csv"] = paths["od.csv"]
    fields: dict[str, frozenset[str]] = {}

    def table(schema: Schema) -> Table:
        path = paths.get(f"{schema.name}.csv")
        if path is None:
            if schema.required:
                faults.append(Fault(f"{schema.name}.csv", 0, "", "nothing", "this file", f"Add it: {schema.meaning}."))
            fields[schema.name] = frozenset()
            return empty(schema)
        read, fields[schema.name] = _table(path, schema, faults)
        return read

    config_rows = list(table(CONFIG).rows())
    config = config_rows[0] if config_rows else {}
    before = len(faults)
    nodes, links, zones, uses, demand = (table(schema) for schema in (NODE, LINK, ZONE, USE, DEMAND))
    _check_coordinates(config, faults)
    length_unit, speed_unit = _unit(config, "long_length", "km", faults), _unit(config, "speed", "km/h", faults)
    if len(faults) == before:
        _check_keys((nodes, links, zones, uses), faults)
        _check_ends(nodes, links, faults)
    known = len(faults) == before
    straight = _straight(nodes, links) if known else np.zeros(len(links))
    if known and not config.get("long_length"):
        _check_lengths(links, straight, faults)
    scaled = {(i, name): links[name][i] * factor for name, factor in (("length", length_unit), ("free_speed", speed_unit))
              for i in range(len(links)) if factor != 1.0}  # fmt: skip
    return Network(config, nodes, links.replace(scaled), zones, uses, demand, straight, fields)


def _table(path: Path, schema: Schema, faults: list[Fault]) -> tuple[Table, frozenset[str]]:
    text = _text(path, faults)
    if text is None:
        return empty(schema), frozenset()
    reader = csv.reader(io.StringIO(text), strict=True)
    cells: dict[str, list[Any]] = {column.name: [] for column in schema}
    lines: list[int] = []
    said = 0
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        missing = [column for column in schema if column.required and column.name not in header]
        for column in missing:
            remedy = f"Add it: {column.meaning}. Nearest: {nearest(column.name, header)}."
            faults.append(Fault(path.name, 1, column.name, "nothing", "this field", remedy))
        if missing:
            return empty(schema), frozenset(header)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(header):
                faults.append(Fault(path.name, reader.line_num, "", f"{len(row)} cells", f"{len(header)} cells as in the header",
                                    "Quote cells that contain commas."))  # fmt: skip
            by_field = dict(zip(header, row, strict=False))
            lines.append(reader.line_num)
            for column in schema:
                cell = by_field.get(column.name, "").strip()
                cell = "" if cell.lower() in _NOTHING else cell
                if column.kind == "id":
                    cell = _WHOLE_ID.sub(r"\1", cell)
                try:
                    cells[column.name].append(parse(column, cell))
                except BadCell as bad:
                    cells[column.name].append(ABSENT[column.kind])
                    said += 1
                    if said <= _MOST_FAULTS:
                        faults.append(Fault(path.name, reader.line_num, column.name, cell or "nothing", bad.expected, bad.remedy))
    except csv.Error as error:
        faults.append(Fault(path.name, reader.line_num, "", str(error), "a table of comma-separated values",
                            "Close every quotation mark and save as CSV with commas."))  # fmt: skip
        return empty(schema), frozenset()
    if schema.required and not lines:
        faults.append(Fault(path.name, 0, "", "no rows", schema.meaning, "Fill the file."))
    return from_cells(schema, cells, lines), frozenset(header)


def _text(path: Path, faults: list[Fault]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(Fault(path.name, 0, "", f"byte 0x{error.object[error.start]:02x}", "UTF-8", "Save the file with encoding UTF-8."))
    except OSError as error:
        faults.append(Fault(path.name, 0, "", error.strerror or "an error", "a readable file", "Check what it is and its permissions."))
    return None


def _check_coordinates(config: Row, faults: list[Fault]) -> None:
    crs = str(config.get("crs", "")).strip().lower()
    if crs and crs not in _DEGREES and "longlat" not in crs:
        faults.append(Fault("config.csv", 0, "crs", config["crs"], f"{WGS_84}, longitude and latitude", "Project the nodes anew."))


def _unit(config: Row, field: str, canonical: str, faults: list[Fault]) -> float:
    """What one unit of the files is in the canonical one; without a word in config.csv it is the same."""
    word = str(config.get(field, "")).strip()
    if not word:
        return 1.0
    try:
        return units.factor(_UNIT_WORDS.get(word.lower(), word.lower()), canonical)
    except ValueError:
        faults.append(Fault("config.csv", 0, field, word, f"a unit that turns into {canonical}", f"Write it as {canonical}, or so."))
        return 1.0


def _check_keys(tables: tuple[Table, ...], faults: list[Fault]) -> None:
    for table in tables:
        seen: dict[str, int] = {}
        for key, line in zip(table.keys, map(int, table.lines), strict=True):
            if key in seen:
                remedy = f"Line {seen[key]} has it too: rename one."
                faults.append(Fault(f"{table.name}.csv", line, table.schema.key[0], key, "a key used once", remedy))
            seen.setdefault(key, line)


def _check_ends(nodes: Table, links: Table, faults: list[Fault]) -> None:
    for start, end, line in zip(links["from_node_id"], links["to_node_id"], map(int, links.lines), strict=True):
        for field, node in (("from_node_id", start), ("to_node_id", end)):
            if node not in nodes:
                faults.append(Fault("link.csv", line, field, node, "a node of node.csv", "Correct the id, or add the node."))
        if start == end:
            faults.append(Fault("link.csv", line, "to_node_id", end, "another node than from_node_id", "Correct one end, or delete the link."))


def _straight(nodes: Table, links: Table) -> np.ndarray:
    """Great-circle distance in km between the ends: 2 R asin sqrt(sin²(Δφ/2) + cos φ0 cos φ1 sin²(Δλ/2))."""
    ends = [np.array([nodes.index[key] for key in links[name]], dtype=np.int64) for name in ("from_node_id", "to_node_id")]
    (x0, y0), (x1, y1) = ([np.radians(nodes[name][each]) for name in ("x_coord", "y_coord")] for each in ends)
    half = np.sin((y1 - y0) / 2) ** 2 + np.cos(y0) * np.cos(y1) * np.sin((x1 - x0) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _check_lengths(links: Table, straight: np.ndarray, faults: list[Fault]) -> None:
    """Without a unit lengths are read as km; lengths that the map contradicts are in another one."""
    has = (links["length"] > 0) & (straight > 0.01)
    if not has.any():
        return
    ratio = float(np.median(links["length"][has] / straight[has]))
    if not _PLAUSIBLE[0] <= ratio <= _PLAUSIBLE[1]:
        found = f"a median of {ratio:.3g} times the straight line"
        faults.append(Fault("link.csv", 0, "length", found, "km, since no config.csv says otherwise",
                            "Add config.csv with the fields long_length (m, mile …) and speed (mile/h …)."))  # fmt: skip
