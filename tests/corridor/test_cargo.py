"""Rows may speak of a commodity, of a cargo type or of a group; the narrowest row of `uses` holds, prices add up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from karvan.bridge import tariffs
from karvan.bridge.compile import compile_corridor
from karvan.corridor import cargo
from karvan.files import cases
from karvan.tables.faults import InvalidData
from karvan.verdict import measures
from tests.corridor import tiny

GRAIN = {"commodity_id": "grain", "name": "Grain", "group": "dry", "value_of_time": "0.02", "theta": "0.05", "reserve": "60"}


def with_types(**changes: dict[str, str]) -> dict[str, str]:
    """The tiny case with a column of cargo types and a second dry commodity, grain, in bulk."""
    texts = tiny.texts()
    lines = texts["commodities.csv"].strip().splitlines()
    typed = [f"{lines[0]},cargo_type", f"{lines[1]},container", f"{lines[2]},liquid_bulk"]
    texts["commodities.csv"] = "\n".join(typed) + "\n"
    texts = tiny.added(texts, "commodities", **{**GRAIN, "cargo_type": "dry_bulk", **changes.get("grain", {})})
    return tiny.changed(texts, "links", "ferry_line", commodities=changes.get("ferry", {}).get("commodities", "box;oil"))


def load(place: Path, texts: dict[str, str]):
    tiny.write(place, texts)
    return cases.load(str(place))


def test_words_run_from_narrow_to_wide(tmp_path):
    corridor = load(tmp_path, with_types())
    assert cargo.words(corridor["commodities"]) == [("box", "container", "dry"), ("oil", "liquid_bulk"), ("grain", "dry_bulk", "dry")]


@pytest.mark.parametrize(
    ("cell", "open_to"),
    [("box;oil", (True, True, False)), ("dry", (True, False, True)), ("dry_bulk", (False, False, True)), ("container;oil", (True, True, False))],
)
def test_a_link_opens_to_a_commodity_a_type_or_a_group(tmp_path, cell, open_to):
    compiled = compile_corridor(load(tmp_path, with_types(ferry={"commodities": cell})))
    ferry = compiled.arcs.link == compiled.corridor["links"].index["ferry_line"]
    for k, expected in enumerate(open_to):
        assert compiled.network.allowed[k, ferry].all() == expected


def test_prices_of_a_commodity_its_type_and_all_add_up(tmp_path):
    texts = with_types(ferry={"commodities": "dry"})
    for key, word, price in (("a", "grain", "5"), ("b", "dry_bulk", "7"), ("c", "dry", "11"), ("d", "*", "13"), ("e", "box", "17")):
        texts = tiny.added(texts, "tariffs", tariff_id=key, applies_to="link", id="ferry_line", commodity_id=word, price=price)
    compiled = compile_corridor(load(tmp_path, texts))
    corridor, arcs = compiled.corridor, compiled.arcs
    matrix = tariffs.tariff_matrix(corridor, arcs, compiled.network.allowed)
    rows = corridor["tariffs"]
    ours = np.isin(rows["tariff_id"].astype(str), list("abcde"))
    paid = (matrix @ np.where(ours, np.nan_to_num(rows["price"]), 0.0)).reshape(3, len(arcs))
    ferry = arcs.link == corridor["links"].index["ferry_line"]
    assert set(paid[2, ferry]) == {5.0 + 7.0 + 11.0 + 13.0}
    assert set(paid[0, ferry]) == {11.0 + 13.0 + 17.0}


def test_the_narrowest_use_holds(tmp_path):
    texts = with_types()
    texts = tiny.added(texts, "uses", use_id="dry_wagon", unit="wagon", commodity_id="dry", use="0.5")
    compiled = compile_corridor(load(tmp_path, texts))
    wagons = [i for i, limit in enumerate(compiled.limits) if limit.unit == "wagon" and limit.key == "gate_steppe"]
    uses = compiled.uses
    of = {int(kind): amount for r, kind, amount in zip(uses.resource, uses.commodity, uses.amount, strict=True) if r == wagons[0]}
    assert of == {0: 0.02, 1: 0.0166667, 2: 0.5}


def test_a_measure_counts_a_type(tmp_path):
    compiled = compile_corridor(load(tmp_path, with_types(ferry={"commodities": ""})))
    flow = np.zeros((3, len(compiled.arcs)))
    flow[:, compiled.arcs.link == compiled.corridor["links"].index["ferry_line"]] = np.array([[1.0], [10.0], [100.0]])
    values = {}
    for word in ("all", "dry", "dry_bulk", "container", "oil", "grain"):
        plan = measures.plan(compiled, [measures.Key("freight_volume", "cut:sea", "forward", word, "traffic")])
        values[word] = float(plan.of_year(compiled, compiled.cells.today, flow)[0])
    assert values == {"all": 111.0, "dry": 101.0, "dry_bulk": 100.0, "container": 1.0, "oil": 10.0, "grain": 100.0}


def test_an_id_that_is_also_the_type_of_another_is_a_fault(tmp_path):
    with pytest.raises(InvalidData) as caught:
        load(tmp_path, with_types(grain={"commodity_id": "container"}))
    assert "container" in str(caught.value)
    assert "Rename the commodity" in str(caught.value)
