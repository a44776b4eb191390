"""Waits and journeys by a timetable, against playing them many times and against writing all ways down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines.paths import graph
from karvan.engines.schedule import (
    WEEK,
    Clock,
    Spread,
    Timetable,
    earliest,
    journey,
    leaves,
    next_departure,
    wait,
    wait_for_closure,
)
from tests.engines.worlds import random_arcs, simple_ways, world

MANY = 200_000


def _moments(played: np.ndarray) -> tuple[float, float, float]:
    return float(played.mean()), float(played.var()), float(np.mean((played - played.mean()) ** 3))


def _at(mean: float, variance: float = 0.0, third: float = 0.0) -> Clock:
    return Clock(np.zeros(1), np.ones(1), Spread(mean, variance, third))


def _timetable(n_arcs: int, sailings: dict[int, list[float]], **other: object) -> Timetable:
    first = np.concatenate(([0], np.cumsum([len(sailings.get(arc, ())) for arc in range(n_arcs)]))).astype(np.int32)
    hour = np.array([h for arc in range(n_arcs) for h in sorted(sailings.get(arc, ()))], dtype=np.float64)
    rest = {"start": 0.0, "season": np.full(n_arcs, -1, dtype=np.int32), "until": np.array([np.inf]), "open_share": np.zeros((0, 1)),
            "spell": 36.0, **other}  # fmt: skip
    return Timetable(first=first, hour=hour, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [[0.0], [66.0, 150.0], [0.0, 56.0, 112.0], [1.0, 2.0, 3.0, 90.0]])
def test_the_wait_of_somebody_who_comes_at_any_time(hours: list[float]) -> None:
    come = np.random.default_rng(1).uniform(0, WEEK, MANY)
    nexts = np.append(np.sort(hours), min(hours) + WEEK)
    played = nexts[np.searchsorted(nexts, come)] - come
    found, (mean, variance, third) = wait(np.array(hours)), _moments(played)
    assert found.mean == pytest.approx(mean, rel=0.01)
    assert found.variance == pytest.approx(variance, rel=0.02)
    assert found.third == pytest.approx(third, rel=0.05, abs=0.02 * variance**1.5)


def test_equal_gaps_are_half_a_headway() -> None:
    for n in (1, 2, 7):
        gap = WEEK / n
        found = wait(np.arange(n) * gap)
        assert (found.mean, found.variance) == pytest.approx((gap / 2, gap**2 / 12))
        assert found.third == pytest.approx(0, abs=1e-6 * gap**3)


@pytest.mark.parametrize("hours", [[], [-1.0], [168.0], [np.nan]])
def test_departures_outside_the_week_are_refused(hours: list[float]) -> None:
    with pytest.raises(ValueError, match="168"):
        wait(np.array(hours))


def test_the_wait_for_the_end_of_a_closure() -> None:
    """Open and closed spells taking turns, closed for a quarter of the time; people come at any time."""
    r = np.random.default_rng(2)
    spell = 30.0
    turns = np.stack([r.exponential(3 * spell, MANY), r.exponential(spell, MANY)], axis=1)
    ends = np.cumsum(turns.ravel())
    come = r.uniform(0, ends[-1], MANY)
    at = np.searchsorted(ends, come)
    played = np.where(at % 2 == 1, ends[at] - come, 0.0)
    found, (mean, variance, third) = wait_for_closure(0.75, spell), _moments(played)
    assert (found.mean, found.variance) == pytest.approx((mean, variance), rel=0.05)
    assert found.third == pytest.approx(third, rel=0.15)
    assert wait_for_closure(1.0, spell) == Spread(0.0)
    assert wait_for_closure(0.0, spell).mean == np.inf


@pytest.mark.parametrize(("mean", "sd"), [(30.0, 6.0), (100.0, 40.0), (400.0, 60.0)])
def test_the_departure_that_an_uncertain_arrival_meets(mean: float, sd: float) -> None:
    s2 = np.log1p((sd / mean) ** 2)
    come = np.random.default_rng(3).lognormal(np.log(mean) - s2 / 2, np.sqrt(s2), MANY)
    hours, start = np.array([66.0, 150.0]), 20.0
    at = np.sort((np.arange(30)[:, None] * WEEK + hours).ravel()) - start
    played = at[np.searchsorted(at, come)]
    spread = sd / mean
    found = next_departure(_at(mean, sd**2, sd**3 * (3 * spread + spread**3)), hours, start)
    assert found.mean == pytest.approx(played.mean(), rel=0.005)
    assert np.sqrt(found.variance) == pytest.approx(played.std(), rel=0.01)


def test_who_is_certain_takes_the_next_one() -> None:
    assert next_departure(_at(10.0), np.array([50.0]), 0.0).mean == 50.0
    assert next_departure(_at(50.0), np.array([50.0]), 0.0).mean == 50.0
    assert next_departure(_at(51.0), np.array([50.0]), 0.0).mean == 50.0 + WEEK
    assert next_departure(_at(0.0), np.array([50.0]), 60.0).mean == WEEK - 10.0


def test_a_journey_is_what_playing_it_gives() -> None:
    """Rail, a ship on Tuesday and Friday, a port that is shut a third of the time, a second ship on Wednesday."""
    own = [(60.0, 12.0), (40.0, 8.0), (20.0, 10.0), (70.0, 10.0)]
    table = _timetable(4, {1: [30.0, 102.0], 3: [60.0]}, start=14.0, season=np.array([-1, -1, 0, -1], dtype=np.int32),
                       open_share=np.array([[2 / 3]]), spell=24.0)  # fmt: skip
    r = np.random.default_rng(4)
    clock = np.zeros(MANY)
    for arc, (mean, sd) in enumerate(own):
        if table.season[arc] >= 0:
            clock += np.where(r.uniform(size=MANY) < 1 / 3, r.exponential(24.0, MANY), 0.0)
        if table.departures(arc).size:
            at = np.sort((np.arange(30)[:, None] * WEEK + table.departures(arc)).ravel()) - 14.0
            clock = at[np.searchsorted(at, clock)]
        s2 = np.log1p((sd / mean) ** 2)
        clock += r.lognormal(np.log(mean) - s2 / 2, np.sqrt(s2), MANY)
    spreads = [Spread(m, s**2, s**3 * (3 * s / m + (s / m) ** 3)) for m, s in own]
    found = journey(range(4), spreads, table)
    assert found.after[-1].mean == pytest.approx(clock.mean(), rel=0.01)
    last = found.after[-1]
    assert np.sqrt(last.variance) == pytest.approx(clock.std(), rel=0.02)
    shares = np.array([0.1, 0.5, 0.9])
    assert last.percentiles(shares) == pytest.approx(np.quantile(clock, shares), rel=0.015)
    assert last.within(last.percentiles(shares)) == pytest.approx(shares, abs=1e-6)
    assert found.closure.tolist() == pytest.approx([0, 0, 8, 0])
    assert found.sailing[1] > 0
    assert found.sailing[0] == 0


@given(st.integers(0, 1_000_000))
def test_the_earliest_way_is_the_first_of_all_ways(seed: int) -> None:
    r = np.random.default_rng(seed)
    n = int(r.integers(3, 8))
    arcs = random_arcs(r, n, int(r.integers(n, 3 * n)))
    w = world(arcs, n_states=n, trips=[(0, n - 1)], amount=[1.0], ways=[])
    time = r.uniform(0, 100, len(arcs))
    sailings = {arc: r.uniform(0, 168, int(r.integers(1, 3))).tolist() for arc in range(len(arcs)) if r.uniform() < 0.5}
    shares = r.choice([0.0, 0.3, 1.0], size=(2, 4))
    shares[:, -1] = 1.0
    table = _timetable(len(arcs), sailings, start=float(r.uniform(0, 168)), season=r.integers(-1, 2, len(arcs)).astype(np.int32),
                       until=np.array([50.0, 150.0, 400.0, np.inf]), open_share=shares)  # fmt: skip
    usable = r.uniform(size=len(arcs)) < 0.9

    def arrival(way: tuple[int, ...]) -> float:
        clock = 0.0
        for arc in way:
            clock = leaves(table, arc, clock) + time[arc]
        return clock

    ways = [way for way in simple_ways(arcs, 0, n - 1) if usable[list(way)].all()]
    way, hour = earliest(graph(w.network), usable, time, table, 0, n - 1)
    assert hour == pytest.approx(min(map(arrival, ways), default=np.inf))
    assert (way in ways) if ways else way == ()


def test_a_winter_without_sailings_is_sat_out() -> None:
    table = _timetable(1, {0: [10.0]}, season=np.zeros(1, dtype=np.int32), until=np.array([500.0, np.inf]), open_share=np.array([[0.0, 1.0]]))
    assert leaves(table, 0, 3.0) == 3 * WEEK + 10.0
    found = journey([0], [Spread(5.0)], table)
    assert (found.closure[0], found.after[0].mean) == (500.0, 3 * WEEK + 15.0)
