"""facts: how old are the figures, and which have a source?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.evidence import ageing
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError
from karvan.tables.provenance import BASES
from karvan.verbs import options
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.loading import load
from karvan.verdict import document


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of a case with their age; `shown` are those asked for."""

    corridor: Corridor
    ages: ageing.Ages
    shown: tuple[ageing.Fact, ...]
    stale: bool
    older_than: float | None
    most: int

    def document(self) -> dict[str, Any]:
        total = self.ages.total
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.corridor, stale=self.stale, older_than=self.older_than),
            "thresholds": {basis: years if self.older_than is None else self.older_than for basis, (years, _) in ageing.STALE_AFTER.items()},
            "reasons": {basis: why for basis, (_, why) in ageing.STALE_AFTER.items()},
            "counts": self.ages.counts,
            "coverage": {"rows": total.rows, "rows_with_source": total.rows_with_source, "cells": total.cells,
                         "cells_with_source": total.cells_with_source, "cells_stated": total.cells_stated, "tables": [asdict(each) for each in self.ages.coverage]},
            "sources": {"rows": self.ages.sources, **{f"unknown_{part}": count for part, count in self.ages.unknown.items()}},
            "facts": [asdict(fact) for fact in self.shown],
        })  # fmt: skip


def facts(case: str, table: str | None, stale: bool, older_than: float | None, basis: str | None, most: int) -> Facts:
    corridor = load(case)
    if table is not None and "basis" not in corridor.find_table(table).schema:
        raise UsageError(f"{table} says of none of its rows how it is known. Tables that do: {', '.join(_with_basis(corridor))}.")
    if basis is not None and basis not in BASES:
        raise UsageError(f"--basis {basis}: expected one of {', '.join(BASES)}. Nearest: {nearest(basis, BASES)}.")
    if older_than is not None and not 0 <= older_than <= 1000:
        raise UsageError(f"--older-than {older_than:g}: expected years from 0 to 1000.")
    if most < 0:
        raise UsageError(f"--most {most}: expected 0 (all) or more.")
    found = ageing.ages(corridor.tables, corridor.as_of, older_than)
    stale = stale or older_than is not None
    shown = tuple(fact for fact in found.facts if table in (None, fact.table) and basis in (None, fact.basis) and (fact.stale or not stale))
    return Facts(corridor, found, shown, stale, older_than, most)


def _with_basis(corridor: Corridor) -> list[str]:
    return [name for name, each in corridor.tables.items() if "basis" in each.schema]


VERB = Verb(
    "facts", "How old are the figures, and which have a source? Lists them by how much they matter and by age.",
    (Option("table", str, None, "only this table; default: all", "TABLE", positional=True), options.CASE,
     Option("stale", bool, False, "only those older than their basis allows: measured, reported and computed 3 years, announced 2"),
     Option("older_than", float, None, "only those older than this, whatever their basis, settled ones too", "YEARS"),
     Option("basis", str, None, "only this basis: " + ", ".join(BASES), "BASIS"),
     Option("most", int, 40, "how many to print; 0: all (JSON holds all)", "N")), facts,
)  # fmt: skip
