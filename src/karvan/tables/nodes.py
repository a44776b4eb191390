"""Nodes: places where links meet or cargo changes hands. Key names as in GMNS."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, choice, ident, number, text

SCHEMA = Schema("nodes", "places where links meet, cargo changes mode or waits", ("node_id",), (
    ident("node_id", "key", required=True),
    text("name", "what people read", required=True),
    text("country", "ISO 3166 code of two letters", required=True),
    choice("kind", "what the place is first of all", "city", "port", "border", "yard", "junction", required=True),
    number("x_coord", "longitude, WGS 84; empty only in a case in which no place has any, which then cannot be drawn", "degree", minimum=-180, maximum=180),
    number("y_coord", "latitude, WGS 84; empty as x_coord", "degree", minimum=-90, maximum=90),
    text("unlocode", "UN/LOCODE"),
    boolean("through", "false for a place where trips begin and end and which nobody passes through, as the centroid of a zone; read by the rules user-equilibrium and system-optimum of `assign`, and refused by the others", True, late=True),
    *PROVENANCE,
), required=True)
