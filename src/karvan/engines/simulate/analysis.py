"""What do some replications say about all of them? Intervals, differences, when to stop, when the start is forgotten.

A run of some years is terminating: it starts where the world stands, and nothing is cut off. Only for steady-state questions does
`forgotten` say how much of the start to leave out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, stdtrit

from karvan.engines.arrays import Floats

LEAST = 20
"""replications before a sequential rule may stop: with fewer an interval covers too seldom, of a skewed output even with 20
(.91 of .95; benchmarks/simulation/intervals.py)."""


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval."""

    mean: float
    half_width: float
    level: float
    n: int

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width


@dataclass(frozen=True)
class Difference(Interval):
    """What a change does, from pairs of replications with the same random numbers."""

    gain: float
    """how many times as many independent replications would be needed for the same interval."""


def interval(values: Sequence[float] | Floats, level: float = 0.95) -> Interval:
    """The mean of independent replications and its interval by Student's t; half-width inf for one value."""
    x = _column(values)
    n = len(x)
    if n < 2:
        return Interval(float(x.mean()), math.inf, level, n)
    return Interval(float(x.mean()), _student(n - 1, level) * float(np.std(x, ddof=1)) / math.sqrt(n), level, n)


def difference(base: Sequence[float] | Floats, other: Sequence[float] | Floats, level: float = 0.95) -> Difference:
    """other - base, pair by pair. Both must come from the same seed and replication numbers."""
    a, b = _column(base), _column(other)
    if len(a) != len(b):
        raise ValueError(f"pairs are needed: {len(a)} and {len(b)} replications")
    found = interval(b - a, level)
    spread = float(np.var(b - a))
    gain = float(np.var(a) + np.var(b)) / spread if spread > 0 else math.inf
    return Difference(found.mean, found.half_width, level, found.n, gain)


def antithetic(values: Sequence[float] | Floats, twins: Sequence[float] | Floats, level: float = 0.95) -> Interval:
    """The mean over replications and their antithetic twins; the pairs are the independent observations."""
    a, b = _column(values), _column(twins)
    if len(a) != len(b):
        raise ValueError(f"pairs are needed: {len(a)} replications and {len(b)} twins")
    return interval((a + b) / 2, level)


def percentile(values: Sequence[float] | Floats, share: float, level: float = 0.95) -> tuple[float, float, float]:
    """A percentile over replications, and an interval for it from order statistics (no distribution assumed).

    The ends are -inf or inf where there are too few replications to give one.
    """
    x = np.sort(_column(values))
    n, tail = len(x), (1 - level) / 2
    below = bdtr(np.arange(n), n, share)  # P(at most k observations lie below the percentile)
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.searchsorted(below, 1 - tail, side="left"))
    return float(np.quantile(x, share)), float(x[low - 1]) if low > 0 else -math.inf, float(x[high]) if high < n else math.inf


def prediction(values: Sequence[float] | Floats, level: float = 0.9) -> tuple[float, float]:
    """Where the next replication falls with this probability: the risk, not the error of the mean.

    Between two order statistics where there are replications enough (19 for 0.9), which assumes no distribution (Wilks 1941, Ann.
    Math. Statist. 12, 91-96); with fewer by Student's t.
    """
    x = _column(values)
    n = len(x)
    tail = math.floor((n + 1) * (1 - level) / 2 + 1e-9)  # of n + 1 equally likely places of the next one
    if tail >= 1:
        ordered = np.sort(x)
        return float(ordered[tail - 1]), float(ordered[n - tail])
    if n < 2:
        return -math.inf, math.inf
    reach = _student(n - 1, level) * float(np.std(x, ddof=1)) * math.sqrt(1 + 1 / n)
    return float(x.mean()) - reach, float(x.mean()) + reach


def until_precise(
    more: Callable[[range], Floats], relative: float, *, least: int = LEAST, most: int = 100_000, level: float = 0.95
) -> tuple[Floats, list[Interval]]:
    """Replicate until the half-width of every output is `relative` times its mean or less.

    `more` gives float64[replication, output] for a range of replication numbers. Law's correction is applied: the interval must
    reach relative / (1 + relative). Gives all replications and the intervals; they are wider than asked only after `most`.
    """
    if not relative > 0:
        raise ValueError(f"the relative half-width must be > 0, found {relative}")
    if least < LEAST:
        raise ValueError(f"at least {LEAST} replications are needed before a rule may stop, found {least}")
    found = np.asarray(more(range(least)), dtype=np.float64)
    while True:
        intervals = [interval(column, level) for column in found.T]
        n = len(found)
        wanted = max((replications_for(each, relative, n, most) for each in intervals), default=n)
        if wanted <= n:
            return found, intervals
        found = np.vstack([found, more(range(n, wanted))])


def replications_for(found: Interval, relative: float, n: int, most: int) -> int:
    """How many replications there should be after `n` for a half-width of `relative` times the mean; `n` itself when it is enough.

    Law's correction: the interval must reach relative / (1 + relative). Fewer than the formula says are added at a time, and at most
    as many as there are, so that a spread that was small by luck is seen again.
    """
    ratio = found.half_width / abs(found.mean) if found.mean else (math.inf if found.half_width else 0.0)
    asked = relative / (1 + relative)
    if ratio <= asked or n >= most:
        return n
    wanted = most if not ratio < math.inf else math.ceil(n * (ratio / asked) ** 2 * 0.9)
    return min(max(wanted, n + 5), 2 * n, most)


def forgotten(series: Floats) -> int:
    """How many observations at the start a steady-state question leaves out: MSER-5 of the mean over replications.

    `series` float64[replication, observation]. White 1997: cut where the squared error of the mean of what remains is least, in
    batches of 5. The average over replications gives one cut for all; a cut of each on its own is correlated with its data and
    biases the mean. `ValueError` when the least lies in the second half: the run is too short to tell.
    """
    mean = np.atleast_2d(series).mean(axis=0)
    n = len(mean) // 5
    if n < 10:
        raise ValueError(f"at least 50 observations are needed to see a start, found {len(mean)}")
    batches = mean[: 5 * n].reshape(n, 5).mean(axis=1)
    errors = np.array([float(np.var(batches[cut:])) / (n - cut) for cut in range(n - 5)])
    cut = int(np.argmin(errors))
    if cut >= n // 2:
        raise ValueError("the start is not forgotten in the first half of the run: simulate longer")
    return 5 * cut


def _student(freedom: int, level: float) -> float:
    return float(stdtrit(freedom, 0.5 + level / 2))


def _column(values: Sequence[float] | Floats) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or len(x) == 0 or not np.isfinite(x).all():
        raise ValueError("one finite number per replication is needed")
    return x
