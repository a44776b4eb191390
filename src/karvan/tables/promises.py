"""Promises: the ledger of who promised which date or amount when, and what came of it."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, number, text

SCHEMA = Schema("promises", "one statement of one date or amount; the reference class of delivery is fitted on it", ("promise_id",), (
    ident("promise_id", "key", required=True),
    text("name", "what was promised", required=True),
    ident("project_id", "the project, where it is one of the case", refers_to="projects"),
    ident("group", "statements about the same thing; left out together in a back-test", required=True),
    choice("kind", "the reference class", "rail", "port", "ship", "road", "border", "pipeline", "cable", "fibre", "institution", "energy", "industry", "volume", required=True),
    text("party", "who promised"),
    date("promised_on", "when it was said", period_end=True, required=True),
    date("promised", "the date promised, or the end of the year an amount was promised for", period_end=True, required=True),
    number("amount", "the amount promised, in unit; absent: a date was promised"),
    text("unit", "unit of amount and outcome"),
    date("delivered", "when it came true"),
    date("unfinished_on", "last day it was seen not to be true", period_end=True),
    number("outcome", "the amount at the promised date"),
    KNOWN_SINCE,
    *PROVENANCE,
))
