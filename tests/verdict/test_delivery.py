"""The reference class: its posterior against brute force, and dates that come after today."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from karvan.verdict import delivery
from tests.verdict import small

PROJECTS = """
    project_id,name,kind,status,promised,promised_on,delivered,after
    first,First,rail,construction,2027-06-30,2024-01-01,,
    second,Second,rail,funded,2026-12-31,2025-01-01,,first
    third,Third,rail,announced,,,,
    done,Done,rail,delivered,2024-12-31,2023-01-01,2025-03-01,
    dropped,Dropped,rail,cancelled,2027-01-01,2023-01-01,,"""
PROMISES = """
    promise_id,name,group,kind,promised_on,promised,amount,unit,delivered,unfinished_on
    p1,One,g1,rail,2015-01-01,2018-01-01,,,2020-01-01,
    p2,Two,g2,rail,2015-01-01,2017-01-01,,,2016-10-01,
    p3,Three,g3,rail,2016-01-01,2018-01-01,,,,2022-01-01
    p3b,Three again,g3,rail,2018-01-01,2020-01-01,,,,2022-01-01
    p4,A volume,g4,volume,2015-01-01,2018-01-01,5,Mt/yr,2018-01-01,"""


def test_the_posterior_is_that_of_gauss_and_legendre() -> None:
    seen, censored = np.log([1.3, 2.4, 0.9]), np.log([1.8])

    node, weight = np.polynomial.legendre.leggauss(120)
    mu, sigma = np.meshgrid(1.0 + 1.5 * node, 0.925 + 0.875 * node, indexing="ij")
    density = stats.norm.pdf(mu, np.log(1.45), 0.35) * stats.halfnorm.pdf(sigma, scale=0.5)
    density *= np.prod([stats.norm.pdf(x, mu, sigma) for x in seen], axis=0) * np.prod([stats.norm.sf(x, mu, sigma) for x in censored], axis=0)

    def moment(of: np.ndarray) -> float:
        return float((np.outer(weight, weight) * density * of).sum())

    whole = moment(np.ones_like(mu))
    found = delivery.posterior(seen, censored)
    assert (found.weight.sum(axis=1) * found.mu).sum() == pytest.approx(moment(mu) / whole, rel=2e-3)
    assert (found.weight.sum(axis=0) * found.sigma).sum() == pytest.approx(moment(sigma) / whole, rel=5e-3)
    assert found.on_time() == pytest.approx(moment(stats.norm.cdf(-mu / sigma)) / whole, rel=1e-2)
    assert (found.delivered, found.unfinished) == (3, 1)


def test_the_posterior_is_that_of_importance_sampling() -> None:
    seen, censored = np.log([2.0, 3.0]), np.log([4.0, 1.5])
    r = np.random.default_rng(5)
    mu = r.normal(np.log(1.45), 0.35, 400_000)
    sigma = np.abs(r.normal(0, 0.5, 400_000))
    weight = np.prod(stats.norm.pdf(seen[:, None], mu, sigma), axis=0) * np.prod(stats.norm.sf(censored[:, None], mu, sigma), axis=0)
    found = delivery.posterior(seen, censored)
    assert (found.weight.sum(axis=1) * found.mu).sum() == pytest.approx((weight * mu).sum() / weight.sum(), rel=0.01)
    assert (found.weight.sum(axis=0) * found.sigma).sum() == pytest.approx((weight * sigma).sum() / weight.sum(), rel=0.01)


def test_draws_of_the_posterior_have_its_moments() -> None:
    found = delivery.posterior(np.log([1.3, 2.4]), np.zeros(0))
    mu, sigma = found.draw((np.arange(20_000) + 0.5) / 20_000)
    assert mu.mean() == pytest.approx((found.weight.sum(axis=1) * found.mu).sum(), abs=1e-3)
    assert sigma.mean() == pytest.approx((found.weight.sum(axis=0) * found.sigma).sum(), abs=1e-3)


def test_the_ledger_counts_dated_promises_and_every_thing_once() -> None:
    found = delivery.fit(small.corridor(promises=PROMISES))
    assert (found.delivered, found.unfinished) == (2, 2)
    said, day = delivery.decimal_year(np.array(["2015-01-01", "2016-01-01", "2018-01-01"], dtype="datetime64[D]")), delivery.decimal_year
    spans = day(np.array(["2018-01-01", "2017-01-01"], dtype="datetime64[D]")) - said[0]
    stretch = (day(np.array(["2020-01-01", "2016-10-01"], dtype="datetime64[D]")) - said[0]) / spans
    open_still = np.log([6 / 2, 4 / 2])
    once = delivery.posterior(np.log(stretch), open_still, np.ones(2), np.array([0.5, 0.5]))
    assert found.weight == pytest.approx(once.weight)


@settings(max_examples=60)
@given(st.floats(-0.5, 2.5), st.floats(0.05, 1.8), st.floats(0.1, 10), st.floats(-5, 40), st.floats(1e-6, 1 - 1e-6))
def test_an_open_promise_never_comes_before_today(mu: float, sigma: float, span: float, ahead: float, u: float) -> None:
    said = 2020.0
    found = delivery.truncated(np.array([mu]), np.array([sigma]), said, said + span, said + ahead, np.array([u]))
    assert found[0] >= said + ahead
    assert np.isfinite(found[0])


def test_truncation_is_the_conditional_lognormal() -> None:
    """P(date <= t | date > today), worked out from the distribution itself."""
    said, promised, today, mu, sigma = 2024.0, 2027.0, 2026.5, 0.3, 0.6
    u = (np.arange(4000) + 0.5) / 4000
    found = delivery.truncated(np.full(4000, mu), np.full(4000, sigma), said, promised, today, u)
    law = stats.lognorm(sigma, scale=np.exp(mu))
    for t in (2027.0, 2028.0, 2030.0, 2035.0):
        expected = (law.cdf((t - said) / 3) - law.cdf((today - said) / 3)) / law.sf((today - said) / 3)
        assert (found <= t).mean() == pytest.approx(expected, abs=1e-3)


def sampled(forced: dict[str, float] | None = None, never: str = "never_construction,x,0\nnever_funded,x,0") -> delivery.Deliveries:
    corridor = small.corridor(projects=PROJECTS, promises=PROMISES, parameters=f"parameter_id,meaning,value\n{never}")
    return delivery.sample(corridor, delivery.fit(corridor), 1, 2000, forced or {})


def test_dates_by_status() -> None:
    found = sampled()
    today = float(delivery.decimal_year(np.datetime64("2026-06-30")))
    assert (found.of("first") >= today).all()
    assert (found.of("third") == delivery.NEVER).all()
    assert (found.of("dropped") == delivery.NEVER).all()
    assert found.of("done") == pytest.approx(float(delivery.decimal_year(np.datetime64("2025-03-01"))))


def test_a_project_waits_for_those_it_comes_after() -> None:
    found = sampled()
    assert (found.of("second") >= found.of("first")).all()
    assert (found.of("second") > found.of("first")).any()
    assert (found.of("second") == found.of("first")).any()


def test_forced_dates_replace_draws_and_do_not_wait() -> None:
    free, found = sampled(), sampled({"first": 2030.0})
    assert (found.of("first") == 2030.0).all()
    assert (found.of("second") >= 2030.0).all()
    own = (free.of("second") > free.of("first")) & (free.of("second") > 2030)
    assert own.any()
    assert (found.of("second")[own] == free.of("second")[own]).all()
    assert (sampled({"second": 2026.6}).of("second") == 2026.6).all()
    assert (sampled({"first": delivery.NEVER}).of("second") == delivery.NEVER).all()


def test_some_projects_never_come() -> None:
    found = sampled(never="never_construction,x,0.3\nnever_funded,x,0")
    assert (found.of("first") == delivery.NEVER).mean() == pytest.approx(0.3, abs=0.04)
    free = sampled()
    comes = found.of("first") < delivery.NEVER
    assert (found.of("first")[comes] == free.of("first")[comes]).all()
    by_default = delivery.never(small.corridor(), "study")
    assert by_default == 0.1


def test_years_and_their_shares() -> None:
    days = np.array(["2027-01-01", "2027-07-02", "2028-12-31", "NaT"], dtype="datetime64[D]")
    assert delivery.decimal_year(days) == pytest.approx([2027.0, 2027 + 182 / 365, 2028 + 365 / 366, np.nan], nan_ok=True)
    shares = delivery.shares(np.array([2026.25, 2027.0, delivery.NEVER]), range(2026, 2029))
    assert shares.tolist() == [[0.75, 1, 1], [0, 1, 1], [0, 0, 0]]
