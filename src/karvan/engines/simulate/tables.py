"""What the step machine runs: a model as arrays, and the names that stand at each position."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats

_ALL = (1 << 64) - 1


@dataclass(frozen=True)
class Verb:
    """Where a row of code comes from."""

    program: str
    name: str
    """what the model's author called it."""
    place: int
    """the place it is about, -1 none."""


@dataclass(frozen=True)
class Root:
    """An entity that is there from the start."""

    name: str
    copy: int
    pc: int
    kind: int
    """the place that stands for its program."""


@dataclass(frozen=True, eq=False)
class Tables:
    """A model, ready to run; made by `Model.build`, never changed by a run."""

    code: NDArray[np.int64]
    """int64[row * 8], verbs, their operands and the number of their name (`layout.CODE`)."""
    operands: Floats
    """float64[row * 2], operands that are not whole numbers."""
    parameters: Floats
    """float64, closures of calendars, timetables, profiles, then distributions: kind, count, parameters."""
    places: NDArray[np.int64]
    """int64[place * 16], the places at time 0."""
    n_attributes: int
    n_histograms: int
    place_names: tuple[str, ...]
    place_causes: tuple[str, ...]
    """what a wait at this place is put down to."""
    verbs: tuple[Verb, ...]
    roots: tuple[Root, ...]

    @property
    def n_places(self) -> int:
        """How many places there are, programs included."""
        return len(self.place_names)

    def place(self, name: str) -> int:
        """The position of a place; `KeyError` when there is none of this name."""
        try:
            return self.place_names.index(name)
        except ValueError:
            raise KeyError(f"there is no place {name!r}; there are {', '.join(self.place_names)}") from None


@lru_cache(maxsize=1 << 16)
def number_of(name: str) -> int:
    """A name as a number of 64 bits, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def signed(number: int) -> int:
    """The same 64 bits as a number that may be negative."""
    return number - (_ALL + 1) if number >> 63 else number


def mixed(z: int) -> int:
    """As `machine.mix`, for whoever stands outside the machine."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _ALL
    return z ^ (z >> 31)


def key_of(root: Root, seed: int, replication: int) -> int:
    """The stream number of a root entity: of its name, its copy, the seed and the replication, and nothing else."""
    key = mixed((seed * 0x9E3779B97F4A7C15 + 1) & _ALL)
    key = mixed((key + replication * 0xD1342543DE82EF95) & _ALL)
    return mixed((key ^ number_of(root.name)) + root.copy * 0x8CB92BA72F3D8DD7 & _ALL)
