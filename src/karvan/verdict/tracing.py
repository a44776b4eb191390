"""One replication of a played year as a trace: the same numbers as in the ensemble, every stay and movement as a row."""

from __future__ import annotations

from collections.abc import Callable

from karvan.bridge.days import calendar
from karvan.bridge.days.trace import Batch, Trace
from karvan.engines.simulate import Outcome, simulate
from karvan.verdict.simulation import Played

PORTION = 1 << 16
"""verbs that are read at a time."""


def trace(played: Played, seed: int, replication: int, put: Callable[[Batch], None]) -> Outcome:
    """Play one replication again and hand its rows to `put`, in the order of their beginning; what the machine says about it."""
    rows = Trace(played.days)
    edges = calendar.edges()
    outcome = simulate(
        played.days.tables, edges[-1], seed, replication, edges=edges, on_trace=lambda times, said: put(rows.read(times, said)), trace_rows=PORTION,
    )  # fmt: skip
    put(rows.close(outcome.ended))
    return outcome
