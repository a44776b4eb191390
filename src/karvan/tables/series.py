"""Series: what is observed year by year outside the corridor: trade, sea level, investment."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, ident, number, text

SCHEMA = Schema("series", "figures by year, per reporting side", ("series_id", "period"), (
    ident("series_id", "the series, its reporting side included", required=True),
    text("period", "calendar year", required=True),
    number("value", "the figure, in unit", required=True),
    text("unit", "its unit", required=True),
    text("side", "who reports"),
    KNOWN_SINCE,
    *PROVENANCE,
))
