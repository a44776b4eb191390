"""Calendars: the share of each month in which a link or terminal is open."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, integer, number

SCHEMA = Schema("calendars", "open share of each month: weather, ice, season, opening hours", ("calendar_id", "month"), (
    ident("calendar_id", "the calendar", required=True),
    integer("month", "1 to 12", minimum=1, maximum=12, required=True),
    number("open_share", "share of the month in which work is possible", "share", minimum=0, maximum=1, required=True),
    *PROVENANCE,
))
