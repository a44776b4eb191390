"""What goes wrong is said in words, and what was found up to then is kept."""

from __future__ import annotations

import pytest

from karvan.engines.simulate import UNITS, Model, ModelError, replicate, simulate
from karvan.engines.simulate.distributions import constant, exponential


def test_a_deadlock_is_named() -> None:
    """Two trains want each other's track."""
    model = Model("single track")
    east, west = model.resource("east track", 1), model.resource("west track", 1)
    for name, first, then in (("eastbound", west, east), ("westbound", east, west)):
        model.start(model.program(name).seize(first).delay("runs", 1.0).seize(then).release(first).delay("on", 1.0).release(then))
    found = simulate(model.build(), 100.0, 1)
    assert found.fault == (
        "deadlock: eastbound 1 waits for east track since 1, held by westbound 1; westbound 1 waits for west track since 1, held by eastbound 1"
    )


def test_a_deadlock_is_found_while_others_go_on() -> None:
    """A yard full of containers that the only ferry cannot take, because it waits for a slot to unload into."""
    model = Model("port")
    yard = model.resource("yard", 4)
    berth = model.resource("berth", 1)
    boxes = model.store("boxes")
    box = model.program("box").seize(yard).store(boxes)
    model.arrivals("trains", constant(1.0), box)
    ferry = model.program("ferry").delay("sails", 10.0).seize(berth).seize(yard, 2).take(boxes, 4).release(yard, 6).unload("end")
    model.start(ferry.release(berth).label("end"))
    queue = model.resource("elsewhere", 1)
    model.arrivals("others", exponential(1.0), model.program("other").serve(queue, exponential(0.5)))
    found = simulate(model.build(), 50.0, 1)
    assert "deadlock" in found.fault
    assert {each.place for each in found.blocked} == {"yard"}
    assert any(each.who == "ferry 1" for each in found.blocked)
    assert found.at("elsewhere").waits > 20


def test_no_alarm_where_somebody_can_help() -> None:
    """A closed gate, an idle carrier and a full desk are not deadlocks."""
    model = Model("calm")
    gate = model.gate("gate", is_open=False)
    desk = model.resource("desk", 1)
    pile = model.store("pile")
    model.start(model.program("guard").delay("sleeps", 1_000.0).open(gate))
    model.start(model.program("carrier").take(pile, 5).unload())
    model.arrivals("door", constant(1.0), model.program("who").serve(desk, 30.0).wait(gate), 3)
    assert simulate(model.build(), 100.0, 1).fault == ""


def test_what_nobody_can_free_is_named() -> None:
    model = Model("stuck")
    yard, gate = model.resource("yard", 1), model.gate("gate", is_open=False)
    model.start(model.program("ship").seize(yard).wait(gate).release(yard))
    model.start(model.program("train").delay("runs", 1.0).seize(yard))
    found = simulate(model.build(), 10.0, 1)
    assert found.fault == "deadlock: ship 1 waits for gate since 0, and nobody can help; train 1 waits for yard since 1, held by ship 1"


def test_a_yard_of_nothing_is_refused_unless_somebody_opens_it() -> None:
    model = Model("nothing")
    yard, small, pile = model.resource("yard", 0), model.resource("small", 2), model.store("pile", 5)
    model.start(model.program("train").serve(yard, 1.0).seize(small, 3).take(pile, 9, minimum=7, linger=4.0))
    with pytest.raises(ModelError) as found:
        model.build()
    assert [each.partition(": ")[2] for each in found.value.faults] == [
        "1 units of yard are asked for, and there are never more than 0",
        "3 units of small are asked for, and there are never more than 2",
        "7 units of pile are asked for, and there are never more than 5",
    ]
    opened = Model("opened")
    place = opened.resource("yard", 0)
    opened.start(opened.program("train").serve(place, 1.0))
    opened.start(opened.program("gang").delay("comes", 5.0).limit(place, 1))
    assert simulate(opened.build(), 10.0, 1).at("train").wait == 6.0


@pytest.mark.parametrize("horizon", [0.0, -1.0, float("inf"), float("nan")])
def test_a_horizon_is_a_time_to_come(horizon: float) -> None:
    model = Model("horizon")
    model.start(model.program("who").delay("stays", 1.0))
    with pytest.raises(ValueError, match="the horizon must be a time after 0"):
        simulate(model.build(), horizon, 1)


def test_a_window_that_never_comes() -> None:
    model = Model("window")
    tide = model.calendar("tide", [(2.0, 12.0)], 12.0)
    model.start(model.program("ship").window(tide, 5.0))
    found = simulate(model.build(), 100.0, 1)
    assert "ship 1 waits for tide since 0, and nobody can help" in found.fault


def test_a_queue_that_grows_without_bound_is_said_with_its_beginning() -> None:
    model = Model("growth")
    desk = model.resource("desk", 2)
    loses = model.program("loses a desk").delay("works", 55.0).change(desk, -1)
    model.start(loses)
    model.arrivals("door", constant(1.0), model.program("who").serve(desk, exponential(1.6)))
    edges = [10.0 * i for i in range(13)]
    found = simulate(model.build(), 120.0, 3, edges=edges)
    (name, since), *others = found.growing()
    assert (name, others) == ("desk", [])
    assert 40.0 <= since <= 70.0
    steady = Model("steady")
    place = steady.resource("desk", 2)
    steady.arrivals("door", constant(1.0), steady.program("who").serve(place, exponential(1.6)))
    assert simulate(steady.build(), 120.0, 3, edges=edges).growing() == []


