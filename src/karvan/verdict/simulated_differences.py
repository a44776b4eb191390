"""What a scenario changes in played days: the figures of two years under the same luck, pair by pair, as rows.

Called by `simulate --compare`. A difference is this year less the other one, which stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import stdtrit

from karvan.engines.simulate.analysis import Difference
from karvan.engines.simulate.pairs import Comparison
from karvan.verdict.simulated import NOTHING, Estimate, Tables
from karvan.verdict.simulation import ARRIVED, differences

OWN = ""
"""the unit of the row itself."""
LEVEL = 0.95


@dataclass(frozen=True)
class DifferenceRow:
    """One figure of one row in both years, and what lies between."""

    kind: str
    """terminals, services, pools, lines, journeys, cuts or causes."""
    key: tuple[str, ...]
    """what tells the row apart, as `KINDS` lists it: of a terminal its id; of a service its id, direction and unit; and so on."""
    name: str
    figure: str
    """field of the row."""
    unit: str
    this: Estimate
    """mean over replications, of percentiles too: those of single years, not of all consignments together."""
    other: Estimate
    difference: Estimate
    """this - other, from pairs of replications."""
    gain: float
    """how many times as many replications would be needed without the common luck for the same interval; inf where pairs do not differ."""
    differs: bool
    """by more than its own interval at 95 %."""
    certain: bool = False
    """by more than an interval at which all figures of the comparison together hold with 95 % (Bonferroni)."""

    @property
    def weight(self) -> float:
        """Difference over half-width: the larger, the surer."""
        half = self.difference.high - self.difference.mean
        change = abs(self.difference.mean)
        return 0.0 if math.isnan(change) or change == 0 else change / half if half > 0 else math.inf


@dataclass(frozen=True)
class _Kind:
    """A table of `Tables`: the fields that tell one row from another, and the figures that are compared, in which units."""

    name: str
    key: tuple[str, ...]
    figures: dict[str, str]


KINDS = (
    _Kind("cuts", ("cut_id", "direction", "commodity"), {"tonnes": "t"}),
    _Kind("causes", ("who", "cause"), {"hours": "h"}),
    _Kind("terminals", ("terminal_id",),
          {"throughput": OWN, "waiting": OWN, "waiting_hours": "h", "utilisation": "share", "visit_wait": "h", "ban_days": "day", "closed_days": "day"}),
    _Kind("services", ("service_id", "direction", "unit"), {"carried": OWN, "empties": OWN, "sailings": "sailing", "load": OWN, "wait": "h"}),
    _Kind("pools", ("fleet_id", "direction"), {"ready": "share", "wait": "h"}),
    _Kind("lines", ("table", "key", "direction"), {"utilisation": "share", "wait": "h"}),
    _Kind("journeys", ("origin", "destination", "commodity"), {"arrived": "t", "p10": "day", "p50": "day", "p90": "day", "mean": "day"}),
)  # fmt: skip
_AMOUNTS = ("tonnes", "hours", "throughput", "carried", "sailings", "arrived")
"""figures of which a row that is missing has none; of the others nothing is known."""


class Differences:
    """What changes from one played year to another. `ValueError` when the two do not share their luck."""

    def __init__(self, this: Tables, other: Tables):
        self.this, self.other = this, other
        self.comparison: Comparison = differences(other.played, this.played, LEVEL)

    @property
    def pairs(self) -> int:
        """Replications that are complete on both sides."""
        return len(self.comparison.numbers)

    @cached_property
    def arrived(self) -> Difference:
        """Of the tonnes that arrive."""
        return self.comparison.difference(ARRIVED)

    @cached_property
    def rows(self) -> tuple[DifferenceRow, ...]:
        """Every figure of every row that either year has: by kind, those that differ first, the surest first."""
        found = [row for kind in KINDS for row in self._of(kind)]
        told = [row for row in found if row.weight > 0]
        if self.pairs < 2 or not told:
            return tuple(found)
        wider = _student(self.pairs, 1 - (1 - LEVEL) / len(told)) / _student(self.pairs, LEVEL)
        found = [replace(row, certain=row.differs and row.weight > wider) for row in found]
        order = {kind.name: i for i, kind in enumerate(KINDS)}
        return tuple(sorted(found, key=lambda row: (order[row.kind], not row.differs, -row.weight)))

    def _of(self, kind: _Kind) -> Iterable[DifferenceRow]:
        sides = [{tuple(getattr(row, name) for name in kind.key): row for row in getattr(tables, kind.name)()} for tables in (self.this, self.other)]
        for key in dict.fromkeys((*sides[0], *sides[1])):
            rows = [side.get(key) for side in sides]
            shown: Any = rows[0] if rows[0] is not None else rows[1]
            for figure, unit in kind.figures.items():
                this, other = (self._none(tables, figure) if row is None else getattr(row, figure) for tables, row in zip((self.this, self.other), rows, strict=True))
                if math.isnan(this.mean) and math.isnan(other.mean):
                    continue
                difference, gain = self._difference(this, other)
                this, other = (tables.over(each.runs) if each.runs.size else each for tables, each in ((self.this, this), (self.other, other)))
                differs = difference.mean != 0 and (difference.low > 0 or difference.high < 0)
                name = getattr(shown, "name", " ".join(key))
                yield DifferenceRow(kind.name, key, name, figure, unit or shown.unit, this, other, difference, gain, differs)

    @staticmethod
    def _none(tables: Tables, figure: str) -> Estimate:
        return Estimate(0.0, 0.0, 0.0, np.zeros(len(tables.found.own[ARRIVED]))) if figure in _AMOUNTS else NOTHING

    def _difference(self, this: Estimate, other: Estimate) -> tuple[Estimate, float]:
        if not (this.runs.size and other.runs.size):
            return NOTHING, math.nan
        found = self.comparison.of(other.runs, this.runs)
        return Estimate.of(found), found.gain


def _student(pairs: int, level: float) -> float:
    return float(stdtrit(pairs - 1, 0.5 + level / 2))
