"""An experiment says what its replications say one by one, keeps those that fail apart, and stops when it is told to."""

from __future__ import annotations

import _thread
import math
import threading
import time
from typing import Any

import numpy as np
import pytest

from karvan.engines.simulate import Experiment, Model, Outcome, Tables, experiment, simulate
from karvan.engines.simulate.analysis import interval
from karvan.engines.simulate.distributions import constant, exponential, lognormal
from karvan.engines.simulate.readings import FIELDS, NAMES, SHARES
from karvan.engines.simulate.state import begin
from karvan.engines.simulate.stations import batches, weather
from tests.closed_form.test_simulate_streams import YEAR, corridor

HORIZON = 240.0
EDGES = [20.0 * i for i in range(13)]


def little() -> Tables:
    """Every kind of place, waits of every kind, and a place that nobody ever uses."""
    model = Model("little")
    sea, clock = model.gate("sea", cause="weather"), model.calendar("clock", [(6.0, 9.0)], 12.0, cause="border")
    desk = model.resource("desk", 2, histogram=True, cause="border")
    pile, tank = model.store("pile", 9, histogram=True), model.tank("tank", 5, 20)
    model.resource("idle", 1, histogram=True)
    age = model.tally("age")
    weather(model, "wind", sea, exponential(20.0), lognormal(4.0, 0.5))
    who = model.program("who", histogram=True).serve(desk, exponential(1.5)).window(clock, 1.0).wait(sea).store(pile).record(age).put(tank, 1)
    model.arrivals("door", exponential(1.0), who)
    batches(model, "forming", tank, model.program("load").delay("away", 1.0), 6)
    model.start(model.program("lorry").label("again").take(pile, 4).delay("trip", 2.0).unload().goto("again"))
    return model.build()


def fails(share: float = 0.3) -> Tables:
    """A queue; and by chance, a truck that leaves with cargo on board at time 10."""
    model = Model("fails")
    desk, pile = model.resource("desk", 1), model.store("pile")
    model.arrivals("door", exponential(2.0), model.program("who").serve(desk, exponential(1.0)))
    model.arrivals("belt", constant(5.0), model.program("box").store(pile), 2)
    truck = model.program("truck").delay("waits", 10.0).branch("luck", share, to="bad").leave(counted=False)
    model.start(truck.label("bad").take(pile, 2).leave())
    return model.build()


def grows(rate: float = 1.0) -> Tables:
    model = Model("grows")
    desk, calm = model.resource("desk", 1), model.resource("calm", 1)
    who = model.program("who").serve(calm, 0.1).serve(desk, exponential(1.6 / rate))
    model.arrivals("door", exponential(1.0), who)
    return model.build()


def same(one: Experiment, other: Experiment) -> None:
    """Equal to the last bit."""
    for each in ("numbers", "values", "causes"):
        assert np.array_equal(getattr(one, each), getattr(other, each), equal_nan=True), each
    for each in ("whole", "bins", "causes_by_bin"):
        for what in ("n", "mean", "deviation", "largest"):
            a, b = getattr(getattr(one, each), what), getattr(getattr(other, each), what)
            assert np.array_equal(a, b, equal_nan=True), (each, what)
    assert one.failed == other.failed
    assert one.growing == other.growing
    assert all(np.array_equal(one.own[name], other.own[name]) for name in one.own)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return little()


@pytest.fixture(scope="module")
def singles(tables: Tables) -> list[Outcome]:
    return [simulate(tables, HORIZON, 4, number, edges=EDGES) for number in range(25)]


@pytest.fixture(scope="module")
def found(tables: Tables) -> Experiment:
    return experiment(tables, HORIZON, 4, 25, edges=EDGES)


def test_every_figure_is_that_of_the_single_run(tables: Tables, singles: list[Outcome], found: Experiment) -> None:
    assert not any(each.fault for each in singles)
    assert found.complete == 25
    for name in tables.place_names:
        for field in FIELDS:
            one_by_one = [getattr(outcome.at(name), field) for outcome in singles]
            np.testing.assert_allclose(found.column((name, field)), one_by_one, rtol=1e-12, atol=1e-9, err_msg=f"{name} {field}")


def test_percentiles_of_replications_are_those_of_the_single_run(singles: list[Outcome], found: Experiment) -> None:
    for name in ("desk", "pile", "who", "age", "idle"):
        one_by_one = np.array([outcome.at(name).percentile(*SHARES.values()) for outcome in singles])
        kept = np.array([found.column((name, field)) for field in SHARES]).T
        assert np.array_equal(kept, one_by_one, equal_nan=True)
        pooled = sum(outcome.at(name).histogram for outcome in singles)  # type: ignore[misc]
        assert np.array_equal(found.histogram(name), pooled)
    assert np.isnan(found.column(("sea", "p50"))).all()


