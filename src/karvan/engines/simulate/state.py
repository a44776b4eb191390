"""One replication in flight: the arrays the machine works on, and how they grow, are copied and are brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.machine import Longs, machine
from karvan.engines.simulate.tables import Tables, key_of, signed

SLICE = 4_000_000
"""events until the machine comes back for a moment, so that Ctrl-C is heard."""


class TooManyEntities(MemoryError):
    """More entities are alive at once than the limit allows: a queue grows without bound."""


@dataclass
class State:
    """All that changes in a run. Copy it, and two runs go on from the same moment."""

    tables: Tables
    places: Longs
    sums: Floats
    entities: Longs
    times: Floats
    heap_times: Floats
    heap_keys: Longs
    histograms: Longs
    registers: Longs
    clock: Floats
    trace_times: Floats
    trace_rows: Longs

    @property
    def now(self) -> float:
        """The time."""
        return float(self.clock[layout.NOW])

    @property
    def n_entities(self) -> int:
        """For how many entities there is room."""
        return len(self.entities) // layout.ENTITY

    @property
    def bytes(self) -> int:
        """What the arrays take."""
        return sum(each.nbytes for each in vars(self).values() if isinstance(each, np.ndarray))

    def copy(self) -> State:
        """The same moment again, independent of this one."""
        copies: dict[str, Any] = {key: each.copy() for key, each in vars(self).items() if isinstance(each, np.ndarray)}
        return replace(self, **copies)

    def advance(
        self, until: float, limit: int = 1 << 20, on_trace: Callable[[Floats, Longs], None] | None = None, pause: Callable[[], None] | None = None
    ) -> int:
        """Run to time `until`; DONE, DRY when nothing will ever happen again, or FAULT.

        `limit` entities at most may be alive, else `TooManyEntities`; `on_trace` gets times float64[n] and rows int64[n, 4]
        whenever the trace is full and at the end; `pause` is called every few million events.
        """
        g = self.registers
        g[layout.TRACING] = on_trace is not None
        while True:
            g[layout.STOP] = g[layout.EVENTS] + SLICE
            with _wrapping():
                code = int(
                    machine(
                        self.tables.code, self.tables.operands, self.tables.parameters, self.places, self.sums, self.entities, self.times,
                        self.heap_times, self.heap_keys, self.histograms, g, self.clock, self.trace_times, self.trace_rows, until,
                    )
                )  # fmt: skip
            if on_trace is not None and g[layout.TRACED]:
                n = int(g[layout.TRACED])
                on_trace(self.trace_times[:n].copy(), self.trace_rows[: n * layout.TRACE].reshape(n, layout.TRACE).copy())
                g[layout.TRACED] = 0
            if code == layout.GROW:
                self._grow(limit)
            elif code == layout.PAUSE and pause is not None:
                pause()
            elif code not in (layout.TRACE_FULL, layout.PAUSE):
                return code

    def settled(self) -> Floats:
        """float64[place, 16], the sums of every place as they stand now, the time up to now included."""
        sums = self.sums.reshape(-1, layout.PLACE_F).copy()
        places = self.places.reshape(-1, layout.PLACE)
        dt = self.now - sums[:, layout.LAST]
        for area, level in ((layout.AREA_LEVEL, layout.LEVEL), (layout.AREA_QUEUE, layout.QLEN), (layout.AREA_PUT, layout.PLEN)):
            sums[:, area] += places[:, level] * dt
        sums[:, layout.AREA_CAP] += places[:, layout.CAP] * (self.now - sums[:, layout.LAST_CAP])
        sums[:, [layout.LAST, layout.LAST_CAP]] = self.now
        return sums

    def _grow(self, limit: int) -> None:
        g, n = self.registers, self.n_entities
        if g[layout.HEAP] >= len(self.heap_times) - 8:
            self.heap_times, self.heap_keys = _longer(self.heap_times, 2), _longer(self.heap_keys, 2)
        if g[layout.FREE] == 0:
            if n >= min(limit, layout.INDEX):
                raise TooManyEntities(f"more than {n - 1:,} entities are alive at time {self.now:g}")
            self.entities, self.times = _longer(self.entities, 2), _longer(self.times, 2)
            _free(self.entities, n, 2 * n)
            g[layout.FREE] = n


def begin(tables: Tables, seed: int, replication: int = 0, *, antithetic: bool = False, room: int = 1024, trace: int = 0) -> State:
    """The state at time 0. `room` entities at first (a power of two), `trace` rows of trace."""
    while room < len(tables.roots) + 2:
        room *= 2
    width = layout.TIMES + tables.n_attributes
    state = State(
        tables=tables,
        places=tables.places.copy(),
        sums=np.zeros(tables.n_places * layout.PLACE_F),
        entities=np.zeros(room * layout.ENTITY, dtype=np.int64),
        times=np.zeros(room * width),
        heap_times=np.zeros(256),
        heap_keys=np.zeros(256, dtype=np.int64),
        histograms=np.zeros(max(tables.n_histograms, 1) * layout.BINS, dtype=np.int64),
        registers=np.zeros(layout.REGISTERS, dtype=np.int64),
        clock=np.zeros(layout.REGISTERS_F),
        trace_times=np.zeros(trace),
        trace_rows=np.zeros(trace * layout.TRACE, dtype=np.int64),
    )
    _free(state.entities, 1, room)
    g = state.registers
    n = len(tables.roots)
    g[layout.FREE], g[layout.WIDTH], g[layout.FLIP] = n + 1, width, int(antithetic)
    g[layout.LIVE] = g[layout.PEAK] = g[layout.READY] = n
    rows, times, places = state.entities.reshape(-1, layout.ENTITY), state.times.reshape(-1, width), state.places.reshape(-1, layout.PLACE)
    for i, root in enumerate(tables.roots, start=1):
        kind = places[root.kind]
        kind[layout.BIRTHS] += 1
        rows[i, [layout.PC, layout.NAME, layout.PRIORITY, layout.SIZE, layout.PROGRAM, layout.SERIAL]] = (
            root.pc, signed(key_of(root, seed, replication)), kind[layout.LEVEL], kind[layout.CAP], root.kind, kind[layout.BIRTHS],
        )  # fmt: skip
        times[i, layout.REMAIN] = -1.0
    rows[: n + 1, layout.NEXT] = [*range(1, n + 1), 0]
    return state


@contextmanager
def _wrapping() -> Iterator[None]:
    """Words of 64 bits wrap on purpose; only the un-jitted machine would warn."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        yield


def _free(entities: Longs, first: int, end: int) -> None:
    """Chain rows first … end - 1 into a list of free ones."""
    rows = entities.reshape(-1, layout.ENTITY)
    rows[first:end, layout.NEXT] = np.arange(first + 1, end + 1)
    rows[end - 1, layout.NEXT] = 0
    rows[first:end, layout.PC] = -1


def _longer(array: NDArray[Any], times: int) -> NDArray[Any]:
    grown = np.zeros(times * len(array), dtype=array.dtype)
    grown[: len(array)] = array
    return grown
