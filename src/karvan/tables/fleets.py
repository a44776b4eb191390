"""Fleets: the ships and wagons that services need."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, number, text

SCHEMA = Schema("fleets", "ships, wagons or platforms; a year's work is number x payload x availability, spent in hours of round trips", ("fleet_id",), (
    ident("fleet_id", "key", required=True),
    text("name", "what people read", required=True),
    text("owner", "who operates it"),
    number("number", "units in service", minimum=0, required=True),
    number("payload", "mean load that one unit takes at `level_reference`, in payload_unit", unit_column="payload_unit", minimum=0, required=True),
    text("payload_unit", "t, TEU or wagon", required=True),
    number("availability", "share of the year in which a unit works: not in repair, not in weather, not chartered away", "share", minimum=0, maximum=1, required=True),
    number("draught", "loaded draught as built", "m", minimum=0),
    number("payload_loss", "share of payload lost per metre of water missing", "1/m", minimum=0, default=0.0),
    number("level_reference", "level of the sea at which payload holds", "m"),
    *PROVENANCE,
))