def test_means_and_intervals_are_those_of_the_values(tables: Tables, singles: list[Outcome], found: Experiment) -> None:
    for name, field in (("desk", "queue"), ("sea", "level"), ("who", "wait"), ("pile", "blocked"), ("tank", "units_out")):
        exact = interval(found.column((name, field)))
        whole = found.interval(name, field)
        assert (whole.mean, whole.half_width) == pytest.approx((exact.mean, exact.half_width), rel=1e-9, abs=1e-12)
        values = [getattr(outcome.at(name, 3, 4), field) for outcome in singles]
        kept = interval([x for x in values if not math.isnan(x)])
        month = found.interval(name, field, 3)
        assert (month.mean, month.half_width, month.n) == pytest.approx((kept.mean, kept.half_width, kept.n), rel=1e-9, abs=1e-12)
    i = tables.place("desk")
    assert found.whole.largest[i, NAMES.index("longest_wait")] == max(each.at("desk").longest_wait for each in singles)


def test_who_observed_nothing_is_counted_and_poisons_nothing(found: Experiment) -> None:
    assert found.interval("idle", "wait").n == 0
    assert math.isnan(found.interval("idle", "wait").mean)
    assert found.interval("idle", "wait").half_width == math.inf
    assert found.interval("idle", "waits").mean == 0
    assert math.isnan(found.percentile("idle", 0.5).value)
    model = Model("seldom")
    desk = model.resource("desk", 1)
    model.start(model.program("who").branch("luck", 0.5, to="end").serve(desk, 1.0).delay("more", 2.0).label("end"))
    seldom = experiment(model.build(), 10.0, 1, 40)
    waits = seldom.column(("desk", "waits"))
    assert 5 < waits.sum() < 35
    assert seldom.interval("desk", "wait").n == waits.sum()
    assert seldom.mean(("desk", "wait")).n == waits.sum()


def test_time_waited_by_cause(singles: list[Outcome], found: Experiment) -> None:
    one_by_one = [outcome.causes() for outcome in singles]
    assert list(found.waited()) == list(one_by_one[0])
    for cause, mean in found.waited().items():
        assert mean.mean == pytest.approx(interval([each[cause] for each in one_by_one]).mean)
        assert mean.half_width == pytest.approx(interval([each[cause] for each in one_by_one]).half_width)
        assert sum(found.waited(month)[cause].mean for month in range(12)) == pytest.approx(mean.mean)


def test_bins_add_up_to_the_whole(tables: Tables, found: Experiment) -> None:
    for field in ("waits", "units", "units_out", "interruptions"):
        column = list(FIELDS).index(field)
        np.testing.assert_allclose(found.bins.mean[:, :, column].sum(axis=0), found.whole.mean[:, column])
    for field in ("queue", "level", "capacity", "blocked"):
        column = list(FIELDS).index(field)
        np.testing.assert_allclose(found.bins.mean[:, :, column].mean(axis=0), found.whole.mean[:, column], rtol=1e-9)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_no_bit(tables: Tables, found: Experiment, threads: int) -> None:
    same(found, experiment(tables, HORIZON, 4, 25, edges=EDGES, threads=threads))


def test_threads_change_no_bit_where_it_stops_by_itself() -> None:
    def ask(threads: int) -> Experiment:
        return experiment(fails(), 50.0, 2, 20, threads=threads, until={("desk", "queue"): 0.3}, most=200)

    one, two = ask(1), ask(2)
    same(one, two)
    assert one.asked == two.asked > 20


def test_a_run_that_fails_is_kept_apart(found: Experiment) -> None:
    asked = experiment(fails(), 50.0, 2, 40, edges=[10.0 * i for i in range(6)])
    singles = [simulate(fails(), 50.0, 2, number) for number in range(40)]
    good = [number for number, each in enumerate(singles) if not each.fault]
    assert 0 < len(good) < 40
    assert asked.numbers.tolist() == good
    assert [each.replication for each in asked.failed] == [number for number, each in enumerate(singles) if each.fault]
    assert {(each.time, each.twin) for each in asked.failed} == {(10.0, False)}
    assert all("truck 1 leaves with cargo on board" in each.fault for each in asked.failed)
    np.testing.assert_allclose(asked.column(("desk", "queue")), [singles[number].at("desk").queue for number in good])
    assert asked.interval("desk", "queue").n == asked.complete == len(good)
    assert asked.said.startswith(f"{len(good)} of 40 replications reached the horizon; replication {asked.failed[0].replication}: at 10: truck")
    assert found.said == ""


