"""Which demand agrees best with what was known before and with what was counted?

Counts c with standard errors s, and an assignment v(T) that says what a demand T would have shown, give T by

    least squares   minimise  1/2 sum ((c - v(T)) / s)^2 + 1/2 (u - m)' C^-1 (u - m),     u = ln T or T
    entropy         minimise  1/2 sum ((c - v(T)) / s)^2 + sum w (T ln(T / T0) - T + T0)

The first is generalised least squares (Cascetta 1984, Transportation Research B 18, 289-299), on logarithms where the prior
is log-normal; the second the minimum of information (Van Zuylen and Willumsen 1980, Transportation Research B 14, 281-293).
Where routes answer to congestion v is not linear and the task has two levels (Yang, Sasaki, Iida and Asakura 1992,
Transportation Research B 26, 417-434; Cascetta and Postorino 2001, Transportation Science 35, 134-147): every step assigns anew, takes the
derivatives of that assignment, and is shortened until the objective itself has fallen, so that the answer is never worse
than the prior. `evaluate` is given from outside; nothing here knows how flows come about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular
from scipy.optimize import lsq_linear

from karvan.engines.arrays import Bools, Floats

Evaluate = Callable[[Floats], tuple[Floats, Callable[[], Floats]]]
"""float64[unknown] -> what would be counted, float64[count], and a function that gives its derivative, float64[count, unknown]."""

_Shown = tuple[Floats, Callable[[], Floats]]
_ENOUGH, _SHORTEST, _AWAY, _INSIDE = 1e-4, 40, 0.9, (0.05, 0.8)
"""Share of the promised fall that a step must bring; halvings before a step is given up; share of the way to zero a step may
go; where on a step a lower point is looked for."""


@dataclass(frozen=True)
class EstimateOptions:
    """When to stop."""

    tolerance: float = 1e-10
    """fall of the objective, as a share of 1 + objective, that counts as none: when no step promises it, or none brings it (at a kink)."""
    max_iterations: int = 60


@dataclass(frozen=True)
class Prior:
    """What is known of the unknowns before anything is counted: m, C and bounds."""

    value: Floats
    """float64[unknown]; above 0 where `is_log`."""
    covariance: Floats
    """float64[unknown, unknown], positive definite: of ln(value) where `is_log`, else of the value."""
    is_log: Bools
    """bool[unknown]: whether the logarithm is normal (a demand), or the value itself (any other number)."""
    lowest: Floats
    """float64[unknown], bounds of the value; 0 or -inf for none."""
    highest: Floats


@dataclass(frozen=True)
class Counts:
    """What was counted, on the scale on which `evaluate` answers."""

    value: Floats
    """float64[count]."""
    error: Floats
    """float64[count], standard errors, > 0."""


@dataclass(frozen=True)
class Estimate:
    """The demand that agrees best, and how it came about. u is ln(value) where the prior is log-normal, or with entropy; else the value."""

    value: Floats
    """float64[unknown]."""
    covariance: Floats
    """float64[unknown, unknown] of u at the solution, with the curvature of Gauss and Newton."""
    error: Floats
    """float64[unknown], standard errors of u."""
    derivative: Floats
    """float64[count, unknown], d fitted / d u at the solution."""
    fitted: Floats
    """float64[count]."""
    fitted_prior: Floats
    """float64[count], what the prior would have shown."""
    residual: Floats
    """float64[count], (counted - fitted) / standard error."""
    residual_prior: Floats
    """float64[count], the same of the prior."""
    leverage: Floats
    """float64[count], diagonal of the hat matrix: how much of its own fit a count decides; 0 nothing, 1 all."""
    left_out: Floats
    """float64[count], residual if this count were not used: residual / (1 - leverage), exact where v is linear."""
    pull: Floats
    """float64[unknown, count], what every count moved u by; adds up to the whole move where no bound holds."""
    influence: Floats
    """float64[unknown, count], u less what it would be if the count were not used, to first order (exact where v is linear and no
    bound holds)."""
    seen: Bools
    """bool[unknown]: whether any count would change if the unknown did. What no count sees stays where the prior, or its
    covariance with others, puts it."""
    penalty: float
    """the distance to the prior, second term of the objective."""
    objective: float
    objective_prior: float
    iterations: int
    converged: bool

    @property
    def chi_squared(self) -> float:
        """Sum of the squared residuals of the counts."""
        return float(self.residual @ self.residual)

    @property
    def chi_squared_prior(self) -> float:
        return float(self.residual_prior @ self.residual_prior)

    @property
    def signal(self) -> float:
        """Degrees of freedom that the counts have spent: the trace of the hat matrix, the effective number of parameters."""
        return float(self.leverage.sum())


def least_squares(prior: Prior, counts: Counts, evaluate: Evaluate, options: EstimateOptions | None = None) -> Estimate:
    """The demand of generalised least squares. Raises `ValueError` naming every array that does not fit, holds NaN or is not
    positive (definite) where it must be, and for bounds that exclude the prior."""
    _check_prior(prior)
    _check_counts(counts)
    return _minimise(_Quadratic(prior), counts, evaluate, options or EstimateOptions())


def entropy(prior: Floats, weight: Floats, counts: Counts, evaluate: Evaluate, options: EstimateOptions | None = None) -> Estimate:
    """The demand of least information: `prior` float64[unknown] > 0 and `weight` float64[unknown] > 0, w of the formula.

    One weight for all is the classical form, in which a single total scales all pairs alike; w = 1 / (T0 variation^2) has, near the
    prior, the spread of a log-normal one. Raises `ValueError` as `least_squares` does.
    """
    faults = [f"{name} must be finite numbers above 0" for name, array in (("prior", prior), ("weight", weight)) if not _positive(array)]
    if prior.shape != weight.shape or prior.ndim != 1:
        faults.append(f"weight has shape {weight.shape}, expected {prior.shape}")
    _speak(faults)
    _check_counts(counts)
    return _minimise(_Entropy(prior, weight), counts, evaluate, options or EstimateOptions())


# --- the two distances -----------------------------------------------------------------------------------------------


class _Quadratic:
    """1/2 (u - m)' C^-1 (u - m) in u = ln T or T."""

    def __init__(self, prior: Prior):
        self.is_log = prior.is_log
        self.start = self.coordinates(prior.value)
        self.covariance = prior.covariance
        with np.errstate(divide="ignore", invalid="ignore"):
            self.lowest, self.highest = (np.where(prior.is_log, np.log(np.maximum(side, 0.0)), side) for side in (prior.lowest, prior.highest))
        self._factor = cho_factor(prior.covariance, lower=True)

    def coordinates(self, value: Floats) -> Floats:
        return np.where(self.is_log, np.log(np.where(self.is_log, value, 1.0)), value)

    def value(self, u: Floats) -> Floats:
        return np.where(self.is_log, np.exp(np.where(self.is_log, u, 0.0)), u)

    def slope(self, u: Floats) -> Floats:
        """d value / d u."""
        return np.where(self.is_log, self.value(u), 1.0)

    def distance(self, u: Floats) -> tuple[float, Floats]:
        """The penalty and its gradient."""
        away = u - self.start
        gradient = cho_solve(self._factor, away)
        return float(0.5 * away @ gradient), gradient

    def step(self, u: Floats, derivative: Floats, misfit: Floats, weight: Floats) -> Floats:
        """The minimum of the objective with v linear around u, solved in the space of counts; with bounds where they matter."""
        spread = self.covariance @ derivative.T
        target = self.start + spread @ np.linalg.solve(derivative @ spread + np.diag(1.0 / weight), misfit + derivative @ (u - self.start))
        if bool((target < self.lowest).any() or (target > self.highest).any()):
            root = np.sqrt(weight)
            half = solve_triangular(self._factor[0], np.eye(len(u)), lower=True)
            rows = np.vstack([root[:, None] * derivative, half])
            right = np.concatenate([root * (misfit + derivative @ u), half @ self.start])
            free = self.highest > self.lowest
            bounds = (np.where(free, self.lowest, self.lowest - 1e-12), np.where(free, self.highest, self.highest + 1e-12))
            target = np.clip(lsq_linear(rows, right, bounds, method="bvls", tol=1e-14).x, self.lowest, self.highest)
        return target - u

    def longest(self, u: Floats, step: Floats) -> float:
        return 1.0

    def posterior(self, u: Floats, derivative: Floats, weight: Floats) -> Floats:
        spread = self.covariance @ derivative.T
        gain = np.linalg.solve(derivative @ spread + np.diag(1.0 / weight), spread.T)
        return self.covariance - spread @ gain

    def pull(self, u: Floats, derivative: Floats, weighted: Floats) -> Floats:
        return self.covariance @ derivative.T * weighted


