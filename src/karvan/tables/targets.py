"""Targets: what officials have promised the corridor will be or carry."""

from __future__ import annotations

from karvan.tables.provenance import KNOWN_SINCE, PROVENANCE
from karvan.tables.schema import Schema, boolean, choice, date, ident, integer, number, text

SCHEMA = Schema("targets", "promises to be judged; a target without a number or a date is kept, shown, and never scored", ("target_id",), (
    ident("target_id", "key", required=True),
    text("name", "what people read", required=True),
    text("metric", "what is measured: a word of the closed list in the reference", required=True),
    ident("subject", "of what: cut:ID, port:NODE, resource:ID, project:ID, od:A>B, trade:A-B, event:ID…", required=True),
    choice("direction", "which way", "both", "forward", "reverse", "import", "export", "westbound", "eastbound", default="both"),
    ident("commodity", "commodity, cargo type, group (dry, oil) or all", default="all"),
    choice("measure_basis", "what kind of number it is; capacity is not traffic", "traffic", "capacity", "date", "event", "stock", "price", "time", required=True),
    text("period", "calendar year or month it covers; `yearly` for a flow per year"),
    text("unit", "unit of value"),
    choice("op", "kept when the measure is", ">=", "<=", default=">="),
    number("value", "the number promised; absent: cannot be judged"),
    date("due", "the day by which; absent: cannot be judged (no date)", period_end=True),
    text("due_text", "how the due date was said, and how it is read"),
    boolean("sustained", "true when it must still hold afterwards; false: reached once counts", False),
    text("party", "who promised", required=True),
    date("promised_on", "when", period_end=True),
    integer("article", "which of the articles that set the questions of the case says so; absent: another source", minimum=0, maximum=99),
    boolean("later", "true when it is in no article but in other official statements", False),
    ident("system", "the system it belongs to", refers_to="systems"),
    ident("project_id", "the project that is meant to keep it", refers_to="projects"),
    text("doubts", "what is wrong or doubtful about the statement"),
    text("missing", "what would be needed to judge it"),
    KNOWN_SINCE,
    *PROVENANCE,
), required=True)