def test_when_all_fail_it_says_so_and_stops() -> None:
    found = experiment(fails(1.0), 50.0, 2, 500)
    assert (found.complete, len(found.failed), found.asked) == (0, 20, 500)
    assert found.said.startswith("none of 20 replications reached the horizon, so the other 480 were not run; replication 0: at 10: truck 1")
    assert math.isnan(found.interval("desk", "wait").mean)
    assert found.interval("desk", "wait").half_width == math.inf
    assert found.prediction(("desk", "wait")) == (-math.inf, math.inf)
    assert all(math.isnan(each.mean) for each in found.waited().values())
    few = experiment(fails(1.0), 50.0, 2, 3)
    assert few.said.startswith("none of 3 replications reached the horizon; replication 0")


def test_deadlocks_and_floods_do_not_raise() -> None:
    model = Model("single track")
    east, west = model.resource("east track", 1), model.resource("west track", 1)
    for name, first, then in (("eastbound", west, east), ("westbound", east, west)):
        model.start(model.program(name).seize(first).delay("runs", 1.0).seize(then).release(first).delay("on", 1.0).release(then))
    assert "replication 0: deadlock: eastbound 1 waits for east track" in experiment(model.build(), 9.0, 1, 4).said
    flood = experiment(grows(0.01), 4_000.0, 1, 6, edges=[100.0 * i for i in range(41)], limit=1_024)
    assert flood.complete == 0
    assert all("more than 1,023 entities are alive" in each.fault for each in flood.failed)
    assert (flood.growing[0].name, flood.growing[0].replications, flood.growing[0].of) == ("desk", 6, 6)


def test_queues_that_grow_are_counted_over_replications() -> None:
    edges = [100.0 * i for i in range(13)]
    found = experiment(grows(), 1_200.0, 3, 20, edges=edges)
    singles = [dict(simulate(grows(), 1_200.0, 3, number, edges=edges).growing()) for number in range(20)]
    (desk,) = found.growing
    since = sorted(each["desk"] for each in singles if "desk" in each)
    assert (desk.name, desk.replications, desk.of, desk.earliest) == ("desk", len(since), 20, since[0])
    assert desk.since in edges
    assert desk.since == since[(len(since) - 1) // 2]
    assert experiment(grows(2.5), 1_200.0, 3, 20, edges=edges).growing == ()


@pytest.mark.parametrize("threads", [1, 2])
def test_stopped_by_hand_it_keeps_what_is_complete(threads: int) -> None:
    """Ctrl-C while the seventh is taken in."""

    def progress(done: int, total: int) -> None:
        assert total == 40
        if done == 7:
            raise KeyboardInterrupt

    stopped = experiment(little(), HORIZON, 4, 40, edges=EDGES, threads=threads, progress=progress)
    assert (stopped.stopped, stopped.complete, stopped.asked) == (True, 7, 40)
    assert stopped.said == "stopped by hand after 7 of 40 replications"
    whole = experiment(little(), HORIZON, 4, 7, edges=EDGES)
    same(stopped, whole)
    assert not whole.stopped


def test_ctrl_c_is_heard_while_replications_are_in_flight() -> None:
    """A hundred million customers each: it ends at the next pause, not at the end of the run."""
    model = Model("long")
    desk = model.resource("desk", 1)
    model.arrivals("door", exponential(1.0), model.program("who").serve(desk, exponential(0.5)))
    tables = model.build()
    experiment(tables, 10.0, 1, 1)  # compiled
    threading.Timer(0.3, _thread.interrupt_main).start()
    begun = time.monotonic()
    found = experiment(tables, 1e8, 1, 100)
    assert time.monotonic() - begun < 5
    assert (found.stopped, found.complete) == (True, 0)
    assert found.said == "stopped by hand after 0 of 100 replications"


def test_whenever_it_is_stopped_no_replication_is_half_taken_in(tables: Tables) -> None:
    for milliseconds in range(5, 65, 6):
        threading.Timer(milliseconds / 1000, _thread.interrupt_main).start()
        stopped = experiment(tables, HORIZON, 4, 50_000, edges=EDGES)
        assert stopped.stopped
        if stopped.complete:
            same(stopped, experiment(tables, HORIZON, 4, stopped.complete, edges=EDGES))


def test_progress_counts_all() -> None:
    seen: list[tuple[int, int]] = []
    experiment(fails(), 20.0, 1, 5, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 5) for done in range(1, 6)]


def test_it_stops_when_it_is_precise() -> None:
    outputs = {"served": lambda outcome: float(outcome.at("desk").waits)}
    asked: dict[Any, float] = {("desk", "queue"): 0.1, "served": 0.02}
    found = experiment(fails(0.0), 200.0, 5, 20, until=asked, outputs=outputs, most=3_000)
    assert 20 < found.complete == found.asked < 3_000
    for each in found.until:
        assert each.reached
        assert each.found <= each.relative / (1 + each.relative)  # Law's correction
        assert each.interval.half_width == pytest.approx(found.mean(each.output).half_width)
    assert found.said == ""
    assert np.array_equal(found.own["served"], found.column(("desk", "waits")))
    short = experiment(fails(0.0), 200.0, 5, 20, until=asked, outputs=outputs, most=30)
    assert short.complete == 30
    assert "queue of desk: half-width" in short.said
    assert "after 30 replications, 10.00% was asked" in short.said


