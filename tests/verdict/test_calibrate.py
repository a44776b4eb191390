"""The fit finds what made the observations, and is deaf to the years it is checked on."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import anchor, calibrate, calibration_checks, measures
from karvan.verdict.model import Model, prepare
from tests.verdict import small

CASE = small.CASE + """
[calibration]
fit = [2022, 2023]
check = [2024, 2025]
[[calibration.measures]]
metric = "freight_volume"
subject = "cut:rail"
[[calibration.measures]]
metric = "freight_volume"
subject = "cut:road"
[[calibration.free]]
name = "reluctance to go by rail"
table = "tariffs"
column = "price"
ids = ["rail_reluctance"]
prior_sd = 1000.0
low = -200.0
high = 200.0
"""
YEARS = (2022, 2023, 2024, 2025)
DEMAND = "demand_id,origin,destination,commodity_id,year,amount\n" + "\n".join(f"ab{y},za,zb,box,{y},{1e6 + 1e5 * (y - 2022)}" for y in YEARS)


def tariffs(reluctance: float) -> str:
    return small.TABLES["tariffs"].replace("id,price", "id,price,kind").replace("ab,20", "ab,20,price").replace("ab,30", "ab,30,price") + (
        f"\n        rail_reluctance,link,rail_ab,{reluctance},perceived")


LINKS = "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,{},{}\nroad_ab,a,b,road,1000,,"


def observations(reluctance: float, links: str, factors: dict[int, float] | None = None) -> str:
    """What a corridor with this reluctance carries, as rows of observations; `factors` tells lies about some years."""
    model = prepare(small.corridor(tariffs=tariffs(reluctance), demand=DEMAND, links=links))
    lines = ["observation_id,metric,subject,measure_basis,period,unit,value,scope,known_since"]
    for cut in ("rail", "road"):
        plan = measures.plan(model.compiled, [small.flow(f"cut:{cut}")])
        for year in YEARS:
            value = plan.of_year(model.compiled, model.compiled.cells.today, model.past(year).result.arc_flow)[0] * (factors or {}).get(year, 1.0)
            lines.append(f"{cut}{year},freight_volume,cut:{cut},traffic,{year},t,{value:.6f},ministry,{year + 1}-03-01")
    return "\n".join(lines)


def fitted(reluctance: float, links: str = small.TABLES["links"], factors: dict[int, float] | None = None, prior: float = 0.0) -> calibrate.Fit:
    seen = observations(reluctance, links, factors)
    return calibrate.calibrate(small.corridor(CASE, tariffs=tariffs(prior), demand=DEMAND, links=links, observations=seen))


@pytest.mark.parametrize("reluctance", [25.0, -15.0, 0.0])
@pytest.mark.parametrize("prior", [0.0, 40.0])
def test_a_known_reluctance_is_found(reluctance: float, prior: float) -> None:
    fit = fitted(reluctance, prior=prior)
    assert fit.values == pytest.approx([reluctance], abs=0.3)
    assert fit.observations == 4
    assert fit.degrees_of_freedom == pytest.approx(3, abs=1e-3)
    assert all(abs(each.error) < 0.01 for each in fit.comparisons)


def test_a_known_reluctance_is_found_although_the_road_is_full() -> None:
    links = LINKS.format("", "").replace("road,1000,,", "road,1000,300000,t/yr")
    assert fitted(25.0, links).values == pytest.approx([25.0], abs=0.5)


def test_check_years_never_reach_the_fit() -> None:
    plain, lied = fitted(25.0), fitted(25.0, factors={2024: 10.0, 2025: 10.0})
    assert plain.values.tobytes() == lied.values.tobytes()
    assert plain.errors.tobytes() == lied.errors.tobytes()
    modelled = [[each.modelled for each in fit.comparisons] for fit in (plain, lied)]
    assert modelled[0] == modelled[1]
    assert {each.year: each.role for each in plain.comparisons} == {2022: "fit", 2023: "fit", 2024: "check", 2025: "check"}
    moved = fitted(25.0, factors={2023: 1.2})
    assert moved.values.tobytes() != plain.values.tobytes()


def test_a_prior_that_is_sure_stays() -> None:
    case = CASE.replace("prior_sd = 1000.0", "prior_sd = 0.001")
    seen = observations(25.0, small.TABLES["links"])
    fit = calibrate.calibrate(small.corridor(case, tariffs=tariffs(5.0), demand=DEMAND, observations=seen))
    assert fit.values == pytest.approx([5.0], abs=0.01)


def test_the_standard_error_is_that_of_the_slope() -> None:
    """Rail and road change places: d ln(rail share)/dc and d ln(road share)/dc by the logit, spread 0.1, two years."""
    fit = fitted(10.0)
    weight = np.exp(-0.05 * np.array([50.0, 40.0, 140.0]))
    share = weight / weight.sum()
    slopes = np.array([-0.05 * (1 - share[0]), 0.05 * share[0]])
    expected = 0.1 / np.sqrt(2 * (slopes**2).sum())
    assert fit.errors == pytest.approx([expected], rel=0.01)


def test_the_nowcast_fits_the_last_year_and_starts_from_the_calibration() -> None:
    seen = observations(25.0, small.TABLES["links"]).splitlines()
    other = observations(45.0, small.TABLES["links"]).splitlines()
    mixed = [b if ",2025," in b else a for a, b in zip(seen, other, strict=True)]
    corridor = small.corridor(CASE, tariffs=tariffs(0.0), demand=DEMAND, observations="\n".join(mixed))
    fit = calibrate.calibrate(corridor)
    now = calibrate.nowcast(corridor, fit)
    assert now.years == (2025,)
    assert fit.values == pytest.approx([25.0], abs=0.3)
    assert now.values == pytest.approx([45.0], abs=0.5)
    assert all(abs(each.error) < 0.01 for each in now.comparisons if each.year == 2025)


def test_what_case_toml_names_and_is_not_there_is_told_together() -> None:
    case = CASE.replace('ids = ["rail_reluctance"]', 'ids = ["rail_reluctance", "nobody", "none"]')
    faults = list(calibration_checks.check(small.corridor(case, tariffs=tariffs(0.0), demand=DEMAND)))
    assert [fault.found for fault in faults] == ["tariffs.nobody.price", "tariffs.none.price"]


def test_a_stored_fit_is_used_and_known_to_be_stale() -> None:
    seen = observations(25.0, small.TABLES["links"])
    tables = {"tariffs": tariffs(0.0), "demand": DEMAND, "observations": seen}
    fit = calibrate.calibrate(small.corridor(CASE, **tables))
    stored = {"calibration": calibrate.document(fit)}
    corridor = small.corridor(CASE, fitted=stored, **tables)
    assert calibrate.stale(corridor) == ()
    model = prepare(corridor)
    place = model.compiled.cells.place("tariffs", corridor["tariffs"].index["rail_reluctance"], "price")
    assert place is not None
    assert model.compiled.cells.today[place] == pytest.approx(fit.values[0], abs=1e-6)
    assert calibrate.stale(small.corridor(CASE, fitted=stored, **{**tables, "tariffs": tariffs(1.0)})) == ("calibration",)


def anchored(drawn_price: float) -> tuple[anchor.Anchor, Model, np.ndarray, np.ndarray]:
    seen = observations(25.0, small.TABLES["links"])
    model = prepare(small.corridor(CASE, tariffs=tariffs(25.0), demand=DEMAND, observations=seen))
    found = anchor.prepare(model)
    assert found is not None
    place = model.compiled.cells.place("tariffs", model.compiled.corridor["tariffs"].index["rail_price"], "price")
    return found, model, np.array([drawn_price]), np.array([place])


@pytest.mark.parametrize("drawn_price", [20.0, 5.0, 35.0, 50.0])
def test_every_future_begins_at_the_last_observed_year(drawn_price: float) -> None:
    """A freight rate drawn 15 USD too high is met by a reluctance 15 USD lower; the year is met within 2 %."""
    found, model, drawn, places = anchored(drawn_price)
    assert found.year == 2025
    values, _ = found.values(drawn, places)
    assert values == pytest.approx([25.0 + 20.0 - drawn_price], abs=1.0)
    cells = model.compiled.cells.today.copy()
    cells[places] = drawn
    found.set(cells, values)
    answer = model.solve(cells, found.amount, found.level)
    flows = found.plan.of_year(model.compiled, cells, answer.result.arc_flow)
    assert flows == pytest.approx(np.exp(found.observed) - calibrate.floors(found.plan.keys), rel=0.02)


def test_a_future_that_was_drawn_at_its_likely_values_is_not_moved() -> None:
    found, _, _, _ = anchored(20.0)
    assert found.values(np.zeros(0), np.zeros(0, dtype=np.int64))[0] == pytest.approx(found.start, abs=1e-3)


def test_the_numbers_of_an_anchor_stay_within_their_bounds() -> None:
    found, _, _, places = anchored(20.0)
    assert found.values(np.array([1000.0]), places)[0] == pytest.approx([-200.0])


def test_a_case_that_calibrates_nothing_has_no_anchor() -> None:
    assert anchor.prepare(prepare(small.corridor())) is None


def test_the_model_in_use_is_the_one_that_was_fitted() -> None:
    """With the fit stored, every year has the flows that the fit printed, those who stay home included."""
    tables = {"tariffs": tariffs(0.0), "demand": DEMAND, "observations": observations(60.0, small.TABLES["links"])}
    fit = calibrate.calibrate(small.corridor(CASE, **tables))
    now = calibrate.nowcast(small.corridor(CASE, **tables), fit)
    for each in (fit, now):
        model = prepare(small.corridor(CASE, fitted={each.name: calibrate.document(each)}, **tables), fit=each.name)
        plan = measures.plan(model.compiled, [comparison.key for comparison in each.comparisons])
        for comparison in each.comparisons:
            flows = plan.of_year(model.compiled, model.compiled.cells.today, model.past(comparison.year).result.arc_flow)
            assert flows[plan.keys.index(comparison.key)] == pytest.approx(comparison.modelled, rel=1e-5)