def test_a_pile_that_nobody_takes_away_grows() -> None:
    """Ten boxes a day, and a carrier that takes eight; with one that takes twelve the pile comes back."""
    for taken, growing in ((8, [("pile", 10.0)]), (12, [])):
        model = Model("pile")
        pile = model.store("pile")
        model.arrivals("belt", constant(0.1), model.program("box").store(pile))
        model.start(model.program("carrier").label("again").take(pile, taken).delay("day", 1.0).unload().goto("again"))
        assert simulate(model.build(), 120.0, 1, edges=[10.0 * i for i in range(13)]).growing() == growing


def test_memory_is_bounded_and_what_was_found_is_kept() -> None:
    model = Model("flood")
    desk = model.resource("desk", 1)
    model.arrivals("door", constant(0.01), model.program("who").serve(desk, 1.0))
    found = simulate(model.build(), 876_000.0, 1, limit=2_048, edges=[0.0, 5.0, 10.0, 15.0, 876_000.0])
    assert "more than 2,047 entities are alive at time 20.6" in found.fault
    assert found.ended == pytest.approx(20.6, abs=0.1)
    assert found.growing() == [("desk", 0.0)]
    assert found.at("desk").waits == 21


def test_faults_of_a_run_name_who_and_where() -> None:
    def fault(write: object) -> str:
        model = Model("fault")
        write(model)  # type: ignore[operator]
        return simulate(model.build(), 10.0, 1).fault

    def spins(model: Model) -> None:
        model.start(model.program("spinner").label("a").goto("a"))

    def loses_cargo(model: Model) -> None:
        pile = model.store("pile")
        model.arrivals("door", constant(1.0), model.program("box").store(pile))
        model.start(model.program("truck").take(pile, 2))

    def releases(model: Model) -> None:
        model.start(model.program("fool").release(model.resource("desk", 1)))

    def too_large(model: Model) -> None:
        model.start(model.program("giant", size=9).store(model.store("shelf", 5)))

    def backwards(model: Model) -> None:
        debt = model.attribute("debt")
        model.start(model.program("debtor").set(debt, -2.0).delay("odd", 1.0, per=debt))

    assert fault(spins).startswith("at 0: spinner 1 goes round and round without time passing")
    assert "truck 1 leaves with cargo on board" in fault(loses_cargo)
    assert "fool 1 releases more of desk than is held" in fault(releases)
    assert "giant 1 wants to put more into shelf than it can ever hold" in fault(too_large)
    assert "debtor 1 would wait a negative time" in fault(backwards)


def test_all_that_is_wrong_with_a_model_is_said_at_once() -> None:
    model = Model("wrong")
    desk = model.resource("desk", -1)
    model.resource("desk", 1)
    model.calendar("tide", [(0.0, 12.0)], 12.0)
    program = model.program("who").serve(desk, -1.0).goto("nowhere").branch("odds", 1.5, to="here").label("here")
    program.take(model.store("pile", 0), 3, minimum=4).change(desk, -1, interrupt=True).slot(model.calendar("clock"), 0.0)
    with pytest.raises(ModelError) as found:
        model.build()
    said = found.value.faults
    for part in (
        "the capacity must be >= 0, found -1", "two places are called desk", "tide: it never opens", "a time must be finite and >= 0, found -1",
        "there is no label nowhere; there are here", "between 0 and 1, found [1.5]", "store pile: the capacity must be >= 1",
        "0 <= minimum <= full", "interruptible=True", "a period > 0", "nobody is there at time 0",
    ):  # fmt: skip
        assert any(part in each for each in said), part
    assert len(said) == 11


@pytest.mark.parametrize("edges", [[5.0, 5.0], [3.0, 2.0], [0.0, 11.0], [-1.0, 2.0]])
def test_edges_must_rise_within_the_run(edges: list[float]) -> None:
    model = Model("edges")
    model.start(model.program("who").delay("stays", 1.0))
    with pytest.raises(ValueError, match="edges must rise between 0 and the horizon 10"):
        simulate(model.build(), 10.0, 1, edges=edges)


def test_bins_add_up() -> None:
    model = Model("bins")
    desk = model.resource("desk", 1, cause="clerks")
    model.arrivals("door", exponential(1.2), model.program("who").serve(desk, exponential(1.0)))
    found = simulate(model.build(), 1_200.0, 5, edges=[100.0 * i for i in range(13)])
    bins, whole = found.bins("desk"), found.at("desk")
    assert len(bins) == 12
    assert sum(each.waits for each in bins) == whole.waits
    assert sum(each.queue for each in bins) / 12 == pytest.approx(whole.queue)
    assert found.causes()["clerks"] == pytest.approx(whole.queue * 1_200)
    assert found.at("who").wait == pytest.approx(whole.wait + 1.0, rel=0.2)


def test_replications_say_which_one_failed() -> None:
    model = Model("fails")
    pile = model.store("pile")
    model.arrivals("door", constant(1.0), model.program("box").store(pile))
    model.start(model.program("truck").take(pile, 2).record(model.tally("load"), UNITS))
    with pytest.raises(RuntimeError, match="replication 4: at 2: truck 1 leaves with cargo"):
        replicate(model.build(), 10.0, 1, [4, 5], lambda outcome: [outcome.at("load").wait])


def test_an_unknown_place_names_those_there_are() -> None:
    model = Model("names")
    model.start(model.program("who").delay("stays", 1.0))
    with pytest.raises(KeyError, match="there is no place 'desk'; there are who"):
        simulate(model.build(), 1.0, 1).at("desk")
