"""A case as Parquet: one file per table, typed; units and meanings in the metadata of the fields, the licence in the file's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.files.extras import load_extra
from karvan.files.values import about, value_of, written
from karvan.tables.schema import Column
from karvan.tables.table import Table


def write(corridor: Corridor, out: Path) -> None:
    """Write TABLE.parquet for every table into the folder `out`. Raises `UsageError` when pyarrow is missing."""
    arrow = load_extra("pyarrow", "tables", "Export to parquet")
    pages = load_extra("pyarrow.parquet", "tables", "Export to parquet")
    settings = corridor.settings
    case = {"case": settings.name, "title": settings.title, "as_of": str(settings.as_of), "licence": settings.licence}
    for table in written(corridor.tables):
        fields = [_field(arrow, column) for column in table.schema]
        columns = [arrow.array([value_of(column, cell) for cell in table[column.name]], field.type)
                   for column, field in zip(table.schema, fields, strict=True)]  # fmt: skip
        schema = arrow.schema(fields, metadata={**case, "meaning": table.schema.meaning, "unknown": _unknown(table)})
        pages.write_table(arrow.Table.from_arrays(columns, schema=schema), out / f"{table.name}.parquet")


def _field(arrow: Any, column: Column) -> Any:
    types = {"number": arrow.float64(), "integer": arrow.int64(), "boolean": arrow.bool_(), "date": arrow.date32(),
             "list": arrow.list_(arrow.string())}  # fmt: skip
    return arrow.field(column.name, types.get(column.kind, arrow.string()), nullable=not column.required, metadata=about(column))


def _unknown(table: Table) -> str:
    """The cells that say `unknown`, as a JSON list of [row, column]; they are null in the file, as the absent ones."""
    return json.dumps(sorted([row, column] for row, column in table.unknown))
