"""Played days on a terminal: tables that fit the line, both languages, and years that ended early."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from tests.verdict.played import FEWER_SHIPS, SLOW_BERTHS, played

from karvan.engines.simulate.experiment import Failed, Reached
from karvan.faces.cli.columns import Column, fitted, interval, number
from karvan.faces.cli.tables import render
from karvan.verbs.simulate import ALL, PAGE, SHOWN, TABLES, Simulated
from karvan.verdict.simulation import ARRIVED, Options, Played


@pytest.fixture(scope="module")
def year() -> Played:
    return played()


@pytest.fixture(scope="module")
def other() -> Played:
    return played(scenario="two ships", **FEWER_SHIPS)


def shown(found: Played, width: int = 120, language: str = "en", show: str = PAGE, other: Played | None = None, halted: bool = False) -> str:
    out = io.StringIO()
    render(Simulated(found, Options(4, 1, 2), other, halted, show), Console(file=out, width=width, highlight=False, color_system=None), language)
    return out.getvalue()


def changed(found: Played, **fields: object) -> Played:
    """The same year with an experiment that ended otherwise."""
    return replace(found, experiment=replace(found.experiment, **fields))


@pytest.mark.parametrize("width", [80, 100, 120, 160, 200])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("show", [PAGE, ALL])
def test_no_line_is_too_long_and_no_figure_is_cut(year: Played, other: Played, width: int, language: str, show: str) -> None:
    text = shown(year, width, language, show, other)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert re.search(r"\d…", text) is None
    for name in ("West berth", "Ferry", "299 kt"):
        assert name in text


@pytest.mark.parametrize("show", SHOWN)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_table_can_be_seen_alone(year: Played, show: str, language: str) -> None:
    text = shown(year, show=show, language=language)
    titles = {"en": {"terminals": "Terminals, those", "months": "By month", "journeys": "Door to door"},
              "fr": {"terminals": "Terminaux, d’abord", "months": "Par mois", "journeys": "De porte à porte"}}[language]  # fmt: skip
    for name, title in titles.items():
        assert (title in text) == (show in (name, PAGE, ALL)), name


def test_a_page_says_how_often_it_was_played_and_what_arrives(year: Played) -> None:
    text = shown(year)
    assert "Two nodes: the days of 2026, base" in text
    assert "Played 4 times with seed 1" in text
    assert "95 % interval" in text
    assert "nothing is measured" in text
    assert "3 of its 3 figures are estimates" in text
    assert re.search(r"397 kt are sent, .*; 39\d kt \(3\d\d–40\d\) arrive", text)
    assert re.search(r"Jan +Feb +Mar", text)


def test_french_has_no_english_left(year: Played, other: Played) -> None:
    text = shown(changed(year, stopped=True, asked=9), 120, "fr", ALL, other)
    for word in ("waits", "sailings", "ships", "replications", "forward", "reverse", "seed", "days", "cargo", "times"):
        assert re.search(rf"\b{word}\b", text.replace("two ships", "").replace("--replications", "")) is None, word


def test_one_replication_has_no_interval() -> None:
    text = shown(played(1))
    assert "Played 1 time with seed 1" in text
    assert "no figure has an interval" in text
    assert "inf" not in text
    assert "nan" not in text


def test_a_narrow_line_drops_intervals_and_says_no_less_of_what_matters(year: Played) -> None:
    wide, narrow = shown(year, 200, show="services"), shown(year, 80, show="services")
    assert "Em → En" in wide
    assert "Em → En" not in narrow
    assert "forward" in narrow
    assert wide.count("–") > narrow.count("–")


@pytest.mark.parametrize(("name", "sentence"), [("pools", "No fleet of wagons is played."), ("lines", "No line has a known capacity.")])
def test_what_is_not_there_is_said_where_it_is_asked_for(year: Played, name: str, sentence: str) -> None:
    assert sentence in shown(year, show=name)
    assert sentence not in shown(year)


def test_a_year_stopped_by_hand_says_so(year: Played) -> None:
    assert "Stopped by hand after 4 of 100: these are the figures of 4." in shown(changed(year, stopped=True, asked=100))
    assert "Arrêté à la main après 4 sur 100" in shown(changed(year, stopped=True, asked=100), language="fr")


def test_a_comparison_stopped_before_its_scenario_says_so(year: Played) -> None:
    assert "there is nothing to compare" in shown(year, halted=True)


def test_failed_replications_are_counted_and_the_first_is_told(year: Played) -> None:
    faults = (Failed(5, False, 61 * 24.0 + 49.0, "a deadlock: ship waits for berth"), Failed(6, False, 61 * 24.0 + 60.0, "the same"))
    text = shown(changed(year, failed=faults), 200)
    assert "2 of 6 do not reach the end of the year and are in no figure. The first, number 5, on day 3: a deadlock: ship waits for berth" in text
    one = shown(changed(year, failed=faults[:1]), 200)
    assert "1 of 5 does not reach the end of the year and is in no figure" in one


@pytest.mark.parametrize(("reached", "said"), [(True, "are known to"), (False, "are known only to")])
def test_how_precise_it_is_stands_where_it_was_asked(year: Played, reached: bool, said: str) -> None:
    found = year.experiment.mean(ARRIVED)
    text = shown(changed(year, until=(Reached(ARRIVED, 0.01, found, reached),)), 200)
    assert said in text
    assert "1 %" in text


def test_a_queue_that_grows_is_a_sentence_with_its_month() -> None:
    text = shown(played(**SLOW_BERTHS), 200)
    assert re.search(r"What waits .*(Ferry|West berth).* grows from January on in 4 of 4: more comes than goes\.", text)


def test_differences_have_their_interval_and_say_what_the_luck_is_worth(year: Played, other: Played) -> None:
    text = shown(year, 160, other=other)
    assert "base less two ships, which stands beside it: 4 pairs of years with the same luck" in text
    assert re.search(r"would need [\d.]+ times as many replications", text)
    assert re.search(r"Ferry: Em → En +wait h +[\d.]+ +[\d.]+ +-[\d.]+ \(-[\d.]+ to -[\d.]+\)", text)
    assert "Services: " in text
    alone = shown(year, 160, show="terminals", other=other)
    assert "Services: " not in alone
    assert "Terminals: " in alone


def test_one_pair_is_not_compared() -> None:
    assert "One pair says nothing of others" in shown(played(1), other=played(1, scenario="two ships", **FEWER_SHIPS))


def test_tables_are_all_that_can_be_asked_for() -> None:
    assert set(SHOWN) == {PAGE, ALL, *TABLES}


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.004, "0.00"), (0.5, "0.50"), (9.87, "9.87"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12 346"), (float("nan"), "–"), (-0.001, "0.00"), (-5.25, "-5.25")],
)
def test_a_figure_has_three_digits(value: float, said: str) -> None:
    assert number(value) == said


def test_an_interval_has_the_digits_of_its_largest() -> None:
    assert interval(9.5, 7.5, 11.5) == "9.5 (7.5–11.5)"
    assert interval(9.5, float("-inf"), float("inf")) == "9.50"
    assert interval(9.5, 7.5, float("inf")) == "9.50 (7.50–…)"
    assert interval(0.0, 0.0, 0.0) == "0"
    assert interval(float("nan"), 0.0, 1.0) == "–"


def test_columns_give_way_by_rank() -> None:
    columns = [
        Column("name", ["a long name of a terminal"], text=True),
        Column("first", ["1"], ["1 (0–2)"]),
        Column("second", ["2"], ["2 (1–3)"], rank=1),
        Column("third", ["3"], ["3 (2–4)"], rank=3),
    ]

    def lines(width: int) -> str:
        out = io.StringIO()
        Console(file=out, width=width, color_system=None).print(fitted("", columns, width))
        return out.getvalue()

    assert "3 (2–4)" in lines(80)
    assert "third" in lines(42)
    assert "2–4" not in lines(42)
    assert "third" not in lines(36)
    assert "1 (0–2)" in lines(36)
    assert "second" not in lines(26)
    assert "first" in lines(26)
