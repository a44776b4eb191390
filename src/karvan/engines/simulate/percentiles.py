"""Percentiles out of histograms: of one replication, and of all of them together with an interval.

Entities of one replication are not independent (who waits behind a long queue waits long), replications are. So an interval that
counted entities would be far too narrow, and the mean of the percentiles of replications would keep the bias of a small sample.
Here a replication is a cluster of entities: the pooled histogram gives the percentile, the spread of the clusters gives the error
of the share below it, and the ends are where the pooled histogram reaches that share plus and minus its error (Woodruff 1952,
JASA 47, 635-646, on clusters). No density is estimated, and sums suffice: any percentile can be asked for afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout

_UPPER = np.concatenate(
    [[0.0], 2.0 ** (layout.FIRST_OCTAVE + np.arange(1, layout.BINS - 1) / layout.PER_OCTAVE), [math.inf]]
)
_LOWER = np.concatenate([[0.0, 0.0], _UPPER[1:-1]])
_MIDDLE = np.concatenate([[0.0], 2.0 ** (layout.FIRST_OCTAVE + (np.arange(1, layout.BINS) - 0.5) / layout.PER_OCTAVE)])


def percentiles(histograms: NDArray[np.int64], shares: Sequence[float]) -> Floats:
    """float64[…, share], percentiles of histograms int64[…, bin]; nan where nothing was counted.

    16 bins to a doubling: the error is at most 2.2 % of the value (between 2^-10 and 2^21).
    """
    return cumulative_percentiles(np.cumsum(histograms, axis=-1), shares)


def cumulative_percentiles(upto: NDArray[np.int64] | Floats, shares: Sequence[float]) -> Floats:
    total = upto[..., -1]
    found = np.empty((*total.shape, len(shares)))
    for i, share in enumerate(shares):
        bins = (upto < np.maximum(share * total, 1.0)[..., None]).sum(axis=-1)
        found[..., i] = np.where(total > 0, _MIDDLE[np.minimum(bins, layout.BINS - 1)], math.nan)
    return found


@dataclass(frozen=True)
class Percentile:
    """A percentile of all observations of all replications with its confidence interval."""

    share: float
    value: float
    low: float
    """lower end, the width of a bin included; 0 where there are too few replications to give one."""
    high: float
    """upper end; inf where there are too few replications to give one."""
    level: float
    observations: int
    n: int
    """replications."""


class Pooled:
    """Running sums of the histograms of replications: three numbers a bin, however many replications."""

    def __init__(self, histograms: int):
        self.n = 0
        self._below = np.zeros((histograms, layout.BINS))
        self._squares = np.zeros((histograms, layout.BINS))
        self._products = np.zeros((histograms, layout.BINS))

    def add(self, upto: NDArray[np.int64]) -> None:
        """One more replication: int64[histogram, bin], cumulative counts."""
        below = upto.astype(np.float64)
        self.n += 1
        self._below += below
        self._squares += below * below
        self._products += below * below[:, -1:]

    def counts(self, histogram: int) -> NDArray[np.int64]:
        """int64[bin], all replications together, bins as in `layout`."""
        return np.diff(self._below[histogram], prepend=0.0).astype(np.int64)

    def percentile(self, histogram: int, share: float, level: float = 0.95) -> Percentile:
        """The percentile of all observations, and its interval over replications."""
        if not 0 < share < 1:
            raise ValueError(f"a percentile is a share between 0 and 1, found {share}")
        below = self._below[histogram]
        total = float(below[-1])
        if total == 0:
            return Percentile(share, math.nan, 0.0, math.inf, level, 0, self.n)
        value = float(cumulative_percentiles(below, [share])[0])
        if self.n < 2:
            return Percentile(share, value, 0.0, math.inf, level, int(total), self.n)
        b = int(np.searchsorted(below, max(share * total, 1.0)))
        reached = below[b] / total
        squares = (
            self._squares[histogram, b]
            - 2 * reached * self._products[histogram, b]
            + reached**2 * self._squares[histogram, -1]
        )
        error = math.sqrt(max(float(squares), 0.0) * self.n / (self.n - 1)) / total
        reach = float(stdtrit(self.n - 1, 0.5 + level / 2)) * error
        low = high = b
        if reach > 0:
            low = min(b, int(np.searchsorted(below, (share - reach) * total)))
            high = max(b, int(np.searchsorted(below, (share + reach) * total)))
        return Percentile(
            share, value, 0.0 if share - reach <= 0 else float(_LOWER[low]), math.inf if share + reach > 1 else float(_UPPER[high]), level,
            int(total), self.n,
        )  # fmt: skip
