"""What is read off played days is what the runs say, in the period that was asked, and a year that was counted is taken as counted."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from karvan.bridge.days.calendar import DAYS, HOUR_A_DAY, LEAD
from karvan.engines.simulate import simulate
from karvan.engines.simulate.run import Outcome
from karvan.faces.cli.tables import render
from karvan.tables.faults import UsageError
from karvan.verbs.hindcast import Hindcasts
from karvan.verbs.hindcast import hindcast as verb
from karvan.verdict import hindcast as module
from karvan.verdict.futures import Forced
from karvan.verdict.hindcast import Hindcast, Seen, hindcast, period
from karvan.verdict.simulation import Options, days_of
from tests.bridge.days import worlds

YEAR = 2025
ROWS = (
    ("ban", "ban_days", "terminal:west", "both", "2025", "day", 40, "time"),
    ("shut", "closed_days", "calendar:wind", "both", "2025-01", "day", 9, "time"),
    ("queue", "wagons_waiting", "terminal:west", "westbound", "2025-02", "wagon", 300, "stock"),
    ("wait", "wait_time", "terminal:west", "both", "2025-Q1", "h", 50, "time"),
    ("trips", "sailings_count", "service:ferry", "forward", "2025-H1", "ship", 150, "traffic"),
    ("calls", "sailings_count", "port:m", "both", "2025-03-01/2025-03-10", "ship", 8, "traffic"),
    ("load", "load_mean", "fleet:ferries", "both", "2025", "t", 900, "traffic"),
    ("share", "load_share", "fleet:ferries", "forward", "2025-05/2025-06", "share", 0.7, "traffic"),
    ("half", "freight_volume", "cut:sea", "forward", "2025-H1", "t", 140000, "traffic"),
    ("lorries", "lorries_carried", "fleet:ferries", "both", "2025", "lorry", 10, "traffic"),
    ("other_year", "ban_days", "terminal:west", "both", "2024-05", "day", 3, "time"),
)
COUNTED = ("whole", "freight_volume", "cut:sea", "forward", "2025", "t", 250000, "traffic")
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.95, 0.95, 0.9, 0.8, 0.7, 0.6)


def observations(*rows: tuple[Any, ...]) -> str:
    head = "observation_id,metric,subject,direction,period,unit,value,measure_basis,scope,known_since"
    return head + "\n" + "\n".join(",".join(map(str, (*row, "ports", "2026-01-01"))) for row in rows)


def tables(*rows: tuple[Any, ...]) -> dict[str, str]:
    """A ferry between two ports; wind at the western one, and a railway that stops loading when 60 wagons wait there."""
    return {
        **worlds.CROSSING,
        "demand": worlds.demand(("a", "b", 3e5), ("b", "a", 1e5)),
        "terminals": """
            terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit,calendar_id
            west,West berth,m,berth,rail,sea,2,10,10000000,t/yr,wind
            east,East berth,n,berth,rail,sea,2,10,10000000,t/yr,""",
        "calendars": "calendar_id,month,open_share\n" + "\n".join(f"wind,{i + 1},{share}" for i, share in enumerate(SHARES)),
        "routines": worlds.routines(("ferries", "full", 0.5), ("ferries", "minimum", 0.2), ("ferries", "linger", 24), ("wind", "spell", 24),
                                    ("west", "ban_above", 2500), ("west", "ban_below", 1500), ("ferries", "nominal", 1250)),
        "observations": observations(*rows),
    }  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Hindcast:
    return hindcast(worlds.model(**tables(*ROWS, COUNTED)), YEAR, Options(6, 3, 2))


@pytest.fixture(scope="module")
def runs() -> list[Outcome]:
    """The same six years, with the edges of days."""
    _, days = days_of(worlds.model(**tables(*ROWS, COUNTED)), YEAR, Forced())
    edges = [LEAD + HOUR_A_DAY * day for day in range(DAYS + 1)]
    return [simulate(days.tables, edges[-1], 3, number, edges=edges) for number in range(6)]


def seen(found: Hindcast, name: str) -> Seen:
    return next(row for row in found.seen if row.observation_id == name)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("2025", (0, 365)), ("2025-01", (0, 31)), ("2025-12", (334, 365)), ("2025-Q2", (90, 181)), ("2025-H2", (181, 365)),
        ("2025-03/2025-04", (59, 120)), ("2025-03-05", (63, 64)), ("2025-03-05/2025-03-07", (63, 66)), ("2024-05", None), ("2024-12/2025-01", None),
        ("yearly", None), ("2025-13", None), ("2025-Q5", None), ("2025-04/2025-03", None), ("", None),
    ],
)  # fmt: skip
def test_a_period_is_days_of_a_year(said: str, days: tuple[int, int] | None) -> None:
    assert period(said, YEAR) == days


def test_gates_are_read_in_their_period(found: Hindcast, runs: list[Outcome]) -> None:
    shut = [31 * (1 - run.at("weather:wind", 0, 31).level) for run in runs]
    banned = [365 * (1 - run.at("ban:west").level) for run in runs]
    assert seen(found, "shut").median == pytest.approx(np.median(shut), abs=1e-5)
    assert seen(found, "ban").median == pytest.approx(np.median(banned), abs=1e-5)
    assert 10 < seen(found, "shut").median < 22
    assert seen(found, "ban").median > 0


def test_queues_and_waits_are_read_in_their_period(found: Hindcast, runs: list[Outcome]) -> None:
    february = [max(run.at("waiting:west", day - 1, day).level_at_end for day in range(32, 60)) / 50 for run in runs]
    assert seen(found, "queue").median == pytest.approx(np.median(february), rel=0.02)
    quarter = [run.at("waiting:west", 0, 90) for run in runs]
    assert seen(found, "wait").median == pytest.approx(np.median([each.level * each.duration / each.units_out for each in quarter]))


def test_sailings_and_loads_are_those_of_the_ships(found: Hindcast, runs: list[Outcome]) -> None:
    name = next(name for name in runs[0].tables.place_names if name.startswith("sailing:ferry:forward"))
    back = next(name for name in runs[0].tables.place_names if name.startswith("sailing:ferry:reverse"))
    assert seen(found, "trips").median == np.median([run.at(name, 0, 181).waits for run in runs])
    assert seen(found, "calls").median == np.median([run.at(name, 59, 69).waits for run in runs])
    both = [[run.at(each) for each in (name, back)] for run in runs]
    assert seen(found, "load").median == pytest.approx(np.median([sum(x.waits * x.wait for x in pair) / sum(x.waits for x in pair) for pair in both]))
    assert seen(found, "share").median == pytest.approx(np.median([run.at(name, 120, 181).wait / 1250 for run in runs]))


def test_a_flow_is_its_part_of_the_counted_year(found: Hindcast, runs: list[Outcome]) -> None:
    half = [run.at("cut:sea:forward:box", 0, 181) for run in runs]
    whole = [run.at("cut:sea:forward:box") for run in runs]
    parts = [a.waits * a.wait / (b.waits * b.wait) for a, b in zip(half, whole, strict=True)]
    assert seen(found, "half").median == pytest.approx(250000 * np.median(parts))
    alone = hindcast(worlds.model(**tables(*ROWS)), YEAR, Options(6, 3, 2))
    assert seen(alone, "half").median == pytest.approx(np.median([each.waits * each.wait for each in half]))


def test_what_cannot_be_read_says_why(found: Hindcast) -> None:
    assert [(name, why.id) for name, why in found.unanswered] == [("lorries", "hindcast.why.carried")]
    assert "other_year" not in {row.observation_id for row in found.seen}
    assert "whole" not in {row.observation_id for row in found.seen}


def test_the_score_counts_what_lies_within() -> None:
    def row(observed: float, low: float, high: float, role: str = "used") -> Seen:
        return Seen("x", "ban_days", "terminal:west", "both", "all", "2025", "day", observed, observed, observed, (low + high) / 2, low, high, role, "", "", "")

    answer = Hindcast(None, (row(10, 0, 20), row(30, 0, 20), row(99, 0, 1, "rival"), row(0, 0, 4)), ())  # type: ignore[arg-type]
    assert answer.covered == pytest.approx(2 / 3)
    assert answer.error == pytest.approx((0 + math.log(3)) / 2)
    assert math.isnan(Hindcast(None, (), ()).covered)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [80, 120, 160])
def test_a_person_sees_every_figure(found: Hindcast, language: str, width: int) -> None:
    out = io.StringIO()
    render(Hindcasts((found,), Options(6, 3, 2)), Console(file=out, width=width, highlight=False, color_system=None), language)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "2025-H1" in text
    assert width == 80 or "2025-03-01/2025-03-10" in text
    assert ("rejouée" in text) == (language == "fr")
    assert ("jours d’interdiction" in text) == (language == "fr")
    assert Hindcasts((found,), Options(6, 3, 2)).document()["years"][0]["within"] == found.covered


@pytest.mark.parametrize(
    ("given", "said"),
    [({"year": (1999,)}, "--year 1999: expected a year that has been"), ({"replications": 19}, "--replications 19"), ({"workers": 0}, "--workers 0")],
)
def test_a_wrong_question_is_told(given: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "hindcast", None)
    with pytest.raises(UsageError, match=said):
        verb(**{"case": "middle_corridor", "year": (), "replications": 20, "seed": 1, "workers": 1, **given})
