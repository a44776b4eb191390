"""A case for other programs. To add a format is to write its file and its line in FORMATS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.files import datapackage, folder, geojson, gmns_export, map_svg, parquet, place, sheets
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError


@dataclass(frozen=True)
class Format:
    """One format: what writes a corridor to a path, and whether that path is a folder (made, empty) or a file."""

    write: Callable[[Corridor, Path], None]
    is_folder: bool


def _datapackage(corridor: Corridor, out: Path) -> None:
    folder.write(out, corridor.tables)
    described = datapackage.datapackage(corridor.tables, corridor.settings)
    folder.write_texts(out, {datapackage.FILE: json.dumps(described, ensure_ascii=False, indent=1) + "\n"})


FORMATS = {
    "gmns": Format(gmns_export.write, is_folder=True),
    "geojson": Format(geojson.write, is_folder=False),
    "svg": Format(map_svg.write, is_folder=False),
    "xlsx": Format(sheets.write, is_folder=False),
    "parquet": Format(parquet.write, is_folder=True),
    "datapackage": Format(_datapackage, is_folder=True),
}


def export(corridor: Corridor, to: str, out: Path) -> tuple[str, ...]:
    """The names of the files written: those within the folder `out`, or that of the file `out`. What is there is never overwritten.
    Raises `UsageError` for an unknown format, a taken or unwritable place, a missing extra."""
    if to not in FORMATS:
        raise UsageError(f"{to!r} cannot be exported to. Known: {', '.join(FORMATS)}. Nearest: {nearest(to, FORMATS)}.")
    chosen = FORMATS[to]
    fill = place.fill_folder if chosen.is_folder else place.fill_file
    return fill(out, lambda beside: chosen.write(corridor, beside))
