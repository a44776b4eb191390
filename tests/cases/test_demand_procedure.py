"""The procedure that makes the OD matrix of the built-in case: margins and totals hold, nothing later enters, the file is what it writes."""

from __future__ import annotations

import csv
import importlib.util
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.verbs.loading import DEFAULT_CASE, load

FOLDER = cases.built_in()[DEFAULT_CASE]
PROCEDURE = FOLDER / "procedures" / "demand.py"


@pytest.fixture(scope="module")
def procedure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demand_procedure", PROCEDURE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def a_copy(folder: Path) -> Path:
    """Procedure, inputs and the tables it reads, in another folder; gives the path of the inputs."""
    shutil.copytree(FOLDER / "procedures", folder / "procedures", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("nodes.csv", "zones.csv"):
        shutil.copy(FOLDER / name, folder / name)
    return folder / "procedures" / "demand_inputs.csv"


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "procedures" / "demand.py")]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)


def test_it_writes_the_demand_that_is_there(tmp_path: Path) -> None:
    a_copy(tmp_path)
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demand.csv").read_bytes() == (FOLDER / "demand.csv").read_bytes()


def test_it_refuses_a_figure_of_a_later_year(tmp_path: Path) -> None:
    inputs = a_copy(tmp_path)
    text = inputs.read_text(encoding="utf-8")
    assert "boxes_baku,,2023," in text
    inputs.write_text(text.replace("boxes_baku,,2023,", "boxes_baku,,2024,"), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode != 0
    assert "2024" in done.stderr
    assert not (tmp_path / "demand.csv").exists()


def test_it_refuses_shares_that_do_not_add_up(tmp_path: Path) -> None:
    inputs = a_copy(tmp_path)
    text = inputs.read_text(encoding="utf-8")
    assert "to_grain_iran,iran,,1," in text
    inputs.write_text(text.replace("to_grain_iran,iran,,1,", "to_grain_iran,iran,,0.9,"), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode != 0
    assert "to_grain_iran" in done.stderr


def test_no_input_describes_a_check_year(corridor: Corridor) -> None:
    last = max(corridor.settings.calibration["fit"])
    years = [int(row["year"]) for row in read("procedures/demand_inputs.csv") if row["year"]]
    assert min(years) == 2019
    assert max(years) <= last < min(corridor.settings.calibration["check"])


def test_every_input_says_who_or_how(corridor: Corridor) -> None:
    for row in read("procedures/demand_inputs.csv"):
        assert row["source_id"] in corridor["sources"] or row["basis"] in ("estimate", "computed"), row
        assert row["source_id"] or row["note"], row


def test_the_matrix_is_as_large_as_promised(corridor: Corridor) -> None:
    demand = corridor["demand"]
    assert len(set(demand["commodity_id"])) >= 8
    assert len(set(demand["origin"]) | set(demand["destination"])) >= 30
    assert sorted({int(year) for year in demand["year"]}) == list(range(2019, 2026))
    pairs = set(zip(demand["origin"], demand["destination"], demand["commodity_id"], strict=True))
    assert len(pairs) <= 280, "the time of a solve grows with the pairs"
    assert len(demand) == 7 * len(pairs)


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (4, 1)])
def test_furness_meets_both_margins(procedure: ModuleType, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    seed = rng.uniform(0.01, 1.0, shape)
    rows = rng.uniform(1.0, 9.0, shape[0])
    columns = rng.uniform(1.0, 9.0, shape[1])
    columns *= rows.sum() / columns.sum()
    fitted = np.array(procedure.furness(seed.tolist(), rows.tolist(), columns.tolist()))
    assert np.abs(fitted.sum(axis=1) - rows).max() < 1e-9
    assert np.abs(fitted.sum(axis=0) - columns).max() < 1e-9
    ratios = fitted / seed
    assert np.linalg.matrix_rank(ratios, tol=1e-8) == 1, "fitted / seed is a row factor times a column factor"


def test_furness_of_a_known_table(procedure: ModuleType) -> None:
    # with margins (3, 1) and (2, 2) and odds ratio 9 the first cell x solves x (x - 1) / ((3 - x) (2 - x)) = 9
    fitted = procedure.furness([[3.0, 1.0], [1.0, 3.0]], [3.0, 1.0], [2.0, 2.0])
    x = (44 - np.sqrt(44**2 - 4 * 8 * 54)) / 16
    assert fitted[0][0] == pytest.approx(x, abs=1e-9)


def test_furness_refuses_margins_that_differ(procedure: ModuleType) -> None:
    with pytest.raises(ValueError, match="must be the same"):
        procedure.furness([[1.0, 1.0]], [3.0], [1.0, 1.0])


def test_distance_is_the_great_circle(procedure: ModuleType) -> None:
    assert procedure.kilometres((0.0, 0.0), (90.0, 0.0)) == pytest.approx(6371.0 * np.pi / 2)
    assert procedure.kilometres((10.0, 90.0), (50.0, 0.0)) == pytest.approx(6371.0 * np.pi / 2)


def test_totals_are_conserved(procedure: ModuleType) -> None:
    """What stands in demand.csv, and what was dropped, adds up to the flows, per commodity and year."""
    get = procedure.Inputs(PROCEDURE.with_name("demand_inputs.csv"))
    flows: dict[tuple[str, int], float] = defaultdict(float)
    for flow in procedure.FLOWS:
        for year in procedure.YEARS:
            flows[flow.commodity, year] += flow.total(get, year)
    written: dict[tuple[str, int], float] = defaultdict(float)
    rows: dict[tuple[str, int], int] = defaultdict(int)
    for row in read("demand.csv"):
        key = (row["commodity_id"], int(row["year"]))
        written[key] += float(row["amount"])
        rows[key] += 1
    _, dropped = procedure.rows(get, procedure.places(FOLDER))
    for key, tonnes in flows.items():
        lost = sum(most for pair, most in dropped.items() if pair[2] == key[0])
        assert abs(written[key] - tonnes) <= 0.5 * rows[key] + lost, key
    assert sum(dropped.values()) < 0.001 * sum(flows.values())


def test_margins_hold_in_every_flow(procedure: ModuleType) -> None:
    get = procedure.Inputs(PROCEDURE.with_name("demand_inputs.csv"))
    where = procedure.places(FOLDER)
    for flow in procedure.FLOWS:
        shares = procedure.matrix(get, flow, where)
        for side, name in ((0, "from"), (1, "to")):
            for zone, share in get.shares(f"{name}_{flow.name}").items():
                assert sum(value for pair, value in shares.items() if pair[side] == zone) == pytest.approx(share, abs=1e-9)


def test_gaps_follow_an_index(procedure: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "inputs.csv"
    path.write_text(
        "figure,key,year,value,unit,source_id,basis,note\nx,,2020,10,t,,estimate,\nx,,2023,40,t,,estimate,\n"
        "i,,2019,1,t,,estimate,\ni,,2020,2,t,,estimate,\ni,,2021,3,t,,estimate,\ni,,2022,4,t,,estimate,\ni,,2023,8,t,,estimate,\n",
        encoding="utf-8",
    )
    get = procedure.Inputs(path)
    assert [get.along("x", year, "i") for year in procedure.YEARS] == [5.0, 10.0, 15.0, 20.0, 40.0]
    assert [get.along("x", year) for year in procedure.YEARS] == [10.0, 10.0, 10.0, 40.0, 40.0]


def test_projections_grow_as_the_inputs_say(procedure: ModuleType) -> None:
    get = procedure.Inputs(PROCEDURE.with_name("demand_inputs.csv"))
    amounts = {(row["demand_id"].rsplit("__", 1)[0], int(row["year"])): row for row in read("demand.csv")}
    for (pair, year), row in amounts.items():
        if year in procedure.PROJECTED:
            growth = get("projection", row["growth"].removeprefix("growth_"), 2023)
            base = float(amounts[pair, 2023]["amount"])
            assert float(row["amount"]) == pytest.approx(base * np.exp(growth * (year - 2023)), abs=1.5)
            assert row["basis"] == "estimate"


def test_every_input_is_used(procedure: ModuleType) -> None:
    """A figure that moves nothing would look like evidence: only what says that it is kept as history may stand idle."""
    get = procedure.Inputs(PROCEDURE.with_name("demand_inputs.csv"))
    where = procedure.places(FOLDER)
    read_keys: set[tuple[str, str, str]] = set()

    class Watched(dict[tuple[str, str, str], float]):
        def __getitem__(self, key: tuple[str, str, str]) -> float:
            read_keys.add(key)
            return super().__getitem__(key)

    get._values = Watched(get._values)
    procedure.rows(get, where)
    history = {row["figure"] for row in read("procedures/demand_inputs.csv") if "kept as history" in row["note"]}
    assert {key[0] for key in get._values.keys() - read_keys} <= history
