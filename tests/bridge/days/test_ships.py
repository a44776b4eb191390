"""Ships of small worlds against formulas: berths as queues, fleets as closed networks, payload by draught, timetables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.bridge.compile import HOURS
from karvan.bridge.days.calendar import LEAD, YEAR
from karvan.engines.simulate import Outcome
from tests.bridge.days import worlds

WEEK = 168.0


def sailings(found: worlds.Days, direction: str = "forward") -> str:
    return worlds.name(found, "sailing", "ferry", direction)


def berths(servers: int, capacity: float) -> str:
    """One berth each side that does so much a year."""
    return f"""terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit
        west,West berth,m,berth,rail,sea,{servers},10,{capacity:g},t/yr
        east,East berth,n,berth,rail,sea,{servers},10,{capacity:g},t/yr"""


def test_ships_queue_for_a_berth() -> None:
    """A ship for every lot, and lots are Poisson: M/D/1, W = rho s / (2 (1 - rho))."""
    capacity = 1_500_000
    found = worlds.days(**{**worlds.CROSSING_AT_ONCE, "terminals": berths(1, capacity)})
    (traffic,) = found.plan.traffic
    service, load = traffic.lot / capacity * HOURS, traffic.tonnes / capacity
    assert 0.3 < load < 0.9
    berth = worlds.name(found, "berth", "west")
    assert abs(worlds.far(found, load * service / (2 * (1 - load)), lambda o: o.at(berth).wait, replications=20)) < 4
    assert abs(worlds.far(found, load, lambda o: o.at(berth).utilisation, replications=20)) < 4


def test_ships_of_two_sizes_queue_for_a_berth() -> None:
    """Lots of 20 and 120 t mixed: M/G/1, W = lambda E[S^2] / (2 (1 - rho)) (Pollaczek and Khinchine)."""
    capacity = 1_500_000
    commodities = """commodity_id,name,group,value_of_time,reliability_ratio,theta,reserve,tonnes_per_teu
        box,Boxes,dry,1,0,0.05,100,10
        ore,Ore,dry,1,0,0.05,100,"""
    demand = worlds.demand(("a", "b", 300_000)) + "\nore,za,zb,ore,2025,600000"
    uses = worlds.USES + "\nore_wagon,wagon,ore,0.02,\nore_train,train,ore,0.001,"
    found = worlds.days(**{
        **worlds.CROSSING_AT_ONCE, "terminals": berths(1, capacity), "commodities": commodities, "demand": demand, "uses": uses,
        "routines": worlds.routines(("box", "lot", 20), ("ore", "lot", 120)),
    })  # fmt: skip
    rates = np.array([traffic.lots / YEAR for traffic in found.plan.traffic])
    times = np.array([traffic.lot / capacity * HOURS for traffic in found.plan.traffic])
    assert len(rates) == 2
    expected = rates @ times**2 / (2 * (1 - rates @ times))
    assert abs(worlds.far(found, expected, lambda o: o.at(worlds.name(found, "berth", "west")).wait, replications=20)) < 4


@pytest.mark.parametrize("ships", [1, 2, 4, 40])
def test_a_fleet_goes_round(ships: int) -> None:
    """There is always a load: n ships make n / (round trip) sailings an hour, until the one berth is always busy:
    min(n / round trip, 1 / loading), the asymptotic bound of a closed network, reached since all times are fixed."""
    fleets = f"fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,{ships},1000,t,1"
    found = worlds.forced({**worlds.CROSSING, "terminals": berths(1, 4e6), "fleets": fleets, "routines": worlds.routines(("ferry", "full", 1))}, 6e6)
    loading = 1000 / 4e6 * HOURS
    expected = YEAR * min(ships / 60.0, 1 / loading)
    found_sailings, loads = worlds.figures(found, lambda o: [o.at(sailings(found)).waits, o.at(sailings(found)).wait], replications=2).T
    assert found_sailings == pytest.approx(expected, rel=0.01)
    assert loads == pytest.approx(1000)


@pytest.mark.parametrize(("level", "factor"), [(-27.0, 1.0), (-29.0, 0.8)])
def test_lower_water_needs_more_sailings(level: float, factor: float) -> None:
    """Ships that wait for a full load: sailings = tonnes / (payload x (1 - loss per metre x metres))."""
    fleets = "fleet_id,name,number,payload,payload_unit,availability,payload_loss,level_reference\nferries,Ferries,12,1000,t,1,0.1,-27"
    found = worlds.forced({**worlds.CROSSING, "fleets": fleets, "routines": worlds.routines(("ferry", "full", 1))}, level=level)
    assert found.fleets[0].payload == pytest.approx(1000 * factor)
    assert abs(worlds.far(found, worlds.sent(found) / (1000 * factor), lambda o: o.at(sailings(found)).waits, replications=20)) < 4


def test_as_many_wagons_come_back_as_go() -> None:
    """800 kt out, 100 kt back, in wagons on ferries: what finds no load comes back empty, and in the long run as much sails each way."""
    fleets = "fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,6,20,wagon,1"
    uses = worlds.USES.replace("box_wagon,wagon,box,0.02,", "box_wagon,wagon,box,0.02,1")
    found = worlds.days(**{**worlds.CROSSING, "fleets": fleets, "uses": uses, "demand": worlds.demand(("a", "b", 800_000), ("b", "a", 100_000))})

    def read(outcome: Outcome) -> list[float]:
        there, back = (outcome.at(sailings(found, direction)) for direction in ("forward", "reverse"))
        return [there.waits * there.wait, back.waits * back.wait]

    there, back = worlds.figures(found, read, years=4, replications=3).T
    out = sum(traffic.tonnes for traffic in found.plan.traffic if traffic.origin == "za")
    assert there == pytest.approx(4 * out, rel=0.02)
    assert back == pytest.approx(there, rel=0.01)


@pytest.mark.parametrize("fleet", [True, False])
def test_departures_are_kept(fleet: bool) -> None:
    """Tuesdays at 6 and Fridays at 18.5: every sailing is then, one ship a departure; the mean wait without other waits is that of the gaps."""
    tables = worlds.CROSSING if fleet else worlds.CROSSING_AT_ONCE
    found = worlds.days(**{
        **tables, "departures": "departure_id,service_id,direction,weekday,hour\nd1,ferry,forward,tuesday,6\nd2,ferry,forward,friday,18.5",
        "demand": worlds.demand(("a", "b", 60_000)),
    })  # fmt: skip
    times = [time for time, _ in worlds.events(found, "record", sailings(found)) if time > LEAD]
    week = np.round(np.array(times) % WEEK, 6)
    hours = {24 + 6.0, 4 * 24 + 18.5}
    assert set(week.tolist()) <= hours
    assert len(times) == len(set(times)), "one ship a departure"
    assert len(times) > 90
    assert math.isclose(sum(load for _, load in worlds.events(found, "record", sailings(found))), worlds.sent(found) * (YEAR + LEAD) / YEAR, rel_tol=0.1)
