"""Many replications of one model: means with intervals for every place and bin, percentiles, risk, causes, and what went wrong.

Replications that did not reach the horizon are kept apart with their sentences and enter no mean. The order of replications is
that of their numbers whatever the threads, so the numbers are the same to the last bit.
"""

from __future__ import annotations

import itertools
import math
import statistics
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.analysis import LEAST, Interval, interval, prediction, replications_for
from karvan.engines.simulate.moments import Moments, between
from karvan.engines.simulate.percentiles import Percentile, Pooled
from karvan.engines.simulate.readings import FIELDS, NAMES, Readings, Shape, read
from karvan.engines.simulate.run import LIMIT, Outcome, simulate
from karvan.engines.simulate.tables import Tables

HOPELESS = 20
"""replications that all fail until no more are run."""
MOST = 2_000
"""replications at most where a half-width is asked for."""
ROOM = 2 << 30
"""bytes that the figures of all replications may take."""

T = TypeVar("T")


class CannotRun(ValueError):
    """What is asked of an experiment cannot be done; says all that is wrong with it."""


Output = str | tuple[str, str]
"""a figure of one's own, by name, or (place, field)."""


@dataclass(frozen=True)
class Failed:
    """A replication that did not reach the horizon."""

    replication: int
    twin: bool
    """of an antithetic pair, the twin."""
    time: float
    fault: str


@dataclass(frozen=True)
class Growing:
    """A queue that grows without coming back, in some replications at least (`Outcome.growing`)."""

    name: str
    replications: int
    """in how many, those that failed included."""
    of: int
    since: float
    """the edge from which on it grows: the median over those replications."""
    earliest: float


@dataclass(frozen=True)
class Reached:
    """How precise an output is that a half-width was asked for."""

    output: Output
    relative: float
    """half-width over mean, as asked."""
    interval: Interval
    reached: bool

    @property
    def found(self) -> float:
        """Half-width over mean, as found."""
        if self.interval.half_width == 0:
            return 0.0
        return self.interval.half_width / abs(self.interval.mean) if self.interval.n and self.interval.mean else math.inf


