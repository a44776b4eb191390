"""A day of a small port, verb by verb: two trains, one ferry, a closed sea in the afternoon. Read it with a pencil."""

from __future__ import annotations

import itertools
from pathlib import Path

from karvan.engines.simulate import UNITS, Model, Tables, simulate
from karvan.engines.simulate.distributions import constant
from karvan.engines.simulate.stations import Terminal, batches, shuttle
from karvan.engines.simulate.trace import steps

GOLDEN = Path(__file__).with_name("port_day.txt")


def port() -> Tables:
    """Wagons come every half hour from one o'clock; trains of four; a yard of six; the ferry takes four at eight an hour."""
    model = Model("port")
    sea = model.gate("sea", cause="weather")
    yard, siding, boxes = model.resource("yard", 6), model.store("siding"), model.store("boxes")
    wagon = model.program("wagon").store(siding)
    model.arrivals_at("loading", [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5], wagon)
    train = model.program("train").delay("rail", 1.0).seize(yard, UNITS).put(boxes)
    batches(model, "forming", siding, train, 4)
    wind = model.program("wind").delay("fair", 5.0).close(sea).delay("foul", 4.0).open(sea)
    model.start(wind)
    here = Terminal(model.resource("berth here", 1), boxes, yard, loading=8.0, unloading=8.0, linger=12.0)
    there = Terminal(model.resource("berth there", 1), loading=8.0, unloading=8.0)
    shuttle(model, "ferry", (here, there), 4, constant(3.0), sea)
    return model.build()


def day() -> list[str]:
    """The trace of the day without the bookkeeping of timetables and the waits that did not wait."""
    tables = port()
    said: list[str] = []
    found = simulate(tables, 24.0, 1, on_trace=lambda times, rows: said.extend(map(str, steps(tables, times, rows))))
    assert found.fault == ""
    assert found.at("wagon").waits == 8
    return [line for line in said if "loading" not in line]


def test_a_day_of_a_port() -> None:
    """Written down once and read through: the ferry leaves at 4, waits over there for the sea until 9, and is back at 12."""
    assert day() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_a_trace_in_small_portions_is_the_same() -> None:
    tables = port()
    portions: list[int] = []
    lines: list[str] = []

    def keep(times: object, rows: object) -> None:
        lines.extend(map(str, steps(tables, times, rows)))  # type: ignore[arg-type]
        portions.append(len(lines))

    simulate(tables, 24.0, 1, on_trace=keep, trace_rows=7, edges=[0.0, 6.0, 12.0, 24.0])
    assert max(b - a for a, b in itertools.pairwise([0, *portions])) <= 7
    assert [line for line in lines if "loading" not in line] == day()
