"""import: make a case from other programs' files. The file is called import_ because Python keeps the word for itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from karvan.files import gmns, sheets_read, tntp
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.written import Written
from karvan.verdict import tell

TNTP = "tntp"
IMPORTS: dict[str, Callable[[Path, Path], tuple[str, ...]]] = {"gmns": gmns.import_folder, "xlsx": sheets_read.import_workbook}


def import_(format: str, source: tuple[str, ...], folder: str, toll_factor: float | None = None, distance_factor: float | None = None,
            time_unit: str | None = None, length_unit: str | None = None, nodes: Path | None = None) -> Written:  # fmt: skip
    known = (*IMPORTS, TNTP)
    if format not in known:
        raise UsageError(f"{format!r} cannot be imported. Known: {', '.join(known)}. Nearest: {nearest(format, known)}.")
    if format == TNTP:
        made = tntp.import_files(tuple(map(Path, source)), Path(folder), tntp.Reading(toll_factor, distance_factor, time_unit, length_unit, nodes))
        return Written(Path(folder), made.files, "network", tuple(tell.Message(*each) for each in made.told))
    if len(source) != 1:
        raise UsageError(f"import {format} takes one SOURCE and one DIR, and {len(source)} sources were named.")
    for option, value in (("toll-factor", toll_factor), ("distance-factor", distance_factor), ("time-unit", time_unit), ("length-unit", length_unit),
                          ("nodes", nodes)):  # fmt: skip
        if value is not None:
            raise UsageError(f"--{option} is for import {TNTP}; {format} files say it themselves.")
    return Written(Path(folder), IMPORTS[format](Path(source[0]), Path(folder)), "case")


VERB = Verb(
    "import", "Make a case from other programs' files: gmns, xlsx, tntp.",
    (Option("format", str, None, "gmns, xlsx, tntp", "FORMAT", positional=True, required=True),
     Option("source", str, None, "gmns: folder with node.csv and link.csv; xlsx: workbook that `export` wrote; tntp: net file, then a trips file per class "
            "of users", "SOURCE", positional=True, repeated=True, required=True),
     Option("folder", str, None, "folder to make", "DIR", positional=True, required=True),
     Option("toll_factor", float, None, "tntp: time per unit of toll; default: as the net file says, else 0", "TIME"),
     Option("distance_factor", float, None, "tntp: time per unit of length; default: as the net file says, else 0", "TIME"),
     Option("time_unit", str, None, "tntp: unit of times; default: as the net file says, else min", "UNIT"),
     Option("length_unit", str, None, "tntp: unit of lengths; default: as the net file says, else km", "UNIT"),
     Option("nodes", Path, None, "tntp: file of the nodes' coordinates", "FILE")),
    import_,
)  # fmt: skip