@dataclass(frozen=True, eq=False)
class Experiment:
    """What replications say together."""

    tables: Tables
    seed: int
    edges: tuple[float, ...]
    antithetic: bool
    numbers: NDArray[np.int64]
    """int64[replication], those that are complete; positions of arrays are those of this list."""
    asked: int
    """how many replications were to be run."""
    stopped: bool
    """by hand, before all were run."""
    kept: tuple[str, ...]
    """places whose figures are kept for every replication."""
    values: Floats
    """float64[run, kept place, field], fields as in `readings.NAMES`, over all the time. A replication is one run, or, when antithetic,
    two that follow one another: itself and its twin."""
    own: Mapping[str, Floats]
    """name -> float64[run], figures of one's own."""
    causes: Floats
    """float64[run, cause], time waited by all entities together, by what it is put down to."""
    cause_names: tuple[str, ...]
    whole: Moments
    """[place, field], all places over all the time."""
    bins: Moments
    """[bin, place, field], as in `readings.FIELDS`."""
    causes_by_bin: Moments
    """[bin, cause]."""
    pooled: Pooled
    """histograms of all runs together."""
    failed: tuple[Failed, ...]
    growing: tuple[Growing, ...]
    """those first that grow in most replications."""
    until: tuple[Reached, ...]
    """what was asked for to stop, and how precise it is now."""

    @property
    def complete(self) -> int:
        """Replications that reached the horizon."""
        return len(self.numbers)

    @property
    def said(self) -> str:
        """How it ended, in words; empty when all replications that were asked for are there and as precise as asked."""
        parts = []
        if self.stopped:
            parts.append(f"stopped by hand after {self.complete + self._n_failed} of {self.asked} replications")
        if self.failed:
            first = self.failed[0]
            run = self.complete + self._n_failed
            so = "" if self.complete or self.stopped or run == self.asked else f", so the other {self.asked - run} were not run"
            parts.append(
                f"{self.complete or 'none'} of {run} replications reached the horizon{so}; replication {first.replication}: {first.fault}"
            )
        for each in self.until:
            if not each.reached:
                name = each.output if isinstance(each.output, str) else " of ".join(reversed(each.output))
                found = f"half-width {each.found:.2%} of the mean" if each.found < math.inf else "no half-width in proportion to a mean"
                parts.append(f"{name}: {found} after {self.complete} replications, {each.relative:.2%} was asked")
        return "; ".join(parts)

    @property
    def _n_failed(self) -> int:
        return len({each.replication for each in self.failed})

    def column(self, output: Output) -> Floats:
        """float64[run], one figure of every run, nan where nothing was observed: (place, field), or one's own by its name."""
        if isinstance(output, str):
            if output not in self.own:
                raise KeyError(f"there is no output {output!r}; there are {', '.join(self.own) or 'none'}")
            return self.own[output]
        name, field = output
        self.tables.place(name)
        if name not in self.kept:
            raise KeyError(f"the replications of {name} were not kept one by one; name it in `keep`")
        return np.asarray(self.values[:, self.kept.index(name), _field(field, NAMES)])

    def independent(self, runs: Floats) -> Floats:
        """float64[replication], of float64[run]: the same, or the means of antithetic pairs; without those that observed nothing."""
        return _independent(runs, self.antithetic)

    def interval(self, name: str, field: str, bin: int | None = None, level: float = 0.95) -> Interval:
        """The mean of a field of a place over replications, in one bin or over all the time; `n` counts those that observed any."""
        i = self.tables.place(name)
        if bin is None:
            return self.whole.interval((i, _field(field, NAMES)), level)
        return self.bins.interval((bin, i, _field(field, tuple(FIELDS))), level)

    def waited(self, bin: int | None = None, level: float = 0.95) -> dict[str, Interval]:
        """Time waited by what it is put down to, of all entities together, mean over replications."""
        if bin is not None:
            return {name: self.causes_by_bin.interval((bin, i), level) for i, name in enumerate(self.cause_names)}
        return {name: _mean(self.independent(self.causes[:, i]), level) for i, name in enumerate(self.cause_names)}

    def mean(self, output: Output, level: float = 0.95) -> Interval:
        """The mean of an output over replications."""
        return _mean(self.independent(self.column(output)), level)

    def percentile(self, name: str, share: float, level: float = 0.95) -> Percentile:
        """A percentile of all observations at a place that keeps a histogram, since the beginning of the run."""
        return self.pooled.percentile(self._histogram(name), share, level)

    def histogram(self, name: str) -> NDArray[np.int64]:
        """int64[bin], all runs together, bins as in `layout`."""
        return self.pooled.counts(self._histogram(name))

    def prediction(self, output: Output, level: float = 0.9) -> tuple[float, float]:
        """Where the figure of one more run falls with this probability: the risk, not the error of the mean."""
        runs = self.column(output)
        x = runs[~np.isnan(runs)]
        if len(x) == 0:
            return -math.inf, math.inf
        return prediction(x, level)

    def _histogram(self, name: str) -> int:
        h = int(self.tables.places.reshape(-1, layout.PLACE)[self.tables.place(name), layout.HIST])
        if h < 0:
            raise ValueError(f"{name} keeps no histogram; say histogram=True where it is made")
        return h


def experiment(
    tables: Tables,
    horizon: float,
    seed: int,
    replications: int = 100,
    *,
    edges: Sequence[float] = (),
    threads: int = 2,
    antithetic: bool = False,
    until: Mapping[Output, float] | None = None,
    most: int = MOST,
    outputs: Mapping[str, Callable[[Outcome], float]] | None = None,
    keep: Sequence[str] | None = None,
    limit: int = LIMIT,
    progress: Callable[[int, int], None] | None = None,
) -> Experiment:
    """Replications 0 … `replications` - 1 of a model up to `horizon`, with statistics between `edges`.

    `antithetic` adds to every replication its twin with mirrored random numbers; the pair is then the independent observation.
    `until` gives outputs a relative half-width: from `replications` on (20 at least) more are run until all are reached, with Law's
    correction, or `most`. `outputs` are figures of one's own, read off every run by several threads. `keep` names the places whose
    figures are kept for every replication (all). `progress` gets how many are done and how many are to be. Ctrl-C, or a
    KeyboardInterrupt from `progress`, ends the experiment and keeps what is complete. When the first 20 replications all fail no more
    are run. Raises `CannotRun` for what cannot be asked, and whatever an output raises.
    """
    run = _Run(tables, horizon, seed, edges, antithetic, dict(outputs or {}), keep, limit)
    asked = dict(until or {})
    _check(replications, asked, most, threads, run)
    total, halted = replications, False
    while True:
        halted = run.extend(total, threads, progress)
        if halted or run.hopeless or not asked:
            break
        further = max(
            replications_for(run.observed(output), relative, total, most) for output, relative in asked.items()
        )
        if further <= total:
            break
        total = further
    return run.result(total, halted, asked)


