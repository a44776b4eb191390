"""Commodities: what is carried, and how it values money against time."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("commodities", "what is carried; the group decides whether it counts as dry cargo or as oil", ("commodity_id",), (
    ident("commodity_id", "key", required=True),
    text("name", "what people read", required=True),
    choice("group", "dry cargo is the headline, oil is shown apart", "dry", "oil", required=True),
    choice("cargo_type", "how it is handled, in the words of port statistics; rows of other tables may name the type instead of each commodity", "container", "dry_bulk", "general_cargo", "liquid_bulk", "ro_ro"),
    number("value", "mean value of a tonne", "USD/t", minimum=0),
    number("value_of_time", "what one hour on the way costs a tonne: capital, decay, stock", "USD/(t*h)", minimum=0, required=True),
    number("reliability_ratio", "value of one hour of standard deviation over the value of one hour", "share", minimum=0, default=1.0),
    number("theta", "how sharply route choice follows generalised cost: the scale of the logit; may be empty where routes are chosen by user equilibrium only", "t/USD", minimum=1e-9),
    number("reserve", "generalised cost above the best route at which half of the shipments would rather stay home; empty as theta", "USD/t", minimum=0),
    number("tonnes_per_teu", "mean load of a box, where the commodity goes in boxes", "t/TEU", minimum=1e-9),
    *PROVENANCE,
), required=True)
