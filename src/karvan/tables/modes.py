"""Modes: what carries the cargo, and the states of the mode-expanded graph."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, number, text

SCHEMA = Schema("modes", "ways of carrying: rail by gauge, road, sea, ferry, pipeline, power, fibre; `yard` is where cargo rests between two of them", ("mode_id",), (
    ident("mode_id", "key", required=True),
    text("name", "what people read", required=True),
    choice("layer", "which flows share it", "freight", "power", "fibre", default="freight"),
    number("speed", "commercial speed where a link gives none, stops included", "km/h", minimum=0),
    number("time_cv", "standard deviation of the running time over its mean, where a link gives none", "share", minimum=0, maximum=5, default=0.0),
    choice("carrier", "what moves in days: wagons gather in trains, ships and lorries carry what is loaded, a pipe takes parcels; read by `simulate`", "train", "ship", "lorry", "pipe", late=True),
    *PROVENANCE,
), required=True)
