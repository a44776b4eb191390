"""Station kinds: ships that go to and fro, and the example of the manual."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from karvan.engines.simulate import Model, ModelError, simulate
from karvan.engines.simulate.distributions import constant, exponential
from karvan.engines.simulate.stations import Terminal, ban, breakdowns, shifts, shuttle


def test_ships_carry_both_ways() -> None:
    """Ten aboard at ten an hour, four hours at sea: a round of 2 (1 + 1 + 4) hours, cargo in both directions."""
    model = Model("both ways")
    sea = model.gate("sea")
    east, west = model.store("east"), model.store("west")
    model.arrivals("boxes", constant(0.5), model.program("eastern").store(east))
    model.arrivals("wagons", constant(0.5), model.program("western").store(west))
    ends = tuple(Terminal(model.resource(f"berth {end}", 1), pile, None, 10.0, 10.0) for end, pile in (("E", east), ("W", west)))
    shuttle(model, "ferry", (ends[0], ends[1]), 10, constant(4.0), sea)
    found = simulate(model.build(), 1_000.0, 1)
    assert found.fault == ""
    rounds = 1_000 / 12
    assert found.at("eastern").waits == pytest.approx(10 * rounds, abs=20)
    assert found.at("western").waits == pytest.approx(10 * rounds, abs=20)
    assert found.at("berth E").utilisation == pytest.approx(2 / 12, abs=0.02)


def test_ships_share_berths() -> None:
    """Two ships and one berth each side; nothing to carry over there, so they only wait for one another."""
    model = Model("share")
    sea, pile = model.gate("sea"), model.store("pile")
    model.arrivals("boxes", constant(0.01), model.program("box").store(pile))
    here, there = Terminal(model.resource("here", 1), pile, None, 5.0, 5.0), Terminal(model.resource("there", 1), None, None, 5.0, 5.0)
    shuttle(model, "ferry", (here, there), 10, constant(0.5), sea, ships=2)
    found = simulate(model.build(), 500.0, 1)
    # loading takes 2, the rest of a round 0.5 + 2 + 0.5: one berth is busy 2 of every 2.5 hours with two ships
    assert found.at("here").utilisation == pytest.approx(2 / 2.5, abs=0.01)
    assert found.at("box").waits == pytest.approx(500 / 2.5 * 10, abs=20)


def test_breakdowns_take_their_share() -> None:
    model = Model("share of time")
    crane = model.resource("crane", 3)
    breakdowns(model, "failure", crane, exponential(9.0), exponential(1.0), units=2, interrupt=False)
    model.arrivals("boxes", exponential(10.0), model.program("box").serve(crane, exponential(1.0)))
    assert simulate(model.build(), 50_000.0, 1).at("crane").capacity == pytest.approx(3 - 2 * 0.1, rel=0.01)


def test_impossible_stations_are_refused() -> None:
    model = Model("impossible")
    desk, gate = model.resource("desk", 1), model.gate("gate")
    shifts(model, "hours", desk, [(8.0, 1), (6.0, 0)], 24.0)
    ban(model, "ban", gate, desk.queue, above=5, below=9)
    breakdowns(model, "failure", desk, constant(1.0), constant(1.0))
    with pytest.raises(ModelError) as found:
        model.build()
    assert "needs times that rise" in found.value.faults[0]
    assert "must end below where it begins" in found.value.faults[1]
    assert "interruptible=True" in found.value.faults[2]


def test_the_example_of_the_manual_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (root / "docs" / "explanation" / "simulator.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    world: dict[str, Any] = {}
    exec(code, world)
    assert world["year"].fault == ""
    assert world["year"].growing() == []
    assert len(capsys.readouterr().out) > 100
