"""Emission factors of hubs in the terms of ISO 14083: handling and transhipment, per kind of step and place."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, boolean, choice, ident, items, number, text

SCHEMA = Schema("hub_factors", "greenhouse gases per tonne handled in a step of `terminals`, CO2 equivalents; of the rows that match a step those hold that name it, else those of its country, else those of its cargo, else those of its kind; rows of one choice are energy carriers with their shares", ("factor_id",), (
    ident("factor_id", "key", required=True),
    choice("kind", "the kind of step it holds for", "berth", "crane", "gauge_change", "border", "yard", required=True),
    items("terminals", "the steps it holds for; absent: all of the kind", refers_to="terminals"),
    text("country", "the country it holds for, as in nodes; absent: every country"),
    ident("commodity_id", "the commodity it holds for; * for all", default="*"),
    text("energy", "energy carrier: diesel, electricity"),
    number("share", "part of the tonnes that this energy carrier handles", minimum=0, maximum=1, default=1.0),
    number("well_to_tank", "part that arises before the machine: fuel supply, power stations and grid", "kg/t", minimum=0),
    number("tank_to_wheel", "part that the machine itself gives off", "kg/t", minimum=0),
    number("factor", "well to wheel: the sum of the two parts", "kg/t", minimum=0, required=True),
    boolean("optimistic", "true where the real factor is likely higher; routes that use it say so", False),
    *PROVENANCE,
))
