"""Emission factors, well to wheel, in the terms of ISO 14083."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("emission_factors", "greenhouse gases per tonne-kilometre, CO2 equivalents", ("factor_id",), (
    ident("factor_id", "key", required=True),
    ident("mode_id", "the mode it holds for", required=True, refers_to="modes"),
    text("energy", "what drives it"),
    choice("scope", "well to wheel, or its two parts", "WTW", "WTT", "TTW", default="WTW"),
    number("factor", "CO2 equivalents", "kg/(t*km)", minimum=0, required=True),
    *PROVENANCE,
))
