"""Names: what places are called in other languages, and how they are misspelt."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, text

SCHEMA = Schema("names", "other names of nodes; understood wherever a place is asked for", ("node_id", "language", "name"), (
    ident("node_id", "the node", required=True, refers_to="nodes"),
    choice("language", "ISO 639 code", "en", "fr", "ru", "kk", "az", "tr", "zh", "uz", "ka", "pt", "sw", "es", "ar", required=True),
    text("name", "the name", required=True),
    *PROVENANCE,
))
