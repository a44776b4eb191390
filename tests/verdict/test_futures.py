"""What a future holds: a prefix of more futures, deaf to what other names draw, obedient to what is forced."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import Compiled, compile_corridor
from karvan.verdict import delivery, futures
from karvan.verdict.futures import Forced, Futures
from tests.corridor import tiny


def compiled_of(texts: dict[str, str], folder: pytest.TempPathFactory) -> Compiled:
    return compile_corridor(tiny.load(folder.mktemp("tiny"), texts))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled_of(tiny.texts(), tmp_path_factory)


def drawn(found: Futures, count: int) -> list[np.ndarray]:
    """Everything of the first `count` futures."""
    return [found.deliveries.dates[:, :count], found.share[:, :count], found.values[:, :count], found.drawn[:, :count],
            found.level[:count], found.demand.noise[:, :count]]  # fmt: skip


def test_a_hundred_futures_are_the_first_of_a_thousand(compiled: Compiled) -> None:
    many, few = (drawn(futures.sample(compiled, 3, n), 100) for n in (1000, 100))
    for one, other in zip(many, few, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_another_project_and_another_shock_change_nothing_drawn(compiled: Compiled, tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = tiny.added(tiny.texts(), "projects", project_id="aaa", name="Another", kind="rail", status="funded", promised="2029", promised_on="2026-01",
                       known_since="2026-01")  # fmt: skip
    texts = tiny.added(texts, "shocks", shock_id="aaa_flood", name="A flood", kind="weather", rate="3", duration="10")
    texts = tiny.added(texts, "edits", edit_id="aaa_edit", cause="shock:aaa_flood", table="links", id="china_gate", column="length", op="scale", value="0.5")
    other = futures.sample(compiled_of(texts, tmp_path_factory), 3, 60)
    base = futures.sample(compiled, 3, 60)
    for project in ("second_track", "new_branch"):
        assert (other.deliveries.of(project) == base.deliveries.of(project)).all()
    assert np.array_equal(other.level, base.level)
    assert np.array_equal(other.drawn, base.drawn)
    assert np.array_equal(other.demand.noise, base.demand.noise)
    names = [edit.edit_id for edit in compiled.operations.edits]
    more = [edit.edit_id for edit in compiled_of(texts, tmp_path_factory).operations.edits]
    assert np.array_equal(other.values[[more.index(name) for name in names]], base.values)


def test_cells_with_a_range_stay_near_it(compiled: Compiled) -> None:
    found = futures.sample(compiled, 1, 2000)
    rows = futures.ranged_cells(compiled.corridor)
    assert [row[7] for row in rows] == ["links.gate_steppe.capacity", "links.ferry_line.length", "calendars.sea/3.open_share"]
    for values, (_, _, _, low, _, high, _, _) in zip(found.drawn, rows, strict=True):
        assert (values < low).mean() == pytest.approx(0.05, abs=0.02)
        assert (values > high).mean() == pytest.approx(0.05, abs=0.02)
    assert rows[1][3:6] == pytest.approx((240 * 1.852, 250 * 1.852, 270 * 1.852))
    assert rows[2][3:6] == pytest.approx((0.7, 0.8, 0.9))


def test_an_edit_holds_from_its_delivery_on(compiled: Compiled) -> None:
    found = futures.sample(compiled, 1, 5, Forced({"new_branch": 2028.25}))
    place = compiled.cells.place("links", compiled.corridor["links"].index["branch"], "exists")
    assert place is not None
    exists = [found.cells(compiled, 0, i)[place] for i in range(5)]
    assert exists == pytest.approx([0, 0, 0.75, 1, 1])
    never = futures.sample(compiled, 1, 5, Forced({"new_branch": delivery.NEVER}))
    assert all(never.cells(compiled, 0, i)[place] == 0 for i in range(5))


def test_level_and_demand_can_be_fixed(compiled: Compiled) -> None:
    found = futures.sample(compiled, 1, 4, Forced(level=-31.0, demand=1.5))
    assert (found.level == -31.0).all()
    assert found.demand_factor == 1.5


@pytest.mark.parametrize(("key", "value"), [("level_ar", "1.5"), ("volatility_dof", "1"), ("never_study", "1.2"), ("growth_any", "40")])
def test_a_parameter_that_the_model_cannot_use_is_told(tmp_path_factory: pytest.TempPathFactory, key: str, value: str) -> None:
    texts = tiny.added(tiny.texts(), "parameters", parameter_id=key, meaning="as told", value=value)
    faults = list(futures.check(tiny.load(tmp_path_factory.mktemp("tiny"), texts)))
    assert [(fault.file, fault.column, fault.found) for fault in faults] == [("parameters.csv", "value", f"{float(value):g}")]
