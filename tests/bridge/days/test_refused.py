"""What cannot be played is said in words, with the place, both sides and the remedy, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from karvan.bridge.days.calendar import LEAD, LEAD_DAYS, YEAR, edges
from karvan.bridge.days.spoken import day, named, spoken
from karvan.engines.simulate.experiment import experiment
from karvan.tables.faults import InvalidData, KarvanError, UsageError
from karvan.verbs import simulate as verb
from karvan.verdict import simulation
from karvan.verdict.futures import Forced
from tests.bridge.days import worlds
from tests.bridge.days.test_gates import ROAD, calendar, yard
from tests.bridge.days.test_trains import pool

FLEET = "fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,{},{},t,{}"
TERMINALS = worlds.CROSSING["terminals"]
SHUT = {"terminals": TERMINALS.replace("capacity_unit", "capacity_unit,calendar_id").replace("t/yr", "t/yr,wind"), "calendars": calendar((0,) * 12)}
FROM_THE_PORT = {
    "zones": "zone_id,name,node_id\nza,A,m\nzb,B,b",
    "terminals": "\n".join(line for line in TERMINALS.splitlines() if "West" not in line),
}


def crossing(**tables: str) -> Mapping[str, str]:
    return {**worlds.CROSSING, **tables}


@pytest.mark.parametrize(
    ("tables", "file", "said"),
    [
        (yard(1), "routines.csv", "1 TEU slots of stack', expected room for one consignment, 6.2 TEU"),
        (crossing(**FROM_THE_PORT), "services.csv", "ferries without a berth at m"),
        (crossing(fleets=FLEET.format(5, 30, 1), routines=worlds.routines(("box", "lot", 50))), "routines.csv", "at most what a ship of ferries takes, 30 t"),
        (crossing(routines=worlds.routines(("box", "lot", 5000))), "routines.csv", "at most what a train takes, 1,000 t"),
        (crossing(routines=worlds.routines(("box", "lot", 0))), "routines.csv", "more than 0 for lot"),
        (crossing(**SHUT), "calendars.csv", "0 in every month of wind"),
        (ROAD | {"routines": worlds.routines(("check", "opens", 20), ("check", "closes", 8))}, "routines.csv", "20 to 8 for check', expected opens < closes"),
        (ROAD | {"routines": worlds.routines(("check", "opens", 24))}, "routines.csv", "expected opens < closes"),
        (ROAD | {"routines": worlds.routines(("check", "inspected", 1), ("check", "inspection", 48))}, "routines.csv", "no more than its 12 h"),
        (crossing(routines=worlds.routines(("ferry", "full", 0.5), ("ferry", "minimum", 0.8))), "routines.csv", "minimum <= full"),
        (crossing(routines=worlds.routines(("west", "ban_above", 500), ("west", "ban_below", 800))), "routines.csv", "ban_below <= ban_above"),
        (crossing(fleets=FLEET.format(0, 1000, 1)), "fleets.csv", "ferries that carries nothing"),
        (crossing(fleets=FLEET.format(4, 1000, 0)), "fleets.csv", "ferries that carries nothing"),
        (crossing(fleets=FLEET.format(1_000_000_000, 1000, 1)), "fleets.csv", "1,000,000,000 ships of ferries', expected at most 10,000"),
        (crossing(fleets=FLEET.format(4, 1e-9, 1)), "fleets.csv", "expected 0, or 0.001 to 1e+09"),
        (crossing(fleets=FLEET.format(4, 1e12, 1)), "fleets.csv", "expected 0, or 0.001 to 1e+09"),
        (crossing(terminals=TERMINALS.replace("10000000,", "1e-300,")), "terminals.csv", "expected 0, or 0.001 to 1e+12"),
        (crossing(terminals=TERMINALS.replace("10000000,", "0.001,")), "demand.csv", "no route with 50 t a year"),
        (crossing(terminals=TERMINALS.replace(",10,", ",-10,")), "terminals.csv", "at least 0"),
        (crossing(modes=worlds.MODES.replace(",ship", ",")), "modes.csv", "Say what moves in the mode sea"),
        (crossing(modes=worlds.MODES.replace("ship", "boat")), "modes.csv", "expected one of train, ship, lorry, pipe"),
        (crossing(departures="departure_id,service_id,direction,weekday,hour\nd,ferry,forward,sunday,25"), "departures.csv", "at most 24"),
        (crossing(demand=worlds.demand(("a", "b", 0))), "demand.csv", "no route with 50 t a year"),
        (worlds.SECTION | {"demand": worlds.demand(("a", "b", 1e12))}, "demand.csv", "at most 1e+11"),
        (worlds.SECTION | {"demand": worlds.demand(("a", "b", 1e9))}, "routines.csv", "at most 4,000,000 a year. Add a routine `lot` of 248 t"),
        (worlds.SECTION | {"uses": worlds.USES.replace("train,box,0.001", "train,box,1"), "routines": worlds.routines(("*", "full", 1))}, "routines.csv", "at most what a train takes, 1 t"),
        (pool(1, 60) | {"routines": worlds.routines(("box", "lot", 500))}, "fleets.csv", "room for one consignment, 10 wagon"),
        (crossing(routines=worlds.routines(("west", "spell", 5))), "routines.csv", "spell"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_where(tables: Mapping[str, str], file: str, said: str) -> None:
    with pytest.raises(InvalidData) as caught:
        worlds.days(**tables)
    assert caught.value.exit_code == 3
    told = [str(fault) for fault in caught.value.faults if fault.file == file]
    assert any(said in each for each in told), str(caught.value)
    assert all(fault.remedy and fault.expected for fault in caught.value.faults)
    assert not any(name in str(caught.value) for name in ("quay:", "siding:", "pool:", "berth:")), "names of the case, not of the model"


def test_water_too_low_for_a_consignment_is_said() -> None:
    fleets = "fleet_id,name,number,payload,payload_unit,availability,payload_loss,level_reference\nferries,Ferries,4,100,t,1,0.1,-27"
    with pytest.raises(InvalidData, match=r"20 t at the level of the sea', expected room for a consignment of 50 t"):
        worlds.forced(crossing(fleets=fleets, routines=worlds.routines(("box", "lot", 50))), 1e5, level=-50.0)


def test_a_calendar_that_is_shut_in_winter_costs_no_time() -> None:
    shares = (0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0)
    found = worlds.days(**crossing(**{**SHUT, "calendars": calendar(shares)}))
    gate = worlds.name(found, "weather")
    assert worlds.figures(found, lambda o: o.at(gate).level, replications=2) == pytest.approx(8 / 12, abs=0.04)


def test_one_fleet_on_two_sections_takes_its_wagons_at_once() -> None:
    """Taken one after the other, two lots could each hold what the other waits for, for ever."""
    tables = {
        **pool(3, 60.0),
        "links": "link_id,from_node,to_node,mode_id,length\nrail_am,a,m,rail,500\nrail_mb,m,b,rail,500",
        "services": "service_id,name,link_id,fleet_id,round_trip\none,One,rail_am,wagons,30\ntwo,Two,rail_mb,wagons,30",
        "cuts": "cut_id,name,links\nrail,Railway,rail_am",
    }
    found = worlds.forced(tables, 1e6)
    journey = worlds.name(found, "journey")
    carried = worlds.figures(found, lambda o: o.at(journey).waits, replications=2)
    assert (carried > 0.4 * 3 * YEAR / 60.0).all()


def test_a_queue_without_end_is_said_with_its_month() -> None:
    """A berth that from the first day on does half of what comes."""
    compiled = worlds.model(**crossing(routines=worlds.routines(("west", "handling", 30))))
    played = simulation.play(compiled, worlds.YEAR_PLAYED, Forced(), "base", simulation.Options(replications=2, workers=1))
    assert {each.name for each in played.experiment.growing} >= {"quay:ferry:forward:west"}
    assert named(played.days, "quay:ferry:forward:west") == "cargo for Ferry at West berth"


def test_more_than_memory_holds_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue that fills the memory is named with the day from which on it grows; the memory is bounded."""
    monkeypatch.setattr(simulation, "experiment", lambda *given, **named_: experiment(*given, **named_, limit=4096))
    compiled = worlds.model(**crossing(routines=worlds.routines(("west", "handling", 1))))
    with pytest.raises(simulation.CannotPlay) as caught:
        simulation.play(compiled, worlds.YEAR_PLAYED, Forced(), "base", simulation.Options(replications=2, workers=1))
    assert "consignments, trains and ships are under way or wait" in str(caught.value)
    assert "Ferry at West berth" in str(caught.value)
    assert caught.value.exit_code == KarvanError.exit_code


