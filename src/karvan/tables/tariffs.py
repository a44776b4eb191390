"""Tariffs: what each actor takes on a section; the rows that match add up to the cost stack."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("tariffs", "what an actor takes for a tonne; all matching rows add up (a subsidy is negative); `perceived` rows steer choice but are nobody's income", ("tariff_id",), (
    ident("tariff_id", "key", required=True),
    choice("applies_to", "what the row prices", "mode", "link", "terminal", "service", required=True),
    ident("id", "the mode, link, terminal or service", required=True),
    ident("commodity_id", "the commodity, cargo type or group; * for all", default="*"),
    choice("kind", "money that somebody receives, or a reluctance found by calibration", "price", "perceived", default="price"),
    text("actor", "who receives or pays it"),
    number("price", "per tonne, once per passage", "USD/t", default=0.0),
    number("price_per_km", "per tonne and kilometre", "USD/(t*km)", default=0.0),
    choice("direction", "forward is from_node to to_node", "both", "forward", "reverse", default="both"),
    KNOWN_SINCE,
    *PROVENANCE,
))
