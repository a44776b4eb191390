"""What is drawn has the distribution it is said to have: against scipy, by Kolmogorov and Smirnov."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from karvan.engines.arrays import Floats
from karvan.engines.simulate.distributions import (
    Distribution,
    choice,
    constant,
    erlang,
    exponential,
    lognormal,
    observed,
    pareto,
    quantiles,
    triangular,
    uniform,
    weibull,
)
from karvan.engines.simulate.machine import normal
from karvan.engines.simulate.machine import sample as draw

N = 20_000
SIGMA = math.sqrt(math.log(1 + 0.7**2))
KNOWN: list[tuple[Distribution, Callable[[Floats], Floats]]] = [
    (exponential(3.0), stats.expon(scale=3.0).cdf),
    (lognormal(2.0, 0.7), stats.lognorm(SIGMA, scale=2.0 * math.exp(-(SIGMA**2) / 2)).cdf),
    (erlang(4.0, 3), stats.gamma(3, scale=4 / 3).cdf),
    (uniform(-1.0, 2.0), stats.uniform(-1.0, 3.0).cdf),
    (triangular(1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0).cdf),
    (weibull(2.0, 1.5), stats.weibull_min(1.5, scale=2.0).cdf),
    (pareto(1.0, 2.5), stats.pareto(2.5).cdf),
    (quantiles(stats.gamma(0.7).ppf, 0.7), stats.gamma(0.7).cdf),
    (observed(np.linspace(0, 1, 200) ** 2), stats.beta(0.5, 1).cdf),
]


def sample(which: Distribution, flip: int = 0) -> Floats:
    table = np.array([which.kind, which.count, *which.parameters], dtype=np.float64)
    step = 0x9E3779B97F4A7C15
    words = [np.uint64((12345 + k * step) % (1 << 64)) for k in range(N)]
    return np.array([draw(table, 0, word, flip) for word in words])


@pytest.mark.parametrize(("which", "cdf"), KNOWN, ids=["exponential", "lognormal", "erlang", "uniform", "triangular", "weibull", "pareto", "gamma table", "observed"])
def test_draws_follow_the_distribution(which: Distribution, cdf: Callable[[Floats], Floats]) -> None:
    drawn = sample(which)
    assert stats.kstest(drawn, cdf).pvalue > 1e-4
    if math.isfinite(float(np.var(drawn))) and which.kind != KNOWN[6][0].kind:
        assert drawn.mean() == pytest.approx(which.mean, abs=5 * drawn.std() / math.sqrt(N) + 1e-3)
    twins = sample(which, 1)
    assert stats.spearmanr(drawn, twins).statistic < -0.7  # antithetic
    assert stats.kstest(twins, cdf).pvalue > 1e-4


def test_constants_and_choices() -> None:
    assert (sample(constant(2.5)) == 2.5).all()
    drawn = sample(choice([1.0, 2.0, 7.0], [1.0, 3.0, 0.0]))
    assert set(drawn.tolist()) == {1.0, 2.0}
    assert abs((drawn == 2.0).mean() - 0.75) < 4 * math.sqrt(0.75 * 0.25 / N)


def test_the_normal_quantile() -> None:
    shares = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 501), 10.0 ** -np.arange(7, 300, 20)])
    for share in shares.tolist():
        assert normal(share) == pytest.approx(stats.norm.ppf(share), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize(
    "write",
    [
        lambda: exponential(0.0), lambda: exponential(math.nan), lambda: lognormal(1.0, -1.0), lambda: erlang(1.0, 0), lambda: erlang(1.0, 101),
        lambda: uniform(2.0, 1.0), lambda: triangular(0.0, 3.0, 2.0), lambda: weibull(1.0, math.inf), lambda: pareto(-1.0, 2.0),
        lambda: choice([1.0], [0.0]), lambda: choice([1.0], [1.0, 2.0]), lambda: observed([1.0]), lambda: quantiles(lambda p: p / 0.0 * 0.0),
    ],
)  # fmt: skip
def test_impossible_parameters_are_refused(write: Callable[[], Distribution]) -> None:
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=": "):
        write()
