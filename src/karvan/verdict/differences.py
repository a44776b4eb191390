"""What differs between two answers of one year: demand, what stays home, flows over cuts, and limits that bind in only one.

A difference is this answer less the other one, which stands beside it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from karvan.verdict import months, worth
from karvan.verdict.model import Answer, Model
from karvan.verdict.worth import Worth

SMALL = 1e-6
"""Share of the demand: amounts that differ by less are the same (an estimate: what two certified answers may differ by)."""


@dataclass(frozen=True)
class Difference:
    """One amount in both answers, t a year."""

    id: str
    name: str
    this: float
    other: float

    @property
    def difference(self) -> float:
        return self.this - self.other

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "difference": self.difference}


@dataclass(frozen=True)
class Differences:
    """Of two answers: all cuts, and the limits that bind only in this one and only in the other, those worth most first."""

    demand: Difference
    unserved: Difference
    cuts: tuple[Difference, ...]
    only_this: tuple[Worth, ...]
    only_other: tuple[Worth, ...]

    @property
    def amounts(self) -> tuple[Difference, ...]:
        """The amounts that differ: demand and what stays home, then cuts, those first that differ most."""
        small = SMALL * max(self.demand.this, self.demand.other)
        ordered = (self.demand, self.unserved, *sorted(self.cuts, key=lambda each: -abs(each.difference)))
        return tuple(each for each in ordered if abs(each.difference) > small)

    def document(self) -> dict[str, Any]:
        return {
            "demand": self.demand.difference, "unserved": self.unserved.difference, "cuts": [each.document() for each in self.cuts],
            "binds_only_this": [asdict(each) for each in self.only_this], "binds_only_other": [asdict(each) for each in self.only_other],
        }  # fmt: skip


def between(this: tuple[Model, Answer], other: tuple[Model, Answer]) -> Differences:
    """The differences of two answers, each with the model that gave it, of one case under two scenarios."""
    pairs = (this, other)
    demand = Difference("demand", "", *(float(answer.conditions.amount.sum()) for _, answer in pairs))
    unserved = Difference("unserved", "", *(float(answer.result.unserved.sum()) for _, answer in pairs))
    flows = [months.over_cuts(model.compiled, answer.result.arc_flow) for model, answer in pairs]
    cuts = this[0].compiled.corridor["cuts"]
    changes = (Difference(key, str(name), flows[0][key], flows[1].get(key, 0.0)) for key, name in zip(cuts.keys, cuts["name"], strict=True))
    binds = [{_key(each): each for each in worth.binding(model, answer, len(model.compiled.limits))} for model, answer in pairs]
    only = [tuple(each for key, each in mine.items() if key not in theirs) for mine, theirs in (binds, binds[::-1])]
    return Differences(demand, unserved, tuple(changes), only[0], only[1])


def _key(each: Worth) -> tuple[str, str, str]:
    return each.table, each.id, each.direction
