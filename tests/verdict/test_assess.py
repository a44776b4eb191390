"""The whole verdict on the tiny corridor: the same bytes from any number of workers, deaf to what is unrelated."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.tables.faults import UsageError
from karvan.verbs.assess import assess
from karvan.verdict import assess as assessing
from karvan.verdict import delivery, document, tell
from karvan.verdict.assess import Assessment, Options
from karvan.verdict.futures import Forced
from karvan.verdict.judge import Word
from tests.corridor import tiny
from tests.verdict import small

FUTURES = 50

MORE_TARGETS = (
    {"target_id": "branch_by_2030", "name": "The branch by 2030", "metric": "completion_date", "subject": "project:new_branch", "measure_basis": "date", "unit": "date",
         "value": "1", "due": "2030", "party": "Railway", "known_since": "2026-02"},
    {"target_id": "days", "name": "Thirteen days", "metric": "transit_time", "subject": "od:china>city", "commodity": "box", "measure_basis": "time", "unit": "d", "op": "<=",
         "value": "13", "due": "2029", "party": "Railway", "known_since": "2026-02"},
    {"target_id": "could", "name": "Two million tonnes could pass", "metric": "route_capacity", "subject": "cut:sea", "measure_basis": "capacity", "unit": "Mt", "value": "1",
         "due": "2027", "party": "Ministry", "known_since": "2026-02"},
    {"target_id": "kept", "name": "Nine hundred thousand in 2025", "metric": "freight_volume", "subject": "cut:sea", "measure_basis": "traffic", "unit": "t",
         "value": "800000", "due": "2025", "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "missed", "name": "Two million in 2025", "metric": "freight_volume", "subject": "cut:sea", "measure_basis": "traffic", "unit": "t",
         "value": "2000000", "due": "2025", "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "unseen", "name": "Boxes in 2025", "metric": "container_volume", "subject": "cut:sea", "measure_basis": "traffic", "unit": "TEU",
         "value": "2000", "due": "2025", "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "more", "name": "More", "metric": "freight_volume", "subject": "cut:sea", "measure_basis": "traffic", "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "undated", "name": "Some day", "metric": "freight_volume", "subject": "cut:sea", "measure_basis": "traffic", "unit": "t", "value": "600000",
         "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "far", "name": "In 2050", "metric": "freight_volume", "subject": "cut:sea", "measure_basis": "traffic", "unit": "t", "value": "600000", "due": "2050",
         "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "jobs", "name": "Jobs", "metric": "jobs", "subject": "portfolio:all", "measure_basis": "stock", "unit": "job", "value": "1000", "due": "2029",
         "party": "Ministry", "known_since": "2024-02"},
    {"target_id": "queue", "name": "Five hundred wagons at most", "metric": "wagons_waiting", "subject": "terminal:west_berth", "measure_basis": "stock", "unit": "wagon",
         "op": "<=", "value": "500", "due": "2029", "party": "Railway", "known_since": "2024-02"},
    {"target_id": "track", "name": "The second track", "metric": "completion_date", "subject": "project:second_track", "measure_basis": "date", "unit": "date", "value": "1",
         "due": "2025-12-31", "party": "Railway", "known_since": "2024-02"},
)  # fmt: skip


def texts() -> dict[str, str]:
    found = tiny.texts()
    for target in MORE_TARGETS:
        found = tiny.added(found, "targets", **target)
    return found


def documented(corridor: Corridor, futures: int = FUTURES, seed: int = 1, workers: int = 1, forced: Forced | None = None) -> dict[str, Any]:
    return document.assessment(assessing.assess(corridor, Options(futures, seed, workers), forced))


def numbers(found: dict[str, Any], but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The judgement of every target by its id, without what stands in its row."""
    return {row["target_id"]: row for row in found["targets"] if row["target_id"] not in but}


@pytest.fixture(scope="module")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Corridor:
    return tiny.load(tmp_path_factory.mktemp("tiny"), texts())


@pytest.fixture(scope="module")
def board(corridor: Corridor) -> Assessment:
    return assessing.assess(corridor, Options(FUTURES))


@pytest.fixture(scope="module")
def base(board: Assessment) -> dict[str, Any]:
    return document.assessment(board)


def test_every_target_gets_its_word(board: Assessment) -> None:
    words = {verdict.target["target_id"]: verdict.judgement.word for verdict in board.verdicts}
    for target, word in (("kept", Word.KEPT), ("missed", Word.MISSED), ("unseen", Word.UNSEEN), ("more", Word.NO_NUMBER), ("undated", Word.NO_DATE),
                         ("far", Word.NO_NUMBER), ("jobs", Word.NO_NUMBER), ("queue", Word.NO_NUMBER), ("track", Word.KEPT), ("five_mt", Word.OFF_COURSE)):  # fmt: skip
        assert words[target] is word, target
    assert (board.unconverged, board.certificate_failures) == (0, 0)
    assert board.solves == FUTURES * 5


