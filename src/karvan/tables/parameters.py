"""Parameters: numbers of the model that belong to the case."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, number, text

SCHEMA = Schema("parameters", "numbers of the model that belong to the case: growth, discrepancy, thresholds", ("parameter_id",), (
    ident("parameter_id", "key", required=True),
    text("meaning", "what it says", required=True),
    number("value", "likely value, in unit", required=True),
    text("unit", "its unit"),
    *PROVENANCE,
))
