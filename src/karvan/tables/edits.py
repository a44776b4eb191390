"""Edits: everything that differs from today, one cell a row."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, number, text

SCHEMA = Schema("edits", "one change of one cell; a project delivers it, a shock imposes it, a scenario or the past has it", ("edit_id",), (
    ident("edit_id", "key", required=True),
    ident("cause", "project:ID, shock:ID, scenario, or history", required=True),
    ident("table", "table of the cell", required=True),
    text("id", "key of the row, or * for every row; the parts of a key of several columns joined with a slash", required=True),
    ident("column", "column of the cell", required=True),
    choice("op", "set replaces; add and scale change what is there", "set", "add", "scale", required=True),
    text("value", "likely value (for scale: the factor)", required=True),
    number("low", "5th percentile of value"),
    number("high", "95th percentile of value"),
    choice("shape", "distribution between low, likely and high", "pert", "lognormal", "triangular", "two-point", default="pert"),
    text("unit", "unit of value, low and high; absent: that of the cell"),
    ident("draw", "edits and cells with the same draw move together"),
    date("from", "first day; absent for a project (its delivery) and a shock (its onset)"),
    date("until", "last day; absent: for good", period_end=True),
    text("was", "for an edit of the past: the value before it"),
    KNOWN_SINCE,
    *PROVENANCE,
))
