"""Random numbers keyed by name: a change elsewhere in a case does not reshuffle them.

The stream of a name depends on the seed and the name alone (Philox keyed by SHA-256), and future i always
takes its i-th number, however many futures are asked for.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

P_LOW, P_HIGH = 0.05, 0.95
_Z = float(special.ndtri(P_HIGH))


def uniform(seed: int, name: str, futures: int, columns: int = 1) -> np.ndarray:
    """Uniform numbers in (0, 1): [future, column]; row i is the same for every number of futures."""
    key = int.from_bytes(hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()[:16], "little")
    stream = np.random.Generator(np.random.Philox(key=key))
    return np.clip(stream.random((futures, columns)), 1e-12, 1 - 1e-12)


def normal(seed: int, name: str, futures: int, columns: int = 1) -> np.ndarray:
    """Standard normal numbers keyed by name: [future, column]."""
    return np.asarray(special.ndtri(uniform(seed, name, futures, columns)))


def student(seed: int, name: str, futures: int, columns: int, freedom: float) -> np.ndarray:
    """Student's t with `freedom` degrees, scaled to variance 1: fat tails at the same spread."""
    draws = stats.t.ppf(uniform(seed, name, futures, columns), freedom)
    return np.asarray(draws * np.sqrt((freedom - 2) / freedom))


def ranged(u: np.ndarray, low: float, likely: float, high: float, shape: str) -> np.ndarray:
    """Values of a figure at the uniform numbers `u`; low and high are its 5th and 95th percentiles.

    pert, triangular: likely is the mode. lognormal: from low and high. two-point: low or high, mean likely.
    Without a range the figure is fixed.
    """
    if np.isnan(low) or np.isnan(high) or low == high:
        return np.full(u.shape, likely)
    if shape == "two-point":
        return np.where(u < (high - likely) / (high - low), low, high)
    if shape == "lognormal" and low > 0:
        middle, spread = (np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / (2 * _Z)
        return np.asarray(np.exp(middle + spread * special.ndtri(u)))
    lowest, highest = _bounds(low, likely, high, shape)
    if shape == "triangular":
        return np.asarray(stats.triang.ppf(u, (likely - lowest) / (highest - lowest), lowest, highest - lowest))
    a, b = _pert(lowest, likely, highest)
    return np.asarray(lowest + (highest - lowest) * special.betaincinv(a, b, u))


@lru_cache(maxsize=4096)
def _bounds(low: float, likely: float, high: float, shape: str) -> tuple[float, float]:
    """Ends of the distribution whose 5th and 95th percentiles are low and high, with the mode as near to likely as that allows."""
    width = high - low
    mode = (likely - low) / width  # in a range from 0 to 1, so that figures far from 0 lose no digits

    def misses(stretch: np.ndarray) -> np.ndarray:
        lowest, highest = mode - np.exp(stretch[0]), mode + np.exp(stretch[1])
        if shape == "triangular":
            found = stats.triang.ppf([P_LOW, P_HIGH], (mode - lowest) / (highest - lowest), lowest, highest - lowest)
        else:
            a, b = _pert(lowest, mode, highest)
            found = lowest + (highest - lowest) * special.betaincinv(a, b, np.array([P_LOW, P_HIGH]))
        return np.asarray(found - np.array([0.0, 1.0]))

    start = np.log(np.maximum(np.array([mode, 1.0 - mode]) * 1.4, 1e-6))
    solution = optimize.least_squares(misses, start, bounds=(-16.0, 3.0))
    return float(likely - np.exp(solution.x[0]) * width), float(likely + np.exp(solution.x[1]) * width)


def _pert(lowest: float, mode: float, highest: float) -> tuple[float, float]:
    """Shape of the beta distribution of PERT (Malcolm et al. 1959): mean (lowest + 4 mode + highest) / 6."""
    span = highest - lowest
    return 1 + 4 * (mode - lowest) / span, 1 + 4 * (highest - mode) / span
