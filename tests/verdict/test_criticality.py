"""What is lost without something, where the rest goes, and who is missed most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.tables.faults import UsageError
from karvan.verdict import criticality
from karvan.verdict.criticality import Thing
from karvan.verdict.model import Answer, Model, prepare
from tests.verdict import small

FLEETS = {
    "fleets": "fleet_id,name,number,payload,payload_unit,availability\nships,Ships,20,500,t,0.9",
    "services": "service_id,name,link_id,fleet_id,round_trip,frequency\nline,Line,rail_ab,ships,48,300",
    "resources": "resource_id,name,kind,capacity,capacity_unit,members,direction\ngate,Gate,slots,1e9,t/yr,road_ab,both",
}


@pytest.fixture(scope="module")
def solved() -> tuple[Model, Answer]:
    model = prepare(small.corridor())
    return model, small.solved(model)


def gone(model: Model, before: Answer, *keys: tuple[str, str]) -> tuple[Answer, criticality.Effect]:
    things = tuple(Thing(table, key, key) for table, key in keys)
    after = criticality.without(model, before, things)
    assert model.certificate(after).passed
    return after, criticality.effect(model, things, before, after)


def test_the_rest_takes_the_other_way(solved: tuple[Model, Answer]) -> None:
    """Logit with equal costs of 40 and staying home at 140: with one way w = exp(-theta 100), lost = q w (1/(1+w) - 1/(2+w))."""
    model, before = solved
    after, effect = gone(model, before, ("links", "rail_ab"))
    w, q = np.exp(-0.05 * 100.0), 1e6
    assert effect.all_lost == pytest.approx(q * w * (1 / (1 + w) - 1 / (2 + w)), rel=1e-9)
    assert effect.through == pytest.approx(q / (2 + w), rel=1e-9)
    assert effect.rerouted == pytest.approx(effect.through - effect.all_lost, rel=1e-9)
    assert effect.money == pytest.approx((20.0, 30.0))
    assert effect.days == pytest.approx((20 / 24, 10 / 24))
    cuts = {each.id: each for each in effect.cuts}
    assert cuts["rail"].after == 0.0
    assert cuts["road"].difference == pytest.approx(effect.rerouted)
    assert cuts["all"].difference == pytest.approx(-effect.all_lost)
    assert not np.isfinite(after.result.route_cost).all()


def test_without_any_way_all_stay_home(solved: tuple[Model, Answer]) -> None:
    model, before = solved
    after, effect = gone(model, before, ("links", "rail_ab"), ("links", "road_ab"))
    assert after.result.unserved.sum() == 1e6
    assert effect.rerouted == 0.0
    assert effect.money[1] is None


def test_a_place_takes_its_links_with_it(solved: tuple[Model, Answer]) -> None:
    model, before = solved
    after, effect = gone(model, before, ("nodes", "b"))
    assert not after.result.route_flow.any()
    assert effect.all_lost == pytest.approx(before.result.route_flow.sum())


@pytest.mark.parametrize(("thing", "left"), [(("services", "line"), "road"), (("fleets", "ships"), "road"), (("resources", "gate"), "rail")])
def test_services_fleets_and_shared_limits(thing: tuple[str, str], left: str) -> None:
    model = prepare(small.corridor(**FLEETS))
    before = small.solved(model)
    after, effect = gone(model, before, thing)
    cuts = {each.id: each.after for each in effect.cuts}
    assert cuts[left] > 0
    assert cuts["rail" if left == "road" else "road"] == 0.0
    assert after.result.converged


def test_a_capacity_that_fills_is_told() -> None:
    links = "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit\nrail_ab,a,b,rail,1000,,\nroad_ab,a,b,road,1000,600000,t/yr"
    model = prepare(small.corridor(links=links))
    before = small.solved(model)
    after, _ = gone(model, before, ("links", "rail_ab"))
    (told,) = criticality.tighter(model.compiled, before, after)
    assert (told.id, told.price_before) == ("road_ab", 0.0)
    assert told.utilisation_after == pytest.approx(1.0)
    assert told.price_after > 0


def test_the_rank_is_the_loss_of_each_alone() -> None:
    model = prepare(small.corridor(**FLEETS))
    before = small.solved(model)
    ranks = criticality.rank(model, before)
    assert {each.thing.table for each in ranks} == {"nodes", "links", "fleets"}
    beyond = [each.lost - each.own for each in ranks]
    assert beyond == sorted(beyond, reverse=True)
    for each in ranks:
        after = criticality.without(model, before, (each.thing,))
        assert each.lost == pytest.approx(float(after.result.unserved.sum() - before.result.unserved.sum()), abs=1e-3)
    own = {each.thing.key: each.own for each in ranks if each.thing.table == "nodes"}
    assert own["a"] == own["b"] == pytest.approx(before.result.route_flow.sum())


def test_a_warm_start_changes_nothing(solved: tuple[Model, Answer]) -> None:
    model, before = solved
    conditions = criticality.closed(model.compiled, before.conditions, [Thing("links", "rail_ab", "")])
    cold = model.solve(model.compiled.cells.today, conditions.amount).result
    warm = criticality.without(model, before, []).result
    assert warm.route_flow == pytest.approx(cold.route_flow, rel=1e-6)
    assert replace(conditions, open=before.conditions.open).open.all()


@pytest.mark.parametrize(("said", "found"), [
    ("a", ("nodes", "a")), ("be", ("nodes", "b")), ("rail_ab", ("links", "rail_ab")), ("RAIL", ("links", "rail_ab")),
    ("Ships", ("fleets", "ships")), ("line", ("services", "line")), ("Gate", ("resources", "gate")), ("links:road", ("links", "road_ab")),
])  # fmt: skip
def test_names_are_understood(said: str, found: tuple[str, str]) -> None:
    thing = criticality.find(small.corridor(**FLEETS), said)
    assert (thing.table, thing.key) == found


@pytest.mark.parametrize(("said", "hint"), [("rali_ab", "Nearest: rail_ab"), ("links:raod_ab", "road_ab"), ("", "found nothing"), ("zzzz", "Nearest")])
def test_what_is_not_understood_is_answered_with_the_nearest(said: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        criticality.find(small.corridor(**FLEETS), said)
