"""Zones: where demand begins and ends."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, text

SCHEMA = Schema("zones", "origins and destinations of demand, each tied to the node where it enters the network", ("zone_id",), (
    ident("zone_id", "key", required=True),
    text("name", "what people read", required=True),
    ident("node_id", "where the zone's cargo enters and leaves", required=True, refers_to="nodes"),
    text("country", "ISO 3166 code of two letters, or several joined by +"),
    *PROVENANCE,
), required=True)
