"""Cuts: sets of links across which a flow is counted."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, items, text

SCHEMA = Schema("cuts", "links across which flow is counted: the model's side of a reporting scope", ("cut_id",), (
    ident("cut_id", "key", required=True),
    text("name", "what people read", required=True),
    items("links", "the links counted", required=True, refers_to="links"),
    choice("direction", "which way is counted, forward is from_node to to_node", "both", "forward", "reverse", default="both"),
    *PROVENANCE,
))
