"""Shocks: what may happen to the corridor, how often and for how long."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, number, text

SCHEMA = Schema("shocks", "events that may strike; what one changes stands in `edits`", ("shock_id",), (
    ident("shock_id", "key", required=True),
    text("name", "what people read", required=True),
    choice("kind", "what strikes", "closure", "conflict", "tariff", "ban", "fleet", "quality", "demand", "weather", required=True),
    number("rate", "mean number of onsets in a year", "1/yr", minimum=0, maximum=366, required=True),
    number("rate_low", "5th percentile of rate", "1/yr", minimum=0),
    number("rate_high", "95th percentile of rate", "1/yr", minimum=0),
    number("duration", "mean length of one, in days", "d", minimum=0, required=True),
    number("duration_low", "5th percentile of its length", "d", minimum=0),
    number("duration_high", "95th percentile of its length", "d", minimum=0),
    date("active_since", "for a shock that runs today: the day it began; its days up to today count in the first modelled year"),
    date("active_until", "for a shock that runs today: when it is expected to end", period_end=True),
    ident("system", "the system it belongs to", refers_to="systems"),
    *PROVENANCE,
))
