"""One replication of a played year as a trace: the same numbers as in the ensemble, every stay and movement as a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from karvan.bridge.days import calendar
from karvan.bridge.days.trace import Batch, Trace
from karvan.bridge.days.write import Days
from karvan.engines.arrays import Floats
from karvan.engines.simulate import Outcome, simulate

PORTION = 1 << 16
"""verbs that are read at a time."""


def trace(days: Days, seed: int, replication: int, put: Callable[[Batch], None]) -> Outcome:
    """Play one replication again and hand its rows to `put`, in the order of their beginning; what the machine says about it."""
    rows = Trace(days)
    edges = calendar.edges()

    def take(batches: Iterable[Batch]) -> None:
        for batch in batches:
            put(batch)

    def on_trace(times: Floats, said: np.ndarray) -> None:
        take(rows.read(times, said))

    outcome = simulate(days.tables, edges[-1], seed, replication, edges=edges, on_trace=on_trace, trace_rows=PORTION)
    take(rows.close(outcome.ended))
    return outcome