def test_a_deadlock_is_told_in_the_words_of_the_case() -> None:
    found = worlds.days(**worlds.CROSSING)
    lot = found.plan.traffic[0].name
    told = spoken(found, f"at 1464: deadlock: ship:ferries 2 waits for quay:ferry:forward:west since 1440, held by {lot} 7")
    assert told == "on 1 January: deadlock: a ship of Ferries 2 waits for cargo for Ferry at West berth since 31 December, held by box from A to B 7"
    assert not [name for name in found.tables.place_names if ":" in named(found, name)]


def test_the_clock_begins_in_november() -> None:
    assert [day(24.0 * each) for each in (0, LEAD_DAYS, LEAD_DAYS + 58, LEAD_DAYS + 59, LEAD_DAYS + 364, LEAD_DAYS + 365)] == [
        "1 November", "1 January", "28 February", "1 March", "31 December", "1 January",
    ]  # fmt: skip


@pytest.mark.parametrize("years", [0, 101, 10_000])
def test_a_horizon_of_centuries_is_refused(years: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 100"):
        verb.simulate("lobito", 2025, 1, 1, 1, None, (), None, None, False, years, "page")


def test_a_hundred_years_in_a_row_take_the_memory_of_one() -> None:
    """Only the last is counted, so that what is kept does not grow; a queue goes on from year to year."""
    compiled = worlds.model(**crossing())
    one, ten = (
        simulation.play(compiled, worlds.YEAR_PLAYED, Forced(), "base", simulation.Options(replications=3, workers=1, years=years)) for years in (1, 100)
    )
    assert ten.experiment.edges[0] == LEAD + 99 * YEAR == edges(100)[0]
    assert ten.hours == one.hours == YEAR
    assert ten.experiment.bins.mean.shape == one.experiment.bins.mean.shape
    assert ten.experiment.own["arrived"] == pytest.approx(one.experiment.own["arrived"], rel=0.03)


def test_what_is_complete_is_kept_when_it_is_stopped() -> None:
    def stop(done: int, _: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    compiled = worlds.model(**worlds.CROSSING)
    played = simulation.play(compiled, worlds.YEAR_PLAYED, Forced(), "base", simulation.Options(replications=50, workers=2), stop)
    assert played.experiment.complete == 3
    assert played.experiment.said == "stopped by hand after 3 of 50 replications"
