"""When will a promised project be delivered? A reference class of promises, not a schedule.

The stretch of a promise is (delivered - said) / (promised - said). Its logarithm is normal over the case's own
ledger of promises, with unfinished ones as censored observations (Kahneman and Tversky's outside view, as
Flyvbjerg 2006 made it a method). The posterior of mean and spread is computed on a grid.

    log stretch ~ N(mu, sigma^2),  mu ~ N(log 1.45, 0.35^2),  sigma ~ HalfNormal(0.5)

The prior mean is the 45 % mean schedule overrun of rail in the world's reference class; the ledger moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

import numpy as np
from scipy import special, stats

from karvan.corridor.corridor import Corridor
from karvan.verdict import draws

NEVER = 9999.0
_SHORTEST_PROMISE = 0.25
_PRIOR_MU, _PRIOR_MU_SD, _PRIOR_SIGMA = float(np.log(1.45)), 0.35, 0.5
_YEAR = np.timedelta64(365, "D").astype(float)


@dataclass(frozen=True, eq=False)
class Reference:
    """The posterior of the reference class: weight[mu, sigma] on the grid, and what it was fitted on."""

    mu: np.ndarray
    sigma: np.ndarray
    weight: np.ndarray
    delivered: int
    unfinished: int

    @cached_property
    def _cumulative(self) -> np.ndarray:
        return np.cumsum(self.weight.ravel())

    def draw(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(mu, sigma) of the posterior at uniform numbers u."""
        at = np.minimum(np.searchsorted(self._cumulative, u), self.weight.size - 1)
        return self.mu[at // len(self.sigma)], self.sigma[at % len(self.sigma)]

    def on_time(self) -> float:
        """Probability that a promise of this class is kept, before anything is known about it."""
        grid_mu, grid_sigma = np.meshgrid(self.mu, self.sigma, indexing="ij")
        return float((self.weight * special.ndtr(-grid_mu / grid_sigma)).sum())


def decimal_year(days: np.ndarray | np.datetime64) -> np.ndarray:
    """Dates as years with decimals; NaN for none."""
    day = np.asarray(days, dtype="datetime64[D]")
    year = day.astype("datetime64[Y]")
    start = year.astype("datetime64[D]")
    length = ((year + 1).astype("datetime64[D]") - start).astype(float)
    out = year.astype(float) + 1970.0 + (day - start).astype(float) / length
    return np.asarray(np.where(np.isnat(day), np.nan, out))


def fit(corridor: Corridor) -> Reference:
    """The posterior from the dated promises of the case's ledger (amounts are another matter)."""
    ledger = corridor["promises"]
    dated = np.isnan(ledger["amount"])
    said = decimal_year(ledger["promised_on"])
    promised = decimal_year(ledger["promised"])
    span = np.maximum(promised - said, _SHORTEST_PROMISE)
    delivered = (decimal_year(ledger["delivered"]) - said) / span
    seen = (decimal_year(ledger["unfinished_on"]) - said) / span
    finished = dated & (delivered > 0)
    open_still = dated & ~finished & (seen > 0)
    groups = ledger["group"]
    size = np.array([float(((groups == group) & (finished | open_still)).sum()) for group in groups])
    weight = 1 / np.maximum(size, 1.0)
    return posterior(np.log(delivered[finished]), np.log(seen[open_still]), weight[finished], weight[open_still])


def posterior(stretches: np.ndarray, censored: np.ndarray, weight: np.ndarray | None = None, weight_censored: np.ndarray | None = None) -> Reference:
    """The posterior given log stretches of delivered promises and log stretches so far of unfinished ones.

    Statements about one project are not independent: with weights of one over their number, each project counts once.
    """
    weight = np.ones(len(stretches)) if weight is None else weight
    weight_censored = np.ones(len(censored)) if weight_censored is None else weight_censored
    mu = np.linspace(-0.5, 2.5, 121)
    sigma = np.linspace(0.05, 1.8, 71)
    grid_mu, grid_sigma = np.meshgrid(mu, sigma, indexing="ij")
    logp = stats.norm.logpdf(grid_mu, _PRIOR_MU, _PRIOR_MU_SD) + stats.halfnorm.logpdf(grid_sigma, scale=_PRIOR_SIGMA)
    for value, counts in zip(stretches, weight, strict=True):
        logp = logp + counts * stats.norm.logpdf(value, grid_mu, grid_sigma)
    for value, counts in zip(censored, weight_censored, strict=True):
        logp = logp + counts * special.log_ndtr(-(value - grid_mu) / grid_sigma)
    density = np.exp(logp - logp.max())
    return Reference(mu, sigma, density / density.sum(), len(stretches), len(censored))


@dataclass(frozen=True, eq=False)
class Deliveries:
    """Delivery of every project in every future, as decimal years: dates[project, future]; NEVER when it does not come."""

    index: Mapping[str, int]
    dates: np.ndarray

    def of(self, project: str) -> np.ndarray:
        return self.dates[self.index[project]]


def sample(corridor: Corridor, reference: Reference, seed: int, futures: int, forced: Mapping[str, float]) -> Deliveries:
    """Delivery dates drawn for every future.

    A project that is not delivered today comes after today; one without a promised date does not come within any
    horizon that can be told; `forced` (project -> decimal year) replaces the draw. A project waits for those it
    comes after.
    """
    projects = corridor["projects"]
    today = float(decimal_year(corridor.as_of))
    out = np.full((len(projects), futures), NEVER)
    mu, sigma = reference.draw(draws.uniform(seed, "delivery.reference", futures)[:, 0])
    for i, row in enumerate(projects.rows()):
        key = row["project_id"]
        if key in forced:
            out[i] = forced[key]
        elif row["status"] == "delivered":
            out[i] = float(decimal_year(row["delivered"]))
        elif row["status"] != "cancelled" and not np.isnat(row["promised"]):
            said, promised = float(decimal_year(row["promised_on"])), float(decimal_year(row["promised"]))
            u = draws.uniform(seed, f"delivery.{key}", futures, 2)
            dates = truncated(mu, sigma, said, promised, today, u[:, 0])
            out[i] = np.where(u[:, 1] < never(corridor, row["status"]), NEVER, dates)
    index = projects.index
    graph = {key: [name for name in after if name in index] for key, after in zip(projects.keys, projects["after"], strict=True)}
    for key in TopologicalSorter(graph).static_order():
        for before in graph[key]:
            if key not in forced:
                out[index[key]] = np.maximum(out[index[key]], out[index[before]])
    return Deliveries(index, out)


def truncated(mu: np.ndarray, sigma: np.ndarray, said: float, promised: float, today: float, u: np.ndarray) -> np.ndarray:
    """Delivery dates of a promise that is still open today: the lognormal stretch, given that it exceeds what has passed."""
    span = max(promised - said, _SHORTEST_PROMISE)
    passed = max(today - said, 1e-9) / span
    before = special.ndtr((np.log(passed) - mu) / sigma)
    level = np.clip(before + u * (1 - before), 1e-15, 1 - 1e-15)
    stretch = np.exp(np.minimum(mu + sigma * special.ndtri(level), 6.0))
    return np.asarray(np.maximum(said + span * stretch, today))


def never(corridor: Corridor, status: str) -> float:
    """Probability that a project of this status is never built: the case's parameter never_STATUS, 0.1 without one
    (mean of the Beta(1, 9) prior of the planning literature)."""
    parameters = corridor["parameters"]
    key = f"never_{status}"
    return float(parameters.row(key)["value"]) if key in parameters else 0.1


def shares(dates: np.ndarray, years: range) -> np.ndarray:
    """Share of every year in which something delivered at `dates` is there: [..., year]."""
    ends = np.array([year + 1.0 for year in years])
    return np.clip(ends - dates[..., None], 0.0, 1.0)