class _Entropy:
    """sum w (T ln(T / T0) - T + T0); steps in T, where it is convex, and answers in ln T."""

    def __init__(self, prior: Floats, weight: Floats):
        self.start, self.weight = prior, weight

    def value(self, u: Floats) -> Floats:
        return u

    def slope(self, u: Floats) -> Floats:
        return np.ones_like(u)

    def distance(self, u: Floats) -> tuple[float, Floats]:
        log = np.log(u / self.start)
        return float((self.weight * (u * log - u + self.start)).sum()), self.weight * log

    def step(self, u: Floats, derivative: Floats, misfit: Floats, weight: Floats) -> Floats:
        inverse = u / self.weight
        pull = derivative.T @ (weight * misfit) - self.distance(u)[1]
        inside = (derivative * inverse) @ derivative.T + np.diag(1.0 / weight)
        return np.asarray(inverse * (pull - derivative.T @ np.linalg.solve(inside, derivative @ (inverse * pull))))

    def longest(self, u: Floats, step: Floats) -> float:
        """So far that no demand loses more than a share of itself."""
        return float(min(1.0, (-_AWAY * u / np.where(step < 0, step, -np.inf)).min(initial=np.inf, where=step < 0)))

    def posterior(self, u: Floats, derivative: Floats, weight: Floats) -> Floats:
        inverse = u / self.weight
        spread = inverse[:, None] * derivative.T
        gain = np.linalg.solve(derivative @ spread + np.diag(1.0 / weight), spread.T)
        return np.asarray((np.diag(inverse) - spread @ gain) / np.outer(u, u))

    def pull(self, u: Floats, derivative: Floats, weighted: Floats) -> Floats:
        return np.asarray(derivative.T * weighted / self.weight[:, None])


