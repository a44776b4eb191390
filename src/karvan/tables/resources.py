"""Resources: limits that several links, terminals or services share."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, items, number, text

SCHEMA = Schema("resources", "a limit shared by several links, terminals or services: a port's total, a yard, wagons of a type, slots", ("resource_id",), (
    ident("resource_id", "key", required=True),
    text("name", "what people read", required=True),
    choice("kind", "what is scarce", "port", "yard", "line", "wagons", "slots", "contract", required=True),
    number("capacity", "what it can take in a year", unit_column="capacity_unit", minimum=0, required=True),
    text("capacity_unit", "unit of capacity, per year: t/yr, TEU/yr, wagon/yr, train/yr", required=True),
    items("members", "the links, terminals or services that draw on it", required=True),
    choice("direction", "`each`: every direction has the whole capacity; `both`: they share it; else only that direction counts", "each", "both", "forward", "reverse", default="both"),
    ident("calendar_id", "months in which it is open", refers_to="calendars"),
    *PROVENANCE,
))