def test_every_judged_target_says_what_binds_and_how_sure_it_is(board: Assessment) -> None:
    for verdict in board.verdicts:
        found = verdict.judgement
        if found.probability is None:
            continue
        assert found.probability_low <= found.probability <= found.probability_high
        assert bool(found.binds) == (found.probability < 1)
        assert sum(bind.share for bind in found.binds) <= 1 + 1e-9


def test_every_verdict_can_be_told(board: Assessment) -> None:
    for verdict in board.verdicts:
        messages = tell.verdict(board, verdict)
        assert next(message.id for message in messages).startswith("promise")
        assert messages[-1].id.startswith("source")
        json.dumps(document.plain([message.values for message in messages]))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_workers_does_not_matter(corridor: Corridor, base: dict[str, Any], workers: int) -> None:
    assert json.dumps(documented(corridor, workers=workers)) == json.dumps(base)


def test_another_seed_is_another_draw(corridor: Corridor, base: dict[str, Any]) -> None:
    assert numbers(documented(corridor, seed=2)) != numbers(base)


def test_the_first_futures_of_more_are_the_same(corridor: Corridor, board: Assessment) -> None:
    more = assessing.assess(corridor, Options(FUTURES + 37))
    assert np.array_equal(more.paths[:, :FUTURES], board.paths, equal_nan=True)


def test_a_project_and_a_shock_that_touch_nothing_change_nothing(base: dict[str, Any], tmp_path: Path) -> None:
    more = tiny.added(texts(), "projects", project_id="aaa", name="Another", kind="rail", status="funded", promised="2029", promised_on="2026-01",
                      known_since="2026-01")  # fmt: skip
    more = tiny.added(more, "shocks", shock_id="aaa_flood", name="A flood", kind="weather", rate="3", duration="10")
    assert numbers(documented(tiny.load(tmp_path, more))) == numbers(base)


def test_a_project_elsewhere_changes_nothing(base: dict[str, Any], tmp_path: Path) -> None:
    """A road on an island, with cargo of its own and a project of its own."""
    more = tiny.added(texts(), "modes", mode_id="zz_road", name="Road", speed="50")
    for node in ("zz_one", "zz_two"):
        more = tiny.added(more, "nodes", node_id=node, name=node, country="ZZ", kind="city", x_coord="0", y_coord="0")
        more = tiny.added(more, "zones", zone_id=f"zone_{node}", name=node, node_id=node)
    more = tiny.added(more, "links", link_id="zz_road", from_node="zz_one", to_node="zz_two", mode_id="zz_road", length="100", capacity="1000", capacity_unit="t/yr")
    more = tiny.added(more, "demand", demand_id="zz", origin="zone_zz_one", destination="zone_zz_two", commodity_id="box", year="2025", amount="900")
    more = tiny.added(more, "projects", project_id="zz_wider", name="Wider", kind="road", status="funded", promised="2027", promised_on="2026-01",
                      known_since="2026-01")  # fmt: skip
    more = tiny.added(more, "edits", edit_id="zz_edit", cause="project:zz_wider", table="links", id="zz_road", column="capacity", op="add", value="500",
                      low="100", high="900", known_since="2026-01")  # fmt: skip
    found, expected = numbers(documented(tiny.load(tmp_path, more))), numbers(base)
    for target, row in expected.items():
        for column, value in row.items():
            assert found[target][column] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), (target, column)


@pytest.mark.parametrize(("when", "probability"), [(2027.0, 1.0), (delivery.NEVER, 0.0), (2031.5, 0.0)])
def test_a_forced_project_decides_its_target(corridor: Corridor, when: float, probability: float) -> None:
    found = numbers(documented(corridor, 20, forced=Forced({"new_branch": when})))
    for target in ("branch_open", "branch_by_2030"):
        assert found[target]["probability"] == probability
        assert found[target]["verdict"] == ("on course" if probability else "off course")


def test_low_water_and_demand_of_a_scenario(corridor: Corridor, board: Assessment) -> None:
    key = small.flow("cut:sea")
    low = assessing.assess(corridor, Options(FUTURES), Forced(level=-36.0)).path(key)
    assert (low <= board.path(key) + 1).all()
    assert low.mean() < 0.9 * board.path(key).mean()
    less = assessing.assess(corridor, Options(FUTURES), Forced(demand=0.1)).path(key)
    assert (less < 0.2 * board.path(key).max()).all()


def run(case: Path, scenario: Path | None = None, as_of: str | None = None, switches: tuple[str, ...] = (), target: tuple[str, ...] = ()) -> dict[str, Any]:
    return assess(str(case), 20, 1, 1, scenario, switches, None, as_of, target).document()


