"""The built-in case: every promise gets a verdict, projects do what they are for, and the fit saw nothing of its check years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.engines import arrays, assign
from karvan.files import cases
from karvan.verbs.loading import DEFAULT_CASE, load
from karvan.verdict import assess as assessing
from karvan.verdict import calibrate, delivery, estimation, futures, measures, transit
from karvan.verdict.assess import Assessment, Options
from karvan.verdict.futures import Forced
from karvan.verdict.judge import Word
from karvan.verdict.measures import Key
from karvan.verdict.model import Answer, Model, prepare
from karvan.verdict.shipment import likely_year

FOLDER = cases.built_in()[DEFAULT_CASE]
FUTURES = 2


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


@pytest.fixture(scope="module")
def model(corridor: Corridor) -> Model:
    return prepare(corridor)


@pytest.fixture(scope="module")
def board(corridor: Corridor) -> Assessment:
    return assessing.assess(corridor, Options(20, certify_share=0.1))


def test_every_target_has_a_verdict(board: Assessment, corridor: Corridor) -> None:
    assert [verdict.target["target_id"] for verdict in board.verdicts] == list(corridor["targets"].keys)
    for verdict in board.verdicts:
        found = verdict.judgement
        if found.word in (Word.ON_COURSE, Word.IN_DOUBT, Word.OFF_COURSE):
            assert found.probability is not None
            assert bool(found.binds) == (found.probability < 1), verdict.target["target_id"]
        elif found.word in (Word.NO_NUMBER, Word.UNSEEN):
            assert verdict.missing, verdict.target["target_id"]
        elif found.word in (Word.KEPT, Word.MISSED):
            assert verdict.observed is not None
    words = {verdict.judgement.word for verdict in board.verdicts}
    assert len(words) >= 6


def test_every_solve_converges_and_every_certificate_passes(board: Assessment) -> None:
    assert (board.unconverged, board.certificate_failures) == (0, 0)
    assert board.certified == pytest.approx(0.1 * board.solves, abs=1)


def test_the_measures_of_the_board_are_numbers(board: Assessment) -> None:
    for key in board.keys:
        if key.how != measures.SERIES:
            path = board.path(key)
            assert np.isfinite(path).all(), key
            assert (path >= 0).all(), key


def freight(subject: str, metric: str = "freight_volume") -> Key:
    return Key(metric, subject, "both", "all", "traffic")


def capacity(subject: str, metric: str = "port_capacity") -> Key:
    return Key(metric, subject, "both", "all", "capacity")


def step(terminal: str) -> Key:
    return Key("border_time", f"terminal:{terminal}", "both", "all", "time")


MORE, LESS = 1, -1
EFFECTS: dict[str, tuple[Key, int]] = {
    "aktau_30mt": (capacity("resource:aktau_port"), MORE),
    "aktau_hub_stage_2": (capacity("resource:aktau_container_yard", "container_capacity"), MORE),
    "alat_fertiliser": (capacity("terminal:alat_fertiliser_berth"), MORE),
    "alat_phase_2": (capacity("resource:alat_container_yard", "container_capacity"), MORE),
    "kuryk_sarzha": (capacity("resource:kuryk_port"), MORE),
    "poti_new_berth": (capacity("resource:poti_containers", "container_capacity"), MORE),
    "btc_kz_7": (capacity("resource:btc_kazakh_contract"), MORE),
    "halkali_kapikule": (capacity("resource:halkali_kapikule_line"), MORE),
    "divrigi_kars": (capacity("resource:divrigi_kars_line"), MORE),
    "alat_intermodal": (step("alat_container_stack"), LESS),
    "border_digital": (step("dostyk_import_check"), LESS),
    "ebrd_aktau": (step("aktau_container_crane"), LESS),
    "kz_uz_rail_jv": (step("tashkent_from_kazakhstan"), LESS),
    "mc_multimodal": (step("boyuk_kesik_check"), LESS),
    "rasht_astara": (freight("link:astara_ir_rasht_rail_1435"), MORE),
    "unified_certification": (step("kuryk_lorry_boarding"), LESS),
    "almaty_bypass": (freight("link:zhetygen_kazybek_bek_rail_1520"), MORE),
    "anaklia": (freight("link:anaklia_istanbul_sea"), MORE),
    "bakhty_ayagoz": (freight("link:bakhty_ayagoz_rail_1520"), MORE),
    "cku": (freight("link:kashgar_makmal_rail_1435"), MORE),
    "darbaza_maktaaral": (freight("link:darbaza_maktaaral_rail_1520"), MORE),
    "horadiz_aghband": (freight("link:alat_horadiz_rail_1520"), MORE),
    "kars_dilucu": (freight("link:dilucu_kars_rail_1435"), MORE),
    "kyzylzhar_moiynty": (freight("link:moiynty_kyzylzhar_rail_1520"), MORE),
    "tripp_meghri": (freight("link:agbend_meghri_rail_1520"), MORE),
    "asco_dry_2": (freight("cut:aktau_iran"), MORE),
    "kz_ferries": (freight("link:kuryk_alat_ferry"), MORE),
    "caspian_feeders_new": (freight("cut:feeders_westbound", "container_volume"), MORE),
    "unified_tariff": (freight("cut:titr_caspian", "container_volume"), MORE),
    "oil_tariff_cut": (freight("cut:caspian_oil"), MORE),
    "kz_tankers_new": (freight("cut:caspian_oil"), MORE),
    "beyneu_mangistau": (Key("transit_time", "od:beyneu>mangistau", "both", "container", "time"), LESS),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(model: Model) -> dict[str, np.ndarray]:
    """The measures of EFFECTS in the last year with every project delivered in the first, and with all but one."""
    compiled = model.compiled
    reference = delivery.fit(compiled.corridor)
    keys = tuple(key for key, _ in EFFECTS.values())
    plan = measures.plan(compiled, keys)
    at = len(compiled.corridor.settings.years) - 1
    everything = dict.fromkeys(compiled.corridor["projects"].keys, float(compiled.corridor.settings.first_year))

    def values(deliveries: dict[str, float]) -> np.ndarray:
        drawn = futures.sample(compiled, 1, FUTURES, Forced(deliveries), reference)
        out = np.zeros((FUTURES, len(plan.keys)))
        for future in range(FUTURES):
            cells = drawn.cells(compiled, future, at)
            answer = model.solve(cells, drawn.demand.base * 1.5, float(drawn.level[future, at]))
            out[future] = plan.of_year(compiled, cells, answer.result.arc_flow)
            for i, key in plan.times:
                out[future, i] = transit.of_year(model, answer, key)
        return out.mean(axis=0)

    whole = values(everything)
    found = {}
    for project, (key, _) in EFFECTS.items():
        without = values({**everything, project: delivery.NEVER})
        i = plan.keys.index(key)
        found[project] = np.array([without[i], whole[i]])
    return found


@pytest.mark.parametrize("project", EFFECTS)
def test_a_project_does_what_it_is_for(built: dict[str, np.ndarray], project: str) -> None:
    """The last year, all projects there, the same draws: with this project and without it."""
    without, there = built[project]
    sign = EFFECTS[project][1]
    assert sign * (there - without) > 0.001 * max(abs(without), abs(there)), (without, there)


def test_a_project_without_a_promised_date_never_comes_by_itself(model: Model) -> None:
    drawn = futures.sample(model.compiled, 1, 5)
    rows = model.compiled.corridor["projects"]
    for row in rows.rows():
        if np.isnat(row["promised"]) and row["status"] != "delivered":
            assert (drawn.deliveries.of(row["project_id"]) == delivery.NEVER).all()


def test_the_fit_years_are_met_in_size(corridor: Corridor) -> None:
    """Totals over the Caspian of the years that were fitted, within 30 %."""
    calibrated = prepare(corridor, fit="calibration")
    keys = {Key("freight_volume", f"cut:{corridor.settings.headline}", "both", measures.ALL, "traffic"): 0.1}
    plan = measures.plan(calibrated.compiled, keys)
    fit_years = corridor.settings.calibration["fit"]
    compared = 0
    for key, year, value, _ in calibrate.observed(corridor, keys):
        if year in fit_years:
            answer = calibrated.past(year)
            found = plan.of_year(calibrated.compiled, calibrated.compiled.cells.today, answer.result.arc_flow)[plan.keys.index(key)]
            assert found == pytest.approx(value, rel=0.3), (key, year)
            compared += 1
    assert compared >= len(fit_years)


def test_measures_and_counts_are_fitted_and_everything_else_is_compared(corridor: Corridor) -> None:
    found = calibrate.calibrate(corridor)
    section = corridor.settings.calibration
    headline = {key.commodity for key, _ in found.fitted if key.name == corridor.settings.headline}
    assert headline == {"dry", "oil", "container"}, "apart, and their total not at all"
    assert {key.undirected for key, _ in found.fitted} == {*calibrate.measures_of(section), *calibrate.counts_of(section)}
    assert {year for _, year in found.fitted} == set(corridor.settings.calibration["fit"])
    assert found.observations == sum(each.fitted for each in found.comparisons) < len(found.comparisons)
    assert found.estimate is not None
    assert found.estimate.converged
    assert len(found.free) <= found.parameters <= found.observations / 2, "the counts do not decide more than half of themselves"
    assert {"corridor", "ports", "days", "prices", "rivals"} <= {score.group for score in found.scores}
    assert all(np.isfinite(each.modelled) and np.isfinite(each.observed) for each in found.comparisons)
    for year in {share.year for share in found.shares}:
        for side in ("observed", "modelled"):
            assert sum(getattr(share, side) for share in found.shares if share.year == year) == pytest.approx(1)


def test_counts_foretell_each_other_and_the_check_years_better_when_they_move_demand(corridor: Corridor) -> None:
    moved, plain = (calibrate.calibrate(corridor, with_demand) for with_demand in (True, False))
    assert moved.fitted == plain.fitted
    assert estimation.left_out_error(moved) < 0.8 * estimation.left_out_error(plain)
    ratios = [next(score.walk.ratio for score in fit.scores if score.group == "all") for fit in (moved, plain)]
    assert ratios[0] < ratios[1] < 1
    corridor_error = next(score.fit.percentage for score in moved.scores if score.group == "corridor")
    assert corridor_error < 0.1


def test_rivals_cost_what_was_observed(corridor: Corridor) -> None:
    """Prices of a box in the years that were fitted, where the best way of the model is the observed one: half of them within 15 %."""
    calibrated = prepare(corridor, fit="calibration")
    gaps = []
    for row in corridor["observations"].rows():
        year = int(row["period"][:4])
        if row["metric"] == "box_rate" and row["role"] == "used" and year in corridor.settings.calibration["fit"]:
            modelled = transit.of_year(calibrated, calibrated.past(year), Key.of(row))
            gaps.append(abs(np.log(modelled / row["value"])))
    assert len(gaps) >= 8
    assert np.median(gaps) < np.log(1.15)
    assert max(gaps) < np.log(1.5)


def test_the_price_of_a_hand_over_is_the_slope_of_the_optimum(model: Model) -> None:
    """The tightest limit of 2026 that is simply full, by central differences of the certified objective."""
    answer = likely_year(model, 2026, Forced({}, float("nan"), 1.0))
    full = (answer.result.price_scarcity > 0) & (model.compiled.delay.kind == arrays.HARD)
    limit = int(np.argmax(np.where(full, answer.result.price * answer.result.load, 0.0)))
    assert full[limit]
    objective = []
    for factor in (0.999, 1.001):
        capacity = answer.conditions.capacity.copy()
        capacity[limit] *= factor
        conditions = replace(answer.conditions, capacity=capacity)
        result = assign.solve(model.problem, conditions, model.compiled.delay, model.base_cost, warm=answer.result.price)
        objective.append(model.certified(Answer(conditions, result, answer.cells), "one unit more or less").objective)
    slope = (objective[0] - objective[1]) / (0.002 * answer.conditions.capacity[limit])
    assert answer.result.price[limit] == pytest.approx(slope, rel=1e-3)
