"""Observations: what was measured or reported, in the key by which targets and outcomes meet."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("observations", "figures of the past, each with the scope of who counted", ("observation_id",), (
    ident("observation_id", "key", required=True),
    text("metric", "what is measured: a word of the closed list in the reference", required=True),
    ident("subject", "of what: cut:ID, port:NODE, resource:ID, project:ID, od:A>B, trade:A-B, event:ID…", required=True),
    choice("direction", "which way", "both", "forward", "reverse", "import", "export", "westbound", "eastbound", default="both"),
    ident("commodity", "commodity, cargo type, group (dry, oil) or all", default="all"),
    choice("measure_basis", "what kind of number it is; capacity is not traffic", "traffic", "capacity", "date", "event", "stock", "price", "time", required=True),
    text("period", "calendar year or month it covers; `yearly` for a flow per year"),
    text("unit", "unit of value"),
    number("value", "the figure", required=True),
    number("low", "5th percentile, where the source gives a range"),
    number("high", "95th percentile, where the source gives a range"),
    choice("scope", "who counted what", "ministry", "association", "members", "ports", "rail", "customs_a", "customs_b", "operator", "press", "statistics", "survey", required=True),
    choice("role", "`used` is what the model is compared with; a rival is kept beside it", "used", "rival", default="used"),
    KNOWN_SINCE,
    *PROVENANCE,
))
