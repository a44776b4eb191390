"""Services: what runs on a link with a fleet, by timetable or frequency."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, ident, items, number, text

SCHEMA = Schema("services", "what runs on a link with the ships or wagons of a fleet; a link with services can be used only through them", ("service_id",), (
    ident("service_id", "key", required=True),
    text("name", "what people read", required=True),
    ident("link_id", "the link it runs on", required=True, refers_to="links"),
    ident("fleet_id", "the fleet it takes its units from; absent: not limited by a fleet", refers_to="fleets"),
    number("round_trip", "hours until the same unit can leave again: both ways, loading, discharging, ordinary waits", "h", minimum=1e-6),
    number("frequency", "departures in one direction in a year; the mean wait is half the headway", "1/yr", minimum=0),
    items("commodities", "what it carries, as commodities, cargo types or groups; empty: everything", refers_to="commodities", or_kind=True),
    boolean("exists", "false for what is only planned; an edit opens it", True),
    *PROVENANCE,
))
