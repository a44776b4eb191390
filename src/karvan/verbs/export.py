"""export: write a case for other programs."""

from __future__ import annotations

from pathlib import Path

from karvan.files import exports
from karvan.verbs import options
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.loading import load
from karvan.verbs.written import Written


def export(case: str, to: str, out: str) -> Written:
    corridor = load(case)
    files = exports.export(corridor, to, Path(out))
    return Written(Path(out), files, to)


VERB = Verb(
    "export", "Write a case for other programs: gmns, geojson, svg, xlsx, parquet, datapackage.",
    (options.CASE_FIRST, Option("to", str, None, "format: gmns, geojson, svg, xlsx, parquet, datapackage", "FORMAT", required=True),
     Option("out", str, None, "file or folder to write", "PATH", required=True)), export,
)  # fmt: skip
