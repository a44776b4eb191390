"""Trains of small worlds against formulas: batches, ways, pools of wagons, and the time from door to door."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from karvan.bridge.compile import HOURS
from karvan.bridge.days.calendar import YEAR
from karvan.engines.simulate import Outcome
from tests.bridge.days import worlds
from tests.verdict import small

LOTS_A_TRAIN = 20


def trains(found: worlds.Days) -> str:
    return "train:" + worlds.name(found, "siding").partition(":")[2]


def test_a_full_train_is_waited_for() -> None:
    """Poisson lots, K of them a train: a train every K / lambda; in the mean (K - 1) / 2 lie there, so each for (K - 1) / (2 lambda)."""
    found = worlds.days(**worlds.SECTION, routines=worlds.routines(("*", "full", 1)))
    parts = worlds.PARTS_A_TRAIN / LOTS_A_TRAIN
    siding = worlds.name(found, "siding")
    assert abs(worlds.far(found, (LOTS_A_TRAIN - 1) / 2, lambda o: o.at(siding).level / parts, years=3)) < 4
    assert abs(worlds.far(found, 3 * YEAR * worlds.lots(found) / LOTS_A_TRAIN, lambda o: o.at(trains(found)).waits, years=3)) < 4


def test_a_train_leaves_with_less_after_a_while() -> None:
    """The time runs from the train before. Mean gap: integral of P(N < K) until the time L, of P(N < m) afterwards; N Poisson of lambda t."""
    linger, least = 6.0, 0.4
    found = worlds.days(**worlds.SECTION, routines=worlds.routines(("*", "full", 1), ("rail", "minimum", least), ("rail", "linger", linger)))
    rate = worlds.lots(found)
    early, late = np.linspace(0, linger, 20_001), np.linspace(linger, 60, 100_001)
    gap = np.trapezoid(poisson.cdf(LOTS_A_TRAIN - 1, rate * early), early) + np.trapezoid(poisson.cdf(least * LOTS_A_TRAIN - 1, rate * late), late)
    assert 1 < gap < LOTS_A_TRAIN / rate - 0.5, "the time should matter"
    assert abs(worlds.far(found, YEAR / gap, lambda o: o.at(trains(found)).waits)) < 4


def test_a_way_is_entered_one_train_after_the_other() -> None:
    """Lots that run by themselves are Poisson: M/D/1 with s = 8760 h / capacity for each; W = rho s / (2 (1 - rho))."""
    links = "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,1400,train/yr"
    found = worlds.days(**{**worlds.SECTION, "links": links})
    line = worlds.name(found, "line")
    busy = HOURS / 1400 / LOTS_A_TRAIN
    load = worlds.lots(found) * busy
    assert 0.5 < load < 0.9
    assert abs(worlds.far(found, load, lambda o: o.at(line).utilisation, replications=20)) < 4
    assert abs(worlds.far(found, load * busy / (2 * (1 - load)), lambda o: o.at(line).wait, replications=20)) < 4


def pool(number: int, round_trip: float) -> dict[str, str]:
    return {
        **worlds.SECTION,
        "services": f"service_id,name,link_id,fleet_id,round_trip\nwagons,Wagons,rail_ab,wagons,{round_trip}",
        "fleets": f"fleet_id,name,number,payload,payload_unit,availability\nwagons,Wagons,{number},1,wagon,1",
    }


@pytest.mark.parametrize("number", [20, 60])
def test_wagons_go_round(number: int) -> None:
    """More is sent than the wagons can carry: they carry n / (round trip) wagonloads an hour, and all of them are always somewhere."""
    found = worlds.forced(pool(number, 60.0), 3e6)
    ready, journey = worlds.name(found, "pool"), worlds.name(found, "journey")

    def read(outcome: Outcome) -> list[float]:
        at = outcome.at(ready)
        return [outcome.at(journey).waits, at.level_at_end + at.units_out - at.units]

    carried, balance = worlds.figures(found, read, replications=3).T
    assert carried == pytest.approx(number * YEAR / 60.0, rel=2e-3)
    start = worlds.PARTS * number
    assert np.ptp(balance) <= start, "what is out at the beginning and end of the year is not more than there are"
    assert (carried <= number * YEAR / 60.0 + number).all()


def test_enough_wagons_are_hardly_waited_for() -> None:
    """n = 400 for a mean of lambda x 60 h = 136 on the way: the chance that none is there is that of a Poisson number above 400."""
    found = worlds.days(**pool(400, 60.0))
    ready = worlds.name(found, "pool")
    expected = 1 - worlds.lots(found) * 60 / 400
    assert worlds.figures(found, lambda o: o.at(ready).wait, replications=2).max() == 0
    assert abs(worlds.far(found, expected, lambda o: o.at(ready).level / o.at(ready).capacity)) < 4


def test_others_take_their_share_of_a_way() -> None:
    """Of two flows over a section one is not played: the way is as busy as assign says of both."""
    case = small.CASE + 'headline = "behind"\n'
    tables = {
        **worlds.SECTION,
        "nodes": small.TABLES["nodes"],
        "zones": "zone_id,name,node_id\nza,A,a\nzb,B,b\nzm,M,m",
        "links": """
            link_id,from_node,to_node,mode_id,length,capacity,capacity_unit
            rail_am,a,m,rail,500,2200,train/yr
            rail_mb,m,b,rail,500,,""",
        "cuts": "cut_id,name,links\nbehind,Behind,rail_mb",
        "demand": worlds.demand(("a", "b", 600_000), ("a", "m", 900_000)),
        "parameters": "parameter_id,meaning,value,unit\nlink_delay_alpha,delay of a full way,0.15,1",
    }
    compiled, answer, found = worlds.solved(case=case, **tables)
    assert len(found.plan.traffic) == 1
    limit = small.limit(compiled, "rail_am", "forward")
    busy = float(answer.result.load[limit] / answer.conditions.capacity[limit])
    line = worlds.name(found, "line", "rail_am", "forward")
    assert abs(worlds.far(found, busy, lambda o: o.at(line).utilisation, replications=20)) < 4


def test_nothing_is_waited_for_where_nothing_is_scarce() -> None:
    """Every consignment takes exactly the hours of its arcs; with full trains, the wait for K lots beside."""
    compiled, answer, found = worlds.solved(**worlds.CROSSING_AT_ONCE)
    (traffic,) = found.plan.traffic
    hours = float(answer.conditions.time[compiled.routes.arc[compiled.routes.start[traffic.route] : compiled.routes.start[traffic.route + 1]]].sum())
    journey = worlds.name(found, "journey")
    assert hours == pytest.approx(10 + 10 + 10 + 10 + 10)
    times = worlds.figures(found, lambda o: [o.at(journey).wait, o.at(journey).longest_wait], replications=2)
    assert times == pytest.approx(hours)
    batched = worlds.days(**worlds.CROSSING_AT_ONCE, routines=worlds.routines(("*", "full", 1)))
    expected = hours + (LOTS_A_TRAIN - 1) / (2 * worlds.lots(batched))
    assert abs(worlds.far(batched, expected, lambda o: o.at(journey).wait)) < 4