def test_a_scenario_file_changes_what_it_says(tmp_path: Path) -> None:
    case = tiny.write(tmp_path / "case", texts())
    file = tmp_path / "fleet.toml"
    file.write_text('name = "no ships"\n[[edits]]\ntable = "fleets"\nid = "ferries"\ncolumn = "number"\nop = "set"\nvalue = 0\nfrom = 2027-01-01\n')
    base, found = run(case), run(case, file)
    assert found["manifest"]["options"]["scenario"] == "no ships"
    sea = [(year["year"], year["median"]) for year in found["headline"][0]["modelled"]]
    assert sea[0] == (2026, base["headline"][0]["modelled"][0]["median"])
    assert [value for year, value in sea if year > 2026] == pytest.approx([0.0] * 4, abs=1e-6)
    assert numbers(found)["could"]["probability"] == 0


def test_a_switch_is_a_forced_delivery(tmp_path: Path) -> None:
    case = tiny.write(tmp_path / "case", texts())
    assert numbers(run(case, switches=("new_branch=never",), target=("branch_open",)))["branch_open"]["probability"] == 0
    assert numbers(run(case, switches=("new_branch=2027-05-31",), target=("branch_open",)))["branch_open"]["probability"] == 1
    with pytest.raises(UsageError, match="Nearest: new_branch"):
        run(case, switches=("new_brunch=never",))
    with pytest.raises(UsageError, match="PROJECT=DATE"):
        run(case, switches=("new_branch",))


def test_judging_one_target_gives_what_the_board_says(corridor: Corridor, base: dict[str, Any]) -> None:
    keep = corridor["targets"].select(np.array([key == "days" for key in corridor["targets"].keys]))
    alone = documented(replace(corridor, tables={**corridor.tables, "targets": keep}))
    assert numbers(alone)["days"] == numbers(base)["days"]


LATER = (
    ("observations", "sea_2025", {"value": "4444", "low": "4000", "high": "5000"}),
    ("observations", "sea_2025_ports", {"value": "1"}),
    ("promises", "volume_2025", {"outcome": "0.1"}),
    ("projects", "new_branch", {"progress": "0.9"}),
)


@pytest.mark.parametrize("as_of", ["2025-06-30", "2025-12-31"])
def test_a_day_of_the_past_does_not_see_what_came_later(tmp_path: Path, as_of: str) -> None:
    later = texts()
    for table, key, cells in LATER:
        later = tiny.changed(later, table, key, **cells)
    later["series.csv"] = later["series.csv"].replace("-29.4", "-35.4")
    later = tiny.added(later, "promises", promise_id="new", name="New", group="new", kind="rail", promised_on="2026-01", promised="2026-03",
                       delivered="2026-02", known_since="2026-02")  # fmt: skip
    boards = [run(tiny.write(tmp_path / name, content), as_of=as_of) for name, content in (("one", texts()), ("other", later))]
    for found in boards:
        found["manifest"].pop("case_hash")
    assert boards[0] == boards[1]
    seen = [run(tmp_path / name) for name in ("one", "other")]
    assert numbers(seen[0]) != numbers(seen[1])


def test_a_day_after_the_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2026-06-30"):
        run(tiny.write(tmp_path / "case"), as_of="2027-01-01")


@pytest.mark.parametrize("options", [{"futures": 0}, {"futures": 10**7}, {"workers": 0}, {"seed": -1}])
def test_impossible_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="expected"):
        Options(**options)


def test_a_case_without_growth_and_without_limits_is_judged() -> None:
    found = assessing.assess(small.corridor(), Options(3))
    assert found.verdicts == ()
    assert (found.unconverged, found.certificate_failures) == (0, 0)


SERIES = "series_id,period,value,unit\n" + "\n".join(f"trade:A-B,{year},{100 * 1.1 ** (year - 2018)},USD" for year in range(2018, 2026))
TRADE = "target_id,name,metric,subject,measure_basis,unit,value,due,party\nt,Trade,trade_turnover,trade:A-B,traffic,USD,{},{},P"


def test_trade_follows_its_own_series() -> None:
    (sure,) = assessing.assess(small.corridor(series=SERIES, targets=TRADE.format(1, 2028)), Options(200)).verdicts
    assert sure.judgement.probability == 1.0
    assert sure.judgement.median == pytest.approx(100 * 1.1**10, rel=0.15)
    (never,) = assessing.assess(small.corridor(series=SERIES, targets=TRADE.format(1e6, 2028)), Options(200)).verdicts
    assert never.judgement.probability == 0.0
    assert [bind.what for bind in never.judgement.binds] == ["growth:trade:A-B"]
    (short,) = assessing.assess(small.corridor(series="\n".join(SERIES.splitlines()[:2]), targets=TRADE.format(1, 2028)), Options(20)).verdicts
    assert short.judgement.word is Word.NO_NUMBER
