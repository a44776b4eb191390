"""From names to indices and back: nothing is lost, and the order of rows does not matter."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from karvan.bridge import label
from karvan.bridge.expanded import DESTINATION, ORIGIN
from karvan.corridor.corridor import Corridor
from karvan.verdict.model import Answer, Model, prepare
from tests.corridor import tiny
from tests.verdict import small

Name = tuple[str, str, str, str]


def year(corridor: Corridor) -> tuple[Model, Answer]:
    model = prepare(corridor)
    return model, model.solve(model.compiled.cells.today, model.compiled.amounts[0], -29.4)


def by_name(model: Model, answer: Answer) -> dict[Name, float]:
    return {(row["table"], row["id"], row["direction"], row["commodity"]): row["amount"] for row in label.flows(model.compiled, answer.result.arc_flow)}


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Answer]:
    return year(tiny.load(tmp_path_factory.mktemp("tiny")))


def test_flows_by_name_are_the_flows_of_the_arcs(solved: tuple[Model, Answer]) -> None:
    model, answer = solved
    named = sum(by_name(model, answer).values())
    compiled = model.compiled
    placed = [arc for arc in range(len(compiled.arcs)) if label.place_of(compiled, arc) is not None]
    assert named == pytest.approx(float(answer.result.arc_flow[:, placed].sum()), abs=len(placed))
    assert named > 1e6


def test_every_limit_names_its_row(solved: tuple[Model, Answer]) -> None:
    model, answer = solved
    result = answer.result
    rows = label.limits(model.compiled, answer.conditions.capacity, result.load, result.price, result.delay)
    assert len(rows) == np.isfinite(answer.conditions.capacity).sum()
    for row in rows:
        assert row["id"] in model.compiled.corridor[row["table"]]
        assert row["unit"].endswith("/yr")
        assert row["utilisation"] is None or row["utilisation"] == pytest.approx(row["load"] / row["capacity"])
    for limit in model.compiled.limits:
        assert model.compiled.corridor[limit.table].keys[limit.position] == limit.key


def test_what_enters_a_node_leaves_it(solved: tuple[Model, Answer]) -> None:
    """Kirchhoff by names: links in, links out, and what begins and ends there."""
    model, answer = solved
    compiled = model.compiled
    net: dict[tuple[str, str], float] = defaultdict(float)
    for row in label.flows(compiled, answer.result.arc_flow):
        if "link_id" not in row:
            continue
        start, end = (row["from_node"], row["to_node"]) if row["direction"] == "forward" else (row["to_node"], row["from_node"])
        net[start, row["commodity"]] -= row["amount"]
        net[end, row["commodity"]] += row["amount"]
    zones = compiled.corridor["zones"]
    served = np.bincount(model.routes.od, answer.result.route_flow, len(compiled.od_names))
    for (origin, destination, commodity), amount in zip(compiled.od_names, served, strict=True):
        net[zones.row(origin)["node_id"], commodity] += amount
        net[zones.row(destination)["node_id"], commodity] -= amount
    assert {node for node, _ in net} >= {"china", "gate", "steppe", "west_port", "east_port", "city"}
    assert max(abs(value) for value in net.values()) < 5.0, net


def test_legs_of_a_way_join(solved: tuple[Model, Answer]) -> None:
    model, answer = solved
    routes = model.routes
    for route in range(routes.n_routes):
        od = routes.od[route]
        way = routes.arc[routes.start[route] : routes.start[route + 1]]
        nothing = np.zeros(len(model.compiled.arcs))
        legs = label.legs(model.compiled, way, int(model.compiled.demands.commodity[od]), answer.conditions.time[way], nothing[way],
                          answer.conditions.cost, nothing)  # fmt: skip
        assert all(one.to_node == other.from_node for one, other in itertools.pairwise(legs))
        states = [model.compiled.states[s] for s in (model.compiled.demands.origin[od], model.compiled.demands.destination[od])]
        assert (states[0][1], states[1][1]) == (ORIGIN, DESTINATION)
        assert (legs[0].from_node, legs[-1].to_node) == (states[0][0], states[1][0])
        assert sum(leg.hours for leg in legs) == pytest.approx(float(answer.conditions.time[way].sum()))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(tmp_path: Path, seed: int, solved: tuple[Model, Answer]) -> None:
    texts = tiny.texts()
    r = np.random.default_rng(seed)
    for name in ("links.csv", "terminals.csv", "tariffs.csv", "nodes.csv", "demand.csv"):
        header, *body = texts[name].splitlines()
        texts[name] = "\n".join([header, *(body[i] for i in r.permutation(len(body)))]) + "\n"
    expected, found = by_name(*solved), by_name(*year(tiny.load(tmp_path, texts)))
    assert found.keys() == expected.keys()
    assert [found[name] for name in expected] == pytest.approx(list(expected.values()), rel=1e-6)


def test_nothing_flows_through_the_other_way_round() -> None:
    model = prepare(small.corridor())
    assert {name[2] for name in by_name(model, small.solved(model))} == {"forward"}


@pytest.mark.parametrize(("name", "start", "end", "read"), [
    ("Mary - Farap", "Farap", "Mary", "Farap - Mary"),
    ("Mary - Farap", "Mary", "Farap", "Mary - Farap"),
    ("Mangistau - Zhanaozen (Uzen)", "Zhanaozen (Uzen)", "Mangistau", "Zhanaozen (Uzen) - Mangistau"),
    ("Shu - Kulan (Lugovaya)", "Kulan", "Shu", "Kulan (Lugovaya) - Shu"),
    ("Aktau - Alat container feeder", "Alat (Port of Baku)", "Aktau", "Alat - Aktau container feeder"),
    ("Poti – Istanbul feeder", "Istanbul", "Poti", "Istanbul – Poti feeder"),
    ("Bandar Abbas - Mumbai (Nhava Sheva)", "Mumbai (Nhava Sheva)", "Bandar Abbas", "Mumbai (Nhava Sheva) - Bandar Abbas"),
    ("Jebel Ali - Port Said", "Port Said", "Jebel Ali", "Port Said - Jebel Ali"),
    ("Great northern line", "Here", "There", "Great northern line"),
    ("", "Here", "There", "Here - There"),
])  # fmt: skip
def test_a_name_is_read_as_it_is_travelled(name: str, start: str, end: str, read: str) -> None:
    assert label.as_travelled(name, start, end) == read
