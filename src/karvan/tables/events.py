"""Events: what happened, dated."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, items, text

SCHEMA = Schema("events", "visits, agreements, openings, incidents", ("event_id",), (
    ident("event_id", "key", required=True),
    date("date", "the day; a month or a year where no more is known", required=True),
    choice("kind", "what it is", "visit", "agreement", "meeting", "opening", "incident", "announcement", "institution", "culture", "closure", required=True),
    text("name", "what happened", required=True),
    items("parties", "ISO 3166 codes or institutions"),
    text("place", "where"),
    choice("status", "whether it happened", "done", "planned", "cancelled", "unseen", default="done"),
    ident("system", "the system it belongs to", refers_to="systems"),
    KNOWN_SINCE,
    *PROVENANCE,
))
