"""Systems: the things that the case speaks of."""

from __future__ import annotations

from karvan.tables.schema import Schema, choice, ident, text

SCHEMA = Schema("systems", "every system that the case speaks of, and where it lives in it", ("system",), (
    ident("system", "key", required=True),
    text("name", "what people read", required=True),
    choice("home", "where it lives first of all", "layer", "project", "target", "series", "event", "risk", "institution", required=True),
    text("moves", "the measure it moves, or `none`", default="none"),
    text("why", "why it moves nothing, where it does not"),
))
