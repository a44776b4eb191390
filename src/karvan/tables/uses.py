"""Uses: how many units of a capacity one tonne takes."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, number, text

SCHEMA = Schema("uses", "what one tonne of a commodity takes of a unit of capacity (a tonne takes 1 t without a row); a row for one resource beats the row for all", ("use_id",), (
    ident("use_id", "key", required=True),
    text("unit", "the unit taken: TEU, wagon, train", required=True),
    ident("commodity_id", "the commodity, cargo type or group; the narrowest row holds", required=True, refers_to="commodities", or_kind=True),
    ident("resource_id", "link, terminal, fleet or resource it holds for; * for all with this unit", default="*"),
    number("use", "units taken by one tonne", minimum=0, required=True),
    number("return_share", "share of the units that come back the way they went, loaded or empty; the rest leaves by another way; empty: not counted", minimum=0, maximum=1, late=True),
    *PROVENANCE,
))
