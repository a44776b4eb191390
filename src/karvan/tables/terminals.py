"""Terminals: steps where cargo changes mode or waits; one row is one edge of the mode-expanded graph."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, choice, ident, integer, items, number, text

SCHEMA = Schema("terminals", "one process step at a node: from one mode to another, or, with the same mode twice, a step on arrival such as a border check", ("terminal_id",), (
    ident("terminal_id", "key", required=True),
    text("name", "what people read", required=True),
    ident("node_id", "where it stands", required=True, refers_to="nodes"),
    choice("kind", "what happens", "berth", "crane", "gauge_change", "border", "yard", required=True),
    ident("from_mode", "mode before the step", required=True, refers_to="modes"),
    ident("to_mode", "mode after the step; the same as from_mode: every arrival in this mode passes the step", required=True, refers_to="modes"),
    boolean("directed", "true when the step works only from from_mode to to_mode", False),
    ident("from_node", "for a step on arrival: only arrivals from this neighbour pass it (a border by direction)", refers_to="nodes"),
    integer("servers", "berths, cranes, lanes or tracks that work side by side", minimum=1, default=1),
    number("time", "time in the step when nobody queues", "h", minimum=0, maximum=100000, required=True),
    number("time_sd", "its standard deviation", "h", minimum=0, maximum=100000, default=0.0),
    number("capacity", "what the step can handle in a year, both directions together; absent: not known to bind", unit_column="capacity_unit", minimum=0),
    text("capacity_unit", "unit of capacity, per year: t/yr, TEU/yr, wagon/yr, train/yr"),
    items("commodities", "what may use it, as commodities, cargo types or groups; empty: everything", refers_to="commodities", or_kind=True),
    ident("calendar_id", "months in which it is open", refers_to="calendars"),
    boolean("exists", "false for what is only planned; an edit opens it", True),
    *PROVENANCE,
))
