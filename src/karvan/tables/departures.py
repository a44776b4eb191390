"""Departures: the weekly timetable of services that have one."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

SCHEMA = Schema("departures", "one departure a week of a service in one direction; together they are its timetable, which says how long cargo that comes at any time waits, and which ship a consignment of a given day catches. A service without rows runs at its frequency, at no known hour", ("departure_id",), (
    ident("departure_id", "key", required=True),
    ident("service_id", "the service", required=True, refers_to="services"),
    choice("direction", "forward is from_node to to_node of its link", "forward", "reverse", default="forward"),
    choice("weekday", "day of the week", *DAYS, required=True),
    number("hour", "hour of the day at which it leaves, the same clock in all rows; closing time for cargo, where that is known", "h", minimum=0, maximum=24, required=True),
    *PROVENANCE,
))
