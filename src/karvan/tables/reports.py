"""Reports: what was told of a project, day by day: its cost, its progress, its money and its status."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, choice, date, ident, number, text

SCHEMA = Schema("reports", "the history of a project beside its promised dates; the latest used one of a kind stands in `projects`", ("report_id",), (
    ident("report_id", "key", required=True),
    ident("project_id", "the project", required=True, refers_to="projects"),
    date("reported_on", "the day of the statement", period_end=True, required=True),
    choice("kind", "what is told", "cost", "progress", "funding", "status", required=True),
    number("value", "the amount of a cost or of money, or the share that is built", minimum=0),
    text("unit", "ISO 4217 of an amount; `share` for progress"),
    text("state", "for a status one of the words of `projects`; for money and the rest what was said, in few words"),
    choice("role", "`used` is what the project holds; a rival has another scope and is kept beside it", "used", "rival", default="used"),
    KNOWN_SINCE,
    *PROVENANCE,
))
