"""Random numbers by name: what they make common, and what changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.engines.simulate import UNITS, Model, Outcome, Tables, replicate, simulate
from karvan.engines.simulate.analysis import antithetic, difference, interval
from karvan.engines.simulate.distributions import erlang, exponential, lognormal
from karvan.engines.simulate.stations import Terminal, batches, shuttle, weather

YEAR = 8_760.0


def corridor(
    *, crane: float = 25.0, border: float = 55.0, posts: int = 4, extra: bool = False, ferries: int = 3, storms: float = 24.0
) -> Tables:
    """Trains, a border, a yard, ferries with weather, a border: a small corridor of 20,000 TEU a year in lots of ten."""
    model = Model("corridor")
    sea = model.gate("sea", cause="weather")
    if extra:  # something that has nothing to do with it, in the middle of everything
        kiosk = model.resource("kiosk", 1)
        model.arrivals("visitors", exponential(5.0), model.program("visitor").serve(kiosk, lognormal(2.0, 1.0)))
    gate_a, gate_b = model.resource("border A", posts, cause="border"), model.resource("border B", 1, cause="border")
    yard, siding, boxes = model.resource("yard", 300), model.store("siding"), model.store("boxes")
    lot = model.program("lot").store(siding).serve(gate_b, lognormal(1.0, 1.0))
    train = model.program("train").delay("rail", lognormal(48.0, 0.2)).seize(gate_a).delay("inspection", lognormal(border, 1.0))
    train.seize(yard, UNITS).release(gate_a).put(boxes)
    batches(model, "forming", siding, train, 6)
    model.arrivals("loading", exponential(YEAR / 2_000), lot)
    weather(model, "wind", sea, exponential(200.0), exponential(storms))
    ends = (
        Terminal(model.resource("berth A", 2), boxes, yard, loading=crane / 10, unloading=crane / 10, linger=24.0),
        Terminal(model.resource("berth B", 2), None, None, loading=crane / 10, unloading=crane / 10),
    )
    shuttle(model, "ferry", ends, 10, lognormal(18.0, 0.15), sea, ferries)
    return model.build()


def read(found: Outcome) -> list[float]:
    return [found.at("lot").wait, found.at("lot").waits, found.at("boxes").level]


def years(tables: Tables, n: int = 40, **options: Any) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return replicate(tables, YEAR, 7, range(n), read, **options)


@pytest.fixture(scope="module")
def base() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return years(corridor())


@pytest.mark.parametrize("change", [{"crane": 28.0}, {"border": 53.0}, {"posts": 5}], ids=str)
def test_a_small_change_is_seen_with_twenty_times_fewer_replications(
    base: np.ndarray[tuple[int, int], np.dtype[np.float64]], change: dict[str, Any]
) -> None:
    """The variance of the paired difference of the mean time falls at least twentyfold against independent runs."""
    found = difference(base[:, 0], years(corridor(**change))[:, 0])
    assert found.gain >= 20
    assert (found.low > 0) or (found.high < 0)  # and so the effect is seen at all


def test_independent_runs_would_not_see_it(base: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    other = replicate(corridor(crane=28.0), YEAR, 8, range(40), read)
    assert difference(base[:, 0], other[:, 0]).gain < 3


def test_an_unrelated_resource_changes_nothing_elsewhere() -> None:
    plain, inserted = (simulate(corridor(extra=extra), YEAR, 3) for extra in (False, True))
    for name in plain.tables.place_names:
        here, there = plain.tables.place(name), inserted.tables.place(name)
        assert np.array_equal(plain.sums[-1, here], inserted.sums[-1, there]), name
    assert inserted.at("kiosk").waits > 1_000


def test_threads_change_nothing(base: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    assert np.array_equal(base[:12], years(corridor(), 12, threads=3))


def test_seeds_and_replications_are_independent(base: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    other = replicate(corridor(), YEAR, 8, range(40), read)
    assert abs(np.corrcoef(base[:, 0], other[:, 0])[0, 1]) < 0.5
    assert abs(np.corrcoef(base[:-1, 0], base[1:, 0])[0, 1]) < 0.5
    assert abs(difference(base[:, 0], other[:, 0]).mean) < 4 * difference(base[:, 0], other[:, 0]).half_width


def test_antithetic_twins_narrow_the_interval(base: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    twins = years(corridor(), antithetic=True)
    paired = antithetic(base[:, 0], twins[:, 0])
    alone = interval(np.concatenate([base[:, 0], twins[:, 0]]))
    assert paired.half_width < alone.half_width
    assert abs(twins[:, 0].mean() - base[:, 0].mean()) < 6 * alone.half_width


def everything() -> Model:
    """A little of every verb, for the comparison of the compiled machine with its source."""
    model = Model("everything")
    desk = model.resource("desk", 2, preemptive=True, histogram=True)
    plain, gate = model.resource("plain", 1), model.gate("gate")
    pile, tank = model.store("pile", 9, histogram=True), model.tank("tank", 5, 50)
    clock = model.calendar("clock", [(6.0, 9.0)], 12.0)
    born = model.attribute("born")
    weather(model, "wind", gate, exponential(9.0), lognormal(2.0, 0.5))
    who = model.program("who", histogram=True).set(born, exponential(1.0)).priority(born).branch("odd", 0.2, to="impatient")
    who.serve(desk, erlang(1.0, 3)).serve(plain, lognormal(0.6, 0.9)).window(clock, 1.0).wait(gate).store(pile)
    who.record(model.tally("age")).put(tank, 1).leave()
    who.label("impatient").seize(plain, patience=0.4, otherwise="gone").delay("short", exponential(0.3)).release(plain).label("gone")
    model.arrivals("door", exponential(1.1), who)
    truck = model.program("truck").label("a").take(pile, 4, minimum=2, linger=3.0).delay("trip", exponential(2.0)).unload().goto("a")
    model.start(truck, 2)
    tanker = model.program("tanker").label("a").take(tank, 20, minimum=3, linger=5.0).slot(clock, 4.0, 1.0)
    model.start(tanker.delay("voyage", exponential(7.0)).goto("a"))
    guard = model.program("guard").label("a").until(plain.queue, ">", 2).limit(plain, 2).until(plain.queue, "==", 0)
    model.start(guard.limit(plain, 1).goto("a"))
    return model


def digest(horizon: float) -> dict[str, Any]:
    found = simulate(everything().build(), horizon, 11, edges=[0.0, horizon / 2, horizon])
    assert found.fault == ""
    return {"sums": found.sums.tolist(), "places": found.places.tolist(), "histograms": int(found.histograms.sum()), "verbs": found.verbs}


def test_the_compiled_machine_does_what_its_source_says(root: Path) -> None:
    """The same verbs without numba's compiler, in another process: every sum equal to the last bit."""
    program = f"import json; from {__name__} import digest; print(json.dumps(digest(250.0)))"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    done = subprocess.run([sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(json.dumps(digest(250.0)))
