"""Emission factors in the terms of ISO 14083: well to wheel, and its two parts, per mode, energy carrier and place."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, ident, items, number, text

SCHEMA = Schema("emission_factors", "greenhouse gases per tonne-kilometre, CO2 equivalents; of the rows that match a link those hold that name it, else those of its country, else those of its cargo, else those of its mode; rows of one choice are energy carriers with their shares", ("factor_id",), (
    ident("factor_id", "key", required=True),
    ident("mode_id", "the mode it holds for", required=True, refers_to="modes"),
    items("links", "the links it holds for; absent: all of the mode", refers_to="links"),
    text("country", "the country it holds for, as in nodes: that of the link's from_node; absent: every country"),
    ident("commodity_id", "the commodity it holds for; * for all", default="*"),
    text("energy", "energy carrier: diesel, electricity, fuel oil, marine diesel"),
    number("share", "part of the tonne-kilometres that this energy carrier moves", minimum=0, maximum=1, default=1.0),
    number("well_to_tank", "part that arises before the vehicle: fuel supply, power stations and grid", "kg/(t*km)", minimum=0),
    number("tank_to_wheel", "part that the vehicle itself gives off", "kg/(t*km)", minimum=0),
    number("factor", "well to wheel: the sum of the two parts", "kg/(t*km)", minimum=0, required=True),
    number("empties", "ways without cargo that `factor` does not hold, well to wheel, added to it; 0 where it holds them", "kg/(t*km)", minimum=0, default=0.0),
    boolean("optimistic", "true where the real factor is likely higher; routes that use it say so", False),
    *PROVENANCE,
))