def test_what_is_never_observed_is_never_precise() -> None:
    found = experiment(little(), 20.0, 1, 20, until={("idle", "wait"): 0.1}, most=30)
    assert (found.complete, found.until[0].reached) == (30, False)
    assert found.said == "wait of idle: no half-width in proportion to a mean after 30 replications, 10.00% was asked"


def test_antithetic_twins_are_one_observation(tables: Tables) -> None:
    found = experiment(tables, HORIZON, 4, 20, edges=EDGES, antithetic=True)
    assert found.values.shape[0] == 40
    for name, field in (("desk", "queue"), ("who", "wait"), ("idle", "waits")):
        twins = [
            [getattr(simulate(tables, HORIZON, 4, number, antithetic=twin).at(name), field) for twin in (False, True)] for number in range(20)
        ]
        np.testing.assert_allclose(found.column((name, field)), np.ravel(twins), rtol=1e-9)
        exact = interval(np.mean(twins, axis=1))
        for mean in (found.interval(name, field), found.mean((name, field))):
            assert (mean.mean, mean.half_width, mean.n) == pytest.approx((exact.mean, exact.half_width, 20), rel=1e-9)
    low, high = found.prediction(("who", "wait"))
    assert high - low > 2 * found.interval("who", "wait").half_width  # one more run, not the mean of a pair


def test_the_risk_is_wider_than_the_error_of_the_mean(found: Experiment) -> None:
    low, high = found.prediction(("who", "wait"))
    mean = found.interval("who", "wait")
    assert low < mean.low < mean.high < high
    inside = np.mean([low <= x <= high for x in experiment(little(), HORIZON, 99, 200, edges=EDGES).column(("who", "wait"))])
    assert 0.75 < inside <= 1.0  # 0.9 on average over experiments of 25


def test_places_can_be_left_out_of_what_is_kept(tables: Tables, found: Experiment) -> None:
    small = experiment(tables, HORIZON, 4, 25, edges=EDGES, keep=["who", "desk"])
    assert small.kept == tuple(name for name in tables.place_names if name in ("who", "desk"))
    assert small.values.shape == (25, 2, len(NAMES))
    assert np.array_equal(small.column(("who", "wait")), found.column(("who", "wait")))
    assert small.interval("sea", "level") == found.interval("sea", "level")
    with pytest.raises(KeyError, match="sea were not kept"):
        small.column(("sea", "level"))


def test_what_cannot_be_asked_is_refused_at_once(tables: Tables) -> None:
    with pytest.raises(ValueError, match="at least one replication is needed, found 0; at least one thread"):
        experiment(tables, HORIZON, 1, 0, threads=0)
    with pytest.raises(ValueError, match=r"must be > 0, found -0.1; there is no output 'x'.*at least 20 replications"):
        experiment(tables, HORIZON, 1, 10, until={("desk", "wait"): -0.1, "x": 0.1})
    with pytest.raises(ValueError, match="no 'weight' of a place 'desk'"):
        experiment(tables, HORIZON, 1, 20, until={("desk", "weight"): 0.1})
    with pytest.raises(ValueError, match="name in `keep` the places"):
        experiment(tables, HORIZON, 1, 10_000_000)
    with pytest.raises(ValueError, match="the horizon must be a time after 0"):
        experiment(tables, -1.0, 1, 5)
    with pytest.raises(KeyError, match="there is no place 'nowhere'"):
        experiment(tables, HORIZON, 1, 5, keep=["nowhere"])


def test_unknown_names_are_answered_with_those_there_are(found: Experiment) -> None:
    with pytest.raises(KeyError, match="there is no field 'weight' here; there are waits, wait"):
        found.interval("desk", "weight")
    with pytest.raises(KeyError, match="there is no field 'p50' here"):
        found.interval("desk", "p50", 3)
    with pytest.raises(KeyError, match="there is no place 'nowhere'"):
        found.column(("nowhere", "wait"))
    with pytest.raises(KeyError, match="there is no output 'x'; there are none"):
        found.column("x")
    with pytest.raises(ValueError, match="sea keeps no histogram"):
        found.percentile("sea", 0.5)


def test_a_corridor_in_flight_takes_less_than_four_mebibytes() -> None:
    state = begin(corridor(), 7)
    state.advance(YEAR)
    outcome = simulate(corridor(), YEAR, 7, edges=[730.0 * month for month in range(13)])
    assert state.bytes + outcome.sums.nbytes + outcome.places.nbytes + outcome.histograms.nbytes < 4 << 20
