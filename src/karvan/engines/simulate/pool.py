"""What places and programs of one model share while it is written: numbers, distributions, places, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from karvan.engines.simulate.distributions import Distribution, constant
from karvan.engines.simulate.values import Place

MANY = 2_000_000_000
"""a capacity that never binds."""


@dataclass
class PlaceRow:
    """A place while the model is written."""

    name: str
    kind: int
    level: int = 0
    capacity: int = MANY
    flags: int = 0
    histogram: bool = False
    cause: str = ""


@dataclass
class Pool:
    """The shared parts of a model."""

    faults: list[str] = field(default_factory=list)
    rows: list[PlaceRow] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    values: list[float] = field(default_factory=list)
    distributions: dict[Distribution, int] = field(default_factory=dict)
    closures: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    """calendar -> where its closures stand among the values, how many, period."""

    def place(self, row: PlaceRow) -> Place:
        """The place this row makes."""
        if row.name in self.names:
            self.faults.append(f"two places are called {row.name}; names tell random streams apart, so give one another name")
        row.cause = row.cause or row.name
        self.rows.append(row)
        self.names.add(row.name)
        return self.place_at(len(self.rows) - 1)

    def place_at(self, index: int) -> Place:
        """The place at this position."""
        row = self.rows[index]
        return Place(index, row.name, row.kind, bool(row.flags))

    def numbers(self, values: Sequence[float]) -> int:
        """Where these numbers stand among the values."""
        self.values.extend(map(float, values))
        return len(self.values) - len(values)

    def distribution(self, which: Distribution | float) -> int:
        """The position of a distribution; a number stands for itself."""
        found = which if isinstance(which, Distribution) else constant(which)
        return self.distributions.setdefault(found, len(self.distributions))
