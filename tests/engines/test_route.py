"""Best ways for one consignment, against writing all ways down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.engines.paths import way_cost
from karvan.engines.route import RouteOptions, best, pareto
from tests.engines.worlds import World, random_arcs, simple_ways, world


def _random(seed: int, whole: bool) -> tuple[World, np.ndarray, list[tuple[int, int]]]:
    """A random graph with small whole numbers (many ties) or any (none)."""
    r = np.random.default_rng(seed)
    n = int(r.integers(3, 8))
    arcs = random_arcs(r, n, int(r.integers(n, 3 * n)))
    draw = (lambda: r.integers(0, 4, len(arcs)).astype(float)) if whole else (lambda: r.uniform(0, 4, len(arcs)))
    w = world(arcs, n_states=n, cost=draw(), time=draw(), variance=draw(), trips=[(0, n - 1)], amount=[1.0], ways=[],
              value_of_time=0.7, reliability=0.5)  # fmt: skip
    return w, draw(), arcs


@given(st.integers(0, 1_000_000), st.booleans())
def test_pareto_is_what_writing_all_ways_down_gives(seed: int, whole: bool) -> None:
    w, co2, arcs = _random(seed, whole)
    n = w.network.n_states

    def worth(way: tuple[int, ...]) -> tuple[float, float, float]:
        rows = list(way)
        return tuple(round(float(x[rows].sum()), 9) for x in (w.conditions.cost[0], w.conditions.time, co2))  # type: ignore[return-value]

    ways = simple_ways(arcs, 0, n - 1)
    all_worth = {worth(way) for way in ways}
    efficient = {a for a in all_worth if not any(b != a and all(x <= y for x, y in zip(b, a, strict=True)) for b in all_worth)}
    found, complete = pareto(w.network, w.choice, w.conditions, 0, n - 1, 0, co2=co2)
    assert complete
    assert {worth(way) for way in found} == efficient
    assert len(found) == len(efficient)
    assert all(way in ways for way in found)
    for way in found:  # of ways alike the most reliable
        least = min(float(w.conditions.variance[list(other)].sum()) for other in ways if worth(other) == worth(way))
        assert float(w.conditions.variance[list(way)].sum()) == pytest.approx(least)


def _greedy(ways: list[tuple[int, ...]], cost: dict[tuple[int, ...], float], length: np.ndarray, best: int, overlap: float) -> list[float]:
    """Costs of the cheapest way, then of the cheapest that takes at most `overlap` of the length of each before."""
    taken: list[tuple[int, ...]] = []
    for way in sorted(ways, key=lambda each: cost[each]):
        if len(taken) < best and all(length[list(set(one) & set(way))].sum() <= overlap * length[list(one)].sum() + 1e-9 for one in taken):
            taken.append(way)
    return [cost[way] for way in taken]


@given(st.integers(0, 1_000_000), st.sampled_from([0.0, 0.3, 0.7, 0.95]))
def test_the_k_best_are_what_writing_all_ways_down_gives(seed: int, overlap: float) -> None:
    w, co2, arcs = _random(seed, False)
    n = w.network.n_states
    length = np.random.default_rng(seed).uniform(1, 9, len(arcs))
    options = RouteOptions(best=4, overlap=overlap)
    found = best(w.network, w.choice, w.conditions, 0, n - 1, 0, co2=co2, length=length, options=options)
    ways = simple_ways(arcs, 0, n - 1)
    cost = {way: way_cost(w.choice, w.conditions, 0, way) for way in ways}
    assert found.complete
    assert found.generalised.tolist() == pytest.approx(_greedy(ways, cost, length, 4, overlap))
    listed = [tuple(found.arc[found.start[j] : found.start[j + 1]].tolist()) for j in range(found.n_ways)]
    assert all(way in ways for way in listed)
    for j, way in enumerate(listed):
        assert found.generalised[j] == pytest.approx(cost[way])
        assert found.co2[j] == pytest.approx(co2[list(way)].sum())
        assert (np.diff(found.percentile[j]) >= 0).all()
        assert found.deviation[j] == pytest.approx(np.sqrt(w.conditions.variance[list(way)].sum()))
        worth = np.array([[x[list(each)].sum() for x in (w.conditions.cost[0], w.conditions.time, co2)] for each in ways])
        mine = np.array([found.money[j], found.time[j], found.co2[j]])
        beaten = ((worth <= mine + 1e-9).all(axis=1) & (worth < mine - 1e-6).any(axis=1)).any()
        assert found.efficient[j] == (not beaten)
    assert len(found.frontier) == len(pareto(w.network, w.choice, w.conditions, 0, n - 1, 0, co2=co2)[0])


def test_rivals_that_are_beaten_are_listed_as_such() -> None:
    """Two ways apart, one better in everything: both are shown, one as efficient."""
    w = world([(0, 1), (1, 3), (0, 2), (2, 3)], cost=[1, 1, 5, 5], time=[1, 1, 5, 5], trips=[(0, 3)], amount=[1.0], ways=[])
    found = best(w.network, w.choice, w.conditions, 0, 3, 0, co2=np.ones(4))
    assert found.arc.tolist() == [0, 1, 2, 3]
    assert found.efficient.tolist() == [True, False]
    assert found.shared.tolist() == [0.0, 0.0]


def test_a_label_too_few_is_admitted() -> None:
    """k stages of two ways each, 2^k efficient ways."""
    k = 6
    arcs = [(i, i + 1) for i in range(k) for _ in range(2)]
    cost = np.array([[2.0**i, 0.0] for i in range(k)]).ravel()
    time = np.array([[0.0, 2.0**i] for i in range(k)]).ravel()
    w = world(arcs, cost=cost, time=time, trips=[(0, k)], amount=[1.0], ways=[])
    found, complete = pareto(w.network, w.choice, w.conditions, 0, k, 0, co2=np.zeros(2 * k))
    assert (len(found), complete) == (64, True)
    found, complete = pareto(w.network, w.choice, w.conditions, 0, k, 0, co2=np.zeros(2 * k), labels=10)
    assert len(found) <= 10
    assert not complete


def test_a_subsidy_is_taken_but_not_circled() -> None:
    w = world([(0, 1), (1, 0), (1, 2), (0, 2)], cost=[-5.0, -5.0, 3.0, 1.0], time=[1.0] * 4, trips=[(0, 2)], amount=[1.0], ways=[])
    found, _ = pareto(w.network, w.choice, w.conditions, 0, 2, 0, co2=np.zeros(4))
    assert sorted(found) == [(0, 2), (3,)]


def test_no_way_is_no_rows() -> None:
    w = world([(0, 1), (2, 1)], trips=[(0, 2)], amount=[1.0], ways=[])
    found = best(w.network, w.choice, w.conditions, 0, 2, 0, co2=np.zeros(2))
    assert found.n_ways == 0
    assert found.percentile.shape == (0, 3)


@pytest.mark.parametrize(("origin", "destination", "commodity", "co2", "said"), [
    (0, 9, 0, 0.0, "lie in"), (-1, 1, 0, 0.0, "lie in"), (0, 0, 0, 0.0, "same state"), (0, 1, 3, 0.0, "commodity"),
    (0, 1, 0, np.nan, "co2"), (0, 1, 0, -1.0, "co2"),
])  # fmt: skip
def test_nonsense_is_refused(origin: int, destination: int, commodity: int, co2: float, said: str) -> None:
    w = world([(0, 1), (1, 2)], trips=[(0, 2)], amount=[1.0], ways=[])
    with pytest.raises(ValueError, match=said):
        best(w.network, w.choice, w.conditions, origin, destination, commodity, co2=np.full(2, co2))


def test_the_same_question_gets_the_same_bytes() -> None:
    w, co2, _ = _random(4, True)
    one, two = (best(w.network, w.choice, w.conditions, 0, w.network.n_states - 1, 0, co2=co2) for _ in range(2))
    assert one.arc.tobytes() == two.arc.tobytes()
    assert one.percentile.tobytes() == two.percentile.tobytes()


@pytest.mark.parametrize("overlap", [1.0, -0.1, float("nan")])
def test_an_overlap_that_is_none_is_refused(overlap: float) -> None:
    w = world([(0, 1), (1, 2)], trips=[(0, 2)], amount=[1.0], ways=[])
    with pytest.raises(ValueError, match="overlap"):
        best(w.network, w.choice, w.conditions, 0, 2, 0, co2=np.zeros(2), options=RouteOptions(overlap=overlap))
