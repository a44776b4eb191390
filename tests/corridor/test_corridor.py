"""A corridor through time: as it stood on a day, and by what names its places are known."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.tables.faults import UsageError
from karvan.tables.table import Table


def _same(one: Table, other: Table) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind in "fM") for name in one.schema.header
    )


def _day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


@pytest.mark.parametrize(
    ("day", "ferries", "capacity", "is_open"),
    [
        ("1990-01-01", 3, 12, True),
        ("2023-03-31", 3, 12, True),
        ("2023-04-01", 4, 12, True),
        ("2024-02-09", 4, 12, True),
        ("2024-02-10", 4, 12, False),
        ("2024-03-31", 4, 12, False),
        ("2024-04-01", 4, 12, True),
        ("2024-12-31", 4, 12, True),
        ("2025-01-01", 5, 12, True),
        ("2025-09-29", 5, 12, True),
        ("2025-09-30", 5, 46, True),
        ("2026-06-30", 5, 46, True),
    ],
)
def test_a_day_of_the_past(corridor: Corridor, day: str, ferries: float, capacity: float, is_open: bool) -> None:
    past = corridor.at(_day(day))
    assert past["fleets"].row("ferries")["number"] == ferries
    assert past["links"].row("gate_steppe")["capacity"] == capacity
    assert past["links"].row("port_city")["exists"] == is_open
    assert past["nodes"] is corridor["nodes"]
    assert not past["links"].row("branch")["exists"]


def test_today_is_what_the_tables_hold(corridor: Corridor, middle: Corridor) -> None:
    for each in (corridor, middle):
        today = each.at(each.as_of)
        assert all(_same(today[name], each[name]) for name in each.tables)


def test_the_future_is_not_stored(corridor: Corridor) -> None:
    with pytest.raises(UsageError, match="The future is drawn"):
        corridor.at(_day("2026-07-01"))
    with pytest.raises(UsageError, match="The future is drawn"):
        corridor.known(_day("2026-07-01"))


def test_every_edit_of_the_past_shows_what_was(middle: Corridor) -> None:
    assert len(middle.history) >= 20
    for edit in middle.history:
        before, after = (middle.at(day)[edit.table][edit.column][edit.position] for day in (edit.start - 1, edit.start))
        assert before == edit.was, edit.edit_id
        assert after == edit.value, edit.edit_id
        if not np.isnat(edit.end):
            assert middle.at(edit.end)[edit.table][edit.column][edit.position] == edit.value
            assert middle.at(edit.end + 1)[edit.table][edit.column][edit.position] == edit.was


def test_the_past_of_the_past_is_the_same(middle: Corridor) -> None:
    early = _day("2023-06-01")
    once, twice = middle.at(early), middle.at(_day("2025-01-01")).at(early)
    assert all(_same(once[name], twice[name]) for name in middle.tables)


@pytest.mark.parametrize("name", ["west_port", "West_Port", "aktau", "AKTAU", "Актау", "актау", "KZAAU", " kzaau"])
def test_a_place_has_many_names(corridor: Corridor, name: str) -> None:
    assert corridor.find_node(name) == "west_port"


@pytest.mark.parametrize("name", ["Bakı", "baki", "BAKI", "BAKİ", "ba-ki", "Ba’kı"])
def test_a_name_may_lose_its_accents(corridor: Corridor, name: str) -> None:
    assert corridor.find_node(name) == "city"


def test_what_is_not_there_is_answered_with_the_nearest(corridor: Corridor) -> None:
    with pytest.raises(UsageError, match=r"Did you mean Aktau \(west_port\)"):
        corridor.find_node("aktao")
    with pytest.raises(UsageError, match="No place is called"):
        corridor.find_node("")
    with pytest.raises(UsageError, match="Nearest: ferry_line"):
        corridor.find_row("links", "fery_line")
    with pytest.raises(UsageError, match="Nearest: links"):
        corridor.find_table("link")
    assert corridor.find_row("links", "branch") == "branch"
    assert corridor.find_table("links") is corridor["links"]


def test_a_misspelt_place_is_read_where_it_is_sure(middle: Corridor) -> None:
    assert middle.read_node("Xian") == ("xian", "")
    assert middle.read_node("KZAKU")[1] == ""
    assert middle.read_node("Istambul") == ("istanbul", "Istanbul")
    assert middle.read_node("Turkmenbashy")[0] == "turkmenbashi"
    with pytest.raises(UsageError, match=r"Did you mean .* or "):
        middle.read_node("Tash")
    for nothing in ("", "zzzz", "Atlantis"):
        with pytest.raises(UsageError, match="No place is called"):
            middle.read_node(nothing)


def test_cargo_is_known_by_id_and_name_and_its_types_are_told(middle: Corridor) -> None:
    assert middle.find_commodity("Container") == "container"
    assert middle.find_commodity("crude oil") == "crude_oil"
    assert middle.find_commodity("ores") == "ores_minerals"
    with pytest.raises(UsageError, match="grain, ores_minerals, coal, fertilisers"):
        middle.find_commodity("dry_bulk")
    with pytest.raises(UsageError, match="Nearest: coal"):
        middle.find_commodity("cool")
    with pytest.raises(UsageError, match=r"No commodity is called 'bananas'\. Known: container"):
        middle.find_commodity("bananas")
