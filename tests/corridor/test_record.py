"""The record of projects: the last word on each, today and on a day of the past."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.corridor import record
from karvan.corridor.corridor import Corridor
from tests.corridor import tiny

REPORTS = """report_id,project_id,reported_on,kind,value,unit,state,role,known_since
cost_first,new_branch,2024-03,cost,100,USD,,used,2024-03
cost_now,new_branch,2025-11,cost,140,USD,,used,2025-11
cost_wider,new_branch,2026-01,cost,300,USD,,rival,2026-01
built_first,new_branch,2025-06,progress,0.1,,,used,2025-06
built_now,new_branch,2026-05,progress,0.3,,,used,2026-05
begun,new_branch,2024-03,status,,,announced,used,2024-03
digging,new_branch,2025-02,status,,,construction,used,2025-02
track_done,second_track,2025-09-30,status,,,delivered,used,2025-09-30
money,new_branch,2025-01,funding,,,a loan,used,2025-01
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Corridor:
    content = {**tiny.changed(tiny.texts(), "projects", "new_branch", cost="140", currency="USD"), "reports.csv": REPORTS}
    return tiny.load(tmp_path_factory.mktemp("told"), content)


def test_the_latest_used_report_is_the_last_word(told: Corridor) -> None:
    reports = told["reports"]
    last = {key: reports["report_id"][i] for key, i in record.latest(reports).items()}
    assert last == {
        ("new_branch", "cost"): "cost_now", ("new_branch", "progress"): "built_now", ("new_branch", "status"): "digging",
        ("second_track", "status"): "track_done", ("new_branch", "funding"): "money",
    }  # fmt: skip


@pytest.mark.parametrize(("day", "cost", "progress", "status"), [
    ("2024-06-30", 100.0, np.nan, "announced"),
    ("2025-06-30", 100.0, 0.1, "construction"),
    ("2025-12-31", 140.0, 0.1, "construction"),
    ("2026-06-30", 140.0, 0.3, "construction"),
])  # fmt: skip
def test_a_day_of_the_past_holds_what_was_told_until_then(told: Corridor, day: str, cost: float, progress: float, status: str) -> None:
    branch = told.known(np.datetime64(day, "D"))["projects"].row("new_branch")
    assert branch["cost"] == cost
    assert branch["progress"] == pytest.approx(progress, nan_ok=True)
    assert np.isnat(branch["progress_on"]) == np.isnan(progress)
    assert branch["status"] == status


def test_what_is_delivered_by_then_stays_delivered(told: Corridor) -> None:
    assert told.known(np.datetime64("2025-12-31", "D"))["projects"].row("second_track")["status"] == "delivered"
    assert told.known(np.datetime64("2025-06-30", "D"))["projects"].row("second_track")["status"] == "construction"


def test_without_reports_nothing_changes(corridor: Corridor) -> None:
    assert len(corridor["reports"]) == 0
    assert corridor.known(np.datetime64("2026-06-30", "D"))["projects"].row("new_branch")["progress"] == 0.3


def test_every_cost_and_progress_of_the_built_in_case_was_reported(middle: Corridor) -> None:
    """So that no such cell can part from its history; and every project has at least one word on its status."""
    projects, last = middle["projects"], record.latest(middle["reports"])
    for row in projects.rows():
        assert (row["project_id"], "status") in last, row["project_id"]
        assert np.isnan(row["cost"]) or (row["project_id"], "cost") in last, row["project_id"]
        assert np.isnan(row["progress"]) or (row["project_id"], "progress") in last, row["project_id"]


def test_what_a_project_of_the_built_in_case_held_in_2024(middle: Corridor) -> None:
    """Against the documents of those days: Horadiz-Aghband at 45 % since December 2023, Bakhty-Ayagoz under way, the fibre line announced only."""
    past = middle.known(np.datetime64("2024-06-30", "D"))["projects"]
    assert past.row("horadiz_aghband")["progress"] == 0.45
    assert past.row("bakhty_ayagoz")["status"] == "construction"
    assert past.row("tcfo")["status"] == "announced"
    assert past.row("tcfo")["cost"] == 50_800_000
    assert np.isnan(past.row("black_sea_cable")["cost"])
