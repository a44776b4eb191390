"""What a back-test may see: nothing that the world learnt later."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.corridor.known import EVIDENCE


def _day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def test_rows_that_came_later_are_gone(corridor: Corridor) -> None:
    past = corridor.known(_day("2025-12-31"))
    assert past["observations"].keys == ("sea_2024",)
    assert past["series"].keys == ("sea_level/2024",)
    assert past["targets"].keys == ("five_mt",)
    assert past["projects"].keys == ("second_track", "new_branch")
    assert past["claims"].keys == ("track_now", "sea_length", "sea_length_rival", "summer")
    assert past.as_of == _day("2025-12-31")
    assert past.settings.first_year == 2025
    assert past.fitted == {}
    assert len(corridor["observations"]) == 3


def test_a_row_is_known_from_its_day_on(corridor: Corridor) -> None:
    assert "sea_2024" not in corridor.known(_day("2025-02-27"))["observations"]
    assert "sea_2024" in corridor.known(_day("2025-02-28"))["observations"]


def test_a_later_delivery_is_still_a_promise(corridor: Corridor) -> None:
    past = corridor.known(_day("2024-06-30"))
    track = past["projects"].row("second_track")
    assert np.isnat(track["delivered"])
    assert track["status"] == "construction"
    assert past["links"].row("gate_steppe")["capacity"] == 12
    (edit,) = (edit for edit in past.edits if edit.edit_id == "track_capacity")
    assert np.isnat(edit.start)
    assert edit.was is None
    promise = past["promises"].row("track_2024")
    assert np.isnat(promise["delivered"])
    assert promise["unfinished_on"] == _day("2024-06-30")
    assert np.isnan(past["promises"].row("volume_2025")["outcome"])


def test_a_project_that_was_not_known_takes_its_edits_with_it(corridor: Corridor) -> None:
    past = corridor.known(_day("2023-12-31"))
    assert past["projects"].keys == ("second_track",)
    assert {edit.cause for edit in past.edits} == {"project:second_track", "history", "shock:storm"}
    assert "ferries_came_2" not in {edit.edit_id for edit in past.edits}


def test_what_passes_on_that_day_stands_in_the_edits(corridor: Corridor) -> None:
    """As in today's tables the cell has its lasting value, so that it comes back when the edit ends."""
    day = _day("2024-03-01")
    assert not corridor.at(day)["links"].row("port_city")["exists"]
    past = corridor.known(day)
    assert past["links"].row("port_city")["exists"]
    assert "port_closed" in {edit.edit_id for edit in past.history}
    assert not past.at(day)["links"].row("port_city")["exists"]


@pytest.mark.parametrize(("day", "project", "promised"), [
    ("2021-06-30", "horadiz_aghband", "2022-12-31"), ("2022-06-30", "horadiz_aghband", "2023-12-31"), ("2024-06-30", "horadiz_aghband", "2025-12-31"),
    ("2023-06-30", "bakhty_ayagoz", "2025-12-31"), ("2024-06-30", "bakhty_ayagoz", "2027-12-31"), ("2023-03-31", "tcfo", "2024-12-31"),
])  # fmt: skip
def test_a_project_holds_the_date_promised_last(middle: Corridor, day: str, project: str, promised: str) -> None:
    """The dates as the documents of those years have them, one after the other."""
    assert middle.known(_day(day))["projects"].row(project)["promised"] == _day(promised)


def test_a_war_of_2026_does_not_run_in_2023(middle: Corridor) -> None:
    assert not np.isnat(middle["shocks"].row("iran_war_2026")["active_since"])
    past = middle.known(_day("2023-06-30"))["shocks"].row("iran_war_2026")
    assert np.isnat(past["active_since"])
    assert np.isnat(past["active_until"])


@pytest.mark.parametrize("day", ["2019-01-01", "2022-12-31", "2023-06-01", "2024-12-31", "2025-10-01", "2026-06-30"])
def test_nothing_of_the_built_in_case_is_known_too_early(middle: Corridor, day: str) -> None:
    past = middle.known(_day(day))
    for name in EVIDENCE:
        assert (past[name]["known_since"] <= _day(day)).all()
    assert not (past["projects"]["delivered"] > _day(day)).any()
    assert not (past["promises"]["delivered"] > _day(day)).any()
    assert not (past["edits"]["from"] > _day(day)).any()
    assert {edit.cause.partition(":")[2] for edit in past.edits if edit.cause.startswith("project:")} <= set(past["projects"].keys)
