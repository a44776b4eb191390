"""A case as a Frictionless data package (version 2): the descriptor that lets other software read and check the CSV.

Written from the declarations of the tables, so it cannot say anything else than they do. It describes a folder as
`folder.write` writes it: numbers bare in the canonical unit, dates as days. `export` puts it beside the tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from karvan.corridor.settings import Settings
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.schema import Column, Schema
from karvan.tables.table import Table

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "id": "string", "text": "string", "choice": "string", "list": "list", "number": "number", "integer": "integer",
    "boolean": "boolean", "date": "date",
}  # fmt: skip
_WORD = r"[^\s;,/]+"
_LICENCE_NAME = re.compile(r"^[-a-zA-Z0-9._]+$")


def datapackage(tables: Mapping[str, Table], settings: Settings) -> dict[str, Any]:
    """The descriptor of the tables that have rows or must be there, in the order of the catalogue."""
    written = [schema for schema in SCHEMAS.values() if schema.name in tables and (len(tables[schema.name]) or schema.required)]
    names = {schema.name for schema in written}
    descriptor: dict[str, Any] = {
        "$schema": PROFILE,
        "name": settings.name,
        "title": settings.title,
        "description": f"Tables of a corridor as it stood on {settings.as_of}.",
        "as_of": str(settings.as_of),
    }
    if settings.licence:
        descriptor["licenses"] = [_licence(settings.licence)]
    descriptor["resources"] = [_resource(schema, names) for schema in written]
    return descriptor


def _licence(licence: str) -> dict[str, str]:
    """A licence by its short name, or, when it is a sentence, by that."""
    return {"name": licence} if _LICENCE_NAME.match(licence) else {"name": "other", "title": licence}


def _resource(schema: Schema, written: set[str]) -> dict[str, Any]:
    return {
        "name": schema.name,
        "type": "table",
        "path": f"{schema.name}.csv",
        "description": schema.meaning,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(schema, written),
    }


def table_schema(schema: Schema, written: set[str]) -> dict[str, Any]:
    """The Table Schema of one table. Foreign keys lead to the tables in `written` only."""
    described: dict[str, Any] = {"fields": [_field(column) for column in schema], "primaryKey": list(schema.key)}
    keys = [_foreign_key(schema, column) for column in schema if column.kind == "id" and column.refers_to in written and not column.or_kind]
    if keys:
        described["foreignKeys"] = keys
    return described


def _foreign_key(schema: Schema, column: Column) -> dict[str, Any]:
    """A cell names a row by the first column of that table's key; a table that means itself says so with an empty name."""
    assert column.refers_to is not None
    key = SCHEMAS[column.refers_to].key[0]
    resource = "" if column.refers_to == schema.name else column.refers_to
    return {"fields": [column.name], "reference": {"resource": resource, "fields": [key]}}


def _field(column: Column) -> dict[str, Any]:
    """One column. `unit`, `unitColumn`, `default` and `refersTo` are ours; the rest is Table Schema."""
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "description": column.meaning}
    match column.kind:
        case "boolean":
            field |= {"trueValues": ["true"], "falseValues": ["false"]}
        case "list":
            field |= {"delimiter": ";", "itemType": "string"}
        case "number" | "integer" | "date":
            field["missingValues"] = ["", "unknown"]
    own = {"unit": column.unit, "unitColumn": column.unit_column, "default": column.default, "refersTo": column.refers_to}
    field |= {name: value for name, value in own.items() if value is not None}
    constraints = _constraints(column)
    if constraints:
        field["constraints"] = constraints
    return field


def _constraints(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    for side in ("minimum", "maximum"):
        value = getattr(column, side)
        if value is not None:
            constraints[side] = int(value) if column.kind == "integer" else value
    if column.choices:
        constraints["enum"] = list(column.choices)
    if column.kind == "id":
        constraints["pattern"] = f"^{_WORD}$"
    return constraints
