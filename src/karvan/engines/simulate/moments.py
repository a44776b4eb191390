"""Means and intervals over replications of whole arrays at once, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from karvan.engines.arrays import Floats
from karvan.engines.simulate.analysis import Interval


def between(one: Floats, other: Floats) -> Floats:
    """float64[…], the means of antithetic twins; where one of them observed nothing (nan), the other."""
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, (one + other) / 2))


class Moments:
    """Number, mean, spread and largest of every entry of an array over replications (Welford 1962, Technometrics 4, 419-420).

    A replication in which nothing was observed (nan) is left out where that is so; `n` says how many were not.
    """

    def __init__(self, shape: tuple[int, ...]):
        self.n: NDArray[np.int64] = np.zeros(shape, dtype=np.int64)
        """int64[…], replications with an observation."""
        self._mean, self._squares, self._largest = np.zeros(shape), np.zeros(shape), np.full(shape, -np.inf)

    def add(self, *twins: Floats) -> None:
        """One more independent observation: an array, or antithetic twins, whose mean it is."""
        x, largest = twins[0], twins[0]
        if len(twins) == 2:
            other = twins[1]
            largest = np.fmax(x, other)
            x = between(x, other)
        seen = ~np.isnan(x)
        self.n += seen
        away = np.where(seen, x - self._mean, 0.0)
        self._mean += away / np.maximum(self.n, 1)
        self._squares += away * np.where(seen, x - self._mean, 0.0)
        np.fmax(self._largest, largest, out=self._largest)

    @property
    def mean(self) -> Floats:
        """float64[…]; nan where no replication observed anything."""
        return np.where(self.n > 0, self._mean, np.nan)

    @property
    def deviation(self) -> Floats:
        """float64[…], standard deviation between replications; nan with fewer than two."""
        return np.where(self.n > 1, np.sqrt(self._squares / np.maximum(self.n - 1, 1)), np.nan)

    @property
    def largest(self) -> Floats:
        """float64[…], over all replications; nan where no replication observed anything."""
        return np.where(self.n > 0, self._largest, np.nan)

    def half_width(self, level: float = 0.95) -> Floats:
        """float64[…], of the interval of the mean by Student's t; inf with fewer than two."""
        reach = stdtrit(np.maximum(self.n - 1, 1), 0.5 + level / 2)
        return np.where(
            self.n > 1, reach * np.sqrt(self._squares / np.maximum(self.n - 1, 1) / np.maximum(self.n, 1)), np.inf
        )

    def interval(self, where: tuple[int, ...], level: float = 0.95) -> Interval:
        """The mean of one entry with its interval."""
        n = int(self.n[where])
        if n < 2:
            return Interval(float(self._mean[where]) if n else float("nan"), float("inf"), level, n)
        squares = float(self._squares[where])
        half = float(stdtrit(n - 1, 0.5 + level / 2)) * (squares / (n - 1) / n) ** 0.5
        return Interval(float(self._mean[where]), half, level, n)
