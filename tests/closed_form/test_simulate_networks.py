"""Several stations, simulated: networks with a product form, and lines without room between them."""

from __future__ import annotations

import pytest

from karvan.engines.queueing import closed_network, machine_repairman
from karvan.engines.simulate import Model
from karvan.engines.simulate.distributions import exponential
from tests.closed_form.simulated import far


def test_jackson_with_feedback() -> None:
    """Two stations; after the second a share of 0.3 begins again: rates lambda / 0.7, L = sum of rho / (1 - rho)."""
    arrive, again = 0.5, 0.3
    model = Model("jackson")
    first, second = model.resource("first", 1), model.resource("second", 2)
    job = model.program("job").label("begin").serve(first, exponential(0.9)).serve(second, exponential(1.6))
    model.arrivals("door", exponential(1 / arrive), job.branch("again", again, to="begin"))
    rate = arrive / (1 - again)
    one = rate * 0.9 / (1 - rate * 0.9)
    load = rate * 1.6
    two = load + load**3 / (4 - load**2)  # M/M/2: L = load + load^3 / (4 - load^2)
    tables = model.build()
    assert abs(far(tables, (one + two) / arrive, lambda found: found.at("job").wait, 50_000, 1_000)) < 4
    assert abs(far(tables, two, lambda found: found.at("second").level + found.at("second").queue, 50_000, 1_000)) < 4


def test_a_tandem_of_twenty() -> None:
    model = Model("tandem")
    job = model.program("job")
    for k in range(20):
        job.serve(model.resource(f"station {k}", 1), exponential(1.0))
    model.arrivals("door", exponential(1.25), job)
    assert abs(far(model.build(), 20 * 5.0, lambda found: found.at("job").wait, 6_000, 1_000)) < 4


@pytest.mark.parametrize(("stations", "exact"), [(2, 2 / 3), (3, 22 / 39)])
def test_lines_without_room_between_stations(stations: int, exact: float) -> None:
    """The throughput of a saturated line that blocks after service (Hillier & Boling 1967)."""
    model = Model("line")
    places = [model.resource(f"station {k}", 1) for k in range(stations)]
    job = model.program("job").label("begin").seize(places[0]).delay("work 0", exponential(1.0))
    for k in range(1, stations):
        job.seize(places[k]).release(places[k - 1]).delay(f"work {k}", exponential(1.0))
    model.start(job.release(places[-1]).goto("begin"), 10)
    assert abs(far(model.build(), exact, lambda found: found.at("station 0").rate, 10_000, 100)) < 4


def test_machine_repairman() -> None:
    exact = machine_repairman(8, 2, 5.0, 1.5)
    model = Model("repair")
    crew = model.resource("crew", 2)
    model.start(model.program("machine").label("runs").delay("runs", exponential(5.0)).serve(crew, exponential(1.5)).goto("runs"), 8)
    tables = model.build()
    assert abs(far(tables, exact.throughput, lambda found: found.at("crew").rate, 10_000, 100)) < 4
    assert abs(far(tables, float(exact.queue[0]), lambda found: found.at("crew").level + found.at("crew").queue, 10_000, 100)) < 4


def test_ships_that_go_round() -> None:
    """A closed network: six ships, a berth here, two there, a crossing without queue (mean value analysis)."""
    exact = closed_network(6, [1.0, 1.5], [1, 2], 4.0)
    model = Model("ships")
    here, there = model.resource("here", 1), model.resource("there", 2)
    ship = model.program("ship").label("round").serve(here, exponential(1.0)).delay("out", exponential(2.5))
    model.start(ship.serve(there, exponential(1.5)).delay("back", exponential(1.5)).goto("round"), 6)
    tables = model.build()
    assert abs(far(tables, exact.throughput, lambda found: found.at("here").rate, 20_000, 200)) < 4
    for place, queue in zip(("here", "there"), exact.queue.tolist(), strict=True):
        z = far(tables, queue, lambda found, place=place: found.at(place).level + found.at(place).queue, 20_000, 200)  # type: ignore[misc]
        assert abs(z) < 4
