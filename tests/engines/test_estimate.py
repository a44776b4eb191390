"""Estimates of demand against closed forms, other solvers, and what must hold whatever the numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, sparse

from karvan.engines import estimate, sensitivity
from karvan.engines.arrays import Floats
from karvan.engines.estimate import Counts, Estimate, Evaluate, Prior
from tests.engines.worlds import World, world

SEEDS = st.integers(0, 1_000_000)


def linear(matrix: Floats) -> Evaluate:
    return lambda value: (matrix @ value, lambda: matrix)


def normal(value: Floats, covariance: Floats, lowest: float = -np.inf) -> Prior:
    return Prior(value, covariance, np.zeros(len(value), dtype=bool), np.full(len(value), lowest), np.full(len(value), np.inf))


def lognormal(value: Floats, sd: Floats | float) -> Prior:
    spread = np.broadcast_to(sd, value.shape)
    return Prior(value, np.diag(spread**2), np.ones(len(value), dtype=bool), np.zeros(len(value)), np.full(len(value), np.inf))


def some(seed: int, unknowns: int = 5, counts: int = 3) -> tuple[Floats, Floats, Floats, Counts]:
    """Prior demand, its covariance, proportions and counts."""
    r = np.random.default_rng(seed)
    demand = r.lognormal(3.0, 1.0, unknowns)
    half = r.normal(size=(unknowns, unknowns)) * demand[:, None] * 0.3
    proportions = r.random((counts, unknowns)) * (r.random((counts, unknowns)) < 0.7)
    seen = proportions @ demand * r.lognormal(0.0, 0.4, counts) + 1.0
    return demand, half @ half.T + np.diag((0.1 * demand) ** 2), proportions, Counts(seen, 0.1 * seen)


def test_linear_least_squares_has_the_answer_of_cascetta() -> None:
    """T = (W^-1 + A' V^-1 A)^-1 (W^-1 T0 + A' V^-1 c), Cascetta 1984, equation 13; one step."""
    demand, covariance, proportions, counts = some(3)
    found = estimate.least_squares(normal(demand, covariance), counts, linear(proportions))
    prior, seen = np.linalg.inv(covariance), np.diag(1 / counts.error**2)
    posterior = np.linalg.inv(prior + proportions.T @ seen @ proportions)
    assert found.value == pytest.approx(posterior @ (prior @ demand + proportions.T @ seen @ counts.value), rel=1e-8)
    assert found.covariance == pytest.approx(posterior, rel=1e-8)
    hat = proportions @ posterior @ proportions.T @ seen
    assert found.signal == pytest.approx(np.trace(hat), rel=1e-8)
    assert found.leverage == pytest.approx(np.diag(hat), rel=1e-8)
    assert found.iterations == 1
    assert found.converged


def test_two_demands_over_one_count_share_its_surprise_by_their_variances() -> None:
    """100 and 50 t with standard errors 20 and 10, 180 +- 10 counted: 30 more, of which 400/600 and 100/600."""
    prior = normal(np.array([100.0, 50.0]), np.diag([400.0, 100.0]))
    found = estimate.least_squares(prior, Counts(np.array([180.0]), np.array([10.0])), linear(np.ones((1, 2))))
    assert found.value == pytest.approx([120.0, 55.0])
    assert found.residual == pytest.approx([0.5])
    assert found.residual_prior == pytest.approx([3.0])
    assert found.signal == pytest.approx(500 / 600)
    assert found.left_out == pytest.approx([3.0]), "without its count the prior is all there is"
    assert found.pull[:, 0] == pytest.approx([20.0, 5.0])


def test_with_entropy_a_single_total_scales_all_alike() -> None:
    prior = np.array([100.0, 50.0, 7.0])
    found = estimate.entropy(prior, np.ones(3), Counts(np.array([314.0]), np.array([1e-6])), linear(np.ones((1, 3))))
    assert found.value == pytest.approx(2 * prior, rel=1e-9)
    assert found.value.sum() == pytest.approx(314.0)


def test_entropy_is_the_multiplicative_model_of_van_zuylen_and_willumsen() -> None:
    """ln(T / T0) is linear in the proportions: one multiplier per count, as exact counts leave no other freedom."""
    prior, proportions = np.array([100.0, 50.0, 30.0]), np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.5]])
    counts = Counts(np.array([120.0, 90.0]), np.full(2, 1e-5))
    found = estimate.entropy(prior, np.ones(3), counts, linear(proportions))
    assert found.fitted == pytest.approx(counts.value, rel=1e-7)
    multipliers = np.linalg.lstsq(proportions.T, np.log(found.value / prior), rcond=None)
    assert multipliers[1] == pytest.approx([0.0], abs=1e-9)


def test_nothing_counted_leaves_the_prior() -> None:
    prior = lognormal(np.array([3.0, 4.0]), 0.5)
    found = estimate.least_squares(prior, Counts(np.zeros(0), np.zeros(0)), linear(np.zeros((0, 2))))
    assert found.value == pytest.approx(prior.value)
    assert found.error == pytest.approx([0.5, 0.5])
    assert not found.seen.any()


def test_what_no_count_sees_stays_and_is_said() -> None:
    prior = lognormal(np.array([100.0, 50.0, 30.0]), 0.3)
    found = estimate.least_squares(prior, Counts(np.array([200.0]), np.array([5.0])), linear(np.array([[1.0, 0.0, 1.0]])))
    assert found.seen.tolist() == [True, False, True]
    assert found.value[1] == pytest.approx(50.0)
    assert found.error[1] == pytest.approx(0.3)


def test_a_demand_never_turns_negative() -> None:
    prior = normal(np.array([10.0, 10.0]), np.eye(2) * 25.0, lowest=0.0)
    counts = Counts(np.array([30.0]), np.array([0.1]))
    found = estimate.least_squares(prior, counts, linear(np.array([[3.0, -1.0]])))
    outside = optimize.lsq_linear(np.vstack([[[30.0, -10.0]], np.eye(2) / 5]), [300.0, 2.0, 2.0], (0, np.inf), method="bvls", tol=1e-14)
    assert found.value == pytest.approx(outside.x, abs=1e-9)
    below = estimate.least_squares(prior, Counts(np.array([190.0]), np.array([0.1])), linear(np.array([[3.0, -1.0]])))
    assert below.value.min() == 0


@given(SEEDS)
def test_bounded_least_squares_agree_with_lsq_linear(seed: int) -> None:
    demand, covariance, proportions, counts = some(seed)
    r = np.random.default_rng(seed + 1)
    low, high = demand * r.uniform(0.7, 1.0, len(demand)), demand * r.uniform(1.0, 1.2, len(demand))
    prior = Prior(demand, covariance, np.zeros(len(demand), dtype=bool), low, high)
    found = estimate.least_squares(prior, counts, linear(proportions))
    half = np.linalg.inv(np.linalg.cholesky(covariance))
    rows = np.vstack([proportions / counts.error[:, None], half])
    right = np.concatenate([counts.value / counts.error, half @ demand])
    outside = optimize.lsq_linear(rows, right, (low, high), method="bvls", tol=1e-14)
    assert found.objective == pytest.approx(outside.cost, rel=1e-6)
    assert found.value == pytest.approx(outside.x, rel=1e-4)


@given(SEEDS)
def test_log_normal_least_squares_agree_with_another_solver(seed: int) -> None:
    demand, _, proportions, counts = some(seed)
    prior = lognormal(demand, 0.4)
    found = estimate.least_squares(prior, counts, linear(proportions))
    outside = optimize.least_squares(
        lambda x: np.concatenate([(proportions @ (demand * np.exp(x)) - counts.value) / counts.error, x / 0.4]),
        np.zeros(len(demand)), xtol=1e-14, ftol=1e-14, gtol=1e-14)  # fmt: skip
    assert found.converged
    assert found.objective <= outside.cost * (1 + 1e-6) + 1e-12
    assert np.log(found.value / demand) == pytest.approx(outside.x, abs=1e-4)


@given(SEEDS)
def test_entropy_agrees_with_another_solver(seed: int) -> None:
    demand, _, proportions, counts = some(seed)
    weight = 1 / (0.3**2 * demand)
    found = estimate.entropy(demand, weight, counts, linear(proportions))

    def objective(x: Floats) -> float:
        value = demand * np.exp(x)
        misfit = (proportions @ value - counts.value) / counts.error
        return float(0.5 * misfit @ misfit + (weight * (value * x - value + demand)).sum())

    outside = optimize.minimize(objective, np.zeros(len(demand)), method="BFGS", options={"gtol": 1e-9})
    assert found.converged
    assert found.objective <= outside.fun * (1 + 1e-6) + 1e-9


@given(SEEDS, st.sampled_from(["normal", "log", "entropy"]))
def test_never_worse_than_the_prior_and_the_parts_add_up(seed: int, rule: str) -> None:
    demand, covariance, proportions, counts = some(seed)
    found = solved(rule, demand, covariance, counts, linear(proportions))
    assert found.objective <= found.objective_prior
    assert found.chi_squared / 2 + found.penalty == pytest.approx(found.objective)
    assert found.chi_squared <= found.chi_squared_prior * (1 + 1e-12)
    assert found.leverage.min() >= 0
    assert found.leverage.max() <= 1
    moved = found.value - demand if rule == "normal" else np.log(found.value / demand)
    assert found.pull.sum(axis=1) == pytest.approx(moved, abs=1e-4 * max(1.0, float(np.abs(moved).max())))


@given(SEEDS, st.sampled_from(["normal", "log", "entropy"]), st.floats(1e-3, 1e3))
def test_units_mean_nothing(seed: int, rule: str, unit: float) -> None:
    demand, covariance, proportions, counts = some(seed)
    found = solved(rule, demand, covariance, counts, linear(proportions))
    other = solved(rule, demand * unit, covariance * unit**2, Counts(counts.value * unit, counts.error * unit), linear(proportions))
    assert other.value / unit == pytest.approx(found.value, rel=1e-5)
    assert other.chi_squared == pytest.approx(found.chi_squared, rel=1e-4, abs=1e-8)
    assert other.signal == pytest.approx(found.signal, rel=1e-4)


def solved(rule: str, demand: Floats, covariance: Floats, counts: Counts, evaluate: Evaluate) -> Estimate:
    if rule == "entropy":
        return estimate.entropy(demand, 1 / (0.3**2 * demand), counts, evaluate)
    prior = normal(demand, covariance) if rule == "normal" else lognormal(demand, 0.4)
    return estimate.least_squares(prior, counts, evaluate)


@given(SEEDS)
def test_perfect_counts_of_everything_find_the_truth(seed: int) -> None:
    r = np.random.default_rng(seed)
    truth = r.lognormal(3.0, 0.7, 4)
    proportions = np.eye(4) + r.random((4, 4))
    prior = lognormal(truth * r.lognormal(0.0, 0.5, 4), 2.0)
    counts = Counts(proportions @ truth, np.full(4, 1e-6))
    assert estimate.least_squares(prior, counts, linear(proportions)).value == pytest.approx(truth, rel=1e-5)


@given(SEEDS)
def test_left_out_is_what_a_fit_without_the_count_leaves(seed: int) -> None:
    demand, covariance, proportions, counts = some(seed)
    found = estimate.least_squares(normal(demand, covariance), counts, linear(proportions))
    for i in range(len(counts.value)):
        keep = np.arange(len(counts.value)) != i
        less = estimate.least_squares(normal(demand, covariance), Counts(counts.value[keep], counts.error[keep]), linear(proportions[keep]))
        assert found.left_out[i] == pytest.approx((counts.value[i] - proportions[i] @ less.value) / counts.error[i], rel=1e-5, abs=1e-8)
        assert found.influence[:, i] == pytest.approx(found.value - less.value, rel=1e-4, abs=1e-6)


def test_a_step_too_far_is_shortened() -> None:
    """v = atan(5 u) has steps of Gauss and Newton that overshoot; the objective falls all the same."""

    def evaluate(value: Floats) -> tuple[Floats, Callable[[], Floats]]:
        return np.arctan(5 * value), lambda: np.array([5 / (1 + 25 * value**2)]).reshape(1, 1)

    found = estimate.least_squares(normal(np.array([4.0]), np.eye(1) * 1e4), Counts(np.array([0.2]), np.array([0.01])), evaluate)
    assert found.converged
    assert found.value == pytest.approx([np.tan(0.2) / 5], rel=1e-3)


# --- the two levels: demand above, an assignment with queues and full capacities below --------------------------------


def network() -> World:
    """Two demands; the first may take arc 0 (scarce) or 1, the second arc 0 or 2."""
    w = world([(0, 1), (0, 1), (0, 2), (1, 2)], cost=[10.0, 14.0, 25.0, 5.0], trips=[(0, 1), (0, 2)], amount=[80.0, 60.0],
              ways=[(0, (0,)), (0, (1,)), (1, (0, 3)), (1, (2,))], capacity={0: 70.0, 1: 90.0}, reserve=200.0)  # fmt: skip
    return w.but(kind=np.array([0, 2, 0, 0], dtype=np.int8), scale=np.array([0.0, 2.0, 0.0, 0.0]), price_per_hour=np.array([0.0, 3.0, 0.0, 0.0]))


def assigned(w: World, arcs: list[int], prices_held: bool = False) -> Evaluate:
    """Flows of these arcs under a demand, and their derivative."""
    problem, base = w.problem, w.base
    on = np.zeros((len(arcs), w.routes.n_routes))
    for j in range(w.routes.n_routes):
        for i, arc in enumerate(arcs):
            on[i, j] = float(arc in w.routes.arc[w.routes.start[j] : w.routes.start[j + 1]])

    def evaluate(amount: Floats) -> tuple[Floats, Callable[[], Floats]]:
        now = replace(w, conditions=replace(w.conditions, amount=amount))
        result = now.solve(base)
        slope = None if prices_held else sensitivity.slopes(now.delay, now.conditions.capacity, result.load, result.price, result.price_scarcity)

        def derivative() -> Floats:
            found = sensitivity.of_demand(problem.routes, problem.incidence, problem.theta, sparse.csr_matrix(on), result.route_flow, amount, slope)
            return np.asarray(found / amount)

        return on @ result.route_flow, derivative

    return evaluate


@pytest.mark.parametrize("capacity", [70.0, 1e6])
def test_perfect_counts_behind_a_full_capacity_find_the_truth(capacity: float) -> None:
    w = network().but(capacity=np.array([capacity, 90.0, np.inf, np.inf]))
    truth = np.array([95.0, 48.0])
    evaluate = assigned(w, [1, 2])
    found = estimate.least_squares(lognormal(w.conditions.amount, 1.0), Counts(evaluate(truth)[0], np.full(2, 1e-4)), evaluate)
    assert found.converged
    assert found.value == pytest.approx(truth, rel=1e-5)


def test_proportions_with_prices_held_need_more_steps_and_never_worsen() -> None:
    w = network()
    truth = np.array([95.0, 48.0])
    counts = Counts(assigned(w, [1, 2])(truth)[0], np.full(2, 1.0))
    full, held = (estimate.least_squares(lognormal(w.conditions.amount, 0.5), counts, assigned(w, [1, 2], prices_held)) for prices_held in (False, True))
    assert full.converged
    assert full.objective <= held.objective + 1e-9
    assert held.objective < held.objective_prior


def test_what_does_not_fit_is_refused_with_every_fault() -> None:
    demand, covariance, proportions, counts = some(1)
    prior = lognormal(demand, 0.3)
    with pytest.raises(ValueError, match=r"Prior\.is_log.*Prior\.covariance"):
        estimate.least_squares(replace(prior, is_log=np.ones(2, dtype=bool), covariance=np.eye(2)), counts, linear(proportions))
    with pytest.raises(ValueError, match=r"above 0 where its logarithm.*positive definite"):
        estimate.least_squares(replace(prior, value=-demand, lowest=-demand * 2, covariance=np.zeros_like(covariance)), counts, linear(proportions))
    with pytest.raises(ValueError, match="between"):
        estimate.least_squares(replace(prior, highest=demand / 2), counts, linear(proportions))
    with pytest.raises(ValueError, match=r"not finite.*Counts\.error"):
        estimate.least_squares(prior, Counts(np.full(3, np.nan), np.zeros(3)), linear(proportions))
    with pytest.raises(ValueError, match="3 finite numbers at the prior"):
        estimate.least_squares(prior, counts, linear(proportions[:2]))
    with pytest.raises(ValueError, match="3 x 5"):
        estimate.least_squares(prior, counts, lambda value: (proportions @ value, lambda: proportions[:, :2]))
    with pytest.raises(ValueError, match="weight has shape"):
        estimate.entropy(demand, np.ones(2), counts, linear(proportions))
