"""Run a model and say what happened: one replication with its statistics, or many of them.

Statistics are gathered inside the machine as sums; `edges` cut the time into bins (months) at no cost. A run ends at its horizon
or earlier with a `fault` in words, and keeps what it found up to then.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.audit import audit, where
from karvan.engines.simulate.blocked import Blocked, deadlocked
from karvan.engines.simulate.layout import ENTITY, PLACE
from karvan.engines.simulate.percentiles import percentiles
from karvan.engines.simulate.state import State, TooManyEntities, begin
from karvan.engines.simulate.tables import Tables

LIMIT = 1 << 20
"""entities alive at once until a run stops and says which queue grows."""

_FAULTS = {
    layout.LIVELOCK: "{who} goes round and round without time passing; put a delay into its loop",
    layout.CARGO_LOST: "{who} leaves with cargo on board; unload it first",
    layout.RELEASED_TOO_MUCH: "{who} releases more of {place} than is held",
    layout.TWO_HOLDS: "{who} seizes {place} while it holds another interruptible resource; only one at a time can be interrupted",
    layout.BACKWARDS: "{who} would wait a negative time",
    layout.TOO_LARGE: "{who} wants to put more into {place} than it can ever hold",
}


@dataclass(frozen=True)
class At:
    """What happened at one place between two times; waits in the model's unit of time."""

    name: str
    cause: str
    duration: float
    level: float
    """time average: busy units, what lay there, share of the time a gate was open; nan for programs."""
    queue: float
    """time average of the number waiting."""
    blocked: float
    """time average of the number that waited to put."""
    capacity: float
    """time average."""
    waits: int
    """waits that ended, those of length 0 included; of a program: those that left; of a tally: observations."""
    wait: float
    """their mean: of a program, from birth to leaving; of a tally, what was recorded."""
    wait_deviation: float
    """their standard deviation."""
    longest_wait: float
    """since the beginning of the run."""
    units: float
    """units seized, stored or put."""
    units_out: float
    """units that left a store or tank; entities that gave up waiting at a resource."""
    interruptions: float
    """of resources: delays that were interrupted and resumed; of stores: puts."""
    longest_queue: float
    """since the beginning of the run."""
    queue_at_end: int
    level_at_end: int
    histogram: NDArray[np.int64] | None
    """since the beginning of the run, bins as in `layout`."""

    @property
    def utilisation(self) -> float:
        """Busy units over capacity, both averaged over time."""
        return self.level / self.capacity if self.capacity > 0 else float("nan")

    @property
    def rate(self) -> float:
        """Waits that ended per unit of time: throughput of a resource, departures of a program."""
        return self.waits / self.duration if self.duration > 0 else float("nan")

    def percentile(self, *shares: float) -> list[float]:
        """Percentiles (shares between 0 and 1) of waits, of times in a store, or of what was recorded.

        From a histogram with 16 bins to a doubling: the error is at most 2.2 % of the value (between 2^-10 and 2^21).
        """
        if self.histogram is None:
            raise ValueError(f"{self.name} keeps no histogram; say histogram=True where it is made")
        return [float(x) for x in percentiles(self.histogram, shares)]


