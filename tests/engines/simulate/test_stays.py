"""Stays made of a trace: read beside the day of a port that stands verb by verb in tests/closed_form/port_day.txt."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.engines.simulate import Model, Tables, simulate
from karvan.engines.simulate.distributions import Distribution, exponential, uniform
from karvan.engines.simulate.stays import ABOARD, INTERRUPTED, ITSELF, Follower, Stays, Unclear
from tests.closed_form.test_simulate_port import port


def follow(
    tables: Tables, horizon: float, *shown: str, trace_rows: int = 1 << 12
) -> tuple[Stays, list[tuple[object, ...]]]:
    """The stays of these programs, and the same as (start, end, who, verb or carrier, entities on board)."""
    places = np.isin(np.array(tables.place_names), shown)
    follower = Follower(tables, places, places.astype(np.float64))
    found: list[Stays] = []
    simulate(
        tables, horizon, 1, on_trace=lambda times, rows: found.append(follower.read(times, rows)), trace_rows=trace_rows
    )
    found.append(follower.close(horizon))
    stays = Stays(*(np.concatenate([getattr(each, name) for each in found]) for name in Stays.__dataclass_fields__))
    names = tables.place_names
    said: list[tuple[object, ...]] = []
    for i in range(len(stays)):
        what = tables.verbs[stays.row[i]].name if stays.what[i] == ITSELF else "stopped"
        if stays.what[i] == ABOARD:
            what = f"{names[stays.carrier[i]]} {stays.carrier_number[i]}"
        said.append(
            (
                float(stays.start[i]),
                float(stays.end[i]),
                f"{names[stays.program[i]]} {stays.number[i]}",
                what,
                int(stays.carried[i]),
            )
        )
    return stays, said


def test_a_day_of_a_port_as_stays() -> None:
    stays, said = follow(port(), 12.0, "wagon", "train", "ferry")
    assert [each for each in said if each[2] == "wagon 1"] == [
        (1.0, 2.5, "wagon 1", "siding", 0),
        (2.5, 3.5, "wagon 1", "train 1", 0),
        (3.5, 7.5, "wagon 1", "ferry 1", 0),
    ]
    assert [each for each in said if each[2] == "train 2"] == [(4.5, 5.5, "train 2", "rail", 4)]
    assert [each for each in said if each[2] == "ferry 1"] == [
        (0.0, 3.5, "ferry 1", "boxes", 0), (3.5, 4.0, "ferry 1", "load here", 4), (4.0, 7.0, "ferry 1", "sail from here", 4),
        (7.0, 7.5, "ferry 1", "unload there", 4), (7.5, 9.0, "ferry 1", "sea", 0), (9.0, 12.0, "ferry 1", "sail from there", 0),
    ]  # fmt: skip
    assert (np.diff(stays.start) >= 0).all()
    assert stays.weight[stays.carried == 4].tolist() == [5.0] * 5
    last = [each for each in said if each[2] == "wagon 8"][-1]
    assert last == (5.5, 12.0, "wagon 8", "siding", 0)


@pytest.mark.parametrize("trace_rows", [1, 7, 64])
def test_portions_make_no_difference(trace_rows: int) -> None:
    assert (
        follow(port(), 24.0, "wagon", "train", "ferry", trace_rows=trace_rows)[1]
        == follow(port(), 24.0, "wagon", "train", "ferry")[1]
    )


def test_every_hour_of_everybody_is_told_once() -> None:
    """The hours of all stays are those of all lives, of which the machine knows the mean."""
    tables = port()
    stays, _ = follow(tables, 24.0, "wagon", "train")
    outcome = simulate(tables, 24.0, 1)
    for name in ("wagon", "train"):
        mine = stays.program == tables.place(name)
        gone = outcome.at(name)
        assert gone.waits == len(np.unique(stays.number[mine]))
        assert (stays.end - stays.start)[mine].sum() == pytest.approx(gone.waits * gone.wait)


def sizes(size: object, everybody: bool = True) -> Tables:
    """Wagons of some size that a carrier takes ten units at a time."""
    model = Model("sizes")
    heap, size_of = model.store("heap"), model.attribute("room")
    wagon = model.program("wagon")
    if isinstance(size, Distribution):
        wagon.size(size)
    else:
        wagon.size(size_of)
    wagon.store(heap)
    giver = model.program("giver").set(size_of, 3.0).spawn("one", wagon).set(size_of, 4.0).spawn("another", wagon)
    model.arrivals("source", exponential(2.0), giver)
    if not everybody:
        model.arrivals("more", exponential(2.0), wagon)
    model.start(
        model.program("carrier")
        .label("again")
        .take(heap, 10, minimum=6)
        .delay("way", uniform(1.0, 2.0))
        .unload()
        .goto("again")
    )
    return model.build()


def test_sizes_that_are_inherited_say_who_is_on_board() -> None:
    stays, said = follow(sizes(None), 200.0, "wagon", "carrier")
    ways = [each for each in said if each[3] == "way"]
    assert len(ways) > 50
    assert all(each[4] in (2, 3) for each in ways)
    by_carrier = [i for i, each in enumerate(said) if each[3] == "carrier 1"]
    assert len(by_carrier) == sum(int(str(each[4])) for each in ways)
    assert (stays.carrier[by_carrier] >= 0).all()


def test_what_a_trace_cannot_tell_is_said() -> None:
    with pytest.raises(Unclear, match="born with cargo and without"):
        follow(sizes(None, everybody=False), 10.0, "wagon")
    with pytest.raises(Unclear, match="what lay there made"):
        follow(sizes(uniform(1.0, 5.0)), 50.0, "wagon")


def test_an_interruption_parts_the_work_from_the_wait() -> None:
    model = Model("storm")
    berth = model.resource("berth", 1, interruptible=True)
    ship = model.program("ship").seize(berth).delay("work", 10.0).release(berth)
    model.arrivals_at("source", [1.0], ship)
    model.start(
        model.program("wind").delay("fair", 5.0).change(berth, -1, interrupt=True).delay("foul", 3.0).change(berth, 1)
    )
    stays, said = follow(model.build(), 30.0, "ship")
    assert said == [
        (1.0, 5.0, "ship 1", "work", 0),
        (5.0, 8.0, "ship 1", "stopped", 0),
        (8.0, 14.0, "ship 1", "work", 0),
    ]
    assert stays.what.tolist() == [ITSELF, INTERRUPTED, ITSELF]
