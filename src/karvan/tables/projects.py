"""Projects: what was announced, how far it is, what it waits for."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, items, number, text

SCHEMA = Schema("projects", "dated plans; what one changes when delivered stands in `edits`", ("project_id",), (
    ident("project_id", "key", required=True),
    text("name", "what people read", required=True),
    choice("kind", "the reference class of its delivery", "rail", "port", "ship", "road", "border", "pipeline", "cable", "fibre", "institution", "energy", "industry", required=True),
    ident("system", "the system it belongs to", refers_to="systems"),
    items("countries", "ISO 3166 codes"),
    choice("status", "how far it is; the words of the brief: announced is not funded, funded is not built", "announced", "study", "funded", "construction", "delivered", "stalled", "cancelled", required=True),
    date("started", "start of works"),
    date("first_promised", "delivery date as first promised", period_end=True),
    date("promised", "delivery date as promised last", period_end=True),
    date("promised_on", "the day of that last promise", period_end=True),
    date("delivered", "the day it was delivered"),
    number("progress", "physical progress reported", "share", minimum=0, maximum=1),
    date("progress_on", "the day of that report", period_end=True),
    items("after", "projects that must be delivered first", refers_to="projects"),
    number("cost", "as last stated, in currency"),
    text("currency", "ISO 4217"),
    text("funders", "who pays, as far as stated"),
    KNOWN_SINCE,
    *PROVENANCE,
))
