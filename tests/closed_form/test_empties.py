"""A line between two places whose boxes come back empty: what passes, what comes back and what it costs can be written down.

    a --rail-- b      box: 10 t a TEU, theta 0.05, 40 USD/t by rail; staying home costs 100 USD/t more
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from karvan.engines import arrays
from karvan.verdict import certify
from karvan.verdict.model import Answer, Model, prepare
from tests.verdict import small

WANTED, THETA, RESERVE, COST = 1e6, 0.05, 100.0, 40.0
LINE = {
    "links": "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,{each},TEU/yr",
    "tariffs": "tariff_id,applies_to,id,price\nrail_price,link,rail_ab,20",
    "cuts": "cut_id,name,links\nrail,Railway,rail_ab",
}
RESOURCE = "resource_id,name,kind,capacity,capacity_unit,members,direction\nyard,Yard,yard,{both},TEU/yr,rail_ab,both"
USES = "use_id,unit,commodity_id,use,return_share\nteu,TEU,box,0.1,{share}"
DEMAND = "demand_id,origin,destination,commodity_id,year,amount\nab,za,zb,box,2025,1000000\nba,zb,za,box,2025,{back}"


def solved(share: float | str, back: float = 0.0, each: float = 1e9, both: float = 1e9) -> tuple[Model, Answer]:
    tables = {**LINE, "links": LINE["links"].format(each=each)}
    model = prepare(small.corridor(**tables, resources=RESOURCE.format(both=both), uses=USES.format(share=share), demand=DEMAND.format(back=back)))
    answer = model.solve(model.compiled.cells.today, model.compiled.amounts[0])
    assert model.certificate(answer).passed
    return model, answer


def load_of(model: Model, answer: Answer, key: str, direction: str) -> float:
    at = next(i for i, limit in enumerate(model.compiled.limits) if (limit.key, limit.direction) == (key, direction))
    return float(answer.result.load[at])


def price_of(model: Model, answer: Answer, key: str, direction: str) -> float:
    at = next(i for i, limit in enumerate(model.compiled.limits) if (limit.key, limit.direction) == (key, direction))
    return float(answer.result.price[at])


def test_boxes_that_find_no_load_come_back_empty() -> None:
    model, answer = solved(0.6)
    carried = float(answer.result.route_flow.sum())
    assert carried == pytest.approx(WANTED / (1 + math.exp(-THETA * RESERVE)), rel=1e-9)
    assert load_of(model, answer, "rail_ab", "forward") == pytest.approx(0.1 * carried)
    assert load_of(model, answer, "rail_ab", "reverse") == pytest.approx(0.6 * 0.1 * carried)
    assert load_of(model, answer, "yard", "both") == pytest.approx(1.6 * 0.1 * carried)


def test_without_a_figure_nothing_comes_back() -> None:
    model, answer = solved("")
    assert load_of(model, answer, "rail_ab", "reverse") == 0.0
    assert not model.compiled.returns.uses.amount.size


@pytest.mark.parametrize(("back", "left"), [(0.0, 1.0), (250_000.0, 0.75), (1_000_000.0, 0.0), (4_000_000.0, 0.0)])
def test_a_load_back_fills_boxes(back: float, left: float) -> None:
    """share = 1 - min(1, wanted back / wanted out), and the other way round for the boxes of the way back."""
    model, answer = solved(1.0, back)
    shares = dict(zip(model.compiled.od_names, model.compiled.returns.share, strict=True))
    assert shares["za", "zb", "box"] == pytest.approx(left)
    out = float(answer.result.arc_flow[0, (model.compiled.arcs.link >= 0) & (model.compiled.arcs.direction == 0)].sum())
    home = float(answer.result.arc_flow[0, (model.compiled.arcs.link >= 0) & (model.compiled.arcs.direction == 1)].sum())
    assert load_of(model, answer, "rail_ab", "reverse") == pytest.approx(0.1 * (home + left * out))


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.0, 1.0), room=st.floats(0.02, 0.98))
def test_a_yard_for_both_ways_is_full_at_a_known_price(share: float, room: float) -> None:
    """Carried (1 + share) x 0.1 = capacity; the price moves the log-odds: 0.1 (1 + share) p = ln(odds before / odds after) / theta."""
    free = WANTED / (1 + math.exp(-THETA * RESERVE))
    carried = free * room
    model, answer = solved(share, both=carried * 0.1 * (1 + share))
    assert float(answer.result.route_flow.sum()) == pytest.approx(carried, rel=1e-6)
    before, after = math.exp(THETA * RESERVE), carried / (WANTED - carried)
    assert price_of(model, answer, "yard", "both") * 0.1 * (1 + share) == pytest.approx(math.log(before / after) / THETA, rel=1e-4, abs=1e-4)


def test_the_full_way_back_is_paid_by_those_who_go_out() -> None:
    """The way out has room; empties fill the way back, so its price is what holds the loaded boxes."""
    model, answer = solved(1.0, back=0.0, each=40_000.0)
    forward, reverse = price_of(model, answer, "rail_ab", "forward"), price_of(model, answer, "rail_ab", "reverse")
    carried = float(answer.result.route_flow.sum())
    assert carried == pytest.approx(400_000.0, rel=1e-6)
    assert 0.1 * (forward + reverse) == pytest.approx(math.log(math.exp(THETA * RESERVE) / (carried / (WANTED - carried))) / THETA, rel=1e-4)


def test_a_price_is_what_one_more_unit_is_worth() -> None:
    """The derivative of the certified optimum by the capacity, empties in it, by central differences."""
    at, step = 50_000.0, 5.0
    model, answer = solved(0.7, both=at)
    value = []
    for capacity in (at - step, at + step):
        there, found = solved(0.7, both=capacity)
        value.append(there.certificate(found).objective)
    assert price_of(model, answer, "yard", "both") == pytest.approx((value[0] - value[1]) / (2 * step), rel=1e-5)
    assert np.isfinite(answer.result.price).all()


def test_the_certificate_fails_on_empties_that_are_not_so() -> None:
    model, answer = solved(0.6)
    compiled, stated = model.compiled, model.empty_flow(answer)

    def empties(returns: arrays.Returns, flow: np.ndarray) -> certify.Certificate:
        return certify.certificate(compiled.network, compiled.uses, compiled.demands, compiled.choice, answer.conditions, compiled.delay,
                                   model.routes, model.base_cost, answer.result, returns=returns, empty_flow=flow)  # fmt: skip

    assert empties(compiled.returns, stated).passed
    assert empties(compiled.returns, 1.01 * stated).worst == ("empties", pytest.approx(0.01))
    fewer = replace(compiled.returns, share=0.9 * compiled.returns.share)
    assert not empties(fewer, stated * 0.9).passed, "the loads stated are those of more empties"
    assert not empties(replace(compiled.returns, uses=replace(compiled.returns.uses, amount=np.zeros(4))), stated).passed


def test_the_certificate_fails_on_a_way_back_in_pieces() -> None:
    """Two lines one after the other, the way back of the first being the second's."""
    network = arrays.Network(3, np.array([0, 1, 1, 2], np.int32), np.array([1, 2, 0, 1], np.int32), np.ones((1, 4), np.bool_))
    routes = arrays.route_set(1, [(0, (0, 1))])
    uses = arrays.Uses(np.array([0], np.int32), np.array([2], np.int32), np.array([0], np.int32), np.array([1.0]), 1)

    def torn(arc: list[int]) -> float:
        returns = arrays.Returns(np.array([0, 1, 2, 2, 2], np.int32), np.array(arc, np.int32), uses, np.array([1.0]))
        turned = certify._turned(sparse.csr_matrix(np.array([[1.0, 1.0, 0.0, 0.0]])), returns, routes)
        return certify._empties(network, returns, routes, np.array([0], np.int32), np.array([5.0]), turned, None)

    assert torn([2, 3]) == 0.0
    assert torn([3, 2]) == 1.0
