"""calibrate: how well does the model meet what was observed?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.files import cases
from karvan.files.folder import write_texts
from karvan.files.toml_text import toml_text
from karvan.tables.faults import UsageError
from karvan.verbs import options
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.loading import load
from karvan.verdict import calibrate as calibrating
from karvan.verdict import document


@dataclass(frozen=True, eq=False)
class Fitted:
    """The calibration, the nowcast, and where they were written; `plain` is the calibration of the same figures with the demand of
    the tables, None where the case moves none; `all` asks a face for every figure and every gap."""

    calibration: calibrating.Fit
    nowcast: calibrating.Fit
    written: Path | None
    all: bool = False
    plain: calibrating.Fit | None = None

    def document(self) -> dict[str, Any]:
        return {**document.fit(self.calibration), **document.beside(self.nowcast, self.plain)}


def calibrate(case: str, write: bool, all: bool) -> Fitted:
    corridor = load(case)
    if write and cases.is_built_in(case):
        raise UsageError("A built-in case is read-only. `karvan new DIR` makes a copy of your own; calibrate that one.")
    fit = calibrating.calibrate(corridor)
    now = calibrating.nowcast(corridor, fit)
    written = None
    if write:
        written = cases.locate(case) / "fitted"
        texts = {f"{each.name}.toml": toml_text(calibrating.document(each)) for each in (fit, now)}
        write_texts(written, texts)
    plain = calibrating.calibrate(corridor, with_demand=False) if fit.demand.groups else None
    return Fitted(fit, now, written, all, plain)


VERB = Verb(
    "calibrate", "How well does the model meet what was observed? Fits the free cells, compares every figure, sets a random walk beside it.",
    (options.CASE, Option("write", bool, False, "store the fit in CASE/fitted/"),
     Option("all", bool, False, "print also the years before the fit, what is not comparable, and every gap")), calibrate, waits=True,
)  # fmt: skip
