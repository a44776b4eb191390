"""Sources: the documents behind the figures."""

from __future__ import annotations

from karvan.tables.schema import Schema, ident, text

SCHEMA = Schema("sources", "documents; an unknown part says `unknown` and is counted", ("source_id",), (
    ident("source_id", "key", required=True),
    text("publisher", "who published it", required=True),
    text("title", "its title, in the words of its address where only that tells it, or `unknown`", default="unknown"),
    text("date", "when, as 2026, 2026-03 or 2026-03-10, or `unknown`", default="unknown"),
    text("address", "where it can be read, or `unknown`", default="unknown"),
    text("licence", "what a user may do with it, where known"),
), required=True)
