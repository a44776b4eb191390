"""Two models under the same luck: differences of every place, by name, from pairs of replications.

Random numbers go by name, so replication k of two models with the same seed shares what they share; see `tables.key_of`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from karvan.engines.arrays import Floats
from karvan.engines.simulate.analysis import Difference
from karvan.engines.simulate.experiment import Experiment, Output
from karvan.engines.simulate.moments import between
from karvan.engines.simulate.readings import NAMES

_AT_ONCE = 32
"""places whose pairs are copied at once."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Other - base, over all the time, pair by pair."""

    base: Experiment
    other: Experiment
    numbers: NDArray[np.int64]
    """int64[pair], replications that are complete on both sides."""
    names: tuple[str, ...]
    """places that both have."""
    only_base: tuple[str, ...]
    only_other: tuple[str, ...]
    level: float
    n: NDArray[np.int64]
    """int64[place, field], pairs in which both observed something; fields as in `readings.NAMES`."""
    mean: Floats
    """float64[place, field], other - base; nan without a pair."""
    half_width: Floats
    """float64[place, field], by Student's t; inf with fewer than two pairs."""
    gain: Floats
    """float64[place, field], how many times as many independent replications the same interval would need; inf where nothing differs
    between pairs."""

    def difference(self, output: Output) -> Difference:
        """Of one output: (place, field), or one of one's own by its name."""
        return self.of(self.base.column(output), self.other.column(output))

    def waited(self) -> dict[str, Difference]:
        """Of the time waited, by what it is put down to; of causes that only one of them has, the other has waited nothing."""
        names = dict.fromkeys((*self.base.cause_names, *self.other.cause_names))
        return {name: self.of(_cause(self.base, name), _cause(self.other, name)) for name in names}

    def of(self, base: Floats, other: Floats) -> Difference:
        """Of any figures of one's own, such as a sum over places: float64[run] each, as `Experiment.column` gives them."""
        n, mean, half, gain = _differences(self._pairs(self.base, base), self._pairs(self.other, other), self.level)
        return Difference(float(mean), float(half), self.level, int(n), float(gain))

    def _pairs(self, side: Experiment, runs: Floats) -> Floats:
        return _replications(side, runs)[np.searchsorted(side.numbers, self.numbers)]


def compare(base: Experiment, other: Experiment, level: float = 0.95) -> Comparison:
    """What differs between two models, by name of place.

    `ValueError` with all that is wrong when the two do not share their luck: seed, antithetic or not, begin and end. One in twenty
    of many intervals at 0.95 leaves out the truth; whoever reads m of them takes level 1 - 0.05 / m (Bonferroni).
    """
    faults = [
        f"{what} must be the same on both sides, found {one} and {two}"
        for what, one, two in (
            ("the seed", base.seed, other.seed),
            ("antithetic", base.antithetic, other.antithetic),
            ("the begin", base.edges[0], other.edges[0]),
            ("the end", base.edges[-1], other.edges[-1]),
        )
        if one != two
    ]
    if faults:
        raise ValueError("; ".join(faults))
    numbers = np.intersect1d(base.numbers, other.numbers)
    there = set(other.kept)
    names = tuple(name for name in base.kept if name in there)
    mine, columns = set(names), [{name: i for i, name in enumerate(side.kept)} for side in (base, other)]
    parts = []
    for first in range(0, len(names), _AT_ONCE):
        both = [
            _replications(side, side.values[:, [column[name] for name in names[first : first + _AT_ONCE]]])[np.searchsorted(side.numbers, numbers)]
            for side, column in zip((base, other), columns, strict=True)
        ]
        parts.append(_differences(both[0], both[1], level))
    n, mean, half, gain = (np.concatenate(each) for each in zip(*parts, strict=True)) if parts else (np.zeros((0, len(NAMES))),) * 4
    return Comparison(
        base, other, numbers, names, tuple(name for name in base.kept if name not in mine),
        tuple(name for name in other.kept if name not in mine), level, n.astype(np.int64), mean, half, gain,
    )  # fmt: skip


def _cause(side: Experiment, name: str) -> Floats:
    return (
        np.asarray(side.causes[:, side.cause_names.index(name)])
        if name in side.cause_names
        else np.zeros(len(side.causes))
    )


def _replications(side: Experiment, runs: Floats) -> Floats:
    """float64[replication, …] of float64[run, …]: the means of antithetic pairs."""
    return between(runs[0::2], runs[1::2]) if side.antithetic else runs


def _differences(base: Floats, other: Floats, level: float) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    """Number of pairs, mean, half-width and gain of float64[pair, …], nan left out."""
    change = other - base
    seen = ~np.isnan(change)
    n = seen.sum(axis=0)

    def spread(x: Floats) -> tuple[Floats, Floats]:
        middle = np.where(seen, x, 0.0).sum(axis=0) / np.maximum(n, 1)
        return middle, (np.where(seen, x - middle, 0.0) ** 2).sum(axis=0) / np.maximum(n - 1, 1)

    mean, variance = spread(change)
    half = np.where(
        n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * np.sqrt(variance / np.maximum(n, 1)), np.inf
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(variance > 0, (spread(base)[1] + spread(other)[1]) / variance, np.inf)
    return n, np.where(n > 0, mean, np.nan), half, np.where(n > 1, gain, np.nan)
