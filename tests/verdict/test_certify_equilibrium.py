"""The certificate passes a true equilibrium and nothing else: every claim is broken once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.engines import equilibrium
from karvan.engines.equilibrium import Paths, Roads, Trips
from karvan.verdict.certify_equilibrium import Certificate, certificate

# 0 and 1 are ends; 0 -> 2 -> 1 and 0 -> 3 -> 1, a link 2 -> 3, and two links alike 0 -> 2
TAIL, HEAD = np.array([0, 0, 2, 0, 3, 2, 1]), np.array([2, 2, 1, 3, 1, 3, 3])
ROADS = Roads(4, 2, TAIL, HEAD, np.array([1.0, 1, 3, 2, 1, 1, 0]), np.full(7, 0.5), np.array([1.0, 1, 2, 4, 0.5, 0, 1]), np.full(7, 2.0),
              np.array([[0, 0, 0.5, 0, 0, 0, 0], [0, 1, 0, 0, 2, 0, 0]], dtype=float))  # fmt: skip
ALLOWED = np.ones((2, 7), dtype=bool)
TRIPS = Trips(np.array([0, 0]), np.array([1, 1]), np.array([6.0, 3.0]), np.array([0, 1]))


@dataclass(frozen=True)
class Answer:
    flow: np.ndarray
    class_flow: np.ndarray
    paths: Paths


def answer(gap: float = 1e-12) -> Answer:
    found = equilibrium.solve(ROADS, TRIPS, gap)
    assert found.converged
    return Answer(found.flow, found.class_flow, found.paths)


def of(found: Answer, gap: float = 1e-10, allowed: np.ndarray = ALLOWED, roads: Roads = ROADS, trips: Trips = TRIPS, optimum: bool = False) -> Certificate:
    return certificate(roads, allowed, trips, found, gap, optimum)


def test_a_true_answer_passes_with_the_numbers_of_the_engine() -> None:
    found = equilibrium.solve(ROADS, TRIPS, 1e-12)
    told = of(Answer(found.flow, found.class_flow, found.paths))
    assert told.passed
    assert told.objective == pytest.approx(found.objective, rel=1e-14)
    assert told.relative_gap == pytest.approx(found.relative_gap, abs=1e-14)
    assert told.average_excess_cost == pytest.approx(found.excess, abs=1e-13)
    assert told.total_cost == pytest.approx(float(np.sum(found.class_flow * (found.time + ROADS.fixed))))


def test_an_equilibrium_is_no_optimum_and_the_other_way_round() -> None:
    together = equilibrium.solve(ROADS.marginal(), TRIPS, 1e-12)
    flows = Answer(together.flow, together.class_flow, together.paths)
    assert of(flows, optimum=True).passed
    assert not of(flows).passed
    assert not of(answer(), optimum=True).passed
    assert of(flows, optimum=True).total_cost < of(answer()).total_cost


def test_a_coarse_answer_does_not_pass_for_a_fine_one() -> None:
    coarse = answer(1e-1)
    told = of(coarse, gap=0.1)
    assert told.passed
    assert told.relative_gap > 1e-9
    assert not of(coarse, gap=told.relative_gap / 2).passed


def moved(paths: Paths, **what: np.ndarray) -> Paths:
    return replace(paths, **what)


def test_every_broken_claim_is_found() -> None:
    true = answer()
    paths = true.paths
    nothing = moved(paths, trip=paths.trip[:0], flow=paths.flow[:0], start=paths.start[:1], links=paths.links[:0])
    lifted = true.class_flow.copy()
    lifted[0, 5] += 1e-3
    swapped = true.class_flow[::-1].copy()
    cases = {
        "statement": [Answer(true.flow, lifted, paths), Answer(true.flow + 1e-3, true.class_flow, paths), Answer(true.flow, swapped, paths)],
        "conservation": [Answer(true.flow, lifted, paths), Answer(true.flow, true.class_flow * 1.01, paths), Answer(true.flow, np.zeros((2, 7)), nothing)],
        "demand_imbalance": [Answer(true.flow, true.class_flow, moved(paths, flow=paths.flow * 0.99)), Answer(true.flow, true.class_flow, nothing)],
        "astray": [Answer(true.flow, true.class_flow, moved(paths, links=np.full(len(paths.links), 5))),
                   Answer(true.flow, true.class_flow, moved(paths, flow=-paths.flow)),
                   Answer(true.flow, true.class_flow, moved(paths, start=np.concatenate([[0], paths.start[1:-1] + 1, paths.start[-1:]])))],
    }  # fmt: skip
    for claim, broken in cases.items():
        for i, each in enumerate(broken):
            told = of(each)
            assert not told.passed, (claim, i)
            assert not getattr(told, claim) <= told.tolerance, (claim, i)


def test_a_ban_broken_is_found() -> None:
    true = answer()
    used = int(np.argmax(true.class_flow[0]))
    banned = ALLOWED.copy()
    banned[0, used] = False
    told = of(true, allowed=banned)
    assert told.astray > 0
    assert not told.passed


def test_who_drives_through_an_end_is_found() -> None:
    """A way 0 -> 2 -> 1 -> 3 -> 1 conserves flow and passes through 1, where trips only end."""
    roads = replace(ROADS, first_through=2)
    trips = Trips(np.array([0]), np.array([1]), np.array([1.0]), np.array([0]))
    links = np.array([0, 2, 6, 4])
    flow = np.zeros((2, 7))
    flow[0, links] = 1.0
    told = of(Answer(flow.sum(axis=0), flow, Paths(np.array([0]), np.array([1.0]), np.array([0, 4]), links)), roads=roads, trips=trips)
    assert told.astray == 1.0
    assert told.conservation >= 1.0
    assert not told.passed


def test_nan_and_infinity_do_not_pass() -> None:
    true = answer()
    for bad in (np.nan, np.inf, -1.0):
        flow = true.class_flow.copy()
        flow[0, 0] = bad
        assert not of(Answer(true.flow, flow, true.paths)).passed
        assert not of(Answer(true.flow, true.class_flow, moved(true.paths, flow=np.full(len(true.paths.flow), bad)))).passed


def test_no_trips_pass() -> None:
    none = Trips(*(np.zeros(0, dtype=int) for _ in range(2)), np.zeros(0), np.zeros(0, dtype=int))
    found = equilibrium.solve(ROADS, none)
    assert of(Answer(found.flow, found.class_flow, found.paths), trips=none).passed


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 0.3))
def test_flow_put_on_a_longer_way_is_seen_in_the_gap(seed: int, share: float) -> None:
    """Trips moved from the way in use to any other way: the gap says what they pay too much, by hand."""
    rng = np.random.default_rng(seed)
    roads = replace(ROADS, b=np.zeros(7), free_time=rng.uniform(1, 9, 7), fixed=np.zeros((1, 7)))
    trips = Trips(np.array([0]), np.array([1]), np.array([1.0]), np.array([0]))
    ways = [np.array(way) for way in ([0, 2], [1, 2], [3, 4], [0, 5, 4], [1, 5, 4])]
    costs = np.array([roads.free_time[way].sum() for way in ways])
    best, other = int(np.argmin(costs)), int(rng.integers(5))
    flow = np.zeros((1, 7))
    flow[0, ways[best]] += 1 - share
    flow[0, ways[other]] += share
    paths = Paths(np.array([0, 0]), np.array([1 - share, share]), np.array([0, len(ways[best]), len(ways[best]) + len(ways[other])]),
                  np.concatenate([ways[best], ways[other]]))  # fmt: skip
    told = of(Answer(flow[0], flow, paths), allowed=np.ones((1, 7), dtype=bool), roads=roads, trips=trips)
    excess = share * (costs[other] - costs[best])
    assert told.average_excess_cost == pytest.approx(excess, abs=1e-12)
    assert told.relative_gap == pytest.approx(excess / (costs[best] + excess), abs=1e-13)
    assert told.passed == (abs(told.relative_gap) <= 1e-10 + 1e-14)
