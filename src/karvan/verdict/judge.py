"""From a target and the sampled values of its measure to a verdict.

Words (decision 17): kept and missed only with an observation at the due date; due without one says so; else by
probability: on course from 0.67, off course below 0.33, in doubt between. Without a number, or without a date,
a target cannot be judged, and what is missing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy import special

ON_COURSE, OFF_COURSE = 0.67, 0.33
INTERVAL = 0.90


class Word(StrEnum):
    KEPT = "kept"
    ON_COURSE = "on course"
    IN_DOUBT = "in doubt"
    OFF_COURSE = "off course"
    MISSED = "missed"
    UNSEEN = "due, outcome not seen"
    NO_NUMBER = "cannot be judged"
    NO_DATE = "cannot be judged (no date)"


@dataclass(frozen=True)
class Binding:
    """What held a target back, and in which share of the futures that miss it."""

    what: str
    share: float


@dataclass(frozen=True)
class Judgement:
    """The numbers of a verdict.

    probability, low, high  that the target is kept, with its Monte-Carlo interval (Wilson 1927, 90 %)
    median, p5, p95         of the measure at the due date, in its canonical unit; years with decimals for dates
    reached                 P10, P50, P90 of the year in which the promise is first true; None beyond the horizon
    reached_share           share of futures in which it is true within the horizon
    """

    word: Word
    probability: float | None = None
    probability_low: float | None = None
    probability_high: float | None = None
    median: float | None = None
    p5: float | None = None
    p95: float | None = None
    reached: tuple[float | None, float | None, float | None] = (None, None, None)
    reached_share: float | None = None
    binds: tuple[Binding, ...] = field(default=())


def word_of(probability: float) -> Word:
    """The verdict word of a probability."""
    if probability >= ON_COURSE:
        return Word.ON_COURSE
    return Word.OFF_COURSE if probability < OFF_COURSE else Word.IN_DOUBT


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 90 % interval of a share (Wilson 1927): what more futures could still move."""
    z = float(special.ndtri(0.5 + INTERVAL / 2))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = float(middle - half) if successes else 0.0  # exactly 0, and not the last digit of a difference
    high = float(middle + half) if successes < trials else 1.0
    return low, high


def paths(values: np.ndarray, years: range, goal: float, op: str, due_year: int | None, sustained: bool) -> tuple[Judgement, np.ndarray]:
    """The judgement of a target on a yearly measure, values[future, year], and which futures keep it (None due: none).

    A flow counts in the calendar year of its due date; reached once counts unless `sustained`.
    """
    true = values >= goal if op == ">=" else values <= goal
    first = np.where(true.any(axis=1), np.array(years)[true.argmax(axis=1)], np.inf)
    reached, share = reached_years(first)
    if due_year is None:
        return Judgement(Word.NO_DATE, reached=reached, reached_share=share), np.zeros(len(values), dtype=bool)
    at = due_year - years[0]
    kept = np.asarray(true[:, at] if sustained else true[:, : at + 1].any(axis=1))
    return _judged(kept, values[:, at], reached, share), kept


def dates(delivered: np.ndarray, due: float | None, horizon: float, never: float) -> tuple[Judgement, np.ndarray]:
    """The judgement of a target on a date, delivered[future] as decimal years, and which futures keep it."""
    first = np.where(delivered < horizon, delivered, np.inf)
    reached, share = reached_years(first)
    if due is None:
        return Judgement(Word.NO_DATE, reached=reached, reached_share=share), np.zeros(len(delivered), dtype=bool)
    kept = delivered <= due
    return _judged(kept, np.where(delivered >= never, np.inf, delivered), reached, share), kept


def _judged(kept: np.ndarray, values: np.ndarray, reached: tuple[float | None, ...], share: float) -> Judgement:
    probability = float(kept.mean())
    low, high = wilson(int(kept.sum()), len(kept))
    p5, median, p95 = (finite(float(np.quantile(values, q, method="higher"))) for q in (0.05, 0.5, 0.95))
    return Judgement(word_of(probability), probability, low, high, median, p5, p95, (reached[0], reached[1], reached[2]), share)


def reached_years(first: np.ndarray) -> tuple[tuple[float | None, float | None, float | None], float]:
    """P10, P50 and P90 of the year reached (None: beyond the horizon), and the share of futures that reach it."""
    quantiles = tuple(finite(float(np.quantile(first, q, method="higher"))) for q in (0.1, 0.5, 0.9))
    return (quantiles[0], quantiles[1], quantiles[2]), float(np.isfinite(first).mean())


def finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
