"""The clock of a played year: it begins some weeks before 1 January, so that the corridor is full when counting starts."""

from __future__ import annotations

import numpy as np

HOUR_A_DAY = 24.0
DAYS = 365
YEAR = DAYS * HOUR_A_DAY
MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LEAD_DAYS = 61
"""November and December before the year: longer than a door-to-door time, and what autumn leaves behind is there in January."""
LEAD = LEAD_DAYS * HOUR_A_DAY
_MONTH_OF_DAY = np.repeat(np.arange(12), MONTH_LENGTHS)


def edges(years: int = 1) -> list[float]:
    """The ends of the months of the last of `years` that are played in a row, in hours of the clock; the first is its 1 January."""
    days = np.concatenate([[0], np.cumsum(MONTH_LENGTHS)]) + DAYS * (years - 1)
    return [LEAD + HOUR_A_DAY * float(day) for day in days]


def by_day(of_months: np.ndarray) -> list[float]:
    """A profile of twelve months as 365 days from the start of the clock on."""
    return [float(x) for x in np.roll(np.asarray(of_months)[_MONTH_OF_DAY], LEAD_DAYS)]