@dataclass(frozen=True)
class Outcome:
    """One replication."""

    tables: Tables
    edges: tuple[float, ...]
    """the times between which statistics are given."""
    sums: Floats
    """float64[edge, place, 16], all sums as they stood at each edge."""
    places: NDArray[np.int64]
    """int64[edge, place, 16], the places as they stood at each edge."""
    histograms: NDArray[np.int64]
    events: int
    verbs: int
    most_alive: int
    fault: str
    """why it ended before the horizon; empty when it did not."""
    blocked: tuple[Blocked, ...]
    """those in a deadlock at the end."""

    @property
    def ended(self) -> float:
        """When."""
        return self.edges[-1]

    def at(self, name: str, first: int = 0, last: int = -1) -> At:
        """What happened at a place from edge `first` to edge `last`."""
        i = self.tables.place(name)
        start, end = self.sums[first, i], self.sums[last, i]
        duration = self.edges[last] - self.edges[first]
        d = end - start
        n = float(d[layout.WAITS])
        mean = d[layout.WAIT_SUM] / n if n else float("nan")
        variance = max(d[layout.WAIT_SQ] / n - mean * mean, 0.0) if n else float("nan")
        place = self.places[last, i]
        h = int(place[layout.HIST])
        per = duration if duration > 0 else float("nan")
        level, queue = d[layout.AREA_LEVEL] / per, d[layout.AREA_QUEUE] / per
        if place[layout.KIND] == layout.KIND_OF_ENTITY:
            level, queue = float("nan"), float("nan")
        return At(
            name=name, cause=self.tables.place_causes[i], duration=duration, level=float(level), queue=float(queue),
            blocked=float(d[layout.AREA_PUT] / per), capacity=float(d[layout.AREA_CAP] / per), waits=int(n), wait=float(mean),
            wait_deviation=float(variance**0.5), longest_wait=float(end[layout.WAIT_MAX]), units=float(d[layout.UNITS_IN]),
            units_out=float(d[layout.LEAVERS]), interruptions=float(d[layout.PUTS]), longest_queue=float(end[layout.QUEUE_MAX]),
            queue_at_end=int(place[layout.QLEN]), level_at_end=int(place[layout.LEVEL]),
            histogram=self.histograms[h * layout.BINS : (h + 1) * layout.BINS] if h >= 0 else None,
        )  # fmt: skip

    def bins(self, name: str) -> list[At]:
        """What happened at a place in every bin."""
        return [self.at(name, i, i + 1) for i in range(len(self.edges) - 1)]

    def causes(self) -> dict[str, float]:
        """Time waited, by what it is put down to: of all entities together, to get in and to put."""
        found: dict[str, float] = {}
        sums = self.sums[-1] - self.sums[0]
        for i, cause in enumerate(self.tables.place_causes):
            if self.places[-1, i, layout.KIND] not in (layout.TALLY, layout.KIND_OF_ENTITY):
                found[cause] = found.get(cause, 0.0) + float(sums[i, layout.AREA_QUEUE] + sums[i, layout.AREA_PUT])
        return found

    def growing(self, least: float = 10.0) -> list[tuple[str, float]]:
        """Queues and piles that grow and do not come back: name, and the edge from which on. The longest at the end first.

        Those who wait to get in or to put; in a store, also what lies there.

        From the last edge at which the queue was at most a tenth of what it is at the end; it counts when that is a third of the
        run ago (three bins at least), the length went with time (correlation 0.9 or more) and rose by `least`.
        """
        found = []
        times = np.array(self.edges)
        piles = np.where(self.places[:, :, layout.KIND] == layout.STOCK, self.places[:, :, layout.LEVEL], 0)
        queues = self.places[:, :, layout.QLEN] + self.places[:, :, layout.PLEN] + piles
        for i in np.flatnonzero(queues[-1] - queues.min(axis=0) >= least).tolist():
            name, lengths = self.tables.place_names[i], queues[:, i]
            small = np.flatnonzero(10 * lengths <= lengths[-1])
            since = int(small[-1]) if len(small) else 0
            bins = len(lengths) - 1 - since
            if bins < max(3, (len(lengths) - 1) // 3) or lengths[-1] - lengths[since] < least:
                continue
            if np.corrcoef(times[since:], lengths[since:])[0, 1] >= 0.9:
                found.append((int(lengths[-1]), name, self.edges[since]))
        return [(name, since) for _, name, since in sorted(found, reverse=True)]


def simulate(
    tables: Tables,
    horizon: float,
    seed: int,
    replication: int = 0,
    *,
    antithetic: bool = False,
    edges: Sequence[float] = (),
    limit: int = LIMIT,
    on_trace: Callable[[Floats, NDArray[np.int64]], None] | None = None,
    trace_rows: int = 1 << 14,
    state: State | None = None,
    pause: Callable[[], None] | None = None,
) -> Outcome:
    """One replication up to `horizon`, statistics between `edges` (none: from the start to the horizon).

    The same tables, seed and replication give the same numbers, on any number of threads. With `state` a run goes on from there.
    Every run is audited (Little's law, conservation); a failed audit raises `Inconsistent`. `pause` is called at every edge and every
    few million events; what it raises ends the run.
    """
    now = begin(tables, seed, replication, antithetic=antithetic, trace=trace_rows if on_trace else 0) if state is None else state
    if not now.now < horizon < math.inf:
        raise ValueError(f"the horizon must be a time after {now.now:g}, found {horizon}")
    cuts = [float(edge) for edge in edges] or [now.now, float(horizon)]
    if any(b <= a for a, b in itertools.pairwise(cuts)) or cuts[-1] > horizon or cuts[0] < now.now:
        raise ValueError(f"edges must rise between {now.now:g} and the horizon {horizon:g}, found {cuts}")
    sums: list[Floats] = []
    places: list[NDArray[np.int64]] = []
    reached: list[float] = []
    code, fault = layout.DONE, ""
    for cut in cuts:
        if code == layout.DONE and not (cut == 0.0 and now.now == 0.0):
            try:
                if pause is not None:
                    pause()
                code = now.advance(cut, limit, on_trace, pause)
            except TooManyEntities as full:
                code, fault = layout.FAULT, str(full)
            except KeyboardInterrupt:
                code, fault = layout.FAULT, f"stopped by hand at {now.now:g}"
        if code == layout.DRY:
            now.clock[layout.NOW] = cut
        if code == layout.FAULT and reached and now.now <= reached[-1]:
            break
        sums.append(now.settled())
        places.append(now.places.reshape(-1, PLACE).copy())
        reached.append(now.now)
        if code == layout.FAULT:
            break
    doing = where(now)
    blocked = deadlocked(now, doing) if code != layout.FAULT or fault else []
    if code == layout.FAULT:
        fault = fault or _fault(now)
    elif blocked:
        fault = f"deadlock: {'; '.join(map(str, blocked[:6]))}{f' (and {len(blocked) - 6} more)' if len(blocked) > 6 else ''}"
    if now.registers[layout.CURRENT] == 0:
        audit(now, doing)
    if len(reached) == 1:
        sums, places, reached = [np.zeros_like(sums[0]), *sums], [tables.places.reshape(-1, PLACE), *places], [0.0, *reached]
    g = now.registers
    outcome = Outcome(
        tables, tuple(reached), np.array(sums), np.array(places), now.histograms.copy(), int(g[layout.EVENTS]), int(g[layout.STEPS]),
        int(g[layout.PEAK]), fault, tuple(blocked),
    )  # fmt: skip
    return outcome


def replicate(
    tables: Tables, horizon: float, seed: int, replications: Sequence[int], outputs: Callable[[Outcome], Sequence[float]],
    threads: int = 1, **options: Any,
) -> Floats:  # fmt: skip
    """float64[replication, output], what `outputs` reads off each replication, in their order, on any number of threads.

    Raises `RuntimeError` with the fault of the first replication that did not reach the horizon.
    """

    def one(number: int) -> list[float]:
        outcome = simulate(tables, horizon, seed, number, **options)
        if outcome.fault:
            raise RuntimeError(f"replication {number}: {outcome.fault}")
        return [float(x) for x in outputs(outcome)]

    if threads <= 1:
        return np.array([one(number) for number in replications])
    with ThreadPoolExecutor(threads) as pool:
        return np.array(list(pool.map(one, replications)))


def _fault(state: State) -> str:
    g, tables = state.registers, state.tables
    row = state.entities.reshape(-1, ENTITY)[g[layout.FAULT_ENTITY]]
    who = f"{tables.place_names[row[layout.PROGRAM]]} {row[layout.SERIAL]}"
    verb = tables.verbs[row[layout.PC]]
    said = _FAULTS[int(g[layout.FAULT_KIND])].format(who=who, place=tables.place_names[g[layout.FAULT_PLACE]])
    return f"at {state.now:g}: {said} (verb {verb.name} of {verb.program})"
