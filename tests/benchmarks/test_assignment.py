"""What the benchmarks rest on: the made networks are what they say, and the evaluator knows an equilibrium from what is none."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "assignment"))

import networks
from evaluate import evaluate
from problems import Problem

from karvan.engines.equilibrium import Roads, Trips


def test_a_made_network_has_the_size_asked_for_and_one_seed_makes_one_network() -> None:
    made = networks.network(300, 820, 40, seed=3)
    assert (made.n_nodes, len(made.tail), int(made.road.sum())) == (300, 820, 740)
    assert np.isfinite(made.distances(np.arange(40))).all(), "every zone reaches every other"
    ends = sorted(zip(made.tail.tolist(), made.head.tolist(), strict=True))
    assert len(set(ends)) == 820, "no parallel links"
    assert ends == sorted((head, tail) for tail, head in ends), "each both ways"
    again = networks.network(300, 820, 40, seed=3)
    assert again.free_time.tobytes() == made.free_time.tobytes()
    origin, destination, amount = networks.demand(made, 500, 0.3, seed=1)
    assert len(set(zip(origin.tolist(), destination.tolist(), strict=True))) == 500
    assert (origin != destination).all()
    offered = (made.free_time * made.capacity)[made.road].sum()
    assert amount @ made.distances(np.arange(40))[origin, destination] == pytest.approx(0.3 * offered)


@pytest.mark.parametrize("links", [500, 1_200])
def test_too_few_or_too_many_links_are_refused(links: int) -> None:
    with pytest.raises(ValueError, match="it takes"):
        networks.network(300, links, 40, seed=3)


def two_ways(flow: list[float]) -> tuple[Problem, np.ndarray]:
    """Zones 0 and 1, and between them 1 + x and 2 + x / 2 by way of node 2 or 3: 6 trips split as 8/3 and 10/3."""
    tail, head = np.array([0, 2, 0, 3]), np.array([2, 1, 3, 1])
    roads = Roads(4, 2, tail, head, np.array([1.0, 0.0, 2.0, 0.0]), np.array([1.0, 0, 0.25, 0]), np.ones(4), np.ones(4), np.zeros((1, 4)))
    return Problem("two ways", roads, Trips(np.array([0]), np.array([1]), np.array([6.0]), np.array([0]))), np.array(flow)


def test_the_evaluator_knows_an_equilibrium() -> None:
    found = evaluate(*two_ways([8 / 3, 8 / 3, 10 / 3, 10 / 3]))
    assert found.gap == pytest.approx(0.0, abs=1e-15)
    assert found.imbalance == pytest.approx(0.0, abs=1e-15)
    assert found.objective == pytest.approx(8 / 3 + 32 / 9 + 20 / 3 + 25 / 9)


def test_the_evaluator_knows_what_is_none() -> None:
    assert evaluate(*two_ways([6, 6, 0, 0])).gap == pytest.approx((6 * 7 - 6 * 2) / (6 * 7)), "all on the first way cost 7, the second costs 2"
    assert evaluate(*two_ways([3, 2, 3, 3])).imbalance == pytest.approx(1 / 6), "a trip lost on the way"
