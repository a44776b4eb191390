"""When do shocks strike, and for which share of each year? Poisson onsets, lognormal lengths."""

from __future__ import annotations

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.verdict import draws
from karvan.verdict.delivery import decimal_year

_DAYS = 365.0
_HIGHEST = 1.0 - 1e-9


def sample(corridor: Corridor, seed: int, futures: int) -> dict[str, np.ndarray]:
    """Per shock: the share of every modelled year in which it holds, [future, year]: from today on, and since it began if it runs today.

    A shock that runs today holds until about `active_until`, and may strike again afterwards; what it took of the first
    modelled year before today, from `active_since` on, is no draw and counts in full. Where two onsets of one shock
    overlap, the days count once.
    """
    years = corridor.settings.years
    today = max(float(decimal_year(corridor.as_of)), float(years[0]))
    out = {}
    for row in corridor["shocks"].rows():
        key = row["shock_id"]
        rate = draws.ranged(draws.uniform(seed, f"shock.{key}.rate", futures)[:, 0],
                            row["rate_low"], row["rate"], row["rate_high"], "pert")  # fmt: skip
        running = np.zeros(futures)
        if not np.isnat(row["active_until"]):
            left = max(float(decimal_year(row["active_until"])) - today, 0.0)
            running = left * np.exp(0.5 * draws.normal(seed, f"shock.{key}.running", futures)[:, 0])
        out[key] = _shares(seed, key, rate, row, today, running, years)
        if not np.isnat(row["active_since"]):
            since = max(float(decimal_year(row["active_since"])), float(years[0]))
            out[key][:, 0] = np.minimum(out[key][:, 0] + max(today - since, 0.0), 1.0)
    return out


def _shares(seed: int, key: str, rate: np.ndarray, row: dict[str, object], today: float, running: np.ndarray, years: range) -> np.ndarray:
    """How many onsets are drawn depends on the row alone, so that a future is the same among however many."""
    futures, span = len(rate), years[-1] + 1.0 - today
    low, likely, high = (float(row[name]) for name in ("rate_low", "rate", "rate_high"))  # type: ignore[arg-type]
    most = float(draws.ranged(np.array([_HIGHEST]), low, likely, high, "pert")[0]) * span
    onsets = int(np.ceil(most + 6 * np.sqrt(most) + 3)) if most > 0 else 0
    starts = np.full((futures, onsets + 1), today)
    lengths = np.zeros((futures, onsets + 1))
    lengths[:, 0] = running
    if onsets:
        u = draws.uniform(seed, f"shock.{key}.onsets", futures, 2 * onsets)
        gaps = -np.log(u[:, ::2]) / np.maximum(rate, 1e-12)[:, None]
        starts[:, 1:] = (today + running)[:, None] + np.cumsum(gaps, axis=1)
        low, mean, high = (float(row[name]) for name in ("duration_low", "duration", "duration_high"))  # type: ignore[arg-type]
        lengths[:, 1:] = draws.ranged(u[:, 1::2], low, mean, high, "lognormal") / _DAYS
    ends = starts + lengths
    begins = np.maximum(starts, np.maximum.accumulate(np.pad(ends, ((0, 0), (1, 0)), constant_values=today)[:, :-1], axis=1))
    shares = np.empty((futures, len(years)))
    for i, year in enumerate(years):
        overlap = np.clip(np.minimum(ends, year + 1.0) - np.maximum(begins, float(year)), 0.0, 1.0)
        shares[:, i] = np.minimum(overlap.sum(axis=1), 1.0)
    return shares
