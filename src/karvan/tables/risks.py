"""Risks: what officials and analysts fear, with the shock that stands for it."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, number, text

SCHEMA = Schema("risks", "register of risks; a risk that strikes the network names its shock", ("risk_id",), (
    ident("risk_id", "key", required=True),
    text("name", "what people read", required=True),
    text("place", "where it bites"),
    text("mechanism", "how"),
    number("probability_low", "lower end, over the horizon", "share", minimum=0, maximum=1),
    number("probability_high", "upper end", "share", minimum=0, maximum=1),
    ident("shock_id", "the shock that stands for it", refers_to="shocks"),
    ident("system", "the system it belongs to", refers_to="systems"),
    *PROVENANCE,
))
