"""Claims: the evidence for one cell, with its range."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("claims", "what a source says about one cell: low, likely, high; one claim of a cell is `used`, the others are kept as rivals", ("claim_id",), (
    ident("claim_id", "key", required=True),
    ident("table", "table of the cell", required=True),
    text("row", "key of the row; the parts of a key of several columns joined with a slash", required=True),
    ident("column", "column of the cell", required=True),
    number("low", "5th percentile"),
    number("likely", "the figure", required=True),
    number("high", "95th percentile"),
    text("unit", "unit of low, likely and high; absent: that of the cell"),
    choice("shape", "distribution between them", "pert", "lognormal", "triangular", "two-point", default="pert"),
    ident("draw", "cells with the same draw move together"),
    choice("role", "used: the cell holds its likely value; rival: kept beside it", "used", "rival", default="used"),
    KNOWN_SINCE,
    *PROVENANCE,
))