# --- steps that never worsen -----------------------------------------------------------------------------------------


def _minimise(distance: _Quadratic | _Entropy, counts: Counts, evaluate: Evaluate, options: EstimateOptions) -> Estimate:
    weight = 1.0 / counts.error**2
    u = distance.start.copy()
    fitted, derive = evaluate(distance.value(u))
    if fitted.shape != counts.value.shape or not np.isfinite(fitted).all():
        raise ValueError(f"evaluate must give {len(counts.value)} finite numbers at the prior, found shape {fitted.shape}")

    def objective(u: Floats, fitted: Floats) -> float:
        misfit = counts.value - fitted
        found = 0.5 * float(misfit @ (weight * misfit)) + distance.distance(u)[0]
        return found if np.isfinite(found) else np.inf

    def tried(u: Floats) -> tuple[float, _Shown]:
        shown = evaluate(distance.value(u))
        return objective(u, shown[0]), shown

    first, fitted_prior = objective(u, fitted), fitted
    now, steps, converged = first, 0, False
    derivative = _derivative(derive(), counts, u) * distance.slope(u)
    while steps < options.max_iterations and not converged:
        misfit = counts.value - fitted
        step = distance.step(u, derivative, misfit, weight)
        descent = float(step @ (distance.distance(u)[1] - derivative.T @ (weight * misfit)))
        converged = -descent <= options.tolerance * (1.0 + now)
        if converged:
            break
        share = distance.longest(u, step)
        found = _along(u, step, share, now, descent, tried)
        if found is None:
            break
        before = now
        share, now, (fitted, derive) = found
        u, steps = u + share * step, steps + 1
        derivative = _derivative(derive(), counts, u) * distance.slope(u)
        converged = before - now <= options.tolerance * (1.0 + now)
    return _estimate(distance, counts, u, (fitted, fitted_prior, derivative), (first, now), steps, converged)


