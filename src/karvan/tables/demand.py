"""Demand: the OD matrix, a row per origin, destination, commodity and year."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, integer, number

SCHEMA = Schema("demand", "what wants to go from zone to zone in a year, whatever the route", ("demand_id",), (
    ident("demand_id", "key", required=True),
    ident("origin", "zone where it begins", required=True, refers_to="zones"),
    ident("destination", "zone where it ends", required=True, refers_to="zones"),
    ident("commodity_id", "what it is", required=True, refers_to="commodities"),
    integer("year", "calendar year", minimum=1900, maximum=2200, required=True),
    number("amount", "tonnes in that year", "t", minimum=0, maximum=1e11, required=True),
    ident("growth", "the parameter that says how this demand grows after its last year", refers_to="parameters"),
    *PROVENANCE,
), required=True)
