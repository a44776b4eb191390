"""check: do the tables of a case hold together?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.verbs import options
from karvan.verbs.declaration import Verb
from karvan.verbs.loading import load
from karvan.verdict import calibrate, document, wardrop
from karvan.verdict.model import is_of_equilibrium, prepare


@dataclass(frozen=True, eq=False)
class Checked:
    """A case that holds together, and the fits in it that are older than its data."""

    corridor: Corridor
    stale: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        tables = {name: len(table) for name, table in self.corridor.tables.items() if len(table)}
        return {"schema_version": document.SCHEMA_VERSION, "manifest": document.manifest(self.corridor), "valid": True, "faults": [],
                "tables": tables, "stale_fits": list(self.stale)}  # fmt: skip


def check(case: str) -> Checked:
    corridor = load(case)
    if is_of_equilibrium(corridor):
        wardrop.check(corridor)
    else:
        prepare(corridor)
    return Checked(corridor, calibrate.stale(corridor))


VERB = Verb(
    "check", "Do the tables hold together? Prints every fault with file, line, column, found, expected and remedy.",
    (options.CASE_FIRST,), check,
)  # fmt: skip