def _along(u: Floats, step: Floats, longest: float, now: float, descent: float,
           tried: Callable[[Floats], tuple[float, _Shown]]) -> tuple[float, float, _Shown] | None:  # fmt: skip
    """How much of a step to take, the objective there and what is shown there; None where no share of it brings the fall. The whole
    step first, then halves; and where the parabola through both ends has its lowest point well inside, that point too: without it,
    steps that always go too far would settle slowly."""
    share = longest
    for _ in range(_SHORTEST):
        then, shown = tried(u + share * step)
        bend = then - now - share * descent
        best = -descent * share**2 / (2.0 * bend) if 0 < bend < np.inf else share
        if _INSIDE[0] * share < best < _INSIDE[1] * share:
            closer, shown_closer = tried(u + best * step)
            if closer < then:
                share, then, shown = best, closer, shown_closer
        if then <= now + _ENOUGH * share * descent:
            return share, then, shown
        share *= 0.5
    return None


def _estimate(distance: _Quadratic | _Entropy, counts: Counts, u: Floats, shown: tuple[Floats, Floats, Floats], objectives: tuple[float, float],
              iterations: int, converged: bool) -> Estimate:  # fmt: skip
    fitted, fitted_prior, derivative = shown
    weight = 1.0 / counts.error**2
    covariance = distance.posterior(u, derivative, weight)
    residual = (counts.value - fitted) / counts.error
    pull = distance.pull(u, derivative, weight * (counts.value - fitted))
    seen = np.asarray((derivative != 0).any(axis=0))
    if isinstance(distance, _Entropy):
        derivative = derivative * u
    leverage = np.einsum("cu,uv,cv->c", derivative, covariance, derivative) * weight
    left_out = np.where(residual == 0, 0.0, residual / np.maximum(1.0 - leverage, 1e-12))
    influence = covariance @ derivative.T * (left_out / counts.error)
    return Estimate(
        distance.value(u), covariance, np.sqrt(np.maximum(np.diag(covariance), 0.0)), derivative, fitted, fitted_prior, residual,
        (counts.value - fitted_prior) / counts.error, leverage, left_out, pull, influence, seen,
        distance.distance(u)[0], objectives[1], objectives[0], iterations, converged,
    )  # fmt: skip


# --- what is refused -------------------------------------------------------------------------------------------------


def _derivative(found: Floats, counts: Counts, u: Floats) -> Floats:
    if found.shape != (len(counts.value), len(u)) or not np.isfinite(found).all():
        raise ValueError(f"the derivative must be {len(counts.value)} x {len(u)} finite numbers, found shape {found.shape}")
    return found


def _check_prior(prior: Prior) -> None:
    size, faults = prior.value.shape[0], []
    for name in ("is_log", "lowest", "highest"):
        if getattr(prior, name).shape != (size,):
            faults.append(f"Prior.{name} has shape {getattr(prior, name).shape}, expected {(size,)}")
    if prior.covariance.shape != (size, size):
        faults.append(f"Prior.covariance has shape {prior.covariance.shape}, expected {(size, size)}")
    _speak(faults)
    if not np.isfinite(prior.value).all() or bool((prior.value[prior.is_log] <= 0).any()):
        faults.append("Prior.value must be finite, and above 0 where its logarithm is taken")
    if not bool(((prior.lowest <= prior.value) & (prior.value <= prior.highest)).all()):
        faults.append("Prior.value must lie between Prior.lowest and Prior.highest")
    try:
        cho_factor(prior.covariance, lower=True)
    except (LinAlgError, ValueError):
        faults.append("Prior.covariance must be finite, symmetric and positive definite")
    if not np.allclose(prior.covariance, prior.covariance.T, equal_nan=True):
        faults.append("Prior.covariance must be symmetric")
    _speak(faults)


def _check_counts(counts: Counts) -> None:
    faults = []
    if counts.value.ndim != 1 or counts.value.shape != counts.error.shape:
        faults.append(f"Counts.error has shape {counts.error.shape}, expected {counts.value.shape}")
    if not np.isfinite(counts.value).all():
        faults.append("Counts.value holds a value that is not finite")
    if not _positive(counts.error):
        faults.append("Counts.error must be finite numbers above 0")
    _speak(faults)


def _positive(array: Floats) -> bool:
    return bool(np.isfinite(array).all() and (array > 0).all())


def _speak(faults: list[str]) -> None:
    if faults:
        raise ValueError("; ".join(faults))
