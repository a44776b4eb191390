"""What a verb may ask for while it runs: the entity's own numbers, the clock, the state of a place."""

from __future__ import annotations

from dataclasses import dataclass

from karvan.engines.simulate import layout


@dataclass(frozen=True)
class Place:
    """A resource, store, tank, gate, calendar, tally or program of a model."""

    index: int
    name: str
    kind: int
    interruptible: bool = False

    @property
    def queue(self) -> Value:
        """How many wait here."""
        return Value(layout.QUEUE_OF, self.index)

    @property
    def level(self) -> Value:
        """Busy units of a resource, what lies in a store or tank, 1 for an open gate."""
        return Value(layout.LEVEL_OF, self.index)

    @property
    def free(self) -> Value:
        """Capacity minus level."""
        return Value(layout.FREE_OF, self.index)

    @property
    def present(self) -> Value:
        """Level and queue together."""
        return Value(layout.PRESENT, self.index)

    @property
    def capacity(self) -> Value:
        """The capacity now."""
        return Value(layout.CAP_OF, self.index)

    @property
    def count(self) -> Value:
        """How many waits ended or observations were recorded here."""
        return Value(layout.SEEN, self.index)


@dataclass(frozen=True)
class Value:
    """Something a verb can ask for."""

    kind: int
    index: int = 0


@dataclass(frozen=True)
class Attribute(Value):
    """A number every entity carries."""

    name: str = ""

    @property
    def elapsed(self) -> Value:
        """The time since the moment that stands in it."""
        return Value(layout.ELAPSED, self.index)


UNITS = Value(layout.UNITS_OF)
"""What the entity carries."""
SIZE = Value(layout.SIZE_OF)
"""What the entity takes in a store or carrier."""
CLOCK = Value(layout.NOW_OF)
"""Now."""
AGE = Value(layout.AGE)
"""The time since the entity's birth."""
