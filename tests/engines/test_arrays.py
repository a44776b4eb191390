"""Incidence adds up, and what does not fit is refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.engines.arrays import Uses, check_conditions, check_delay, check_static, incidence, route_set
from tests.engines.worlds import random_world, world


def test_a_resource_used_twice_on_the_way_counts_twice() -> None:
    w = world([(0, 1), (1, 2), (0, 2)], trips=[(0, 2)], amount=[1.0], ways=[(0, (0, 1)), (0, (2,))])
    uses = Uses(np.array([1, 0, 1, 1], np.int32), np.array([0, 1, 1, 1], np.int32), np.zeros(4, np.int32),
                np.array([0.5, 2.0, 0.25, 0.25]), 2)  # fmt: skip
    rows = incidence(w.routes, uses, w.demands)
    assert rows.start.tolist() == [0, 2, 2]
    assert rows.resource.tolist() == [0, 1]
    assert rows.amount.tolist() == [2.0, 1.0]


def test_incidence_of_nothing_is_empty() -> None:
    w = world([(0, 1)], trips=[(0, 1)], amount=[1.0], ways=[])
    rows = incidence(w.routes, w.uses, w.demands)
    assert rows.start.tolist() == [0]
    assert rows.resource.size == 0


@pytest.mark.parametrize("seed", range(5))
def test_incidence_is_the_sum_over_arcs(seed: int) -> None:
    w = random_world(seed)
    rows = incidence(w.routes, w.uses, w.demands)
    for j in range(w.routes.n_routes):
        expected = np.zeros(w.uses.n_resources)
        for arc in w.routes.arc[w.routes.start[j] : w.routes.start[j + 1]]:
            mine = (w.uses.arc == arc) & (w.uses.commodity == w.demands.commodity[w.routes.od[j]])
            np.add.at(expected, w.uses.resource[mine], w.uses.amount[mine])
        found = np.zeros(w.uses.n_resources)
        part = slice(rows.start[j], rows.start[j + 1])
        found[rows.resource[part]] = rows.amount[part]
        assert found == pytest.approx(expected, rel=1e-14)


def test_route_set_groups_by_od() -> None:
    routes = route_set(3, [(2, (5,)), (0, (1, 2)), (0, (3,))])
    assert routes.od.tolist() == [0, 0, 2]
    assert routes.od_start.tolist() == [0, 2, 2, 3]
    assert routes.arc.tolist() == [1, 2, 3, 5]


@pytest.mark.parametrize(("name", "value"), [("time", np.nan), ("time", -1.0), ("variance", np.nan), ("cost", np.nan),
                                             ("perceived", np.nan), ("capacity", np.nan), ("capacity", -1.0), ("amount", np.nan),
                                             ("amount", np.inf), ("cost", -np.inf), ("amount", -1.0)])  # fmt: skip
def test_a_bad_number_in_the_conditions_is_named(name: str, value: float) -> None:
    w = random_world(1)
    array = getattr(w.conditions, name).copy()
    array.flat[0] = value
    with pytest.raises(ValueError, match=rf"Conditions\.{name}"):
        check_conditions(w.network, w.uses.n_resources, w.demands.n_od, replace(w.conditions, **{name: array}))


@pytest.mark.parametrize(("name", "value"), [("scale", np.nan), ("exponent", 0.0), ("price_per_hour", -1.0), ("kind", 7)])
def test_a_bad_number_in_the_delay_is_named(name: str, value: float) -> None:
    w = random_world(1)
    array = np.full_like(getattr(w.delay, name), value)
    delay = replace(w.delay, **{"kind": np.ones(w.uses.n_resources, np.int8), name: array})
    with pytest.raises(ValueError, match=rf"Delay\.{name}"):
        check_delay(w.uses.n_resources, delay)


def test_every_fault_is_told_at_once() -> None:
    w = random_world(1)
    nan = np.full_like(w.conditions.time, np.nan)
    with pytest.raises(ValueError, match=r"time.*variance"):
        check_conditions(w.network, w.uses.n_resources, w.demands.n_od, replace(w.conditions, time=nan, variance=nan))


@pytest.mark.parametrize(("owner", "name"), [("network", "head"), ("uses", "arc"), ("demands", "origin"), ("choice", "theta")])
def test_wrong_shapes_and_pointers_are_named(owner: str, name: str) -> None:
    w = random_world(1)
    parts = {each: getattr(w, each) for each in ("network", "uses", "demands", "choice")}
    array = getattr(parts[owner], name)
    parts[owner] = replace(parts[owner], **{name: np.append(array, array[:1])})
    with pytest.raises(ValueError, match=rf"{owner.capitalize()}\.{name}|{owner.capitalize()}\."):
        check_static(**parts)
    parts[owner] = replace(parts[owner], **{name: np.full_like(array, -5)})
    with pytest.raises(ValueError, match=rf"{owner.capitalize()}\.{name}"):
        check_static(**parts)
