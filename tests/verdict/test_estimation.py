"""Counts move demand: a known factor is found, check years stay out, and what is stored is what was fitted."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import calibrate, document, estimation, measures
from karvan.verdict.model import prepare
from tests.verdict import small
from tests.verdict.test_calibrate import CASE as NUMBERS
from tests.verdict.test_calibrate import DEMAND, LINKS, YEARS, tariffs

CASE = NUMBERS.replace("check = [2024, 2025]", "check = [2024, 2025]\nlasting = 0.5") + """
[[calibration.demand]]
name = "boxes from a to b"
spread = 1.0
origins = ["za"]
[[calibration.demand]]
name = "boxes back"
spread = 1.0
origins = ["zb"]
"""
FULL = LINKS.format("", "").replace("road,1000,,", "road,1000,300000,t/yr")
BOTH = DEMAND + "\nba2023,zb,za,box,2023,0"


def observations(factors: dict[int, float], links: str) -> str:
    """What a corridor with these factors of demand carries, as rows of observations."""
    demand = "demand_id,origin,destination,commodity_id,year,amount\n" + "\n".join(
        f"ab{y},za,zb,box,{y},{(1e6 + 1e5 * (y - 2022)) * factors.get(y, 1.0)}" for y in YEARS)  # fmt: skip
    model = prepare(small.corridor(tariffs=tariffs(25.0), demand=demand, links=links))
    lines = ["observation_id,metric,subject,measure_basis,period,unit,value,scope,known_since,basis"]
    for cut in ("rail", "road"):
        plan = measures.plan(model.compiled, [small.flow(f"cut:{cut}")])
        for year in YEARS:
            value = plan.of_year(model.compiled, model.compiled.cells.today, model.past(year).result.arc_flow)[0]
            lines.append(f"{cut}{year},freight_volume,cut:{cut},traffic,{year},t,{value:.6f},ministry,{year + 1}-03-01,reported")
    return "\n".join(lines)


def tables(factors: dict[int, float], links: str = small.TABLES["links"]) -> dict[str, str]:
    return {"tariffs": tariffs(20.0), "demand": BOTH, "links": links, "observations": observations(factors, links)}


@pytest.mark.parametrize(("links", "decided", "near"), [(small.TABLES["links"], 3, 0.01), (FULL, 2, 0.02)])
def test_known_factors_are_found_beside_a_known_reluctance(links: str, decided: int, near: float) -> None:
    """Where the road is full only the rail answers: two counts for one reluctance and two factors, of which the prior decides the rest."""
    case = CASE.replace('subject = "cut:rail"', 'subject = "cut:rail"\nspread = 0.001').replace('subject = "cut:road"', 'subject = "cut:road"\nspread = 0.001')
    fit = calibrate.calibrate(small.corridor(case, **tables({2022: 1.3, 2023: 0.8}, links)))
    assert fit.estimate is not None
    assert fit.estimate.converged
    assert [fit.demand.of_year(year)[0] for year in (2022, 2023)] == pytest.approx([1.3, 0.8], rel=near)
    assert decided == 2 or fit.values == pytest.approx([25.0], abs=0.5)
    assert fit.parameters == pytest.approx(decided, abs=0.2)
    assert all(abs(each.error) < 0.001 for each in fit.comparisons if each.role == "fit")


def test_check_years_never_reach_the_factors() -> None:
    plain, lied = (calibrate.calibrate(small.corridor(CASE, **tables({2022: 1.3, 2023: 1.3, 2024: later, 2025: later}))) for later in (1.0, 5.0))
    assert plain.demand.factor.tobytes() == lied.demand.factor.tobytes()
    assert plain.demand.error.tobytes() == lied.demand.error.tobytes()
    factors = dict(zip(plain.demand.years, plain.demand.factor[0], strict=True))
    assert 1.0 < factors[2025] < factors[2024] < factors[2023], "what is learnt fades, and does not turn"


def test_what_no_count_sees_is_said_and_stays() -> None:
    fit = calibrate.calibrate(small.corridor(CASE, **tables({2022: 1.3, 2023: 1.3})))
    moved = {each.name: each for each in estimation.demand(fit)}
    assert moved["boxes from a to b"].seen
    assert not moved["boxes back"].seen
    assert moved["boxes back"].pulls == ()
    assert moved["boxes back"].factor == pytest.approx(1.0)
    assert moved["boxes back"].error == pytest.approx(1.0)


def test_the_report_adds_up_and_says_what_the_solver_says() -> None:
    fit = calibrate.calibrate(small.corridor(CASE, **tables({2022: 1.3, 2023: 1.1})))
    found, seen = fit.estimate, estimation.counts(fit)
    assert found is not None
    assert len(seen) == fit.observations == 4
    assert sum(each.residual**2 for each in seen) == pytest.approx(found.chi_squared)
    assert sum(each.residual_prior**2 for each in seen) == pytest.approx(found.chi_squared_prior)
    assert sum(each.leverage for each in seen) == pytest.approx(fit.parameters)
    for each in seen:
        assert np.log((each.observed + 1000) / (each.fitted + 1000)) / each.spread == pytest.approx(each.residual, abs=1e-6)
    assert found.chi_squared < found.chi_squared_prior
    said = document.fit(fit)["estimation"]
    assert said["left_out_error"] == pytest.approx(estimation.left_out_error(fit))
    assert {each["name"] for each in said["demand"]} == {"boxes from a to b", "boxes back"}


def test_a_figure_left_out_is_missed_as_foretold() -> None:
    """To first order what the report says of a figure left out is what a fit without it says."""
    given = tables({2022: 1.1, 2023: 1.0})
    corridor = small.corridor(CASE, **given)
    fit = calibrate.calibrate(corridor)
    rows = given["observations"].splitlines()
    for each in estimation.counts(fit):
        name = f"{each.key.name}{each.year},"
        less = calibrate.calibrate(small.corridor(CASE, **{**given, "observations": "\n".join(row for row in rows if not row.startswith(name))}))
        model = prepare(small.corridor(CASE, fitted={"calibration": calibrate.document(less)}, **given), fit="calibration")
        plan = measures.plan(model.compiled, [each.key])
        value = plan.of_year(model.compiled, model.compiled.cells.today, model.past(each.year).result.arc_flow)[0]
        assert np.log((value + 1000) / (each.observed + 1000)) == pytest.approx(each.left_out, abs=0.01)


def test_the_model_in_use_has_the_demand_that_was_fitted() -> None:
    given = tables({2022: 1.3, 2023: 0.8, 2024: 1.2, 2025: 1.6})
    fit = calibrate.calibrate(small.corridor(CASE, **given))
    now = calibrate.nowcast(small.corridor(CASE, **given), fit)
    assert now.years == (2025,)
    assert fit.demand.of_year(2025)[0] < now.demand.of_year(2025)[0] < 1.7, "the nowcast has seen the year"
    assert now.demand.of_year(2023) == pytest.approx(fit.demand.of_year(2023))
    for each in (fit, now):
        model = prepare(small.corridor(CASE, fitted={each.name: calibrate.document(each)}, **given), fit=each.name)
        plan = measures.plan(model.compiled, [comparison.key for comparison in each.comparisons])
        for comparison in each.comparisons:
            flows = plan.of_year(model.compiled, model.compiled.cells.today, model.past(comparison.year).result.arc_flow)
            assert flows[plan.keys.index(comparison.key)] == pytest.approx(comparison.modelled, rel=1e-5)


def test_counts_have_the_error_of_their_basis_and_of_the_model() -> None:
    case = CASE.replace("[[calibration.measures]]", "[[calibration.counts]]", 1).replace("lasting = 0.5", "model_error = 0.24")
    fit = calibrate.calibrate(small.corridor(case, **tables({2022: 1.3})))
    spreads = {key.name: spread for (key, _), spread in zip(fit.fitted, fit.spreads, strict=True)}
    assert spreads == {"rail": pytest.approx(0.26), "road": 0.1}, "reported: 0.1, and 0.24 of the model"


def test_without_demand_the_same_figures_move_the_numbers_alone() -> None:
    corridor = small.corridor(CASE, **tables({2022: 1.3, 2023: 1.3}))
    plain, moved = calibrate.calibrate(corridor, with_demand=False), calibrate.calibrate(corridor)
    assert plain.fitted == moved.fitted
    assert plain.demand.groups == ()
    assert plain.estimate is not None
    assert moved.estimate is not None
    assert moved.estimate.chi_squared < plain.estimate.chi_squared
