"""How well is a table of facts supported? Counted by basis and by source, from the rows alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from karvan.tables.table import Table

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Support:
    """Rows of the tables with provenance, by basis; how many name a source; and which parts of sources are unknown."""

    rows: int
    by_basis: Mapping[str, int]
    with_source: int
    sources: int
    unknown_titles: int
    unknown_dates: int
    unknown_addresses: int

    @property
    def estimates(self) -> int:
        return self.by_basis.get("estimate", 0)


def support(tables: Mapping[str, Table]) -> Support:
    """The support of all tables that say on what basis a row stands."""
    by_basis: Counter[str] = Counter()
    rows = with_source = 0
    for table in tables.values():
        if "basis" in table.schema and "source_id" in table.schema:
            rows += len(table)
            by_basis.update(table["basis"].tolist())
            with_source += sum(bool(source) for source in table["source_id"])
    sources = tables["sources"]
    unknown = [sum(cell in (UNKNOWN, "") for cell in sources[column]) for column in ("title", "date", "address")]
    return Support(rows, dict(by_basis), with_source, len(sources), *unknown)


def citation(tables: Mapping[str, Table], source_id: str) -> str:
    """Publisher, title and date of a source as one line; empty without one."""
    if not source_id or source_id not in tables["sources"]:
        return ""
    row = tables["sources"].row(source_id)
    parts = [row["publisher"], row["title"] if row["title"] != UNKNOWN else "", row["date"] if row["date"] != UNKNOWN else "undated"]
    return ", ".join(part for part in parts if part)
