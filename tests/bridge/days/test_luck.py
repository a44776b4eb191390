"""Common random numbers by name: what a scenario adds leaves the luck of everything else alone, and a small change has a small interval."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.days.calendar import LEAD, YEAR, edges
from karvan.bridge.days.write import Days, write
from karvan.engines.simulate import CLOCK, Model, Outcome, replicate, simulate
from karvan.engines.simulate.distributions import exponential
from karvan.verdict import shipment, simulation
from karvan.verdict.futures import Forced
from tests.bridge.days import worlds
from tests.bridge.days.conftest import YEAR_PLAYED, Real

ELSEWHERE = {
    "nodes": worlds.CROSSING["nodes"] + "\n        c,Ce,AA,city,12,41\n        d,De,BB,city,18,41",
    "zones": "zone_id,name,node_id\nza,A,a\nzb,B,b\nzc,C,c\nzd,D,d",
    "links": worlds.CROSSING["links"] + "\n        rail_cd,c,d,rail,700",
    "terminals": worlds.CROSSING["terminals"] + "\n        check,Check,d,border,rail,rail,3,7,5000000,t/yr",
    "services": worlds.CROSSING["services"] + "\n        shuttle,Shuttle,rail_cd,wagons,40",
    "fleets": worlds.CROSSING["fleets"] + "\n        wagons,Wagons,500,1,wagon,1",
}
"""A railway that has nothing to do with the crossing, its border and its wagons."""


def births(found: Days, name: str) -> np.ndarray:
    """float64[consignment]: when each of a traffic came, in one replication."""
    kind = found.tables.place(name)
    first: dict[int, float] = {}

    def note(times: np.ndarray, rows: np.ndarray) -> None:
        for time, row in zip(times[rows[:, 0] == kind], rows[rows[:, 0] == kind], strict=True):
            first.setdefault(int(row[1]), float(time))

    simulate(found.tables, LEAD + YEAR, worlds.SEED, 0, on_trace=note)
    return np.array([first[serial] for serial in sorted(first)])


@pytest.mark.parametrize(
    "changed",
    [
        {**ELSEWHERE, "demand": worlds.demand(("a", "b", 300_000), ("c", "d", 400_000))},
        {"terminals": worlds.CROSSING["terminals"].replace("sea,2,", "sea,3,")},
        {"fleets": worlds.CROSSING["fleets"].replace("ferries,Ferries,4", "ferries,Ferries,5"), "routines": worlds.routines(("box", "lot", 50))},
    ],
    ids=["an unrelated railway", "one more berth each", "one more ship"],
)
def test_what_is_added_changes_no_arrival(changed: dict[str, str]) -> None:
    base = {**worlds.CROSSING, "demand": worlds.demand(("a", "b", 300_000)), "routines": worlds.routines(("box", "lot", 50))}
    one, two = worlds.forced(base, 3e5), worlds.days(**{**base, **changed})
    (traffic,) = one.plan.traffic
    rate = next(each.tonnes for each in two.plan.traffic if each.name == traffic.name) / traffic.tonnes
    before, after = births(one, traffic.name), births(two, traffic.name)
    n = min(len(before), len(after))
    assert n > 6000
    assert after[:n] * rate == pytest.approx(before[:n], rel=1e-6), "as assign sends a little more or less, all come a little earlier or later"


def gain(base: Days, other: Days, read: str, n: int = 30) -> float:
    """(variance of both) / (variance of the difference) of a mean time."""
    at = edges()

    def mean(outcome: Outcome) -> list[float]:
        return [outcome.at(read).wait]

    x, y = (replicate(found.tables, at[-1], worlds.SEED, range(n), mean, edges=at)[:, 0] for found in (base, other))
    return float((x.var(ddof=1) + y.var(ddof=1)) / (x - y).var(ddof=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"terminals": worlds.CROSSING_AT_ONCE["terminals"].replace("servers,time", "servers,time,capacity,capacity_unit").replace("2,10", "1,10,1224000,t/yr")},
        {"terminals": worlds.CROSSING_AT_ONCE["terminals"].replace("servers,time", "servers,time,capacity,capacity_unit").replace("2,10", "1,9.5,1200000,t/yr")},
    ],
    ids=["cranes 2 % faster", "half an hour less"],
)
def test_a_small_change_has_a_small_interval(changed: dict[str, str]) -> None:
    terminals = worlds.CROSSING_AT_ONCE["terminals"].replace("servers,time", "servers,time,capacity,capacity_unit").replace("2,10", "1,10,1200000,t/yr")
    base = {**worlds.CROSSING_AT_ONCE, "terminals": terminals}
    one, two = (worlds.forced(tables, 900_000) for tables in (base, {**base, **changed}))
    assert gain(one, two, worlds.name(one, "journey")) > 20


def test_a_border_of_the_middle_corridor_that_is_faster(middle_days: Real) -> None:
    """5 % off the change of gauge at Dostyk: the mean time from door to door of all that goes, in pairs and apart."""
    model, answer, found = middle_days
    compiled = model.compiled
    cells = answer.cells.copy()
    place = compiled.cells.place("terminals", compiled.corridor["terminals"].index["dostyk_gauge_change"], "time")
    assert place is not None
    cells[place] *= 0.95
    inputs = shipment.likely_inputs(model, YEAR_PLAYED, Forced())
    conditions = compiled.conditions(cells, inputs.amount, inputs.level)
    other = write(
        compiled, model.routes, model.incidence, conditions, cells, answer.result.route_flow, simulation._headline(model), simulation._cuts(model),
        inputs.level,
    )  # fmt: skip
    assert paired(found, other, 8) > 10


def paired(base: Days, other: Days, n: int) -> float:
    at = edges()
    journeys = [name for name, known in base.known.items() if known.role == "journey"]

    def mean(outcome: Outcome) -> list[float]:
        seen = [(outcome.at(name), base.lots[name]) for name in journeys]
        tonnes = sum(each.waits * lot for each, lot in seen)
        return [sum(each.waits * lot * each.wait for each, lot in seen if each.waits) / tonnes]

    x, y = (replicate(found.tables, at[-1], worlds.SEED, range(n), mean, edges=at)[:, 0] for found in (base, other))
    return float((x.var(ddof=1) + y.var(ddof=1)) / (x - y).var(ddof=1))


def test_looking_again_changes_no_luck() -> None:
    """A loop that draws nothing and is no lap: how often somebody looks does not change what is drawn afterwards."""

    def built(pause: float) -> Outcome:
        model = Model("looking")
        waited = model.tally("waited")
        ready = model.gate("ready")
        model.start(model.program("clock").label("again").close(ready).delay("closed", 10.0).open(ready).delay("open", 30.0).goto("again"))
        ship = model.program("ship")
        since = model.attribute("since")
        ship.label("look").when(ready.level, ">", 0, "go").delay("look", pause).goto("look", lap=False).label("go")
        ship.set(since, CLOCK).delay("sail", exponential(7.0)).record(waited, since.elapsed).goto("look")
        model.start(ship)
        return simulate(model.build(), 5000.0, 3)

    often, seldom = built(0.5), built(3.0)
    n = min(often.at("waited").waits, seldom.at("waited").waits)
    assert n > 300
    assert often.at("waited").longest_wait == pytest.approx(seldom.at("waited").longest_wait)
