"""The columns by which a figure says where it comes from; the same in every table of facts."""

from __future__ import annotations

from karvan.tables.schema import Column, choice, date, ident, text

BASES = ("measured", "reported", "announced", "computed", "estimate")

PROVENANCE: tuple[Column, ...] = (
    choice(
        "basis",
        "how the figures of the row are known: measured, reported by somebody, announced by an interested party, "
        "computed from others by a documented procedure, or an estimate of the case's authors",
        *BASES,
        default="estimate",
    ),
    ident("source_id", "the document that says so", refers_to="sources"),
    text("note", "choice between contradictory figures, scope, trap"),
)

KNOWN_SINCE: Column = date(
    "known_since", "the day from which the world could know this row; the door of back-tests", period_end=True
)
