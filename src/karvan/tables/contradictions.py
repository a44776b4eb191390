"""Contradictions: figures that do not agree, side by side."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, ident, text

SCHEMA = Schema("contradictions", "two statements that differ, their scopes, and what the case does about it", ("contradiction_id",), (
    ident("contradiction_id", "key", required=True),
    text("topic", "what it is about", required=True),
    text("statement_a", "one side, with its scope", required=True),
    text("statement_b", "the other side, with its scope", required=True),
    text("judgement", "same scope or not, and which holds", required=True),
    text("consequence", "what the model does"),
    *PROVENANCE,
))
