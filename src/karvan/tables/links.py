"""Links: ways between two nodes in one mode. Key names as in GMNS; `capacity` is a year's, not an hour's."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, ident, integer, items, number, text

SCHEMA = Schema("links", "ways between two nodes in one mode", ("link_id",), (
    ident("link_id", "key", required=True),
    text("name", "what people read"),
    ident("from_node", "where it begins", required=True, refers_to="nodes"),
    ident("to_node", "where it ends", required=True, refers_to="nodes"),
    ident("mode_id", "what runs on it", required=True, refers_to="modes"),
    boolean("directed", "true when it can be used only from from_node to to_node", False),
    number("length", "along the way", "km", minimum=0, maximum=100000, required=True),
    number("speed", "commercial speed, stops included; absent: that of the mode", "km/h", minimum=1e-6),
    number("time", "running time; absent: length over speed", "h", minimum=0, maximum=100000),
    number("time_sd", "standard deviation of the running time; absent: that of the mode", "h", minimum=0, maximum=100000),
    number("capacity", "what can pass in one direction in a year; absent: not known to bind", unit_column="capacity_unit", minimum=0),
    text("capacity_unit", "unit of capacity, per year: t/yr, TEU/yr, wagon/yr, train/yr"),
    items("commodities", "what may use it, as commodities, cargo types or groups; empty: everything", refers_to="commodities", or_kind=True),
    ident("calendar_id", "months in which it is open", refers_to="calendars"),
    integer("tracks", "tracks of a railway", minimum=1),
    number("delay_alpha", "delay function time (1 + delay_alpha (flow / delay_capacity)^delay_beta), each direction by itself: what is added to the running time at a flow of delay_capacity; read by the rules user-equilibrium and system-optimum of `assign`", "share", minimum=0, maximum=1e15, late=True),
    number("delay_beta", "its power; 0: the time is always longer by delay_alpha", minimum=0, maximum=50, late=True),
    number("delay_capacity", "the flow to which it refers, counted as `amount` of demand; no limit", minimum=1e-9, maximum=1e15, late=True),
    boolean("exists", "false for what is only planned; an edit opens it", True),
    *PROVENANCE,
), required=True)
