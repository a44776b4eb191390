"""The certificate passes what the engine found and fails what somebody made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from karvan.engines.assign import Result
from karvan.verdict import certify
from karvan.verdict.certify import Certificate
from karvan.verdict.model import Answer, Model, prepare
from tests.corridor import tiny


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Answer]:
    model = prepare(tiny.load(tmp_path_factory.mktemp("tiny")))
    branched = model.compiled.cells.today.copy()
    for column, value in (("exists", 1.0), ("capacity", 2e5)):
        place = model.compiled.cells.place("links", model.compiled.corridor["links"].index["branch"], column)
        assert place is not None
        branched[place] = value
    return model, model.solve(branched, model.compiled.amounts[0] * 2, -29.4)


def certified(model: Model, answer: Answer, result: Result | None = None) -> Certificate:
    compiled = model.compiled
    return certify.certificate(compiled.network, compiled.uses, compiled.demands, compiled.choice, answer.conditions, compiled.delay,
                               model.routes, model.base_cost, result or answer.result)  # fmt: skip


def test_an_answer_of_the_engine_passes(solved: tuple[Model, Answer]) -> None:
    found = certified(*solved)
    assert found.passed, found
    assert solved[1].result.price.max() > 1
    assert abs(found.relative_gap) < 1e-7


@pytest.mark.parametrize("level", [-26.0, -29.4, -33.0, float("nan")])
@pytest.mark.parametrize("factor", [0.0, 0.01, 1.0, 8.0])
def test_every_year_passes(solved: tuple[Model, Answer], level: float, factor: float) -> None:
    model = solved[0]
    answer = model.solve(model.compiled.cells.today, model.compiled.amounts[0] * factor, level)
    assert answer.result.converged
    assert certified(model, answer).passed


def one(array: np.ndarray, change: Callable[[float], float]) -> np.ndarray:
    """A copy with the largest number changed."""
    out = array.copy()
    at = np.unravel_index(int(np.nanargmax(np.where(np.isfinite(out), out, -1.0))), out.shape)
    out[at] = change(float(out[at]))
    return out


TAMPERED: dict[str, Callable[[Result], Result]] = {
    "a tonne in a thousand more on one route": lambda r: replace(r, route_flow=one(r.route_flow, lambda x: x * 1.001)),
    "all routes but the stay-at-homes grow": lambda r: replace(r, route_flow=r.route_flow * 1.01),
    "two routes change places": lambda r: replace(r, route_flow=r.route_flow[::-1].copy()),
    "nothing is carried": lambda r: replace(r, route_flow=r.route_flow * 0, arc_flow=r.arc_flow * 0, load=r.load * 0),
    "those who stay home are forgotten": lambda r: replace(r, unserved=r.unserved * 0),
    "one price is a tenth higher": lambda r: replace(r, price=one(r.price, lambda x: x * 1.1)),
    "scarcity costs nothing": lambda r: replace(r, price=r.price_congestion, price_scarcity=r.price_scarcity * 0),
    "prices are negative": lambda r: replace(r, price=-r.price, price_scarcity=-r.price_scarcity),
    "a load is understated": lambda r: replace(r, load=one(r.load, lambda x: x * 0.99)),
    "a delay is understated": lambda r: replace(r, delay=r.delay * 0.5),
    "flows leak on an arc": lambda r: replace(r, arc_flow=one(r.arc_flow, lambda x: x * 0.99)),
    "a flow is no number": lambda r: replace(r, route_flow=one(r.route_flow, lambda x: float("nan"))),
    "a price is infinite": lambda r: replace(r, price=one(r.price, lambda x: float("inf"))),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_fails(solved: tuple[Model, Answer], how: str) -> None:
    model, answer = solved
    assert not certified(model, answer, TAMPERED[how](answer.result)).passed


def test_flow_on_a_closed_route_fails(solved: tuple[Model, Answer]) -> None:
    model, answer = solved
    shut = replace(answer, conditions=replace(answer.conditions, open=np.zeros_like(answer.conditions.open)))
    found = certified(model, shut)
    assert found.closed_flow > 0.1
    assert not found.passed


def test_a_load_above_capacity_fails(solved: tuple[Model, Answer]) -> None:
    model, answer = solved
    less = replace(answer, conditions=replace(answer.conditions, capacity=answer.conditions.capacity * 0.9))
    found = certified(model, less)
    assert found.capacity_violation == pytest.approx(1 / 9, rel=1e-3)
    assert not found.passed
