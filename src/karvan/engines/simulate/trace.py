"""What happened, verb by verb: the trace of a run with names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.tables import Tables


class Step(NamedTuple):
    """One verb that one entity began."""

    time: float
    program: str
    number: int
    """of the entity, in its program, from 1 on."""
    verb: str
    name: str
    """what the verb is called, often its place."""
    units: int
    """carried when it began."""

    def __str__(self) -> str:
        said = self.verb if self.name in (self.verb, self.program) else f"{self.verb} {self.name}"
        return f"{self.time:8.2f}  {self.program} {self.number}  {said}{f' ({self.units})' if self.units else ''}"


def steps(tables: Tables, times: Floats, rows: NDArray[np.int64]) -> Iterator[Step]:
    """The steps in a buffer of the trace: times float64[n], rows int64[n, 4] (program, number, row of code, units)."""
    ops = tables.code.reshape(-1, layout.CODE)[:, layout.OP]
    for time, (program, number, pc, units) in zip(times.tolist(), rows.tolist(), strict=True):
        yield Step(time, tables.place_names[program], number, layout.VERBS[ops[pc]], tables.verbs[pc].name, units)