class _Halted(Exception):  # no error: tells a worker to stop
    pass


class _Run:
    """An experiment while it goes on."""

    def __init__(
        self, tables: Tables, horizon: float, seed: int, edges: Sequence[float], antithetic: bool,
        outputs: Mapping[str, Callable[[Outcome], float]], keep: Sequence[str] | None, limit: int,
    ):  # fmt: skip
        self.tables, self.seed, self.antithetic, self.outputs = tables, seed, antithetic, outputs
        self.horizon, self.limit = horizon, limit
        self.edges = tuple(float(edge) for edge in edges) or (0.0, float(horizon))
        self.shape = Shape.of(tables)
        kept = range(tables.n_places) if keep is None else sorted({tables.place(name) for name in keep})
        self.kept = np.array(kept, dtype=np.int64)
        self.names = tuple(tables.place_names[i] for i in kept)
        bins = max(len(self.edges) - 1, 1)
        self.whole = Moments((tables.n_places, len(NAMES)))
        self.bins = Moments((bins, tables.n_places, len(FIELDS)))
        self.causes_by_bin = Moments((bins, len(self.shape.causes)))
        self.pooled = Pooled(len(self.shape.histograms))
        self.values = np.empty((0, len(self.kept), len(NAMES)))
        self.rows = 0
        self.own: dict[str, list[float]] = {name: [] for name in outputs}
        self.causes: list[Floats] = []
        self.numbers: list[int] = []
        self.done = 0
        self.failed: list[Failed] = []
        self.grows: dict[str, list[float]] = {}

    @property
    def runs(self) -> int:
        """Runs of one replication."""
        return 2 if self.antithetic else 1

    @property
    def hopeless(self) -> bool:
        """Whether so many failed, and nothing else, that no more are run."""
        return not self.numbers and self.done >= HOPELESS

    def extend(self, total: int, threads: int, progress: Callable[[int, int], None] | None) -> bool:
        """Run replications until there are `total`; whether it was stopped by hand."""
        grown = np.empty((total * self.runs, len(self.kept), len(NAMES)))
        grown[: self.rows] = self.values[: self.rows]
        self.values = grown
        try:
            # A thread of its own takes them in: Ctrl-C comes to this one, and cannot leave a replication half taken in.
            with closing(_in_order(self.one, range(self.done, total), threads)) as found, ThreadPoolExecutor(1) as clerk:
                for number, twins in found:
                    _result(clerk.submit(self.add, number, twins))
                    if progress is not None:
                        progress(self.done, total)
                    if self.hopeless:
                        break
        except KeyboardInterrupt:
            return True
        return False

    def one(self, number: int, halt: threading.Event) -> list[_Seen]:
        """A replication, and its twin."""

        def pause() -> None:
            if halt.is_set():
                raise _Halted

        found = []
        for twin in range(self.runs):
            outcome = simulate(
                self.tables,
                self.horizon,
                self.seed,
                number,
                antithetic=bool(twin),
                edges=self.edges,
                limit=self.limit,
                pause=pause,
            )
            grows = outcome.growing()
            if outcome.fault:
                found.append(_Seen(Failed(number, bool(twin), outcome.ended, outcome.fault), None, {}, grows))
                break
            own = {name: float(each(outcome)) for name, each in self.outputs.items()}
            found.append(_Seen(None, read(outcome, self.shape), own, grows))
        return found

    def add(self, number: int, twins: list[_Seen]) -> None:
        """Take in one replication."""
        self.done += 1
        grows: dict[str, float] = {}
        for seen in twins:
            for name, since in seen.grows:
                grows[name] = min(since, grows.get(name, math.inf))
        for name, since in grows.items():
            self.grows.setdefault(name, []).append(since)
        self.failed += [seen.failed for seen in twins if seen.failed is not None]
        readings = [seen.readings for seen in twins if seen.readings is not None]
        if len(readings) < self.runs:
            return
        for seen, each in zip(twins, readings, strict=True):
            self.values[self.rows] = each.whole[self.kept]
            self.rows += 1
            self.causes.append(each.causes)
            for name, value in seen.own.items():
                self.own[name].append(value)
        self.whole.add(*(each.whole for each in readings))
        self.bins.add(*(each.bins for each in readings))
        self.causes_by_bin.add(*(each.causes_by_bin for each in readings))
        self.pooled.add(np.sum([each.below for each in readings], axis=0))
        self.numbers.append(number)

    def observed(self, output: Output) -> Interval:
        """The mean of an output up to now."""
        if isinstance(output, tuple):
            return self.whole.interval((self.tables.place(output[0]), _field(output[1], NAMES)))
        return _mean(_independent(np.array(self.own[output]), self.antithetic))

    def result(self, asked: int, stopped: bool, until: Mapping[Output, float]) -> Experiment:
        """What is there."""
        reached = []
        for output, relative in until.items():
            found = Reached(output, relative, self.observed(output), False)
            reached.append(
                Reached(
                    output,
                    relative,
                    found.interval,
                    found.interval.n >= LEAST and found.found <= relative / (1 + relative),
                )
            )
        growing = [
            Growing(name, len(times), self.done, statistics.median_low(times), min(times))
            for name, times in self.grows.items()
        ]
        return Experiment(
            self.tables, self.seed, self.edges, self.antithetic, np.array(self.numbers, dtype=np.int64), asked, stopped, self.names,
            self.values[: self.rows], {name: np.array(values) for name, values in self.own.items()},
            np.array(self.causes).reshape(-1, len(self.shape.causes)), self.shape.causes, self.whole, self.bins, self.causes_by_bin,
            self.pooled, tuple(self.failed), tuple(sorted(growing, key=lambda each: (-each.replications, each.since, each.name))),
            tuple(reached),
        )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What comes back from one run."""

    failed: Failed | None
    readings: Readings | None
    own: dict[str, float]
    grows: list[tuple[str, float]]


def _in_order(
    one: Callable[[int, threading.Event], list[_Seen]], numbers: range, threads: int
) -> Generator[tuple[int, list[_Seen]]]:
    """Replications in the order of their numbers, a few of them ahead; those that still run when it is closed are stopped."""
    halt = threading.Event()
    waiting: deque[tuple[int, Future[list[_Seen]]]] = deque()
    left = iter(numbers)
    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in itertools.islice(left, threads + 2):
                waiting.append((number, pool.submit(one, number, halt)))
            while waiting:
                number, future = waiting.popleft()
                found = _result(future)
                for another in itertools.islice(left, 1):
                    waiting.append((another, pool.submit(one, another, halt)))
                yield number, found
        finally:
            halt.set()
            for _, future in waiting:
                future.cancel()


def _result(future: Future[T]) -> T:
    while wait([future], timeout=0.2).not_done:  # a wait without end is deaf to Ctrl-C on some systems
        pass
    return future.result()


def _independent(runs: Floats, antithetic: bool) -> Floats:
    x = between(runs[0::2], runs[1::2]) if antithetic else runs
    return np.asarray(x[~np.isnan(x)])


def _mean(values: Floats, level: float = 0.95) -> Interval:
    """As `analysis.interval`, and of nothing at all: nan with an infinite half-width."""
    return interval(values, level) if len(values) else Interval(math.nan, math.inf, level, 0)


def _field(name: str, among: Sequence[str]) -> int:
    if name not in among:
        raise KeyError(f"there is no field {name!r} here; there are {', '.join(among)}")
    return among.index(name)


def _check(replications: int, until: Mapping[Output, float], most: int, threads: int, run: _Run) -> None:
    """Raise with all that cannot be asked."""
    faults = []
    if replications < 1:
        faults.append(f"at least one replication is needed, found {replications}")
    if threads < 1:
        faults.append(f"at least one thread is needed, found {threads}")
    for output, relative in until.items():
        if not 0 < relative < math.inf:
            faults.append(f"the relative half-width of {output} must be > 0, found {relative}")
        if isinstance(output, str):
            if output not in run.outputs:
                faults.append(f"there is no output {output!r} to stop by; there are {', '.join(run.outputs) or 'none'}")
        elif output[0] not in run.tables.place_names or output[1] not in NAMES:
            faults.append(
                f"there is no {output[1]!r} of a place {output[0]!r} to stop by; fields are {', '.join(NAMES)}"
            )
    if until and replications < LEAST:
        faults.append(f"at least {LEAST} replications are needed before a rule may stop, found {replications}")
    if until and most < replications:
        faults.append(f"{most} replications at most are fewer than the first {replications}")
    size = (max(most, replications) if until else replications) * run.runs * len(run.kept) * len(NAMES) * 8
    if size > ROOM:
        faults.append(
            f"the figures of {len(run.kept)} places for every replication would take {size / 2**30:.1f} GiB; ask for fewer replications"
            " or name in `keep` the places whose replications are needed one by one"
        )
    if faults:
        raise CannotRun("; ".join(faults))
