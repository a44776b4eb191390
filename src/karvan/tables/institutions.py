"""Institutions: the bodies that promise, finance and operate."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, date, ident, items, text

SCHEMA = Schema("institutions", "ministries, railways, ports, banks, councils, funds", ("institution_id",), (
    ident("institution_id", "key", required=True),
    text("name", "what people read", required=True),
    text("kind", "what it is"),
    items("countries", "ISO 3166 codes"),
    date("founded", "when"),
    ident("system", "the system it belongs to", refers_to="systems"),
    *PROVENANCE,
))
