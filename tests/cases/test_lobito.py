"""A second case, of another region: the code knows no place, and every verb answers for it."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import karvan
from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.tables.catalogue import SCHEMAS
from karvan.verbs.assess import assess
from karvan.verbs.loading import DEFAULT_CASE
from karvan.verdict import assess as assessing
from karvan.verdict import calibrate, certify, delivery, futures, measures, transit
from karvan.verdict.assess import Assessment, Options
from karvan.verdict.futures import Forced
from karvan.verdict.judge import Word
from karvan.verdict.measures import Key
from karvan.verdict.model import Model, prepare
from karvan.verdict.throughput import Throughput

NAME = "lobito"
FOLDER = cases.built_in()[NAME]
PACKAGE = Path(karvan.__file__).parent
WORDS_OF_ONE_REGION = re.compile(r"caspian|\btitr\b|aktau|kuryk|baku\b|kazakh|azerbai", re.IGNORECASE)


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return cases.load(NAME)


@pytest.fixture(scope="module")
def model(corridor: Corridor) -> Model:
    return prepare(corridor)


@pytest.fixture(scope="module")
def board(corridor: Corridor) -> Assessment:
    return assessing.assess(corridor, Options(50, certify_share=0.05))


def test_the_code_names_no_place_of_a_case() -> None:
    """Nothing outside of the cases speaks of the Caspian, in code, sentences or help."""
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in (".py", ".toml", ".html", ".css", ".js") and path.relative_to(PACKAGE).parts[0] != "cases"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WORDS_OF_ONE_REGION.search(line)
    ]
    assert not found, "\n".join(found)


def test_it_holds_together_and_its_fits_are_of_its_data(corridor: Corridor) -> None:
    assert cases.is_built_in(NAME)
    assert set(corridor.fitted) == {"calibration", "nowcast"}
    assert calibrate.stale(corridor) == ()
    assert corridor.settings.headline in corridor["cuts"]


def test_it_is_of_another_region(corridor: Corridor) -> None:
    """No node, link or cargo of the first case stands in it, and it has no sea that falls."""
    other = cases.load(DEFAULT_CASE)
    shared = set(corridor["nodes"].keys) & set(other["nodes"].keys)
    assert shared <= {"shanghai", "rotterdam"}, shared
    for table in ("links", "terminals", "fleets", "services", "projects", "targets", "cuts"):
        assert not set(corridor[table].keys) & set(other[table].keys), table
    assert not corridor.settings.level
    assert set(corridor["modes"].keys) - set(other["modes"].keys) == {"rail_1067"}


def test_every_source_that_is_named_is_used_and_every_estimate_says_how(corridor: Corridor) -> None:
    """A row without a source has a note that says where its figure comes from; no source stands there for show."""
    used: set[str] = set()
    silent = []
    for name, table in corridor.tables.items():
        if "source_id" not in SCHEMAS[name]:
            continue
        used |= set(table["source_id"])
        if name in ("targets", "observations", "claims", "projects", "promises", "tariffs", "terminals", "fleets", "services", "resources"):
            silent += [f"{name}.{key}" for key, source, note in zip(table.keys, table["source_id"], table["note"], strict=True) if not source and not note]
    assert not silent
    with (FOLDER / "procedures" / "demand_inputs.csv").open(encoding="utf-8", newline="") as lines:
        used |= {row["source_id"] for row in csv.DictReader(lines)}
    assert set(corridor["sources"].keys) - used == set()


def test_nothing_later_than_the_day_of_the_case(corridor: Corridor) -> None:
    today = str(corridor.as_of)
    for row in corridor["sources"].rows():
        assert row["date"] == "unknown" or row["date"] <= today, row["source_id"]


def test_every_target_has_a_verdict(board: Assessment, corridor: Corridor) -> None:
    assert [each.target["target_id"] for each in board.verdicts] == list(corridor["targets"].keys)
    for each in board.verdicts:
        found = each.judgement
        if found.word in (Word.ON_COURSE, Word.IN_DOUBT, Word.OFF_COURSE):
            assert found.probability is not None
            timed = each.target["metric"].startswith("transit_time")
            assert bool(found.binds) == (found.probability < 1 and not timed), each.target["target_id"]
        elif found.word in (Word.NO_NUMBER, Word.UNSEEN):
            assert each.missing, each.target["target_id"]
        elif found.word in (Word.KEPT, Word.MISSED):
            assert each.observed is not None
    words = {each.judgement.word for each in board.verdicts}
    assert len(words) >= 5


def test_every_solve_converges_and_every_certificate_passes(board: Assessment) -> None:
    assert (board.unconverged, board.certificate_failures) == (0, 0)
    assert board.certified == pytest.approx(0.05 * board.solves, abs=1)


def test_flows_conserve(model: Model) -> None:
    """What arrives and what stays home is what was wanted, re-computed outside of the engine."""
    compiled = model.compiled
    answer = model.past(2024)
    certificate = certify.certificate(compiled.network, compiled.uses, compiled.demands, compiled.choice, answer.conditions, compiled.delay,
                                      model.routes, model.base_cost, answer.result)  # fmt: skip
    assert certificate.passed
    total = answer.result.route_flow.sum() + answer.result.unserved.sum()
    assert total == pytest.approx(answer.conditions.amount.sum(), rel=1e-6)


def flow(subject: str, commodity: str = "all") -> Key:
    return Key("freight_volume", subject, "both", commodity, "traffic")


MORE, LESS = 1, -1
EFFECTS: dict[str, tuple[Key, int]] = {
    "lar_line_upgrade": (Key("transit_time", "od:luau>lobito", "both", "copper", "time"), LESS),
    "lar_rolling_stock": (Key("route_capacity", "cut:lobito_border", "both", "all", "capacity"), MORE),
    "drc_emergency": (Key("transit_time", "od:kolwezi>lobito", "both", "copper", "time"), LESS),
    "drc_rehabilitation": (flow("cut:lobito_border"), MORE),
    "zambia_lobito": (flow("cut:zambia_link"), MORE),
    "tazara_revival": (flow("cut:dar_rail"), MORE),
    "kasomeno_mwenda": (flow("link:lubumbashi_mwenda_road"), MORE),
    "kolwezi_lumwana": (flow("link:kolwezi_solwezi_road"), MORE),
    "nakonde_24h": (Key("border_time", "terminal:tunduma_entry", "both", "all", "time"), LESS),
}


@pytest.fixture(scope="module")
def alone(model: Model) -> dict[str, np.ndarray]:
    """The measures of EFFECTS in the last year without any project, and with one alone."""
    compiled = model.compiled
    reference = delivery.fit(compiled.corridor)
    plan = measures.plan(compiled, tuple(key for key, _ in EFFECTS.values()))
    at = len(compiled.corridor.settings.years) - 1
    nothing = {row["project_id"]: delivery.NEVER for row in compiled.corridor["projects"].rows() if row["status"] != "delivered"}

    def values(deliveries: dict[str, float]) -> np.ndarray:
        drawn = futures.sample(compiled, 1, 1, Forced(deliveries), reference)
        cells = drawn.cells(compiled, 0, at)
        answer = model.solve(cells, drawn.demand.base * 1.4)
        out = plan.of_year(compiled, cells, answer.result.arc_flow)
        for i, key in plan.times:
            out[i] = transit.of_year(model, answer, key)
        for i, key in plan.throughputs:
            out[i] = Throughput(model, key).of_year(answer)
        return out

    without = values(nothing)
    found = {}
    for project, (key, _) in EFFECTS.items():
        there = values({**nothing, project: float(compiled.corridor.settings.first_year)})
        i = plan.keys.index(key)
        found[project] = np.array([without[i], there[i]])
    return found


@pytest.mark.parametrize("project", EFFECTS)
def test_a_project_does_what_it_is_for(alone: dict[str, np.ndarray], project: str) -> None:
    without, there = alone[project]
    assert EFFECTS[project][1] * (there - without) > 0.001 * max(abs(without), abs(there)), (without, there)


def test_wagons_alone_pass_nothing_more_while_something_else_is_tighter(model: Model) -> None:
    """More wagons without more locomotives or a better track: the capacity of the way is that of its narrowest part."""
    compiled = model.compiled
    key = Key("route_capacity", "cut:lobito_border", "both", "all", "capacity")
    throughput = Throughput(model, key)
    place = compiled.cells.place("fleets", compiled.corridor["fleets"].index["lar_wagons"], "number")
    assert place is not None
    found = []
    for factor in (1.0, 2.0, 0.1):
        cells = compiled.cells.today.copy()
        cells[place] *= factor
        found.append(throughput.of_year(model.solve(cells, compiled.amounts[-1])))
    today, more, few = found
    assert more == pytest.approx(today)
    assert few < 0.5 * today


def test_a_forced_delivery_moves_the_board() -> None:
    """As with --set: the same draws, one project never and at once."""
    keys = ("t16_tazara_capacity",)
    never, soon = (
        assess(NAME, 10, 1, 1, None, (f"tazara_revival={day}",), None, None, keys) for day in ("never", "2026-07-01")
    )
    of_never, of_soon = (each.assessment.verdicts[0].judgement for each in (never, soon))
    assert of_never.probability == 0
    assert of_never.median is not None
    assert of_soon.median is not None
    assert of_soon.median > 2 * of_never.median


def test_the_fit_year_is_met_in_size(corridor: Corridor) -> None:
    """All cargo of the line in the fitted year within 30 %; the check year is not in the fit nor in the demand inputs."""
    calibrated = prepare(corridor, fit="calibration")
    key = flow("cut:lobito_line")
    plan = measures.plan(calibrated.compiled, (key,))
    answer = calibrated.past(2024)
    observed = next(row["value"] for row in corridor["observations"].rows() if row["observation_id"] == "lobito_line_2024")
    assert plan.of_year(calibrated.compiled, calibrated.compiled.cells.today, answer.result.arc_flow)[0] == pytest.approx(observed, rel=0.3)
    with (FOLDER / "procedures" / "demand_inputs.csv").open(encoding="utf-8", newline="") as lines:
        years = [int(row["year"]) for row in csv.DictReader(lines) if row["year"]]
    assert max(years) <= max(corridor.settings.calibration["fit"]) < min(corridor.settings.calibration["check"])


def test_the_procedure_writes_the_demand_that_is_there(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "procedures", tmp_path / "procedures", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, str(tmp_path / "procedures" / "demand.py")], check=True, cwd=tmp_path)
    assert (tmp_path / "demand.csv").read_bytes() == (FOLDER / "demand.csv").read_bytes()


def test_the_readme_counts_what_is_there(corridor: Corridor) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    counted = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", text, flags=re.MULTILINE))
    assert counted, "no table of counts"
    assert {name: int(count) for name, count in counted.items()} == {name: len(table) for name, table in corridor.tables.items() if len(table)}


def test_a_case_without_containers_ships_its_first_commodity() -> None:
    ways = karvan.load("lobito").route("Kolwezi", "Lobito")
    assert len(ways.rows) >= 1
